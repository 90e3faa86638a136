"""
The agency's own SQLite file.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Database"]

_SCHEMA = Path(__file__).with_name("schema.sql")


class Database:
    """
    Opens a connection for each piece of work, so that any thread can use it.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> bool:
        """Make the tables; return False when they were there already."""
        with self.writing() as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'project'").fetchone():
                return False
            for statement in _SCHEMA.read_text("utf-8").split(";\n"):
                connection.execute(statement)
            return True

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to read with; everything read from it belongs to one moment."""
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to write with; commit at the end, or nothing when an exception leaves the block."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
