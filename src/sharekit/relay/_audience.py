"""
Who hears of an event, and of which kind of news it is.

Following decides who hears of a thing; whether they may open it is asked when they are told.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE
from sharekit.codec.kinds_of_documents import DOCUMENT_ROW, VERSION
from sharekit.codec.kinds_of_mail import HELD_MAIL
from sharekit.codec.kinds_of_sharing import FOLLOW
from sharekit.features._conversation_facts import context_of, present_in
from sharekit.features._documents import owner_above
from sharekit.features._facts import chain_of
from sharekit.features._hearing import told_inside
from sharekit.features._news import held_subject
from sharekit.features._unit import Unit
from sharekit.ports import AllOf, Eq, In
from sharekit.records.audit import Detail
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import VersionKeys
from sharekit.records.files import ScanState
from sharekit.records.grants import FollowKeys
from sharekit.records.notices import News
from sharekit.records.outbox import OutboxEntry
from sharekit.records.parties import Contact, Organization, Staff, System

__all__ = ["TOLD", "Audience", "audience_of"]

_READS: Final = (f"{Contact.type}:", f"{Staff.type}:")
_READABLE: Final = {str(state) for state in ScanState if state.lets_read}


@attrs.frozen(kw_only=True)
class Audience:
    """
    Who hears of an event.

    Attributes:
        news: Of which kind it is.
        event: What it is to them: what a scanner found is to them a new document.
        actor: Who did it, as they see it.
        subject: What belongs in one letter has the same.
        parties: The keys of contacts, staff and organisations; of these everybody who belongs to them.
        gathers: Whether to wait for more of the same before a letter tells of it.
        not_before: Until then it may be undone, and no letter tells of it; None for no such time.
    """

    news: News
    event: str
    actor: str
    subject: str
    parties: frozenset[str]
    gathers: bool = False
    not_before: datetime | None = None

    @property
    def persons(self) -> list[str]:
        """The keys of the people, sorted, without who did it."""
        return sorted(key for key in self.parties if key.startswith(_READS) and key != self.actor)

    @property
    def organizations(self) -> list[Organization]:
        """The organisations, sorted."""
        prefix = f"{Organization.type}:"
        return [Organization(key.removeprefix(prefix)) for key in sorted(self.parties) if key.startswith(prefix)]


def audience_of(unit: Unit, entry: OutboxEntry) -> Audience | None:
    """Return who hears of an event, or None for nobody."""
    of = _AUDIENCES.get(entry.event)
    return None if of is None else of(unit, entry)


def _text(entry: OutboxEntry, name: str) -> str:
    value = entry.details.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: Detail) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _things(entry: OutboxEntry, news: News, parties: Iterable[str], *, actor: str | None = None) -> Audience:
    """Return an audience of what goes together by who did it: sharing, new documents, being let in."""
    who = actor or entry.actor
    return Audience(
        news=news, event=entry.event, actor=who, subject=f"things {who}", parties=frozenset(parties), gathers=True
    )


def _shared(unit: Unit, entry: OutboxEntry) -> Audience | None:
    party = _text(entry, "party")
    if entry.details.get("visibility") != "client" or entry.details.get("merged_from") is not None:
        return None  # they have it since they turned out to be somebody who had, and heard of it then
    document = unit.get(DOCUMENT_ROW, entry.resource) if entry.resource is not None else None
    if document is not None and document.uploader == party:
        return None  # they sent it themselves
    return _things(entry, News.SHARED, [party])


def _linked(_: Unit, entry: OutboxEntry) -> Audience | None:
    recipient = _text(entry, "recipient")
    return _things(entry, News.SHARED, [recipient]) if recipient else None


def _document(unit: Unit, entry: OutboxEntry) -> Audience | None:
    """Who follows a document, or what it lies in; and its owner, when it did not come from staff."""
    if entry.resource is None or entry.details.get("scan") not in _READABLE:
        return None
    document = unit.get(DOCUMENT_ROW, entry.resource)
    if document is None or document.removed_at is not None or document.provenance.request is not None:
        return None  # of what came by a request its staff hear in another way
    event, actor = entry.event, entry.actor
    if event == "document-scanned":
        number = entry.details.get("version")
        found = (
            unit.find(VERSION, AllOf([Eq(VersionKeys.DOCUMENT, document.id), Eq(VersionKeys.NUMBER, number)]))
            if isinstance(number, int)
            else []
        )
        if not found:
            return None
        actor, event = found[0].added_by, "document-added" if number == 1 else "document-replaced"
    heard = _followers(unit, ResourceRef.parse(entry.resource))
    if actor.startswith(f"{Contact.type}:"):
        heard |= _owners(unit, ResourceRef.parse(entry.resource))
    return attrs.evolve(_things(entry, News.DOCUMENTS, heard, actor=actor), event=event)


def _followers(unit: Unit, ref: ResourceRef) -> frozenset[str]:
    nodes = [entry.node for entry in chain_of(unit, ref)]
    return frozenset(follow.party for follow in unit.find(FOLLOW, In(FollowKeys.NODE, nodes)))


def _owners(unit: Unit, ref: ResourceRef) -> frozenset[str]:
    owner = next((entry.owner for entry in chain_of(unit, ref) if entry.owner is not None), None)
    return frozenset() if owner is None else frozenset({owner})


def _asked(_: Unit, entry: OutboxEntry) -> Audience:
    parties = _texts(entry.details.get("parties")) or {_text(entry, "party")}
    return Audience(
        news=News.REQUESTS,
        event=entry.event,
        actor=entry.actor,
        subject=f"request {_text(entry, 'request')}",
        parties=frozenset(parties),
    )


def _submitted(unit: Unit, entry: OutboxEntry) -> Audience:
    """Whoever answers for it, or those whom the request names; and staff who follow what it is about (C7)."""
    staff = f"{Staff.type}:"
    follow = () if entry.resource is None else _followers(unit, ResourceRef.parse(entry.resource))
    return Audience(
        news=News.SUBMISSIONS,
        event=entry.event,
        actor=entry.actor,
        subject=f"submission {_text(entry, 'request')} {_text(entry, 'party')}",
        parties=_texts(entry.details.get("notify")) | {key for key in follow if key.startswith(staff)},
        gathers=True,
    )


def _invited(_: Unit, entry: OutboxEntry) -> Audience:
    return Audience(
        news=News.INVITATION,
        event=entry.event,
        actor=entry.actor,
        subject="invitation",
        parties=frozenset({_text(entry, "party")}),
    )


def _subscribing(_: Unit, entry: OutboxEntry) -> Audience:
    """The person themselves, although they asked: whoever reads their mail has to confirm it."""
    return Audience(
        news=News.CONFIRMATION,
        event=entry.event,
        actor=System("letter").key,
        subject="confirmation",
        parties=frozenset({_text(entry, "party")}),
    )


def _wanted(unit: Unit, entry: OutboxEntry) -> Audience | None:
    if entry.resource is None:
        return None
    ref = ResourceRef.parse(entry.resource)
    staff = {key for key in _followers(unit, ref) if key.startswith(f"{Staff.type}:")}
    return Audience(
        news=News.ACCESS,
        event=entry.event,
        actor=entry.actor,
        subject=f"access {entry.resource}",
        parties=_owners(unit, ref) | staff,
    )


def _answered(_: Unit, entry: OutboxEntry) -> Audience | None:
    approved = entry.details.get("state") == "approved"
    return _things(entry, News.ACCESS, [_text(entry, "party")]) if approved else None


def _message(unit: Unit, entry: OutboxEntry) -> Audience | None:
    """Who hears of a message by taking part; it is asked again when they are told, also for what they may read."""
    message = unit.get(MESSAGE, _text(entry, "message"))
    conversation = None if message is None else unit.get(CONVERSATION, message.conversation)
    if message is None or conversation is None:
        return None  # it was taken back
    parties: set[str] = set()
    if not message.automatic:
        parties |= set(told_inside(unit, conversation))
    if not message.is_note:
        parties |= {row.party for row in present_in(unit, conversation) if not row.party.startswith(f"{Staff.type}:")}
        if conversation.followed is not None:
            follows = unit.find(FOLLOW, Eq(FollowKeys.NODE, conversation.followed))
            parties |= {follow.party for follow in follows if not follow.party.startswith(f"{Staff.type}:")}
    return Audience(
        news=News.MESSAGES,
        event="message-posted",
        actor=message.author,
        subject=f"message {message.id}",
        parties=frozenset(parties),
        not_before=message.settled_at,
    )


def _held(unit: Unit, entry: OutboxEntry) -> Audience | None:
    """Whoever answers for the case, and the staff who take part; and who wrote it, when that is one of the staff."""
    conversation = unit.get(CONVERSATION, _text(entry, "conversation"))
    mail = unit.get(HELD_MAIL, _text(entry, "held"))
    if conversation is None or mail is None:
        return None
    parties = {*told_inside(unit, conversation)}
    owner = owner_above(context_of(unit, conversation))
    if owner is not None:
        parties.add(owner)
    if mail.party.startswith(f"{Staff.type}:"):
        parties.add(mail.party)  # nobody else can accept it
    return Audience(
        news=News.MESSAGES,
        event=entry.event,
        actor=entry.actor,
        subject=held_subject(conversation.id),
        parties=frozenset(parties),
        gathers=True,
    )


def _joined(_: Unit, entry: OutboxEntry) -> Audience | None:
    if entry.details.get("present"):
        return None  # they took part before
    return Audience(
        news=News.MESSAGES,
        event=entry.event,
        actor=entry.actor,
        subject=f"joined {_text(entry, 'conversation')}",
        parties=frozenset({_text(entry, "party")}),
    )


_AUDIENCES: Final[Mapping[str, Callable[[Unit, OutboxEntry], Audience | None]]] = {
    "resource-shared": _shared,
    "link-created": _linked,
    "document-added": _document,
    "document-replaced": _document,
    "document-scanned": _document,
    "request-created": _asked,
    "request-reminded": _asked,
    "request-sent-back": _asked,
    "request-accepted": _asked,
    "submission-received": _submitted,
    "request-submitted": _submitted,
    "contact-invited": _invited,
    "subscription-asked": _subscribing,
    "access-requested": _wanted,
    "access-answered": _answered,
    "message-posted": _message,
    "participant-added": _joined,
    "mail-held": _held,
}

TOLD: Final = frozenset(_AUDIENCES)
"""The names of the events that anybody may get notices of."""
