"""What late joiners see: chosen when they are added, said before, and stable under removal and adding again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import Contact, Decision, Staff, errors, signals
from sharekit.ids import ConversationId, MessageId
from sharekit.policies.conversations import (
    Seat,
    Standing,
    TalkReason,
    added_spans,
    closed_spans,
    judge_message,
    united_spans,
)
from sharekit.records.conversations import Conversation, HistoryPolicy, Span
from sharekit.records.documents import Upload
from sharekit.records.events import ParticipantAdded
from sharekit.records.threads import HistoryPreview
from tests.features._talks import note, reply, talk, texts, unhurried
from tests.features.conftest import Agency, wrong

NONE, FROM_JOIN, FULL, SELECTED = HistoryPolicy


def begun(agency: Agency) -> tuple[Contact, Conversation]:
    """Return a conversation with somebody, in which three replies and a note were written, one reply with two files."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    reply(agency, opened, "one", files=[Upload("a.txt", b"first\n"), Upload("b.txt", b"second\n")])
    note(agency, opened, "careful", attachments=[Upload("n.txt", b"for us\n")])
    reply(agency, opened, "two", ana)
    reply(agency, opened, "three")
    return ana, opened


def add(agency: Agency, opened: Conversation, contact: Contact, history: HistoryPolicy, *messages: object) -> None:
    """Have somebody take part."""
    agency.kit.conversations.add_participant(
        opened, contact, history=history, messages=wrong(messages), by=agency.maria
    )


def take(agency: Agency, opened: Conversation, contact: Contact) -> None:
    """Have somebody take part no more."""
    agency.kit.conversations.remove_participant(opened, contact, by=agency.maria)


def preview(agency: Agency, opened: Conversation, contact: Contact, history: HistoryPolicy) -> HistoryPreview:
    """Say what adding somebody would reveal."""
    return agency.kit.conversations.preview_history(opened, contact, history=history, by=agency.maria)


@pytest.mark.parametrize(
    ("history", "before", "after"),
    [
        (NONE, [], []),
        (FROM_JOIN, [], ["four"]),
        (FULL, ["one", "two", "three"], ["one", "two", "three", "four"]),
    ],
)
def test_each_policy_shows_what_it_says(
    agency: Agency, history: HistoryPolicy, before: list[str], after: list[str]
) -> None:
    """Nothing, what is written from now on, or everything: never a note (b13, B3)."""
    _, opened = begun(agency)
    bo = agency.person("Bo")
    told = preview(agency, opened, bo, history)
    add(agency, opened, bo, history)

    assert before == texts(agency, opened, bo)
    assert (len(before), 3, 2 if before else 0) == (told.sees, told.of, told.files)
    assert bool(after) is told.follows
    reply(agency, opened, "four")
    note(agency, opened, "more care")

    assert after == texts(agency, opened, bo)
    assert len(after) == agency.kit.conversations.thread(opened, by=bo).unread
    assert [opened.id] == [item.conversation for item in agency.kit.conversations.visible(bo).items]


def test_staff_choose_message_by_message(agency: Agency) -> None:
    """Those, and what is written from now on; a note cannot be chosen, nor a message of another conversation."""
    ana, opened = begun(agency)
    bo = agency.person("Bo")
    shown = agency.kit.conversations.thread(opened, by=agency.maria).messages
    other = reply(agency, talk(agency, ana), "elsewhere")
    refused: list[tuple[Any, type[errors.SharekitError]]] = [
        ((), errors.InvalidInputError),
        ((shown[1].id,), errors.InvalidInputError),
        ((other,), errors.NotFoundError),
        ((MessageId("z" * 28),), errors.NotFoundError),
    ]
    before = agency.everything()
    for messages, error in refused:
        with pytest.raises(error):
            add(agency, opened, bo, SELECTED, *messages)

    assert before == agency.everything()
    add(agency, opened, bo, SELECTED, shown[2].id)
    reply(agency, opened, "four")

    assert ["two", "four"] == texts(agency, opened, bo)


