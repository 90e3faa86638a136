"""
One reading of a text by its bytes: as they pass on their way into the store, or from it.
"""

import codecs
from typing import Final

__all__ = ["CONTROLS", "PIECE", "RUN", "Reading", "among", "has_among", "is_strange"]

RUN: Final = 512 * 1024
"""The bytes of one part of a text."""

CONTROLS: Final = bytes([*range(0x07), *range(0x0E, 0x1A), *range(0x1C, 0x20), 0x7F])

PIECE: Final = 64 * 1024
"""The bytes that are looked at together."""

_SHORT: Final = 2 * 1024 * 1024
_NUL: Final = 0
_TURNS: Final = tuple(b"<\0" + CONTROLS[1 + turn :: 8] for turn in range(8))


class Reading:
    """
    What the bytes of a text tell, piece by piece, while they may be UTF-8 or of one byte a letter.

    Attributes:
        size: How many bytes were looked at.
        tagged: The parts that have a ``<``, by their numbers, in order.
        has_nul: Whether there was a zero, which no such text has; then nothing more is looked for.
        controls: How many control characters there were.
        characters: How many characters there were.
    """

    def __init__(self) -> None:
        self.size: int = 0
        self.tagged: list[int] = []
        self.has_nul: bool = False
        self.controls: int = 0
        self.characters: int = 0
        self._start = 0
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._is_between = True  # no letter is cut
        self._is_strange = False
        self._first = 0

    def look(self, piece: bytes) -> None:
        """
        Look at the bytes that come next.

        Far into a long text that had no control characters, each piece is looked at for zeros, and for an eighth of
        the others, by turns; from the first that is found, for all of them.
        """
        at, self.size = self.size, self.size + len(piece)
        if at >= _SHORT and not self.controls and self._is_between:
            looked_for = _TURNS[at // PIECE % len(_TURNS)]
            if piece.isascii() and not any(map(piece.__contains__, looked_for)):
                self.characters += len(piece)  # as nearly all pieces of nearly all long texts
                return
        if not at:
            self._first = len(piece)
            self._start = len(codecs.BOM_UTF8) if piece.startswith(codecs.BOM_UTF8) else 0
            piece, at = piece[self._start :], self._start
        if piece and not self.has_nul:
            self._look_closely(at, piece)

    def is_of(self, size: int) -> bool:
        """Say whether this is a reading of all of a text that has so many bytes."""
        return self.size == size and self._first >= min(size, len(codecs.BOM_UTF8))  # else a mark was overlooked

    def ends_as_utf8(self) -> bool:
        """Say, at the end, whether all of it is UTF-8."""
        if self._decoder is not None:
            self._decode(self._decoder, b"", final=True)
        return self._decoder is not None

    @property
    def is_strange(self) -> bool:
        """Whether it has what stands for no character in any text."""
        return self._is_strange

    @property
    def saw_all_controls(self) -> bool:
        """Whether each byte was compared with each control character."""
        return self.size <= _SHORT

    def _tag(self, first: int, last: int) -> None:
        for part in range((first - self._start) // RUN, (last - self._start) // RUN + 1):
            if part not in self.tagged[-1:]:
                self.tagged.append(part)

    def _look_closely(self, at: int, piece: bytes) -> None:
        if b"<" in piece:
            self._tag(at, at + len(piece) - 1)
        is_late = at >= _SHORT and not self.controls
        if has_among(piece, _TURNS[at // PIECE % len(_TURNS)][1:] if is_late else CONTROLS):
            self.has_nul = _NUL in piece
            self.controls += among(piece, CONTROLS)
        if self._decoder is None:
            return
        if self._is_between and piece.isascii():
            self.characters += len(piece)
        else:
            self._decode(self._decoder, piece)

    def _decode(self, decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> None:
        try:
            text = decoder.decode(piece, final)
        except UnicodeDecodeError:
            self._decoder, self._is_between = None, False
        else:
            self.characters += len(text)
            self._is_between = not decoder.getstate()[0]
            self._is_strange = self._is_strange or is_strange(text)


def is_strange(text: str) -> bool:
    """Say whether a text has what stands for no character."""
    return "\ufffe" in text or "\uffff" in text


def has_among(raw: bytes, wanted: bytes) -> bool:
    """Say whether one of the bytes is among these: many searches for one are faster than one for many."""
    return any(map(raw.__contains__, wanted))


def among(raw: bytes, wanted: bytes) -> int:
    """Count the bytes that are among these."""
    return len(raw) - len(raw.translate(None, wanted))
