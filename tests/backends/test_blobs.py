"""The blob stores keep every law: in a folder, in memory, and in buckets."""

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from sharekit.backends import _local_folders
from sharekit.backends.fsspec import DirectFsspecBlobStore, FsspecBlobStore
from sharekit.ports import BlobStore, SupportsDirectDownloads
from sharekit.testing import BlobDoor, BlobStoreContract
from tests.backends._blobs import FilesOfBlobs, linking, picture
from tests.servers.azure import KEY
from tests.servers.s3 import Bucket, in_one_session


class TestBlobsInAFolder(BlobStoreContract):
    """A blob store on the local disk keeps the contract."""

    title: ClassVar = "a folder"

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """A folder that does not exist yet, beside other things."""
        (tmp_path / "beside").write_text("something else", "utf-8")
        return tmp_path / "new" / "blobs"

    @pytest.fixture
    def store(self, root: Path) -> BlobStore:
        """A store in that folder."""
        return FsspecBlobStore(root)

    @pytest.fixture
    def elsewhere(self, tmp_path: Path) -> BlobStore:
        """A store in another folder, whose name begins alike."""
        return FsspecBlobStore(tmp_path / "new" / "blobs2")

    @pytest.fixture
    def reopen(self, root: Path) -> Callable[[], BlobStore]:
        """A second store on the same folder."""
        return lambda: FsspecBlobStore(root.as_uri())

    @pytest.fixture
    def back_door(self, root: Path) -> BlobDoor:
        """The files themselves."""
        return FilesOfBlobs(root)

    @pytest.fixture
    def sabotage(self, root: Path) -> Callable[[], None]:
        """Take the folder away."""
        return lambda: shutil.rmtree(root)

    @pytest.fixture
    def outside(self, root: Path, tmp_path: Path) -> Callable[[], object]:
        """What lies beside the folder."""
        return lambda: picture(tmp_path, root)

    @pytest.fixture
    def link(self, root: Path, tmp_path: Path) -> Callable[[str, str], None] | None:
        """Links to files and folders beside it."""
        return None if sys.platform == "win32" else linking(root, tmp_path)


class TestBlobsInAFolderByName(TestBlobsInAFolder):
    """So does one on a system that cannot hold folders open, where each step is looked at before it is taken."""

    title: ClassVar = "a folder, by names alone"

    @pytest.fixture(autouse=True)
    def _without_descriptors(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_local_folders, "_HOLDS", False)


class TestBlobsInMemory(BlobStoreContract):
    """A blob store in memory keeps the contract."""

    title: ClassVar = "memory"
    lacks: ClassVar[Mapping[str, str]] = {
        "link": "memory has no links",
        "reopen": "its memory is the store's own",
        "sabotage": "memory does not fail",
    }

    @pytest.fixture
    def store(self) -> BlobStore:
        """A store of its own."""
        return FsspecBlobStore("memory://")

    @pytest.fixture
    def elsewhere(self) -> BlobStore:
        """Another one, which shares nothing with it."""
        return FsspecBlobStore("memory://")


class _InABucket(BlobStoreContract):
    """What the stores in buckets have in common."""

    examples: ClassVar[int | None] = 8
    lacks: ClassVar[Mapping[str, str]] = {"link": "a bucket has no links"}
    schemes: ClassVar[tuple[str, ...]] = ()

    @pytest.fixture
    def bucket(self) -> Bucket:
        """A place of its own in a bucket."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, bucket: Bucket) -> BlobStore:
        """A store there that gives addresses, too."""
        return DirectFsspecBlobStore(bucket.url, options=bucket.options, schemes=self.schemes)

    @pytest.fixture
    def elsewhere(self, bucket: Bucket) -> BlobStore:
        """A store whose prefix begins like the other's."""
        return FsspecBlobStore(f"{bucket.url}2", options=bucket.options, schemes=self.schemes)

    @pytest.fixture
    def reopen(self, bucket: Bucket) -> Callable[[], BlobStore]:
        """A second store on the same place."""
        return lambda: FsspecBlobStore(bucket.url, options=bucket.options, schemes=self.schemes)

    def test_it_has_addresses(self, store: BlobStore) -> None:
        """The store of this contract is asked for direct downloads, and the plain one has none."""
        assert isinstance(store, SupportsDirectDownloads)
        assert not isinstance(FsspecBlobStore("s3://bucket/x"), SupportsDirectDownloads)


@pytest.mark.slow
class TestBlobsOnS3(_InABucket):
    """A blob store on S3 keeps the contract."""

    title: ClassVar = "S3 by moto, direct"

    @pytest.fixture
    def bucket(self, moto_bucket: Bucket) -> Bucket:
        """A prefix at moto."""
        return in_one_session(moto_bucket)

    @pytest.fixture
    def sabotage(self, store: DirectFsspecBlobStore) -> Callable[[], None]:
        """Have the store look in a bucket that is not there."""

        def look_elsewhere() -> None:
            store._bucket._bucket._root = store._bucket._sending._root = "no-such-bucket/x"

        return look_elsewhere


@pytest.mark.slow
class TestBlobsOnAzure(_InABucket):
    """A blob store on Azure keeps the contract."""

    title: ClassVar = "Azure by Azurite, direct"
    schemes = ("az",)

    @pytest.fixture
    def bucket(self, azurite_bucket: Bucket) -> Bucket:
        """A prefix at Azurite."""
        return azurite_bucket

    @pytest.fixture
    def sabotage(self, store: DirectFsspecBlobStore, azurite_connection: str) -> Callable[[], None]:
        """Have the store use a key that is not the account's."""
        wrong = azurite_connection.replace(KEY, KEY[::-1].lstrip("=") + "=" * KEY.count("="))
        bucket = store._bucket._bucket

        def forget_the_key() -> None:
            bucket._options, bucket._made = {"connection_string": wrong}, None

        return forget_the_key
