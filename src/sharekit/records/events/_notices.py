"""
What people choose about letters.
"""

from typing import ClassVar

import attrs

from sharekit.records.events._event import Event

__all__ = ["DeliveryDismissed", "EventDismissed", "SubscriptionAsked", "SubscriptionConfirmed"]


@attrs.frozen(kw_only=True)
class _SubscriptionEvent(Event):
    """
    Somebody who gets no letters of some kinds is to get them again.

    Attributes:
        party: The key of the contact or member of staff.
        number: Of the asking.
        news: The kinds, by their names.
    """

    party: str
    number: int
    news: frozenset[str]


@attrs.frozen(kw_only=True)
class SubscriptionAsked(_SubscriptionEvent):
    """Somebody asked for letters again; a letter asks whoever reads the mail to confirm it."""

    name: ClassVar[str] = "subscription-asked"
    heard: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class SubscriptionConfirmed(_SubscriptionEvent):
    """Whoever reads the mail confirmed it; these letters come from now on."""

    name: ClassVar[str] = "subscription-confirmed"


@attrs.frozen(kw_only=True)
class DeliveryDismissed(Event):
    """
    Staff looked at a delivery that was given up, and were done with it.

    Attributes:
        delivery: Its id.
        party: The key of the person, or the id of the webhook.
        carrier: By which way it was to go.
    """

    name: ClassVar[str] = "delivery-dismissed"
    delivery: str
    party: str
    carrier: str


@attrs.frozen(kw_only=True)
class EventDismissed(Event):
    """
    Staff looked at an event of which nobody could be told, and were done with it.

    Attributes:
        entry: The id of its entry in the audit trail.
        happened: Its name.
    """

    name: ClassVar[str] = "event-dismissed"
    entry: str
    happened: str
