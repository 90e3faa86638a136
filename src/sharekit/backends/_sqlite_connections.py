"""One connection to SQLite for each thread of each process, and none that crosses a fork."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from sharekit.backends._forks import at_fork
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_handles import Handle, Occupant
from sharekit.errors import StorageError, TransactionUsageError
from sharekit.ports.stores import Stamp

_DATA_VERSION: Final = "PRAGMA data_version"
_FORK_PATIENCE = 10.0  # seconds that a fork waits for the transactions of other threads


class _Passing:
    """Whoever runs on a handle for one statement, or while the store opens."""

    def abandon(self) -> None:
        """Do nothing: what is left to do fails by itself."""


_PASSING: Final = _Passing()


def _asking() -> Occupant:
    return _PASSING


class _Local(threading.local):
    handle: Handle | None = None


class Connections:
    """
    The connections of one store.

    SQLite knows of one process only: a child that opens the file while it holds a copy of its
    parent's connection takes no lock of its own, and loses what it commits when the parent closes.
    So every idle connection is closed before a fork, and opened again when it is next needed.
    A child that was forked in the middle of a transaction is refused, whichever of its stores it
    opens that file with.
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.as_uri()}?mode=rw"  # never makes an empty database where one was lost
        self._file = os.path.realpath(path)
        self._local = _Local()
        self._handles: weakref.WeakSet[Handle] = weakref.WeakSet()
        self._gate = threading.Lock()
        self._is_open = False
        self._is_spoilt = False
        self._crossing = False
        self._pid = os.getpid()
        _everywhere.add(self)
        at_fork(
            before=self._before_fork,
            after_in_parent=self._after_fork,
            after_in_child=self._after_fork_in_child,
        )

    def open(self, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """Let connections be made, once *prepare* has made the database fit for them."""
        was_open, self._is_open = self._is_open, True
        try:
            self._prepare(prepare)
        except BaseException:
            if not was_open:
                self.close()
            raise

    def _prepare(self, prepare: Callable[[sqlite3.Connection], None]) -> None:
        handle = self.acquire(_PASSING)
        try:
            prepare(handle.cursor.connection)
        except sqlite3.Error as error:
            raise meaning(error, "preparing the database") from error
        finally:
            handle.roll_back()  # does nothing when all went well
            handle.release()

    def close(self) -> None:
        """Close every connection; one with a transaction on it when that is over."""
        own = self._local.handle
        if own is not None and own.is_busy():
            raise TransactionUsageError("a transaction does not close its own store")
        self._is_open = False
        with self._gate:
            handles = list(self._handles)
        for handle in handles:
            handle.retire()

    # Any: SQLite gives what was stored.
    def ask(self, sql: str, params: Sequence[str | None]) -> list[tuple[Any, ...]]:
        """
        Return the rows that a statement finds, outside any transaction; it sees one state by itself.

        Raises:
            TransactionUsageError: The thread is inside a transaction, or the store is not open.
            StorageError: There is no connection to be had.
            sqlite3.Error: The statement failed.
        """
        handle = self._local.handle
        # The conditions of `_ready`, which hold for most: a call less.
        if handle is None or handle.occupant is not None or handle.connection is None or not handle.own[0]:
            handle = self._ready()
        try:
            # A block, and all of it in this frame: then no exception of a signal handler comes
            # between taking the lock and being sure to let it go.
            with handle.lock:
                if handle.connection is not None:
                    handle.occupant = _asking
                    try:
                        # Two lines: what comes between the call and the block's end is then in the block.
                        found: list[tuple[Any, ...]] = handle.cursor.execute(sql, params).fetchall()
                        return found
                    finally:
                        handle.occupant = None
        finally:
            if handle.doomed:
                handle.retire()
        return self.ask(sql, params)  # another thread closed the connection in between

    def stamp(self) -> Stamp:
        """
        Return what stays the same on this thread's connection for as long as nobody commits.

        SQLite's data version changes with what others commit, and only with that; what this connection itself
        changes it counts apart. Two connections have no stamp in common. The question begins and ends a reading
        of the database like any other, so it sees what a SELECT in its place would see.

        Raises:
            TransactionUsageError: As `ask` raises it.
            StorageError: The same.
            sqlite3.Error: The same.
        """
        handle = self._local.handle
        while True:
            number = -1 if handle is None else handle.number
            ((version,),) = self.ask(_DATA_VERSION, ())
            handle = self._local.handle
            connection = None if handle is None else handle.connection
            if handle is not None and connection is not None and handle.number == number:
                return (number, version, connection.total_changes)
            # Meanwhile it was closed, or made.

    def acquire(self, occupant: Occupant) -> Handle:
        """
        Return this thread's handle, with a connection, for the occupant alone until `Handle.release`.

        Raises:
            TransactionUsageError: The thread is inside a transaction, or the store is not open.
            StorageError: There is no connection to be had.
        """
        while True:
            handle = self._ready()
            try:
                handle.lock.acquire()
                if handle.connection is not None:
                    handle.occupant = weakref.ref(occupant, handle.vacate)
                    return handle
                handle.lock.release()
            except BaseException:
                handle.leave()
                raise

    def _ready(self) -> Handle:
        """Return this thread's handle, free and with a connection, which others may still close."""
        handle = self._local.handle
        if handle is None:
            handle = self._local.handle = Handle()
        if handle.occupant is not None and handle.is_busy():
            raise TransactionUsageError("this thread is inside a transaction of this store")
        if handle.connection is None or handle.pid != os.getpid():
            # The gate comes before the lock, here as when a fork closes connections.
            with self._gate, handle.lock:
                self._connect(handle)
        return handle

    def _connect(self, handle: Handle) -> None:
        if not self._is_open:
            raise TransactionUsageError("the store is not open")
        for connections in list(_everywhere):
            connections.notice_fork()
        if self._is_spoilt or self._file in _forsaken:
            cause = RuntimeError("this process was forked in the middle of a transaction; make the kit after the fork")
            raise StorageError("connecting to SQLite in a forked process") from cause
        self._handles.add(handle)
        try:
            handle.connect(self._uri)
        except sqlite3.Error as error:
            raise meaning(error, "connecting to SQLite") from error

    def notice_fork(self) -> None:
        """Notice a fork that ran none of the hooks, as one by a server written in C may."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            if any(handle.connection is not None for handle in self._handles):
                self._spoil()

    def _before_fork(self) -> None:
        self._gate.acquire()
        own = self._local.handle
        deadline = time.monotonic() + _FORK_PATIENCE
        for handle in list(self._handles):
            if handle is own and handle.is_busy():  # its lock would let this thread in
                self._crossing = True
            elif handle.lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                handle.disconnect()
                handle.lock.release()
            else:
                self._crossing = True

    def _after_fork(self) -> None:
        self._crossing = False
        self._gate.release()

    def _after_fork_in_child(self) -> None:
        if self._crossing:
            self._spoil()
        self._pid = os.getpid()
        self._after_fork()

    def _spoil(self) -> None:
        self._is_spoilt = True
        _forsaken.add(self._file)
        for handle in list(self._handles):
            handle.abandon()


_everywhere: Final[weakref.WeakSet[Connections]] = weakref.WeakSet()
"""Those of this process. What SQLite does not bear is a matter of the process, not of one store."""

_forsaken: Final[set[str]] = set()
"""The files of which this process has a copy of its parent's connection, for good."""
