"""
Decisions at a glance: by one statement or two that find every row that decides, the same answers as ever.

While nothing is committed it takes none, since what was seen of a client and a thing is still so.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
    requested_by_my_organization,
    shared_with_me,
)
from sharekit.backends._sqlite_glances import SqliteGlance
from sharekit.backends.sqlite import SqliteRecordStore, SqliteTransaction
from sharekit.ids import TenantId
from sharekit.policies.access import AccessReason
from sharekit.ports import Sought
from sharekit.testing import FrozenClock, kit

MARIA = Staff("maria")
ROOT = System("setup")
PROJECT = ResourceRef("project", "42")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOST_RESTING = 18
"""Decisions until it is noticed that the store stands still, however often it was asked in vain before."""


class _Counting(SqliteRecordStore):
    """A store that counts its transactions and its glances."""

    begun = 0
    glances = 0
    meanwhile: Callable[[], object] | None = None
    """What is done once, after the next glance."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> SqliteTransaction:
        """Count, and begin."""
        self.begun += 1
        return super().transaction(tenant, write=write)

    def glance(self, sought: Sequence[Sought]) -> SqliteGlance:
        """Return a glance that counts."""
        made = _CountingGlance(self._connections, self._layout, sought)
        made.store = self
        return made


class _CountingGlance(SqliteGlance):
    """A glance that counts, and during which something happens."""

    store: _Counting

    def see(self, tenant: TenantId, values: Sequence[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """See, and have happen what was to happen."""
        self.store.glances += 1
        lines = super().see(tenant, values)
        act, self.store.meanwhile = self.store.meanwhile, None
        if act is not None:
            act()
        return lines


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
    """The reason of a decision, and how many glances it took, without a transaction; explaining says the same."""
    store.begun = store.glances = 0
    decision = made.access.decide(who, Action.VIEW, ref)

    assert store.begun == 0
    assert made.access.explain(who, Action.VIEW, ref).decision == decision
    return decision.reason, store.glances


def test_each_change_is_seen_by_the_next_decision(shared: Sharekit, store: _Counting) -> None:
    """A grant, its end and its renewal are seen, though what was seen before is remembered."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    told = [_decided(shared, store, ana)]
    (grant,) = shared.shares.grant(PROJECT, to=ana, by=MARIA)
    told += [_decided(shared, store, ana) for _ in range(3)]
    shared.people.add_contact("Bo", "bo@x.test", by=MARIA)
    told.append(_decided(shared, store, ana))
    shared.shares.revoke(grant, by=MARIA)
    told.append(_decided(shared, store, ana))
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    told.append(_decided(shared, store, ana))

    assert told == [
        (AccessReason.OUT_OF_SCOPE, 1),
        (AccessReason.SHARED, 1),
        (AccessReason.SHARED, 1),  # what was asked in vain is asked less often
        (AccessReason.SHARED, 0),
        (AccessReason.SHARED, 1),
        (AccessReason.OUT_OF_SCOPE, 2),  # a grant alone was looked for, since that settled it
        (AccessReason.SHARED, 1),
    ]


def test_a_commit_of_anybody_is_seen_at_once(shared: Sharekit, store: _Counting, tmp_path: Path) -> None:
    """Whatever else changes, and wherever it is committed, a decision that took no glance before is the new one."""
    acme = shared.people.add_organization("Acme", by=MARIA)
    ana = shared.people.add_contact("Ana", "ana@x.test", organization=acme, by=MARIA)
    grants = shared.shares.grant(PROJECT, to=[ana, acme], by=MARIA)
    there = SqliteRecordStore(tmp_path / "records.sqlite3")
    elsewhere = kit(records=there)
    changes: list[Callable[[], object]] = [
        lambda: shared.people.deactivate(ana, by=MARIA),
        lambda: elsewhere.people.reactivate(ana, by=MARIA),
        lambda: elsewhere.shares.revoke(grants[0], by=MARIA),
        lambda: shared.people.leave(ana, acme, by=MARIA),
        lambda: elsewhere.people.join(ana, acme, by=MARIA),
        lambda: elsewhere.portal.configure(scope=in_shared_projects, by=ROOT),
        lambda: shared.portal.configure(scope=shared_with_me, by=ROOT),
        lambda: elsewhere.catalog.remove(PROJECT, by=ROOT),
    ]
    told: list[tuple[str, int]] = []
    with ThreadPoolExecutor(1) as another_thread:
        for change in changes:
            settled = [_decided(shared, store, ana) for _ in range(MOST_RESTING)]
            assert settled[-1][1] == 0
            another_thread.submit(change).result(60)
            told.append(_decided(shared, store, ana))
    elsewhere.close()
    there.close()

    assert [reason for reason, _ in told] == [
        AccessReason.INACTIVE,
        AccessReason.SHARED,
        AccessReason.SHARED,
        AccessReason.OUT_OF_SCOPE,
        AccessReason.SHARED,
        AccessReason.OUT_OF_SCOPE,
        AccessReason.SHARED,
        AccessReason.REMOVED,
    ]
    assert all(glances for _, glances in told)


def test_a_view_of_the_tenant_made_for_each_request_asks_no_more(shared: Sharekit, store: _Counting) -> None:
    """What is known of the store does not end with the view, and one of another tenant learns nothing from it."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    own = [_decided(shared.for_tenant("default"), store, ana) for _ in range(MOST_RESTING)]

    assert own[-1] == (AccessReason.SHARED, 0)
    assert _decided(shared.for_tenant("another"), store, ana)[0] == AccessReason.INACTIVE


def test_a_grant_ends_with_its_time(shared: Sharekit, store: _Counting, clock: FrozenClock) -> None:
    """The same rows mean another thing an hour later."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.shares.grant(PROJECT, to=ana, by=MARIA, expires_at=NOW + timedelta(hours=1))
    before = _decided(shared, store, ana)
    clock.advance(timedelta(hours=1))

    assert before == (AccessReason.SHARED, 1)
    assert _decided(shared, store, ana) == (AccessReason.OUT_OF_SCOPE, 1)


def test_what_nobody_is_shown_is_settled_at_once(shared: Sharekit, store: _Counting) -> None:
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
        (AccessReason.ABSENT, 1),
        (AccessReason.INACTIVE, 1),
        (AccessReason.INTERNAL, 1),
        (AccessReason.INACTIVE, 1),
        (AccessReason.REMOVED, 1),
    ]


def test_what_is_put_again_is_another_thing(shared: Sharekit, store: _Counting) -> None:
    """The grant on a removed thing gives nothing on the next of its id, and a new one does."""
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)
    shared.catalog.remove(PROJECT, by=ROOT)
    shared.catalog.put(PROJECT, title="Again", owner=MARIA, by=ROOT)
    stale = _decided(shared, store, ana)
    shared.shares.grant(PROJECT, to=ana, by=MARIA)

    assert stale == (AccessReason.OUT_OF_SCOPE, 2)
    assert _decided(shared, store, ana) == (AccessReason.SHARED, 1)


def test_organizations_and_containers_are_looked_for_where_they_were(shared: Sharekit, store: _Counting) -> None:
    """What comes by both takes a second glance for the first decision, and each change of them another."""
    inner = ResourceRef("project", "1")
    acme = shared.people.add_organization("Acme", by=MARIA)
    ana = shared.people.add_contact("Ana", "ana@x.test", organization=acme, by=MARIA)
    bo = shared.people.add_contact("Bo", "bo@x.test", by=MARIA)
    shared.catalog.put(inner, title="Texts", container=PROJECT, owner=MARIA, by=ROOT)
    shared.shares.grant(PROJECT, to=acme, by=MARIA, access=Access.CONTRIBUTE, children=Children.FUTURE)
    shared.shares.grant(PROJECT, to=bo, by=MARIA)
    told = [_decided(shared, store, who, inner) for who in (ana, ana, bo, bo)]
    levels = [shared.access.decide(who, Action.CONTRIBUTE, inner).reason for who in (ana, bo)]
    shared.people.deactivate(acme, by=MARIA)
    gone = _decided(shared, store, ana, inner)
    shared.people.reactivate(acme, by=MARIA)
    back = _decided(shared, store, ana, inner)
    shared.people.leave(ana, acme, by=MARIA)
    left = _decided(shared, store, ana, inner)
    shared.people.join(ana, acme, by=MARIA)
    again = _decided(shared, store, ana, inner)
    shared.catalog.move(inner, None, by=ROOT)

    assert told == [(AccessReason.IN_SHARED, count) for count in (2, 0, 1, 0)]
    assert levels == [AccessReason.IN_SHARED, AccessReason.LEVEL]
    assert [gone, back] == [(AccessReason.OUT_OF_SCOPE, 2), (AccessReason.IN_SHARED, 1)]
    assert [left, again] == [(AccessReason.OUT_OF_SCOPE, 2), (AccessReason.IN_SHARED, 2)]
    assert _decided(shared, store, ana, inner) == (AccessReason.OUT_OF_SCOPE, 2)


def test_a_decision_is_of_what_one_glance_saw(shared: Sharekit, store: _Counting) -> None:
    """Where the second glance sees another state than the first, nothing of the first is part of the decision."""
    acme = shared.people.add_organization("Acme", by=MARIA)
    ana = shared.people.add_contact("Ana", "ana@x.test", organization=acme, by=MARIA)
    shared.shares.grant(PROJECT, to=acme, by=MARIA)
    store.meanwhile = lambda: shared.people.leave(ana, acme, by=MARIA)
    left = shared.access.decide(ana, Action.VIEW, PROJECT)
    store.meanwhile = lambda: shared.people.join(ana, acme, by=MARIA)
    before = shared.access.decide(ana, Action.VIEW, PROJECT)

    assert left.reason == AccessReason.OUT_OF_SCOPE
    assert before.reason == AccessReason.OUT_OF_SCOPE
    assert _decided(shared, store, ana)[0] == AccessReason.SHARED


def test_a_scope_that_takes_away_wants_every_grant(shared: Sharekit, store: _Counting) -> None:
    """What is shared and lies in something shared, too, is not in a scope that excludes the latter."""
    inner = ResourceRef("project", "1")
    ana = shared.people.add_contact("Ana", "ana@x.test", by=MARIA)
    shared.catalog.put(inner, title="Texts", container=PROJECT, owner=MARIA, by=ROOT)
    shared.shares.grant(inner, to=ana, by=MARIA)
    shared.portal.configure(scope=shared_with_me & ~in_shared_projects, by=ROOT)
    alone = [_decided(shared, store, ana, inner), _decided(shared, store, ana, inner)]
    shared.shares.grant(PROJECT, to=ana, by=MARIA)

    assert alone == [(AccessReason.SHARED, 2), (AccessReason.SHARED, 0)]
    assert _decided(shared, store, ana, inner) == (AccessReason.OUT_OF_SCOPE, 1)


def test_what_colleagues_asked_for_is_found_at_a_glance(shared: Sharekit, store: _Counting) -> None:
    """Whoever asked for a thing is looked for with their memberships, and their leaving is seen."""
    acme = shared.people.add_organization("Acme", by=MARIA)
    ana = shared.people.add_contact("Ana", "ana@x.test", organization=acme, by=MARIA)
    bo = shared.people.add_contact("Bo", "bo@x.test", organization=acme, by=MARIA)
    shared.catalog.put(PROJECT, title="Relaunch", requester=bo, by=ROOT)
    shared.portal.configure(scope=requested_by_my_organization, by=ROOT)
    told = [_decided(shared, store, who) for who in (ana, ana, bo)]
    shared.people.leave(bo, acme, by=MARIA)

    assert told == [(AccessReason.REQUESTED_BY_ORGANIZATION, count) for count in (2, 0, 2)]
    assert _decided(shared, store, ana) == (AccessReason.OUT_OF_SCOPE, 1)
