"""Files in messages: screened as documents are, and read by whoever may read their message at that moment."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sharekit import Access, Audience, Contact, Sharekit, errors, signals
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds_of_documents import BLOB_INTENT
from sharekit.ids import BlobKey
from sharekit.ports import AllOf, RecordStore
from sharekit.records.conversations import Conversation, HistoryPolicy
from sharekit.records.documents import Upload
from sharekit.records.events import Event
from sharekit.records.files import ScanState
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from tests.features._documents import DAY, PROGRAM, HeldBlobs, blobs_of, text
from tests.features._faults import FaultyBlobs, FaultyRecords, Killed, Mode, Steps
from tests.features._talks import MiB, note, reply, talk, texts, unhurried
from tests.features.conftest import KEY, Agency
from tests.features.test_document_bytes import VIRUS, Doubting

PAGE = text(70_000)


def test_a_file_comes_with_its_message(agency: Agency) -> None:
    """Whoever reads the message reads its files, whole or in part, and it is on record (D1, d3)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    said = reply(agency, opened, "See here", files=[Upload("../plan.txt", PAGE), Upload("b.txt", b"second\n")])
    talks = agency.kit.conversations
    (shown,) = talks.thread(opened, by=ana).messages
    file = talks.look_at_attachment(said, 1, by=ana)
    heard: list[Event] = []
    with signals.attachment_opened.connected(heard.append):
        whole = talks.open_attachment(said, 1, by=ana).read()
        part = talks.open_attachment(said.id, 1, by=ana, start=5, stop=20)

        assert PAGE == whole
        assert PAGE[5:20] == part.read()
    assert [(1, "plan.txt", len(PAGE), "text/plain"), (2, "b.txt", 7, "text/plain")] == [
        (each.number, each.name.removeprefix(".._"), each.size, each.media_type) for each in shown.attachments
    ]
    assert (hashlib.sha256(PAGE).hexdigest(), len(PAGE)) == (file.sha256, file.size)
    assert 2 == len(heard)
    assert "plan" not in repr(heard)


