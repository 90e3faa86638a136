"""
Packs documents into a ZIP while it is being read, one chunk at a time.
"""

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sharekit.features._reading import DocumentReader
from sharekit.records.documents import DocumentFile

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["names_in_zip", "zipped"]

_MAX_PLAIN = 0x7FFFFFFF  # what the 32-bit fields of a ZIP hold for sure


class _Sink(io.RawIOBase):
    """Holds what was written until it is taken; it cannot be sought in, so nothing written is changed later."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zipped(files: Sequence[DocumentFile], open_: Callable[[DocumentFile], DocumentReader]) -> Iterator[bytes]:
    """
    Yield a ZIP of these files.

    Args:
        files: What goes in, in order.
        open_: Opens one of them when its turn comes, and so decides once more.
    """
    sink = _Sink()
    # Without compressing: most documents are compressed already. As "deflated" nonetheless, since what is
    # "stored" and of a size that follows it cannot be unpacked by a reader that goes from front to back.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=0) as archive:
        for file, name in zip(files, names_in_zip(files), strict=True):
            yield from _member(archive, sink, file, name, open_)
    yield sink.taken()


def _member(
    archive: zipfile.ZipFile,
    sink: _Sink,
    file: DocumentFile,
    name: str,
    open_: Callable[[DocumentFile], DocumentReader],
) -> Iterator[bytes]:
    info = zipfile.ZipInfo(name, date_time=max(file.added_at.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    info.compress_type = zipfile.ZIP_DEFLATED
    setattr(info, "_compresslevel", 0)  # noqa: B010  # as `ZipFile.open` does for a plain name; typeshed hides it
    info.external_attr = 0o644 << 16
    with open_(file) as reader, archive.open(info, "w", force_zip64=file.size > _MAX_PLAIN) as member:
        for chunk in reader:
            member.write(chunk)
            if piece := sink.taken():
                yield piece


def names_in_zip(files: Sequence[DocumentFile]) -> list[str]:
    """Return the name of each file in the ZIP: two of one name, whatever its case, are numbered."""
    used: set[str] = set()
    names: list[str] = []
    for file in files:
        stem, dot, ending = file.name.rpartition(".")
        if not stem:
            stem, dot, ending = file.name, "", ""
        name, number = file.name, 1
        while _same(name) in used:
            number += 1
            name = f"{stem} ({number}){dot}{ending}"
        used.add(_same(name))
        names.append(name)
    return names


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
