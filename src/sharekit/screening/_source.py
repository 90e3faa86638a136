"""
The bytes of a file that is being screened, read in blocks and no more than once where that can be helped.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO

from sharekit.errors import InvalidInputError
from sharekit.screening._readings import Reading

__all__ = ["Source"]

_BEGINNING = 1024 * 1024  # is read at once, and kept: of every file it is looked at for one thing or another
_BLOCK = 64 * 1024
_KEPT = 24
_RUN = 1024 * 1024


class Source:
    """
    A file of a known size that can be read anywhere.

    A small file is read once and kept. Of a large one the beginning and a few blocks are kept, so memory does not
    grow with it.

    Attributes:
        size: How many bytes it has.
        passed: What they told as they passed, where somebody looked; it saves a search through all of them.
    """

    def __init__(self, file: BinaryIO, size: int, passed: Reading | None = None) -> None:
        self.size = size
        self.passed = passed
        self._file = file
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._begun = self._read(0, min(size + 1, _BEGINNING))
        is_whole = size < _BEGINNING
        actual = len(self._begun) if is_whole else size - 1 + len(self._read(size - 1, 2))
        if actual != size:
            raise InvalidInputError("size", "is not how many bytes the file has")

    def at(self, offset: int, length: int) -> bytes:
        """Return these bytes; fewer at the end of the file, none beyond it."""
        if offset < 0 or length <= 0 or offset >= self.size:
            return b""
        length = min(length, self.size - offset)
        if offset + length <= len(self._begun):
            return self._begun[offset : offset + length]
        first, inside = divmod(offset, _BLOCK)
        if inside + length <= _BLOCK:
            return self._block(first)[inside : inside + length]
        if length > _BLOCK * 4:
            return self._read(offset, length)
        blocks = b"".join(self._block(index) for index in range(first, (offset + length - 1) // _BLOCK + 1))
        return blocks[inside : inside + length]

    def runs(self, start: int, end: int, *, overlap: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield these bytes in long runs, each with its offset; each repeats the last *overlap* bytes before it."""
        offset = start
        while offset < end:
            begun = offset + overlap < len(self._begun)
            run = self._begun[offset:end] if begun else self._read(offset, min(_RUN, end - offset))
            if not run:
                return
            yield offset, run
            if offset + len(run) >= end:
                return
            offset += max(len(run) - overlap, 1)

    def find(self, needle: bytes, start: int, end: int | None = None) -> int:
        """Return where these bytes stand first, or -1."""
        end = self.size if end is None else min(end, self.size)
        if end <= len(self._begun):
            return self._begun.find(needle, start, end)
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
