"""The record journal keeps every law in a folder, in memory, and in a bucket."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.ids import random_id
from sharekit.ports import RecordStore
from sharekit.testing.record_store import BackDoor, RecordStoreContract
from tests.backends._journals import FilesDoor
from tests.backends._sampling import Sampled, stories
from tests.servers.s3 import Bucket, in_one_session


class TestJournalInAFolder(RecordStoreContract):
    """A journal on the local disk keeps the contract."""

    machine_examples: ClassVar[int | None] = stories(15, 100)

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """A folder that does not exist yet."""
        return tmp_path / "new" / "journal"

    @pytest.fixture
    def store(self, path: Path) -> RecordStore:
        """A journal that is not made yet."""
        return JournalRecordStore(path)

    @pytest.fixture
    def reopen(self, path: Path) -> Callable[[], RecordStore]:
        """A second store on the same folder."""
        return lambda: JournalRecordStore(path.as_uri())

    @pytest.fixture
    def back_door(self, path: Path) -> BackDoor:
        """The files themselves."""
        return FilesDoor(path)

    @pytest.fixture
    def sabotage(self, path: Path) -> Callable[[], None]:
        """Take the commits away."""
        return lambda: shutil.rmtree(path / "commits")


class TestJournalInMemory(RecordStoreContract):
    """A journal in this process's memory keeps the contract."""

    lacks: ClassVar[Mapping[str, str]] = {
        "back_door": "the store in a folder has it; the files are the same",
        "sabotage": "the store in a folder has it; test_journal_faults.py has each way in which a file system fails",
    }
    machine_examples: ClassVar[int | None] = stories(15, 100)

    @pytest.fixture
    def url(self) -> str:
        """A name of its own."""
        return f"memory://{re.sub('[^a-z]', 'x', random_id())}/journal"

    @pytest.fixture
    def store(self, url: str) -> RecordStore:
        """A journal in memory."""
        return JournalRecordStore(url)

    @pytest.fixture
    def reopen(self, url: str) -> Callable[[], RecordStore]:
        """Another store on the same name, which shares what is kept there."""
        return lambda: JournalRecordStore(url)


@pytest.mark.slow
class TestJournalInABucket(Sampled, RecordStoreContract):
    """A journal on S3 keeps the contract."""

    lacks: ClassVar[Mapping[str, str]] = {
        "back_door": "the store in a folder has it; the files are the same",
        "sabotage": "the store in a folder has it; test_journal_faults.py has each way in which a file system fails",
    }
    machine_examples: ClassVar[int | None] = stories(3, 25)
    shown_elsewhere = ("test_t14", "test_q")  # a question is answered from what was replayed, wherever that was kept

    @pytest.fixture
    def bucket(self, moto_bucket: Bucket) -> Bucket:
        """A bucket of its own."""
        return in_one_session(moto_bucket)

    @pytest.fixture
    def store(self, bucket: Bucket) -> RecordStore:
        """A journal in a bucket."""
        return JournalRecordStore(bucket.url, options=bucket.options)

    @pytest.fixture
    def reopen(self, bucket: Bucket) -> Callable[[], RecordStore]:
        """Another store on the same bucket."""
        return lambda: JournalRecordStore(bucket.url, options=bucket.options)
