"""The contract is subclassed with one fixture, cannot be hollowed out in silence, and says what is waived."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sharekit.backends.memory import MemoryRecordStore
from sharekit.ports import query, stores
from sharekit.testing import record_store
from sharekit.testing.record_store import LAWS, RecordStoreContract

MODULE = """
import pytest
from sharekit.backends.memory import MemoryRecordStore
from sharekit.testing.record_store import RecordStoreContract

class TestMine(RecordStoreContract):
    waivers = {"T12": "my database cannot"}
    machine_examples = 2

    @pytest.fixture
    def store(self):
        return MemoryRecordStore()
"""


def test_a_redefined_law_is_refused() -> None:
    """A subclass that defines a law test anew cannot be made."""
    with pytest.raises(TypeError, match="redefines test_t7_get_of_an_absent_id_is_none"):
        type("Mine", (RecordStoreContract,), {"test_t7_get_of_an_absent_id_is_none": lambda _: None})


def test_a_removed_law_is_refused() -> None:
    """A subclass that sets a law test to None, so that nobody runs it, cannot be made."""
    with pytest.raises(TypeError, match="redefines"):
        type("Mine", (RecordStoreContract,), {"test_t10_bump_is_atomic": None})


def test_a_law_redefined_by_a_mixin_is_refused() -> None:
    """A law test that another parent brings along is refused as well."""
    mixin = type("Mixin", (), {"test_t10_bump_is_atomic": lambda _: None})
    with pytest.raises(TypeError, match="redefines"):
        type("Mine", (mixin, RecordStoreContract), {})


def test_tests_of_ones_own_may_be_added() -> None:
    """A subclass may have more tests and may replace fixtures."""
    mine = type("Mine", (RecordStoreContract,), {"test_more": lambda _: None, "store": MemoryRecordStore})

    assert issubclass(mine, RecordStoreContract)


@pytest.mark.parametrize(("law", "reason"), [("T99", "why"), ("t12", "why"), ("", "why"), ("T12", ""), ("T12", "  ")])
def test_a_waiver_names_a_law_and_a_reason(law: str, reason: str) -> None:
    """A waiver of an unknown law, or without a reason, is refused."""
    with pytest.raises(TypeError, match="waives"):
        type("Mine", (RecordStoreContract,), {"waivers": {law: reason}})


@pytest.mark.parametrize(("name", "reason"), [("store", "why"), ("behind", "why"), ("reopen", ""), ("reopen", " ")])
def test_what_is_lacking_is_an_optional_fixture_with_a_reason(name: str, reason: str) -> None:
    """A fixture that must be given cannot be lacking, and no other lacks its reason."""
    with pytest.raises(TypeError, match="lacks"):
        type("Mine", (RecordStoreContract,), {"lacks": {name: reason}})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest tells of a stranger's test module."""
    return outcome(tmp_path_factory.mktemp("stranger"), MODULE)


def test_a_waived_law_is_skipped_with_its_reason(told: str) -> None:
    """A stranger's test module runs every law but the waived one, and reports why."""
    assert "T12 is waived: my database cannot" in told
    assert "8 skipped" in told


def test_what_was_not_given_is_named_where_it_is_needed(tmp_path: Path, told: str) -> None:
    """A test that needs an optional fixture is skipped with its name, unless the author says that there is none."""
    lacking = '    lacks = {"reopen": "it is a dict", "sabotage": "a dict does not fail", "back_door": "none"}\n'
    declared = outcome(tmp_path, MODULE.replace("    machine_examples", f"{lacking}    machine_examples"))

    for name in ("reopen", "sabotage", "back_door"):
        assert f"needs the fixture `{name}`: override it" in told
    assert "needs the fixture" not in declared
    assert "2 skipped" in declared


def outcome(folder: Path, module: str) -> str:
    """Run a stranger's test module, which passes, and return what pytest tells."""
    (folder / "test_mine.py").write_text(module, "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-q", "-p", "no:cacheprovider", folder],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_every_law_of_the_ports_has_a_test() -> None:
    """The numbers in the docstrings of the ports are those of the tests."""
    reading = [stores.SupportsPick, stores.SupportsLook, stores.SupportsGlance, stores.SupportsStamp]
    ports = [
        stores.Transaction,
        stores.RecordStore,
        *reading,
        stores.SupportsJoining,
        stores.SupportsOwnTransactions,
    ]
    docstrings = [query.__doc__, *(port.__doc__ for port in ports)]
    numbered = {law for text in docstrings for law in re.findall(r"^ *- ([TSQPKGUJO]\d+):", text or "", re.MULTILINE)}

    assert {law for law in LAWS.values() if law} == numbered
    assert numbered == {
        *(f"T{n}" for n in range(1, 15)),
        *(f"S{n}" for n in range(1, 7)),
        *(f"Q{n}" for n in range(1, 8)),
        *(f"P{n}" for n in range(1, 4)),
        *(f"K{n}" for n in range(1, 7)),
        *(f"G{n}" for n in range(1, 5)),
        *(f"U{n}" for n in range(1, 4)),
        *(f"J{n}" for n in range(1, 7)),
        "O1",
    }


def test_the_window_of_the_contract_is_small() -> None:
    """A stranger needs three names, two of them for stores that can give more."""
    assert record_store.__all__ == ["BackDoor", "HostDoor", "RecordStoreContract"]
