"""
Whatever step of sending a file fails, nothing is half done.

A file is a submission, a document and a step of the request, or none of them; a retry doubles nothing; and once
its time is over, what never arrived takes no room and leaves no byte.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import attrs
import pytest

from sharekit import Contact, ResourceRef, Sharekit, Staff, errors
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.codec.kinds import AUDIT_ENTRY
from sharekit.codec.kinds_of_documents import BLOB_INTENT
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD
from sharekit.ids import blob_prefix
from sharekit.ports import BlobStore, Query, Scanner, ScanResult, ScanVerdict
from sharekit.records.requests import DocumentRequest, RequestItem
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._documents import DAY, text
from tests.features._faults import FaultyBlobs, FaultyRecords, Killed, Mode, Steps, Stores, chosen, goes_on, points

LETTER = text(150_000, "letter")
CUT = 70_000
PROJECT, MARIA = ResourceRef("project", "42"), Staff("maria")


@attrs.define
class World:
    """A request to Ana, with a file on its way."""

    stores: Stores
    blobs: BlobStore
    clock: FrozenClock
    ana: Contact
    request: DocumentRequest
    token: str
    upload: str

    def kit(self, steps: Steps | None = None, *, scanner: Scanner | None = None) -> Sharekit:
        """Return a kit of a process of its own, with faults or without, and perhaps with a scanner."""
        records, blobs = self.stores.healthy, self.blobs
        if steps is not None:
            records, blobs = FaultyRecords(self.stores.victim, steps), FaultyBlobs(blobs, steps)
        return kit(
            records=records,
            blobs=blobs,
            clock=self.clock,
            kinds=[project_kind()],
            secret_keys=[b"k" * 40],
            scanner=scanner,
        )


def _world(stores: Stores) -> World:
    clock, blobs = FrozenClock(), FsspecBlobStore("memory://")
    made = kit(records=stores.healthy, blobs=blobs, clock=clock, kinds=[project_kind()], secret_keys=[b"k" * 40])
    made.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", by=MARIA)
    ana = Contact(made.people.add_contact("Ana", "ana@x.test", by=MARIA).id)
    letters = RequestItem("Letters", key="letters", accept={"txt"}, max=2)
    request = made.requests.create(to=ana, items=[letters], about=PROJECT, max_files=2, by=MARIA)
    token = made.requests.token(request, ana)
    upload = made.requests.begin_upload(token, "letters", "letter.txt", size=len(LETTER)).id
    made.requests.append(token, upload, 0, LETTER[:CUT])
    return World(stores, blobs, clock, ana, request, token, upload)


def _submit(kit: Sharekit, world: World) -> None:
    kit.requests.submit(world.token, "letters", "letter.txt", LETTER, idempotency_key="once")


def _append(kit: Sharekit, world: World) -> None:
    try:
        kit.requests.append(world.token, world.upload, CUT, LETTER[CUT:])
    except errors.UploadOffsetError as complete:
        if complete.offset != len(LETTER):
            raise


DEEDS: dict[str, Callable[[Sharekit, World], None]] = {"submit": _submit, "append": _append}


def _steps_of(deed: Callable[[Sharekit, World], None], stores: Stores) -> list[str]:
    world, steps = _world(stores), Steps()
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


def _check_point(deed: Callable[[Sharekit, World], None], stores: Stores, number: int, mode: Mode) -> None:
    world, steps = _world(stores), Steps(number, mode, stores.dies)
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
    with world.stores.healthy.transaction(healthy.tenant) as tx:
        left = [tx.count(Query(kind.name)) for kind in (BLOB_INTENT, PENDING_UPLOAD)]

    assert () == healthy.fsck(read=True).findings
    assert [0, 0] == left
    assert (1, len(LETTER)) == (part.files_held, part.bytes_held)


@pytest.mark.parametrize("name", DEEDS)
def test_whatever_fails_nothing_is_half_done(new_stores: Callable[[], Stores], name: str, deep: bool) -> None:
    """Each step fails in each way; a sample of them every day, all of them in the deep run."""
    deed, stores = DEEDS[name], new_stores()
    tried = chosen(points(_steps_of(deed, stores)), stores.name, deep=deep)
    for number, mode in tried:
        goes_on()
        _check_point(deed, new_stores(), number, mode)

    assert tried


@attrs.frozen
class _Says:
    """A scanner that says one thing."""

    verdict: ScanVerdict

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """Look at everything."""
        for _ in chunks:
            pass
        return ScanResult(self.verdict)


UNDECIDED, INFECTED = _Says(ScanVerdict.UNDECIDED), _Says(ScanVerdict.INFECTED)


@attrs.frozen
class Answer:
    """What is done with a file that came: where the request stands after it, and what is noted, once."""

    do: Callable[[Sharekit, World], object]
    state: str
    noted: str
    files: int = 1
    bytes_stay: bool = True


ANSWERS = {
    "accept": Answer(
        lambda kit, world: kit.requests.accept(world.request, by=MARIA), state="accepted", noted="request-accepted"
    ),
    "scan": Answer(
        lambda kit, _: kit.documents.scan_waiting(), state="partial", noted="submission-infected", bytes_stay=False
    ),
}


def _answered_world(stores: Stores) -> World:
    """Return a world in which a file came, which no scanner has called clean."""
    world = _world(stores)
    _submit(world.kit(scanner=UNDECIDED), world)
    return world


def _noted(world: World, name: str) -> int:
    with world.stores.healthy.transaction(world.kit().tenant) as tx:
        return sum(AUDIT_ENTRY.load(row).action == name for row in tx.find(Query(AUDIT_ENTRY.name)))


def _check_answer(answer: Answer, stores: Stores, number: int, mode: Mode) -> None:
    world, steps = _answered_world(stores), Steps(number, mode, stores.dies)
    with contextlib.suppress(errors.SharekitError, Killed):
        answer.do(world.kit(steps, scanner=INFECTED), world)
    state = str(world.kit().requests.get(world.request).state)
    at = f"{steps.names[number - 1]}, {mode}"
    assert (state, _noted(world, answer.noted)) in {("submitted", 0), (answer.state, 1)}, at
    answer.do(world.kit(scanner=INFECTED), world)
    healthy = world.kit()

    assert (answer.state, 1) == (str(healthy.requests.get(world.request).state), _noted(world, answer.noted)), at
    world.clock.advance(DAY)
    healthy.sweep(dry_run=False, grace=DAY / 2)
    assert () == healthy.fsck(read=True).findings
    assert answer.bytes_stay == bool(list(world.blobs.blobs(blob_prefix(healthy.tenant))))


@pytest.mark.parametrize("name", ANSWERS)
def test_whatever_fails_of_an_answer_it_is_given_once(new_stores: Callable[[], Stores], name: str, deep: bool) -> None:
    """Accepted, or found to be infected: before or after, never between, and noted once however often it is tried."""
    answer, stores = ANSWERS[name], new_stores()
    world, steps = _answered_world(stores), Steps()
    answer.do(world.kit(steps, scanner=INFECTED), world)
    tried = chosen(points(steps.names), stores.name, deep=deep)
    for number, mode in tried:
        goes_on()
        _check_answer(answer, new_stores(), number, mode)

    assert tried


def _ask(kit: Sharekit, world: World) -> object:
    letters = RequestItem("Letters", accept={"txt"}, titles={"nl": "Brieven"})
    return kit.requests.create(to=world.ana, items=[letters], about=PROJECT, by=MARIA, idempotency_key="once")


def test_whatever_fails_of_asking_it_is_asked_once(new_stores: Callable[[], Stores], deep: bool) -> None:
    """Also where the store took it and the answer was lost: the same key finds the request, and it is noted once."""
    stores = new_stores()
    world, steps = _world(stores), Steps()
    _ask(world.kit(steps), world)
    tried = chosen(points(steps.names), stores.name, deep=deep)
    for number, mode in tried:
        goes_on()
        fresh = new_stores()
        world, failing = _world(fresh), Steps(number, mode, fresh.dies)
        with contextlib.suppress(errors.SharekitError, Killed):
            _ask(world.kit(failing), world)
        _ask(world.kit(), world)
        asked = (len(world.kit().requests.of(PROJECT)), _noted(world, "request-created"))
        assert (2, 2) == asked, f"{failing.names[number - 1]}, {mode}"

    assert tried


def _late(stores: Stores) -> World:
    world = _world(stores)
    world.clock.advance(timedelta(hours=12))
    return world


def test_whatever_fails_of_a_sweep_what_never_arrived_is_given_up_once(
    new_stores: Callable[[], Stores], deep: bool
) -> None:
    """Its place is given back exactly once, and no byte of it stays after the next sweeps."""
    stores = new_stores()
    world, steps = _late(stores), Steps()
    world.kit(steps).sweep(dry_run=False)
    tried = chosen(points(steps.names), stores.name, deep=deep)
    for number, mode in tried:
        goes_on()
        fresh = new_stores()
        world, failing = _late(fresh), Steps(number, mode, fresh.dies)
        with contextlib.suppress(errors.SharekitError, Killed):
            world.kit(failing).sweep(dry_run=False)
        healthy = world.kit()
        healthy.sweep(dry_run=False)
        world.clock.advance(DAY)
        healthy.sweep(dry_run=False)
        (part,) = healthy.requests.get(world.request).recipients
        assert (0, 0) == (part.files_held, part.bytes_held), f"{failing.names[number - 1]}, {mode}"
        assert () == healthy.fsck(read=True).findings
        assert [] == list(world.blobs.blobs(blob_prefix(healthy.tenant)))

    assert tried


def test_there_are_enough_points() -> None:
    """The matrix has the places to fail that it promises, each to be tried in four ways or five."""
    steps = {name: _steps_of(deed, _in_memory()) for name, deed in DEEDS.items()}

    assert sum(len(points(names)) for names in steps.values()) > 400
    assert {"B1", "B2", "B3", "B4", "S1", "S2", "S3"} <= {name[:2] for names in steps.values() for name in names}


def _in_memory() -> Stores:
    records = MemoryRecordStore()
    return Stores("memory", records, records)
