"""
Who takes part in a conversation, what they get to see of its past, and what adding them would reveal.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE, PARTICIPANT, READING
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.features._access_facts import confidential_kinds
from sharekit.features._conversation_facts import find_message, hosting_right, require_entitled, settled_number
from sharekit.features._parties import active_contact, active_organization
from sharekit.features._reaching import require_reachable
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.conversations import Seat, TalkReason, added_spans, closed_spans, united_spans
from sharekit.ports import AllOf, Eq, IsNull, Not, Range
from sharekit.records import events
from sharekit.records.conversations import (
    Conversation,
    HistoryPolicy,
    Message,
    MessageKeys,
    Participant,
    ParticipantKeys,
    Reading,
    ReadingKeys,
    Span,
    participant_id,
)
from sharekit.records.parties import Contact, ContactProfile, Organization, Principal, Right, Staff
from sharekit.records.threads import HistoryPreview

__all__ = [
    "Joiner",
    "absent_of",
    "add",
    "colleagues_given",
    "founding",
    "joiner_given",
    "move_participants",
    "parties_given",
    "party_given",
    "preview",
    "remove",
    "require_hosting",
]

_MOST: Final = 100

Joining = Contact | Organization | Staff


@attrs.frozen
class Joiner:
    """Somebody who is to take part, and what is chosen for them: a policy, and the messages where it selects some."""

    party: Joining
    history: HistoryPolicy
    messages: tuple[object, ...] = ()


def joiner_given(party: object, history: object, messages: object) -> Joiner:
    """Return what was chosen; refuse anything but a policy, and messages without SELECTED or the reverse."""
    if not isinstance(history, HistoryPolicy):
        raise InvalidInputError("history", "needs a HistoryPolicy: NONE, FROM_JOIN, FULL or SELECTED")
    if isinstance(messages, str | bytes | Message) or not isinstance(messages, Iterable):
        raise InvalidInputError("messages", "needs a list of messages")
    chosen: tuple[object, ...] = tuple(messages)
    if bool(chosen) is not (history is HistoryPolicy.SELECTED):
        raise InvalidInputError("messages", "goes with HistoryPolicy.SELECTED, and that with at least one message")
    return Joiner(party_given(party), history, chosen)


def party_given(given: object) -> Joining:
    """Return who is to take part, or takes part; refuse anything but a contact, an organisation and staff."""
    if not isinstance(given, Contact | Organization | Staff):
        raise InvalidInputError("party", "needs a Contact, an Organization or a Staff")
    return given


def parties_given(given: object) -> tuple[Joining, ...]:
    """Return who is to take part, each once; refuse anything but contacts, organisations and staff."""
    everybody: list[object] = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    parties = [party for party in everybody if isinstance(party, Contact | Organization | Staff)]
    if len(parties) < len(everybody) or len(parties) > _MOST:
        raise InvalidInputError("with_", f"needs at most {_MOST} contacts, organisations or staff")
    return tuple(dict.fromkeys(parties))


def colleagues_given(given: object, by: Principal) -> tuple[Staff, ...]:
    """Return the staff who are to hear of a message, each once; a client names nobody."""
    everybody: list[object] = [given] if isinstance(given, Staff) or not isinstance(given, Iterable) else list(given)
    colleagues = [each for each in everybody if isinstance(each, Staff)]
    if len(colleagues) < len(everybody) or len(colleagues) > _MOST:
        raise InvalidInputError("colleagues", f"needs at most {_MOST} staff")
    if colleagues and isinstance(by, Contact):
        raise NotAllowedError("staff-only")
    return tuple(dict.fromkeys(colleagues))


def absent_of(
    wiring: Wiring, unit: Unit, conversation: Conversation, colleagues: Sequence[Staff], by: Principal
) -> tuple[Joiner, ...]:
    """Return those of the colleagues who take no part yet; refuse unless *by* may add them, and each may read it."""
    if not colleagues:
        return ()
    rows = unit.get_many(PARTICIPANT, [participant_id(unit.tenant, conversation.id, each.key) for each in colleagues])
    present = {row.party for row in rows if row.present}
    absent = [each for each in colleagues if each.key not in present]
    if absent:
        require_hosting(wiring, unit, by, conversation)
    for each in absent:
        _checked(wiring, unit, each, conversation)
    return tuple(Joiner(each, HistoryPolicy.FULL) for each in absent)


def require_hosting(wiring: Wiring, unit: Unit, by: Principal, conversation: Conversation) -> None:
    """Refuse to say who takes part, but for those who started a conversation, and who may share what it is about."""
    require_entitled(wiring, unit, by, conversation, hosting_right(by, conversation))


def _checked(wiring: Wiring, unit: Unit, party: Joining, conversation: Conversation) -> tuple[str, str]:
    """Return key and name of somebody who can take part; refuse who cannot."""
    if isinstance(party, Contact):
        contact = active_contact(wiring, unit, party, field="party")
        require_reachable(wiring, unit, contact)
        return Contact(contact.id).key, contact.name
    if isinstance(party, Organization):
        organization = active_organization(wiring, unit, party)
        if conversation.about is not None and conversation.about.kind in confidential_kinds(wiring):
            raise NotAllowedError("confidential")
        return Organization(organization.id).key, organization.name
    require_entitled(wiring, unit, party, attrs.evolve(conversation, created_by=party.key), Right.VIEW)
    return party.key, ""


def founding(wiring: Wiring, unit: Unit, conversation: Conversation, parties: Sequence[Joining], by: Principal) -> None:
    """Put those who take part from the beginning, and who read everything."""
    for party in parties:
        key, _ = _checked(wiring, unit, party, conversation)
        unit.put(
            PARTICIPANT,
            Participant(
                tenant=unit.tenant,
                conversation=conversation.id,
                party=key,
                history=HistoryPolicy.FULL,
                spans=() if isinstance(party, Staff) else (Span(0),),
                added_at=unit.now,
                added_by=by.key,
            ),
        )


@attrs.frozen
class _Change:
    """A participant before and after they are added, and what that reveals."""

    before: Participant | None
    after: Participant
    preview: HistoryPreview

    @property
    def present(self) -> Participant | None:
        """What they have before, if they take part."""
        return self.before if self.before is not None and self.before.present else None


def _change(wiring: Wiring, unit: Unit, conversation: Conversation, joiner: Joiner, by: Principal) -> _Change:
    key, name = _checked(wiring, unit, joiner.party, conversation)
    latest = settled_number(unit, conversation)
    before = unit.get(PARTICIPANT, participant_id(unit.tenant, conversation.id, key))
    selected = [_selected(unit, conversation, message, latest) for message in joiner.messages]
    earlier, spans = (set[int](), ()) if before is None else (set(before.selected), before.spans)
    after = Participant(
        tenant=unit.tenant,
        conversation=conversation.id,
        party=key,
        history=joiner.history,
        spans=() if isinstance(joiner.party, Staff) else added_spans(spans, joiner.history, latest),
        selected=tuple(sorted(earlier.union(selected))),
        added_at=unit.now,
        added_by=by.key,
    )
    if before is not None and before.present:  # who takes part was added when they were
        after = attrs.evolve(after, added_at=before.added_at, added_by=before.added_by)
    return _Change(before, after, _preview(unit, before, after, name=name, latest=latest))


def _selected(unit: Unit, conversation: Conversation, message: object, latest: int) -> int:
    found = find_message(unit, message, field="messages")
    number = found.client_number
    if found.conversation != conversation.id:
        raise NotFoundError(MESSAGE.name)
    if number is None or number > latest:
        raise InvalidInputError("messages", "needs messages for clients that are settled; a note is never shown")
    return number


def _preview(unit: Unit, before: Participant | None, after: Participant, *, name: str, latest: int) -> HistoryPreview:
    here = Eq(MessageKeys.CONVERSATION, after.conversation)
    where = AllOf((here, Not(IsNull(MessageKeys.CLIENT_NUMBER)), Range(MessageKeys.CLIENT_NUMBER, at_most=latest)))
    messages = unit.find(MESSAGE, where)
    seat = Seat.of(after)
    seen = [each for each in messages if seat.shows(each.client_number or 0)]
    now = Seat.of(before) if before is not None and before.present else Seat(reason=TalkReason.NO_PART)
    return HistoryPreview(
        party=after.party,
        name=name,
        history=after.history,
        sees=len(seen),
        of=len(messages),
        files=sum(len(each.attachments) for each in seen),
        revealed=sum(not now.shows(each.client_number or 0) for each in seen),
        follows=any(span.to is None for span in after.spans),
    )


def preview(wiring: Wiring, unit: Unit, conversation: Conversation, joiner: Joiner, by: Principal) -> HistoryPreview:
    """Return what somebody would see if they were added now; nothing is written."""
    return _change(wiring, unit, conversation, joiner, by).preview


def add(wiring: Wiring, unit: Unit, conversation: Conversation, joiner: Joiner, by: Principal) -> Participant:
    """Put somebody who takes part from now on, or again; or give them another history."""
    change = _change(wiring, unit, conversation, joiner, by)
    present = change.present
    if present is not None and present == attrs.evolve(change.after, history=present.history):
        return present  # they take part already, and nothing that they see would change
    unit.put(PARTICIPANT, change.after)
    unit.emit(
        events.ParticipantAdded(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            conversation=conversation.id,
            ref=conversation.about,
            party=change.after.party,
            history=joiner.history,
            revealed=change.preview.revealed,
            files=change.preview.files,
            present=present is not None,
        )
    )
    return change.after


def remove(unit: Unit, conversation: Conversation, party: str, by: Principal) -> None:
    """Note that somebody takes part no more; what they were shown is kept, so that adding them again widens nothing."""
    row = unit.get(PARTICIPANT, participant_id(unit.tenant, conversation.id, party))
    if row is None or not row.present:
        raise NotFoundError(PARTICIPANT.name, party)
    latest = settled_number(unit, conversation)
    unit.put(
        PARTICIPANT,
        attrs.evolve(row, spans=closed_spans(row.spans, latest), removed_at=unit.now, removed_by=by.key),
    )
    unit.emit(
        events.ParticipantRemoved(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            conversation=conversation.id,
            ref=conversation.about,
            party=party,
            left=party == by.key,
        )
    )


def move_participants(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """Have the second contact take part where the first did, read what they read, and be who wrote what they wrote."""
    for row in unit.find(PARTICIPANT, Eq(ParticipantKeys.PARTY, contact.key)):
        known = unit.get(PARTICIPANT, participant_id(unit.tenant, row.conversation, into.key))
        unit.delete(PARTICIPANT, row.id)
        unit.put(PARTICIPANT, attrs.evolve(row, party=into.key) if known is None else _united(known, row))
        conversation = unit.get(CONVERSATION, row.conversation)
        if conversation is not None and conversation.requester == contact.key:
            unit.put(CONVERSATION, attrs.evolve(conversation, requester=into.key))
    for reading in unit.find(READING, Eq(ReadingKeys.PARTY, contact.key)):
        moved = attrs.evolve(reading, party=into.key)
        unit.delete(READING, reading.id)
        theirs = unit.get(READING, moved.id)
        unit.put(READING, moved if theirs is None else _read_by_both(theirs, moved))
    for message in unit.find(MESSAGE, Eq(MessageKeys.AUTHOR, contact.key)):
        unit.put(MESSAGE, attrs.evolve(message, author=into.key))


def _read_by_both(known: Reading, other: Reading) -> Reading:
    """Return how far somebody read of whom there were two: as far as either."""
    further = known if known.number >= other.number else other
    answered = [at for at in (known.replied_at, other.replied_at) if at is not None]
    return attrs.evolve(known, number=further.number, at=further.at, replied_at=max(answered, default=None))


def _united(known: Participant, other: Participant) -> Participant:
    """Return one row for what two contacts were shown who are the same person."""
    present = known if known.present or not other.present else other
    return attrs.evolve(
        known,
        history=present.history,
        spans=united_spans((*known.spans, *other.spans)),
        selected=tuple(sorted({*known.selected, *other.selected})),
        removed_at=present.removed_at,
        removed_by=present.removed_by,
    )
