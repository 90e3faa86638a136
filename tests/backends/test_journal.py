"""The record journal keeps every law on a local folder and in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.ids import random_id
from sharekit.ports import RecordStore
from sharekit.testing.record_store import RecordStoreContract


class TestJournalInAFolder(RecordStoreContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "new" / "journal"

    @pytest.fixture
    def store(self, path: Path) -> RecordStore:
        return JournalRecordStore(path)

    @pytest.fixture
    def reopen(self, path: Path) -> Callable[[], RecordStore]:
        return lambda: JournalRecordStore(path)


class TestJournalInMemory(RecordStoreContract):
    @pytest.fixture
    def url(self) -> str:
        return f"memory://{random_id().lstrip('_-')}"

    @pytest.fixture
    def store(self, url: str) -> RecordStore:
        return JournalRecordStore(url)

    @pytest.fixture
    def reopen(self, url: str) -> Callable[[], RecordStore]:
        return lambda: JournalRecordStore(url)
