"""Conversations: two audiences in one thread, and who writes what for whom."""

from datetime import timedelta
from typing import Any

import pytest

from sharekit import (
    Access,
    Audience,
    Contact,
    Decision,
    Organization,
    ResourceRef,
    Staff,
    System,
    TenantId,
    Visibility,
    errors,
    signals,
)
from sharekit.features._hearing import hearing_of
from sharekit.ids import ConversationId, MessageId
from sharekit.records.conversations import Channel, Conversation, HistoryPolicy, Message
from sharekit.records.documents import document_ref
from sharekit.records.events import Event
from sharekit.records.reach import AddressBounce, ReachReason, ReachWay, bounce_id
from sharekit.testing import kit, project_kind
from tests.features._talks import WINDOW, note, reply, talk, texts, unhurried
from tests.features.conftest import KEY, Agency, wrong

NOWHERE = ConversationId("x" * 28)
UNKNOWN = MessageId("y" * 28)


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
    with pytest.raises(errors.NotFoundError):
        reply(agency, talk(agency, ana), "f", in_reply_to=said)


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

    assert (ana.key, Audience.CLIENT) == (written.author, written.audience)
    with pytest.raises(errors.NotAllowedError):
        note(agency, opened, "secret", wrong(ana))
    for by, where in ((bo, opened), (ana, NOWHERE), (bo, NOWHERE), (Contact("nobody"), opened)):
        with pytest.raises(errors.NotFoundError) as refused:
            reply(agency, wrong(where), "Hello", by)

        assert "conversation" == refused.value.kind
    assert before == agency.everything()


def test_a_client_starts_one_about_what_they_may_comment_on(agency: Agency) -> None:
    """Whoever answers for the thing takes part and is told (C7); on what they only view, they may not."""
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
    with pytest.raises(errors.NotFoundError):
        talk(agency, by=bo)
    with pytest.raises(errors.NotFoundError):
        talk(agency, about=None, by=ana)
    with pytest.raises(errors.NotAllowedError):
        talk(agency, bo, by=ana)


def test_staff_need_a_right_on_the_context(agency: Agency) -> None:
    """Who was deactivated reads nothing more; without a context, those read who take part, and admins."""
    ana = agency.person("Ana")
    boss = Staff("boss")
    agency.kit.people.add_staff(boss, name="Boss", roles={"admin"}, by=agency.root)
    agency.kit.people.add_staff(agency.ben, name="Ben", by=agency.root)
    about, alone = talk(agency, ana), talk(agency, ana, about=None)
    reply(agency, about, "Hello")

    for by in (agency.maria, agency.ben, boss, agency.root):
        assert ["Hello"] == texts(agency, about, by)
    for by in (agency.maria, boss, agency.root):
        assert [] == texts(agency, alone, by)
    with pytest.raises(errors.NotAllowedError):
        texts(agency, alone, agency.ben)
    agency.kit.conversations.add_participant(alone, agency.ben, history=HistoryPolicy.FULL, by=agency.maria)

    assert [] == texts(agency, alone, agency.ben)
    agency.kit.people.deactivate(agency.ben, by=agency.root)
    for opened in (about, alone):
        with pytest.raises(errors.NotAllowedError):
            texts(agency, opened, agency.ben)
        with pytest.raises(errors.NotAllowedError):
            reply(agency, opened, "I am still here", agency.ben)

    assert () == agency.kit.conversations.visible(agency.ben).items


def test_a_thing_of_the_same_id_is_another_thing(agency: Agency) -> None:
    """Who owns what was put again under an id has no say in what was talked about the old one (u25)."""
    ana = agency.person("Ana")
    agency.kit.catalog.put(agency.relaunch, title="Old", client_title="Old", owner=agency.maria, by=agency.root)
    opened = talk(agency, ana)
    hidden = note(agency, opened, "careful")
    agency.kit.catalog.remove(agency.relaunch, by=agency.root)
    agency.kit.catalog.put(agency.relaunch, title="New", client_title="New", owner=agency.ben, by=agency.root)
    agency.share(agency.relaunch, ana, by=agency.ben)

    with pytest.raises(errors.NotAllowedError):
        agency.kit.conversations.promote(hidden, reason="mine now", by=agency.ben)
    assert agency.kit.conversations.thread(opened, by=ana).about is None


