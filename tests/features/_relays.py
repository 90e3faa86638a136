"""What the stories of relays share that fail, or that work side by side."""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import attrs

from sharekit import ResourceRef, Sharekit, Staff, System
from sharekit.backends.outbox import MemoryOutbox
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, OUTBOX_ENTRY
from sharekit.ports import Letter, Mailbox, Query, RecordStore
from sharekit.records.notices import Delivery, Notice
from sharekit.relay import Post
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._faults import FaultyRecords, Steps
from tests.features._mailroom import KEY, WRITER

PROJECT, MARIA, ROOT = ResourceRef("project", "42"), Staff("maria"), System("setup")
PEOPLE = ("ana", "ben", "cleo")


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
            notifier=post,
            post=Post(
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


def run_side_by_side(here: World, relays: int = 4) -> list[BaseException]:
    """Run several relays at once, each with a kit of its own, then one more; return what they raised."""
    kits = [here.kit() for _ in range(relays)]
    starting, failures = threading.Barrier(relays), list[BaseException]()

    def run(one: Sharekit) -> None:
        starting.wait()
        try:
            one.relay.run_once()
        except BaseException as failure:  # noqa: BLE001  # a thread's failure is shown by the test
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(one,)) for one in kits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kits[0].relay.run_once()
    return failures


def check_done_once(here: World) -> None:
    """Say that each of three people has a letter and a notice, each call was made, and everything was sealed."""
    made = here.kit()
    mails = Counter(letter.recipient.address for letter, _ in here.outbox.sent)
    assert mails == Counter(f"{name}@acme.test" for name in PEOPLE)
    assert len(here.called) == len(set(here.called)) == 2
    assert len(here.notices(made)) == 3
    assert made.audit.verify().fine
    with here.records.transaction(made.tenant) as tx:
        assert tx.count(Query(OUTBOX_ENTRY.name)) == 0
