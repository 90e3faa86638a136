"""A record store in one SQLite file, for one machine and any number of its processes and threads."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_glances import SqliteGlance
from sharekit.backends._sqlite_looks import SqliteLook
from sharekit.backends._sqlite_schema import make_file, prepare
from sharekit.backends._sqlite_transactions import Layout, SqliteTransaction
from sharekit.errors import ConfigurationError, StorageError
from sharekit.ids import TenantId
from sharekit.ports.rows import KindSpec
from sharekit.ports.stores import Companion, Sought, Stamp

__all__ = ["SqliteRecordStore", "SqliteTransaction"]

_OLDEST: Final = (3, 35)  # the first SQLite with RETURNING


class SqliteRecordStore:
    """
    A record store in one file, safe among processes, threads and forks, durable with each commit.

    Readers see the last commit and wait for nobody; writers wait for one another, a minute at most.
    The file must lie on a local disk.

    Args:
        path: The file. It is made when missing, with its folder, for the owner alone.

    Raises:
        ConfigurationError: The path is not that of a file, or SQLite is older than 3.35.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if os.fspath(path) in {"", ":memory:"}:
            raise ConfigurationError("path", "needs a file; to keep nothing on disk, use MemoryRecordStore")
        if sqlite3.sqlite_version_info < _OLDEST:
            raise ConfigurationError("path", "needs SQLite 3.35 or newer")
        self._path = Path(path).absolute()
        self._connections = Connections(self._path)
        self._layout = Layout()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._path)!r})"

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """
        Prepare to keep rows of these kinds: make the file, tables, columns and indexes that are missing.

        Raises:
            ConfigurationError: A key had another type before, or the file is not sharekit's to use.
            StorageError: The file cannot be made or read, or is no database.
        """
        try:
            make_file(self._path)
        except OSError as error:
            raise StorageError("making the file of the store") from error
        self._connections.open(lambda connection: prepare(connection, kinds))
        self._layout = self._layout.extended(kinds)

    def transaction(self, tenant: TenantId, *, write: bool = False) -> "SqliteTransaction":
        """Return a transaction; leaving its block commits, an exception rolls back."""
        return SqliteTransaction(self._connections, self._layout, tenant, write)

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> SqliteLook:
        """Prepare to read rows of this kind with these of their keys and with these companions."""
        return SqliteLook(self._connections, self._layout, kind, keys, companions)

    def stamp(self) -> Stamp:
        """Return what stays the same for as long as nobody commits, as this thread reads the file."""
        try:
            return self._connections.stamp()
        except sqlite3.Error as error:
            raise meaning(error, "asking whether anything changed") from error

    def glance(self, sought: Sequence[Sought]) -> SqliteGlance:
        """Prepare to find rows of several kinds, each by its id or by a key, with these of their keys."""
        return SqliteGlance(self._connections, self._layout, sought)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        with SqliteTransaction(self._connections, self._layout, TenantId(""), write=False) as transaction:
            return transaction.tenants(kind)

    def close(self) -> None:
        """Close the connections of every thread; one with a transaction on it when that is over."""
        self._connections.close()
