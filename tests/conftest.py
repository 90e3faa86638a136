"""
What every test can rely on: `--deep`, the profiles of Hypothesis, and no silent skips where all is asked.

A test that needs something a machine may lack (a browser, a server) skips itself with the reason.
Where ``SHAREKIT_REQUIRE_ALL=1`` or ``CI=true`` is set, such a skip is a failure:
only reasons that begin with ``deep:`` or ``platform:`` are taken.
"""

import gc
import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

_TAKEN = ("deep:", "platform:")
# How the files are called whose few tests take long: random stories, failures at every step, processes.
_LONG = (
    "_bytes",
    "_catches",
    "_faults",
    "_frame",
    "_interrupts",
    "_model",
    "_moves",
    "_processes",
    "_secrecy",
    "_worlds",
)
_REQUIRE_ALL = os.environ.get("SHAREKIT_REQUIRE_ALL", os.environ.get("CI", "")).lower() in {"1", "true"}

# The everyday run is the same every time, so that a failure is the change's and not the day's.
# The deep run looks further and elsewhere each time, and prints how to repeat what it found.
# Neither looks at the clock: what is slow is the machine.
_UNHURRIED = hypothesis.settings(deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("everyday", _UNHURRIED, derandomize=True, max_examples=60)
hypothesis.settings.register_profile("deep", _UNHURRIED, max_examples=3000, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register `--deep`."""
    parser.addoption("--deep", action="store_true", help="run the long proofs too")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the profile of Hypothesis before any test module is imported, and look for nothing to free meanwhile."""
    gc.disable()
    if not config.getoption("--hypothesis-profile", default=None):
        hypothesis.settings.load_profile("deep" if config.getoption("--deep") else "everyday")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long proofs out of the everyday run, and order what several processes share out."""
    if hasattr(config, "workerinput"):
        _longest_first(items)
    if config.getoption("--deep"):
        return
    skip = pytest.mark.skip(reason="deep: run with --deep")
    for item in items:
        if item.get_closest_marker("deep"):
            item.add_marker(skip)


def _longest_first(items: list[pytest.Item]) -> None:
    """
    Begin with the files that have slow tests, then with those of many, so that no process is left with one alone.

    What tells random stories, fails at every step or starts processes takes long, and is known by its name.
    """
    slow = {
        item.path
        for item in items
        if item.get_closest_marker("slow") or item.get_closest_marker("browser") or item.path.stem.endswith(_LONG)
    }
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path], item.path))


def pytest_collection_finish() -> None:
    """Take thousands of tests and modules, which stay to the end, out of each look for what can be freed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # seldom: a test makes many small things, and leaves few cycles
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """
    Free what a file of tests left behind when it ends, and look no more at what stays.

    Tests that look for what can be freed would look at all that thousands of tests before them have left.
    """
    done = yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return done


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an SQLite store that has every table and no row: stories copy it, and tests of stores make theirs."""
    from sharekit.backends.sqlite import SqliteRecordStore
    from sharekit.codec.kinds import ALL

    path = tmp_path_factory.mktemp("empty") / "records.sqlite3"
    store = SqliteRecordStore(path)
    store.open([kind.spec for kind in ALL])
    store.close()
    return path


@pytest.fixture(scope="session")
def deep(request: pytest.FixtureRequest) -> bool:
    """Whether this is a deep run: take the whole of a proof, not a sample."""
    return bool(request.config.getoption("--deep"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what skipped itself where everything is asked for."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same, for a whole module that skipped itself."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (_REQUIRE_ALL and report.skipped and isinstance(report.longrepr, tuple)):
        return
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if not reason.startswith(_TAKEN):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {reason}"
