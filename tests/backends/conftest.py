"""A SQLite store for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sharekit.backends.sqlite import SqliteRecordStore
from tests.backends._notes import NOTE
from tests.django_host import project

project.set_up()  # models can be imported from here on


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of the store."""
    return tmp_path / "records.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteRecordStore]:
    """An open store of notes."""
    store = SqliteRecordStore(path)
    store.open([NOTE])
    yield store
    store.close()
