"""
The part of an answer that is new: what is quoted, and the signature, are cut off.

In this order: our own line above which people reply; what a mail program marks as quoted; the lines by which it
begins a quotation. The time that it takes grows with the length of the text and with nothing else. What is cut
is not lost: the whole text, and the mail itself, are kept by whoever asked.
"""

import enum
from collections.abc import Sequence
from typing import Final

import attrs

from sharekit.mail._quotations import MARKER, Head, attribution, has_marker, is_header_block, is_original, is_rule
from sharekit.mail._signatures import signature_start

__all__ = ["MARKER", "Cut", "Reply", "extract_reply"]

_MAX_TEXT: Final = 256 * 1024
_WRAPPED: Final = 60  # a quoted line of so many characters may have been broken by a program


class Cut(enum.StrEnum):
    """By what a quotation was recognised."""

    MARKER = "marker"
    """Our own line."""
    MARKED = "marked"
    """Lines that are marked as quoted, with ``>`` or in a box of HTML."""
    HEADING = "heading"
    """A line such as "On Monday Ana wrote:", or the copied headers of a message."""
    NOTHING = "nothing"
    """There is none."""


@attrs.frozen(kw_only=True)
class Reply:
    """
    What is new in a mail.

    Attributes:
        text: The lines of the mail that are new, without blank ones around them; never empty when the mail has text.
        signature: What stood below as a signature, or empty.
        cut: By what a quotation was recognised.
    """

    text: str
    signature: str = ""
    cut: Cut = Cut.NOTHING


@attrs.define
class _Found:
    """The lines of a text that are new, above the first quotation and below it."""

    above: list[str] = attrs.field(factory=list)
    below: list[str] = attrs.field(factory=list)
    cut: Cut = Cut.NOTHING


def extract_reply(text: str, *, keep_signature: bool = False) -> Reply:
    """
    Return what is new in the text of a mail.

    Args:
        text: All of it, with LF at the end of lines; of more than 256 KiB the beginning is read.
        keep_signature: Whether a signature stays in the text of the reply.
    """
    lines = text[:_MAX_TEXT].split("\n")
    marker = next((place for place, line in enumerate(lines) if has_marker(line)), None)
    found = _unquoted(lines if marker is None else lines[:marker])
    if marker is not None:
        found.cut = Cut.MARKER
        if not _has_text(found.above) and not _has_text(found.below):
            found.above = _below_marked(lines[marker:])
    above, signature = _without_signature(found.above)
    below, other = _without_signature(found.below)
    kept = _joined(above, below)
    if not kept:  # nothing but a signature, or nothing but a quotation
        kept, signature, other = _joined(found.above, found.below), [], []
    if not kept:
        return Reply(text=_stripped(lines) or text.strip(), cut=Cut.NOTHING)
    if keep_signature:
        kept, signature, other = _joined(found.above, found.below), [], []
    return Reply(text=kept, signature=_joined(signature, other), cut=found.cut)


def _unquoted(lines: Sequence[str]) -> _Found:
    """Go through the lines once and sort them."""
    found = _Found()
    following = _next_filled(lines)
    place, size = 0, len(lines)
    kept = found.above
    while place < size:
        line = lines[place]
        if _is_marked(line):
            found.cut = found.cut if found.cut is not Cut.NOTHING else Cut.MARKED
            kept = found.below
            place += 1
            continue
        ends, taken = _head(lines, place, following)
        if ends:
            found.cut = Cut.HEADING
            break
        if taken:
            found.cut = Cut.HEADING
            kept = found.below
            place += taken
            continue
        if not _is_broken_quote(lines, place):
            kept.append(line)
        place += 1
    return found


def _head(lines: Sequence[str], place: int, following: Sequence[int]) -> tuple[bool, int]:
    """Say whether all from here is quoted, or else how many lines here begin what is marked as quoted."""
    line = lines[place]
    if not line.strip():
        return False, 0
    if is_original(line) or is_header_block(lines, place):
        return True, 0
    if is_rule(line):
        after = following[place + 1] if place + 1 < len(lines) else len(lines)
        return after < len(lines) and (is_header_block(lines, after) or is_original(lines[after])), 0
    blank_before = place == 0 or not lines[place - 1].strip()
    head, taken = attribution(lines, place, after_blank=blank_before)
    if head is Head.NONE:
        return False, 0
    after = following[place + taken] if place + taken < len(lines) else len(lines)
    marked = after >= len(lines) or _is_marked(lines[after])
    if marked:
        return False, taken
    return head is Head.STRONG, 0


def _next_filled(lines: Sequence[str]) -> list[int]:
    """Return for each line the place of the first one from there that has text."""
    following = [len(lines)] * (len(lines) + 1)
    for place in range(len(lines) - 1, -1, -1):
        following[place] = place if lines[place].strip() else following[place + 1]
    return following


def _is_marked(line: str) -> bool:
    return line[:8].lstrip(" \t\xa0").startswith(">")


def _is_broken_quote(lines: Sequence[str], place: int) -> bool:
    """Say whether a line is the end of a quoted one that a program broke: alone between two marked lines."""
    if not 0 < place < len(lines) - 1 or not lines[place].strip():
        return False
    before, after = lines[place - 1], lines[place + 1]
    return _is_marked(before) and _is_marked(after) and len(before) >= _WRAPPED and len(lines[place]) < _WRAPPED


def _below_marked(lines: Sequence[str]) -> list[str]:
    """Return what was written below a quotation that is marked as such."""
    last = max((place for place, line in enumerate(lines) if _is_marked(line)), default=None)
    return [] if last is None else list(lines[last + 1 :])


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    start = signature_start(lines)
    return lines[:start], lines[start:]


def _has_text(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _joined(above: Sequence[str], below: Sequence[str]) -> str:
    parts = (_stripped(above), _stripped(below))
    return "\n".join(part for part in parts if part)


def _stripped(lines: Sequence[str]) -> str:
    """Join lines without blank ones around them, and without spaces at their ends."""
    return "\n".join(line.rstrip() for line in lines).strip("\n")
