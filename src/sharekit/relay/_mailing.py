"""
Sends letters: takes the notices of one person that belong together, asks what of them may be told, and tells it.

Before a letter is handed over, its delivery is committed with the notices that it tells of, in the transaction that
asked what may be told; after it, that it was sent. A crash between the two makes the next relay send the same letter
once more, under the same Message-ID.
"""

import logging
from functools import partial
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, NOTICE_PREFERENCES
from sharekit.errors import ConflictError, PermanentDeliveryError, RetryTransaction, StorageError
from sharekit.features._facts import chain_of
from sharekit.features._news import tell
from sharekit.features._portal_access import may_enter
from sharekit.features._preferences import mask_of, preferences_of, when
from sharekit.features._readers import Reader, reader_of
from sharekit.features._reply_addresses import reply_code
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId
from sharekit.mail.addresses import reply_address
from sharekit.mail.composing import compose, message_id
from sharekit.mail.letters import LetterContent
from sharekit.ports import AllOf, AutoSubmitted, Eq, Letter, Mailbox, Notifier, OrderBy
from sharekit.records.catalog import Audience
from sharekit.records.notices import (
    Cadence,
    Carrier,
    Delivery,
    DeliveryState,
    News,
    Notice,
    NoticeKeys,
    NoticePreferences,
    NoticeState,
    delivery_id,
)
from sharekit.records.parties import Staff
from sharekit.records.reach import AddressBounce, bounce_id
from sharekit.records.relaying import RelayReport
from sharekit.relay._letters import Content, Desk
from sharekit.relay._post import Post
from sharekit.relay._settling import postponed
from sharekit.relay._turns import LEASE
from sharekit.tokens import Claims, Purpose

__all__ = ["resend", "send"]

_log = logging.getLogger("sharekit.relay")

_MOST: Final = 200
_OF_THE_STORE: Final = (ConflictError, RetryTransaction, StorageError)


@attrs.frozen(kw_only=True)
class _Ready:
    """
    A letter that can go.

    Attributes:
        delivery: Its delivery.
        reader: To whom.
        address: Where they get mail.
        content: What it says; None when nothing is left that may be told.
        preferences: How its reader wants to hear of news.
        dropped: Why no letter tells of some of its notices, by their ids.
        enters: Whether they come in to the pages that letters lead to.
        reply_to: Where an answer goes, or None.
        bounces_to: Where a report goes that it could not be delivered, or None.
    """

    delivery: Delivery
    reader: Reader | None
    address: str
    content: Content | None
    preferences: NoticePreferences
    dropped: dict[str, str]
    enters: bool = True
    reply_to: str | None = None
    bounces_to: str | None = None


def send(wiring: Wiring, post: Post, notifier: Notifier, notice_id: str) -> RelayReport:
    """Send the letter that tells of a notice, when its time has come and nobody else does."""

    def taken(unit: Unit) -> Delivery | None:
        return _taken(wiring, unit, post, notice_id)

    def taken_and_ready(unit: Unit) -> _Ready | None:
        delivery = taken(unit)
        return None if delivery is None else _ready(wiring, unit, post, delivery)

    try:
        ready = wiring.write(taken_and_ready)
    except _OF_THE_STORE:
        raise  # that is no fault of the letter
    except Exception:  # noqa: BLE001  # whatever the host's directory, or a damaged row, does to one letter
        try:
            delivery = wiring.write(taken)  # so that it counts as an attempt
        except _OF_THE_STORE:
            raise
        except Exception:  # noqa: BLE001  # its reader cannot be asked for
            _log.exception("notice %s... has to wait", notice_id[:8])
            return wiring.write(lambda unit: _later(unit, notice_id))
        return RelayReport() if delivery is None else resend(wiring, post, notifier, delivery)
    return RelayReport() if ready is None else _handed_over(wiring, post, notifier, ready)


def resend(wiring: Wiring, post: Post, notifier: Notifier, delivery: Delivery) -> RelayReport:
    """Send a letter that one has taken."""
    try:
        # An address to answer to is kept with what is found out.
        ready = wiring.write(lambda unit: _ready(wiring, unit, post, delivery))
    except _OF_THE_STORE:
        raise  # the letter is due again when the lease is over
    except Exception as error:  # noqa: BLE001  # as above
        return wiring.write(partial(_failed, wiring, delivery=delivery, error=error))
    return _handed_over(wiring, post, notifier, ready)


