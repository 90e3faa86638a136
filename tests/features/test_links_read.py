"""What decides about a link is read each time, however far away it stands."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sharekit import Contact, ResourceRef, errors, signals
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.records import events
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from tests.features.conftest import KEY, Agency, opens


def nested(agency: Agency, depth: int) -> list[ResourceRef]:
    """Put the project into so many containers, one in another; return them from the inside out."""
    refs = [ResourceRef("project", f"box-{level}") for level in range(depth)]
    for level in reversed(range(depth)):
        agency.put(refs[level], container=refs[level + 1] if level + 1 < depth else None)
    if refs:
        agency.kit.catalog.move(agency.relaunch, refs[0], by=agency.maria)
    return refs


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4, 16])
@pytest.mark.parametrize("opened_before", [False, True])
def test_every_container_above_decides(agency: Agency, depth: int, *, opened_before: bool) -> None:
    """A link to what lies that deep opens until the outermost container goes."""
    refs = nested(agency, depth)
    token = agency.token()
    before = [opens(agency.kit, token) for _ in range(3 if opened_before else 0)]
    agency.kit.catalog.remove(refs[-1] if refs else agency.relaunch, by=agency.maria)

    assert all(before)
    assert not opens(agency.kit, token)


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_recipient_decides_wherever_the_resource_lies(agency: Agency, depth: int) -> None:
    """The link opens in the recipient's language, and no more once the recipient is deactivated."""
    nested(agency, depth)
    ana = agency.kit.people.add_contact("Ana", "ana@acme.test", locale="es", by=agency.maria)
    token = agency.token(recipient=Contact(ana.id))
    locales = [agency.kit.links.open(token).locale for _ in range(2)]
    agency.kit.people.deactivate(ana, by=agency.maria)

    assert locales == ["es", "es"]
    assert not opens(agency.kit, token)


def test_a_resource_that_moves_takes_its_links_along(agency: Agency) -> None:
    """What was read in one place is read in another, further and nearer, without a moment in between."""
    token = agency.token()
    seen = [opens(agency.kit, token)]
    refs = nested(agency, 4)
    seen.append(opens(agency.kit, token))
    agency.kit.catalog.move(agency.relaunch, None, by=agency.maria)
    agency.kit.catalog.remove(refs[0], by=agency.maria)
    seen.append(opens(agency.kit, token))

    assert seen == [True, True, True]


@pytest.mark.parametrize(
    ("damage", "opened"),
    [
        ("UPDATE sharekit_read_link SET resource = 'project:43'", True),
        ("UPDATE sharekit_read_link SET resource = NULL", True),
        ("UPDATE sharekit_read_link SET created_by = 'staff:ben'", False),
        ("UPDATE sharekit_read_link SET created_by = NULL", False),
    ],
)
def test_bodies_decide_where_keys_say_something_else(tmp_path: Path, damage: str, *, opened: bool) -> None:
    """A key that was changed by another hand leads to no other resource, and to no other maker."""
    path = tmp_path / "records.sqlite3"
    records = SqliteRecordStore(path)
    made = kit(records=records, clock=FrozenClock(), kinds=[project_kind()], secret_keys=[KEY])
    agency = Agency(kit=made, records=records, clock=FrozenClock(), loads=SectionLoads())
    maria = made.people.add_staff(agency.maria, name="Maria", by=agency.root)
    agency.put(agency.relaunch)
    agency.put(ResourceRef("project", "43"), client_title="Another")
    token = agency.token()
    if not opened:
        made.people.deactivate(maria, by=agency.root)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)

    assert opens(made, token) is opened
    if opened:
        assert made.links.open(token).title == "For you"
    made.close()


@pytest.mark.parametrize("table", ["read_link", "catalog_entry", "staff", "contact"])
@pytest.mark.parametrize(
    "damage",
    [
        "substr(body, 2)",
        "body || ' '",
        "json_set(body, '$.surplus', 1)",
        "json_set(body, '$.tenant', 'other')",
        "json_remove(body, '$.tenant')",
    ],
)
@pytest.mark.parametrize("opened_before", [False, True])
def test_damage_in_any_row_that_decides_is_an_error(
    tmp_path: Path, table: str, damage: str, *, opened_before: bool
) -> None:
    """Also of a link that was opened before, and where whoever did it left the revision as it was."""
    path = tmp_path / "records.sqlite3"
    records = SqliteRecordStore(path)
    made = kit(records=records, clock=FrozenClock(), kinds=[project_kind()], secret_keys=[KEY])
    agency = Agency(kit=made, records=records, clock=FrozenClock(), loads=SectionLoads())
    made.people.add_staff(agency.maria, name="Maria", by=agency.root)
    agency.put(agency.relaunch)
    ana = made.people.add_contact("Ana", "ana@acme.test", by=agency.maria)
    token = agency.token(recipient=Contact(ana.id))
    before = [opens(made, token) for _ in range(2 if opened_before else 0)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE sharekit_{table} SET body = {damage}")  # noqa: S608  # written above

    assert all(before)
    for _ in range(2):
        with pytest.raises(errors.IntegrityError):
            made.links.open(token)
    made.close()


def foreign(agency: Agency) -> str:
    """A link of another tenant."""
    other = Agency(kit=agency.kit.for_tenant("other"), records=agency.records, clock=agency.clock, loads=agency.loads)
    other.put(other.relaunch)
    return other.token()


def absent(agency: Agency) -> str:
    """A link that never was."""
    ids = kit(secret_keys=[KEY], kinds=[project_kind()])
    alone = Agency(kit=ids, records=agency.records, clock=agency.clock, loads=agency.loads)
    alone.put(alone.relaunch)
    return alone.token()


@pytest.mark.parametrize("make", [foreign, absent])
def test_another_tenants_link_is_an_absent_one(agency: Agency, make: Callable[[Agency], str]) -> None:
    """Each verb refuses it and reports it as one that is not there."""
    token = make(agency)
    heard: list[events.LinkRefused] = []

    for verb in (agency.kit.links.open, agency.kit.links.redeem, agency.kit.links.record_view):
        with signals.link_refused.connected(heard.append), pytest.raises(errors.LinkUnavailableError):
            verb(token)

    assert [(event.tenant, event.reason) for event in heard] == [(agency.kit.tenant, "absent")] * 3
