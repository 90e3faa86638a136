"""Conversations: two audiences in one thread, and who writes what for whom."""

from datetime import timedelta
from typing import Any

import pytest

from sharekit import (
    Access,
    Audience,
    Contact,
    Decision,
    ResourceRef,
    Staff,
    System,
    errors,
    signals,
)
from sharekit.ids import ConversationId, RequestId
from sharekit.records.documents import document_ref
from sharekit.records.events import Event
from sharekit.records.requests import RequestItem
from tests.features._talks import note, reply, talk, texts
from tests.features.conftest import Agency, wrong

NOWHERE = ConversationId("x" * 28)


def test_a_message_without_context(agency: Agency) -> None:
    """Staff choose the client, a subject and a text; the client reads it and answers (D1)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana, about=None, subject="Your holiday")
    reply(agency, opened, "When are you away?")
    reply(agency, opened, "In August.", ana)

    assert ["When are you away?", "In August."] == texts(agency, opened, ana) == texts(agency, opened, agency.maria)
    assert ["Your holiday"] == [item.subject for item in agency.kit.conversations.visible(ana).items]


def test_a_conversation_about_a_thing_gives_nothing_on_it(agency: Agency) -> None:
    """Whoever takes part reads the messages, and learns of the thing only what was shared with them (D2)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.share(agency.relaunch, ana)
    opened = talk(agency, ana, bo)
    reply(agency, opened, "Green or red?")

    seen, unseen = (agency.kit.conversations.thread(opened, by=by) for by in (ana, bo))

    assert ["Green or red?"] == texts(agency, opened, ana) == texts(agency, opened, bo)
    assert (agency.relaunch, "Relaunch") == (seen.about, seen.about_title)
    assert (None, None) == (unseen.about, unseen.about_title)
    assert [] == agency.sees(bo)
    assert [opened.id] == [
        item.conversation for item in agency.kit.conversations.visible(agency.maria, about=agency.relaunch).items
    ]


def test_a_conversation_about_a_version_of_a_document(agency: Agency) -> None:
    """It stands beside the document, says which version is meant, and only of a document is there one (D2)."""
    ana = agency.person("Ana")
    added = agency.kit.documents.add(agency.relaunch, "plan.txt", b"first plan\n", by=agency.maria)
    agency.kit.documents.replace(added.id, b"second plan\n", by=agency.maria)
    agency.share(document_ref(added.id), ana)

    opened = talk(agency, ana, about=document_ref(added.id), version=1)
    shown = agency.kit.conversations.thread(opened, by=ana)

    assert (document_ref(added.id), "plan.txt", 1) == (shown.about, shown.about_title, shown.version)
    with pytest.raises(errors.InvalidInputError) as refused:
        talk(agency, ana, version=1)

    assert "version" == refused.value.field


def test_notes_are_for_staff_alone(agency: Agency) -> None:
    """A note stands between the replies for staff; for the client there are the replies, and nothing between (b11)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    first = reply(agency, opened, "Hello")
    hidden = note(agency, opened, "They owe us money")
    reply(agency, opened, "How is it going?")

    assert ["Hello", "They owe us money", "How is it going?"] == texts(agency, opened, agency.maria)
    assert ["Hello", "How is it going?"] == texts(agency, opened, ana)
    assert 2 == agency.kit.conversations.thread(opened, by=ana).unread
    assert agency.kit.conversations.decide(agency.maria, hidden)
    assert Decision(allowed=False, reason="note") == agency.kit.conversations.decide(ana, hidden)
    assert Decision(allowed=True, reason="takes-part") == agency.kit.conversations.decide(ana, first)


def test_there_is_no_default_audience(agency: Agency) -> None:
    """Nobody writes to a client because they forgot to say for whom (R-CONV-1)."""
    opened = talk(agency, agency.person("Ana"))
    before = agency.everything()

    for missing in ({}, {"audience": None}, {"audience": "client"}, {"audience": 1}):
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.conversations.post(opened, "Hello", by=agency.maria, **wrong(missing))

        assert "audience" == refused.value.field
    assert before == agency.everything()


def test_an_answer_is_never_for_more_people(agency: Agency) -> None:
    """An answer to a note is a note, whatever was asked for; an answer to a reply is what was asked for (p50)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    said, hidden = reply(agency, opened, "Hello"), note(agency, opened, "Careful")
    answers = [
        reply(agency, opened, "a", in_reply_to=hidden),
        reply(agency, opened, "b", in_reply_to=hidden, audience=None),
        reply(agency, opened, "c", in_reply_to=said, audience=None),
        note(agency, opened, "d", in_reply_to=said.id),
    ]

    assert [True, True, False, True] == [answer.is_note for answer in answers]
    assert ["Hello", "c"] == texts(agency, opened, ana)
    with pytest.raises(errors.NotFoundError):
        reply(agency, opened, "e", ana, in_reply_to=hidden)
    other = talk(agency, ana)
    with pytest.raises(errors.NotFoundError):
        reply(agency, other, "f", in_reply_to=said)
    for by in (ana, agency.maria):
        with pytest.raises(errors.NotFoundError):
            agency.kit.conversations.mark_read(other, by=by, up_to=said)


