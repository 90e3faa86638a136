"""
Gathers what decides about people and conversations, and asks the policy (R-AUTH-1).

Every reading, writing, listing and download goes through `standing_in`: memberships, rights and seats are asked
for at that moment, and nothing of the answer is kept.
"""

from collections.abc import Sequence

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, STAFF
from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE, PARTICIPANT
from sharekit.codec.kinds_of_sharing import FOLLOW
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.features._access_facts import client_facts, scope_of, settings_of, viewer_of
from sharekit.features._facts import chain_of, rights_on
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import Viewer, judge
from sharekit.policies.conversations import Seat, Standing, TalkReason, judge_message, judge_talk, takes_part
from sharekit.policies.staff import ADMIN, is_barred
from sharekit.ports import AllOf, Condition, Eq, IsNull, Not, OrderBy, Range
from sharekit.records.catalog import CatalogEntry
from sharekit.records.conversations import (
    Conversation,
    ConversationKeys,
    Message,
    MessageKeys,
    Participant,
    ParticipantKeys,
    Span,
    participant_id,
)
from sharekit.records.decisions import Action
from sharekit.records.grants import FollowKeys, follow_id
from sharekit.records.parties import Contact, Principal, Right, Staff, System

__all__ = [
    "Reader",
    "context_of",
    "entitled",
    "find_conversation",
    "find_message",
    "hold",
    "hosting_right",
    "may_view",
    "open_to",
    "part_of",
    "participants_of",
    "present_in",
    "readable_message",
    "reader_of",
    "require_entitled",
    "settled_number",
    "standing_in",
]


@attrs.frozen
class Reader:
    """
    Somebody who reads, as they are now.

    Attributes:
        principal: Who.
        viewer: What policies know of a client; None of staff, and of a client who is not active.
    """

    principal: Principal
    viewer: Viewer | None = None

    @property
    def is_staff(self) -> bool:
        """Whether they are staff, or the host's machinery."""
        return isinstance(self.principal, Staff | System)

    @property
    def organizations(self) -> tuple[str, ...]:
        """The keys of the organisations that count for a client now."""
        return () if self.viewer is None else tuple(sorted(each.key for each in self.viewer.organizations))


def reader_of(wiring: Wiring, unit: Unit, by: object) -> Reader:
    """Return who reads; refuse anybody but staff, the host's machinery and contacts."""
    if not isinstance(by, Principal):
        raise InvalidInputError("by", "needs the principal who acts")
    if isinstance(by, Contact):
        return Reader(by, viewer_of(wiring, unit, by, settings_of(unit)))
    if isinstance(by, Staff | System):
        return Reader(by)
    raise NotFoundError(CONVERSATION.name)


def find_conversation(unit: Unit, conversation: object) -> Conversation:
    """Return a conversation as it is now; raise `NotFoundError` when there is none."""
    id_ = _id_of(unit, conversation)
    found = unit.get(CONVERSATION, id_)
    if found is None:
        raise NotFoundError(CONVERSATION.name, id_)
    return found


def hold(unit: Unit, conversation: object) -> None:
    """
    Take hold of a conversation's row before it is read, for what is made to depend on how it is now.

    Of several who write at the same time, each waits for the one before, and then reads what that one left.
    """
    unit.bump(CONVERSATION, _id_of(unit, conversation), ConversationKeys.TURNS, None)


def _id_of(unit: Unit, conversation: object) -> str:
    if isinstance(conversation, Conversation):
        if conversation.tenant != unit.tenant:
            raise NotFoundError(CONVERSATION.name, conversation.id)
        return conversation.id
    if not isinstance(conversation, str):
        raise InvalidInputError("conversation", "needs a Conversation or its id")
    return conversation


def find_message(unit: Unit, message: object, *, field: str = "message") -> Message:
    """Return a message; raise `NotFoundError` when there is none."""
    if isinstance(message, Message):
        if message.tenant != unit.tenant:
            raise NotFoundError(MESSAGE.name, message.id)
        message = message.id
    if not isinstance(message, str):
        raise InvalidInputError(field, "needs a Message or its id")
    found = unit.get(MESSAGE, message)
    if found is None:
        raise NotFoundError(MESSAGE.name, message)
    return found


