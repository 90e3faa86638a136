"""
Which news may be told to whom now (promise 7), and what it is about.

Everything that tells news asks here, at the moment of telling: letters, and the feed of the portal.
"""

from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, email_claim_id
from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE, READING
from sharekit.codec.kinds_of_mail import HELD_MAIL
from sharekit.codec.kinds_of_notices import NOTICE
from sharekit.codec.kinds_of_people import PORTAL_ACCESS
from sharekit.codec.kinds_of_requests import REQUEST_RECIPIENT
from sharekit.errors import NotAllowedError, NotFoundError
from sharekit.features._conversation_facts import require_entitled
from sharekit.features._deciding import decide
from sharekit.features._hearing import hearing_of, takes_part
from sharekit.features._link_facts import judge, read_link_facts, with_recipient
from sharekit.features._portal_access import entry_of
from sharekit.features._preferences import preferences_of
from sharekit.features._readers import Reader
from sharekit.features._request_facts import RequestFacts, request_facts
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId, MessageId, ReadLinkId, place_at
from sharekit.policies.access import AccessReason
from sharekit.policies.conversations import Standing
from sharekit.ports import AllOf, Condition, Eq, Range
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.conversations import Conversation, Message, reading_id
from sharekit.records.decisions import Action
from sharekit.records.held_mail import HeldState
from sharekit.records.invitations import Invitation, portal_access_id
from sharekit.records.links import ReadLink
from sharekit.records.notices import News, Notice, NoticeKeys, NoticeState
from sharekit.records.parties import Right, Staff
from sharekit.records.requests import RecipientKeys, RequestState
from sharekit.records.subscriptions import Subscription

__all__ = ["Told", "held_subject", "tell", "title_for"]

_MOST: Final = 100
_READ: Final = "read"
_TOLD_AGAIN: Final = timedelta(days=1)
_STILL = {
    "request-created": frozenset(state for state in RequestState if state.is_waiting),
    "request-reminded": frozenset(state for state in RequestState if state.is_waiting),
    "request-sent-back": frozenset({RequestState.SENT_BACK}),
    "request-accepted": frozenset({RequestState.ACCEPTED}),
}


@attrs.frozen(kw_only=True)
class Told:
    """
    What one person may be told of a notice now.

    Attributes:
        refusal: Why they may not be told at all, as a slug, or None.
        stale: Why no letter is needed any more, as a slug, or None; the feed still has it.
        title: What it is about, by the name that they may read.
        ref: What it is about, or None.
        request: The facts of the request, for news of one.
        link: The link, for news of one.
        invitation: The invitation, for news of one.
        conversation: The conversation, for news of one.
        message: The message, when they may read it.
        standing: What decides about the reader and the conversation, with a message.
        subscription: What is to be confirmed, for a letter that asks for it.
    """

    refusal: str | None = None
    stale: str | None = None
    title: str = ""
    ref: ResourceRef | None = None
    request: RequestFacts | None = None
    link: ReadLink | None = None
    invitation: Invitation | None = None
    conversation: Conversation | None = None
    message: Message | None = None
    standing: Standing | None = None
    subscription: Subscription | None = None

    @property
    def is_read(self) -> bool:
        """Whether they read it where it stands, so that it is no news to them."""
        return self.stale == _READ


def tell(wiring: Wiring, unit: Unit, notice: Notice, reader: Reader) -> Told:
    """Return what this person may be told of a notice at this moment."""
    if notice.news is News.INVITATION:
        return _invitation(wiring, unit, reader)
    if notice.news is News.CONFIRMATION:
        return _confirmation(unit, notice, reader)
    if notice.news is News.REQUESTS:
        return _request(wiring, unit, notice, reader)
    if notice.news is News.MESSAGES:
        return _talk(wiring, unit, notice, reader)
    if notice.event == "link-created":
        return _link(wiring, unit, notice, reader)
    return _thing(wiring, unit, notice, reader)


def title_for(wiring: Wiring, entry: CatalogEntry, reader: Reader) -> str:
    """Return the title of a thing as this person may read it."""
    if isinstance(reader.party, Staff):
        return entry.title
    return entry.client_title or wiring.kind_of(entry.ref).title_in(reader.locale)


def _thing(wiring: Wiring, unit: Unit, notice: Notice, reader: Reader) -> Told:
    ref = notice.ref
    if ref is None or ref.kind not in wiring.kinds:
        return Told(refusal=AccessReason.ABSENT)
    decision = decide(wiring, unit, reader.party, Action.VIEW, ref)
    entry = unit.get(CATALOG_ENTRY, ref.key)
    if not decision.allowed or entry is None:
        return Told(refusal=decision.reason)
    return Told(title=title_for(wiring, entry, reader), ref=ref)


def _invitation(wiring: Wiring, unit: Unit, reader: Reader) -> Told:
    access = unit.get(PORTAL_ACCESS, portal_access_id(reader.party)) if not isinstance(reader.party, Staff) else None
    if access is None or access.invitation is None:
        return Told(refusal="over")
    entry = entry_of(wiring, unit, access.invitation)
    return Told(refusal=entry.refusal, invitation=entry.invitation)