def test_what_would_be_revealed_is_said_before_and_on_record(agency: Agency) -> None:
    """Counts of messages and files, without those that they can read already (b12)."""
    _, opened = begun(agency)
    bo = agency.person("Bo")
    heard: list[ParticipantAdded] = []
    before = agency.everything()
    told = preview(agency, opened, bo, FULL)

    assert before == agency.everything()
    assert (
        HistoryPreview(party=bo.key, name="Bo", history=FULL, sees=3, of=3, files=2, revealed=3, follows=True) == told
    )
    with signals.participant_added.connected(heard.append):
        add(agency, opened, bo, FROM_JOIN)
        reply(agency, opened, "four")
        again = preview(agency, opened, bo, FULL)
        add(agency, opened, bo, FULL)

    assert (4, 4, 3) == (again.sees, again.of, again.revealed)
    assert [(FROM_JOIN, 0, 0), (FULL, 3, 2)] == [(event.history, event.revealed, event.files) for event in heard]
    assert [FULL] == [
        each.history for each in agency.kit.conversations.participants(opened, by=agency.maria) if each.party == bo.key
    ]


def test_adding_somebody_again_widens_nothing(agency: Agency) -> None:
    """What was written while they were away stays unseen, and what they were shown stays shown (b13)."""
    _, opened = begun(agency)
    bo = agency.person("Bo")
    add(agency, opened, bo, FROM_JOIN)
    reply(agency, opened, "four")
    take(agency, opened, bo)
    reply(agency, opened, "five")
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, bo)

    assert Decision(allowed=False, reason="takes-no-part") == agency.kit.conversations.decide(bo, opened)
    add(agency, opened, bo, NONE)

    assert ["four"] == texts(agency, opened, bo)
    add(agency, opened, bo, FROM_JOIN)
    reply(agency, opened, "six")

    assert ["four", "six"] == texts(agency, opened, bo)
    take(agency, opened, bo)
    add(agency, opened, bo, FULL)

    assert ["one", "two", "three", "four", "five", "six"] == texts(agency, opened, bo)


def test_who_takes_part_already_can_be_shown_more(agency: Agency) -> None:
    """The same again is not even noted; more is, with how much, and less is only of what comes."""
    _, opened = begun(agency)
    bo = agency.person("Bo")
    talks = agency.kit.conversations
    first = talks.add_participant(opened, bo, history=FROM_JOIN, by=agency.maria)
    reply(agency, opened, "four")
    before, heard = agency.kit.audit.entries(limit=1000), list[ParticipantAdded]()
    same = talks.add_participant(opened, bo, history=FROM_JOIN, by=agency.maria)

    assert (first, before) == (same, agency.kit.audit.entries(limit=1000))
    with signals.participant_added.connected(heard.append):
        more = talks.add_participant(opened, bo, history=FULL, by=agency.root)
        less = talks.add_participant(opened, bo, history=NONE, by=agency.root)
    reply(agency, opened, "five")

    assert [(3, True), (0, True)] == [(event.revealed, event.present) for event in heard]
    assert [(first.added_at, first.added_by)] * 2 == [(each.added_at, each.added_by) for each in (more, less)]
    assert ["one", "two", "three", "four"] == texts(agency, opened, bo)


def test_who_was_removed_reads_nothing(agency: Agency) -> None:
    """No thread, list, file, search, or place in a list; also not what they wrote themselves (R-AUTH-4)."""
    ana, opened = begun(agency)
    first = agency.kit.conversations.thread(opened, by=ana).messages[0]
    take(agency, opened, ana)
    talks = agency.kit.conversations

    acts: list[Any] = [
        lambda: talks.thread(opened, by=ana),
        lambda: talks.open_attachment(first.id, 1, by=ana),
        lambda: talks.look_at_attachment(first.id, 1, by=ana),
        lambda: talks.mark_read(opened, by=ana),
        lambda: talks.leave(opened, by=ana),
        lambda: reply(agency, opened, "still here", ana),
    ]
    for act in acts:
        with pytest.raises(errors.NotFoundError):
            act()

    assert () == talks.visible(ana).items == talks.visible(ana, search="two").items
    assert 0 == talks.unread(ana)


def test_two_ways_show_what_either_shows(agency: Agency) -> None:
    """By oneself from the join on, by an organisation everything; without the organisation, one's own part is left."""
    _, opened = begun(agency)
    bo = agency.person("Bo")
    acme = agency.company("Acme", bo)
    add(agency, opened, bo, FROM_JOIN)
    agency.kit.conversations.add_participant(opened, acme, history=FULL, by=agency.maria)
    reply(agency, opened, "four")

    assert ["one", "two", "three", "four"] == texts(agency, opened, bo)
    agency.kit.people.leave(bo, acme, by=agency.maria)

    assert ["four"] == texts(agency, opened, bo)


