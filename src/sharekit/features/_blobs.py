"""
Reads blobs: as a file to seek in, and for a scanner.
"""

import io
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sharekit.errors import IntegrityError
from sharekit.ids import BlobKey
from sharekit.ports import BlobStore, Scanner, ScanResult, ScanVerdict
from sharekit.records.files import ScanState, StoredFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["BlobFile", "scanned"]

_log = logging.getLogger("sharekit.documents")


class BlobFile(io.RawIOBase):
    """
    A blob as a file to read and to seek in, which holds one chunk of it and makes no copy.

    Args:
        blobs: The store.
        key: The blob.
        size: Its size.
    """

    def __init__(self, blobs: BlobStore, key: BlobKey, size: int) -> None:
        super().__init__()
        self._blobs = blobs
        self._key = key
        self._size = size
        self._at = 0
        self._chunks: Iterator[bytes] | None = None
        self._held = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to another place; going forward within what is held costs nothing."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        to = base + offset
        if to < 0:
            raise ValueError("before the beginning")
        if to != self._at:
            ahead = to - self._at
            if 0 < ahead <= len(self._held):
                self._held = self._held[ahead:]
            else:
                self._drop()
            self._at = to
        return to

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer with what comes next, as far as one chunk goes."""
        into = memoryview(buffer).cast("B")
        if self._at >= self._size or not into:
            return 0
        if not self._held:
            self._held = memoryview(self._next())
        taken = min(len(into), len(self._held))
        into[:taken] = self._held[:taken]
        self._held = self._held[taken:]
        self._at += taken
        return taken

    def close(self) -> None:
        """Let go of the blob."""
        self._drop()
        super().close()

    def _next(self) -> bytes:
        if self._chunks is None:
            self._chunks = iter(self._blobs.read(self._key, self._at, self._size))
        for chunk in self._chunks:
            if chunk:
                return chunk
        raise IntegrityError("blob", "it is shorter than what was written")

    def _drop(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()
        self._chunks, self._held = None, memoryview(b"")


_STATES = {ScanVerdict.CLEAN: ScanState.CLEAN, ScanVerdict.INFECTED: ScanState.INFECTED}


def scanned(scanner: Scanner, blobs: BlobStore, file: StoredFile) -> ScanState:
    """Return what a scanner says of a file: CHECKING when it fails, or has not made up its mind."""
    try:
        answer: object = scanner.scan(iter(blobs.read(file.blob)))
    except Exception:  # noqa: BLE001  # whatever a scanner raises, the file was not called clean
        _log.exception("a scanner failed; file %s... stays in quarantine", file.id[:4])
        return ScanState.CHECKING
    if not isinstance(answer, ScanResult):
        _log.error("a scanner answered no ScanResult; file %s... stays in quarantine", file.id[:4])
        return ScanState.CHECKING
    if answer.verdict is ScanVerdict.INFECTED:
        _log.warning("file %s... is infected: %r", file.id[:4], answer.threat)
    return _STATES.get(answer.verdict, ScanState.CHECKING)
