"""
The proof of WebP: one RIFF of the length of the file, with a picture in it.
"""

import struct

from sharekit.screening._evidence import refuse_active, refuse_programs
from sharekit.screening._limits import check_pixels, damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_webp"]

_MAX_CHUNKS = 100_000
_PADDING = 16
_PICTURES = {b"VP8 ", b"VP8L", b"ANMF"}


def prove_webp(source: Source) -> None:
    """Refuse what is no whole WebP, or more than one."""
    head = source.at(0, 12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise mismatch()
    end = 8 + int.from_bytes(head[4:8], "little")
    if end > source.size + 1:
        raise damaged("webp")
    if source.size - end > _PADDING or source.at(end, _PADDING).strip(b"\0\r\n "):
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    at, pictures, pixels = 12, 0, 0
    for _ in range(_MAX_CHUNKS):
        if at + 8 > min(end, source.size):
            break
        kind, length = struct.unpack("<4sI", source.at(at, 8))
        if at + 8 + length > source.size:
            raise damaged("webp")
        if kind in _PICTURES:
            pictures += 1
        elif kind in {b"EXIF", b"XMP ", b"ICCP"} or kind not in {b"VP8X", b"ALPH", b"ANIM"}:
            data = source.at(at + 8, length)
            refuse_active(data)
            refuse_programs(data)
        pixels = _check_size(kind, source.at(at + 8, 24), pixels)
        at += 8 + length + (length & 1)
    else:
        raise too_much()
    if not pictures:
        raise damaged("webp")


def _check_size(kind: bytes, data: bytes, pixels: int) -> int:
    if kind == b"VP8X" and len(data) >= 10:
        return check_pixels(*_sides(data[4:10]))
    if kind == b"ANMF" and len(data) >= 16:
        return check_pixels(*_sides(data[6:12]), before=pixels)
    if kind == b"VP8 ":
        if data[3:6] != b"\x9d\x01\x2a":
            raise damaged("webp")
        width, height = struct.unpack("<HH", data[6:10])
        return check_pixels(width & 0x3FFF, height & 0x3FFF, before=pixels)
    if kind == b"VP8L":
        if data[:1] != b"\x2f" or len(data) < 5:
            raise damaged("webp")
        (bits,) = struct.unpack("<I", data[1:5])
        return check_pixels((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, before=pixels)
    return pixels


def _sides(six: bytes) -> tuple[int, int]:
    return int.from_bytes(six[:3], "little") + 1, int.from_bytes(six[3:6], "little") + 1
