"""
Notices: what one person hears of, how they want to hear of it, and the letters that carry it.
"""

import enum
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import TenantId, deterministic_id, place_of
from sharekit.records import checks
from sharekit.records.audit import Detail
from sharekit.records.catalog import ResourceRef
from sharekit.records.instants import utc, zone_of
from sharekit.records.news import Cadence, News
from sharekit.records.subscriptions import Subscription

__all__ = [
    "MOST_MUTED",
    "Cadence",
    "Carrier",
    "Delivery",
    "DeliveryKeys",
    "DeliveryState",
    "FeedItem",
    "FeedPage",
    "News",
    "Notice",
    "NoticeKeys",
    "NoticePreferences",
    "NoticeState",
    "PreferenceKeys",
    "delivery_id",
    "notice_id",
    "preferences_id",
]

_MINUTES: Final = 24 * 60
MOST_MUTED: Final = 500
"""So many things can be muted by one person."""


class NoticeState(enum.StrEnum):
    """Whether a letter told of a notice."""

    WAITING = "waiting"
    TAKEN = "taken"
    """It is in a letter that is on its way; see its delivery."""
    SENT = "sent"
    DROPPED = "dropped"
    """No letter tells of it, and `Notice.reason` says why."""


class NoticeKeys:
    """The queryable keys of `Notice`."""

    PERSON = "person"
    STATE = "state"
    DUE_AT = "due_at"
    PLACE = "place"
    SEEN = "seen"
    SUBJECT = "subject"


def notice_id(tenant: TenantId, entry: str, person: str) -> str:
    """Return the id of the one notice of this event to this person."""
    return deterministic_id("notice", tenant, entry, person)


