"""The page of what stores keep says what the contracts of the stores say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.capabilities import BLOBS, PAGE, RECORDS, SUBJECTS, Report, Subject, declared_on, problems, rendered

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted(
    path
    for path in (ROOT / "tests").rglob("test_*.py")
    if any(f"{subject.contract.__name__}):" in path.read_text("utf-8") for subject in SUBJECTS)
    and path.parent.name not in {"testing", "house"}
)
MODULE = """
import pytest
from sharekit.backends.memory import MemoryRecordStore
from sharekit.testing import RecordStoreContract

class TestShelf(RecordStoreContract):
    waivers = {"T12": "my database cannot"}
    machine_examples = 2

    @pytest.fixture
    def store(self):
        return MemoryRecordStore()
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.capabilities", *arguments]
    known = {name: value for name, value in os.environ.items() if name not in {"CI", "SHAREKIT_REQUIRE_ALL"}}
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, encoding="utf-8", check=False)


def seen(title: str = "shelf", subject: Subject = RECORDS, **waivers: str) -> Report:
    """A report of a store that kept all the laws that it does not waive."""
    lacks = {"sabotage": f"a {title} does not fail"}
    return Report(subject, title, waivers, lacks, shared=True, passed=set(subject.laws.values()) - set(waivers))


@pytest.mark.skipif(sys.platform == "win32", reason="platform: not every store runs on Windows")
def test_the_page_names_every_store_with_what_it_declares() -> None:
    """The stores, what they waive and lack with the reasons, and who can be shared are there as the contracts say."""
    shown = run("--capabilities=declared", "--collect-only", "-q", *CONTRACTS).stdout
    declared = next(line for line in shown.splitlines() if "declared: " in line)

    assert json.loads(declared.partition("declared: ")[2]) == declared_on(PAGE.read_text("utf-8"))


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.heading)
def test_every_law_has_a_row(subject: Subject) -> None:
    """A law is about something that the page names, or belongs to an ability."""
    laws = [law for group in subject.groups().values() for law in group]
    laws += [law for name in subject.abilities for law in subject.laws_of_ability(name)]

    assert sorted(set(subject.laws.values())) == sorted(laws)


def test_what_is_declared_can_be_read_off_the_page() -> None:
    """Titles, waivers and the rest come back from the page as they went in, also where two ports have one title."""
    reports = [seen("one", T12="it cannot: (no snapshots) | yet", S3="one process"), seen("two")]
    reports += [seen("one", BLOBS), seen("two", BLOBS, B3="no conditions")]

    assert [report.declared for report in reports] == declared_on(rendered(reports))


def test_a_waiver_shows_in_the_table_with_its_reason() -> None:
    """A group of laws of which one is waived is not said to be kept."""
    page = rendered([seen(T12="it cannot")])

    assert "| all but T12 |" in page
    assert "- Stores of records, shelf: waives `T12`: it cannot" in page
    assert "- Stores of records, shelf: lacks `sabotage`: a shelf does not fail" in page


def test_a_failure_or_a_law_that_was_not_run_is_a_problem() -> None:
    """A page is written from whole results alone."""
    failed, missing = seen(), seen()
    failed.passed.remove("T1")
    failed.failed.add("T1")
    missing.passed.remove("Q4")
    missing.skipped["Q4"] = "there is no server"

    assert ["shelf: failed T1"] == problems([failed])
    assert ["shelf: 1 laws without a result: there is no server"] == problems([missing])
    assert [] == problems([seen(T12="it cannot")])


@pytest.mark.slow
def test_a_run_that_saw_something_else_fails(tmp_path: Path) -> None:
    """A store that is not on the page, or waives what the page does not say, fails the checking run."""
    (tmp_path / "test_shelf.py").write_text(MODULE, "utf-8")
    checked = run("--capabilities=check", tmp_path)

    assert 1 == checked.returncode
    assert "capabilities: stores.md is not what these results say" in checked.stdout