def test_a_message_may_be_files_alone(agency: Agency) -> None:
    """With a file, the text may be empty."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    reply(agency, opened, "", ana, files=[Upload("a.txt", b"text\n")])

    assert [""] == texts(agency, opened, agency.maria)


def test_a_file_has_the_visibility_of_its_message(agency: Agency) -> None:
    """A note's file is not there for a client by any id, and no file outlives the right to its message (R-CONV-3)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.share(agency.relaunch, bo, access=Access.CONTRIBUTE)
    opened = talk(agency, ana)
    hidden = note(agency, opened, "our price", attachments=[Upload("price.txt", b"400\n")])
    shown = reply(agency, opened, "your price", files=[Upload("price.txt", b"900\n")])
    talks = agency.kit.conversations

    assert b"400\n" == talks.open_attachment(hidden, 1, by=agency.maria).read()
    for by, message, number in ((ana, hidden, 1), (bo, hidden, 1), (bo, shown, 1), (ana, shown, 2)):
        for act in (talks.open_attachment, talks.look_at_attachment):
            with pytest.raises(errors.NotFoundError):
                act(message.id, number, by=by)
    assert () == agency.kit.documents.visible(bo).items
    assert b"900\n" == talks.open_attachment(shown, 1, by=ana).read()
    talks.remove_participant(opened, ana, by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        talks.open_attachment(shown, 1, by=ana)
    talks.add_participant(opened, bo, history=HistoryPolicy.FROM_JOIN, by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        talks.open_attachment(shown, 1, by=bo)


@pytest.mark.parametrize(
    ("name", "data", "staff_may"),
    [
        ("a.exe", PROGRAM, False),
        ("a.pdf", PROGRAM, False),
        ("a.html", b"<script>alert(1)</script>", True),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", True),
        ("a.mp3", b"ID3" + bytes(200), True),
        ("a.txt", text(10 * MiB + 1), False),
    ],
)
def test_what_does_not_pass_leaves_nothing(agency: Agency, name: str, data: bytes, staff_may: bool) -> None:
    """Clients send what clients may, staff anything but programs, nobody more than 10 MiB: and all or nothing."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    heard: list[Event] = []
    files = [Upload("good.txt", b"good\n"), Upload(name, data)]

    with signals.upload_refused.connected(heard.append), pytest.raises(errors.UploadRefusedError):
        reply(agency, opened, "Here", ana, files=files)

    assert 1 == len(heard)
    assert [] == texts(agency, opened, agency.maria)
    assert set() == blobs_of(agency)
    if staff_may:
        note(agency, opened, "Here", attachments=files)

        assert 2 == len(blobs_of(agency))


def test_ten_mebibytes_each_and_together(agency: Agency) -> None:
    """Exactly so much goes through, in one file or in several; one byte more does not, for staff neither (d3)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    half = text(5 * MiB)
    large = {"a.txt": half, "b.txt": half, "c.txt": b"x"}

    reply(agency, opened, "one", ana, files=[Upload("a.txt", half), Upload("b.txt", half)])

    for by in (ana, agency.maria):
        with pytest.raises(errors.UploadRefusedError) as refused:
            reply(agency, opened, "two", by, files=[Upload(name, each) for name, each in large.items()])

        assert "too-large" == refused.value.reason
        assert "larger than the 0 bytes that are left of 10 MiB for one message" in str(refused.value)
        with pytest.raises(errors.UploadRefusedError) as refused:
            reply(agency, opened, "three", by, files=[Upload("a.txt", text(10 * MiB + 1))])

        assert "It is larger than 10 MiB. Send it in parts" in str(refused.value)
    assert 2 == len(blobs_of(agency))


def test_who_may_not_write_is_told_before_bytes_travel(agency: Agency) -> None:
    """The stream of somebody who takes no part is not even read."""
    opened = talk(agency, agency.person("Ana"))

    read: list[str] = []

    def noted() -> Iterator[bytes]:
        read.append("something")
        yield b"text"

    with pytest.raises(errors.NotFoundError):
        reply(agency, opened, "Here", agency.person("Bo"), files=[Upload("a.txt", noted())])

    assert not read


def test_what_is_taken_back_is_deleted(agency: Agency) -> None:
    """The bytes go with the message at the next sweep, and nobody reads them before."""
    agency = unhurried(agency)
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    slip = reply(agency, opened, "wrong file", files=[Upload("a.txt", PAGE)])
    kept = reply(agency, opened, "right file", files=[Upload("b.txt", PAGE)])
    with pytest.raises(errors.NotFoundError):
        agency.kit.conversations.open_attachment(kept, 1, by=ana)
    agency.kit.conversations.undo(slip, by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        agency.kit.conversations.open_attachment(slip, 1, by=agency.maria)
    agency.clock.advance(DAY)
    report = agency.kit.sweep(dry_run=False)

    assert 1 == len(report.blobs) == len(blobs_of(agency))
    assert PAGE == agency.kit.conversations.open_attachment(kept, 1, by=ana).read()
    assert not agency.kit.fsck(read=True).findings


def test_until_a_scanner_calls_it_clean_nobody_gets_it(agency: Agency) -> None:
    """The message is read, the file waits; what is infected never had bytes (R-UP-7)."""
    scanner, blobs = Doubting(), HeldBlobs()
    scanned = Agency(
        kit=kit(
            records=agency.records,
            clock=agency.clock,
            kinds=[project_kind()],
            secret_keys=[KEY],
            blobs=blobs,
            scanner=scanner,
        ),
        records=agency.records,
        clock=agency.clock,
        loads=agency.loads,
    )
    ana = scanned.person("Ana")
    opened = talk(scanned, ana)
    scanner.says = RuntimeError("busy")
    waiting = reply(scanned, opened, "Here", files=[Upload("a.txt", PAGE)])
    infected = reply(scanned, opened, "And here", ana, files=[Upload("b.txt", PAGE + VIRUS)])
    talks = scanned.kit.conversations
    for message, state in ((waiting, ScanState.CHECKING), (infected, ScanState.INFECTED)):
        with pytest.raises(errors.QuarantinedError) as refused:
            talks.open_attachment(message, 1, by=scanned.maria)

        assert state == refused.value.state
    scanner.says = Doubting().says
    scanned.kit.documents.scan_waiting()

    assert PAGE == talks.open_attachment(waiting, 1, by=ana).read()
    assert [ScanState.CLEAN, ScanState.INFECTED] == [
        message.attachments[0].scan for message in talks.thread(opened, by=ana).messages
    ]


def test_damaged_bytes_are_never_served_silently(agency: Agency) -> None:
    """Another size, other bytes, or none: each is said (R-BLOB-3)."""
    blobs = HeldBlobs()
    made = kit(records=agency.records, clock=agency.clock, kinds=[project_kind()], secret_keys=[KEY], blobs=blobs)
    held = Agency(kit=made, records=agency.records, clock=agency.clock, loads=agency.loads)
    opened = talk(held, held.person("Ana"))
    said = reply(held, opened, "Here", files=[Upload("a.txt", PAGE)])
    (key,) = blobs_of(held)
    blobs.content[BlobKey(key)] = b"x" + PAGE[1:]
    with pytest.raises(errors.IntegrityError):
        made.conversations.open_attachment(said, 1, by=held.maria).read()
    blobs.content[BlobKey(key)] = PAGE[1:]
    with pytest.raises(errors.IntegrityError):
        made.conversations.open_attachment(said, 1, by=held.maria)
    blobs.content.clear()
    blobs.inner.delete(BlobKey(key))
    with pytest.raises(errors.IntegrityError):
        made.conversations.open_attachment(said, 1, by=held.maria)
    made.fsck(repair=True)
    with pytest.raises(errors.IntegrityError):
        made.conversations.open_attachment(said, 1, by=held.maria)


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


def _started(records: RecordStore) -> tuple[Agency, Contact, Conversation]:
    blobs = FsspecBlobStore("memory://")
    clock = FrozenClock()
    made = Agency(
        kit=kit(records=records, blobs=blobs, clock=clock, kinds=[project_kind()], secret_keys=[KEY]),
        records=records,
        clock=clock,
        loads=SectionLoads(),
    )
    made.kit.catalog.put(made.relaunch, title="R", client_title="R", by=made.maria)
    ana = made.person("Ana")
    made.kit.conversations.set_automatic_reply(made.relaunch, "Thank you.", by=made.root)
    return made, ana, talk(made, ana)


def _post(made: Sharekit, opened: Conversation, ana: Contact) -> None:
    made.conversations.post(
        opened.id,
        "Here",
        audience=Audience.CLIENT,
        by=ana,
        attachments=[Upload("a.txt", PAGE)],
        idempotency_key="once",
    )


@pytest.mark.parametrize("mode", list(Mode))
def test_whatever_step_fails_nothing_is_half_written(
    new_records: Callable[[], RecordStore], mode: Mode, deep: bool
) -> None:
    """A message is there with its bytes and its automatic reply, or it is not; a retry makes one of it (R-TX-1)."""
    counted = Steps()
    world, ana, opened = _started(new_records())
    _post(_faulty(world, counted), opened, ana)
    points = range(1, len(counted.names) + 1)
    for point in points if deep else list(points)[:: max(len(points) // 12, 1)]:
        world, ana, opened = _started(new_records())
        steps = Steps(failing=point, mode=mode)
        with contextlib.suppress(errors.SharekitError, Killed):
            _post(_faulty(world, steps), opened, ana)
        found = texts(world, opened, world.maria)

        assert found in ([], ["Here", "Thank you."]), (mode, counted.names[point - 1])
        _post(world.kit, opened, ana)
        messages = world.kit.conversations.thread(opened, by=ana).messages

        assert ["Here", "Thank you."] == [message.text for message in messages], (mode, counted.names[point - 1])
        assert PAGE == world.kit.conversations.open_attachment(messages[0].id, 1, by=ana).read()
        world.clock.advance(DAY * 3)
        world.kit.sweep(dry_run=False)

        assert 1 == len(blobs_of(world))
        assert not world.kit.fsck(read=True).findings
        with world.kit._wiring.reading() as unit:
            assert 0 == unit.count(BLOB_INTENT, AllOf(()))


def _faulty(world: Agency, steps: Steps) -> Sharekit:
    wiring = world.kit._wiring
    return kit(
        records=FaultyRecords(world.records, steps),
        blobs=FaultyBlobs(wiring.blob_store(), steps),
        clock=world.clock,
        kinds=[project_kind()],
        secret_keys=[KEY],
    )
