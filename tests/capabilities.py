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
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import attrs
import pytest

from sharekit.errors import SharekitError
from sharekit.ids import TenantId
from sharekit.ports import blobs, stores
from sharekit.testing import blob_store, record_store
from sharekit.testing._laws import Contract

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "stores.md"
KEY: Final = pytest.StashKey["Collected"]()

_TOLD: Final = "capabilities_told"
_SHARED: Final = "one set of data, several stores at once"
_INTRO: Final = """# The stores and what they keep

Every store is held to the laws of `sharekit.ports` by the tests of `sharekit.testing`:
those of `RecordStoreContract` for stores of records, those of `BlobStoreContract` for stores of bytes.
This page is written by `python3 dev.py capabilities` from the results of these tests; do not edit it.

"Kept" means that every test of these laws passes.
A law that a store cannot keep is waived, with the reason below.
An ability is something that a store may have besides.
Where one store runs on several databases, the everyday run tells some laws on one of them, and the deep run on all.

"""
_ABOUT_LACKING: Final = """## What could not be tried

Some tests need what not every store can give, and show nothing of a store without it:
another store on the same data (`reopen`), a way to the data that does not pass through the store (`back_door`),
a way to make it fail (`sabotage`), and links to elsewhere (`link`).

"""


@attrs.frozen(kw_only=True)
class Subject:
    """
    A port, and the contract that its stores are held to.

    Attributes:
        heading: What its stores are called.
        contract: The class that they subclass.
        laws: The law that each test is about.
        port: Where the abilities stand that a store may have besides.
        fixture: The argument of a test that is the store.
        about: What laws are about, by law.
        letters: What all others are about, by their first letter, in order.
        common: What the names of the subclasses have in common.
    """

    heading: str
    contract: type[Contract]
    laws: Mapping[str, str]
    port: ModuleType
    fixture: str
    about: Mapping[str, str]
    letters: Mapping[str, str]
    common: str

    @property
    def abilities(self) -> dict[str, type]:
        """The abilities that a store may have besides."""
        found = vars(self.port).items()
        return {name: of for name, of in found if inspect.isclass(of) and name.startswith("Supports")}

    def laws_of_ability(self, name: str) -> list[str]:
        """Return the laws that the docstring of an ability lists."""
        return re.findall(r"^ *- ([A-Z]\d+):", self.abilities[name].__doc__ or "", re.MULTILINE)

    def groups(self) -> dict[str, list[str]]:
        """Return the laws of every store, by what they are about."""
        of_abilities = {law for name in self.abilities for law in self.laws_of_ability(name)}
        found: dict[str, list[str]] = {}
        for law in sorted(set(self.laws.values()) - of_abilities, key=self._place):
            found.setdefault(self.about.get(law) or self.letters[law[0]], []).append(law)
        return found

    def _place(self, law: str) -> tuple[bool, int, int]:
        return law == "", [*self.letters].index(law[0]) if law else 0, int(law[1:] or 0)

    def title_of(self, cls: type) -> str:
        """Return the attribute ``title`` of a contract class, or its name without what all of them have in common."""
        named: object = getattr(cls, "title", None)
        if isinstance(named, str):
            return named
        words = re.findall(r"[A-Z][a-z0-9]*", re.sub(rf"^Test|{self.common}", "", cls.__name__))
        return " ".join(words).lower()


RECORDS: Final = Subject(
    heading="Stores of records",
    contract=record_store.RecordStoreContract,
    laws=record_store.LAWS,
    port=stores,
    fixture="records",
    about={
        **dict.fromkeys(("T1", "T4", "T5", "T6", "T7", "T8", "T10"), "single rows"),
        "T14": "what is refused",
        "T9": "questions",
        "": "random stories of all of these",
    },
    letters={"T": "transactions", "Q": "questions", "S": "the store"},
    common="RecordStore",
)
BLOBS: Final = Subject(
    heading="Stores of bytes",
    contract=blob_store.BlobStoreContract,
    laws=blob_store.LAWS,
    port=blobs,
    fixture="store",
    about={
        **dict.fromkeys(("B1", "B2", "B3", "B4"), "writing"),
        **dict.fromkeys(("B5", "B6"), "reading"),
        **dict.fromkeys(("B7", "B8"), "removing and listing"),
        **dict.fromkeys(("B9", "B10"), "what is refused, and what fails"),
    },
    letters={"B": "nothing outside of its root"},
    common="Blobs",
)
SUBJECTS: Final = (RECORDS, BLOBS)


