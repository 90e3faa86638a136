"""
Who comes later, and who reads by mail alone: what stands in their letters, and to which pages these lead (B3).
"""

from datetime import timedelta

import pytest

from sharekit import Audience, ResourceRef, Staff
from sharekit.ports import Letter
from sharekit.records.conversations import Conversation, HistoryPolicy, Message
from sharekit.records.documents import Upload
from tests.features._mail import DOMAIN, INBOX, mail
from tests.features._mailroom import MINUTE, Mailroom, mailroom

PROJECT, ANA, BEN = ResourceRef("project", "42"), "ana@acme.test", "ben@acme.test"
PORTAL, INSIDE = "https://studio.test/portal", "https://studio.test/office"
BEFORE = "What was written before:"


@pytest.fixture
def room() -> Mailroom:
    """Return an agency with pages for staff, one project of Maria's, and answers by mail."""
    pages = {
        "reply_domain": DOMAIN,
        "settings_page": f"{PORTAL}/p/settings",
        "staff_talk_page": lambda talk: f"{INSIDE}/talks/{talk}",
        "staff_held_page": f"{INSIDE}/held",
        "staff_settings_page": f"{INSIDE}/settings",
    }
    room = mailroom(post=pages, inbox=INBOX, undo_window=timedelta(0))
    room.kit.catalog.put(PROJECT, title="Relaunch (cheap)", client_title="Relaunch", owner=room.maria, by=room.root)
    return room


def started(room: Mailroom, *, count: int = 3) -> tuple[Conversation, list[Message]]:
    """Start a conversation with Ana in which some messages are written, the first with a file, and a note to each."""
    talks = room.kit.conversations
    talk = talks.start(with_=room.person("Ana"), subject="Colours", about=PROJECT, by=room.maria)
    posted: list[Message] = []
    for number in range(count):
        room.clock.advance(MINUTE)
        files = [Upload("blue.txt", b"like this")] if number == 0 else []
        posted.append(talks.post(talk, f"No. {number}.", audience=Audience.CLIENT, attachments=files, by=room.maria))
        talks.post(talk, "SECRET", audience=Audience.INTERNAL, by=room.maria)
    room.run()
    return talk, posted


def said(room: Mailroom, talk: Conversation, *texts: str) -> list[Letter]:
    """Write some messages, each with a run of the relay, and return the letters that tell Ben of them."""
    for text in texts:
        room.clock.advance(MINUTE)
        room.kit.conversations.post(talk, text, audience=Audience.CLIENT, by=room.maria)
        room.run()
    return [letter for letter in room.letters(BEN) if "added you" not in letter.subject]


@pytest.mark.parametrize(
    ("history", "seen"),
    [(HistoryPolicy.FULL, "012"), (HistoryPolicy.FROM_JOIN, ""), (HistoryPolicy.SELECTED, "1")],
)
def test_who_comes_later_gets_what_was_written_before_with_the_next_message(
    room: Mailroom, history: HistoryPolicy, seen: str
) -> None:
    """What staff chose, with the names of files, once; they read by mail alone, and never a note."""
    talk, posted = started(room)
    chosen = [posted[1]] if history is HistoryPolicy.SELECTED else []
    room.kit.conversations.add_participant(talk, room.person("Ben"), history=history, messages=chosen, by=room.maria)
    first, second = said(room, talk, "Welcome.", "And more.")
    earlier = first.text.partition(BEFORE)[2]

    assert [f"| No. {number}.\n" in earlier for number in range(3)] == [str(number) in seen for number in range(3)]
    assert (first.text.count("| Welcome."), "blue.txt" in earlier) == (1, "0" in seen)
    assert (BEFORE in (first.html or ""), BEFORE in second.text) == (seen != "", False)
    assert not any("SECRET" in letter.text for letter in room.letters(BEN))
    assert not any(BEFORE in letter.text for letter in room.letters(ANA))


def test_a_letter_holds_no_endless_past(room: Mailroom) -> None:
    """Twenty messages, the latest ones, and each is cut; that there are others it says."""
    talk, _ = started(room, count=23)
    room.kit.conversations.post(talk, "x" * 50_000, audience=Audience.CLIENT, by=room.maria)
    room.run()
    room.kit.conversations.add_participant(talk, room.person("Ben"), history=HistoryPolicy.FULL, by=room.maria)
    (letter,) = said(room, talk, "Welcome.")

    assert "There is more that is older." in letter.text
    assert ("| No. 3." in letter.text, "| No. 4." in letter.text) == (False, True)
    assert "x" * 4000 + "\N{HORIZONTAL ELLIPSIS}\n" in letter.text


def test_letters_lead_nobody_to_pages_into_which_they_do_not_come(room: Mailroom) -> None:
    """Who was never invited answers by mail, and ends letters by a page that needs no session."""
    talk, _ = started(room)
    ana = room.kit.people.find(ANA)
    assert ana is not None
    room.kit.people.invite(ana, by=room.maria)
    room.kit.conversations.add_participant(talk, room.person("Ben"), history=HistoryPolicy.FROM_JOIN, by=room.maria)
    (alone,) = said(room, talk, "Welcome.")
    added, invited = room.letters(BEN)[0], room.letters(ANA)[-1]

    assert all(f"{PORTAL}/c/" not in letter.text and f"{PORTAL}/p/" not in letter.text for letter in (added, alone))
    assert f"End these letters: {PORTAL}/n/unsubscribe." in alone.text
    assert (f"{PORTAL}/c/{talk.id}" in invited.text, f"{PORTAL}/p/settings" in invited.text) == (True, True)
    assert (alone.reply_to is None, "/n/" in invited.text) == (False, False)


def test_letters_lead_staff_to_their_own_pages(room: Mailroom) -> None:
    """To the conversation, also one about nothing, to mails that wait, and to their own settings."""
    talks, ana = room.kit.conversations, room.person("Ana")
    room.kit.people.add_staff(Staff("ben"), name="Ben", roles={"admin"}, by=room.root)
    talk = talks.start(with_=ana, subject="Colours", by=room.maria)
    talks.post(talk, "Blue or green?", audience=Audience.CLIENT, by=room.maria)
    room.run()
    address = room.letters(ANA)[0].reply_to
    assert address is not None
    talks.receive_email(mail(address.address, "Pay me", sender=ANA, dmarc="fail"))
    talks.post(talk, "Blue.", audience=Audience.CLIENT, by=ana)
    talks.post(talk, "She is quick.", audience=Audience.INTERNAL, by=Staff("ben"))
    room.run()
    letters = room.letters("maria@studio.test")

    assert sum(f"{INSIDE}/held" in letter.text for letter in letters) == 1
    assert sum(f"{INSIDE}/talks/{talk.id}" in letter.text for letter in letters) == 2
    assert all(f"{INSIDE}/settings" in letter.text and PORTAL not in letter.text for letter in letters)