def test_a_note_is_promoted_by_a_message_of_its_own(agency: Agency) -> None:
    """The note stays what it was, the client reads a new message, and staff see from which note and why (u24)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    hidden = note(agency, opened, "Paint costs 400")
    heard: list[Event] = []

    with signals.message_promoted.connected(heard.append):
        told = agency.kit.conversations.promote(hidden, reason="they asked", by=agency.maria)
    shown = agency.kit.conversations.thread(opened, by=ana).messages
    for_staff = agency.kit.conversations.thread(opened, by=agency.maria).messages

    assert [(told.id, "Paint costs 400", None, None)] == [(m.id, m.text, m.promoted_from, m.reason) for m in shown]
    assert [(True, None, None), (False, hidden.id, "they asked")] == [
        (message.is_note, message.promoted_from, message.reason) for message in for_staff
    ]
    assert 1 == len(heard)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.conversations.promote(told, reason="again", by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.conversations.promote(hidden, reason="I may only look", by=agency.ben)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.conversations.promote(hidden, reason="please", by=ana)


def test_a_client_writes_to_whom_it_concerns_and_nothing_else(agency: Agency) -> None:
    """No notes, no conversations of others, no name but their own (R-CONV-2)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    opened = talk(agency, ana)
    written = reply(agency, opened, "Hello", ana)
    before = agency.everything()

    assert (ana.key, Audience.CLIENT, 0, 1) == (
        written.author,
        written.audience,
        written.number,
        written.client_number,
    )
    with pytest.raises(errors.NotAllowedError):
        note(agency, opened, "secret", wrong(ana))
    for by, where in ((bo, opened), (ana, NOWHERE), (bo, NOWHERE), (Contact("nobody"), opened)):
        with pytest.raises(errors.NotFoundError) as refused:
            reply(agency, wrong(where), "Hello", by)

        assert "conversation" == refused.value.kind
    assert before == agency.everything()


def test_a_client_starts_one_about_what_they_may_comment_on(agency: Agency) -> None:
    """Whoever answers for the thing takes part and is told (C7); who only views it is told so."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.kit.catalog.put(agency.relaunch, title="Relaunch", client_title="Relaunch", owner=agency.ben, by=agency.root)
    agency.share(agency.relaunch, ana, access=Access.COMMENT, by=agency.root)
    agency.share(agency.relaunch, bo, by=agency.root)

    opened = talk(agency, by=ana)
    reply(agency, opened, "May I ask?", ana)

    assert {ana.key, agency.ben.key} == {
        each.party for each in agency.kit.conversations.participants(opened, by=agency.ben)
    }
    assert 1 == agency.kit.conversations.unread(agency.ben)
    assert ana.key == opened.requester
    with pytest.raises(errors.NotAllowedError) as viewer:
        talk(agency, by=bo)
    with pytest.raises(errors.NotFoundError):
        talk(agency, by=agency.person("Cleo"))
    with pytest.raises(errors.InvalidInputError) as nothing:
        talk(agency, about=None, by=ana)
    with pytest.raises(errors.NotAllowedError) as choosing:
        talk(agency, bo, by=ana)

    assert ("access-too-low", "about", "staff-choose-participants") == (
        viewer.value.reason,
        nothing.value.field,
        choosing.value.reason,
    )


def test_a_client_writes_no_more_than_a_person_would(agency: Agency) -> None:
    """120 messages an hour, and 20 new conversations; others are not slowed down by it, nor are staff."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    for client in (ana, bo):
        agency.share(agency.relaunch, client, access=Access.COMMENT)
    opened = talk(agency, ana, bo)
    for number in range(120):
        reply(agency, opened, str(number), ana)
    for _ in range(20):
        talk(agency, by=ana)
    before = agency.everything()

    for act in (lambda: reply(agency, opened, "one too many", ana), lambda: talk(agency, by=ana)):
        with pytest.raises(errors.TooManyAttemptsError):
            act()
    assert before == agency.everything()
    reply(agency, opened, "Hello", bo)
    reply(agency, talk(agency, by=bo), "Hello")