@attrs.define
class Report:
    """What was declared of one store and what was seen of it."""

    subject: Subject
    title: str
    waivers: Mapping[str, str]
    lacks: Mapping[str, str]
    shared: bool
    passed: set[str] = attrs.field(factory=set[str])
    failed: set[str] = attrs.field(factory=set[str])
    skipped: dict[str, str] = attrs.field(factory=dict[str, str])
    abilities: set[str] = attrs.field(factory=set[str])

    @property
    def declared(self) -> list[object]:
        """What is known without running a test."""
        return [self.subject.heading, self.title, dict(self.waivers), dict(self.lacks), self.shared]

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands among others."""
        return SUBJECTS.index(self.subject), self.title


@attrs.frozen(kw_only=True)
class Told:
    """
    What a test of a contract tells of a store, besides its outcome.

    Attributes:
        of: The name of the contract class.
        heading: What the stores of its port are called.
        title: What the store is called.
        waivers: The laws that it waives, with the reasons.
        lacks: The fixtures that it has not, with the reasons.
        shared: Whether several stores may work on one set of data.
        law: What the test is about, empty for all laws.
        abilities: What the store was seen to be able to do besides.
    """

    of: str
    heading: str
    title: str
    waivers: dict[str, str]
    lacks: dict[str, str]
    shared: bool
    law: str
    abilities: list[str]


@attrs.frozen
class Collected:
    """What one session collected, by the name of the contract class."""

    reports: dict[str, Report] = attrs.field(factory=dict[str, Report])

    def of(self, told: Told) -> Report:
        """Return the report of the contract class that a result belongs to."""
        subject = next(each for each in SUBJECTS if each.heading == told.heading)
        made = Report(subject, told.title, told.waivers, told.lacks, told.shared)
        return self.reports.setdefault(told.of, made)

    def in_order(self) -> list[Report]:
        """Return the reports by port and title."""
        return sorted(self.reports.values(), key=lambda report: report.place)


def told_by(item: pytest.Item) -> Told | None:
    """Return what an item tells of a store, or None for any other test and for a test of the store's own."""
    cls: type | None = getattr(item, "cls", None)
    subject = next((each for each in SUBJECTS if cls is not None and issubclass(cls, each.contract)), None)
    law = None if subject is None else subject.laws.get(getattr(item, "originalname", item.name))
    if subject is None or law is None or cls is None or not issubclass(cls, Contract):
        return None
    arguments: dict[str, object] = getattr(item, "funcargs", {})
    return Told(
        of=f"{cls.__module__}.{cls.__qualname__}",
        heading=subject.heading,
        title=subject.title_of(cls),
        waivers=_on_one_line(cls.waivers),
        lacks=_on_one_line(cls.lacks),
        shared=inspect.getattr_static(cls, "reopen") is not inspect.getattr_static(subject.contract, "reopen"),
        law=law,  # empty for all of them
        abilities=[name for name, of in subject.abilities.items() if _is_able(arguments.get(subject.fixture), of)],
    )


def _is_able(store: object, of: type) -> bool:
    """Say whether a store has an ability, or its transactions have it; one that is closed by now has none."""
    begin: object = getattr(store, "transaction", None)
    if isinstance(store, of) or not callable(begin):
        return isinstance(store, of)
    try:
        return isinstance(begin(TenantId("any")), of)
    except SharekitError:
        return False


def _on_one_line(reasons: Mapping[str, str]) -> dict[str, str]:
    return {name: " ".join(reason.split()) for name, reason in reasons.items()}


# --- the page ----------------------------------------------------------------------------------


def rendered(reports: Sequence[Report]) -> str:
    """Return the page."""
    tables = "\n".join(
        f"## {subject.heading}\n\n{_table(subject, of)}\n"
        for subject in SUBJECTS
        if (of := [report for report in reports if report.subject is subject])
    )
    waived = _reasons(reports, "waives", lambda report: report.waivers) or "No store waives a law."
    lacking = _reasons(reports, "lacks", lambda report: report.lacks) or "Everything was tried on every store."
    return f"{_INTRO}{tables}\n## Waivers\n\n{waived}\n\n{_ABOUT_LACKING}{lacking}\n"


def _table(subject: Subject, reports: Sequence[Report]) -> str:
    rows = [["", *(report.title for report in reports)]]
    rows += [
        [_spelt(group, laws), *(_kept(report, laws) for report in reports)] for group, laws in subject.groups().items()
    ]
    rows.append([_SHARED, *("yes" if report.shared else "no" for report in reports)])
    for name in subject.abilities:
        able = ["yes" if name in report.abilities else "no" for report in reports]
        rows.append([_spelt(f"`{name}`", subject.laws_of_ability(name)), *able])
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _reasons(reports: Sequence[Report], verb: str, of: Callable[[Report], Mapping[str, str]]) -> str:
    return "\n".join(
        f"- {report.subject.heading}, {report.title}: {verb} `{name}`: {reason}"
        for report in reports
        for name, reason in sorted(of(report).items())
    )


def _spelt(group: str, laws: Sequence[str]) -> str:
    named = ", ".join(filter(None, laws))
    return f"{group} ({named})" if named else group


def _kept(report: Report, laws: Sequence[str]) -> str:
    waived = [law for law in laws if law in report.waivers]
    return f"all but {', '.join(waived)}" if waived else "kept"


def declared_on(page: str) -> list[list[object]]:
    """Read off the page what is declared of each store: its port, title, waivers, lacks, whether it is shared."""
    found: list[list[object]] = []
    for heading, table in re.findall(r"^## (.+)\n\n((?:\|.*\n)+)", page, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        titles, shared = rows[0][1:], next(row[1:] for row in rows if row[0] == _SHARED)
        found += [
            [
                heading,
                title,
                *(_read_off(page, heading, title, verb) for verb in ("waives", "lacks")),
                is_shared == "yes",
            ]
            for title, is_shared in zip(titles, shared, strict=True)
        ]
    return found


def _read_off(page: str, heading: str, title: str, verb: str) -> dict[str, str]:
    begins = re.escape(f"- {heading}, {title}: {verb} ")
    return dict(re.findall(rf"^{begins}`(\w+)`: (.+)$", page, re.MULTILINE))


def problems(reports: Sequence[Report]) -> list[str]:
    """Return why a page cannot be written, or cannot be trusted, from these results."""
    if not reports:
        return ["no contract ran"]
    found = [
        f"{report.title}: failed {law or 'the random stories'}" for report in reports for law in sorted(report.failed)
    ]
    for report in reports:
        wanted = set(report.subject.laws.values())
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
