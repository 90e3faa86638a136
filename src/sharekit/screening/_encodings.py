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
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["OVERLAP", "RUN", "Text", "read_text"]

RUN = 512 * 1024
"""The bytes of one part of a text."""

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
_CONTROLS = bytes([*range(0x07), *range(0x0E, 0x1A), *range(0x1C, 0x20), 0x7F])
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
    reading = _Reading()
    for at in range(len(mark), source.size, RUN):
        reading.look(at, source.at(at, RUN))
        if reading.has_nul:
            return _no_text() if mark else _unmarked(source)
    if reading.is_utf8():
        return Text(source, encoding, len(mark), reading.tagged, readable=_is_readable(reading))
    if mark or reading.controls or _is_packed(source):
        _no_text()
    return Text(source, "latin-1", 0, reading.tagged, readable=True)


def _no_text() -> NoReturn:
    raise Rejected(RefusalReason.UNREADABLE_TEXT)


class _Reading:
    """What the bytes of a text tell, run by run, while they may be UTF-8 or of one byte a letter."""

    def __init__(self) -> None:
        self.tagged: list[int] = []
        self.has_nul = False
        self.controls = self.characters = 0
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._is_strange = False

    def look(self, at: int, run: bytes) -> None:
        if b"<" in run:
            self.tagged.append(at)
        if any(map(run.__contains__, _CONTROLS)):  # many searches for one byte are faster than one for many
            self.has_nul = b"\0" in run
            self.controls += _among(run, _CONTROLS)
        if self._decoder is None:
            return
        if run.isascii() and not self._decoder.getstate()[0]:
            self.characters += len(run)
        else:
            self._decode(self._decoder, run)

    def is_utf8(self) -> bool:
        if self._decoder is not None:
            self._decode(self._decoder, b"", final=True)
        if self._decoder is not None and self._is_strange:
            _no_text()
        return self._decoder is not None

    def _decode(self, decoder: codecs.IncrementalDecoder, run: bytes, *, final: bool = False) -> None:
        try:
            text = decoder.decode(run, final)
        except UnicodeDecodeError:
            self._decoder = None
        else:
            self.characters += len(text)
            self._is_strange = self._is_strange or _is_strange(text)


def _is_strange(text: str) -> bool:
    return "\ufffe" in text or "\uffff" in text


def _is_readable(reading: "_Reading") -> bool:
    few = _FEW_CONTROLS if reading.characters > _LONG else 0
    return reading.controls <= max(reading.characters * _SHARE_OF_CONTROLS, few)


def _among(raw: bytes, wanted: bytes) -> int:
    """Count the bytes that are among these."""
    return len(raw) - len(raw.translate(None, wanted))


def _is_packed(source: Source) -> bool:
    """Whatever the language, its line breaks, spaces and digits are below; compressed bytes have few of them."""
    high = sum(_among(source.at(at, RUN), _HIGH_BYTES) for at in range(0, source.size, RUN))
    return high > source.size * _SHARE_OF_HIGH_BYTES and source.size > _FEW


def _wide(source: Source, encoding: str, start: int) -> Text:
    reading, decoder = _Reading(), codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(start, source.size, RUN):
            run = decoder.decode(source.at(at, RUN), final=at + RUN >= source.size)
            if "\0" in run or _is_strange(run):
                _no_text()
            reading.characters += len(run)
            reading.controls += len(_WIDE_CONTROLS.findall(run))
            if "<" in run:
                reading.tagged.append(at)
    except UnicodeDecodeError:
        _no_text()
    return Text(source, encoding, start, reading.tagged, readable=_is_readable(reading))


def _unmarked(source: Source) -> Text:
    """Return text that seems to be in a wide encoding without a mark: it is refused, but as what it is."""
    head = source.at(0, 512)
    for encoding, width in _WIDE:
        text = head[: len(head) // width * width].decode(encoding, "replace")
        if "\0" not in text and "\ufffd" not in text and sum(map(str.isascii, text)) * 2 > len(text):
            return Text(source, encoding, 0, range(0, source.size, RUN), readable=False)
    _no_text()
