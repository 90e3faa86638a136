"""
A rate limiter in the memory of one process.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

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
        self._attempts: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def acquire(self, key: str, *, limit: int, window: timedelta) -> float | None:
        """Count one attempt; return None when it may go on, else the seconds to wait."""
        now, span = self._monotonic(), window.total_seconds()
        with self._lock:
            attempts = self._attempts.setdefault(key, deque())
            while attempts and attempts[0] <= now - span:
                attempts.popleft()
            if len(attempts) >= limit:
                return attempts[0] + span - now
            attempts.append(now)
            if len(self._attempts) > _MAX_KEYS:
                self._forget_oldest()
            return None

    def release(self, key: str) -> None:
        """Take back the most recent attempt of the key."""
        with self._lock:
            attempts = self._attempts.get(key)
            if attempts:
                attempts.pop()
            if not attempts:
                self._attempts.pop(key, None)

    def _forget_oldest(self) -> None:
        by_age = sorted(self._attempts, key=lambda key: self._attempts[key][-1] if self._attempts[key] else 0.0)
        for key in by_age[: _MAX_KEYS // 10]:
            del self._attempts[key]