def _details(given: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class Notice:
    """
    One piece of news for one person.

    Attributes:
        tenant: Where.
        entry: The id of the outbox entry, and of the audit entry, that it comes from.
        person: The key of the contact or member of staff.
        news: Of which kind it is.
        event: The `Event.name`.
        at: When it happened.
        actor: Who did it, as a party key.
        resource: The key of the resource, or None.
        subject: What belongs in one letter has the same; never shown.
        details: Further facts by name, as in the audit trail.
        state: Whether a letter told of it.
        due_at: From when on a letter may tell of it.
        delivery: The id of the letter that tells of it, or None.
        reason: Why no letter does, as a slug, or None.
        seen_at: When the person saw it in the portal, or None.
    """

    tenant: TenantId
    entry: str
    person: str
    news: News
    event: str
    at: datetime
    actor: str
    resource: str | None = None
    subject: str
    details: Mapping[str, Detail] = attrs.field(converter=_details, factory=dict[str, Detail])
    state: NoticeState = NoticeState.WAITING
    due_at: datetime
    delivery: str | None = None
    reason: str | None = None
    seen_at: datetime | None = None

    @property
    def id(self) -> str:
        """The id of its row, the same for the same event and person."""
        return notice_id(self.tenant, self.entry, self.person)

    @property
    def place(self) -> int:
        """By this news is in the order in which it happened, also that of one instant. Shown to nobody: it counts."""
        return place_of(self.entry)

    @property
    def ref(self) -> ResourceRef | None:
        """The resource, or None."""
        return None if self.resource is None else ResourceRef.parse(self.resource)

    def text(self, name: str) -> str:
        """Return a detail that is text; empty when it is none."""
        value = self.details.get(name)
        return value if isinstance(value, str) else ""


class Carrier(enum.StrEnum):
    """By which way a delivery goes."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class DeliveryState(enum.StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    """When its turn came there was nothing left that might be told."""
    DEAD = "dead"
    """It was refused for good, or failed too often; staff may have it tried again."""
    DISMISSED = "dismissed"
    """It was given up, and staff looked at it."""


class DeliveryKeys:
    """The queryable keys of `Delivery`."""

    STATE = "state"
    CARRIER = "carrier"
    DUE_AT = "due_at"
    PARTY = "party"
    CREATED_AT = "created_at"


def delivery_id(tenant: TenantId, carrier: Carrier, first: str, party: str) -> str:
    """Return the id of the one delivery that begins with this notice, or carries this entry, to this party."""
    return deterministic_id("delivery", tenant, carrier, first, party)


@attrs.frozen(kw_only=True)
class Delivery:
    """
    One letter to one person, or one call of one webhook.

    Attributes:
        tenant: Where.
        id: The same for the same first notice; the Message-ID, or the ``webhook-id``, is made of it.
        carrier: By which way it goes.
        party: The key of the person, or the id of the webhook.
        notices: The ids of the notices that it tells of; of a webhook, none.
        news: Of which kind they are; several kinds are a digest.
        digest: Whether it gathers news, whatever they are about.
        body: What a webhook is told, as JSON; None of a letter, which is written when it is sent.
        state: What became of it.
        created_at: When it was first taken.
        due_at: From when on a relay may try: later while another relay has it, and after a failure.
        attempts: How often it was tried.
        error: Why it failed the last time, in one short line, or None.
        message_id: Of the letter, or None before it was first tried.
        settled_at: When it was sent, dropped or given up; None before.
    """

    tenant: TenantId
    id: str
    carrier: Carrier
    party: str
    notices: tuple[str, ...] = ()
    news: frozenset[str] = frozenset()
    digest: bool = False
    body: str | None = attrs.field(default=None, repr=False)
    state: DeliveryState = DeliveryState.WAITING
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    error: str | None = None
    message_id: str | None = None
    settled_at: datetime | None = None


class PreferenceKeys:
    """The queryable keys of `NoticePreferences`."""

    PERSON = "person"
    HANDLE = "handle"


def preferences_id(person: str) -> str:
    """Return the id of the one row of this person."""
    return deterministic_id("notice-preferences", person)


def _cadences(given: Mapping[News, Cadence]) -> Mapping[News, Cadence]:
    pairs: list[tuple[object, object]] = list(given.items())
    for news, cadence in pairs:
        if not isinstance(news, News) or not isinstance(cadence, Cadence):
            raise InvalidInputError("cadences", "needs a Cadence for each kind of News")
        if not news.can_be_chosen:
            raise InvalidInputError("cadences", f"cannot choose {news}")
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class NoticePreferences:
    """
    How one person wants to hear of news by mail. The portal shows all of it in any case.

    Attributes:
        tenant: Where.
        person: The key of the contact or member of staff.
        handle: Random, 168 bits; what the token to unsubscribe names.
        cadences: When letters of a kind come, for the kinds that were chosen; the others come at once.
        muted: The keys of things, such as projects, about which no letter comes.
        quiet_from: From which minute of the day on nothing is sent, or None for no quiet hours.
        quiet_until: From which minute of the day on letters come again.
        daily_at: At which minute of the day the daily letter comes.
        time_zone: In which zone these minutes are, and times are told; None for that of the site.
        asked: What they asked for and have yet to confirm, or None when they never did.
        changed_at: When it was last changed, or None.
    """

    tenant: TenantId
    person: str
    handle: str = attrs.field(repr=False)
    cadences: Mapping[News, Cadence] = attrs.field(converter=_cadences, factory=dict[News, Cadence])
    muted: frozenset[str] = frozenset()
    quiet_from: int | None = None
    quiet_until: int | None = None
    daily_at: int = 8 * 60
    time_zone: str | None = None
    asked: Subscription | None = None
    changed_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if (self.quiet_from is None) is not (self.quiet_until is None):
            raise InvalidInputError("quiet_until", "belongs to quiet_from")
        for field in ("quiet_from", "quiet_until", "daily_at"):
            if getattr(self, field) is not None:
                checks.whole(field, getattr(self, field), 0, _MINUTES - 1)
        if self.time_zone is not None:
            zone_of("time_zone", self.time_zone)
        if len(self.muted) > MOST_MUTED:
            raise InvalidInputError("muted", f"needs at most {MOST_MUTED} things")
        if self.changed_at is not None:
            utc("changed_at", self.changed_at)

    @property
    def id(self) -> str:
        """The id of its row."""
        return preferences_id(self.person)

    def cadence(self, news: News) -> Cadence:
        """Return when letters of this kind come."""
        return self.cadences.get(news, Cadence.IMMEDIATE) if news.can_be_chosen else Cadence.IMMEDIATE

    def awaited(self, now: datetime) -> Mapping[News, Cadence]:
        """Return when letters are to come that wait for the person to confirm them from a letter; none have come."""
        return self.asked.cadences if self.asked is not None and self.asked.awaits(now) else {}


@attrs.frozen(kw_only=True)
class FeedItem:
    """
    One piece of news as the portal shows it.

    Attributes:
        id: For `Notifications.mark_seen`.
        news: Of which kind it is.
        event: What happened, as the name of an event.
        at: When.
        actor: Who did it, as the reader may know them; empty for the site itself.
        ref: What it is about, or None.
        title: The title of that, as the reader may know it; empty for nothing.
        details: Ids by which a page finds its way: ``request``, ``conversation``, ``message``.
        seen: Whether the reader has seen it.
    """

    id: str
    news: News
    event: str
    at: datetime
    actor: str
    ref: ResourceRef | None
    title: str
    details: Mapping[str, str]
    seen: bool


@attrs.frozen(kw_only=True)
class FeedPage:
    """
    A page of a feed, the latest first.

    Attributes:
        items: What the reader may open now.
        next: Pass it as ``after`` for what came before; None at the end.
    """

    items: tuple[FeedItem, ...]
    next: str | None = None
