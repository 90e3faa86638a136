"""The record journal keeps every law on a local folder and in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.ids import random_id
from sharekit.ports import RecordStore
from sharekit.testing.record_store import RecordStoreContract
from tests.servers.s3 import Bucket


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


class TestJournalInABucket(RecordStoreContract):
    @pytest.fixture
    def store(self, moto_bucket: Bucket) -> RecordStore:
        return JournalRecordStore(moto_bucket.url, options=moto_bucket.options)

    @pytest.fixture
    def reopen(self, moto_bucket: Bucket) -> Callable[[], RecordStore]:
        return lambda: JournalRecordStore(moto_bucket.url, options=moto_bucket.options)


def test_probe(s3rver_bucket: Bucket) -> None:
    """s."""
    store = JournalRecordStore(s3rver_bucket.url, options=s3rver_bucket.options)
    store.open([])
