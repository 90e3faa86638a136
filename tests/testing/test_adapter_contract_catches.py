"""Each law of the adapter contract is broken by some adapter, and found broken; a good one breaks none."""

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sharekit.testing.adapter import LAWS, AdapterContract, Send, Serve, over_wsgi
from sharekit.testing.adapter._frame import make_site
from sharekit.web import Portal
from tests.testing._catching import cases
from tests.testing._small_adapter import BROKEN, SmallAdapter


class Log(logging.Handler):
    """What was logged, as the law about it asks."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def set_level(self, level: int) -> None:
        """Take everything, whatever the level."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text."""
        self.text += self.format(record)


@contextmanager
def logged() -> Iterator[Log]:
    """Give what is logged meanwhile."""
    log = Log()
    logging.getLogger().addHandler(log)
    try:
        yield log
    finally:
        logging.getLogger().removeHandler(log)


def serving(adapter: type[SmallAdapter]) -> Serve:
    """Return how the contract mounts an adapter."""

    def mounted(portal: Portal, prefix: str) -> Send:
        return over_wsgi(adapter(portal, prefix))

    return mounted


def holds(serve: Serve, name: str) -> bool:
    """Say whether an adapter passes every case of a law test."""
    test: Callable[..., None] = getattr(AdapterContract(), name)
    wanted = inspect.signature(test).parameters
    for case in cases(test):
        with logged() as log:
            given = {"serve": serve, "caplog": log, **({"site": make_site(serve)} if "site" in wanted else {}), **case}
            try:
                test(**{name: value for name, value in given.items() if name in wanted})
            except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a test fails by any exception
                return False
    return True


def test_a_good_adapter_breaks_no_law() -> None:
    """The way of asking used here finds nothing wrong with an adapter that keeps every law."""
    assert [name for name in LAWS if not holds(serving(SmallAdapter), name)] == []


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_adapter_is_caught(wrong: str) -> None:
    """By a test of each law that it breaks."""
    laws, adapter = BROKEN[wrong]
    tests = [name for name, law in LAWS.items() if law in laws]
    found = {LAWS[name] for name in tests if not holds(serving(adapter), name)}

    assert laws == found


def test_every_law_is_numbered_and_has_a_test() -> None:
    """The numbers in the contract's docstring are those of its tests."""
    numbered = re.findall(r"^ *- (D\d+):", AdapterContract.__doc__ or "", re.MULTILINE)

    assert [f"D{n}" for n in range(1, 22)] == numbered
    assert set(numbered) == set(LAWS.values())


def test_a_law_can_be_waived_with_a_reason_only() -> None:
    """Waivers work as they do for stores."""
    with pytest.raises(TypeError, match="without a reason"):
        type("Mine", (AdapterContract,), {"waivers": {"D8": ""}})
    with pytest.raises(TypeError, match="redefines"):
        type("Mine", (AdapterContract,), {"test_d9_requests_side_by_side_do_not_mix": lambda _: None})
