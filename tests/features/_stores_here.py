"""
Three stores that need no server, for stories that are told on each.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ports import RecordStore

NAMES: Final = ("memory", "sqlite", "sqlalchemy")


@contextmanager
def store_named(name: str, folder: Path) -> Generator[RecordStore]:
    """Have a store meanwhile; whoever uses it closes it."""
    if name == "memory":
        yield MemoryRecordStore()
    elif name == "sqlite":
        yield SqliteRecordStore(folder / "records.sqlite3")
    else:
        engine = sa.create_engine(f"sqlite:///{folder / 'records.db'}")
        upgrade(engine)
        yield SqlAlchemyRecordStore(engine)
        engine.dispose()
