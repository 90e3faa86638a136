"""
The bytes of a file that is being screened, read in blocks and no more than once where that can be helped.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO

from sharekit.errors import InvalidInputError

__all__ = ["Source"]

_WHOLE = 1024 * 1024  # up to here a file is read at once
_BLOCK = 64 * 1024
_KEPT = 24
_RUN = 1024 * 1024


class Source:
    """
    A file of a known size that can be read anywhere.

    A small file is read once and kept. Of a large one a few blocks are kept, so memory does not grow with it.

    Attributes:
        size: How many bytes it has.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self._file = file
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._whole: bytes | None = None
        if size <= _WHOLE:
            self._whole = self._read(0, size + 1)
            actual = len(self._whole)
        else:
            actual = size - 1 + len(self._read(size - 1, 2))
        if actual != size:
            raise InvalidInputError("size", "is not how many bytes the file has")

    def at(self, offset: int, length: int) -> bytes:
        """Return these bytes; fewer at the end of the file, none beyond it."""
        if self._whole is not None:
            return self._whole[offset : offset + length] if offset >= 0 else b""
        if offset < 0 or length <= 0 or offset >= self.size:
            return b""
        length = min(length, self.size - offset)
        first, inside = divmod(offset, _BLOCK)
        if inside + length <= _BLOCK:
            return self._block(first)[inside : inside + length]
        if length > _BLOCK * 4:
            return self._read(offset, length)
        blocks = b"".join(self._block(index) for index in range(first, (offset + length - 1) // _BLOCK + 1))
        return blocks[inside : inside + length]

    def runs(self, start: int, end: int, *, overlap: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield these bytes in long runs, each with its offset; each repeats the last *overlap* bytes before it."""
        if self._whole is not None:
            yield start, self._whole[start:end]
            return
        offset = start
        while offset < end:
            run = self._read(offset, min(_RUN, end - offset))
            if not run:
                return
            yield offset, run
            if offset + len(run) >= end:
                return
            offset += max(len(run) - overlap, 1)

    def find(self, needle: bytes, start: int, end: int | None = None) -> int:
        """Return where these bytes stand first, or -1."""
        end = self.size if end is None else min(end, self.size)
        if self._whole is not None:
            return self._whole.find(needle, start, end)
        for offset, run in self.runs(start, end, overlap=len(needle) - 1):
            if (found := run.find(needle)) >= 0:
                return offset + found
        return -1

    def tail(self, length: int) -> bytes:
        """Return the last bytes."""
        return self.at(max(0, self.size - length), length)

    def _block(self, index: int) -> bytes:
        block = self._blocks.get(index)
        if block is None:
            block = self._blocks[index] = self._read(index * _BLOCK, _BLOCK)
            if len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(index)
        return block

    def _read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        parts: list[bytes] = []
        while length > 0:
            part = self._file.read(length)
            if not part:
                break
            parts.append(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
