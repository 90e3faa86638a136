"""What the everyday run leaves to the deep one, where one store runs on several databases."""

from typing import ClassVar

import pytest


class Sampled:
    """A contract of which another class of the module shows some laws every day, on the same lines of code."""

    shown_elsewhere: ClassVar[tuple[str, ...]] = ("test_t14",)
    """How the names begin of the tests that are left out: here what is refused before a database is asked."""

    @pytest.fixture(autouse=True)
    def _sampled(self, request: pytest.FixtureRequest, *, deep: bool) -> None:
        if not deep and request.function.__name__.startswith(self.shown_elsewhere):
            pytest.skip("deep: another database of this module shows it")