def context_of(unit: Unit, conversation: Conversation) -> tuple[CatalogEntry, ...]:
    """Return the entry of what a conversation is about, and each container above it; empty when that is gone."""
    if conversation.about is None:
        return ()
    chain = chain_of(unit, conversation.about)
    # What was put under the same id since is another thing, whose owner has no say here.
    return chain if chain and chain[0].incarnation == conversation.incarnation else ()


def entitled(wiring: Wiring, unit: Unit, by: Principal, conversation: Conversation, right: Right) -> bool:
    """
    Say whether staff have a right on the context of a conversation.

    Where it is about nothing, those have it who take part, who started it, and admins.
    """
    if isinstance(by, System):
        return True
    if not isinstance(by, Staff):
        return False
    if conversation.about is not None:
        return right in rights_on(wiring, unit, by, conversation.about, context_of(unit, conversation))
    profile = unit.get(STAFF, by.id)
    if is_barred(profile):
        return False
    if conversation.created_by == by.key or (profile is not None and ADMIN in profile.roles):
        return True
    row = unit.get(PARTICIPANT, participant_id(unit.tenant, conversation.id, by.key))
    return row is not None and row.present


def require_entitled(wiring: Wiring, unit: Unit, by: Principal, conversation: Conversation, right: Right) -> None:
    """Raise `NotAllowedError` unless staff have this right on the context of a conversation."""
    if not entitled(wiring, unit, by, conversation, right):
        raise NotAllowedError(f"needs-{right}")


def hosting_right(by: Principal, conversation: Conversation) -> Right:
    """Return the right by which staff say who takes part: less is asked of who started a conversation."""
    started = conversation.created_by == by.key or conversation.about is None
    return Right.VIEW if started else Right.SHARE


def standing_in(wiring: Wiring, unit: Unit, reader: Reader, conversation: Conversation) -> Standing:
    """Return what decides about somebody and a conversation now."""
    by = reader.principal
    if reader.is_staff:
        may = entitled(wiring, unit, by, conversation, Right.VIEW)
        return Standing(conversation=conversation.id, party=by.key, staff=True, entitled=may, now=unit.now)
    seats = () if reader.viewer is None else _seats(wiring, unit, reader, reader.viewer, conversation)
    return Standing(conversation=conversation.id, party=by.key, staff=False, seats=seats, now=unit.now)


def _seats(wiring: Wiring, unit: Unit, reader: Reader, viewer: Viewer, conversation: Conversation) -> tuple[Seat, ...]:
    parties = _parties(reader, viewer, conversation)
    rows = unit.get_many(PARTICIPANT, [participant_id(unit.tenant, conversation.id, party) for party in parties])
    seats = [Seat.of(row) for row in rows if row.present]
    seats.sort(key=lambda seat: seat.reason is TalkReason.ORGANIZATION)
    following = _seat_of_follower(wiring, unit, reader, viewer, conversation)
    return tuple(seats) if following is None else (*seats, following)


def _parties(reader: Reader, viewer: Viewer, conversation: Conversation) -> tuple[str, ...]:
    if conversation.about is not None and conversation.about.kind in viewer.confidential:
        return (viewer.contact.key,)
    return (viewer.contact.key, *reader.organizations)


def _seat_of_follower(
    wiring: Wiring, unit: Unit, reader: Reader, viewer: Viewer, conversation: Conversation
) -> Seat | None:
    node = conversation.followed
    if node is None:
        return None
    ids = [follow_id(unit.tenant, node, party) for party in _parties(reader, viewer, conversation)]
    since = min((follow.since for follow in unit.get_many(FOLLOW, ids)), default=None)
    chain = context_of(unit, conversation)
    if since is None or not chain or not may_view(wiring, unit, viewer, chain[0]):
        return None
    earlier = AllOf((Range(MessageKeys.SETTLED_AT, at_most=since), _for_clients(conversation)))
    last = unit.find(MESSAGE, earlier, order=OrderBy(MessageKeys.CLIENT_NUMBER, descending=True), limit=1)
    above = (last[0].client_number or 0) if last else 0
    return Seat(reason=TalkReason.FOLLOWER, spans=(Span(above),), since=since)


