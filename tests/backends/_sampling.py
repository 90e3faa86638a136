"""What the everyday run leaves to the deep one, where several stores or databases run the same lines of code."""

from typing import ClassVar

import pytest
from hypothesis import settings

_IS_DEEP = settings().max_examples > 100  # as the profile says, which is chosen before a module is imported


def stories(everyday: int, deep: int | None = None) -> int | None:
    """Return how many random stories are told to a store every day, and in a deep run: None for all of its profile."""
    return deep if _IS_DEEP else everyday


class Sampled:
    """A contract of which another class shows some laws every day, on the same lines of code."""

    shown_elsewhere: ClassVar[tuple[str, ...]] = ("test_t14",)
    """How the names begin of the tests that are left out: here what is refused before a database is asked."""

    @pytest.fixture(autouse=True)
    def _sampled(self, request: pytest.FixtureRequest, *, deep: bool) -> None:
        if not deep and request.function.__name__.startswith(self.shown_elsewhere):
            pytest.skip("deep: another class shows it every day on the same lines of code")
