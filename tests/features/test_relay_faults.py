"""
Whatever step of the relay fails, everybody gets their notice, once; a crash sends one letter twice at most.

And relays side by side do each thing once.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from sharekit import ResourceRef, Sharekit, Staff, System, errors
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.outbox import MemoryOutbox
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, OUTBOX_ENTRY
from sharekit.ports import Letter, Mailbox, Query, RecordStore
from sharekit.records.notices import Delivery, DeliveryState, Notice, NoticeState
from sharekit.relay import Post
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._faults import FaultyRecords, Killed, Mode, Steps
from tests.features._mailroom import KEY, WRITER

PROJECT, MARIA, ROOT = ResourceRef("project", "42"), Staff("maria"), System("setup")
PEOPLE = ("ana", "ben", "cleo")
MODES = (Mode.ERROR_BEFORE, Mode.ERROR_AFTER, Mode.KILL_BEFORE, Mode.KILL_AFTER)


@attrs.define
class FaultyPost:
    """Takes letters and calls, or fails, before it took one or after."""

    outbox: MemoryOutbox
    called: list[str]
    steps: Steps

    def send(self, letter: Letter, message: bytes) -> None:
        """Handing over a letter is a step."""
        self.steps.step("M1 send", lambda: self.outbox.send(letter, message))

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """So is calling a webhook."""
        self.steps.step("M1 call", lambda: self.called.append(headers["webhook-id"]))


@attrs.define
class World:
    """A project that was shared with an organisation of two and with one more, and a webhook that hears of it."""

    records: RecordStore
    clock: FrozenClock = attrs.field(factory=FrozenClock)
    outbox: MemoryOutbox = attrs.field(factory=MemoryOutbox)
    called: list[str] = attrs.field(factory=list[str])

    def kit(self, steps: Steps | None = None) -> Sharekit:
        """Return a kit of a process of its own, with faults or without."""
        steps = steps or Steps()
        post = FaultyPost(self.outbox, self.called, steps)
        return kit(
            records=FaultyRecords(self.records, steps),
            clock=self.clock,
            kinds=[project_kind()],
            secret_keys=[KEY],
            post=Post(
                notifier=post,
                writer=WRITER,
                sender=Mailbox("portal@studio.test"),
                pages="https://studio.test/portal",
            ),
            webhook_caller=post,
        )

    def notices(self, made: Sharekit) -> list[Notice]:
        """Return every notice."""
        with self.records.transaction(made.tenant) as tx:
            return [NOTICE.load(row) for row in tx.find(Query(NOTICE.name))]

    def deliveries(self, made: Sharekit) -> list[Delivery]:
        """Return every delivery."""
        with self.records.transaction(made.tenant) as tx:
            return [DELIVERY.load(row) for row in tx.find(Query(DELIVERY.name))]


def world(records: RecordStore) -> World:
    """Return a world in which the relay has something to do."""
    made = World(records)
    plain = made.kit()
    plain.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=MARIA, by=ROOT)
    ana, ben, cleo = (plain.people.add_contact(name, f"{name}@acme.test", by=MARIA) for name in PEOPLE)
    acme = plain.people.add_organization("Acme", by=MARIA)
    for person in (ana, ben):
        plain.people.join(person, acme, by=MARIA)
    plain.webhooks.add("https://host.test/hook", by=ROOT)
    plain.shares.grant(PROJECT, to=[acme, cleo], by=MARIA)
    made.clock.advance(timedelta(minutes=3))
    return made


def store(name: str, folder: Path) -> RecordStore:
    """Return an empty store."""
    return MemoryRecordStore() if name == "memory" else SqliteRecordStore(folder / "records.sqlite3")


def steps_of_a_run() -> int:
    """Return how many steps a run takes when nothing fails."""
    steps = Steps()
    world(MemoryRecordStore()).kit(steps).relay.run_once()
    return len(steps.names)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("mode", MODES)
def test_a_failure_at_any_step_loses_nothing(mode: Mode, kind: str, tmp_path: Path, *, deep: bool) -> None:
    """Three people have one notice, one delivery and a letter each; one letter twice at most, by one Message-ID."""
    stride = 1 if deep else 5 if kind == "memory" else 29
    for failing in range(1, steps_of_a_run() + 1, stride):
        here = world(store(kind, tmp_path / str(failing) if kind == "sqlite" else tmp_path))
        with contextlib.suppress(Killed, errors.StorageError):
            here.kit(Steps(failing=failing, mode=mode)).relay.run_once()
        again = here.kit()
        for _ in range(4):
            here.clock.advance(timedelta(minutes=6))  # longer than a lease
            again.relay.run_once()

        notices, mails = here.notices(again), Counter(letter.recipient.address for letter, _ in here.outbox.sent)
        told = Counter((notice.person, notice.event) for notice in notices)
        assert (len(told), set(told.values())) == (3, {1}), failing
        assert {notice.state for notice in notices} == {NoticeState.SENT}, failing
        assert {each.state for each in here.deliveries(again)} == {DeliveryState.SENT}, failing
        assert len(here.deliveries(again)) == 3 + 2, failing
        assert set(mails) == {f"{name}@acme.test" for name in PEOPLE}, failing
        assert sum(mails.values()) <= len(PEOPLE) + 1, failing
        assert len({letter.message_id for letter, _ in here.outbox.sent}) == len(PEOPLE), failing
        assert (len(set(here.called)), len(here.called) <= 3) == (2, True), failing
        assert again.audit.verify().fine, failing
        here.records.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_relays_side_by_side_do_each_thing_once(kind: str, tmp_path: Path) -> None:
    """Four relays at once send each letter and make each call once, and seal each entry once."""
    here = world(store(kind, tmp_path))
    kits = [here.kit() for _ in range(4)]
    starting, failures = threading.Barrier(len(kits)), list[BaseException]()

    def run(one: Sharekit) -> None:
        starting.wait()
        try:
            one.relay.run_once()
        except BaseException as failure:  # noqa: BLE001  # a thread's failure is shown below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(one,)) for one in kits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kits[0].relay.run_once()

    assert failures == []
    assert Counter(letter.recipient.address for letter, _ in here.outbox.sent) == Counter(
        f"{name}@acme.test" for name in PEOPLE
    )
    assert len(here.called) == len(set(here.called)) == 2
    assert len(here.notices(kits[0])) == 3
    assert kits[0].audit.verify().fine
    with here.records.transaction(kits[0].tenant) as tx:
        assert tx.count(Query(OUTBOX_ENTRY.name)) == 0