def may_view(wiring: Wiring, unit: Unit, viewer: Viewer, entry: CatalogEntry) -> bool:
    """Say whether a client may view a thing now."""
    scope = scope_of(wiring, settings_of(unit))
    return judge(scope, Action.VIEW, client_facts(wiring, unit, scope, viewer, entry)).allowed


def part_of(wiring: Wiring, unit: Unit, reader: Reader) -> Condition:
    """Return the condition of the conversations in which a client takes part now."""
    viewer = reader.viewer
    if viewer is None:
        return takes_part(reader.principal.key, (), frozenset(), ())
    parties = [viewer.contact.key, *reader.organizations]
    follows = [follow for party in parties for follow in unit.find(FOLLOW, Eq(FollowKeys.PARTY, party))]
    entries = {entry.node: entry for entry in unit.get_many(CATALOG_ENTRY, sorted({each.ref.key for each in follows}))}
    nodes = [node for node in {each.node for each in follows} if node in entries]
    seen = [node for node in nodes if may_view(wiring, unit, viewer, entries[node])]
    return takes_part(viewer.contact.key, reader.organizations, viewer.confidential, seen)


def open_to(wiring: Wiring, unit: Unit, by: object, conversation: object) -> tuple[Conversation, Reader, Standing]:
    """
    Return a conversation that somebody may know of, with what decides about them.

    Raises:
        NotFoundError: There is none, or a client takes no part in it: to them these are the same.
        NotAllowedError: A member of staff lacks the right on its context.
    """
    reader = reader_of(wiring, unit, by)
    found = find_conversation(unit, conversation)
    standing = standing_in(wiring, unit, reader, found)
    if not judge_talk(standing):
        if reader.is_staff:
            raise NotAllowedError(f"needs-{Right.VIEW}")
        raise NotFoundError(CONVERSATION.name, found.id)
    return found, reader, standing


def readable_message(
    wiring: Wiring, unit: Unit, by: object, message: object, *, field: str = "message"
) -> tuple[Message, Conversation, Reader]:
    """Return a message that somebody may read; every other one is not there for a client."""
    reader = reader_of(wiring, unit, by)
    found = find_message(unit, message, field=field)
    conversation = find_conversation(unit, found.conversation)
    standing = standing_in(wiring, unit, reader, conversation)
    if not judge_message(standing, found):
        if reader.is_staff:
            raise NotAllowedError(f"needs-{Right.VIEW}")
        raise NotFoundError(MESSAGE.name, found.id)
    return found, conversation, reader


def participants_of(unit: Unit, conversation: Conversation) -> list[Participant]:
    """Return everybody who takes part, or did, in the order in which they were added."""
    found = unit.find(PARTICIPANT, Eq(ParticipantKeys.CONVERSATION, conversation.id))
    return sorted(found, key=lambda each: (each.added_at, each.party))


def present_in(unit: Unit, conversation: Conversation) -> Sequence[Participant]:
    """Return who takes part now."""
    return [each for each in participants_of(unit, conversation) if each.present]


def settled_number(unit: Unit, conversation: Conversation) -> int:
    """Return the client's number of the latest message that clients may read; 0 when there is none."""
    settled = AllOf((Range(MessageKeys.SETTLED_AT, at_most=unit.now), _for_clients(conversation)))
    last = unit.find(MESSAGE, settled, order=OrderBy(MessageKeys.CLIENT_NUMBER, descending=True), limit=1)
    return (last[0].client_number or 0) if last else 0


def _for_clients(conversation: Conversation) -> Condition:
    here = Eq(MessageKeys.CONVERSATION, conversation.id)
    return AllOf((here, Not(IsNull(MessageKeys.CLIENT_NUMBER))))