def test_an_organisation_takes_part_with_all_its_people(agency: Agency) -> None:
    """Who belongs to it is asked at each reading: who joins reads, who leaves reads nothing more (u22, R-AUTH-4)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", ana)
    opened = talk(agency, acme)
    reply(agency, opened, "Hello")

    assert ["Hello"] == texts(agency, opened, ana)
    assert () == agency.kit.conversations.visible(bo).items
    agency.kit.people.join(bo, acme, by=agency.maria)

    assert ["Hello"] == texts(agency, opened, bo)
    assert Decision(allowed=True, reason="organization-takes-part") == agency.kit.conversations.decide(bo, opened)
    agency.kit.people.leave(bo, acme, by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, bo)
    with pytest.raises(errors.NotFoundError):
        reply(agency, opened, "still me", bo)

    assert () == agency.kit.conversations.visible(bo).items
    assert 0 == agency.kit.conversations.unread(bo)
    agency.kit.people.deactivate(acme, by=agency.root)
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, ana)


def test_what_is_confidential_is_talked_about_with_people_alone(agency: Agency) -> None:
    """An organisation does not take part in a conversation about it (u8)."""
    ana = agency.person("Ana")
    acme = agency.company("Acme", ana)
    contract = agency.thing("c1", kind="contract", container=None)

    with pytest.raises(errors.NotAllowedError):
        talk(agency, acme, about=contract)
    assert [] == texts(agency, talk(agency, ana, about=contract), ana)


def test_followers_take_part_from_when_they_began(agency: Agency) -> None:
    """New replies on a project reach who follows it and may view it, what came before does not (B4, u10)."""
    ana, bo, cleo = (agency.person(name) for name in ("Ana", "Bo", "Cleo"))
    agency.share(agency.relaunch, ana)
    agency.share(agency.relaunch, bo, follow=False)
    opened = talk(agency, with_followers=True)
    agency.clock.advance(timedelta(minutes=1))
    reply(agency, opened, "first")
    agency.clock.advance(timedelta(minutes=1))
    agency.share(agency.relaunch, cleo)
    agency.clock.advance(timedelta(minutes=1))
    reply(agency, opened, "second")

    assert ["first", "second"] == texts(agency, opened, ana)
    assert ["second"] == texts(agency, opened, cleo)
    assert [opened.id] == [item.conversation for item in agency.kit.conversations.visible(cleo).items]
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, bo)
    agency.kit.catalog.put(agency.relaunch, visibility=Visibility.INTERNAL, title="Relaunch", by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, ana)

    assert () == agency.kit.conversations.visible(ana).items


def test_the_requester_takes_part(agency: Agency) -> None:
    """A contact whose matter it is reads every reply (B2)."""
    ana = agency.person("Ana")
    opened = talk(agency, requester=ana)
    reply(agency, opened, "Hello")
    shown = agency.kit.conversations.thread(opened, by=agency.maria).participants

    assert ["Hello"] == texts(agency, opened, ana)
    assert {ana.key: True, agency.maria.key: False} == {each.party: each.requester for each in shown}


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


def test_how_somebody_is_reached(agency: Agency) -> None:
    """In the portal, by mail, or by the details they gave and why; the composer knows before it is written (D4, d7)."""
    people, talks = agency.kit.people, agency.kit.conversations
    ana = people.add_contact("Ana", "ana@x.test", phone="0123", messaging=False, by=agency.maria)
    bo, cleo = agency.person("Bo"), agency.person("Cleo")
    people.enter(people.invitation_token(people.invite(bo, by=agency.maria)))
    gone = agency.person("Gone")
    people.deactivate(gone, by=agency.root)
    bounced = agency.person("Bounced")
    wiring = agency.kit._wiring
    bounce = AddressBounce(tenant=TenantId("default"), id=bounce_id("BOUNCED@x.test"), at=agency.clock.now())
    from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE

    wiring.write(lambda unit: unit.put(ADDRESS_BOUNCE, bounce))

    def reached(contact: Contact) -> tuple[ReachWay, ReachReason]:
        reach = talks.reach(contact, by=agency.maria)
        return reach.way, reach.reason

    assert (ReachWay.DETAILS, ReachReason.MESSAGING_OFF) == reached(ana)
    assert ("ana@x.test", "0123") == (talks.reach(ana, by=agency.maria).email, talks.reach(ana, by=agency.maria).phone)
    assert (ReachWay.PORTAL, ReachReason.PORTAL_ACCESS) == reached(bo)
    assert (ReachWay.MAIL, ReachReason.NO_PORTAL_ACCESS) == reached(cleo)
    assert (ReachWay.DETAILS, ReachReason.INACTIVE) == reached(gone)
    assert (ReachWay.DETAILS, ReachReason.BOUNCED) == reached(bounced)
    before = agency.everything()
    for contact, reason in ((ana, "messaging-off"), (bounced, "bounced")):
        with pytest.raises(errors.MessagingRefusedError) as refused:
            talk(agency, contact)

        assert (reason, contact.id) == (refused.value.reason, refused.value.contact)
    assert before == agency.everything()


def test_who_would_hear_of_it_is_shown_before_it_is_written(agency: Agency) -> None:
    """Staff who take part, else whoever answers for the thing; and of clients everybody who does now (C7, u11)."""
    ana, bo, cleo = (agency.person(name) for name in ("Ana", "Bo", "Cleo"))
    acme = agency.company("Acme", bo)
    agency.share(agency.relaunch, cleo)
    agency.kit.shares.follow(agency.relaunch, agency.person("Blind"), by=agency.maria)
    opened = talk(agency, ana, acme, with_followers=True)
    talks = agency.kit.conversations

    def heard(audience: Audience, by: Staff | System) -> list[tuple[str, ReachWay | None]]:
        found = talks.recipients(opened, audience=audience, by=by)
        return [(each.name or each.party, None if each.reach is None else each.reach.way) for each in found]

    clients = [("Ana", ReachWay.MAIL), ("Bo", ReachWay.MAIL), ("Cleo", ReachWay.MAIL)]

    assert clients == sorted(heard(Audience.CLIENT, agency.maria), key=lambda each: each[0])
    assert [] == heard(Audience.INTERNAL, agency.maria)
    assert [("staff:maria", None)] == heard(Audience.INTERNAL, agency.ben)
    talks.leave(opened, by=agency.maria)
    agency.kit.catalog.put(agency.relaunch, title="R", client_title="R", owner=Staff("boss"), by=agency.root)

    assert [("staff:boss", None)] == heard(Audience.INTERNAL, agency.maria)
    for missing in (None, "client"):
        with pytest.raises(errors.InvalidInputError):
            talks.recipients(opened, audience=wrong(missing), by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        talks.recipients(opened, audience=Audience.CLIENT, by=wrong(ana))


def test_who_is_told_is_asked_at_the_moment_of_telling(agency: Agency) -> None:
    """Nobody hears of what they wrote, what is not settled or gone, or after they left; of notes only staff (p44)."""
    agency = unhurried(agency)
    ana, bo, cleo = (agency.person(name) for name in ("Ana", "Bo", "Cleo"))
    opened = talk(agency, ana, bo)
    agency.kit.conversations.add_participant(opened, cleo, history=HistoryPolicy.NONE, by=agency.maria)
    said, hidden, slip = reply(agency, opened, "a", ana), note(agency, opened, "b"), reply(agency, opened, "c")
    agency.kit.conversations.undo(slip, by=agency.maria)

    def told(message: Message) -> dict[str, bool]:
        wiring = agency.kit._wiring
        parties = [ana.key, bo.key, cleo.key, agency.maria.key, agency.ben.key]
        with wiring.reading() as unit:
            found = {party: hearing_of(wiring, unit, party, message.id) for party in parties}
        return {party: hearing.shown for party, hearing in found.items() if hearing.told}

    assert {} == told(said)
    agency.clock.advance(WINDOW)

    assert {bo.key: True, cleo.key: False, agency.maria.key: True, agency.ben.key: True} == told(said)
    assert {agency.ben.key: True} == told(hidden)
    assert {} == told(slip)
    agency.kit.conversations.leave(opened, by=bo)
    agency.kit.people.update(cleo, messaging=False, by=agency.maria)

    assert {agency.maria.key, agency.ben.key} == told(said).keys()


def test_the_plan_of_the_host(agency: Agency) -> None:
    """Where the plan has no messages nobody writes to clients, and staff read why; notes go on (D6)."""
    asked: list[tuple[str, str]] = []
    answers: list[Any] = [True]

    def allows(tenant: TenantId, feature: str, /) -> Any:  # noqa: ANN401  # good answers and bad ones
        asked.append((tenant, feature))
        answer = answers[-1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    limited = kit(
        records=agency.records, clock=agency.clock, kinds=[project_kind()], secret_keys=[KEY], plan_allows=allows
    )
    planned = Agency(kit=limited, records=agency.records, clock=agency.clock, loads=agency.loads)
    ana = planned.person("Ana")
    opened = talk(planned, ana)
    answers.append(Decision(allowed=False, reason="Messages come with the Enterprise plan."))
    reach = limited.conversations.reach(ana, by=agency.maria)

    assert ("default", "messaging") == asked[-1]
    assert (ReachWay.DETAILS, ReachReason.PLAN) == (reach.way, reach.reason)
    assert "Messages come with the Enterprise plan." == reach.words == limited.conversations.plan().reason
    for by in (agency.maria, ana):
        with pytest.raises(errors.MessagingRefusedError) as refused:
            reply(planned, opened, "Hello", by)

        assert ("plan", reach.words) == (refused.value.reason, refused.value.words)
    with pytest.raises(errors.MessagingRefusedError):
        talk(planned)
    note(planned, opened, "We should upgrade")

    assert ["We should upgrade"] == texts(planned, opened, agency.maria)
    for broken in (RuntimeError("no plan"), "yes", None, 1):
        answers.append(broken)
        with pytest.raises(errors.DirectoryError):
            reply(planned, opened, "Hello")


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


def test_what_is_not_there(agency: Agency) -> None:
    """Unknown ids, people and things, and those of another tenant, are not found by any verb."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    said = reply(agency, opened, "Hello")
    talks, elsewhere = agency.kit.conversations, agency.kit.for_tenant("other").conversations

    acts: list[Any] = [
        lambda: talk(agency, Contact("nobody")),
        lambda: talk(agency, Organization("nobody")),
        lambda: talk(agency, ana, about=ResourceRef("project", "none")),
        lambda: talks.thread(NOWHERE, by=agency.maria),
        lambda: talks.promote(UNKNOWN, reason="r", by=agency.maria),
        lambda: talks.undo(UNKNOWN, by=agency.maria),
        lambda: talks.mark_read(opened, by=ana, up_to=UNKNOWN),
        lambda: talks.leave(opened, by=agency.ben),
        lambda: talks.remove_participant(opened, agency.ben, by=agency.maria),
        lambda: talks.reach(Contact("nobody"), by=agency.maria),
        lambda: elsewhere.thread(opened, by=agency.maria),
        lambda: elsewhere.thread(opened.id, by=agency.root),
        lambda: elsewhere.undo(said, by=agency.maria),
        lambda: elsewhere.open_attachment(said.id, 1, by=agency.root),
        lambda: elsewhere.post(opened, "x", audience=Audience.CLIENT, by=agency.root),
    ]
    before = agency.everything()
    for act in acts:
        with pytest.raises(errors.NotFoundError):
            act()

    assert before == agency.everything()
    assert Decision(allowed=False, reason="absent") == talks.decide(agency.maria, NOWHERE)


