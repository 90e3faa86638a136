"""
Reads files: checks what the store gives before the last of it is let go (R-BLOB-3).
"""

import hashlib
from collections.abc import Callable, Generator, Iterator
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from sharekit.errors import IntegrityError, NotFoundError
from sharekit.ids import BlobKey
from sharekit.ports import BlobStore
from sharekit.records.documents import DocumentFile
from sharekit.records.threads import AttachmentFile

__all__ = ["AttachmentReader", "DocumentReader", "FileReader"]


class Digested(Protocol):
    """What was recorded of the bytes of a file."""

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    @property
    def sha256(self) -> str:
        """Their digest, in hex."""
        ...


F = TypeVar("F", bound=Digested)


class FileReader(Generic[F]):
    """
    The bytes of a file, or a part of them, read once and in constant memory.

    A whole reading is compared with the size and the digest that were recorded, before its last chunk is
    given; a part is compared with its length. What does not fit raises `IntegrityError`.

    Attributes:
        file: What is read.
        start: The first byte.
        stop: The byte after the last one.
    """

    def __init__(
        self,
        blobs: BlobStore,
        key: BlobKey,
        file: F,
        bounds: tuple[int, int],
        damaged: Callable[[], None],
    ) -> None:
        self.file = file
        self.start: int = bounds[0]
        self.stop: int = bounds[1]
        self._pieces = self._checked(blobs, key, damaged)
        self._left = b""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        left, self._left = self._left, b""
        return left or next(self._pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        return self.stop - self.start

    def read(self, size: int = -1, /) -> bytes:
        """Return everything that is left, at once; or at most so many bytes, none at the end."""
        if size < 0:
            return b"".join(self)
        piece = next(self, b"") if size else b""
        self._left = piece[size:]
        return piece[:size]

    def close(self) -> None:
        """Want no more of it."""
        self._pieces.close()

    def _checked(self, blobs: BlobStore, key: BlobKey, damaged: Callable[[], None]) -> Generator[bytes]:
        try:
            yield from self._compared(iter(blobs.read(key, self.start, self.stop)))
        except NotFoundError as error:
            damaged()
            raise IntegrityError("blob", "its bytes are not there") from error
        except IntegrityError:
            damaged()
            raise

    def _compared(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        whole = self.start == 0 and self.stop == self.file.size
        digest, count, held = hashlib.sha256(), 0, b""
        try:
            for chunk in chunks:
                if held:
                    yield held
                held, count = chunk, count + len(chunk)
                if count > len(self):
                    raise IntegrityError("blob", "it is longer than what was written")
                if whole:
                    digest.update(chunk)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        if count != len(self):
            raise IntegrityError("blob", "it is shorter than what was written")
        if whole and digest.hexdigest() != self.file.sha256:
            raise IntegrityError("blob", "it holds other bytes than what was written")
        if held:
            yield held


class DocumentReader(FileReader[DocumentFile]):
    """The bytes of a document, or a part of them; see `FileReader`."""


class AttachmentReader(FileReader[AttachmentFile]):
    """The bytes of a file in a message, or a part of them; see `FileReader`."""
