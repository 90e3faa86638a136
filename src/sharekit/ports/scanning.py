"""
What sharekit may ask of a virus scanner.
"""

import enum
from collections.abc import Iterator
from typing import Protocol

import attrs

__all__ = ["ScanResult", "ScanVerdict", "Scanner"]


class ScanVerdict(enum.StrEnum):
    """What a scanner found."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNDECIDED = "undecided"
    """It has not made up its mind yet: it is to be asked again later."""


@attrs.frozen
class ScanResult:
    """
    The answer of a scanner.

    Attributes:
        verdict: What it found.
        threat: What it calls what it found, for staff and logs; None when it found nothing.
    """

    verdict: ScanVerdict
    threat: str | None = None


class Scanner(Protocol):
    """
    A judge of bytes. Until it calls a file clean, nobody gets the bytes of it (R-UP-7).

    Laws:

    - V1: it says CLEAN only of bytes all of which it has looked at.
    - V2: whatever keeps it from an answer, it raises; that is never CLEAN. Its caller takes any exception.
    - V3: it ends within a time of its own: a request waits for it.
    - V4: it may be asked by several threads at once, and about the same bytes again.
    """

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """Look at a file, which comes in chunks."""
        ...
