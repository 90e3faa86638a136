from datetime import timedelta

import pytest

from sharekit.backends.limiter import MemoryRateLimiter

MINUTE = timedelta(minutes=1)


class Seconds:
    """A monotonic clock to turn by hand."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the present second."""
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """A clock at second 1000."""
    return Seconds()


def acquire(limiter: MemoryRateLimiter, key: str = "a") -> float | None:
    """Try once, three a minute."""
    return limiter.acquire(key, limit=3, window=MINUTE)


def test_r1_no_more_than_the_limit_within_a_window(seconds: Seconds) -> None:
    """The fourth attempt of a minute is refused, the next minute's is not."""
    limiter = MemoryRateLimiter(seconds)

    first = [acquire(limiter) for _ in range(3)]
    fourth = acquire(limiter)
    seconds.now += 60
    later = acquire(limiter)

    assert ([None] * 3, None) == (first, later)
    assert fourth is not None


def test_r2_a_refusal_says_how_long_to_wait(seconds: Seconds) -> None:
    """After so many seconds an attempt succeeds, and just before it does not."""
    limiter = MemoryRateLimiter(seconds)
    for _ in range(3):
        acquire(limiter)
        seconds.now += 10
    wait = acquire(limiter)
    assert wait == 30

    seconds.now += wait - 0.001
    too_early = acquire(limiter)
    seconds.now += 0.002

    assert too_early is not None
    assert acquire(limiter) is None


def test_r3_a_good_attempt_can_be_given_back(seconds: Seconds) -> None:
    """Released attempts do not count; releasing what was not acquired changes nothing."""
    limiter = MemoryRateLimiter(seconds)
    for _ in range(10):
        assert acquire(limiter) is None
        limiter.release("a")
    limiter.release("never")

    assert [None] * 3 == [acquire(limiter) for _ in range(3)]


def test_r4_keys_are_apart(seconds: Seconds) -> None:
    """One key's attempts are nothing to another."""
    limiter = MemoryRateLimiter(seconds)
    for _ in range(4):
        acquire(limiter)

    assert acquire(limiter, "b") is None


def test_a_flood_of_keys_frees_nobody(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is stopped stays stopped, however many others come by."""
    monkeypatch.setattr("sharekit.backends.limiter._MAX_KEYS", 100)
    limiter = MemoryRateLimiter(seconds)
    for _ in range(3):
        acquire(limiter, "guesser")
    for number in range(1000):
        seconds.now += 0.001
        acquire(limiter, str(number))

    assert acquire(limiter, "guesser") is not None


def test_memory_is_bounded(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys come by, the oldest are forgotten."""
    monkeypatch.setattr("sharekit.backends.limiter._MAX_KEYS", 100)
    limiter = MemoryRateLimiter(seconds)
    for number in range(1000):
        seconds.now += 0.001
        acquire(limiter, str(number))

    assert len(limiter._attempts) <= 101
    assert "999" in limiter._attempts
