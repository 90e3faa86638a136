"""
Two contacts who turn out to be one hear as one: one feed, one letter, one way of hearing, one place in a conversation.
"""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from sharekit import Audience, Contact, ResourceRef, System
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import InvalidTokenError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.records.notices import Cadence, News
from tests.features._mailroom import HOUR, Mailroom, mailroom

PROJECT, OTHER = ResourceRef("project", "42"), ResourceRef("project", "43")


@pytest.fixture(params=["memory", "sqlite"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailroom]:
    """Return an agency with two projects."""
    store = MemoryRecordStore() if request.param == "memory" else SqliteRecordStore(tmp_path / "records.sqlite3")
    room = mailroom(store, undo_window=timedelta(0))
    for ref, title in ((PROJECT, "Relaunch"), (OTHER, "Advent")):
        room.kit.catalog.put(ref, title=title, client_title=title, owner=room.maria, by=room.root)
    yield room
    room.kit.close()


@pytest.fixture
def double(room: Mailroom) -> Contact:
    """Return Ana as somebody added her a second time."""
    return room.person("Double")


@pytest.fixture
def ana(room: Mailroom) -> Contact:
    """Return Ana as she stays."""
    return room.person("Ana")


def share(room: Mailroom, *parties: Contact, ref: ResourceRef = PROJECT) -> None:
    """Share a thing."""
    room.kit.shares.grant(ref, to=parties, by=room.maria)


def merge(room: Mailroom, double: Contact, ana: Contact) -> None:
    """Have the two be one."""
    room.kit.people.merge(double, into=ana, by=room.maria)


def titles(room: Mailroom, party: Contact) -> list[tuple[str, bool]]:
    """Return what is in a feed, and whether it was seen."""
    return [(item.title, item.seen) for item in room.kit.notifications.feed(party).items]


def addresses(room: Mailroom) -> list[str]:
    """Return to whom letters went."""
    return [letter.recipient.address for letter in room.letters()]


def test_one_feed_with_each_event_once(room: Mailroom, double: Contact, ana: Contact) -> None:
    """What both heard of is there once, and seen when either saw it; what one heard of alone is there too."""
    talk = room.kit.conversations.start(subject="Colours", with_=[double, ana], by=room.maria)
    room.kit.conversations.post(talk, "Blue?", audience=Audience.CLIENT, by=room.maria)
    share(room, double, ref=OTHER)
    room.run()
    colours = [item for item in room.kit.notifications.feed(double).items if item.title == "Colours"]
    room.kit.notifications.mark_seen(double, colours)
    merge(room, double, ana)
    room.run(HOUR)

    assert sorted(titles(room, ana)) == [("Advent", False), ("Colours", True)]
    assert titles(room, double) == []
    assert sorted(addresses(room)) == ["ana@acme.test", "double@acme.test", "double@acme.test"]


def test_news_that_was_not_told_yet_comes_to_who_stays_once(room: Mailroom, double: Contact, ana: Contact) -> None:
    """Whether the relay had begun with it or not: before the merger it waited, or stood in the outbox."""
    room.kit.notifications.choose(double, cadences={News.SHARED: Cadence.HOURLY}, by=double)
    share(room, double)
    room.kit.relay.run_once()
    share(room, double, ref=OTHER)
    talk = room.kit.conversations.start(subject="Colours", with_=[double, ana], by=room.maria)
    room.kit.conversations.post(talk, "Blue?", audience=Audience.CLIENT, by=room.maria)
    merge(room, double, ana)
    room.run(2 * HOUR)
    room.run(2 * HOUR)
    told = " ".join(letter.subject + letter.text for letter in room.letters())

    assert set(addresses(room)) == {"ana@acme.test"}
    assert [told.count("Blue?"), "Relaunch" in told, "Advent" in told] == [1, True, True]
    assert sorted({title for title, _ in titles(room, ana)}) == ["Advent", "Colours", "Relaunch"]


def test_what_one_of_the_two_did_is_no_news_to_the_other(room: Mailroom, double: Contact, ana: Contact) -> None:
    """Neither in the feed, nor by mail, nor as something to read."""
    talk = room.kit.conversations.start(subject="Colours", with_=[double, ana], by=room.maria)
    room.kit.conversations.post(talk, "Blue, I think.", audience=Audience.CLIENT, by=ana)
    room.kit.relay.run_once()
    room.kit.conversations.post(talk, "Or green.", audience=Audience.CLIENT, by=double)
    merge(room, double, ana)
    room.run(HOUR)

    assert titles(room, ana) == []
    assert addresses(room).count("ana@acme.test") == 0


def test_a_conversation_is_read_as_far_as_either_read_it(room: Mailroom, double: Contact, ana: Contact) -> None:
    """The one who read further counts, whichever that is."""
    talks = room.kit.conversations
    first, second = (talks.start(subject=name, with_=[double, ana], by=room.maria) for name in ("One", "Two"))
    for talk in (first, second):
        for text in ("1", "2"):
            talks.post(talk, text, audience=Audience.CLIENT, by=room.maria)
    earliest = talks.thread(first, by=ana).messages[0]
    talks.mark_read(first, by=ana, up_to=earliest.id)
    talks.mark_read(first, by=double)
    talks.mark_read(second, by=ana)
    talks.mark_read(second, by=double, up_to=talks.thread(second, by=double).messages[0].id)
    merge(room, double, ana)

    assert [talks.thread(talk, by=ana).unread for talk in (first, second)] == [0, 0]


def test_who_stays_hears_as_they_chose_else_as_the_other_did(room: Mailroom, double: Contact, ana: Contact) -> None:
    """Cadence by cadence; what either muted is muted; hours and zone are whose who gave some."""
    notices = room.kit.notifications
    share(room, double)
    off = {News.SHARED: Cadence.OFF, News.MESSAGES: Cadence.DAILY}
    notices.choose(double, cadences=off, quiet=(time(22), time(7)), time_zone="Europe/Madrid", by=double)
    notices.mute(double, PROJECT, by=double)
    notices.choose(ana, cadences={News.MESSAGES: Cadence.IMMEDIATE}, by=ana)
    notices.mute(ana, OTHER, by=ana)
    merge(room, double, ana)
    kept = notices.preferences(ana)

    assert dict(kept.cadences) == {News.SHARED: Cadence.OFF, News.MESSAGES: Cadence.IMMEDIATE}
    assert kept.muted == {PROJECT.key, OTHER.key}
    assert (kept.quiet_from, kept.time_zone) == (22 * 60, "Europe/Madrid")


def test_addresses_in_letters_to_the_other_end_letters_still(room: Mailroom, double: Contact, ana: Contact) -> None:
    """To who they are now; what the other asked for and did not confirm is over, whatever who stays asked for."""
    notices = room.kit.notifications
    ending = notices.unsubscribe_token(double, [News.SHARED])
    for party in (double, ana):
        notices.choose(party, cadences={News.MESSAGES: Cadence.OFF}, by=party)
        notices.choose(party, cadences={News.MESSAGES: Cadence.DAILY}, by=party)
    confirming, own = notices.subscription_token(double), notices.subscription_token(ana)
    merge(room, double, ana)
    ended = notices.unsubscribe(ending)
    with pytest.raises(InvalidTokenError):
        notices.confirm(confirming)

    assert (ended.person, ended.cadence(News.SHARED)) == (ana.key, Cadence.OFF)
    assert notices.preferences(ana).cadence(News.SHARED) is Cadence.OFF
    assert notices.confirm(own).cadence(News.MESSAGES) is Cadence.DAILY


@pytest.mark.parametrize("dead", [False, True])
def test_a_letter_under_way_goes_on_to_who_stays(room: Mailroom, double: Contact, ana: Contact, dead: bool) -> None:
    """One that fails for a while by itself, and one that was given up when staff try it again."""
    room.outbox.failure = PermanentDeliveryError("550") if dead else TemporaryDeliveryError("451")
    share(room, double)
    room.run()
    room.outbox.failure = None
    merge(room, double, ana)
    if dead:
        (lost,) = room.kit.notifications.dead_letters(by=System("cli"))
        room.kit.notifications.retry(lost, by=System("cli"))
    room.run(HOUR)

    assert addresses(room) == ["ana@acme.test"]
    assert titles(room, ana) == [("Relaunch", False)]


def test_it_holds_through_several_mergers(room: Mailroom, double: Contact, ana: Contact) -> None:
    """Who was merged into somebody that was merged hears as who stays at the end."""
    third = room.person("Third")
    share(room, third)
    merge(room, third, double)
    merge(room, double, ana)
    room.run(HOUR)

    assert addresses(room) == ["ana@acme.test"]
