"""Conversations on database servers and on a journal: numbers without gaps, whoever writes at the same time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from sharekit import Audience, Contact, ResourceRef, Staff, errors
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.ports import RecordStore
from sharekit.records.conversations import HistoryPolicy
from sharekit.records.documents import Upload
from sharekit.testing import kit

pytestmark = pytest.mark.slow

MARIA, CASE = Staff("maria"), ResourceRef("project", "case")
AT_ONCE = 12


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


def test_a_conversation_from_beginning_to_end(records: RecordStore) -> None:
    """Notes, files, late joiners, search and reading are on every store what they are in memory."""
    made = kit(records=records)
    made.catalog.put(CASE, title="in", client_title="out", by=MARIA)
    ana, bo = (Contact(made.people.add_contact(name, f"{name}@x.test", by=MARIA).id) for name in ("Ana", "Bo"))
    talks = made.conversations
    opened = talks.start(subject="Łódź", about=CASE, with_=[ana], by=MARIA)
    first = talks.post(
        opened, "Which façade?", audience=Audience.CLIENT, attachments=[Upload("a.txt", b"text\n")], by=MARIA
    )
    talks.post(opened, "They are bankrupt", audience=Audience.INTERNAL, by=MARIA)
    talks.post(opened, "The green one", audience=Audience.CLIENT, in_reply_to=first, by=ana)
    talks.mark_read(opened, by=ana)
    told = talks.preview_history(opened, bo, history=HistoryPolicy.FULL, by=MARIA)
    talks.add_participant(opened, bo, history=HistoryPolicy.SELECTED, messages=[first], by=MARIA)

    assert (2, 2, 1) == (told.sees, told.of, told.files)
    assert ["Which façade?"] == [message.text for message in talks.thread(opened, by=bo).messages]
    assert b"text\n" == talks.open_attachment(first, 1, by=bo).read()
    assert (0, 1, 1) == (talks.unread(ana), talks.unread(bo), talks.unread(MARIA))
    assert ["Łódź"] == [item.subject for item in talks.visible(ana, search="lodz").items]
    assert ["Łódź"] == [item.subject for item in talks.visible(ana, search="green").items]
    assert () == talks.visible(bo, search="green").items == talks.visible(ana, search="bankrupt").items
    talks.remove_participant(opened, bo, by=MARIA)
    with pytest.raises(errors.NotFoundError):
        talks.thread(opened, by=bo)


def test_who_writes_at_the_same_time_writes_one_after_the_other(records: RecordStore) -> None:
    """Every message has a number of its own, and none is lost."""
    made = kit(records=records)
    ana = made.people.add_contact("Cleo", "cleo@x.test", by=MARIA)
    opened = made.conversations.start(subject="s", with_=[ana], by=MARIA)
    threads = 4 if isinstance(records, JournalRecordStore) else AT_ONCE
    start = threading.Barrier(threads)

    def write(number: int) -> int | None:
        start.wait()
        audience = Audience.CLIENT if number % 2 else Audience.INTERNAL
        return made.conversations.post(opened, str(number), audience=audience, by=MARIA).client_number

    with ThreadPoolExecutor(threads) as pool:
        numbers = list(pool.map(write, range(threads)))

    assert list(range(1, threads // 2 + 1)) == sorted(number for number in numbers if number is not None)
    assert threads == len(made.conversations.thread(opened, by=MARIA).messages)
    assert (threads, threads // 2) == (
        made.conversations.get(opened.id, by=MARIA).messages,
        made.conversations.get(opened.id, by=MARIA).client_messages,
    )
