"""
Whatever step of sending a file fails, nothing is half done.

A file is a submission, a document and a step of the request, or none of them; a retry doubles nothing; and once
its time is over, what never arrived takes no room and leaves no byte.
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from sharekit import Contact, ResourceRef, Sharekit, Staff, errors
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds_of_documents import BLOB_INTENT
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD
from sharekit.ports import BlobStore, Query, RecordStore
from sharekit.records.requests import DocumentRequest, RequestItem
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._documents import DAY, text
from tests.features._faults import FaultyBlobs, FaultyRecords, Killed, Mode, Steps

LETTER = text(150_000, "letter")
CUT = 70_000
PROJECT, MARIA = ResourceRef("project", "42"), Staff("maria")


@attrs.define
class World:
    """A request to Ana, with a file on its way."""

    records: RecordStore
    blobs: BlobStore
    clock: FrozenClock
    ana: Contact
    request: DocumentRequest
    token: str
    upload: str

    def kit(self, steps: Steps | None = None) -> Sharekit:
        """Return a kit of a process of its own, with faults or without."""
        records, blobs = self.records, self.blobs
        if steps is not None:
            records, blobs = FaultyRecords(records, steps), FaultyBlobs(blobs, steps)
        return kit(records=records, blobs=blobs, clock=self.clock, kinds=[project_kind()], secret_keys=[b"k" * 40])


def _world(records: RecordStore) -> World:
    clock, blobs = FrozenClock(), FsspecBlobStore("memory://")
    made = kit(records=records, blobs=blobs, clock=clock, kinds=[project_kind()], secret_keys=[b"k" * 40])
    made.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", by=MARIA)
    ana = Contact(made.people.add_contact("Ana", "ana@x.test", by=MARIA).id)
    letters = RequestItem("Letters", key="letters", accept={"txt"}, max=2)
    request = made.requests.create(to=ana, items=[letters], about=PROJECT, max_files=2, by=MARIA)
    token = made.requests.token(request, ana)
    upload = made.requests.begin_upload(token, "letters", "letter.txt", size=len(LETTER)).id
    made.requests.append(token, upload, 0, LETTER[:CUT])
    return World(records, blobs, clock, ana, request, token, upload)


def _submit(kit: Sharekit, world: World) -> None:
    kit.requests.submit(world.token, "letters", "letter.txt", LETTER, idempotency_key="once")


def _append(kit: Sharekit, world: World) -> None:
    try:
        kit.requests.append(world.token, world.upload, CUT, LETTER[CUT:])
    except errors.UploadOffsetError as complete:
        if complete.offset != len(LETTER):
            raise


DEEDS: dict[str, Callable[[Sharekit, World], None]] = {"submit": _submit, "append": _append}


@pytest.fixture(params=["memory", "sqlite"])
def new_records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], RecordStore]]:
    """Make a fresh store for each point."""
    made: list[RecordStore] = []

    def make() -> RecordStore:
        store: RecordStore = (
            MemoryRecordStore() if request.param == "memory" else SqliteRecordStore(tmp_path / f"{len(made)}.sqlite3")
        )
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


def _steps_of(deed: Callable[[Sharekit, World], None], records: RecordStore) -> list[str]:
    world, steps = _world(records), Steps()
    deed(world.kit(steps), world)
    return steps.names


def _sent(world: World) -> int:
    """Return how many files came; each is a document with its exact bytes, and the request knows of it."""
    healthy = world.kit()
    submissions = healthy.requests.submissions(world.request)
    found = [
        healthy.documents.open(item.ref, by=world.ana).read() for item in healthy.documents.visible(world.ana).items
    ]

    assert [LETTER] * len(submissions) == found
    assert ("submitted" if submissions else "open") == healthy.requests.get(world.request).state
    assert len(submissions) == len(healthy.requests.open(world.token).receipts)
    return len(submissions)


def _check_point(deed: Callable[[Sharekit, World], None], records: RecordStore, number: int, mode: Mode) -> None:
    world, steps = _world(records), Steps(number, mode)
    try:
        deed(world.kit(steps), world)
    except (errors.SharekitError, Killed):
        assert _sent(world) in {0, 1}
    else:
        assert 1 == _sent(world)
    _retried(deed, world)
    assert 1 == _sent(world), f"{steps.names[number - 1]}, {mode}"
    _check_nothing_is_left(world)


def _retried(deed: Callable[[Sharekit, World], None], world: World) -> None:
    """Do it again; where the place of the first try is kept still, when its time is over."""
    try:
        deed(world.kit(), world)
    except errors.UploadLimitError:
        world.clock.advance(DAY / 2)
        deed(world.kit(), world)


def _check_nothing_is_left(world: World) -> None:
    """Once the time of everything is over and it was swept, there is what came, and nothing else."""
    healthy = world.kit()
    world.clock.advance(DAY)
    healthy.sweep(dry_run=False, grace=DAY / 2)
    (part,) = healthy.requests.get(world.request).recipients
    with world.records.transaction(healthy.tenant) as tx:
        left = [tx.count(Query(kind.name)) for kind in (BLOB_INTENT, PENDING_UPLOAD)]

    assert () == healthy.fsck(read=True).findings
    assert [0, 0] == left
    assert (1, len(LETTER)) == (part.files_held, part.bytes_held)


@pytest.mark.parametrize("name", DEEDS)
def test_whatever_fails_nothing_is_half_done(
    new_records: Callable[[], RecordStore], name: str, deep: bool, request: pytest.FixtureRequest
) -> None:
    """Each step fails in each way; a sample of them every day, all of them in the deep run."""
    deed = DEEDS[name]
    points = list(itertools.product(range(1, len(_steps_of(deed, new_records())) + 1), Mode))
    memory = "memory" in request.node.callspec.id
    chosen = points if deep else points[:: 5 if memory else 37]
    for number, mode in chosen:
        _check_point(deed, new_records(), number, mode)

    assert len(chosen) >= 2


def test_there_are_enough_points() -> None:
    """The matrix has the places to fail that it promises, each to be tried in five ways."""
    steps = {name: _steps_of(deed, MemoryRecordStore()) for name, deed in DEEDS.items()}

    assert sum(len(names) for names in steps.values()) > 100
    assert {"B1", "B2", "B3", "B4", "S1", "S2", "S3"} <= {name[:2] for names in steps.values() for name in names}
