"""
How much a file may declare (R-UP-5): what unpacks to more is not read.
"""

from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["MAX_PIXELS", "check_pixels", "damaged", "mismatch", "too_much"]

MAX_PIXELS = 200_000_000
"""The pixels of one picture: what the largest telephone cameras make, and an A0 sheet at 300 dpi."""

_MAX_ALL_PIXELS = 10_000_000_000  # the pages or frames of one file together


def damaged(found: str | None = None) -> Rejected:
    """Make the refusal of what begins as its type does and is broken."""
    return Rejected(RefusalReason.DAMAGED, found)


def mismatch(found: str | None = None) -> Rejected:
    """Make the refusal of what is of another type than its name says."""
    return Rejected(RefusalReason.NOT_WHAT_IT_SAYS, found)


def too_much() -> Rejected:
    """Make the refusal of what unpacks to too much."""
    return Rejected(RefusalReason.TOO_MUCH_INSIDE)


def check_pixels(width: int, height: int, *, before: int = 0) -> int:
    """Refuse a picture without area and one that is too large; return all pixels of the file so far."""
    if width <= 0 or height <= 0:
        raise damaged()
    pixels = width * height
    if pixels > MAX_PIXELS or before + pixels > _MAX_ALL_PIXELS:
        raise too_much()
    return before + pixels
