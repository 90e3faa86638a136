"""Transactions of our own: a connection from the host's engine, begun and ended here."""

import contextlib
import os
import threading
import weakref
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc, pool

from sharekit.backends.sqlalchemy._errors import meaning, meaning_at_commit
from sharekit.backends.sqlalchemy._sqlite_turns import Host, begin_sqlite, check_apart, end_sqlite
from sharekit.backends.sqlalchemy._tables import MYSQL, TURN
from sharekit.errors import ConfigurationError, TransactionUsageError
from sharekit.ports.collecting import call_all

_SERIALIZABLE: Final = "SERIALIZABLE"
_SNAPSHOT: Final = "REPEATABLE READ"
_PATIENTLY: Final = "SET LOCAL lock_timeout = '60s'"  # MariaDB has a limit of its own

# Writers share the table of turns; one that had to begin again takes it for itself alone, so that
# nobody can be in its way a second time. Neither statement fixes what the transaction will see.
_TURNS: Final = {
    "postgresql": (
        f"{_PATIENTLY}; LOCK TABLE {TURN} IN ROW EXCLUSIVE MODE",
        f"{_PATIENTLY}; LOCK TABLE {TURN} IN EXCLUSIVE MODE",
    ),
    "mariadb": (
        f"SELECT id FROM {TURN} WHERE id = 1 LOCK IN SHARE MODE",  # noqa: S608  # a constant
        f"SELECT id FROM {TURN} WHERE id = 1 FOR UPDATE",  # noqa: S608  # a constant
    ),
}


class _Local(threading.local):
    busy = False
    beaten = False  # the last write transaction met another's

    def __init__(self) -> None:
        self.hosts: weakref.WeakSet[Host] = weakref.WeakSet()


class Engines:
    """
    The host's engine, as the store uses it.

    Attributes:
        engine: The engine.
        dialect: ``"postgresql"``, ``"mariadb"`` or ``"sqlite"``.
        local: What is known of each thread: whether it is inside a transaction of ours, and which hosts it joined.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.dialect = dialect_of(engine)
        self.local = _Local()
        self._abandoned: list[sa.Connection | pool.PoolProxiedConnection] = []
        self._level: str | None = None
        self._pid = os.getpid()

    def connect(self) -> sa.Connection:
        """Return a connection of this process, and never one that was made before a fork."""
        self._make_sure()
        return self.engine.connect()

    def lend(self) -> pool.PoolProxiedConnection:
        """Return a connection of the driver's, from the pool, with the same care."""
        self._make_sure()
        return self.engine.raw_connection()

    def _make_sure(self) -> None:
        self._notice_fork()
        if self.dialect == "sqlite":
            check_apart(self.engine, list(self.local.hosts))

    def _notice_fork(self) -> None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self.engine.dispose(close=False)

    def level(self) -> str:
        """Return the isolation that the host chose for its engine."""
        if self._level is None:
            with self.connect() as connection:
                self._level = connection.get_isolation_level()
        return self._level

    def abandon(self, connection: sa.Connection | pool.PoolProxiedConnection) -> None:
        """Keep a connection that belongs to the process before the fork from being ended here."""
        self._abandoned.append(connection)


