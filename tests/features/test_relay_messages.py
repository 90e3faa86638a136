"""
Messages by mail: who is told of them, when, and where an answer goes.
"""

from datetime import time, timedelta
from typing import Any

import pytest

from sharekit import Audience, Contact, ResourceRef
from sharekit.errors import InvalidInputError
from sharekit.mail.addresses import reply_address, reply_codes
from sharekit.ports import AutoSubmitted
from sharekit.records.conversations import Conversation, HistoryPolicy, Message
from sharekit.records.mail import Verdict
from tests.features._mail import DOMAIN, INBOX, mail
from tests.features._mailroom import Mailroom, mailroom

PROJECT = ResourceRef("project", "42")
WINDOW = timedelta(seconds=10)
NOW = timedelta(0)


@pytest.fixture
def room() -> Mailroom:
    """Return an agency with one project of Maria's, whose readers can answer by mail."""
    room = mailroom(post={"reply_domain": DOMAIN}, inbox=INBOX, undo_window=WINDOW)
    room.kit.catalog.put(PROJECT, title="Relaunch (cheap)", client_title="Relaunch", owner=room.maria, by=room.root)
    return room


@pytest.fixture
def ana(room: Mailroom) -> Contact:
    """Return Ana."""
    return room.kit.people.add_contact("Ana", "ana@acme.example", by=room.maria)


def talk(room: Mailroom, *with_: Contact) -> Conversation:
    """Start a conversation about the project."""
    return room.kit.conversations.start(with_=with_, subject="Colours", about=PROJECT, by=room.maria)


def reply(room: Mailroom, conversation: Conversation, text: str, **options: Any) -> Message:  # noqa: ANN401  # each story passes others
    """Write a message for clients; Maria does by default."""
    chosen: dict[str, Any] = {"audience": Audience.CLIENT, "by": room.maria} | options
    return room.kit.conversations.post(conversation, text, **chosen)


def test_a_message_comes_by_mail_when_it_cannot_be_taken_back_any_more(room: Mailroom, ana: Contact) -> None:
    """Within the window nothing goes; after it one letter with the text, and an address to answer to."""
    room.kit.people.invite(ana, by=room.maria)
    conversation = talk(room, ana)
    reply(room, conversation, "Blue or green?")
    early = room.run(WINDOW / 2)
    room.run(WINDOW)

    _, letter = room.letters()
    assert (early.planned, early.sent) == (1, 1)  # the invitation
    assert (letter.recipient.address, letter.subject) == ("ana@acme.example", "Colours")
    assert "Blue or green?" in letter.text
    assert f"https://studio.test/portal/c/{conversation.id}" in letter.text
    assert (letter.reply_to is not None, letter.bounces_to is not None) == (True, True)


def test_an_answer_by_mail_goes_round(room: Mailroom, ana: Contact) -> None:
    """Ana answers to the address in the letter; it is posted, Maria hears of it, and Ana does not."""
    conversation = talk(room, ana)
    reply(room, conversation, "Blue or green?")
    room.run(WINDOW)
    (asked,) = room.letters()
    outcome = room.kit.conversations.receive_email(mail(asked.reply_to.address if asked.reply_to else ""))
    room.run(WINDOW)

    answered = room.letters()[-1]
    assert outcome.verdict is Verdict.ACCEPTED
    assert (answered.recipient.address, "The second one, please." in answered.text) == ("maria@studio.test", True)
    assert answered.subject == "Re: Colours"
    assert len(room.letters()) == 2


def test_letters_of_a_conversation_stay_together(room: Mailroom, ana: Contact) -> None:
    """Each has a Message-ID of its own, and refers to the same beginning; each person has another one."""
    ben = room.person("Ben")
    conversation = talk(room, ana, ben)
    for text in ("Blue or green?", "Or red?"):
        reply(room, conversation, text)
        room.run(WINDOW)

    to_ana, to_ben = room.letters("ana@acme.example"), room.letters("ben@acme.test")
    assert len({letter.message_id for letter in room.letters()}) == 4
    assert to_ana[0].references == to_ana[1].references != to_ben[0].references
    assert (to_ana[0].in_reply_to, to_ana[1].in_reply_to) == (None, to_ana[1].references[0])


def test_what_was_taken_back_is_told_to_nobody(room: Mailroom, ana: Contact) -> None:
    """A message that was undone within its window leaves no letter and no news."""
    message = reply(room, talk(room, ana), "Oops")
    room.kit.conversations.undo(message, by=room.maria)
    room.run(WINDOW)

    assert room.letters() == []
    assert room.kit.notifications.feed(ana).items == ()


def test_a_note_is_told_to_staff_alone(room: Mailroom, ana: Contact) -> None:
    """Its letter goes to who answers for the project; an answer to it is a note too."""
    conversation = talk(room, ana)
    room.kit.conversations.post(conversation, "They pay late.", audience=Audience.INTERNAL, by=room.root)
    room.run(WINDOW)

    (letter,) = room.letters()
    assert (letter.recipient.address, "They pay late." in letter.text) == ("maria@studio.test", True)
    assert room.kit.notifications.feed(ana).items == ()


def test_a_message_that_was_read_is_not_sent(room: Mailroom, ana: Contact) -> None:
    """Who read it in the portal in the meantime gets no letter about it."""
    conversation = talk(room, ana)
    message = reply(room, conversation, "Blue or green?")
    room.clock.advance(WINDOW)
    room.kit.conversations.mark_read(conversation, up_to=message, by=ana)
    room.run(NOW)

    assert room.letters() == []


