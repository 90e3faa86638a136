"""One connection to SQLite, and who runs on it."""

import itertools
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from sharekit.backends._forks import Mark, own_mark
from sharekit.backends._sqlite_errors import is_busy

_BUSY_TIMEOUT = 10.0  # seconds that SQLite itself waits for a lock
_PATIENCE = 60.0  # seconds in all that a transaction waits for its turn
_PAUSE = 0.05  # seconds at most between two tries
_STATEMENTS = 512

_PRAGMAS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -24000",  # at most 24 MB a connection, taken as it is needed
    "PRAGMA journal_size_limit = 67108864",
)

_numbers: Final[Iterator[int]] = itertools.count()
"""Of connections. A fork goes on counting where its parent was, and keeps none of the parent's connections."""


class Occupant(Protocol):
    """A transaction that runs on a handle."""

    def abandon(self) -> None:
        """Be over at once: this is a forked copy, and the connection is another process's."""
        ...


class Handle:
    """
    A thread's connection.

    Attributes:
        connection: The connection, or None while there is none.
        cursor: While there is one, its cursor for every statement.
        own: While there is one, what says that it is this process's.
        occupant: While a transaction runs on it, what returns that, or None when it was dropped.
        lock: Held while something runs. It can be taken twice by one thread, so look at the occupant first.
        number: That of the latest connection; no other of this process has had the same.
        thread: The one whose it is.
        doomed: Whether to close the connection as soon as nothing runs on it.
    """

    cursor: sqlite3.Cursor
    own: Mark

    __slots__ = ("__weakref__", "connection", "cursor", "doomed", "lock", "number", "occupant", "own", "pid", "thread")

    def __init__(self) -> None:
        self.connection: sqlite3.Connection | None = None
        self.occupant: Callable[[], Occupant | None] | None = None
        self.doomed: bool = False
        self.lock: threading.RLock = threading.RLock()
        self.number: int = -1
        self.pid: int = 0
        self.thread: int = threading.get_ident()

    def connect(self, uri: str) -> None:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=_BUSY_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,  # `close` and a fork close the connections of other threads
            cached_statements=_STATEMENTS,
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        self.cursor, self.own, self.pid = connection.cursor(), own_mark(), os.getpid()
        self.number = next(_numbers)
        self.connection = connection  # last, since it says that the others can be used

    def disconnect(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def abandon(self) -> None:
        """Forget the connection of another process without closing it."""
        connection, self.connection = self.connection, None
        if connection is not None:
            _keep_forever(connection)
        occupant = None if self.occupant is None else self.occupant()
        if occupant is not None:
            occupant.abandon()

    def roll_back(self) -> None:
        """End the transaction; when not even that can be done, the connection."""
        try:
            if self.connection is not None and self.connection.in_transaction:
                self.cursor.execute("ROLLBACK")
        except sqlite3.Error:
            self.disconnect()

    def release(self) -> None:
        """
        Let the next transaction in, or `close`.

        A transaction that is still open here was left by an exception that came between two
        statements, as a signal handler may raise one. It must not outlive its block: later reads
        would see its old state.
        """
        if self.connection is not None and self.connection.in_transaction:
            self.roll_back()
        self.leave()
        if self.doomed:
            self.retire()

    def leave(self) -> None:
        """Give up the lock, if this thread has it, and the place."""
        try:
            self.lock.release()
        except RuntimeError:  # it has it not
            if self.thread != threading.get_ident():
                self.lock = threading.RLock()  # a transaction is left in another thread than it was entered in
        # Last: what is interrupted before can be told by its occupant.
        self.occupant = None

    def is_busy(self) -> bool:
        """Say whether something runs on it; what was dropped without an end is ended."""
        if self.occupant is not None and self.occupant() is None:
            self.vacate()
        return self.occupant is not None

    def vacate(self, gone: object = None) -> None:
        """
        End what was dropped without an end, in its own thread.

        An exception of a signal handler may come at the very beginning of what would have ended it.
        """
        if self.thread == threading.get_ident() and (gone is None or gone is self.occupant):
            self.release()

    def retire(self) -> None:
        """Close the connection, now or when what runs on it is over."""
        self.doomed = True
        if self.lock.acquire(blocking=False):
            self.doomed = False
            self.disconnect()
            self.lock.release()

    def __del__(self, getpid: Callable[[], int] = os.getpid) -> None:
        # The thread is over, or the store was dropped.
        if self.connection is not None:
            if self.pid == getpid():
                self.disconnect()
            else:
                self.abandon()


def patiently(cursor: sqlite3.Cursor, statement: str) -> None:
    """
    Execute a statement that takes a lock, again and again while others hold it.

    SQLite's own waiting is not enough: it is not fair, and some locks it does not wait for.

    Raises:
        sqlite3.OperationalError: The lock could not be had in a minute.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            cursor.execute(statement)
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.0, _PAUSE))  # noqa: S311  # no secret
        else:
            return


def _keep_forever(connection: sqlite3.Connection) -> None:
    # Closing would roll back, in memory that is shared with the other process, what that one is writing.
    import ctypes  # noqa: PLC0415  # for the rare process that was forked in the middle of a transaction

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
