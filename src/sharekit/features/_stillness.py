"""
Whether a store stood still since something was read: asked where it says so by a stamp, and when it pays.

The stamp is asked for before the reading that it is noted with. What is read after it is at least as
new, so while the stamp is the same, that is still what would be read.
"""

import itertools
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sharekit.ports import RecordStore, Stamp, SupportsStamp

__all__ = ["NO_STAMPS", "Stamps", "Stillness"]

Stamps = Mapping[int, Stamp]
"""The stamps that a reading was noted with: the latest of each thread, by the number of the thread."""

NO_STAMPS: Final[Stamps] = MappingProxyType({})
"""Those of a reading that was noted with none."""

_MOST_THREADS: Final = 64
_LONGEST_REST: Final = 15
_numbers: Final = itertools.count()


class _Thread:
    """
    What one thread knows.

    Attributes:
        number: Its own, which no other has had.
        stamp: The stamp that it was given last; None before the first.
        alone: This one as the only one.
        vain: How many times in a row it asked, and something had been committed.
        rest: How many times more it does not ask.
    """

    __slots__ = ("alone", "number", "rest", "stamp", "vain")

    def __init__(self) -> None:
        self.number: int = next(_numbers)
        self.stamp: Stamp = None
        self.alone: Stamps = NO_STAMPS
        self.vain: int = 0
        self.rest: int = 0

    def given(self, stamp: Stamp) -> None:
        """Take a new stamp. What was asked in vain is asked less and less often."""
        if self.stamp is not None:
            self.vain += 1
            self.rest = min(2**self.vain - 1, _LONGEST_REST)
        self.stamp = stamp
        self.alone = {self.number: stamp}


class _Local(threading.local):
    def __init__(self) -> None:
        self.thread: _Thread = _Thread()


class Stillness:
    """
    Knows of one store whether it stood still.

    Where others commit all the time, each question would be in vain, and cost what it was to save.
    Then it is asked seldom, until the store is found to stand still again.
    """

    def __init__(self, records: RecordStore) -> None:
        self._store = records if isinstance(records, SupportsStamp) else None
        self._local = _Local()

    def since(self, stamps: Stamps) -> bool:
        """Say whether nothing was committed since a reading with these stamps; no where that was not asked."""
        store = self._store
        if store is None:
            return False
        thread = self._local.thread
        if stamps.get(thread.number) is not thread.stamp:
            return False  # the thread knows already that it is not
        if thread.rest:
            thread.rest -= 1
            return False
        stamp = store.stamp()
        if stamp != thread.stamp:
            thread.given(stamp)
            return False
        thread.vain = 0
        return True

    def noted(self, stamps: Stamps = NO_STAMPS) -> Stamps:
        """Return the stamps of what this thread reads next, or reads again after a reading with these."""
        thread = self._local.thread
        if thread.stamp is None and self._store is not None:
            thread.given(self._store.stamp())
        if not stamps:
            return thread.alone
        known = stamps.get(thread.number)
        if known is thread.stamp:
            return stamps
        if len(stamps) - (known is not None) not in range(1, _MOST_THREADS):
            return thread.alone
        return {**stamps, thread.number: thread.stamp}
