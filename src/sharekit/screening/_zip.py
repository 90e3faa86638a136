"""
The central directory of a ZIP file, and whether its members lie where it says and nowhere else (R-UP-5).

Nothing is unpacked but the few small parts that say what a document is, and those in memory.
"""

import struct
import zlib
from collections.abc import Iterator

import attrs

from sharekit.screening._endings import RUNS
from sharekit.screening._limits import damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["Member", "Package", "read_package"]

MAX_MEMBERS = 10_000
_MAX_DECLARED = 512 * 1024 * 1024
_MAX_RATIO = 200
_SMALL = 1024 * 1024  # what declares less than this in all is no bomb, however well it packs
_MAX_DIRECTORY = 8 * 1024 * 1024
_LONGEST_NAME = 1024
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x1, 0x800
_SYMLINK = 0o120000
_END, _END64, _LOCATOR, _ENTRY, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04"
_TOLERATED_GAP = 64
_PROBE = 16 * 1024


@attrs.frozen
class Member:
    """
    One entry of the central directory.

    Attributes:
        name: Its name, with slashes forward.
        packed: How many bytes it takes in the file.
        size: How many bytes it declares to unpack to.
        method: How it is packed: 0 or 8.
        at: Where its local header stands.
        data: Where its bytes begin.
    """

    name: str
    packed: int
    size: int
    method: int
    at: int
    encrypted: bool
    data: int = 0


@attrs.frozen
class Package:
    """The members of a ZIP file, by their folded names, in the order of the file."""

    source: Source
    members: dict[str, Member]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.casefold() in self.members

    def get(self, name: str) -> Member | None:
        """Return the member of this name, however its letters are cased."""
        return self.members.get(name.casefold())

    def read(self, member: Member, limit: int, *, part: bool = False) -> bytes:
        """
        Return what a member holds, in memory.

        Args:
            member: Which one.
            limit: How much may come out of it; more is refused.
            part: Return the first *limit* bytes of a longer one instead of refusing it.
        """
        if member.encrypted:
            raise damaged("zip")
        if not part and member.size > limit:
            raise too_much()
        packed = self.source.at(member.data, min(member.packed, limit + 1024) if part else member.packed)
        if member.method == _STORED:
            return packed[:limit]
        try:
            text = zlib.decompressobj(-15).decompress(packed, limit + 1)
        except zlib.error:
            raise damaged("zip") from None
        if not part and (len(text) > limit or len(text) != member.size):
            raise too_much() if len(text) > member.size else damaged("zip")
        return text[:limit]


def read_package(source: Source) -> Package:
    """Read the central directory; refuse what is no plain ZIP file, a bomb, or more than a ZIP file."""
    if source.at(0, 4) != _LOCAL:
        raise mismatch()
    end, count, size, start = _find_end(source)
    if count > MAX_MEMBERS:
        raise too_much()
    if start + size != end or size > _MAX_DIRECTORY:
        raise damaged("zip") if start + size > end else Rejected(RefusalReason.HIDDEN_CONTENT)
    members: dict[str, Member] = {}
    declared = packed = 0
    for member in _entries(source.at(start, size), count):
        declared += member.size
        packed += member.packed
        if declared > _MAX_DECLARED or (declared > _SMALL and declared > packed * _MAX_RATIO):
            raise too_much()
        folded = member.name.casefold()
        if folded in members:
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
        members[folded] = member
    placed = {member.name.casefold(): member for member in _placed(source, members, start)}
    return Package(source, {folded: placed[folded] for folded in members})


def _find_end(source: Source) -> tuple[int, int, int, int]:
    """Return where the directory ends, how many entries it has, how long it is, and where it begins."""
    tail = source.tail(22 + 0xFFFF)
    at = tail.rfind(_END)
    while at >= 0:
        record = tail[at : at + 22]
        # Padding behind the end is what some systems leave; anything else is not.
        if len(record) == 22 and not tail[at + 22 + int.from_bytes(record[20:], "little") :].strip(b"\0\r\n "):
            break
        at = tail.rfind(_END, 0, at)
    else:
        raise damaged("zip")
    disk, first_disk, here, count, size, start = struct.unpack("<HHHHII", tail[at + 4 : at + 20])
    end = source.size - len(tail) + at
    locator = source.at(end - 20, 20)
    if locator[:4] == _LOCATOR and 0xFFFF in {disk, count, here} | {size >> 16, start >> 16}:
        (place,) = struct.unpack("<Q", locator[8:16])
        record = source.at(place, 56)
        if record[:4] != _END64 or len(record) < 56:
            raise damaged("zip")
        disk, first_disk, here, count, size, start = struct.unpack("<IIQQQQ", record[16:56])
        end = place
    if disk or first_disk or here != count or not count:
        raise damaged("zip")
    return end, count, size, start


