"""Whatever step fails while a mail is taken in, it comes again and counts once; and so do copies at the same time."""

import contextlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import Contact, Sharekit, errors
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.codec.kinds_of_mail import HELD_MAIL
from sharekit.ids import blob_prefix
from sharekit.ports import AllOf, BlobStore, RecordStore
from sharekit.records.mail import ReplyReason, Verdict
from sharekit.testing import FrozenClock, kit
from tests.features._faults import FaultyBlobs, FaultyRecords, Killed, Mode, Steps
from tests.features._mail import INBOX, Office, mail, office

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "5a4d7a0d0000000049454e44ae426082"
)
KEY = b"0123456789abcdef0123456789abcdef"
TEXT = "The second one, please."


def made(records: RecordStore, blobs: BlobStore, clock: FrozenClock, steps: Steps | None = None) -> Sharekit:
    """Return a kit of a process of its own, with faults or without."""
    counted = steps or Steps()
    return kit(
        records=FaultyRecords(records, counted),
        blobs=FaultyBlobs(blobs, counted),
        clock=clock,
        inbox=INBOX,
        secret_keys=[KEY],
    )


def sent(address: str, *, proven: bool) -> bytes:
    """Return a mail with a file, from Ana or from somebody else."""
    return mail(address, dmarc="pass" if proven else "fail", files=[("wall.png", PNG, "image/png")])


def steps_of(*, proven: bool) -> int:
    """Return how many steps it takes when nothing fails."""
    records, blobs, clock, steps = MemoryRecordStore(), FsspecBlobStore("memory://"), FrozenClock(), Steps()
    here = office(made(records, blobs, clock))
    made(records, blobs, clock, steps).conversations.receive_email(sent(here.address(), proven=proven))
    assert rows(here) == ((1, 0) if proven else (0, 1))
    return len(steps.names)


def rows(here: Office) -> tuple[int, int]:
    """Return how many messages and held mails there are."""
    with here.kit._wiring.reading() as unit:
        return len(unit.find(MESSAGE, AllOf(()))), len(unit.find(HELD_MAIL, AllOf(())))


@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize("mode", Mode)
def test_a_failure_at_any_step_loses_nothing_and_doubles_nothing(mode: Mode, *, proven: bool, deep: bool) -> None:
    """A server that heard no 250 comes again: there is one message or one held mail, with its mail and its file."""
    for failing in range(1, steps_of(proven=proven) + 1, 1 if deep else 3):
        records, blobs, clock = MemoryRecordStore(), FsspecBlobStore("memory://"), FrozenClock()
        here = office(made(records, blobs, clock))
        raw = sent(here.address(), proven=proven)
        with contextlib.suppress(Killed, errors.StorageError):
            made(records, blobs, clock, Steps(failing=failing, mode=mode)).conversations.receive_email(raw)
        outcome = here.kit.conversations.receive_email(raw)

        assert outcome.reason in {ReplyReason.GENUINE, ReplyReason.NOT_PROVEN, ReplyReason.DUPLICATE}, failing
        assert rows(here) == ((1, 0) if proven else (0, 1)), failing
        if proven:
            (view,) = here.kit.conversations.thread(here.talk.id, by=here.maria).messages
            assert (view.text, [each.name for each in view.attachments]) == (TEXT, ["wall.png"]), failing
            with here.kit.conversations.open_attachment(view.id, 1, by=Contact(here.ana.id)) as reader:
                assert b"".join(reader) == PNG, failing
        else:
            (held,) = here.kit.conversations.held_mails(by=here.maria)
            assert here.kit.conversations.original_mail(held, by=here.maria) == raw, failing
        clock.advance(timedelta(days=3))
        here.kit.sweep(dry_run=False)
        assert here.kit.fsck(read=True).fine, failing
        kept = 2 if proven else 1
        assert len(list(blobs.blobs(blob_prefix(here.kit.tenant)))) == kept, failing


@pytest.mark.parametrize("name", ["memory", "sqlite"])
def test_copies_at_the_same_time_count_once(name: str, tmp_path: Path) -> None:
    """Four servers hand the same mail over at once."""
    records = MemoryRecordStore() if name == "memory" else SqliteRecordStore(tmp_path / "records.sqlite3")
    here = office(kit(records=records, inbox=INBOX))
    raw = mail(here.address())
    starting, verdicts = threading.Barrier(4), list[Verdict]()

    def hand_over() -> None:
        starting.wait()
        verdicts.append(here.kit.conversations.receive_email(raw).verdict)

    threads = [threading.Thread(target=hand_over) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [Verdict.ACCEPTED, *[Verdict.DROPPED] * 3] == sorted(verdicts)
    assert [TEXT] == here.texts()
    here.kit.close()
