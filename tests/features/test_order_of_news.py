"""
News stands in the order in which it happened, also that of one instant.
"""

import io
import random
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import Audience, ResourceRef, Visibility
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ports import RecordStore
from tests.features._mailroom import mailroom

PROJECT = ResourceRef("project", "42")
NAMES = [f"{number:02}.txt" for number in random.Random(7).sample(range(100), 12)]  # noqa: S311  # a story, no secret


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_what_happened_first_stands_first(kind: str, tmp_path: Path) -> None:
    """In the feed, page by page, also when a page was pruned meanwhile, in a letter, and among letters."""
    store: RecordStore = MemoryRecordStore() if kind == "memory" else SqliteRecordStore(tmp_path / "records.sqlite3")
    room = mailroom(store)
    kit, ana = room.kit, room.person("Ana")
    kit.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=room.maria, by=room.root)
    kit.shares.grant(PROJECT, to=ana, by=room.maria)
    for name in NAMES:
        kit.documents.add(PROJECT, name, io.BytesIO(b"text"), visibility=Visibility.CLIENT, by=room.maria)
    talk = kit.conversations.start(subject="Colours", with_=ana, by=room.maria)
    for number in range(6):
        kit.conversations.post(talk, f"Number {number}", audience=Audience.CLIENT, by=room.maria)
    room.run()
    pages = [kit.notifications.feed(ana, limit=5)]
    while (after := pages[-1].next) is not None:
        pages.append(kit.notifications.feed(ana, limit=5, after=after))
    (things,) = [letter for letter in room.letters("ana@acme.test") if NAMES[0] in letter.text]
    messages = [letter.text.split("Number ") for letter in room.letters("ana@acme.test")]
    kit.notifications.mark_seen(ana)
    room.clock.advance(timedelta(days=400))
    kit.relay.prune(dry_run=False)
    beyond = kit.notifications.feed(ana, after=pages[1].next)
    kit.close()

    assert [item.title for page in pages for item in page.items] == ["Colours"] * 6 + NAMES[::-1] + ["Relaunch"]
    assert sorted(NAMES, key=things.text.index) == NAMES
    assert [said[1][0] for said in messages if len(said) > 1] == [str(number) for number in range(6)]
    assert beyond.items == ()