def _handed_over(wiring: Wiring, post: Post, notifier: Notifier, ready: _Ready) -> RelayReport:
    """Write a letter, hand it over, and note what became of it."""
    if ready.content is not None:
        try:
            letter = _letter(wiring, post, ready, ready.content.letter)
            notifier.send(letter, compose(letter))
        except Exception as error:  # noqa: BLE001  # whatever a service or a template does to one letter
            return wiring.write(partial(_failed, wiring, delivery=ready.delivery, error=error))
    return wiring.write(lambda unit: _settled(unit, ready))


def _later(unit: Unit, id_: str) -> RelayReport:
    notice = unit.get(NOTICE, id_)
    if notice is None or notice.state is not NoticeState.WAITING:
        return RelayReport()
    unit.put(NOTICE, attrs.evolve(notice, due_at=unit.now + LEASE))
    return RelayReport(postponed=1)


def _taken(wiring: Wiring, unit: Unit, post: Post, id_: str) -> Delivery | None:
    first = unit.get(NOTICE, id_)
    if first is None or first.state is not NoticeState.WAITING or first.due_at > unit.now:
        return None
    reader = reader_of(wiring, unit, first.person)
    if reader is None or reader.email is None:
        _drop(unit, first, "inactive" if reader is None else "no-address")
        return None
    wants = preferences_of(unit, first.person)
    moment = when(first, wants, unit.now, post.time_zone)
    reason = "off" if moment is None else _needless(unit, first, wants)
    if unit.get(ADDRESS_BOUNCE, bounce_id(reader.email)) is not None:
        reason = "bounced"
    if reason is not None:
        _drop(unit, first, reason)
        return None
    if moment is not None and moment > unit.now:
        unit.put(NOTICE, attrs.evolve(first, due_at=moment))
        return None
    digest = wants.cadence(first.news).gathers
    together = _together(unit, post, first, wants, digest=digest)
    delivery = Delivery(
        tenant=unit.tenant,
        id=delivery_id(unit.tenant, Carrier.MAIL, together[0].id, first.person),
        carrier=Carrier.MAIL,
        party=first.person,
        notices=tuple(each.id for each in together),
        news=frozenset(str(each.news) for each in together),
        digest=digest,
        created_at=unit.now,
        due_at=unit.now + LEASE,
        attempts=1,
    )
    unit.put(DELIVERY, delivery)
    for each in together:
        unit.put(NOTICE, attrs.evolve(each, state=NoticeState.TAKEN, delivery=delivery.id))
    if wants.changed_at is None and unit.get(NOTICE_PREFERENCES, wants.id) is None:
        unit.put(NOTICE_PREFERENCES, wants)  # for the handle in the address that ends letters
    return delivery


def _together(unit: Unit, post: Post, first: Notice, wants: NoticePreferences, *, digest: bool) -> list[Notice]:
    """Return the notices that go in one letter with a notice, and it, the oldest first."""
    where = AllOf([Eq(NoticeKeys.PERSON, first.person), Eq(NoticeKeys.STATE, str(NoticeState.WAITING))])
    waiting = unit.find(NOTICE, where, order=OrderBy(NoticeKeys.PLACE), limit=_MOST)
    found: list[Notice] = []
    for each in waiting:
        moment = when(each, wants, unit.now, post.time_zone)
        if moment is None or moment > unit.now or wants.cadence(each.news).gathers is not digest:
            continue
        if digest or each.subject == first.subject:
            found.append(each)
    return found if any(each.id == first.id for each in found) else [first, *found]


def _needless(unit: Unit, notice: Notice, wants: NoticePreferences) -> str | None:
    """Say why its reader needs no letter about a notice, or None."""
    if notice.seen_at is not None and not notice.news.by_letter_alone:
        return "seen"
    if wants.cadence(notice.news) is Cadence.OFF:
        return "off"
    if wants.muted and notice.ref is not None and notice.news.can_be_chosen:
        keys = {notice.resource, *(entry.ref.key for entry in chain_of(unit, notice.ref))}
        return "muted" if wants.muted & keys else None
    return None


def _drop(unit: Unit, notice: Notice, reason: str) -> None:
    unit.put(NOTICE, attrs.evolve(notice, state=NoticeState.DROPPED, reason=reason))