class OwnScope:
    """One transaction of our own."""

    joined = False

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._connection: sa.Connection | None = None
        self._pid = 0
        self._write = False

    def begin(self, *, write: bool) -> sa.Connection:
        """Begin, and return the connection to work with."""
        local = self._engines.local
        if local.busy:
            raise TransactionUsageError("this thread is inside a transaction of this store")
        self._write, self._pid = write, os.getpid()
        try:
            connection = self._begun()
        except exc.SQLAlchemyError as error:
            raise meaning(error, "beginning a transaction") from error
        local.busy = True
        return connection

    def _begun(self) -> sa.Connection:
        level = self._engines.level()
        connection = self._engines.connect()
        try:
            connection = self._isolated(connection, level)
            connection.begin()
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _isolated(self, connection: sa.Connection, level: str) -> sa.Connection:
        dialect = self._engines.dialect
        if dialect == "sqlite":
            return connection
        wanted = _SERIALIZABLE if self._write and level == _SERIALIZABLE else _SNAPSHOT
        if dialect == "postgresql":
            return connection.execution_options(isolation_level=wanted, postgresql_readonly=not self._write)
        return connection if wanted == level else connection.execution_options(isolation_level=wanted)

    def _prepare(self, connection: sa.Connection) -> None:
        dialect, local = self._engines.dialect, self._engines.local
        if dialect == "sqlite":
            begin_sqlite(connection, immediate=self._write, hosts=list(local.hosts))
            return
        if self._write:
            beaten, local.beaten = local.beaten, False
            # Without parameters, which drivers do not take for two statements in one round trip.
            connection.exec_driver_sql(_TURNS[dialect][beaten], execution_options={"no_parameters": True})

    def is_here(self) -> bool:
        """Say whether this is the process that began."""
        return self._pid == os.getpid()

    def commit(self, callbacks: list[Callable[[], None]]) -> Callable[[], None]:
        """Make it durable, and return what is then left to do."""
        connection = self._connection
        if connection is not None:
            try:
                self._commit(connection)
            except exc.SQLAlchemyError as error:
                self.roll_back(beaten=True)
                raise meaning_at_commit(error) from error
            except BaseException:
                self.roll_back()
                raise
            self._end()
        return lambda: call_all(callbacks)

    def _commit(self, connection: sa.Connection) -> None:
        transaction = connection.get_transaction()
        if not self._write and self._engines.dialect != "postgresql":
            return  # closing ends it, by one ROLLBACK instead of two statements
        # On PostgreSQL this is one statement too, and psycopg forgets what it has prepared at a rollback.
        if self._engines.dialect == "sqlite":
            end_sqlite(connection, "COMMIT")
        if transaction is not None:
            transaction.commit()

    def roll_back(self, *, beaten: bool = False) -> None:
        """Undo everything, if that has not been done yet."""
        connection = self._connection
        if connection is None:
            return
        if beaten:
            self._engines.local.beaten = True
        try:
            if self._engines.dialect == "sqlite" and not connection.invalidated:
                end_sqlite(connection, "ROLLBACK")
        except exc.SQLAlchemyError:
            connection.invalidate()
        finally:
            self._end()

    def abandon(self) -> None:
        """Be over in a process that was forked in the middle."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._engines.abandon(connection)
            self._engines.local.busy = False

    def _end(self) -> None:
        connection, self._connection = self._connection, None
        self._engines.local.busy = False
        if connection is not None:
            try:
                connection.close()
            except exc.SQLAlchemyError:
                # A server that ended the connection has undone everything; SQLAlchemy knows, or is told.
                with contextlib.suppress(exc.SQLAlchemyError):
                    connection.invalidate()


def engine_of(given: object, setting: str) -> sa.Engine:
    """
    Return the engine that was given.

    Raises:
        ConfigurationError: It is none; *setting* is how the caller calls it.
    """
    if isinstance(given, sa.Engine):
        return given
    if isinstance(getattr(given, "sync_engine", None), sa.Engine):
        raise ConfigurationError(setting, "is asynchronous; give its `sync_engine`, within `run_sync`")
    raise ConfigurationError(setting, f"needs an Engine, as create_engine() makes, not {type(given).__name__}")


def dialect_of(engine: sa.Engine) -> str:
    """
    Return the name under which we know the engine's dialect.

    Raises:
        ConfigurationError: It is none that we know.
    """
    name = engine.dialect.name
    if name in MYSQL:
        return "mariadb"
    if name not in {"postgresql", "sqlite"}:
        raise ConfigurationError("records", f"knows PostgreSQL, MariaDB and SQLite, and not {name!r}")
    return name
