"""
A pytest plugin: what each store keeps of the contract, as a table.

``python3 dev.py capabilities`` runs the contract of every store and writes ``docs/reference/stores.md``.
With ``--capabilities=check`` it compares what it saw with that page instead, and fails when they
disagree; ``--capabilities=declared`` with ``--collect-only`` prints what is declared, as JSON.
"""

import inspect
import json
import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Final

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
class Collected:
    """What one session collected, by contract class."""

    reports: dict[type, Report] = attrs.field(factory=dict[type, Report])

    def of(self, item: pytest.Item) -> Report | None:
        """Return the report that an item belongs to, or None for any other test and for a test of the store's own."""
        cls: type | None = getattr(item, "cls", None)
        if cls is None or not issubclass(cls, RecordStoreContract) or law_of(item) is None:
            return None
        if cls not in self.reports:
            shared = inspect.getattr_static(cls, "reopen") is not inspect.getattr_static(RecordStoreContract, "reopen")
            waivers = {law: " ".join(reason.split()) for law, reason in cls.waivers.items()}
            self.reports[cls] = Report(title_of(cls), waivers, shared)
        return self.reports[cls]

    def in_order(self) -> list[Report]:
        """Return the reports by title."""
        return sorted(self.reports.values(), key=lambda report: report.title)


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
        return ["no contract ran in this process; leave out -n"]
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
    parser.addoption("--capabilities", choices=["write", "check", "declared"], default="write")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing."""
    config.stash[KEY] = Collected()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Find the contracts, and leave out all other tests."""
    collected = config.stash[KEY]
    contracts = [item for item in items if collected.of(item) is not None]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(contracts)])
    items[:] = contracts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the outcome of a law's test, and what the store is able to do."""
    result = yield
    report, law = item.config.stash[KEY].of(item), law_of(item)
    if report is None or law is None:
        return result
    if result.failed:
        report.failed.add(law)
    elif result.skipped and isinstance(result.longrepr, tuple):
        report.skipped[law] = result.longrepr[2].removeprefix("Skipped: ")
    elif call.when == "call":
        report.passed.add(law)
        arguments: dict[str, object] = getattr(item, "funcargs", {})
        report.abilities |= {name for name, of in ABILITIES.items() if isinstance(arguments.get("records"), of)}
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the page, or compare it."""
    reports, mode = session.config.stash[KEY].in_order(), session.config.getoption("--capabilities")
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
