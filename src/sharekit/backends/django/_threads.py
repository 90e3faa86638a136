"""What a store knows of each thread that uses it."""

import contextlib
import threading

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from sharekit.errors import TransactionUsageError


class _Farewell:
    """
    Closes a connection that the store opened, when its thread is over.

    Django closes connections at the end of each request; a thread that serves none would leave its
    own to chance.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def close(self) -> None:
        """Close the connection unless somebody has a transaction on it."""
        if not self.connection.in_atomic_block:
            self.connection.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # there is nobody left to be told
            self.close()


class Threads(threading.local):
    """
    One transaction at a time for each thread, and the connection that was opened for it.

    Attributes:
        beaten: The tables that the last transaction changed when another's change got in its way.
    """

    busy: bool = False
    beaten: tuple[str, ...] = ()
    farewell: _Farewell | None = None

    def enter(self) -> None:
        """Note that this thread is inside a transaction."""
        if self.busy:
            raise TransactionUsageError("this thread is inside a transaction of this store")
        self.busy = True

    def leave(self) -> None:
        """Note that it is inside no more."""
        self.busy = False

    def look_after(self, using: str) -> None:
        """Close the thread's connection with the thread, if it is opened on our account."""
        connection = connections[using]
        if connection.connection is None and (self.farewell is None or self.farewell.connection is not connection):
            self.farewell = _Farewell(connection)

    def close(self) -> None:
        """Close what was opened on our account in this thread."""
        if self.busy:
            raise TransactionUsageError("a transaction does not close its own store")
        if self.farewell is not None:
            self.farewell.close()
            self.farewell = None
