"""
Who reads which message: one policy with three faces.

`judge_message` decides on facts, `readable` compiles the same to a condition of a list, and the reasons explain.
A client reads the messages for clients that lie in a stretch that they were given, while they take part, once these
are settled; their own at once. A note is for staff, whatever else says otherwise. What is not known is denied.
"""

import enum
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime

import attrs

from sharekit.ids import ConversationId
from sharekit.ports import AllOf, AnyOf, Condition, Eq, In, InSelect, IsNull, Not, Range, Select
from sharekit.records.catalog import Audience
from sharekit.records.conversations import (
    ConversationKeys,
    HistoryPolicy,
    Message,
    MessageKeys,
    Participant,
    ParticipantKeys,
    Span,
)
from sharekit.records.decisions import Decision
from sharekit.records.parties import Organization

__all__ = [
    "Seat",
    "Standing",
    "TalkReason",
    "added_spans",
    "closed_spans",
    "judge_message",
    "judge_talk",
    "narrower",
    "readable",
    "takes_part",
    "united_spans",
]


class TalkReason(enum.StrEnum):
    """Why somebody may read or write, or may not. Staff and logs are told; a client never is."""

    STAFF = "staff-of-context"
    PARTICIPANT = "takes-part"
    ORGANIZATION = "organization-takes-part"
    FOLLOWER = "follows"
    AUTHOR = "wrote-it"

    NO_RIGHT = "no-right-on-context"
    NO_PART = "takes-no-part"
    NOTE = "note"
    NOT_SETTLED = "not-settled"
    NOT_SHOWN = "not-shown"
    """It lies outside the history that they were given."""
    ELSEWHERE = "another-conversation"


@attrs.frozen(kw_only=True)
class Seat:
    """
    One way by which a client takes part.

    Attributes:
        reason: Which.
        spans: The messages for clients that it shows.
        selected: Others that it shows besides, by number.
        since: Since when, or None for ever; of what was written earlier, and is not shown, they are not even told.
    """

    reason: TalkReason
    spans: tuple[Span, ...] = ()
    selected: tuple[int, ...] = ()
    since: datetime | None = None

    @classmethod
    def of(cls, participant: Participant) -> "Seat":
        """Return the seat of somebody who takes part."""
        theirs = participant.party.startswith(f"{Organization.type}:")
        return cls(
            reason=TalkReason.ORGANIZATION if theirs else TalkReason.PARTICIPANT,
            spans=participant.spans,
            selected=participant.selected,
            since=participant.added_at,
        )

    def was_there(self, moment: datetime) -> bool:
        """Say whether they took part by it then."""
        return self.since is None or self.since <= moment

    def shows(self, number: int) -> bool:
        """Say whether it shows the message for clients of this number."""
        return number in self.selected or any(span.holds(number) for span in self.spans)


@attrs.frozen(kw_only=True)
class Standing:
    """
    What decides about one person and one conversation.

    Attributes:
        conversation: The id of the conversation.
        party: The key of the person.
        staff: Whether they are staff, or the host's machinery.
        entitled: Whether they have the right on its context that staff need.
        seats: The ways by which a client takes part now.
        now: The instant.
    """

    conversation: ConversationId
    party: str
    staff: bool
    entitled: bool = False
    seats: tuple[Seat, ...] = ()
    now: datetime


def judge_talk(standing: Standing) -> Decision:
    """Decide whether somebody may know of a conversation, and write in it."""
    if standing.staff:
        return Decision(standing.entitled, TalkReason.STAFF if standing.entitled else TalkReason.NO_RIGHT)
    if not standing.seats:
        return Decision(allowed=False, reason=TalkReason.NO_PART)
    return Decision(allowed=True, reason=standing.seats[0].reason)


