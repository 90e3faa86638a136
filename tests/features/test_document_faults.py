"""
Whatever step of the work on documents fails, nothing is half done.

No document is seen without its exact bytes, what is there is as it was before or after, nothing is doubled by a
retry, and a sweep leaves no blob that nothing names.
"""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from sharekit import Access, Contact, ResourceRef, Sharekit, Staff, errors
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.codec.kinds_of_documents import BLOB_INTENT
from sharekit.ports import BlobStore, Query
from sharekit.records.documents import Document, Upload
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._documents import DAY, text
from tests.features._faults import FaultyBlobs, FaultyRecords, Killed, Mode, Steps, Stores, chosen, goes_on, points

OLD, NEW = text(150_000, "old"), text(140_000, "new")
PROJECT = ResourceRef("project", "42")
MARIA = Staff("maria")


@attrs.define
class World:
    """A project with a document and a client, before something is done to it."""

    stores: Stores
    blobs: BlobStore
    clock: FrozenClock
    ana: Contact
    plan: Document

    def kit(self, steps: Steps | None = None) -> Sharekit:
        """Return a kit of a process of its own, with faults or without."""
        records, blobs = self.stores.healthy, self.blobs
        if steps is not None:
            records, blobs = FaultyRecords(self.stores.victim, steps), FaultyBlobs(blobs, steps)
        return kit(records=records, blobs=blobs, clock=self.clock, kinds=[project_kind()], secret_keys=[b"k" * 40])


def _world(stores: Stores) -> World:
    clock, blobs = FrozenClock(), FsspecBlobStore("memory://")
    made = kit(records=stores.healthy, blobs=blobs, clock=clock, kinds=[project_kind()], secret_keys=[b"k" * 40])
    made.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", by=MARIA)
    ana = Contact(made.people.add_contact("Ana", "ana@x.test", by=MARIA).id)
    made.shares.grant(PROJECT, to=ana, by=MARIA, access=Access.CONTRIBUTE)
    plan = made.documents.add(PROJECT, "Plan.txt", OLD, by=MARIA)
    gone = made.documents.add(PROJECT, "Gone.txt", OLD, by=MARIA)
    made.documents.remove(gone, by=MARIA)
    clock.advance(DAY)
    return World(stores, blobs, clock, ana, plan)


Content = dict[str, list[bytes]]


def _content(world: World) -> Content:
    """Return what the client finds, each with its bytes, checked as they are read."""
    healthy = world.kit()
    found: Content = {}
    for item in healthy.documents.visible(world.ana, limit=200).items:
        found.setdefault(item.name, []).append(healthy.documents.open(item.ref, by=world.ana).read())
    return found


@attrs.frozen
class Deed:
    """Something that is done, and what is then there."""

    do: Callable[[Sharekit, World], object]
    after: Content
    repeats: bool = False
    before: Callable[[World], None] = lambda _: None


def _left_in_what_was_removed(world: World) -> None:
    """Put a document into a project, and remove the project."""
    made, other = world.kit(), ResourceRef("project", "43")
    made.catalog.put(other, title="Other", client_title="Other", container=PROJECT, by=MARIA)
    made.documents.add(other, "Dead.txt", OLD, by=MARIA)
    made.catalog.remove(other, by=MARIA)
    world.clock.advance(DAY)


