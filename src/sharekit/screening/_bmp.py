"""
The proof of BMP: a header whose numbers fit one another and the file.
"""

import struct

from sharekit.screening._evidence import refuse_stowaways
from sharekit.screening._limits import check_pixels, damaged, mismatch
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_bmp"]

_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_DEPTHS = {1, 2, 4, 8, 16, 24, 32, 64}
_PLAIN = {0, 3, 6}
_SLACK = 4096


def prove_bmp(source: Source) -> None:
    """Refuse what is no BMP, and one with more behind it than its pixels."""
    head = source.at(0, 138)
    if head[:2] != b"BM" or len(head) < 26:
        raise mismatch()
    declared, pixels_at, header = struct.unpack("<I4xII", head[2:18])
    if header not in _HEADERS:
        raise mismatch()
    short = header == 12
    width, height, planes, depth = struct.unpack("<HHHH" if short else "<iiHH", head[18 : 26 if short else 30])
    if planes != 1 or depth not in _DEPTHS:
        raise damaged("bmp")
    height = abs(height)
    check_pixels(width, height)
    if not 14 + header <= pixels_at <= source.size or pixels_at > 14 + header + 4 * 256 + _SLACK:
        raise damaged("bmp")
    compression = struct.unpack("<I", head[30:34])[0] if header >= 40 else 0
    end = declared
    if compression in _PLAIN:
        needed = (width * depth + 31) // 32 * 4 * height
        if pixels_at + needed > source.size + 4 * height:
            raise damaged("bmp")
        end = max(pixels_at + needed, _after_profile(head, header))
    refuse_stowaways(source.at(14, pixels_at - 14)[header:])
    if source.size > end + _SLACK:
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    refuse_stowaways(source.at(end, source.size - end) if end < source.size else b"")


def _after_profile(head: bytes, header: int) -> int:
    if header < 124 or len(head) < 138:
        return 0
    at, size = struct.unpack("<II", head[126:134])
    return int(14 + at + size)
