"""
The proof of GIF: its blocks from the first to the last, and nothing behind them.
"""

import struct

from sharekit.screening._evidence import refuse_active, refuse_comment, refuse_stowaways
from sharekit.screening._limits import check_pixels, damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_gif"]

_MAX_BLOCKS = 400_000
_PICTURE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_PIXELS = 0xF9  # no text is in what a graphic control extension says
_PADDING = 64


class _Blocks:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.left = _MAX_BLOCKS

    def after(self, at: int, *, text: bool) -> int:
        """Return where a chain of sub-blocks ends; *text* says to look at what they hold."""
        held: list[bytes] = []
        while True:
            self.left -= 1
            if self.left < 0:
                raise too_much()
            size = self.source.at(at, 1)
            if not size:
                raise damaged("gif")
            if text and size[0]:
                held.append(self.source.at(at + 1, size[0]))
            at += 1 + size[0]
            if not size[0]:
                if held:
                    refuse_comment(b"".join(held))
                return at


def prove_gif(source: Source) -> None:
    """Refuse what is no whole GIF, or more than one."""
    head = source.at(0, 13)
    if head[:6] not in {b"GIF87a", b"GIF89a"} or len(head) < 13:
        raise mismatch()
    width, height, flags = struct.unpack("<HHB", head[6:11])
    blocks = _Blocks(source)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    refuse_active(source.at(13, at - 13))
    pixels = check_pixels(width, height) if width and height else 0
    pictures = 0
    while True:
        kind = source.at(at, 1)
        if not kind or kind[0] == _END:
            break
        if kind[0] == _EXTENSION:
            label = source.at(at + 1, 1)
            at = blocks.after(at + 2, text=label != bytes([_PIXELS]))
        elif kind[0] == _PICTURE:
            place = source.at(at, 10)
            if len(place) < 10:
                raise damaged("gif")
            wide, high, flags = struct.unpack("<HHB", place[5:10])
            pixels = check_pixels(wide, high, before=pixels)
            at = blocks.after(at + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0), text=False)
            pictures += 1
        elif not pictures:
            raise damaged("gif")
        else:
            break
    if not pictures:
        raise damaged("gif")
    _check_rest(source, at + 1)


def _check_rest(source: Source, end: int) -> None:
    rest = source.at(end, min(source.size - end, 4 * 1024 * 1024)) if end < source.size else b""
    if rest.strip(b"\x00 \r\n\t\x1a\x3b"):
        refuse_stowaways(rest)
        if len(rest) > _PADDING:
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