DEEDS = {
    "add": Deed(
        lambda kit, world: kit.documents.add(PROJECT, "New.txt", NEW, by=world.ana, idempotency_key="once"),
        {"Plan.txt": [OLD], "New.txt": [NEW]},
        repeats=True,
    ),
    "replace": Deed(
        lambda kit, world: kit.documents.replace(world.plan, NEW, by=MARIA, idempotency_key="once"),
        {"Plan.txt": [NEW]},
        repeats=True,
    ),
    "share": Deed(
        lambda kit, world: kit.documents.share(
            [Upload("One.txt", NEW), Upload("Two.txt", OLD)], to=world.ana, by=MARIA, container=PROJECT
        ),
        {"Plan.txt": [OLD], "One.txt": [NEW], "Two.txt": [OLD]},
    ),
    "remove": Deed(lambda kit, world: kit.documents.remove(world.plan, by=MARIA), {}, repeats=True),
    "unshare": Deed(lambda kit, world: kit.documents.unshare(world.plan, by=MARIA), {}, repeats=True),
    "rename": Deed(
        lambda kit, world: kit.documents.rename(world.plan, "Other.txt", by=MARIA),
        {"Other.txt": [OLD]},
        repeats=True,
    ),
    "copy": Deed(lambda kit, world: kit.documents.copy(world.plan, PROJECT, by=MARIA), {"Plan.txt": [OLD, OLD]}),
    "sweep": Deed(lambda kit, _: kit.sweep(dry_run=False), {"Plan.txt": [OLD]}, repeats=True),
    "sweep what was removed": Deed(
        lambda kit, _: kit.sweep(dry_run=False, removed_grace=timedelta(hours=1)),
        {"Plan.txt": [OLD]},
        repeats=True,
        before=_left_in_what_was_removed,
    ),
}
BEFORE: Content = {"Plan.txt": [OLD]}


def _steps_of(deed: Deed, stores: Stores) -> list[str]:
    world, steps = _world(stores), Steps()
    deed.before(world)
    deed.do(world.kit(steps), world)
    return steps.names


def _check_point(deed: Deed, stores: Stores, number: int, mode: Mode) -> None:
    world, steps = _world(stores), Steps(number, mode, stores.dies)
    deed.before(world)
    try:
        deed.do(world.kit(steps), world)
    except (errors.SharekitError, Killed):
        failed = True
    else:
        failed = False
    assert len(steps.names) >= number
    seen = _content(world)
    assert seen in ([BEFORE, deed.after] if failed else [deed.after]), f"{steps.names[number - 1]}, {mode}"
    if deed.repeats:
        deed.do(world.kit(), world)
        assert _content(world) == deed.after
    _check_no_orphans(world)


def _check_no_orphans(world: World) -> None:
    """After a day and a sweep the store has exactly the bytes that are named, and no intent is left."""
    healthy = world.kit()
    expected = _content(world)
    world.clock.advance(DAY)
    healthy.sweep(dry_run=False, grace=DAY / 2, removed_grace=DAY / 2)
    world.clock.advance(DAY)
    healthy.sweep(dry_run=False, grace=DAY / 2)
    report = healthy.fsck(read=True)
    with world.stores.healthy.transaction(healthy.tenant) as tx:
        intents = tx.count(Query(BLOB_INTENT.name))

    assert report.findings == ()
    assert intents == 0
    assert _content(world) == expected


@pytest.mark.parametrize("name", DEEDS)
def test_whatever_fails_nothing_is_half_done(new_stores: Callable[[], Stores], name: str, deep: bool) -> None:
    """Each step of each deed fails in each way; a sample of them every day, all of them in the deep run."""
    deed, stores = DEEDS[name], new_stores()
    tried = chosen(points(_steps_of(deed, stores)), stores.name, deep=deep)
    for number, mode in tried:
        goes_on()
        _check_point(deed, new_stores(), number, mode)

    assert tried


def test_there_are_enough_points() -> None:
    """The matrix has the places to fail that it promises, each to be tried in four ways or five."""
    steps = {name: _steps_of(deed, _in_memory()) for name, deed in DEEDS.items()}
    kinds = {name[:2] for names in steps.values() for name in names}

    assert sum(len(points(names)) for names in steps.values()) > 1000
    assert kinds == {"B1", "B2", "B3", "B4", "B5", "B6", "S1", "S2", "S3"}


def _in_memory() -> Stores:
    records = MemoryRecordStore()
    return Stores("memory", records, records)
