"""
A pytest plugin: what each store keeps of the contract, as a table.

``python3 dev.py capabilities`` runs the contract of every store and writes ``docs/reference/stores.md``.
With ``--capabilities=check`` it compares what it saw with that page instead, and fails when they
disagree; ``--capabilities=beside`` does so in a run of all tests, whose results it takes. With
``--capabilities=declared`` and ``--collect-only`` it prints what is declared, as JSON.

The results may come from several processes (``-n``): each notes with a test's report what it tells of a store.
"""

import inspect
import json
import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from sharekit.ports import stores
from sharekit.testing.record_store import LAWS, RecordStoreContract

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "stores.md"
KEY: Final = pytest.StashKey["Collected"]()
ABILITIES: Final = {
    name: of for name, of in vars(stores).items() if inspect.isclass(of) and name.startswith("Supports")
}
"""The abilities that a store may have besides."""

_ROWS: Final = dict.fromkeys(("T1", "T4", "T5", "T6", "T7", "T8", "T10"), "single rows")
_ABOUT: Final = {**_ROWS, "T14": "what is refused", "T9": "questions", "": "random stories of all of these"}
_LETTERS: Final = {"T": "transactions", "Q": "questions", "S": "the store"}

_TOLD: Final = "capabilities_told"
_SHARED: Final = "one set of data, several stores at once"
_INTRO: Final = """# The stores and what they keep

Every store is held to the laws of `sharekit.ports` by the tests of `sharekit.testing.RecordStoreContract`.
This page is written by `python3 dev.py capabilities` from the results of these tests; do not edit it.

"Kept" means that every test of these laws passes.
A law that a store cannot keep is waived, with the reason below.
An ability is something that a store may have besides.
Where one store runs on several databases, the everyday run tells some laws on one of them, and the deep run on all.

"""


@attrs.define
class Report:
    """What was declared of one store and what was seen of it."""

    title: str
    waivers: Mapping[str, str]
    shared: bool
    passed: set[str] = attrs.field(factory=set[str])
    failed: set[str] = attrs.field(factory=set[str])
    skipped: dict[str, str] = attrs.field(factory=dict[str, str])
    abilities: set[str] = attrs.field(factory=set[str])

    @property
    def declared(self) -> list[object]:
        """What is known without running a test."""
        return [self.title, dict(self.waivers), self.shared]


@attrs.frozen
class Told:
    """
    What a test of a contract tells of a store, besides its outcome.

    Attributes:
        of: The name of the contract class.
        title: What the store is called.
        waivers: The laws that it waives, with the reasons.
        shared: Whether several stores may work on one set of data.
        law: What the test is about, empty for all laws.
        abilities: What the store was seen to be able to do besides.
    """

    of: str
    title: str
    waivers: dict[str, str]
    shared: bool
    law: str
    abilities: list[str] = attrs.field(factory=list[str])


@attrs.frozen
class Collected:
    """What one session collected, by the name of the contract class."""

    reports: dict[str, Report] = attrs.field(factory=dict[str, Report])

    def of(self, told: Told) -> Report:
        """Return the report of the contract class that a result belongs to."""
        return self.reports.setdefault(told.of, Report(told.title, told.waivers, told.shared))

    def in_order(self) -> list[Report]:
        """Return the reports by title."""
        return sorted(self.reports.values(), key=lambda report: report.title)


def told_by(item: pytest.Item) -> Told | None:
    """Return what an item tells of a store, or None for any other test and for a test of the store's own."""
    cls: type | None = getattr(item, "cls", None)
    law = law_of(item)
    if cls is None or not issubclass(cls, RecordStoreContract) or law is None:
        return None
    shared = inspect.getattr_static(cls, "reopen") is not inspect.getattr_static(RecordStoreContract, "reopen")
    waivers = {name: " ".join(reason.split()) for name, reason in cls.waivers.items()}
    arguments: dict[str, object] = getattr(item, "funcargs", {})
    abilities = [name for name, of in ABILITIES.items() if isinstance(arguments.get("records"), of)]
    return Told(f"{cls.__module__}.{cls.__qualname__}", title_of(cls), waivers, shared, law, abilities)


def law_of(item: pytest.Item) -> str | None:
    """Return the law that a test of the contract is about, empty for all of them; None for another test."""
    return LAWS.get(getattr(item, "originalname", item.name))


def title_of(cls: type) -> str:
    """Return the attribute ``title`` of a contract class, or its name without what all of them have in common."""
    named: object = getattr(cls, "title", None)
    if isinstance(named, str):
        return named
    words = re.findall(r"[A-Z][a-z0-9]*", re.sub(r"^Test|RecordStore", "", cls.__name__))
    return " ".join(words).lower()


# --- the table ---------------------------------------------------------------------------------


def laws_of_ability(name: str) -> list[str]:
    """Return the laws that the docstring of an ability lists."""
    return re.findall(r"^ *- ([A-Z]\d+):", ABILITIES[name].__doc__ or "", re.MULTILINE)