def test_a_message_that_was_read_in_its_conversation_is_no_news_any_more(room: Mailroom, ana: Contact) -> None:
    """The number in the portal goes down by it, and the feed has it among what was seen; the next one is new again."""
    conversation = talk(room, ana)
    reply(room, conversation, "Blue or green?")
    room.run(WINDOW)
    news, kit = room.kit.notifications, room.kit
    before = news.unseen(ana), len(news.feed(ana, unseen=True).items)
    kit.conversations.mark_read(conversation, by=ana)
    after = news.unseen(ana), len(news.feed(ana, unseen=True).items), [item.seen for item in news.feed(ana).items]
    reply(room, conversation, "Or red?")
    room.run(WINDOW)

    assert before == (1, 1)
    assert after == (0, 0, [True])
    assert (news.unseen(ana), [item.seen for item in news.feed(ana).items]) == (1, [False, True])


def test_who_was_removed_before_it_was_sent_hears_nothing(room: Mailroom, ana: Contact) -> None:
    """Taking part is asked at the moment of sending."""
    conversation = talk(room, ana)
    reply(room, conversation, "Blue or green?")
    room.kit.conversations.remove_participant(conversation, ana, by=room.maria)
    room.run(WINDOW)

    assert room.letters() == []
    assert room.kit.notifications.feed(ana).items == ()


def test_who_came_without_a_past_is_told_that_there_is_something(room: Mailroom, ana: Contact) -> None:
    """Who was added with `HistoryPolicy.NONE` hears of new messages, without a word of them."""
    conversation = talk(room, room.person("Ben"))
    room.kit.conversations.add_participant(conversation, ana, history=HistoryPolicy.NONE, by=room.maria)
    room.run(NOW)
    reply(room, conversation, "Blue or green?")
    room.run(WINDOW)

    added, told = room.letters("ana@acme.example")
    assert "Colours" in added.text
    assert ("Colours" in told.text, "Blue" in told.text, told.reply_to) == (True, False, None)


def test_members_of_an_organization_hear_each_for_themselves(room: Mailroom, ana: Contact) -> None:
    """Whoever belongs to it when the relay runs; who left meanwhile does not."""
    kit, ben = room.kit, room.person("Ben")
    acme = kit.people.add_organization("Acme", by=room.maria)
    for person in (ana, ben):
        kit.people.join(person, acme, by=room.maria)
    conversation = kit.conversations.start(with_=[acme], subject="Colours", by=room.maria)
    reply(room, conversation, "Blue or green?")
    kit.people.leave(ben, acme, by=room.maria)
    room.run(WINDOW)

    assert [letter.recipient.address for letter in room.letters()] == ["ana@acme.example"]


def test_addresses_to_answer_to_belong_to_one_person(room: Mailroom, ana: Contact) -> None:
    """Two people get two codes for one conversation, and each keeps theirs."""
    conversation = talk(room, ana, room.person("Ben"))
    for text in ("Blue or green?", "Or red?"):
        reply(room, conversation, text)
        room.run(WINDOW)

    codes = [reply_codes([letter.reply_to.address if letter.reply_to else ""]) for letter in room.letters()]
    assert len(set(codes)) == 2
    assert [letter.reply_to.address if letter.reply_to else "" for letter in room.letters()] == [
        reply_address(code, DOMAIN) for (code,) in codes
    ]
    assert all(letter.auto_submitted is AutoSubmitted.GENERATED for letter in room.letters())


@pytest.mark.parametrize("history", [HistoryPolicy.NONE, HistoryPolicy.FROM_JOIN])
def test_who_comes_later_hears_of_nothing_earlier(room: Mailroom, ana: Contact, history: HistoryPolicy) -> None:
    """A message that waits for the relay when somebody is added, and that they may not open, is no news to them."""
    conversation, ben = talk(room, ana), room.person("Ben")
    reply(room, conversation, "Blue or green?")
    room.clock.advance(WINDOW)
    room.kit.conversations.add_participant(conversation, ben, history=history, by=room.maria)
    room.run(WINDOW)

    assert ["participant-added"] == [item.event for item in room.kit.notifications.feed(ben).items]
    assert "message-posted" in [item.event for item in room.kit.notifications.feed(ana).items]


def test_a_promoted_note_is_news_like_any_other_message(room: Mailroom, ana: Contact) -> None:
    """Once, so that nobody can tell that it was a note."""
    conversation = talk(room, ana)
    note = reply(room, conversation, "Blue is cheaper.", audience=Audience.INTERNAL)
    room.kit.conversations.promote(note, reason="She asked.", by=room.maria)
    room.run(WINDOW)

    items = room.kit.notifications.feed(ana).items
    assert ["message-posted"] == [item.event for item in items if "message" in item.details]


def test_a_place_in_another_list_is_an_invalid_input(room: Mailroom, ana: Contact) -> None:
    """The feed's place given to the lists of conversations and things."""
    conversations = [talk(room, ana), talk(room, ana)]
    for conversation in conversations:
        reply(room, conversation, "Blue or green?")
    room.run(WINDOW)
    place = room.kit.notifications.feed(ana, limit=1).next
    assert place is not None

    for ask in (
        lambda: room.kit.conversations.visible(ana, after=place),
        lambda: room.kit.conversations.thread(conversations[0], by=ana, after=place),
        lambda: room.kit.access.visible(ana, after=place),
    ):
        with pytest.raises(InvalidInputError):
            ask()


@pytest.mark.parametrize("bad", [{"quiet": ()}, {"quiet": (time(22),)}, {"quiet": 5}, {"cadences": ["x"]}])
def test_preferences_that_are_none_are_an_invalid_input(room: Mailroom, ana: Contact, bad: dict[str, Any]) -> None:
    """Whatever is given in place of two times, or of a cadence for each kind."""
    with pytest.raises(InvalidInputError) as refused:
        room.kit.notifications.choose(ana, by=ana, **bad)

    assert refused.value.field in bad
