"""While nothing is committed, who reads a list is not read again; a list is of one state of the store all the same."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import Contact, Organization, ResourceRef
from sharekit.backends.sqlite import SqliteRecordStore, SqliteTransaction
from sharekit.ids import TenantId
from sharekit.ports import Row
from sharekit.records.scopes import requested_by_me
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from tests.features.conftest import KEY, Agency

SETTLING = 4
"""Lists until a thread knows that the store stands still, after one commit."""


class Watched(SqliteRecordStore):
    """A store that counts how often who reads is read, and lets something happen just before a transaction begins."""

    readers = 0
    before: Callable[[], object] | None = None

    def transaction(self, tenant: TenantId, *, write: bool = False) -> SqliteTransaction:
        """Let it happen."""
        happens, self.before = self.before, None
        if happens is not None:
            happens()
        transaction = _Counted(self._connections, self._layout, tenant, write)
        transaction.store = self
        return transaction


class _Counted(SqliteTransaction):
    store: Watched

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        self.store.readers += any(kind == "contact" for kind, _ in wanted)
        return super().get_many(wanted)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """The store of the agency."""
    store = Watched(tmp_path / "records.sqlite3")
    yield store
    store.close()


@pytest.fixture
def house(watched: Watched) -> Agency:
    """An agency with one project."""
    clock = FrozenClock()
    made = kit(records=watched, clock=clock, kinds=[project_kind()], secret_keys=[KEY])
    agency = Agency(kit=made, records=watched, clock=clock, loads=SectionLoads())
    agency.put(agency.relaunch)
    return agency


@pytest.fixture
def other(house: Agency, tmp_path: Path) -> Iterator[Agency]:
    """The same agency, as another process has it."""
    store = SqliteRecordStore(tmp_path / "records.sqlite3")
    made = kit(records=store, clock=house.clock, kinds=[project_kind()], secret_keys=[KEY])
    yield Agency(kit=made, records=store, clock=house.clock, loads=SectionLoads())
    store.close()


def settled(house: Agency, contact: Contact, shown: list[str]) -> None:
    """List until who reads need not be read."""
    assert [house.sees(contact) for _ in range(SETTLING)] == [shown] * SETTLING


def test_a_reader_is_not_read_again_while_nothing_is_committed(house: Agency, watched: Watched) -> None:
    """Each of several contacts finds what is theirs, and none of them was looked up."""
    people = [house.person(name) for name in ("Ana", "Bo", "Cy")]
    for person in people:
        house.share(house.thing(f"for-{person.id}"), person)
    for person in people:
        settled(house, person, [f"for-{person.id}"])
    before = watched.readers
    found = [house.sees(person) for person in people * 3]

    assert found == [[f"for-{person.id}"] for person in people] * 3
    assert watched.readers == before


def _ends_by_deactivating(agency: Agency, ana: Contact, _: Organization) -> None:
    agency.kit.people.deactivate(ana, by=agency.maria)


def _ends_by_leaving(agency: Agency, ana: Contact, acme: Organization) -> None:
    agency.kit.people.leave(ana, acme, by=agency.maria)


def _ends_with_the_organization(agency: Agency, _: Contact, acme: Organization) -> None:
    agency.kit.people.deactivate(acme, by=agency.maria)


def _ends_by_the_scope(agency: Agency, _: Contact, __: Organization) -> None:
    agency.kit.portal.configure(scope=requested_by_me, by=agency.root)


@pytest.mark.parametrize(
    "ends", [_ends_by_deactivating, _ends_by_leaving, _ends_with_the_organization, _ends_by_the_scope]
)
@pytest.mark.parametrize("where", ["here", "in another thread", "in another process"])
def test_whatever_changes_a_reader_is_in_the_next_list(
    house: Agency, other: Agency, ends: Callable[[Agency, Contact, Organization], None], where: str
) -> None:
    """Nothing is shown any more, by whomever it was committed."""
    ana = house.person("Ana")
    acme = house.company("Acme", ana)
    house.share(house.thing("shared"), acme)
    settled(house, ana, ["shared"])
    if where == "in another thread":
        with ThreadPoolExecutor(1) as pool:
            pool.submit(ends, house, ana, acme).result(60)
    else:
        ends(house if where == "here" else other, ana, acme)

    assert house.sees(ana) == []


def test_a_list_is_of_one_state_whatever_is_committed_as_it_begins(
    house: Agency, other: Agency, watched: Watched
) -> None:
    """Ana left before the secret was shared: at no time could she have seen it."""
    ana, ref = house.person("Ana"), ResourceRef("project", "secret")
    acme = house.company("Acme", ana)
    house.put(ref)
    settled(house, ana, [])

    happened: list[str] = []

    def meanwhile() -> None:
        other.kit.people.leave(ana, acme, by=other.maria)
        happened.append(other.share(ref, acme).grantee)

    watched.before = meanwhile

    assert house.sees(ana) == []
    assert happened == [acme.key]
    assert other.sees(ana) == []


def test_what_ends_at_an_instant_ends_while_the_store_stands_still(house: Agency) -> None:
    """Nobody commits anything, and the grant is over."""
    ana = house.person("Ana")
    house.share(house.thing("for-a-day"), ana, expires_at=house.clock.now() + timedelta(days=1))
    settled(house, ana, ["for-a-day"])
    house.clock.advance(timedelta(days=1))

    assert house.sees(ana) == []


def test_what_was_changed_behind_the_stores_back_is_in_the_next_list(house: Agency, tmp_path: Path) -> None:
    """A commit is a commit, also one that was made with a connection of somebody else's."""
    ana = house.person("Ana")
    house.share(house.thing("shared"), ana)
    settled(house, ana, ["shared"])
    with closing(sqlite3.connect(tmp_path / "records.sqlite3")) as connection:
        connection.execute("DELETE FROM sharekit_contact")
        connection.commit()

    assert house.sees(ana) == []
