"""A stranger's blob store keeps every law, and the page that explains it shows all of it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from custom_store.blobs import SqliteBlobStore
from sharekit.ports import BlobStore
from sharekit.testing import BlobStoreContract

ROOT = Path(__file__).parents[2]
STORE = ROOT / "examples" / "custom_store" / "blobs.py"
PAGE = (ROOT / "docs" / "how-to" / "write-a-blob-store.md").read_text("utf-8")


class TestSqliteBlobStore(BlobStoreContract):
    """`SqliteBlobStore` keeps the contract."""

    title: ClassVar = "example: a table in SQLite"
    lacks: ClassVar[Mapping[str, str]] = {"link": "a table has no links"}

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """The file of the store."""
        return tmp_path / "blobs.sqlite3"

    @pytest.fixture
    def store(self, path: Path) -> BlobStore:
        """A store in a file that does not exist yet."""
        return SqliteBlobStore(path)

    @pytest.fixture
    def elsewhere(self, tmp_path: Path) -> BlobStore:
        """A store in another file."""
        return SqliteBlobStore(tmp_path / "others.sqlite3")

    @pytest.fixture
    def reopen(self, path: Path) -> Callable[[], BlobStore]:
        """A second store in the same file."""
        return lambda: SqliteBlobStore(path)

    @pytest.fixture
    def sabotage(self, path: Path) -> Callable[[], object]:
        """Spoil the file behind the store's back."""
        return lambda: path.write_bytes(b"this is no database" * 1000)


def test_the_page_shows_the_whole_store() -> None:
    """What the page explains piece by piece is the code that is tested here."""
    pieces = re.findall(r"<!-- part of examples/custom_store/blobs.py -->\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    shown = [line for piece in pieces for line in piece.splitlines() if line]
    code = STORE.read_text("utf-8").partition('"""\n\n')[2]

    assert [line for line in code.splitlines() if line] == shown
