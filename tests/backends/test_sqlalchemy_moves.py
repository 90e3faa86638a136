"""A large thing that moves, where a database takes part: in the host's transaction, and with several hands at it."""

import threading

import pytest

from sharekit import Action, Contact, ResourceRef, Sharekit
from sharekit.codec.kinds import UNSETTLED
from sharekit.features import catalog
from sharekit.features._unit import Unit
from sharekit.ports import Query
from tests.backends._hosts import MARIA, Agency, agency, project, url

__all__ = ["agency", "url"]

BOX = project(10)
CONTENT = [project(number) for number in range(11, 18)]


@pytest.fixture
def bo(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Contact:
    """Somebody who may see the place where a box with seven things goes, of which two are brought along at once."""
    monkeypatch.setattr(Unit, "at_once", 2)
    made = agency.kit
    contact = Contact(made.people.add_contact("Bo", "bo@x.test", by=MARIA).id)
    for place in (project(8), project(9)):
        made.catalog.put(place, title="A place", by=MARIA)
    made.catalog.put(BOX, title="A box", container=project(8), by=MARIA)
    for each in CONTENT:
        made.catalog.put(each, title="In a box", container=BOX if each == CONTENT[0] else CONTENT[0], by=MARIA)
    made.shares.grant(project(9), to=contact, by=MARIA)
    return contact


def _seen(kit: Sharekit, contact: Contact) -> set[ResourceRef]:
    decided = {ref for ref in (BOX, *CONTENT) if kit.access.can(contact, Action.VIEW, ref)}

    assert decided == {item.ref for item in kit.access.visible(contact).items} - {project(9)}
    return decided


def _left(kit: Sharekit) -> int:
    with kit._wiring.reading() as unit:
        return unit.tx.count(Query(UNSETTLED.name))


def test_a_large_move_belongs_to_the_hosts_transaction(agency: Agency, bo: Contact) -> None:
    """All of it is rolled back with the host's work, or committed with it; in between nobody else sees any of it."""
    with agency.session() as session:
        agency.kit.joined(session).catalog.move(BOX, project(9), by=MARIA)
        session.rollback()
    rolled_back = _seen(agency.kit, bo), agency.kit.catalog.get(BOX).container, _left(agency.kit)
    with agency.session() as session:
        joined = agency.kit.joined(session)
        joined.catalog.move(BOX, project(9), by=MARIA)
        within = _seen(joined, bo), _left(joined)
        session.commit()

    assert rolled_back == (set(), project(8), 0)
    assert within == ({BOX, *CONTENT}, 0)
    assert (_seen(agency.kit, bo), _left(agency.kit)) == within
    assert agency.kit.portal.settings().moving == ()


def test_several_may_bring_the_rest_along(agency: Agency, bo: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sweeps at once get in each other's way, and nothing is left or goes wrong."""
    with monkeypatch.context() as breaking:
        breaking.setattr(catalog, "bring_the_rest", lambda _: None)
        agency.kit.catalog.move(BOX, project(9), by=MARIA)
    amid, waiting = _seen(agency.kit, bo), _left(agency.kit)
    failed: list[BaseException] = []

    def sweep() -> None:
        try:
            agency.kit.sweep(dry_run=False)
        except BaseException as error:  # noqa: BLE001  # it is looked at below, in the thread of the test
            failed.append(error)

    hands = [threading.Thread(target=sweep) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    agency.kit.sweep(dry_run=False)

    assert waiting
    assert amid < {BOX, *CONTENT}
    assert failed == []
    assert _seen(agency.kit, bo) == {BOX, *CONTENT}
    assert (_left(agency.kit), agency.kit.portal.settings().moving) == (0, ())
