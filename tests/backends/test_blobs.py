"""The blob stores keep every law: in a folder, in memory, and in buckets."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit.backends import _local_folders
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.ports import BlobStore
from sharekit.testing import BlobDoor, BlobStoreContract
from tests.backends._blobs import FilesOfBlobs, linking, picture


class TestBlobsInAFolder(BlobStoreContract):
    """A blob store on the local disk keeps the contract."""

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

    @pytest.fixture(autouse=True)
    def _without_descriptors(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_local_folders, "_HOLDS", False)


class TestBlobsInMemory(BlobStoreContract):
    """A blob store in memory keeps the contract."""

    @pytest.fixture
    def store(self) -> BlobStore:
        """A store of its own."""
        return FsspecBlobStore("memory://")

    @pytest.fixture
    def elsewhere(self) -> BlobStore:
        """Another one, which shares nothing with it."""
        return FsspecBlobStore("memory://")