def test_a_document_request_comes_as_a_message(agency: Agency) -> None:
    """Its button is for whom was asked, and stands in no note; whoever else reads the message sees its text (A8)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    items = [RequestItem("ID card")]
    asked = agency.kit.requests.create(to=ana, about=agency.relaunch, items=items, by=agency.root)
    opened = talk(agency, ana, bo)
    before = agency.everything()
    refused: list[tuple[Staff | Contact, dict[str, Any], type[errors.SharekitError]]] = [
        (agency.maria, {"audience": Audience.INTERNAL, "request": asked}, errors.InvalidInputError),
        (agency.maria, {"request": 5}, errors.InvalidInputError),
        (agency.maria, {"request": RequestId("r" * 28)}, errors.NotFoundError),
        (ana, {"request": asked}, errors.NotAllowedError),
    ]
    for by, options, error in refused:
        with pytest.raises(error):
            reply(agency, opened, "Please send your ID card.", by, **options)

    assert before == agency.everything()
    reply(agency, opened, "Please send your ID card.", request=asked)
    shown = [agency.kit.conversations.thread(opened, by=by).messages[0] for by in (ana, bo, agency.maria)]

    assert [asked.id, None, asked.id] == [message.request for message in shown]
    assert {"Please send your ID card."} == {message.text for message in shown}


def test_a_closed_conversation_is_read_and_not_written(agency: Agency) -> None:
    """Everybody reads it as before, until it is opened again."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    hidden = note(agency, opened, "careful")
    reply(agency, opened, "Hello")
    agency.kit.conversations.close(opened, by=agency.maria)
    agency.kit.conversations.close(opened, by=agency.maria)

    assert ["Hello"] == texts(agency, opened, ana)
    assert () == agency.kit.conversations.thread(opened, by=ana).audiences
    for by in (agency.maria, ana):
        with pytest.raises(errors.ConversationClosedError):
            reply(agency, opened, "More", by)
    with pytest.raises(errors.ConversationClosedError):
        agency.kit.conversations.promote(hidden, reason="now", by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.conversations.reopen(opened, by=wrong(ana))
    agency.kit.conversations.reopen(opened, by=agency.maria)
    reply(agency, opened, "More", ana)

    assert ["Hello", "More"] == texts(agency, opened, ana)


def test_what_is_sent_twice_is_written_once(agency: Agency) -> None:
    """A retry with the same key finds the message; the key of another one is refused (R-BLOB-8)."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)

    first, second = (reply(agency, opened, "Hello", ana, idempotency_key="k1") for _ in range(2))

    assert first == second
    assert ["Hello"] == texts(agency, opened, ana)
    with pytest.raises(errors.KeyReusedError):
        reply(agency, opened, "Something else", ana, idempotency_key="k1")


def test_what_is_started_twice_is_one_conversation(agency: Agency) -> None:
    """A retry with the same key finds it as it began, whatever was noted since; a day later it is another."""
    ana, ben = agency.person("Ana"), agency.person("Ben")
    agency.share(agency.relaunch, ana, access=Access.COMMENT)
    by_client: dict[str, Any] = {"by": ana, "idempotency_key": "k1"}
    first = talk(agency, **by_client)
    agency.clock.advance(timedelta(hours=1))
    note(agency, first, "Careful with them")
    again = [talk(agency, **by_client) for _ in range(25)]
    started = [entry for entry in agency.kit.audit.entries() if entry.action == "conversation-started"]
    by_staff = talk(agency, ana, ben, idempotency_key="k1")

    assert all(first == each for each in again)
    assert 1 == len(started)
    assert by_staff.id != first.id
    assert by_staff == talk(agency, ben, ana, idempotency_key="k1")
    with pytest.raises(errors.KeyReusedError):
        talk(agency, ana, idempotency_key="k1")
    with pytest.raises(errors.InvalidInputError):
        talk(agency, ana, idempotency_key="")
    agency.clock.advance(timedelta(hours=24))
    assert by_staff.id != talk(agency, ben, ana, idempotency_key="k1").id


def test_everything_is_told_and_stands_in_the_audit_trail(agency: Agency) -> None:
    """What happens is news and is on record, with ids alone: no text of anybody (p53)."""
    ana = agency.person("Ana")
    heard: list[Event] = []
    with (
        signals.conversation_started.connected(heard.append),
        signals.message_posted.connected(heard.append),
        signals.conversation_read.connected(heard.append),
        signals.participant_removed.connected(heard.append),
        signals.conversation_closed.connected(heard.append),
    ):
        opened = talk(agency, ana, subject="Very private")
        reply(agency, opened, "Words of mine")
        agency.kit.conversations.mark_read(opened, by=ana)
        agency.kit.conversations.mark_read(opened, by=ana)
        agency.kit.conversations.leave(opened, by=ana)
        agency.kit.conversations.close(opened, by=agency.maria)
    names = [event.name for event in heard]
    entries = [entry for entry in agency.kit.audit.entries() if entry.action in names]

    assert [
        "conversation-started",
        "message-posted",
        "conversation-read",
        "participant-removed",
        "conversation-closed",
    ] == names
    assert sorted(names) == sorted(entry.action for entry in entries)
    assert "private" not in repr(entries)
    assert "Words" not in repr(entries)


BAD_STARTS: list[tuple[dict[str, Any], str]] = [
    ({"subject": ""}, "subject"),
    ({"subject": "a\nb"}, "subject"),
    ({"subject": None}, "subject"),
    ({"subject": "x" * 201}, "subject"),
    ({"by": "maria"}, "by"),
    ({"about": "project:42"}, "about"),
    ({"about": ResourceRef("nothing", "1")}, "kind"),
    ({"version": 0}, "version"),
    ({"version": "1"}, "version"),
    ({"requester": Staff("ben")}, "requester"),
    ({"with_followers": "yes"}, "with_followers"),
    ({"with_followers": True, "about": None}, "with_followers"),
    ({"with_": "ana"}, "with_"),
    ({"with_": ["ana"]}, "with_"),
    ({"with_": None}, "with_"),
    ({"with_": [System("sync")]}, "with_"),
]


@pytest.mark.parametrize(("options", "field"), BAD_STARTS)
def test_a_bad_start_writes_nothing(agency: Agency, options: dict[str, Any], field: str) -> None:
    """The error names the argument."""
    before = agency.everything()
    chosen: dict[str, Any] = {"subject": "s", "by": agency.maria, "about": agency.relaunch} | options

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.conversations.start(**chosen)

    assert field == refused.value.field
    assert before == agency.everything()


BAD_POSTS: list[tuple[dict[str, Any], str]] = [
    ({"text": ""}, "text"),
    ({"text": " \n "}, "text"),
    ({"text": None}, "text"),
    ({"text": "a\0b"}, "text"),
    ({"text": "\ud800"}, "text"),
    ({"text": "x" * 100_001}, "text"),
    ({"by": "maria"}, "by"),
    ({"by": None}, "by"),
    ({"conversation": 5}, "conversation"),
    ({"attachments": "file"}, "attachments"),
    ({"attachments": [b"bytes"]}, "attachments"),
    ({"attachments": None}, "attachments"),
    ({"in_reply_to": 5}, "in_reply_to"),
    ({"idempotency_key": ""}, "idempotency_key"),
    ({"idempotency_key": 5}, "idempotency_key"),
]


@pytest.mark.parametrize(("options", "field"), BAD_POSTS)
def test_a_bad_message_writes_nothing(agency: Agency, options: dict[str, Any], field: str) -> None:
    """The error names the argument."""
    opened = talk(agency, agency.person("Ana"))
    before = agency.everything()
    chosen: dict[str, Any] = {
        "conversation": opened,
        "text": "Hello",
        "by": agency.maria,
        "audience": Audience.CLIENT,
    } | options

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.conversations.post(**chosen)

    assert field == refused.value.field
    assert before == agency.everything()