def groups() -> dict[str, list[str]]:
    """Return the laws of every store, by what they are about."""
    of_abilities = {law for name in ABILITIES for law in laws_of_ability(name)}
    found: dict[str, list[str]] = {}
    for law in sorted(
        set(LAWS.values()) - of_abilities, key=lambda law: (law == "", "TSQ".find(law[:1]), number_of(law))
    ):
        found.setdefault(_ABOUT.get(law) or _LETTERS[law[0]], []).append(law)
    return found


def number_of(law: str) -> int:
    """Return the number in the name of a law."""
    return int(law[1:] or 0)


def rendered(reports: Sequence[Report]) -> str:
    """Return the page."""
    rows = [["", *(report.title for report in reports)]]
    rows += [[_spelt(group, laws), *(_kept(report, laws) for report in reports)] for group, laws in groups().items()]
    rows.append([_SHARED, *("yes" if report.shared else "no" for report in reports)])
    for name in ABILITIES:
        able = ["yes" if name in report.abilities else "no" for report in reports]
        rows.append([_spelt(f"`{name}`", laws_of_ability(name)), *able])
    rows.insert(1, ["---"] * len(rows[0]))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    waived = [
        f"- {report.title} waives {law}: {reason}"
        for report in reports
        for law, reason in sorted(report.waivers.items())
    ]
    reasons = "\n".join(waived) or "No store waives a law."
    return f"{_INTRO}{table}\n\n## Waivers\n\n{reasons}\n"


def _spelt(group: str, laws: Sequence[str]) -> str:
    named = ", ".join(filter(None, laws))
    return f"{group} ({named})" if named else group


def _kept(report: Report, laws: Sequence[str]) -> str:
    waived = [law for law in laws if law in report.waivers]
    return f"all but {', '.join(waived)}" if waived else "kept"


def declared_on(page: str) -> list[list[object]]:
    """Read off the page what is declared of each store: its title, its waivers, whether it is shared."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]
    titles, shared = rows[0][1:], next(row[1:] for row in rows if row[0] == _SHARED)
    waived = re.findall(r"^- (.+?) waives (\w+): (.+)$", page, re.MULTILINE)
    return [
        [title, {law: reason for of, law, reason in waived if of == title}, is_shared == "yes"]
        for title, is_shared in zip(titles, shared, strict=True)
    ]


def problems(reports: Sequence[Report]) -> list[str]:
    """Return why a page cannot be written, or cannot be trusted, from these results."""
    wanted = set(LAWS.values())
    if not reports:
        return ["no contract ran"]
    found = [
        f"{report.title}: failed {law or 'the random stories'}" for report in reports for law in sorted(report.failed)
    ]
    for report in reports:
        left_to_deep = {law for law, reason in report.skipped.items() if reason.startswith("deep:")}
        missing = wanted - report.passed - report.failed - set(report.waivers) - left_to_deep
        why = {report.skipped[law] for law in missing if law in report.skipped} or {"not run"}
        if missing:
            found.append(f"{report.title}: {len(missing)} laws without a result: {'; '.join(sorted(why))}")
    return found


# --- the hooks of pytest -----------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register `--capabilities`."""
    parser.addoption("--capabilities", choices=["write", "check", "beside", "declared"], default="write")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing."""
    config.stash[KEY] = Collected()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Gathering(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Find the contracts, and leave out all other tests, unless all are to be run."""
    told = {item: found for item in items if (found := told_by(item)) is not None}
    for found in told.values():
        config.stash[KEY].of(found)
    if config.getoption("--capabilities") != "beside":
        config.hook.pytest_deselected(items=[item for item in items if item not in told])
        items[:] = told


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note with the outcome of a law's test whose it is, and what the store is able to do."""
    result = yield
    told = told_by(item)
    if told is not None:
        result.__dict__[_TOLD] = attrs.asdict(told)  # goes from process to process with the report
    return result


class _Gathering:
    """What happens in the process that hears of all results."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._collected = config.stash[KEY]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one result to what is known of a store."""
        noted: dict[str, Any] | None = report.__dict__.get(_TOLD)  # Any: what `Told` was made of
        if noted is None:
            return
        told = Told(**noted)
        store = self._collected.of(told)
        if report.failed:
            store.failed.add(told.law)
        elif report.skipped and isinstance(report.longrepr, tuple):
            store.skipped[told.law] = report.longrepr[2].removeprefix("Skipped: ")
        elif report.when == "call":
            store.passed.add(told.law)
            store.abilities |= set(told.abilities)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the page, or compare it."""
        reports, mode = self._collected.in_order(), self._config.getoption("--capabilities")
        if mode == "declared":
            print(f"declared: {json.dumps([report.declared for report in reports])}")  # noqa: T201  # read by a test
            return
        wrong = problems(reports)
        if not wrong and mode == "write":
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(rendered(reports), "utf-8")
        elif not wrong and rendered(reports) != PAGE.read_text("utf-8"):
            wrong = [f"{PAGE.name} is not what these results say: run `python3 dev.py capabilities`"]
        if wrong:
            print("\ncapabilities: " + "\ncapabilities: ".join(wrong))  # noqa: T201  # what the person who ran this needs
            session.exitstatus = exitstatus or 1
