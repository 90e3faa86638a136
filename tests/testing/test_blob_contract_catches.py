"""Each law test of the blob store contract fails on a store that breaks its law, and on no other."""

import functools
import inspect
import re

import pytest

from sharekit.ports import blobs
from sharekit.testing.blob_store import LAWS, BlobStoreContract
from tests.testing._broken_blobs import BROKEN
from tests.testing._catching import cases
from tests.testing._small_blobs import DirectShelf, Fixtures, Shelf


class Contract(BlobStoreContract):
    """The contract with few examples."""

    examples = 25


def holds(make: type[Shelf], name: str) -> bool:
    """Say whether a store passes every case of a law test."""
    test = getattr(Contract(), name)
    for case in cases(test):
        given = Fixtures(make)
        fixtures = {each: getattr(given, each) for each in inspect.signature(test).parameters if each not in case}
        try:
            test(**fixtures, **case)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a test fails by any exception
            return False
    return True


def failed(make: type[Shelf]) -> frozenset[str]:
    """Return the law tests that a store fails."""
    return frozenset(name for name, law in LAWS.items() if law and not holds(make, name))


@functools.cache
def failed_by_broken(wrong: str) -> frozenset[str]:
    """Return the law tests that a broken store fails."""
    return failed(BROKEN[wrong][1])


@pytest.mark.parametrize("make", [Shelf, DirectShelf])
def test_a_good_store_breaks_no_law(make: type[Shelf]) -> None:
    """The way of asking used here finds nothing wrong with stores that keep every law."""
    assert failed(make) == set()


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_store_breaks_its_law_alone(wrong: str) -> None:
    """The tests of the broken law fail, and those of every other law pass."""
    assert {LAWS[name] for name in failed_by_broken(wrong)} == BROKEN[wrong][0]


def test_every_law_has_a_broken_store() -> None:
    """No law test is without a store that shows that it can fail."""
    broken = {law for laws, _ in BROKEN.values() for law in laws}

    assert broken == {law for law in LAWS.values() if law}


def test_every_test_has_a_broken_store() -> None:
    """Each test of the contract is failed by some broken store."""
    caught = {name for wrong in BROKEN for name in failed_by_broken(wrong)}

    assert caught == {name for name, law in LAWS.items() if law}


def test_every_law_of_the_port_has_a_test() -> None:
    """The numbers in the docstrings of the port are those of the tests."""
    docstrings = [blobs.BlobStore.__doc__, blobs.SupportsDirectDownloads.__doc__]
    numbered = {law for text in docstrings for law in re.findall(r"^ *- (B\d+):", text or "", re.MULTILINE)}

    assert numbered == {law for law in LAWS.values() if law} == {f"B{number}" for number in range(1, 14)}
