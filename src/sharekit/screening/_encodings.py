"""
The encoding of a text: one that explains every byte, found by a single reading.

Most of a large text says nothing that could be a page. So the reading looks at bytes with searches that run at the
speed of memory, and keeps only where the text has to be looked at as such.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NoReturn

from sharekit.screening._limits import mismatch
from sharekit.screening._readings import CONTROLS, PIECE, RUN, Reading, among, has_among, is_strange
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["OVERLAP", "RUN", "Text", "read_text"]

OVERLAP = 4096
"""The bytes after a part that are looked at with it: 1024 characters of any encoding at least."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
_WIDE_CONTROLS = re.compile("[\x00-\x06\x0e-\x19\x1c-\x1f\x7f]")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_SHARE_OF_CONTROLS = 0.002
_FEW_CONTROLS, _LONG = 2, 200
_SHARE_OF_HIGH_BYTES = 0.97
_FEW = 64
_BINARY = (b"MZ\x90", b"\x1f\x8b", b"BZh9", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"Rar!")
_IN_RIFF = {b"WEBP", b"WAVE", b"AVI "}


class Text:
    """
    A text of a known encoding, to be looked at in parts.

    Args:
        source: Its bytes.
        encoding: The encoding that explains them.
        start: Where they begin, behind a mark of the order of bytes.
        tagged: Where the parts begin that have a ``<``.
        readable: Whether it is nothing but text.
    """

    def __init__(self, source: Source, encoding: str, start: int, tagged: Iterable[int], *, readable: bool) -> None:
        self._source = source
        self._encoding = encoding
        self._start = start
        self._tagged = tagged
        self._readable = readable

    def beginning(self) -> str:
        """Return the first part."""
        return self._part(self._start)

    def tagged(self) -> Iterator[str]:
        """Yield the parts behind the first in which a ``<`` stands, each with some of what comes after it."""
        return (self._part(at) for at in self._tagged if at > self._start)

    def end(self) -> str:
        """Return the last characters."""
        behind = (self._source.size - 1 - self._start) // RUN * RUN
        return self._part(self._start + max(0, behind - RUN))

    def refuse_unreadable(self) -> None:
        """Refuse what is no text after all; to be asked last, so that a page is refused as one."""
        if not self._readable:
            raise Rejected(RefusalReason.UNREADABLE_TEXT)

    def _part(self, at: int) -> str:
        # All was decoded once: what cannot be now is a character that was cut at the end.
        return self._source.at(at, RUN + OVERLAP).decode(self._encoding, "ignore")


def read_text(source: Source) -> Text:
    """Read all of a text, once; refuse bytes that no encoding explains."""
    head = source.at(0, 16)
    if head.startswith(_BINARY) or (head[:4] == b"RIFF" and head[8:12] in _IN_RIFF):
        raise mismatch()
    mark, encoding = next((found for found in _BOMS if head.startswith(found[0])), (b"", "utf-8"))
    if encoding != "utf-8":
        return _wide(source, encoding, len(mark))
    reading = _read(source)
    if reading.has_nul:
        return _no_text() if mark else _unmarked(source)
    tagged = [len(mark) + part * RUN for part in reading.tagged]
    if reading.ends_as_utf8():
        if reading.is_strange:
            _no_text()
        return Text(source, encoding, len(mark), tagged, readable=_is_readable(reading.controls, reading.characters))
    if mark or _has_controls(reading, source) or _is_packed(source):
        _no_text()
    return Text(source, "latin-1", 0, tagged, readable=True)


def _read(source: Source) -> Reading:
    """Return the reading that was made as the bytes passed, or read them."""
    if source.passed is not None and source.passed.is_of(source.size):
        return source.passed
    reading = Reading()
    for at in range(0, source.size, PIECE):
        reading.look(source.at(at, PIECE))
        if reading.has_nul:
            break
    return reading


def _has_controls(reading: Reading, source: Source) -> bool:
    if reading.controls or reading.saw_all_controls:
        return reading.controls > 0
    return any(has_among(source.at(at, RUN), CONTROLS) for at in range(0, source.size, RUN))


def _no_text() -> NoReturn:
    raise Rejected(RefusalReason.UNREADABLE_TEXT)


def _is_readable(controls: int, characters: int) -> bool:
    few = _FEW_CONTROLS if characters > _LONG else 0
    return controls <= max(characters * _SHARE_OF_CONTROLS, few)


def _is_packed(source: Source) -> bool:
    """Whatever the language, its line breaks, spaces and digits are below; compressed bytes have few of them."""
    high = sum(among(source.at(at, RUN), _HIGH_BYTES) for at in range(0, source.size, RUN))
    return high > source.size * _SHARE_OF_HIGH_BYTES and source.size > _FEW


def _wide(source: Source, encoding: str, start: int) -> Text:
    decoder, tagged = codecs.getincrementaldecoder(encoding)(), list[int]()
    controls = characters = 0
    try:
        for at in range(start, source.size, RUN):
            run = decoder.decode(source.at(at, RUN), final=at + RUN >= source.size)
            if "\0" in run or is_strange(run):
                _no_text()
            characters += len(run)
            controls += len(_WIDE_CONTROLS.findall(run))
            if "<" in run:
                tagged.append(at)
    except UnicodeDecodeError:
        _no_text()
    return Text(source, encoding, start, tagged, readable=_is_readable(controls, characters))


def _unmarked(source: Source) -> Text:
    """Return text that seems to be in a wide encoding without a mark: it is refused, but as what it is."""
    head = source.at(0, 512)
    for encoding, width in _WIDE:
        text = head[: len(head) // width * width].decode(encoding, "replace")
        if "\0" not in text and "\ufffd" not in text and sum(map(str.isascii, text)) * 2 > len(text):
            return Text(source, encoding, 0, range(0, source.size, RUN), readable=False)
    _no_text()
