"""What the stories of documents share: bytes of each sort, and stores that fail on demand."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import attrs

from sharekit import Contact, ResourceRef, Staff, System
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.errors import SharekitError, StorageError
from sharekit.ids import BlobKey, blob_prefix
from sharekit.ports import BlobStore, StoredBlob
from sharekit.records.documents import Document
from tests.features.conftest import Agency

__all__ = ["DAY", "PROGRAM", "HeldBlobs", "blobs_of", "bytes_of", "names", "text"]

DAY = timedelta(hours=25)
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8" + bytes(200)


def text(size: int, word: str = "word") -> bytes:
    """Return so many bytes of plain text."""
    line = f"{word} in a line of text\n".encode()
    return (line * (size // len(line) + 1))[:size]


def blobs_of(agency: Agency, tenant: str | None = None) -> set[str]:
    """Return the keys of the blobs that the store names for a tenant."""
    wiring = agency.kit._wiring
    named = wiring.tenant if tenant is None else agency.kit.for_tenant(tenant).tenant
    return {blob.key for blob in wiring.blob_store().blobs(blob_prefix(named))}


def bytes_of(agency: Agency, document: Document | ResourceRef, by: Staff | Contact | System | None = None) -> bytes:
    """Return the bytes of a document, as somebody reads them; Maria by default."""
    with agency.kit.documents.open(document, by=by or agency.maria) as reader:
        return reader.read()


# Any: each story passes other options.
def names(agency: Agency, reader: Staff | Contact, **options: Any) -> list[str]:  # noqa: ANN401
    """Return the names of the documents that somebody finds, in order."""
    return [item.name for item in agency.kit.documents.visible(reader, **options).items]


@attrs.define
class HeldBlobs:
    """
    A store of bytes in memory, into which a test may reach.

    Attributes:
        inner: The store.
        written_at: When every blob is said to have been written; None for what the store says.
        failing: What `size`, `read` or `blobs` raise instead of answering.
        empty: Whether listings are empty.
    """

    inner: BlobStore = attrs.field(factory=lambda: FsspecBlobStore("memory://"))
    failing: dict[str, SharekitError] = attrs.field(factory=dict[str, SharekitError])
    empty: bool = False
    ages: dict[str, timedelta] = attrs.field(factory=dict[str, timedelta])
    content: dict[BlobKey, bytes] = attrs.field(factory=dict[BlobKey, bytes])

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        self._fail("write")
        return self.inner.write(key, chunks)

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        self._fail("read")
        if key in self.content:
            return iter([self.content[key][start:stop]])
        return self.inner.read(key, start, stop)

    def size(self, key: BlobKey) -> int | None:
        self._fail("size")
        return len(self.content[key]) if key in self.content else self.inner.size(key)

    def delete(self, key: BlobKey) -> None:
        self._fail("delete")
        self.inner.delete(key)

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        self._fail("blobs")
        return iter(()) if self.empty else self.inner.blobs(prefix)

    def _fail(self, operation: str) -> None:
        if operation in self.failing:
            raise self.failing[operation]

    @contextlib.contextmanager
    def broken(self, *operations: str) -> Iterator[None]:
        """Have operations fail within a ``with`` block."""
        self.failing = {operation: StorageError(operation) for operation in operations}
        try:
            yield
        finally:
            self.failing = {}
