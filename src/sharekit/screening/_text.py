"""
The proof of text: an encoding that fits every byte, and neither a web page nor a program in it.
"""

import codecs
import contextlib
import csv
import re
from collections.abc import Callable, Iterator

from sharekit.screening._limits import mismatch
from sharekit.screening._markup import refuse_formats, refuse_markup, without_quotes
from sharekit.screening._programs import is_program
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["decoded", "prove_csv", "prove_text", "text_like"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile("[\x00-\x06\x0e-\x19\x1c-\x1f\x7f]")
_CONTROL_BYTES = bytes([*range(0x07), *range(0x0E, 0x1A), *range(0x1C, 0x20), 0x7F])
_SHARE_OF_CONTROLS = 0.002
_RUN = 512 * 1024
_OVERLAP = 1024
_SAMPLED = 32 * 1024
_BINARY = (b"MZ\x90", b"\x1f\x8b", b"BZh9", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"Rar!")
_HIGH_BYTES = bytes(range(0x80, 0x100))


def text_like(*, marked: bool = False) -> Callable[[Source], None]:
    """Return the proof of plain text, or of Markdown."""

    def prove(source: Source) -> None:
        prove_text(source, marked=marked)

    return prove


def prove_text(source: Source, *, marked: bool = False, table: bool = False) -> None:
    """Refuse what is no text, a web page, a program, of another format, or no table where one is meant."""
    before = ""
    for run in decoded(source):
        part = without_quotes(before + run) if marked else before + run
        refuse_markup(part, start=not before, marked=marked)
        if not before:
            refuse_formats(run, whole=source.size <= _RUN)
            rows = _rows(run[:_SAMPLED]) if table else []
            if is_program(run, marked=marked, tabular=_is_tabular(rows)):
                raise Rejected(RefusalReason.EXECUTABLE, "script")
            if table and _is_prose(run[:_SAMPLED], rows):
                raise mismatch("txt")
        before = run[-_OVERLAP:] or " "


def decoded(source: Source) -> Iterator[str]:
    """Yield the text in runs; refuse bytes that no encoding explains."""
    head = source.at(0, 4)
    for magic in _BINARY:
        if source.at(0, len(magic)) == magic:
            raise mismatch()
    bom = next(((mark, name) for mark, name in _BOMS if head.startswith(mark)), None)
    if bom is not None:
        yield from _runs(source, bom[1], len(bom[0]))
        return
    has_nul, is_utf8 = _surveyed(source)
    if has_nul:
        encoding = _wide(source.at(0, 512))
        if encoding is None:
            raise Rejected(RefusalReason.UNREADABLE_TEXT)
        yield from _runs(source, encoding, 0, refuse_pages_only=True)
        raise Rejected(RefusalReason.UNREADABLE_TEXT)
    if is_utf8:
        yield from _runs(source, "utf-8", 0)
    else:
        yield from _one_byte(source)


def _wide(head: bytes) -> str | None:
    """Name the wide encoding that text without a mark seems to be in: it is refused, but as what it is."""
    for encoding, width in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        try:
            text = head[: len(head) // width * width].decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and sum(char.isascii() for char in text) * 2 > len(text):
            return encoding
    return None


def _surveyed(source: Source) -> tuple[bool, bool]:
    """Say whether a NUL is in it, and, where none is, whether it is UTF-8; by one reading."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    for _, run in source.runs(0, source.size):
        if b"\0" in run:
            return True, False
        if is_utf8 and (decoder.getstate()[0] or not run.isascii()):
            is_utf8 = _goes_on(decoder, run)
    return False, is_utf8 and _goes_on(decoder, b"", final=True)


def _goes_on(decoder: codecs.IncrementalDecoder, run: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(run, final)
    except UnicodeDecodeError:
        return False
    return True


def _runs(source: Source, encoding: str, start: int, *, refuse_pages_only: bool = False) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    controls = characters = 0
    try:
        for at in range(start, source.size, _RUN):
            raw = source.at(at, _RUN)
            run = decoder.decode(raw, final=at + _RUN >= source.size)
            characters += len(run)
            controls += _among(raw, _CONTROL_BYTES) if encoding == "utf-8" else len(_CONTROLS.findall(run))
            if not refuse_pages_only and ("\0" in run or "\ufffe" in run or "\uffff" in run):
                raise Rejected(RefusalReason.UNREADABLE_TEXT)
            yield run
    except UnicodeDecodeError:
        raise Rejected(RefusalReason.UNREADABLE_TEXT) from None
    if controls > max(characters * _SHARE_OF_CONTROLS, 2 if characters > 200 else 0):
        raise Rejected(RefusalReason.UNREADABLE_TEXT)


def _among(raw: bytes, wanted: bytes) -> int:
    """Count the bytes that are among these."""
    return len(raw) - len(raw.translate(None, wanted))


def _one_byte(source: Source) -> Iterator[str]:
    letters = high = 0
    for at in range(0, source.size, _RUN):
        raw = source.at(at, _RUN)
        if _among(raw, _CONTROL_BYTES):
            raise Rejected(RefusalReason.UNREADABLE_TEXT)
        high += _among(raw, _HIGH_BYTES)
        letters += len(raw)
        yield raw.decode("latin-1")
    # Whatever the language, its line breaks, spaces and digits are below; compressed bytes have few of them.
    if high > letters * 0.97 and letters > 64:
        raise Rejected(RefusalReason.UNREADABLE_TEXT)


def prove_csv(source: Source) -> None:
    """Refuse what is no text, and text whose lines are no rows."""
    prove_text(source, table=True)


def _rows(beginning: str) -> list[list[int]]:
    """Return the widths of the first rows by each delimiter that they may have."""
    sample = [line for line in beginning.splitlines()[:400] if line.strip()]
    found: list[list[int]] = []
    for delimiter in ",;\t|:":
        with contextlib.suppress(csv.Error):
            # What an empty cell follows may be the end of a statement.
            rows = csv.reader(sample, delimiter=delimiter)
            found.append([len(row) - (delimiter == ";" and not row[-1]) for row in rows if row])
    return found


def _is_tabular(rows: list[list[int]]) -> bool:
    return any(len(widths) > 1 and widths.count(widths[0]) * 5 >= len(widths) * 4 and widths[0] > 1 for widths in rows)


def _is_prose(beginning: str, rows: list[list[int]]) -> bool:
    """A table of one column has short cells; prose has sentences."""
    lines = [line for line in beginning.splitlines()[:400] if line.strip()]
    if any(sum(width > 1 for width in widths) * 5 >= len(widths) for widths in rows if widths):
        return False
    long = sum(1 for line in lines if line.count(" ") >= 7 and len(line) > 40)
    return len(lines) >= 8 and long * 20 > len(lines) * 19