def test_merged_contacts_have_talked_as_one(agency: Agency) -> None:
    """Who turned out to be another reads what either read, and has written what either wrote."""
    ana, double = agency.person("Ana"), agency.person("Double")
    one, two = talk(agency, double, subject="one", requester=double), talk(agency, ana, double, subject="two")
    reply(agency, one, "from the double", double)
    reply(agency, two, "from Ana", ana)
    agency.kit.conversations.remove_participant(two, ana, by=agency.maria)
    agency.kit.conversations.mark_read(one, by=double)

    agency.kit.people.merge(double, into=ana, by=agency.root)
    (shown,) = agency.kit.conversations.thread(one, by=ana).messages

    assert (True, "Ana") == (shown.mine, shown.author_name)
    assert ["from Ana"] == texts(agency, two, ana)
    assert ana.key == agency.kit.conversations.get(one.id, by=agency.maria).requester
    assert 0 == agency.kit.conversations.unread(ana)
    with pytest.raises(errors.NotFoundError):
        texts(agency, one, double)


def test_a_reader_that_is_no_person_is_nobody(agency: Agency) -> None:
    """Whoever holds a link takes part in nothing."""
    from sharekit import LinkHolder

    opened: Conversation = talk(agency, agency.person("Ana"))

    with pytest.raises(errors.NotFoundError):
        agency.kit.conversations.thread(opened, by=LinkHolder("x" * 28))
    with pytest.raises(errors.InvalidInputError):
        agency.kit.conversations.visible(wrong("ana"))
