"""
A rate limiter in the memory of one process.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import attrs

__all__ = ["MemoryRateLimiter"]

_MAX_KEYS = 100_000


class MemoryRateLimiter:
    """
    Counts attempts in a sliding window, for one process.

    A host with several processes allows each of them the full number; bring a limiter on shared
    storage where that is too many.

    Args:
        monotonic: Seconds that only grow.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._attempts: dict[str, _Attempts] = {}
        self._lock = threading.Lock()

    def acquire(self, key: str, *, limit: int, window: timedelta) -> float | None:
        """Count one attempt; return None when it may go on, else the seconds to wait."""
        now, span = self._monotonic(), window.total_seconds()
        with self._lock:
            attempts = self._attempts.setdefault(key, _Attempts())
            times = attempts.times
            while times and times[0] <= now - span:
                times.popleft()
            attempts.over_at = (times[-1] if len(times) >= limit else now) + span
            attempts.full = len(times) + 1 >= limit
            if len(times) >= limit:
                return times[0] + span - now
            times.append(now)
            if len(self._attempts) > _MAX_KEYS:
                self._make_room(now)
            return None

    def release(self, key: str) -> None:
        """Take back the most recent attempt of the key."""
        with self._lock:
            attempts = self._attempts.get(key)
            if attempts is None:
                return
            if attempts.times:
                attempts.times.pop()
            attempts.full = False
            if not attempts.times:
                del self._attempts[key]

    def _make_room(self, now: float) -> None:
        """Forget what is over, then what is furthest from its limit: a flood of keys frees nobody who is stopped."""
        kept = {key: found for key, found in self._attempts.items() if found.over_at > now}
        if len(kept) > _MAX_KEYS * 9 // 10:
            by_worth = sorted(kept, key=lambda key: (kept[key].full, len(kept[key].times), kept[key].over_at))
            for key in by_worth[: _MAX_KEYS // 10]:
                del kept[key]
        self._attempts = kept


@attrs.define
class _Attempts:
    times: deque[float] = attrs.field(factory=deque[float])
    over_at: float = 0.0
    full: bool = False
