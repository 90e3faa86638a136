"""How often the store is asked: promises that a benchmark could only measure."""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from sharekit import Action, Contact, Organization, ResourceRef, Sharekit, Staff, System
from sharekit.backends.memory import MemoryRecordStore
from sharekit.ids import TenantId
from sharekit.ports import KindSpec, Transaction
from sharekit.testing import kit

MARIA = Staff("maria")
ROOT = System("setup")
REF = ResourceRef("project", "42")


class _Noted:
    """A transaction that notes what is asked of it."""

    def __init__(self, tx: Transaction, asked: Counter[str]) -> None:
        self._tx = tx
        self._asked = asked

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a transaction has
        self._asked[name] += 1
        return getattr(self._tx, name)


class _NotingStore:
    """A store that notes what its transactions are asked."""

    def __init__(self) -> None:
        self._store = MemoryRecordStore()
        self.asked: Counter[str] = Counter()

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Open the store."""
        self._store.open(kinds)

    @contextmanager
    def transaction(self, tenant: TenantId, *, write: bool = False) -> Generator[Any]:
        """Begin a transaction that notes what it is asked."""
        with self._store.transaction(tenant, write=write) as tx:
            yield _Noted(tx, self.asked)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants of the store."""
        return self._store.tenants(kind)

    def close(self) -> None:
        """Close the store."""
        self._store.close()


@pytest.fixture
def store() -> _NotingStore:
    """A store that notes."""
    return _NotingStore()


@pytest.fixture
def shared(store: _NotingStore) -> Sharekit:
    """A kit with a project of Maria's."""
    made = kit(records=store)
    made.catalog.put(REF, title="Relaunch", client_title="Relaunch", owner=MARIA, by=ROOT)
    return made


def _organization(made: Sharekit, members: int) -> tuple[Organization, Contact]:
    acme = made.people.add_organization("Acme", by=MARIA)
    people = [
        made.people.add_contact(f"C{number}", f"c{number}@x.test", organization=acme, by=MARIA)
        for number in range(members)
    ]
    return acme, people[0]


def test_a_decision_takes_three_readings(shared: Sharekit, store: _NotingStore) -> None:
    """The settings with the entry and the contact, the memberships, and the grants: nothing else is read."""
    acme, ana = _organization(shared, 1)
    shared.shares.grant(REF, to=[acme, ana], by=MARIA)
    store.asked.clear()
    decision = shared.access.decide(ana, Action.VIEW, REF)

    assert decision.allowed
    assert dict(store.asked) == {"get_many": 2, "find": 1}


def test_sharing_with_an_organization_writes_as_much_for_one_member_as_for_many(
    shared: Sharekit, store: _NotingStore
) -> None:
    """A grant to an organisation, and its end, are the same few rows however many belong to it."""
    acme, _ = _organization(shared, 60)
    brill = shared.people.add_organization("Brill", by=MARIA)
    written: list[list[int]] = []
    for organization in (acme, brill):
        store.asked.clear()
        (grant,) = shared.shares.grant(REF, to=organization, by=MARIA)
        granting = store.asked["put"]
        shared.shares.revoke(grant, by=MARIA)
        written.append([granting, store.asked["put"] - granting])

    assert written == [[5, 2], [5, 2]]
