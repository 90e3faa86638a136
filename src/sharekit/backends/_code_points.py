"""The order of code points, in which every store compares text."""

from typing import Final

_LAST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def successor(text: str) -> str | None:
    """Return the least text above all that begin with *text*, or None when there is none."""
    stem = text.rstrip(chr(_LAST))
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(_SURROGATES.stop if following in _SURROGATES else following)
