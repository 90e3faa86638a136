"""
What the relay costs: telling one message to a large organisation, and sending the letters.

One message is written to a conversation with an organisation of many people. The relay makes a notice for each of
them, some at a time; then it sends letters, each written in its reader's language after asking what they may open.
The notifier only counts, so what is shown is what sharekit adds to a mail server's own time. Every letter takes two
short transactions, each durable before the next step, which is what makes a crash harmless.

Memory is the peak of what Python allocated while the notices were made, for this organisation and for one a tenth of
its size: where it is bounded, both are about the same. It is measured in a run of its own, since that takes time.

    python3 dev.py bench notices [--people 10000] [--letters 500] [--stores sqlite,postgresql]
"""

import argparse
import contextlib
import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sharekit import Audience, Organization, Sharekit, Staff, System  # noqa: E402
from sharekit.backends.sqlite import SqliteRecordStore  # noqa: E402
from sharekit.codec.kinds import CONTACT, EMAIL_CLAIM, email_claim_id  # noqa: E402
from sharekit.codec.kinds_of_notices import OUTBOX_ENTRY  # noqa: E402
from sharekit.codec.kinds_of_people import MEMBERSHIP  # noqa: E402
from sharekit.ids import ContactId, random_id  # noqa: E402
from sharekit.mail.writing import LetterWriter  # noqa: E402
from sharekit.ports import Letter, Mailbox, RecordStore, Row  # noqa: E402
from sharekit.records.parties import Contact, ContactProfile, EmailClaim  # noqa: E402
from sharekit.records.people import Membership  # noqa: E402
from sharekit.relay import Post  # noqa: E402
from sharekit.relay._planning import plan  # noqa: E402
from sharekit.relay._turns import due_ids  # noqa: E402
from sharekit.testing import FrozenClock, kit  # noqa: E402
from sharekit.testing.plant import plant  # noqa: E402

MIB: Final = 1024 * 1024
MARIA, ROOT_USER = Staff("maria"), System("bench")


class Counter:
    """Takes every letter and keeps none."""

    def __init__(self) -> None:
        self.letters = 0
        self.bytes = 0

    def send(self, letter: Letter, message: bytes) -> None:
        """Count a letter."""
        assert letter.text
        self.letters += 1
        self.bytes += len(message)


def people(made: Sharekit, organization: Organization, count: int) -> Iterator[Row]:
    """Make the rows of many contacts who belong to an organisation."""
    for number in range(count):
        email = f"person-{number}@acme.test"
        contact = ContactProfile(id=random_id(), tenant=made.tenant, name=f"Person {number}", email=email, locale="es")
        yield CONTACT.dump(made.tenant, contact, 0)
        claim = EmailClaim(tenant=made.tenant, id=email_claim_id(email), contact=ContactId(contact.id))
        yield EMAIL_CLAIM.dump(made.tenant, claim, 0)
        member = Membership(tenant=made.tenant, contact=Contact(contact.id), organization=organization)
        yield MEMBERSHIP.dump(made.tenant, member, 0)


def office(store: RecordStore, counter: Counter, clock: FrozenClock, count: int) -> Sharekit:
    """Return a kit with one message to an organisation of so many people."""
    post = Post(
        writer=LetterWriter(site_name="Studio"),
        sender=Mailbox("portal@studio.test"),
        pages="https://studio.test/portal",
    )
    made = kit(records=store, clock=clock, notifier=counter, post=post, undo_window=timedelta(0))
    acme = Organization(made.people.add_organization("Acme", by=MARIA).id)
    plant(store, people(made, acme, count))
    talk = made.conversations.start(with_=[acme], subject="News", by=MARIA)
    made.conversations.post(talk, "We moved to the new office.", audience=Audience.CLIENT, by=MARIA)
    return made


def told(made: Sharekit) -> int:
    """Make the notices of what waits, as the relay does before it sends anything, and return how many."""
    wiring = made._wiring  # noqa: SLF001  # its two parts are measured by themselves
    return sum(plan(wiring, id_, timedelta(0)).notices for id_ in due_ids(wiring, OUTBOX_ENTRY))


Opening = Callable[[], contextlib.AbstractContextManager[RecordStore]]


def peak(open_store: Opening, count: int) -> float:
    """Return the most MiB that were allocated while the notices of so many people were made."""
    with open_store() as store:
        made = office(store, Counter(), FrozenClock(), count)
        gc.collect()
        tracemalloc.start()
        told(made)
        most = tracemalloc.get_traced_memory()[1] / MIB
        tracemalloc.stop()
    return most


def measure(
    name: str, open_store: Callable[[], contextlib.AbstractContextManager[RecordStore]], count: int, letters: int
) -> None:
    """Show what it costs on one store."""
    counter, clock = Counter(), FrozenClock()
    with open_store() as store:
        made = office(store, counter, clock, count)
        began = time.perf_counter()
        notices = told(made)
        planning = time.perf_counter() - began
        assert notices == count
        began = time.perf_counter()
        report = made.relay.run_once(limit=letters)
        sending = time.perf_counter() - began
        assert report.sent == counter.letters
    print(f"{name}: {notices} notices in {planning:.2f} s, {notices / planning:,.0f} a second")
    print(f"{name}: {counter.letters} letters in {sending:.2f} s, {counter.letters / sending:,.0f} a second")
    small, large = peak(open_store, count // 10), peak(open_store, count)
    print(f"{name}: memory while making notices: {small:.1f} MiB for {count // 10} people, {large:.1f} MiB for {count}")


@contextlib.contextmanager
def sqlite() -> Iterator[RecordStore]:
    """Open a fresh file."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteRecordStore(Path(folder) / "records.sqlite3")
        yield store
        store.close()


@contextlib.contextmanager
def postgresql() -> Iterator[RecordStore]:
    """Open a fresh database of the server of the tests, which does not wait for the disk."""
    from sqlalchemy import create_engine  # noqa: PLC0415  # only where it is measured

    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore  # noqa: PLC0415  # the same
    from tests.servers import _postgres  # noqa: PLC0415  # the same

    with _postgres.serving() as server, _postgres.database(server, "sharekit_bench") as url:
        engine = create_engine(url)
        store = SqlAlchemyRecordStore(engine, create=True)
        yield store
        store.close()
        engine.dispose()


STORES: Final = {"sqlite": sqlite, "postgresql": postgresql}


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--letters", type=int, default=500)
    parser.add_argument("--stores", default="sqlite,postgresql")
    arguments = parser.parse_args()
    for name in arguments.stores.split(","):
        measure(name, STORES[name], arguments.people, arguments.letters)


if __name__ == "__main__":
    main()
