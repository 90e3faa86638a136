"""Conversations over time: what is settled, read, found, paged, and answered by itself."""

from datetime import timedelta

import pytest

from sharekit import (
    Contact,
    Staff,
    errors,
)
from sharekit.records.conversations import Channel
from tests.features._talks import WINDOW, note, reply, talk, texts, unhurried
from tests.features.conftest import Agency


def test_until_it_is_settled_nobody_outside_knows_of_it(agency: Agency) -> None:
    """A message can be taken back for ten seconds; till then no client sees it, and then it never was (p49)."""
    agency = unhurried(agency)
    ana, bo = agency.person("Ana"), agency.person("Bo")
    opened = talk(agency, ana, bo)
    slip = reply(agency, opened, "meant as a note")
    own = reply(agency, opened, "Hello", ana)

    assert [slip.at + WINDOW, own.at + WINDOW] == [slip.settled_at, own.settled_at]
    assert ["Hello"] == texts(agency, opened, ana)
    assert [] == texts(agency, opened, bo)
    assert 0 == agency.kit.conversations.unread(bo)
    (shown,) = agency.kit.conversations.thread(opened, by=ana).messages

    assert (own.settled_at, False) == (shown.undo_until, shown.settled)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.conversations.undo(slip, by=agency.ben)
    with pytest.raises(errors.NotFoundError):
        agency.kit.conversations.undo(slip, by=ana)
    agency.kit.conversations.undo(slip, by=agency.maria)
    agency.clock.advance(WINDOW)

    assert ["Hello"] == texts(agency, opened, bo) == texts(agency, opened, agency.maria)
    with pytest.raises(errors.UndoOverError):
        agency.kit.conversations.undo(own, by=ana)
    with pytest.raises(errors.NotFoundError):
        agency.kit.conversations.undo(slip, by=agency.maria)


def test_messages_are_settled_in_their_order(agency: Agency) -> None:
    """What comes without a window waits for what came before it: nothing appears above what was read."""
    quick = agency
    agency = unhurried(agency)
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    first = reply(agency, opened, "first")
    second = reply(quick, opened, "second")

    assert first.settled_at == second.settled_at
    assert [] == texts(agency, opened, ana)
    agency.clock.advance(WINDOW)

    assert ["first", "second"] == texts(agency, opened, ana)


def test_who_has_read_how_far(agency: Agency) -> None:
    """Each person has their own place, looking moves none, and staff see who has read what (p52, u5)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", ana, bo)
    opened = talk(agency, acme)
    first = reply(agency, opened, "first")
    reply(agency, opened, "second")
    talks = agency.kit.conversations

    assert [2, 2] == [talks.thread(opened, by=by).unread for by in (ana, ana)]
    talks.mark_read(opened, by=ana, up_to=first)
    talks.mark_read(opened, by=bo)
    talks.mark_read(opened, by=bo, up_to=first)

    assert (1, 0) == (talks.thread(opened, by=ana).unread, talks.thread(opened, by=bo).unread)
    assert [False, True] == [message.unread for message in talks.thread(opened, by=ana).messages]
    assert [("Ana", "Bo"), ("Bo",)] == [message.read_by for message in talks.thread(opened, by=agency.maria).messages]
    assert (1, 0) == (talks.unread(ana), talks.unread(bo))
    assert 0 == talks.unread(agency.maria)
    reply(agency, opened, "third", bo)

    assert (1, 1, 1) == (talks.unread(ana), talks.unread(agency.maria), talks.unread(agency.ben))
    assert [opened.id] == [item.conversation for item in talks.visible(ana, unread=True).items]
    assert () == talks.visible(bo, unread=True).items


def test_search_finds_words_and_never_a_note(agency: Agency) -> None:
    """By beginnings of words, in subjects, texts and names of files, without regard to marks (D5)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana, subject="Façade")
    reply(agency, opened, "The COLOUR of the façade, e-mailed by Łukasz")
    note(agency, opened, "Bankrupt customer")
    reply(agency, opened, "long " * 2000 + "ending")
    other = talk(agency, ana, subject="Other")
    reply(agency, other, "colour")
    talks = agency.kit.conversations

    def found(by: Staff | Contact, search: str) -> list[str]:
        return [item.subject for item in talks.visible(by, search=search).items]

    assert ["Other", "Façade"] == sorted(found(ana, "colo"), reverse=True)
    for search in ("facade", "lukasz colour", "e-mailed", "ending", "fac"):
        assert ["Façade"] == found(ana, search) == found(agency.maria, search)
    for search in ("bankrupt", "colour bankrupt", "olour", "%", "nothing"):
        assert [] == found(ana, search)
    assert ["Façade"] == found(agency.maria, "bankrupt")
    (item,) = talks.visible(agency.maria, search="bankrupt").items

    assert item.found is not None
    assert "Bankrupt customer" == item.found.text