def test_what_is_not_settled_is_written_from_now_on(agency: Agency) -> None:
    """What may still be taken back is no part of the past that is counted, and is seen once it is settled."""
    agency = unhurried(agency)
    ana, bo = agency.person("Ana"), agency.person("Bo")
    opened = talk(agency, ana)
    reply(agency, opened, "pending")
    told = preview(agency, opened, bo, FROM_JOIN)
    add(agency, opened, bo, FROM_JOIN)

    assert (0, 0) == (told.sees, told.of)
    assert [] == texts(agency, opened, bo)
    agency.clock.advance(agency.kit._wiring.undo_window)

    assert ["pending"] == texts(agency, opened, bo)


def test_who_may_say_who_takes_part(agency: Agency) -> None:
    """Whoever started it, and who may share what it is about; never a client (u11)."""
    ana = agency.person("Ana")
    bo = agency.person("Bo")
    agency.kit.catalog.put(agency.relaunch, title="R", client_title="R", owner=Staff("boss"), by=agency.root)
    opened = talk(agency, ana)

    for by, error in ((agency.ben, errors.NotAllowedError), (ana, errors.NotAllowedError)):
        with pytest.raises(error):
            agency.kit.conversations.add_participant(opened, bo, history=FULL, by=by)
        with pytest.raises(error):
            agency.kit.conversations.remove_participant(opened, ana, by=by)
        with pytest.raises(error):
            agency.kit.conversations.preview_history(opened, bo, history=FULL, by=by)
    agency.kit.conversations.add_participant(opened, bo, history=FULL, by=Staff("boss"))
    agency.kit.conversations.add_participant(opened, agency.ben, history=FULL, by=agency.maria)

    assert {ana.key, bo.key, agency.ben.key, agency.maria.key} == {
        each.party for each in agency.kit.conversations.participants(opened, by=agency.maria)
    }


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"history": None}, "history"),
        ({"history": "full"}, "history"),
        ({"party": "ana"}, "party"),
        ({"party": None}, "party"),
        ({"messages": "abc"}, "messages"),
        ({"messages": 5}, "messages"),
        ({"messages": [MessageId("m" * 28)]}, "messages"),
        ({"history": SELECTED}, "messages"),
        ({"history": SELECTED, "messages": [5]}, "messages"),
        ({"by": "maria"}, "by"),
        ({"conversation": None}, "conversation"),
    ],
)
def test_a_bad_choice_writes_nothing(agency: Agency, options: dict[str, Any], field: str) -> None:
    """The error names the argument, also of a preview."""
    _, opened = begun(agency)
    chosen: dict[str, Any] = {
        "conversation": opened,
        "party": agency.person("Bo"),
        "history": FULL,
        "by": agency.maria,
    } | options
    before = agency.everything()

    for act in (agency.kit.conversations.add_participant, agency.kit.conversations.preview_history):
        with pytest.raises(errors.InvalidInputError) as refused:
            act(**chosen)

        assert field == refused.value.field
    assert before == agency.everything()


moves = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([NONE, FROM_JOIN, FULL])),
    st.just(("remove", None)),
    st.just(("write", None)),
)


@given(story=st.lists(moves, max_size=25))
def test_spans_are_what_the_words_say(story: list[tuple[str, HistoryPolicy | None]]) -> None:
    """Against a set of numbers kept by hand: what is shown once stays, and grows by what the policy names alone."""
    spans: tuple[Span, ...] = ()
    shown: set[int] = set()
    latest, follows = 0, False
    for verb, history in story:
        if verb == "write":
            latest += 1
            shown |= {latest} if follows else set()
        elif verb == "remove":
            spans, follows = closed_spans(spans, latest), False
        elif history is not None:
            spans, follows = added_spans(spans, history, latest), history is not NONE
            shown |= set(range(1, latest + 1)) if history is FULL else set()

        assert shown == {number for number in range(1, latest + 1) if any(span.holds(number) for span in spans)}
        assert follows is any(span.holds(latest + 1) for span in spans)
        assert spans == united_spans(spans)


def test_a_seat_of_another_conversation_is_none(agency: Agency) -> None:
    """A message is judged by what decides about its own conversation (R-AUTH-3)."""
    said = reply(agency, talk(agency, agency.person("Ana")), "Hello")
    standing = Standing(
        conversation=ConversationId("c" * 28),
        party="contact:x",
        staff=False,
        seats=(Seat(reason=TalkReason.PARTICIPANT, spans=(Span(0),)),),
        now=agency.clock.now(),
    )

    assert Decision(allowed=False, reason="another-conversation") == judge_message(standing, said)
