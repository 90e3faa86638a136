"""
The proof of PNG: its chunks from the first to the last, and nothing behind them.
"""

import struct
import zlib

from sharekit.screening._evidence import refuse_active, refuse_programs, refuse_stowaways
from sharekit.screening._limits import check_pixels, damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 200_000
_MAX_UNPACKED = 16 * 1024 * 1024  # of all compressed texts and profiles together
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_PIXELS = {b"IDAT", b"fdAT"}
_PADDING = 64


def prove_png(source: Source) -> None:
    """Refuse what is no whole PNG, or more than one."""
    if source.at(0, 8) != _SIGNATURE:
        raise mismatch()
    _check_header(source.at(8, 25))
    at, seen, unpacked = 33, False, 0
    for _ in range(_MAX_CHUNKS):
        header = source.at(at, 8)
        if len(header) < 8:
            raise damaged("png")
        length, kind = struct.unpack(">I4s", header)
        end = at + 12 + length
        if length > 0x7FFFFFFF or end > source.size or not kind.isalpha():
            raise damaged("png")
        if kind == b"IEND":
            if not seen:
                raise damaged("png")
            _check_rest(source, end)
            return
        if kind in _PIXELS:
            seen = True
        else:
            unpacked = _check_metadata(kind, source.at(at + 8, length), unpacked)
        at = end
    raise too_much()


def _check_header(chunk: bytes) -> None:
    if chunk[:8] != b"\x00\x00\x00\x0dIHDR" or len(chunk) < 25:
        raise damaged("png")
    width, height, depth, color, compression, filtering, interlace = struct.unpack(">IIBBBBB", chunk[8:21])
    if depth not in _DEPTHS.get(color, ()) or compression or filtering or interlace > 1:
        raise damaged("png")
    if zlib.crc32(chunk[4:21]) != int.from_bytes(chunk[21:25], "big"):
        raise damaged("png")
    check_pixels(width, height)


def _check_metadata(kind: bytes, data: bytes, unpacked: int) -> int:
    refuse_active(data)
    refuse_programs(data)
    packed = _packed(kind, data)
    if packed is None:
        return unpacked
    room = _MAX_UNPACKED - unpacked
    try:
        text = zlib.decompressobj().decompress(packed, room)
    except zlib.error:
        return unpacked  # a broken profile is ignored by everybody
    if len(text) >= room:
        raise too_much()
    refuse_active(text)
    return unpacked + len(text)


def _packed(kind: bytes, data: bytes) -> bytes | None:
    name, _, rest = data.partition(b"\0")
    if kind in {b"zTXt", b"iCCP"} and len(name) < 80:
        return rest[1:]
    if kind == b"iTXt" and rest[:1] == b"\1":
        _, _, rest = rest[2:].partition(b"\0")
        return rest.partition(b"\0")[2]
    return None


def _check_rest(source: Source, end: int) -> None:
    rest = source.size - end
    if not rest:
        return
    if rest > _PADDING or source.at(end, rest).strip(b"\x00 \r\n\t\x1a"):
        refuse_stowaways(source.at(end, min(rest, 4 * 1024 * 1024)))
        # An editor of one telephone left the end of the uncropped picture behind the cropped one.
        if source.tail(8) != b"IEND\xaeB`\x82":
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