def test_pages_go_on_from_a_place(agency: Agency) -> None:
    """A thread shows its latest messages and goes back from there; lists go both ways; places are the reader's own."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    opened = talk(agency, ana, bo)
    for number in range(5):
        reply(agency, opened, str(number))
        note(agency, opened, f"note {number}")
    talks = agency.kit.conversations

    latest = talks.thread(opened, by=ana, limit=2)
    older = talks.thread(opened, by=ana, limit=2, after=latest.previous)
    oldest = talks.thread(opened, by=ana, limit=2, after=older.previous)
    back = talks.thread(opened, by=ana, limit=2, after=oldest.next)

    assert [["3", "4"], ["1", "2"], ["0"], ["1", "2"]] == [
        [message.text for message in page.messages] for page in (latest, older, oldest, back)
    ]
    assert (None, None) == (latest.next, oldest.previous)
    for by in (bo, agency.maria):
        with pytest.raises(errors.InvalidInputError):
            talks.thread(opened, by=by, after=latest.previous)

    for number in range(3):
        agency.clock.advance(timedelta(minutes=1))
        talk(agency, ana, subject=f"talk {number}")
    first = talks.visible(ana, limit=2)
    second = talks.visible(ana, limit=2, after=first.next)
    again = talks.visible(ana, limit=2, after=second.previous)

    assert ["talk 2", "talk 1", "talk 0", "Colours"] == [item.subject for item in (*first.items, *second.items)]
    assert first.items == again.items
    assert (None, None) == (first.previous, second.next)


def test_automatic_replies(agency: Agency) -> None:
    """What is set for a project answers clients who write about anything in it: once, and no machine (B5, p48)."""
    ana = Contact(agency.kit.people.add_contact("Ana", "ana@x.test", locale="nl-BE", by=agency.maria).id)
    inside = agency.thing("inside")
    agency.kit.conversations.set_automatic_reply(
        agency.relaunch, "We answer within a day.", texts={"nl": "We antwoorden binnen een dag."}, by=agency.root
    )
    opened = talk(agency, ana, about=inside)
    reply(agency, opened, "Hello?", ana)
    reply(agency, opened, "Is anybody there?", ana)
    reply(agency, opened, "Yes")

    answer = agency.kit.conversations.thread(opened, by=ana).messages[1]

    assert ["Hello?", "We antwoorden binnen een dag.", "Is anybody there?", "Yes"] == texts(agency, opened, ana)
    assert (True, True, None) == (answer.automatic, answer.from_staff, answer.author)
    agency.clock.advance(timedelta(hours=24))
    reply(agency, opened, "A day has gone.", ana)

    assert 6 == len(texts(agency, opened, ana))
    assert agency.kit.conversations.automatic_reply(agency.relaunch)
    agency.kit.conversations.set_automatic_reply(agency.relaunch, None, by=agency.root)
    agency.clock.advance(timedelta(days=2))
    reply(agency, opened, "Silence.", ana)

    assert 7 == len(texts(agency, opened, ana))
    assert agency.kit.conversations.automatic_reply(agency.relaunch) is None


def test_a_message_that_is_taken_back_takes_the_automatic_reply_along(agency: Agency) -> None:
    """As if it had not been written: the next one is answered."""
    agency = unhurried(agency)
    ana = agency.person("Ana")
    agency.kit.conversations.set_automatic_reply(agency.relaunch, "Thank you.", by=agency.root)
    opened = talk(agency, ana)
    agency.kit.conversations.undo(reply(agency, opened, "oops", ana), by=ana)

    assert [] == texts(agency, opened, agency.maria)
    reply(agency, opened, "Hello", ana)
    agency.clock.advance(WINDOW)

    assert ["Hello", "Thank you."] == texts(agency, opened, ana)
    assert Channel.AUTOMATIC is agency.kit.conversations.thread(opened, by=agency.maria).messages[-1].channel
