"""Mail that comes in on database servers and on a journal: as in memory, also when copies come at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from sharekit import Contact
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.ports import RecordStore
from sharekit.records.mail import ReplyReason, Verdict
from sharekit.testing import kit
from tests.features._mail import INBOX, mail, office

pytestmark = pytest.mark.slow

AT_ONCE = 8


@pytest.fixture(params=["postgres_database", "mariadb_database", "journal"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordStore]:
    """A store on a server, with our tables; or in a folder."""
    if request.param == "journal":
        store: RecordStore = JournalRecordStore(str(tmp_path))
        yield store
        store.close()
        return
    engine = sa.create_engine(request.getfixturevalue(request.param), pool_size=AT_ONCE, max_overflow=8)
    upgrade(engine)
    yield SqlAlchemyRecordStore(engine)
    engine.dispose()


def test_mails_from_beginning_to_end(records: RecordStore) -> None:
    """Posted, held, accepted, discarded, taken back, and counted once, in the tenant that the signature names."""
    here = office(kit(records=records, inbox=INBOX))
    there = office(here.kit.for_tenant("second"))
    talks, address = here.kit.conversations, here.address()
    outcomes = [
        there.kit.conversations.receive_email(mail(address)),
        talks.receive_email(mail(address)),
        talks.receive_email(mail(address, "Blue.", sender="Żółw <zolw@private.example>", message_id="<m2@x.test>")),
        talks.receive_email(mail(address, "Red.", dmarc="fail", message_id="<m3@x.test>")),
        talks.receive_email(mail(f"{address[:6]}{'a' * 42}@in.studio.example", message_id="<m4@x.test>")),
    ]
    for held in talks.held_mails(by=here.maria):
        if held.text == "Blue.":
            talks.accept_held(held, by=here.maria)
        else:
            talks.discard_held(held, by=here.maria)
    talks.revoke_reply_addresses(Contact(here.ana.id), by=here.maria)
    outcomes.append(talks.receive_email(mail(address, message_id="<m5@x.test>")))

    assert [
        ReplyReason.GENUINE,
        ReplyReason.DUPLICATE,
        ReplyReason.OTHER_SENDER,
        ReplyReason.NOT_PROVEN,
        ReplyReason.NO_ADDRESS,
        ReplyReason.REVOKED,
    ] == [outcome.reason for outcome in outcomes]
    assert ["The second one, please.", "Blue."] == here.texts()
    assert [] == there.texts()


def test_copies_at_the_same_time_count_once_on_every_store(records: RecordStore) -> None:
    """And different mails at the same time are all there."""
    here = office(kit(records=records, inbox=INBOX, tenant="copies"))
    address = here.address()
    threads = 4 if isinstance(records, JournalRecordStore) else AT_ONCE
    raws = [mail(address, f"Text {number % 2}.", message_id=f"<{number % 2}@x.test>") for number in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        verdicts = sorted(outcome.verdict for outcome in pool.map(here.kit.conversations.receive_email, raws))

    assert [Verdict.ACCEPTED] * 2 + [Verdict.DROPPED] * (threads - 2) == verdicts
    assert ["Text 0.", "Text 1."] == sorted(here.texts())
