"""Each law test of the record store contract fails on a store that breaks its law, and on no other."""

import inspect
from collections.abc import Callable

import pytest

from sharekit.backends.memory import MemoryRecordStore
from sharekit.ports import RecordStore
from sharekit.testing.record_store import LAWS, RecordStoreContract
from sharekit.testing.record_store._frame import KINDS
from tests.testing import (
    _broken_glances,
    _broken_joining,
    _broken_picks,
    _broken_questions,
    _broken_stamps,
    _broken_stores,
    _broken_transactions,
)
from tests.testing._catching import cases

Store = Callable[[], RecordStore]

BROKEN = {
    **_broken_transactions.BROKEN,
    **_broken_stores.BROKEN,
    **_broken_questions.BROKEN,
    **_broken_glances.BROKEN,
    **_broken_stamps.BROKEN,
    **_broken_picks.BROKEN,
    **_broken_joining.BROKEN,
}


def holds(make: Store, name: str) -> bool:
    """Say whether a store passes every case of a law test."""
    test = getattr(RecordStoreContract(), name)
    wanted = inspect.signature(test).parameters
    for case in cases(test):
        store = make()
        if "records" in wanted:
            store.open(KINDS)
        fixtures: dict[str, object] = {
            "records": store,
            "store": store,
            "reopen": None,
            "back_door": None,
            "behind": None,
            "sabotage": None,
        }
        fixtures["host_door"] = getattr(store, "door", None)
        try:
            test(**{name: value for name, value in fixtures.items() if name in wanted}, **case)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a test fails by any exception
            return False
    return True


def broken_laws(make: Store) -> set[str]:
    """Return the laws that a store breaks."""
    return {law for name, law in LAWS.items() if law and not holds(make, name)}


@pytest.mark.parametrize(
    "make",
    [
        MemoryRecordStore,
        _broken_stores.Looks,
        _broken_glances.Glances,
        _broken_stamps.Stamps,
        _broken_picks.Picks,
        _broken_joining.Joins,
    ],
)
def test_a_good_store_breaks_no_law(make: Store) -> None:
    """The way of asking used here finds nothing wrong with stores that keep every law."""
    assert broken_laws(make) == set()


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_store_breaks_its_law_alone(wrong: str) -> None:
    """The tests of the broken law fail, and those of every other law pass."""
    laws, make = BROKEN[wrong]

    assert broken_laws(make) == laws


def test_every_law_has_a_broken_store() -> None:
    """No law test is without a store that shows that it can fail."""
    broken = {law for laws, _ in BROKEN.values() for law in laws}

    assert broken == {law for law in LAWS.values() if law}