def _confirmation(unit: Unit, notice: Notice, reader: Reader) -> Told:
    """Ask whether something waits to be confirmed still, at the address that this very letter goes to."""
    asked = preferences_of(unit, reader.party.key).asked
    if asked is None or asked.number != notice.details.get("number") or not asked.awaits(unit.now):
        return Told(refusal="over")
    same = reader.email is not None and asked.address == email_claim_id(reader.email)
    return Told(refusal=None if same else "over", subscription=asked)


def _request(wiring: Wiring, unit: Unit, notice: Notice, reader: Reader) -> Told:
    mine = AllOf([Eq(RecipientKeys.REQUEST, notice.text("request")), Eq(RecipientKeys.CONTACT, reader.party.id)])
    parts = [] if isinstance(reader.party, Staff) else unit.find(REQUEST_RECIPIENT, mine)
    part = next((each for each in parts if not each.state.is_over), None)
    if part is None:
        return Told(refusal="over")
    facts = request_facts(wiring, unit, part, part.generation)
    if facts.refusal is not None:
        return Told(refusal=facts.refusal)
    stale = None if part.state in _STILL.get(notice.event, (part.state,)) else "done"
    return Told(stale=stale, title=title_for(wiring, facts.chain[0], reader), ref=facts.request.about, request=facts)


def _link(wiring: Wiring, unit: Unit, notice: Notice, reader: Reader) -> Told:
    facts = with_recipient(wiring, read_link_facts(wiring, unit.tx, ReadLinkId(notice.text("link"))))
    link = facts.link
    if link is None or link.recipient != reader.party:
        return Told(refusal="over")
    refusal = judge(wiring, facts, link.generation, unit.now)
    if refusal is not None:
        return Told(refusal=refusal)
    title = link.client_title or facts.client_title or link.accepted_title
    return Told(title=title or wiring.kind_of(link.ref).title_in(reader.locale), link=link)


def _talk(wiring: Wiring, unit: Unit, notice: Notice, reader: Reader) -> Told:
    """Ask those who know conversations; who was added without any history is only told that there is something."""
    conversation = unit.get(CONVERSATION, notice.text("conversation"))
    if conversation is None:
        return Told(refusal=AccessReason.ABSENT)
    if notice.event == "mail-held":
        return _held(wiring, unit, notice, reader, conversation)
    if notice.event == "participant-added":
        there = takes_part(wiring, unit, reader.party.key, conversation)
        return Told(refusal=None if there else "not-there", title=conversation.subject, conversation=conversation)
    id_ = MessageId(notice.text("message"))
    hearing = hearing_of(wiring, unit, reader.party.key, id_)
    message = unit.get(MESSAGE, id_)
    if not hearing.told or message is None:
        return Told(refusal="not-told")
    return Told(
        stale=_READ if _has_read(unit, reader, message) else None,
        title=conversation.subject,
        conversation=conversation,
        message=message if hearing.shown else None,
        standing=hearing.standing,
    )


def held_subject(conversation: ConversationId) -> str:
    """Return what notices of mails have in common that are held for the same conversation."""
    return f"held {conversation}"


def _held(wiring: Wiring, unit: Unit, notice: Notice, reader: Reader, conversation: Conversation) -> Told:
    """Ask whether this person may decide on a mail, whether it waits still, and whether they know of one that does."""
    mail = unit.get(HELD_MAIL, notice.text("held"))
    if mail is None or not isinstance(reader.party, Staff):
        return Told(refusal=AccessReason.ABSENT)
    try:
        require_entitled(wiring, unit, reader.party, conversation, Right.VIEW)
    except (NotAllowedError, NotFoundError):
        return Told(refusal="not-entitled")
    waits = mail.state is HeldState.WAITING
    stale = None if waits and not _told_of_another(unit, notice) else "told" if waits else "done"
    return Told(stale=stale, title=conversation.subject, ref=conversation.about, conversation=conversation)


def _told_of_another(unit: Unit, notice: Notice) -> bool:
    """Say whether a letter of the last day told this person of a mail that waits in the same conversation."""
    where: list[Condition] = [
        Eq(NoticeKeys.PERSON, notice.person),
        Eq(NoticeKeys.STATE, str(NoticeState.SENT)),
        Range(NoticeKeys.PLACE, at_least=place_at(unit.now - _TOLD_AGAIN)),
        Eq(NoticeKeys.SUBJECT, notice.subject),
    ]
    sent = unit.find(NOTICE, AllOf(where), limit=_MOST)
    mails = unit.get_many(HELD_MAIL, [each.text("held") for each in sent if each.id != notice.id])
    return any(mail.state is HeldState.WAITING for mail in mails)


def _has_read(unit: Unit, reader: Reader, message: Message) -> bool:
    reading = unit.get(READING, reading_id(unit.tenant, message.conversation, reader.party.key))
    number = message.number if isinstance(reader.party, Staff) else message.client_number
    return reading is not None and number is not None and reading.number >= number
