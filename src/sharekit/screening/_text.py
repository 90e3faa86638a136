"""
The proof of text: an encoding that fits every byte, and neither a web page nor a program in it.
"""

import contextlib
import csv
import re
from collections.abc import Callable

from sharekit.screening._encodings import RUN, read_text
from sharekit.screening._limits import mismatch
from sharekit.screening._markup import refuse_formats, refuse_markup, without_quotes
from sharekit.screening._programs import is_program
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_csv", "prove_text", "text_like"]

# A link of Markdown that runs in the page that shows it.
_LINK = re.compile(r"\]\s{0,9}[(:]\s{0,9}<?\s{0,9}(?:javascript:|vbscript:|data:\s{0,9}text/html\b)", re.IGNORECASE)
_SAMPLED = 32 * 1024


def text_like(*, marked: bool = False) -> Callable[[Source], None]:
    """Return the proof of plain text, or of Markdown."""

    def prove(source: Source) -> None:
        prove_text(source, marked=marked)

    return prove


def prove_text(source: Source, *, marked: bool = False, table: bool = False) -> None:
    """Refuse what is no text, a web page, a program, of another format, or no table where one is meant."""
    text = read_text(source)
    beginning = text.beginning()
    _refuse_pages(beginning, start=True, marked=marked)
    _refuse_pages_in_seven_bits(beginning)
    if marked and _LINK.search(without_quotes(beginning)):
        raise Rejected(RefusalReason.WEB_PAGE, "script")
    refuse_formats(beginning, whole=source.size <= RUN)
    if source.size <= RUN and not beginning.strip():
        raise Rejected(RefusalReason.EMPTY)
    sample = beginning[:_SAMPLED]
    rows = _rows(sample) if table else []
    if is_program(beginning, marked=marked, tabular=_is_tabular(rows)):
        raise Rejected(RefusalReason.EXECUTABLE, "script")
    if table and _is_prose(sample, rows):
        raise mismatch("txt")
    for part in text.tagged():
        _refuse_pages(part, start=False, marked=marked)
    text.refuse_unreadable()


def _refuse_pages(part: str, *, start: bool, marked: bool) -> None:
    if "<" in part:  # looking for one is many times as fast as what follows, and most texts have none
        refuse_markup(without_quotes(part) if marked else part, start=start, marked=marked)


def _refuse_pages_in_seven_bits(beginning: str) -> None:
    """Refuse a page in UTF-7, which looks like plain letters, where no bracket says what it is."""
    if "+AD" in beginning and beginning.isascii():
        page = beginning.encode().decode("utf-7", "ignore")
        if page.count("<") > beginning.count("<"):
            refuse_markup(page, start=False)


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
