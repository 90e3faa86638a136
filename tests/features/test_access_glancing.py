"""Decisions at a glance: one statement where four rows settle it, the same answers as ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sharekit import (
    Access,
    Action,
    Children,
    Contact,
    ResourceRef,
    Sharekit,
    Staff,
    System,
    Visibility,
    in_shared_projects,
    requested_by_me,
    shared_with_me,
)
from sharekit.backends.sqlite import SqliteRecordStore, SqliteTransaction
from sharekit.ids import TenantId
from sharekit.policies.access import AccessReason
from sharekit.testing import FrozenClock, kit

MARIA = Staff("maria")
ROOT = System("setup")
PROJECT = ResourceRef("project", "42")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class _Counting(SqliteRecordStore):
    """A store that counts its transactions."""

    begun = 0

    def transaction(self, tenant: TenantId, *, write: bool = False) -> SqliteTransaction:
        """Count, and begin."""
        self.begun += 1
        return super().transaction(tenant, write=write)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Counting]:
    """Such a store."""
    made = _Counting(tmp_path / "records.sqlite3")
    yield made
    made.close()


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock(NOW)


@pytest.fixture
def shared(store: _Counting, clock: FrozenClock) -> Sharekit:
    """A kit with a project of Maria's."""
    made = kit(records=store, clock=clock)
    made.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=MARIA, by=ROOT)
    return made


def _decided(made: Sharekit, store: _Counting, who: Contact, ref: ResourceRef = PROJECT) -> tuple[str, int]:
    """The reason of a decision, and how many transactions it took; explaining says the same."""
    store.begun = 0
    decision, begun = made.access.decide(who, Action.VIEW, ref), store.begun
    explained = made.access.explain(who, Action.VIEW, ref).decision

    assert explained == decision
    return decision.reason, begun


def test_what_was_granted_to_one_directly_takes_no_transaction(shared: Sharekit, store: _Counting) -> None:
    """A grant, its end, its renewal and the end of its time are each seen by the next decision."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    told = [_decided(shared, store, ana)]
    (grant,) = shared.shares.grant(PROJECT, to=ana, by=MARIA)
    told.append(_decided(shared, store, ana))
    shared.shares.revoke(grant, by=MARIA)
    told.append(_decided(shared, store, ana))
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    told.append(_decided(shared, store, ana))

    assert told == [
        (AccessReason.OUT_OF_SCOPE, 1),
        (AccessReason.SHARED, 0),
        (AccessReason.OUT_OF_SCOPE, 1),
        (AccessReason.SHARED, 0),
    ]


def test_a_grant_ends_with_its_time(shared: Sharekit, store: _Counting, clock: FrozenClock) -> None:
    """The same rows mean another thing an hour later."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.shares.grant(PROJECT, to=ana, by=MARIA, expires_at=NOW + timedelta(hours=1))
    before = _decided(shared, store, ana)
    clock.advance(timedelta(hours=1))
    after = _decided(shared, store, ana)

    assert before == (AccessReason.SHARED, 0)
    assert after == (AccessReason.OUT_OF_SCOPE, 1)


def test_what_nobody_is_shown_takes_no_transaction(shared: Sharekit, store: _Counting) -> None:
    """Absent, internal and removed things, and inactive contacts, are refused at a glance, each for its reason."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    told = [_decided(shared, store, ana, ResourceRef("project", "absent")), _decided(shared, store, Contact("nobody"))]
    shared.catalog.put(PROJECT, title="Relaunch", visibility=Visibility.INTERNAL, by=ROOT)
    told.append(_decided(shared, store, ana))
    shared.catalog.put(PROJECT, title="Relaunch", visibility=Visibility.CLIENT, by=ROOT)
    shared.people.deactivate(ana, by=MARIA)
    told.append(_decided(shared, store, ana))
    shared.catalog.remove(PROJECT, by=ROOT)
    told.append(_decided(shared, store, shared.people.add_contact("Bo", "bo@x.test", by=MARIA)))

    assert told == [
        (AccessReason.ABSENT, 0),
        (AccessReason.INACTIVE, 0),
        (AccessReason.INTERNAL, 0),
        (AccessReason.INACTIVE, 0),
        (AccessReason.REMOVED, 0),
    ]


def test_what_is_put_again_is_another_thing(shared: Sharekit, store: _Counting) -> None:
    """The grant on a removed thing gives nothing on the next of its id, and a new one does."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    shared.catalog.remove(PROJECT, by=ROOT)
    shared.catalog.put(PROJECT, title="Again", owner=MARIA, by=ROOT)
    stale = _decided(shared, store, ana)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)

    assert stale == (AccessReason.OUT_OF_SCOPE, 1)
    assert _decided(shared, store, ana) == (AccessReason.SHARED, 1)


def test_everything_else_is_decided_as_ever(shared: Sharekit, store: _Counting) -> None:
    """Containers, organisations, levels, and scopes that take away are not settled by one grant."""
    inner = ResourceRef("project", "1")
    acme = shared.people.add_organization("Acme", by=MARIA)
    ana = shared.people.add_contact("Ana", "ana@x.test", organization=acme, by=MARIA)
    bo = shared.people.add_contact("Bo", "bo@x.test", by=MARIA)
    shared.catalog.put(inner, title="Texts", container=PROJECT, owner=MARIA, by=ROOT)
    shared.shares.grant(PROJECT, to=acme, by=MARIA, access=Access.CONTRIBUTE, children=Children.FUTURE)
    shared.shares.grant(PROJECT, to=bo, by=MARIA)
    told = [_decided(shared, store, ana), _decided(shared, store, ana, inner), _decided(shared, store, bo, inner)]
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    levels = [shared.access.decide(who, Action.CONTRIBUTE, PROJECT).reason for who in (ana, bo)]
    shared.portal.configure(scope=shared_with_me & ~requested_by_me, by=ROOT)
    taken = [_decided(shared, store, ana), _decided(shared, store, bo, inner)]
    shared.people.leave(ana, acme, by=MARIA)

    assert told == [(AccessReason.SHARED, 1), (AccessReason.IN_SHARED, 1), (AccessReason.IN_SHARED, 1)]
    assert levels == [AccessReason.SHARED, AccessReason.LEVEL]
    assert taken == [(AccessReason.SHARED, 1), (AccessReason.OUT_OF_SCOPE, 1)]
    assert _decided(shared, store, ana, inner) == (AccessReason.OUT_OF_SCOPE, 1)


def test_a_scope_that_takes_away_wants_every_grant(shared: Sharekit, store: _Counting) -> None:
    """What is shared and lies in something shared, too, is not in a scope that excludes the latter."""
    inner = ResourceRef("project", "1")
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.catalog.put(inner, title="Texts", container=PROJECT, owner=MARIA, by=ROOT)
    shared.shares.grant(inner, to=ana, by=MARIA)
    shared.portal.configure(scope=shared_with_me & ~in_shared_projects, by=ROOT)
    alone = _decided(shared, store, ana, inner)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)

    assert alone == (AccessReason.SHARED, 1)
    assert _decided(shared, store, ana, inner) == (AccessReason.OUT_OF_SCOPE, 1)
