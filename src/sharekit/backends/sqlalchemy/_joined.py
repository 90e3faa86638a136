"""Transactions inside the host's: savepoints of a session or connection that the host commits."""

from collections.abc import Callable, Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc, orm

from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._news import News, news_of
from sharekit.backends.sqlalchemy._sqlite_turns import Host, begin_sqlite, commits_by_itself, in_transaction
from sharekit.errors import ConfigurationError, TransactionUsageError

_NO_TRANSACTION: Final = (
    "the host's connection is in AUTOCOMMIT, so it has no transaction to join;"
    " give one with transactions, or call the kit itself"
)


def host_of(given: object) -> Host:
    """
    Return the session or connection that the host means.

    Raises:
        ConfigurationError: It is neither.
    """
    if isinstance(given, orm.scoped_session):
        given = given()
    if isinstance(given, sa.Connection | orm.Session):
        return given
    if isinstance(getattr(given, "sync_engine", None), sa.Engine) and not hasattr(given, "run_sync"):
        problem = "is asynchronous; give its `sync_engine`, within `run_sync`"
    elif hasattr(given, "run_sync"):
        problem = "is asynchronous; use `await session.run_sync(lambda s: kit.joined(s)...)`"
    else:
        problem = f"needs a Session or Connection of SQLAlchemy, not {type(given).__name__}"
    raise ConfigurationError("host", problem)


class Busy:
    """Whether a joined store is inside a transaction; like its host it belongs to one thread."""

    def __init__(self) -> None:
        self.busy = False


class JoinedScope:
    """One savepoint inside the host's transaction."""

    joined = True

    def __init__(self, host: Host, local: Busy, others: Iterable[Host] = ()) -> None:
        self._host = host
        self._others = [other for other in others if other is not host]
        self._local = local
        self._connection: sa.Connection | None = None
        self._savepoint: sa.NestedTransaction | orm.SessionTransaction | None = None
        self._news: News | None = None

    def begin(self, *, write: bool) -> sa.Connection:
        """Make the savepoint, and return the host's connection."""
        if self._local.busy:
            raise TransactionUsageError("this store is inside a transaction")
        host = self._host
        session = host if isinstance(host, orm.Session) else None
        if session is not None:
            session.flush()  # what the host has pending goes first, and fails by its own name
        try:
            self._begin(session, write=write)
        except exc.InvalidRequestError as error:
            raise TransactionUsageError(f"the host's transaction cannot be joined: {error}") from error
        except exc.SQLAlchemyError as error:
            raise meaning(error, "beginning a savepoint", joined=True) from error
        self._local.busy = True
        return self._there()

    def _begin(self, session: orm.Session | None, *, write: bool) -> None:
        connection = session.connection() if session is not None else self._host
        if not isinstance(connection, sa.Connection):  # pragma: no cover  # for the type checkers: one of the two it is
            raise TransactionUsageError("there is no connection")
        if not connection.in_transaction():
            connection.begin()
        if _commits_by_itself(connection):
            raise TransactionUsageError(_NO_TRANSACTION)
        if write and connection.dialect.name == "sqlite" and not in_transaction(connection):
            # Outside a transaction a savepoint of SQLite is one, and its end is a commit.
            begin_sqlite(connection, immediate=True, hosts=self._others)
        self._connection = connection
        self._news = news_of(connection, session)
        if session is None:
            self._savepoint = connection.begin_nested()
        else:
            self._savepoint = session.begin_nested()
            session.connection()  # only now is the savepoint made

    def _there(self) -> sa.Connection:
        if self._connection is None:
            raise TransactionUsageError("the transaction is over, or has not begun")
        return self._connection

    def is_here(self) -> bool:
        """Leave it to the host not to take its session across a fork."""
        return True

    def commit(self, callbacks: list[Callable[[], None]]) -> Callable[[], None]:
        """Keep the changes for as long as the host's transaction lives; the callbacks wait for its commit."""
        savepoint, news = self._savepoint, self._news
        if savepoint is not None and news is not None:
            try:
                savepoint.commit()
            except exc.SQLAlchemyError as error:
                self.roll_back(doomed=True)
                raise meaning(error, "releasing a savepoint", joined=True) from error
            self._end()
            news.add(callbacks)
        return lambda: None

    def roll_back(self, *, beaten: bool = False, doomed: bool = False) -> None:  # noqa: ARG002  # the host waits its turn
        """Undo the changes since the savepoint; the host's transaction goes on."""
        savepoint, connection = self._savepoint, self._connection
        self._end()
        if savepoint is None or connection is None:
            return
        try:
            if savepoint.is_active and not doomed:
                savepoint.rollback()
        except exc.SQLAlchemyError:
            doomed = True
        if doomed:
            # The database has undone more than the savepoint. A lost connection says so to the host:
            # SQLAlchemy does nothing more in this transaction until it is rolled back.
            connection.invalidate()

    def abandon(self) -> None:
        """Be over."""
        self._end()

    def _end(self) -> None:
        self._savepoint = self._connection = self._news = None
        self._local.busy = False


def _commits_by_itself(connection: sa.Connection) -> bool:
    """Say whether each statement is committed at once, so that nothing could be undone with the host's."""
    if connection.dialect.name == "sqlite":
        return commits_by_itself(connection)
    driver = connection.connection.dbapi_connection
    if driver is None:
        return False
    try:
        return connection.dialect.detect_autocommit_setting(driver)
    except NotImplementedError:
        return False