def judge_message(standing: Standing, message: Message) -> Decision:
    """Decide whether somebody may read a message, and everything in it."""
    if message.conversation != standing.conversation:
        return Decision(allowed=False, reason=TalkReason.ELSEWHERE)
    entry = judge_talk(standing)
    if standing.staff or not entry:
        return entry
    number = message.client_number
    if message.audience is not Audience.CLIENT or number is None:
        return Decision(allowed=False, reason=TalkReason.NOTE)
    if message.author == standing.party:
        return Decision(allowed=True, reason=TalkReason.AUTHOR)
    if not message.is_settled(standing.now):
        return Decision(allowed=False, reason=TalkReason.NOT_SETTLED)
    seat = next((seat for seat in standing.seats if seat.shows(number)), None)
    if seat is None:
        return Decision(allowed=False, reason=TalkReason.NOT_SHOWN)
    return Decision(allowed=True, reason=seat.reason)


def readable(standing: Standing) -> Condition:
    """Return the condition that exactly those messages meet that `judge_message` lets them read."""
    here = Eq(MessageKeys.CONVERSATION, standing.conversation)
    if not judge_talk(standing):
        return AnyOf(())
    if standing.staff:
        return here
    shown = AllOf((Range(MessageKeys.SETTLED_AT, at_most=standing.now), AnyOf(_shown(standing.seats))))
    own = Eq(MessageKeys.AUTHOR, standing.party)
    return AllOf((here, Not(IsNull(MessageKeys.CLIENT_NUMBER)), AnyOf((own, shown))))


def _shown(seats: Iterable[Seat]) -> Iterator[Condition]:
    for seat in seats:
        for span in seat.spans:
            yield Range(MessageKeys.CLIENT_NUMBER, above=span.above, at_most=span.to)
        if seat.selected:
            yield In(MessageKeys.CLIENT_NUMBER, seat.selected)


def takes_part(
    contact: str, organizations: Collection[str], confidential: AbstractSet[str], followed: Collection[str]
) -> Condition:
    """
    Return the condition of the conversations in which a client takes part.

    Args:
        contact: The client's key.
        organizations: The keys of the organisations that count for them.
        confidential: The kinds that are never reached through an organisation.
        followed: The nodes that they follow, and may view.
    """
    ways: list[Condition] = [_joined([contact])]
    if organizations:
        openly = Not(In(ConversationKeys.TOPIC, sorted(confidential)))
        ways.append(AllOf((openly, _joined(sorted(organizations)))))
    if followed:
        ways.append(In(ConversationKeys.FOLLOWED, sorted(followed)))
    return AnyOf(ways)


def _joined(parties: list[str]) -> Condition:
    present = AllOf((In(ParticipantKeys.PARTY, parties), Eq(ParticipantKeys.PRESENT, value=True)))
    return InSelect("id", Select(ParticipantKeys.KIND, ParticipantKeys.CONVERSATION, present))


def narrower(audience: Audience, of: Audience) -> Audience:
    """Return whom an answer is for: never more people than what it answers."""
    return Audience.CLIENT if audience is of is Audience.CLIENT else Audience.INTERNAL


def closed_spans(spans: Iterable[Span], latest: int) -> tuple[Span, ...]:
    """Return what somebody was shown who takes part no more, the latest message that they could read being this."""
    return united_spans(Span(span.above, latest if span.to is None else span.to) for span in spans)


def added_spans(before: Iterable[Span], history: HistoryPolicy, latest: int) -> tuple[Span, ...]:
    """
    Return the stretches of somebody who is added, or added again.

    What they were shown before stays; what was written while they were away is shown by FULL alone.
    """
    kept = closed_spans(before, latest)
    if history is HistoryPolicy.NONE:
        return kept
    return united_spans((*kept, Span(0 if history is HistoryPolicy.FULL else latest)))


def united_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same messages by as few stretches as can be, in order."""
    united: list[Span] = []
    for span in sorted(spans, key=lambda each: each.above):
        if span.to is not None and span.to <= span.above:
            continue
        last = united[-1] if united else None
        if last is None or (last.to is not None and last.to < span.above):
            united.append(span)
        elif last.to is not None:
            united[-1] = Span(last.above, None if span.to is None else max(last.to, span.to))
    return tuple(united)
