"""
Who hears of a message: asked at the moment of telling, and never copied.

For clients hear those who take part, and of an organisation everybody who belongs to it then. Inside, the staff who
take part hear; where none does, whoever answers for what the conversation is about, else who started it (C7).
Of a note only staff hear.
"""

from collections.abc import Iterator

import attrs

from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.codec.kinds_of_sharing import FOLLOW
from sharekit.features._conversation_facts import context_of, find_conversation, present_in, reader_of, standing_in
from sharekit.features._documents import owner_above
from sharekit.features._parties import contact_of, member_ids_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import MessageId
from sharekit.policies.conversations import Standing, judge_message, judge_talk
from sharekit.ports import Eq
from sharekit.records.catalog import Audience
from sharekit.records.conversations import Conversation, Message
from sharekit.records.grants import FollowKeys
from sharekit.records.parties import Contact, Organization, Principal, Staff, parse_party

__all__ = ["Hearing", "hearers_of", "hearing_of", "takes_part", "told_inside"]


@attrs.frozen
class Hearing:
    """
    Whether somebody is told of a message now.

    Attributes:
        told: Whether they may know that it is there.
        shown: Whether they may read it, too; who was added without any history may not.
        standing: What decided it, or None where nothing had to be asked.
    """

    told: bool
    shown: bool
    standing: Standing | None = None


_NOTHING = Hearing(told=False, shown=False)


def hearers_of(wiring: Wiring, unit: Unit, conversation: Conversation, audience: Audience) -> Iterator[str]:
    """Yield the keys of those who could hear of a message, each once; `hearing_of` has the last word."""
    known: set[str] = set()
    for key in (*told_inside(unit, conversation), *_outside(wiring, unit, conversation, audience)):
        if key not in known:
            known.add(key)
            yield key


def _outside(wiring: Wiring, unit: Unit, conversation: Conversation, audience: Audience) -> Iterator[str]:
    if audience is not Audience.CLIENT:
        return
    parties = [row.party for row in present_in(unit, conversation)]
    if conversation.followed is not None:
        parties += [follow.party for follow in unit.find(FOLLOW, Eq(FollowKeys.NODE, conversation.followed))]
    for party in parties:
        type_, _, id_ = party.partition(":")
        if type_ == Contact.type:
            yield party
        elif type_ == Organization.type:
            yield from (Contact(member).key for member in sorted(member_ids_of(wiring, unit, Organization(id_))))


def takes_part(wiring: Wiring, unit: Unit, party: str, conversation: Conversation) -> bool:
    """Say whether somebody may know of a conversation now."""
    return judge_talk(standing_in(wiring, unit, reader_of(wiring, unit, parse_party(party)), conversation)).allowed


def told_inside(unit: Unit, conversation: Conversation) -> tuple[str, ...]:
    """Return the keys of the staff who hear of what is written."""
    staff = f"{Staff.type}:"
    present = tuple(row.party for row in present_in(unit, conversation) if row.party.startswith(staff))
    if present:
        return present
    owner = owner_above(context_of(unit, conversation))
    if owner is None and conversation.created_by.startswith(staff):
        owner = conversation.created_by
    return () if owner is None else (owner,)


def hearing_of(wiring: Wiring, unit: Unit, party: str, message: MessageId) -> Hearing:
    """Say whether somebody is told of a message now; nobody is of what is not settled, or was taken back."""
    found = unit.get(MESSAGE, message)
    if found is None or not found.is_settled(unit.now) or found.author == party:
        return _NOTHING
    principal = parse_party(party)
    conversation = find_conversation(unit, found.conversation)
    standing = standing_in(wiring, unit, reader_of(wiring, unit, principal), conversation)
    if not judge_talk(standing) or not _within(principal, found) or not _takes_messages(wiring, unit, principal):
        return _NOTHING
    shown = judge_message(standing, found).allowed
    # Whoever came later hears of nothing earlier that they may not open.
    return Hearing(
        told=shown or any(seat.was_there(found.at) for seat in standing.seats), shown=shown, standing=standing
    )


def _within(principal: Principal, message: Message) -> bool:
    return message.audience is Audience.CLIENT or not isinstance(principal, Contact)


def _takes_messages(wiring: Wiring, unit: Unit, principal: Principal) -> bool:
    if not isinstance(principal, Contact):
        return True
    contact = contact_of(wiring, unit, principal.id)
    return contact is not None and contact.messaging