def _ready(wiring: Wiring, unit: Unit, post: Post, delivery: Delivery) -> _Ready:
    """Find out what of a letter may be told at this moment."""
    reader = reader_of(wiring, unit, delivery.party)
    wants = preferences_of(unit, delivery.party)
    dropped: dict[str, str] = {}
    items = []
    if reader is None or reader.email is None:
        reason = "inactive" if reader is None else "no-address"
        return _Ready(
            delivery=delivery,
            reader=None,
            address="",
            content=None,
            preferences=wants,
            dropped=dict.fromkeys(delivery.notices, reason),
        )
    for notice in unit.get_many(NOTICE, delivery.notices):
        told = tell(wiring, unit, notice, reader)
        reason_not = told.refusal or told.stale or _needless(unit, notice, wants)
        if reason_not is None:
            items.append((notice, told))
        else:
            dropped[notice.id] = str(reason_not)
    enters = isinstance(reader.party, Staff) or may_enter(unit, reader.party)
    desk = Desk(wiring=wiring, unit=unit, post=post, reader=reader, enters=enters)
    content = desk.content(items, digest=delivery.digest) if items else None
    ready = _Ready(
        delivery=delivery,
        reader=reader,
        address=reader.email,
        content=content,
        preferences=wants,
        dropped=dropped,
        enters=enters,
    )
    domain = post.reply_domain
    if content is None or domain is None:
        return ready

    def address(conversation: ConversationId | None, audience: Audience = Audience.CLIENT) -> str:
        code = reply_code(wiring, unit, party=delivery.party, conversation=conversation, audience=audience)
        return reply_address(code, domain)

    answers = None if content.conversation is None else address(content.conversation, content.audience)
    return attrs.evolve(ready, reply_to=answers, bounces_to=address(None))


def _letter(wiring: Wiring, post: Post, ready: _Ready, content: LetterContent) -> Letter:
    delivery, wants = ready.delivery, ready.preferences
    assert ready.reader is not None and ready.content is not None  # noqa: S101, PT018  # whoever asks looked before
    mask = mask_of(News(each) for each in delivery.news)
    token = wiring.seals.seal(Purpose.UNSUBSCRIBE, Claims(wiring.tenant, wants.handle, 1, (mask,)))
    staff = isinstance(ready.reader.party, Staff)
    settings = post.staff_settings_page if staff else post.settings_page
    written = post.writer.write(
        content,
        locale=ready.reader.locale,
        words=ready.content.words,
        settings_url=settings if ready.enters else None,
        ending_url=post.page("/n/{}", token) if mask and not ready.enters else None,
        time_zone=wants.time_zone,
    )
    return Letter(
        id=delivery.id,
        recipient=Mailbox(ready.address, ready.reader.name),
        sender=post.sender,
        subject=written.subject,
        text=written.text,
        html=written.html,
        message_id=message_id(post.domain, wiring.tenant, delivery.id),
        date=delivery.created_at,
        language=written.language,
        reply_to=None if ready.reply_to is None else Mailbox(ready.reply_to, post.sender.name),
        bounces_to=ready.bounces_to,
        in_reply_to=ready.content.in_reply_to,
        references=ready.content.references,
        auto_submitted=AutoSubmitted.REPLIED if ready.content.automatic else AutoSubmitted.GENERATED,
        unsubscribe_url=post.one_click(token) if mask else None,
    )


def _failed(wiring: Wiring, unit: Unit, delivery: Delivery, error: Exception) -> RelayReport:
    """Note that a letter failed; and of an address that is refused for good, that it is."""
    if isinstance(error, PermanentDeliveryError) and error.recipient:
        reader = reader_of(wiring, unit, delivery.party)
        bounced = None if reader is None or reader.email is None else bounce_id(reader.email)
        if bounced is not None and unit.get(ADDRESS_BOUNCE, bounced) is None:
            unit.put(ADDRESS_BOUNCE, AddressBounce(tenant=unit.tenant, id=bounced, at=unit.now))
    return postponed(unit, delivery, error)


def _settled(unit: Unit, ready: _Ready) -> RelayReport:
    """Note what became of a letter, unless another relay did."""
    delivery = unit.get(DELIVERY, ready.delivery.id)
    if delivery is None or delivery.state is not DeliveryState.WAITING:
        return RelayReport()
    state = DeliveryState.DROPPED if ready.content is None else DeliveryState.SENT
    unit.put(DELIVERY, attrs.evolve(delivery, state=state, settled_at=unit.now, error=None))
    for notice in unit.get_many(NOTICE, delivery.notices):
        reason = ready.dropped.get(notice.id)
        became = NoticeState.SENT if reason is None else NoticeState.DROPPED
        unit.put(NOTICE, attrs.evolve(notice, state=became, reason=reason))
    return RelayReport(dropped=1) if ready.content is None else RelayReport(sent=1)
