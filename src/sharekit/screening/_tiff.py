"""
The proof of TIFF: directories that lie in the file and describe pictures.
"""

import struct

from sharekit.screening._evidence import refuse_active
from sharekit.screening._limits import check_pixels, damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_tiff"]

_MAX_PAGES = 5_000
_MAX_ENTRIES = 4_096
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_WIDTH, _HEIGHT, _STRIPS, _TILES = 256, 257, 273, 324
_OLD_JPEG = 513
_LONGEST_TEXT = 256 * 1024
_TEXTS = {1, 2, 7}
_STOWAWAYS = {b"PK\x03\x04", b"Rar!", b"\x7fELF", b"%PDF"}


class _Directory:
    """The layout of one TIFF: the order of its bytes, and whether it counts in 64 bits."""

    def __init__(self, head: bytes) -> None:
        order = "<" if head[:2] == b"II" else ">"
        self.big = head[2:4] in {b"+\x00", b"\x00+"}
        self.order = order
        self.count = struct.Struct(order + ("Q" if self.big else "H"))
        self.entry = struct.Struct(order + ("HHQ8s" if self.big else "HHI4s"))
        self.offset = struct.Struct(order + ("Q" if self.big else "I"))
        first = head[8:16] if self.big else head[4:8]
        self.first = int(self.offset.unpack(first)[0])

    def number(self, kind: int, raw: bytes) -> int:
        size = _SIZES.get(kind, 0)
        return int.from_bytes(raw[:size], "little" if self.order == "<" else "big")


def prove_tiff(source: Source) -> None:
    """Refuse what is no TIFF with a picture in it."""
    head = source.at(0, 16)
    if head[:4] not in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"} or len(head) < 16:
        raise mismatch()
    layout = _Directory(head)
    at, seen, pixels, pictures = layout.first, set[int](), 0, 0
    while at and len(seen) < _MAX_PAGES:
        if at in seen or at < 8:
            raise damaged("tif")
        seen.add(at)
        found, at = _directory(source, layout, at)
        if _WIDTH in found and _HEIGHT in found:
            pixels = check_pixels(found[_WIDTH], found[_HEIGHT], before=pixels)
            pictures += bool({_STRIPS, _TILES, _OLD_JPEG} & found.keys())
    if at:
        raise too_much()
    if not pictures:
        raise damaged("tif")


def _directory(source: Source, layout: _Directory, at: int) -> tuple[dict[int, int], int]:
    raw = source.at(at, layout.count.size)
    if len(raw) < layout.count.size:
        raise damaged("tif")
    (count,) = layout.count.unpack(raw)
    if not 0 < count <= _MAX_ENTRIES:
        raise damaged("tif")
    start = at + layout.count.size
    table = source.at(start, count * layout.entry.size)
    if len(table) < count * layout.entry.size:
        raise damaged("tif")
    found: dict[int, int] = {}
    for tag, kind, values, raw_value in layout.entry.iter_unpack(table):
        length = _SIZES.get(kind, 1) * values
        inside = length <= layout.offset.size
        place = 0 if inside else int(layout.offset.unpack(raw_value)[0])
        if place > source.size:
            if tag in {_STRIPS, _TILES}:
                raise damaged("tif")
            continue
        found[tag] = layout.number(kind, raw_value) if inside else place
        if kind in _TEXTS and not inside and 16 <= length <= _LONGEST_TEXT:
            refuse_active(source.at(place, length))
    if source.at(found.get(_STRIPS, 0), 4) in _STOWAWAYS:
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    following = source.at(start + len(table), layout.offset.size)
    return found, int(layout.offset.unpack(following)[0]) if len(following) == layout.offset.size else 0