def _entries(directory: bytes, count: int) -> Iterator[Member]:
    at = 0
    for _ in range(count):
        if directory[at : at + 4] != _ENTRY or len(directory) < at + 46:
            raise damaged("zip")
        system, flags, method = struct.unpack("<xBxxHH", directory[at + 4 : at + 12])
        packed, size, name_length, extra_length, comment, _, _, attributes, place = struct.unpack(
            "<IIHHHHHII", directory[at + 20 : at + 46]
        )
        name_end = at + 46 + name_length
        name = _name(directory[at + 46 : name_end], utf8=bool(flags & _UTF8))
        extra = directory[name_end : name_end + extra_length]
        if 0xFFFFFFFF in {packed, size, place}:
            packed, size, place = _large(extra, packed, size, place)
        if system == 3 and attributes >> 16 & 0o170000 == _SYMLINK:
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
        if method not in {_STORED, _DEFLATED}:
            raise damaged("zip")
        if method == _STORED and packed != size and not flags & _ENCRYPTED:
            raise damaged("zip")
        if packed > size + (size >> 8) + 128:
            raise too_much()  # packing never makes this much of so little: it declares less than it holds
        yield Member(name, packed, size, method, place, bool(flags & _ENCRYPTED))
        at = name_end + extra_length + comment
    if at != len(directory) and directory[at : at + 4] != b"PK\x05\x05":
        raise Rejected(RefusalReason.HIDDEN_CONTENT)


def _name(raw: bytes, *, utf8: bool) -> str:
    try:
        name = raw.decode("utf-8" if utf8 else "cp437")
    except UnicodeDecodeError:
        raise damaged("zip") from None
    name = name.replace("\\", "/")
    if not name or len(name) > _LONGEST_NAME or "\0" in name or name.startswith("/") or name[1:2] == ":":
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    if any(part in {".", ".."} for part in name.split("/")):
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    # Windows takes no notice of dots and spaces at the end of a name.
    if name.rstrip(". ").rpartition(".")[2].strip().casefold() in RUNS:
        raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")
    return name


def _large(extra: bytes, packed: int, size: int, place: int) -> tuple[int, int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[at : at + 4])
        if kind == 1:
            raw = extra[at + 4 : at + 4 + length]
            numbers = iter(struct.unpack(f"<{len(raw) // 8}Q", raw[: len(raw) // 8 * 8]))
            values = [next(numbers, None) if value == 0xFFFFFFFF else value for value in (size, packed, place)]
            if None in values:
                break
            size, packed, place = (value or 0 for value in values)
            return packed, size, place
        at += 4 + length
    raise damaged("zip")


def _placed(source: Source, members: dict[str, Member], directory: int) -> Iterator[Member]:
    """Walk the members as they lie; refuse what overlaps, is named otherwise there, or leaves room between."""
    at = 0
    for member in sorted(members.values(), key=lambda each: each.at):
        header = source.at(member.at, 30)
        if header[:4] != _LOCAL or len(header) < 30:
            raise damaged("zip")
        gap = member.at - at
        if gap < 0 or gap > _TOLERATED_GAP or (not at and gap):
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
        flags, name_length, extra_length = struct.unpack("<H", header[6:8]) + struct.unpack("<HH", header[26:30])
        name = source.at(member.at + 30, name_length)
        if name.replace(b"\\", b"/") not in {member.name.encode(codec, "replace") for codec in ("utf-8", "cp437")}:
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
        data = member.at + 30 + name_length + extra_length
        at = data + member.packed
        if flags & 8:
            at += _descriptor(source, at)
        yield attrs.evolve(member, data=data)
    if not 0 <= directory - at <= _TOLERATED_GAP + 4096:
        raise Rejected(RefusalReason.HIDDEN_CONTENT)


def _descriptor(source: Source, at: int) -> int:
    """Return the length of the data descriptor that stands here: with a signature or without, short or long."""
    following = source.at(at, 28)
    signed = 4 if following[:4] == b"PK\x07\x08" else 0
    for length in (12, 20):
        if following[signed + length : signed + length + 4] in {_LOCAL, _ENTRY, _END64, b"PK\x06\x08"}:
            return signed + length
    return signed + 12 if signed else 0
