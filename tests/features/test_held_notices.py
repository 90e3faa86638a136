"""
A mail that is held for staff does not lie unseen: whoever answers for the case hears of it, and not of each one.
"""

import re
from datetime import timedelta

import pytest

from sharekit import Contact, Staff
from sharekit.ports import Letter
from sharekit.records.conversations import HistoryPolicy
from sharekit.records.notices import Cadence, News
from tests.features._mail import DOMAIN, INBOX, Office, mail, office
from tests.features._mailroom import HOUR, Mailroom, mailroom

MARIA, BEN = "maria@studio.test", "ben@studio.test"


class Desk:
    """An agency with a post, and a conversation with Ana about a project of Maria's."""

    def __init__(self) -> None:
        self.room: Mailroom = mailroom(post={"reply_domain": DOMAIN}, inbox=INBOX)
        self.office: Office = office(self.room.kit, about=True)
        self.number = 0
        self.read = 0
        self.last: list[Letter] = []
        self.letters()

    def held(self, count: int = 1) -> None:
        """Have mails come that nothing proves."""
        for _ in range(count):
            self.number += 1
            raw = mail(self.office.address(), f"Pay {self.number}", dmarc="fail", message_id=f"<h{self.number}@x.test>")
            self.room.kit.conversations.receive_email(raw)

    def letters(self, after: timedelta = HOUR) -> list[str]:
        """Run the relay, and return to whom letters went since the last time."""
        self.room.run(after)
        self.last = self.room.letters()[self.read :]
        self.read += len(self.last)
        return sorted(letter.recipient.address for letter in self.last)


@pytest.fixture
def desk() -> Desk:
    """Return the beginning of each story."""
    return Desk()


def test_the_owner_of_the_case_hears_of_a_held_mail(desk: Desk) -> None:
    """In one letter, which says nothing of what an unproven mail says; no client hears of it in any way."""
    desk.held(3)
    went = desk.letters()
    (letter,) = desk.last
    feed = desk.room.kit.notifications.feed(desk.room.maria)

    assert went == [MARIA]
    assert letter.text.count("A mail came that waits for somebody to look at it") == 1
    assert "Two drafts" in letter.text
    assert not re.search(r"Pay \d", letter.text + letter.subject)
    assert [item.event for item in feed.items] == ["mail-held"] * 3
    assert [item.title for item in feed.items] == ["Two drafts"] * 3
    assert desk.room.kit.notifications.feed(Contact(desk.office.ana.id)).items == ()


def test_while_one_waits_of_which_they_know_nobody_is_told_again(desk: Desk) -> None:
    """Not for a day; but once that one was decided on, the next one is news again."""
    talks, by = desk.room.kit.conversations, desk.room.maria
    desk.held()
    first = desk.letters()
    desk.held(5)
    quiet = desk.letters()
    for waiting in talks.held_mails(by=by):
        talks.discard_held(waiting, by=by)
    desk.held()
    again = desk.letters()
    desk.room.clock.advance(timedelta(days=2))
    desk.held()
    later = desk.letters()

    assert (first, quiet, again, later) == ([MARIA], [], [MARIA], [MARIA])


def test_what_was_decided_or_seen_before_the_letter_needs_none(desk: Desk) -> None:
    """Nor does it come to who turned letters about messages off."""
    talks, notices, by = desk.room.kit.conversations, desk.room.kit.notifications, desk.room.maria
    desk.held()
    (waiting,) = talks.held_mails(by=by)
    talks.discard_held(waiting, by=by)
    decided = desk.letters()
    desk.held()
    desk.room.run(timedelta(0))
    notices.mark_seen(by)
    seen = desk.letters()
    notices.choose(by, cadences={News.MESSAGES: Cadence.OFF}, by=by)
    desk.held()

    assert (decided, seen, desk.letters()) == ([], [], [])


def test_who_takes_part_hears_of_it_besides_the_owner(desk: Desk) -> None:
    """And not any more once they left the agency, even when they are the only other one."""
    kit, ben = desk.room.kit, Staff("ben")
    kit.people.add_staff(ben, name="Ben", email=BEN, by=desk.room.root)
    kit.conversations.remove_participant(desk.office.talk, desk.room.maria, by=desk.room.maria)
    kit.conversations.add_participant(desk.office.talk, ben, history=HistoryPolicy.FULL, by=desk.room.maria)
    desk.letters()
    desk.held()
    both = desk.letters()
    kit.people.deactivate(ben, by=desk.room.root)
    desk.room.clock.advance(timedelta(days=2))
    desk.held()

    assert both == [BEN, MARIA]
    assert desk.letters() == [MARIA]


def test_staff_hear_of_a_mail_of_their_own_that_is_held(desk: Desk) -> None:
    """Nobody else can accept it: whoever it pretends to be from has to say whether it was them (R-MAIL-3)."""
    kit, ben = desk.room.kit, Staff("ben")
    kit.people.add_staff(ben, name="Ben", email=BEN, roles=["admin"], by=desk.room.root)
    raw = mail(desk.office.address(ben), "Pay it", f"Ben <{BEN}>", dmarc="fail")
    kit.conversations.receive_email(raw)

    assert desk.letters() == [BEN, MARIA]
