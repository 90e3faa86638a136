"""How transactions begin and end on SQLite, which lets one connection write at a time."""

import random
import time
from collections.abc import Collection, Iterable, Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc, orm, pool

from sharekit.backends.sqlalchemy._errors import is_given_up
from sharekit.backends.sqlalchemy._tables import TURN
from sharekit.errors import TransactionUsageError

Host = sa.Connection | orm.Session

_PATIENCE = 60.0  # seconds in all that a writer waits for its turn
_PAUSE = 0.05  # seconds at most between two tries
_CHANGE_NOTHING: Final = f"DELETE FROM {TURN} WHERE 0"  # noqa: S608  # a constant

_LOCKED: Final = (
    "the host's open transaction in this thread holds SQLite's one lock for writing, and this needs a transaction"
    " of its own, as redeeming a link and counting its visits always do; end the host's transaction first"
)
_SHARED: Final = (
    "the host's open transaction is on the only connection that the engine has, and this needs a transaction of"
    " its own, as opening and redeeming a link always do; end the host's transaction first"
)


def begin_sqlite(connection: sa.Connection, *, immediate: bool, hosts: Iterable[Host] = ()) -> None:
    """
    Begin on SQLite in our own words, whatever the driver or the host's hooks have begun.

    The driver begins late, and so that two that read before they write lose a change.

    Args:
        connection: The connection.
        immediate: Whether to take the lock for writing at once.
        hosts: What this thread may have a transaction open on, for whose end it cannot wait.

    Raises:
        TransactionUsageError: One of them is in the way.
    """
    others = [other for other in _begun(hosts) if other is not connection]
    if in_transaction(connection):
        connection.exec_driver_sql("ROLLBACK")
    try:
        _begin(connection, immediate=immediate, others=others)
    except BaseException:
        _let_the_driver_begin(connection)
        raise


def _begin(connection: sa.Connection, *, immediate: bool, others: Collection[sa.Connection]) -> None:
    if immediate and others:
        if _has_begun_at_once(connection):
            return
        if any(_holds_the_lock(other) for other in others):
            raise TransactionUsageError(_LOCKED)
    patiently(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN")


def end_sqlite(connection: sa.Connection, statement: str) -> None:
    """End a transaction on SQLite in our own words."""
    patiently(connection, statement)
    _let_the_driver_begin(connection)


def _let_the_driver_begin(connection: sa.Connection) -> None:
    # With ``autocommit=False``, of Python 3.12, the driver has begun whenever it is asked to end, or it fails.
    if _driver_mode(connection) is False and not in_transaction(connection):
        connection.exec_driver_sql("BEGIN")  # pragma: no cover  # of Python 3.12


def commits_by_itself(connection: sa.Connection) -> bool:
    """Say whether SQLite's driver ends no transaction, so that what a host commits would never be."""
    # It is set so too where the host begins by itself, as SQLAlchemy's documentation advises.
    isolation = getattr(connection.connection.dbapi_connection, "isolation_level", "")
    return _driver_mode(connection) is True or (isolation is None and not in_transaction(connection))


def _driver_mode(connection: sa.Connection) -> object:
    """Return how the driver was told to begin: False and True since Python 3.12, something else for the old way."""
    return getattr(connection.connection.driver_connection, "autocommit", None)


def in_transaction(connection: sa.Connection) -> bool:
    """Say whether SQLite itself is in a transaction, which SQLAlchemy may think or not."""
    driver = connection.connection.driver_connection
    return bool(getattr(driver, "in_transaction", False))


def patiently(connection: sa.Connection, statement: str) -> None:
    """Execute a statement of SQLite that takes a lock, again and again while others hold it."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.exec_driver_sql(statement)
        except exc.OperationalError as error:
            if not is_given_up(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.0, _PAUSE))  # noqa: S311  # no secret
        else:
            return


def check_apart(engine: sa.Engine, hosts: Iterable[Host]) -> None:
    """
    Raise `TransactionUsageError` where the engine has one connection, and a host's transaction is on that.

    Taking and returning it a second time would undo what the host has done so far.
    """
    if isinstance(engine.pool, pool.StaticPool | pool.SingletonThreadPool) and list(_begun(hosts)):
        raise TransactionUsageError(_SHARED)


def _begun(hosts: Iterable[Host]) -> Iterator[sa.Connection]:
    """Yield the connections of the hosts on which a transaction of SQLite is open."""
    for host in hosts:
        if not host.in_transaction() or (isinstance(host, orm.Session) and not host.is_active):
            continue
        connection = host.connection() if isinstance(host, orm.Session) else host
        if not connection.invalidated and in_transaction(connection):
            yield connection


def _has_begun_at_once(connection: sa.Connection) -> bool:
    return _is_done_at_once(connection, "BEGIN IMMEDIATE")


def _holds_the_lock(connection: sa.Connection) -> bool:
    # SQLite does not tell. Whoever may change something while nobody else can is the one.
    return _is_done_at_once(connection, _CHANGE_NOTHING)


def _is_done_at_once(connection: sa.Connection, statement: str) -> bool:
    """Say whether a statement could be executed without waiting for a lock."""
    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql(statement)
    except exc.OperationalError as error:
        if not is_given_up(error):
            raise
        return False
    else:
        return True
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
