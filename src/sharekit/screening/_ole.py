"""
Compound files (OLE), in which Office kept its documents before 2007, and keeps those with a password.
"""

import struct
from collections.abc import Iterator

import attrs

from sharekit.screening._evidence import refuse_stowaways
from sharekit.screening._limits import damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["CompoundFile", "Entry", "is_compound"]

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<8s16xHHHHH6xIIIIIIIIII")
_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_NONE = 0xFFFFFFFF
_MAX_SECTORS = 8_000_000
_MAX_ENTRIES = 40_000
_LONGEST_REST = 4 * 1024 * 1024
_SLACK = 8192
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@attrs.frozen
class Entry:
    """One entry of the directory: a stream or a storage, its name folded."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def is_compound(source: Source) -> bool:
    """Whether the first bytes are those of a compound file."""
    return source.at(0, 8) == _SIGNATURE


class CompoundFile:
    """
    The directory of a compound file, and its streams.

    Attributes:
        entries: All entries, wherever they stand.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        raw = source.at(0, 512)
        if raw[:8] != _SIGNATURE:
            raise mismatch()
        if len(raw) < 512:
            raise damaged("ole")
        header = _HEADER.unpack(raw[: _HEADER.size])
        order, shift, mini_shift = header[3], header[4], header[5]
        self._fats, directory, self._cutoff = header[7], header[8], header[10]
        mini_fat, difat, difats = header[11], header[13], header[14]
        if order != 0xFFFE or shift not in {9, 12} or mini_shift != 6:
            raise damaged("ole")
        self._sector: int = 1 << shift
        self._fat = self._read_fat(raw[76:512], difat, difats)
        self.entries = self._read_directory(directory)
        if not self.entries or self.entries[0].kind != _ROOT:
            raise damaged("ole")
        self._mini_fat_start = mini_fat

    def root(self) -> Iterator[Entry]:
        """Yield what stands directly in the root."""
        return self._siblings(self.entries[0].child)

    def streams_of_root(self) -> frozenset[str]:
        """Return the folded names of the streams that stand directly in the root."""
        return frozenset(entry.name for entry in self.root() if entry.kind == _STREAM)

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first bytes of a stream."""
        size = min(entry.size, limit)
        if entry.size >= self._cutoff:
            return b"".join(self._sectors(entry.start, (size + self._sector - 1) // self._sector))[:size]
        return self._read_mini(entry.start, size)

    def refuse_rest(self) -> None:
        """Refuse what stands behind the last sector that the file counts."""
        used = len(self._fat)
        while used and self._fat[used - 1] == _FREE:
            used -= 1
        rest = self._source.at((used + 1) * self._sector, _LONGEST_REST)
        if rest.strip(b"\0\xff"):
            refuse_stowaways(rest)
            if len(rest) > _SLACK:
                raise Rejected(RefusalReason.HIDDEN_CONTENT)

    def _place(self, sector: int) -> int:
        return (sector + 1) * self._sector

    def _read_fat(self, listed: bytes, difat: int, difats: int) -> tuple[int, ...]:
        in_file = self._source.size // self._sector + 1
        if self._fats > in_file or difats > in_file or in_file > _MAX_SECTORS:
            raise damaged("ole")
        places = list(struct.unpack("<109I", listed))
        each = self._sector // 4
        for _ in range(difats):
            if difat >= in_file:
                break
            raw = self._source.at(self._place(difat), self._sector)
            if len(raw) < self._sector:
                raise damaged("ole")
            *more, difat = struct.unpack(f"<{each}I", raw)
            places += more
        fat: list[int] = []
        for sector in places[: self._fats]:
            if sector >= in_file:
                continue
            raw = self._source.at(self._place(sector), self._sector)
            fat += struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
        return tuple(fat)

    def _chain(self, sector: int, most: int) -> Iterator[int]:
        for _ in range(min(most, len(self._fat) + 1)):
            if sector >= len(self._fat):
                return
            yield sector
            sector = self._fat[sector]

    def _sectors(self, start: int, most: int) -> Iterator[bytes]:
        for sector in self._chain(start, most):
            yield self._source.at(self._place(sector), self._sector)

    def _read_directory(self, start: int) -> list[Entry]:
        entries: list[Entry] = []
        for raw in self._sectors(start, len(self._fat)):
            entries += (_entry(raw[at : at + 128]) for at in range(0, len(raw) // 128 * 128, 128))
            if len(entries) > _MAX_ENTRIES:
                raise too_much()
        return entries

    def _siblings(self, first: int) -> Iterator[Entry]:
        seen: set[int] = set()
        waiting = [first]
        while waiting:
            index = waiting.pop()
            if index == _NONE or index >= len(self.entries) or index in seen:
                continue
            seen.add(index)
            entry = self.entries[index]
            yield entry
            waiting += (entry.left, entry.right)

    def _read_mini(self, start: int, size: int) -> bytes:
        root = self.entries[0]
        mini = b"".join(self._sectors(self._mini_fat_start, len(self._fat)))
        numbers = struct.unpack(f"<{len(mini) // 4}I", mini[: len(mini) // 4 * 4])
        container = list(self._chain(root.start, len(self._fat)))
        parts: list[bytes] = []
        for _ in range((size + 63) // 64):
            sector, inside = divmod(start * 64, self._sector)
            if start >= len(numbers) or sector >= len(container):
                break
            parts.append(self._source.at(self._place(container[sector]) + inside, 64))
            start = numbers[start]
        return b"".join(parts)[:size]


def _entry(raw: bytes) -> Entry:
    length = min(max(int.from_bytes(raw[64:66], "little") - 2, 0), 62)
    name = raw[:length].decode("utf-16-le", "replace").casefold()
    left, right, child = struct.unpack("<III", raw[68:80])
    start, size = struct.unpack("<II", raw[116:124])
    return Entry(name, raw[66], left, right, child, start, size)
