"""
What sharekit needs to keep bytes: a place where each key is written once.

A blob store is never a lock and never says what is true: a record does, and it is put after the bytes
are safe. A custom store implements `BlobStore` and proves itself with `sharekit.testing.BlobStoreContract`,
which has one test for each law below.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import attrs

from sharekit.ids import BlobKey

__all__ = ["BlobStore", "StoredBlob", "SupportsDirectDownloads"]


@attrs.frozen
class StoredBlob:
    """
    A blob as a listing names it.

    Attributes:
        key: Where it is.
        size: In bytes.
        written_at: When it was written, by the store's own clock; None where the store does not know.
    """

    key: BlobKey
    size: int
    written_at: datetime | None


class BlobStore(Protocol):
    """
    A keeper of bytes.

    Keys are made by sharekit alone: 16 to 200 ASCII letters, digits, ``_`` and ``-``, in two or more parts with
    a slash between them, of which the first is the tenant's and the last is something random. They are
    taken literally; none is ever used again (R-BLOB-4, R-BLOB-5). `sharekit.ports.blob_keys` checks them.

    Laws:

    - B1: what `write` stored, `read` returns: the same bytes, in any cut of them; `size` is their number.
    - B2: when `write` has returned, the bytes are durable and whole, and every process that shares the
      store can read them; the number that it returns is what the store says it holds, asked afterwards.
      Where that is another number than was given, `write` raises `IntegrityError`.
    - B3: `write` to a key that is taken raises `ConflictError` and leaves the bytes as they are; of any
      number of writers of one key, one succeeds.
    - B4: when the chunks raise, `write` raises the same, and the key stays free or holds what no record
      names: nothing says that it is whole. The same holds for a process that dies. What is no iterable of
      `bytes` raises `InvalidInputError`.
    - B5: `read` and `size` of an absent key: `read` raises `NotFoundError` at the first step, whatever the
      range, and `size` returns None. A store that cannot answer raises `StorageError`; that is never
      "absent" (R-BLOB-6).
    - B6: `read` from *start* to *stop*, exclusive, returns exactly those bytes; bounds outside of the
      blob are cut to it, and none counts from the end. No chunk is empty or has more than 1 MiB, and little
      more than one is in memory at a time. Bytes that cannot be had any more raise `IntegrityError`.
    - B7: `delete` of an absent key does nothing, and after it the key is absent. A `read` that has begun
      returns the rest of the bytes, or raises `IntegrityError`.
    - B8: `blobs` names what lies under a prefix, which ends at a slash, in no order. It may be behind what is
      written and removed meanwhile, so nobody decides by it alone.
    - B9: a key or prefix of another form raises `InvalidInputError` before a chunk is taken and before
      anything outside of sharekit sees it.
    - B10: the store's own exceptions never escape; they are the ``__cause__`` of a `StorageError`.
    - B11: nothing outside of the root that the store was given is read, made or removed; a symbolic link
      below it is refused, and not listed.
    - B12: two stores that were given different roots, private memory included, do not see each other.
    """

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        """Keep these bytes under a key that nothing has, and return how many the store holds."""
        ...

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from *start* to before *stop*, or to the end, in chunks."""
        ...

    def size(self, key: BlobKey) -> int | None:
        """Return how many bytes a key has, or None when it is absent."""
        ...

    def delete(self, key: BlobKey) -> None:
        """Remove what a key has, if anything."""
        ...

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name what lies under a prefix such as ``"tenant/"``."""
        ...


@runtime_checkable
class SupportsDirectDownloads(Protocol):
    """
    The ability of a blob store to let a browser fetch bytes from it directly, for a very short time.

    Off by default (R-LINK-6): such an address works for its whole life, whatever is revoked meanwhile.

    Laws:

    - B13: the address gives exactly this blob, as an attachment of this name and type, and stops working
      after *lives*, which is at most 60 seconds; a longer life, or none, raises `InvalidInputError`.
    """

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        """Return an address that gives the bytes of a key to whoever has it."""
        ...
