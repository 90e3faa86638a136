"""
Remembers for a while which parts of documents were noted as opened.

So a viewer that asks for a hundred ranges of one file is one line in the audit trail, and not a hundred.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

__all__ = ["Openings"]

_AS_ONE: Final = timedelta(minutes=10)
_MOST: Final = 10_000

Opening = tuple[str, str, str, int]
"""The tenant, who reads, the document and its version."""


class Openings:
    """What this process has noted; what it forgets, or another process noted, is noted once more."""

    def __init__(self) -> None:
        self._noted: OrderedDict[Opening, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, opening: Opening, now: datetime) -> bool:
        """Say whether it was noted a short time ago."""
        with self._lock:
            noted = self._noted.get(opening)
        return noted is not None and timedelta(0) <= now - noted < _AS_ONE

    def note(self, opening: Opening, now: datetime) -> None:
        """Remember that it was noted, once that is durable."""
        with self._lock:
            self._noted[opening] = now
            self._noted.move_to_end(opening)
            if len(self._noted) > _MOST:
                self._noted.popitem(last=False)
