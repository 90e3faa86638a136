"""
The outbox: news is kept with what it tells of, or not at all.
"""

import pytest

from sharekit import Contact, ResourceRef, Sharekit, Staff, System
from sharekit import testing as sharekit_testing
from sharekit.backends.memory import MemoryRecordStore
from sharekit.codec.kinds_of_notices import OUTBOX_ENTRY
from sharekit.errors import NotAllowedError
from sharekit.ports import Query
from sharekit.records.outbox import OutboxEntry, OutboxState

MARIA = Staff("maria")
PROJECT = ResourceRef("project", "42")


@pytest.fixture
def store() -> MemoryRecordStore:
    """Return an empty store."""
    return MemoryRecordStore()


@pytest.fixture
def kit(store: MemoryRecordStore) -> Sharekit:
    """Return a kit with a project of Maria's."""
    kit = sharekit_testing.kit(records=store)
    kit.catalog.put(PROJECT, title="Relaunch", owner=MARIA, by=System("sync"))
    return kit


@pytest.fixture
def ana(kit: Sharekit) -> Contact:
    """Return a contact."""
    return kit.people.add_contact("Ana", "ana@acme.test", by=MARIA)


def waiting(kit: Sharekit, store: MemoryRecordStore) -> list[OutboxEntry]:
    """Return what waits in the outbox, the oldest first."""
    with store.transaction(kit.tenant) as tx:
        return [OUTBOX_ENTRY.load(row) for row in tx.find(Query(OUTBOX_ENTRY.name))]


def test_what_somebody_can_hear_of_waits_in_the_outbox(kit: Sharekit, store: MemoryRecordStore, ana: Contact) -> None:
    """Sharing writes an entry that says what the audit trail says, by the same id."""
    kit.shares.grant(PROJECT, to=ana, by=MARIA)

    (entry,) = waiting(kit, store)
    (told,) = kit.audit.entries(action="resource-shared")
    assert (entry.id, entry.event, entry.actor, entry.resource) == (told.id, told.action, "staff:maria", PROJECT.key)
    assert dict(entry.details) == dict(told.details)
    assert (entry.state, entry.due_at, entry.attempts) == (OutboxState.WAITING, told.at, 0)


def test_what_nobody_hears_of_is_not_there(kit: Sharekit, store: MemoryRecordStore, ana: Contact) -> None:
    """A project that is put, and a contact that is added, are news to nobody."""
    assert kit.people.search("ana")[0].party == ana
    assert waiting(kit, store) == []


def test_a_verb_that_is_refused_leaves_nothing(kit: Sharekit, store: MemoryRecordStore, ana: Contact) -> None:
    """When one of two things may not be shared, nobody hears of the other one."""
    other = ResourceRef("project", "43")
    kit.catalog.put(other, title="Secret", owner=Staff("boss"), by=System("sync"))

    with pytest.raises(NotAllowedError):
        kit.shares.grant([PROJECT, other], to=ana, by=MARIA)

    assert waiting(kit, store) == []
