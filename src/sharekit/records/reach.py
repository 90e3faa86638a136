"""
How a contact is reached with a message: in the portal, by mail, or by the details that they gave.
"""

import enum
import unicodedata
from datetime import datetime

import attrs

from sharekit.ids import TenantId, deterministic_id
from sharekit.records.instants import utc
from sharekit.records.parties import Contact

__all__ = ["MESSAGING", "AddressBounce", "Reach", "ReachReason", "ReachWay", "Recipient", "bounce_id"]

MESSAGING = "messaging"
"""What the host's plans are asked about."""


class ReachWay(enum.StrEnum):
    """By which way messages reach somebody."""

    PORTAL = "portal"
    """In the portal; by mail besides, as they prefer."""
    MAIL = "mail"
    """By mail alone."""
    DETAILS = "details"
    """Not from here: staff are shown how else."""


class ReachReason(enum.StrEnum):
    """Why no better way is open."""

    PORTAL_ACCESS = "portal-access"
    """They have access to the portal; nothing is missing."""
    NO_PORTAL_ACCESS = "no-portal-access"
    MESSAGING_OFF = "messaging-off"
    """They take no messages here."""
    PLAN = "plan"
    """The host's plan does not include messages."""
    BOUNCED = "bounced"
    """Mail to their address came back for good."""
    INACTIVE = "inactive"
    """They were deactivated, or merged into another contact."""


@attrs.frozen(kw_only=True)
class Reach:
    """
    How a contact is reached, for staff.

    Attributes:
        contact: Who.
        name: Their name.
        way: By which way.
        reason: Why no better one is open.
        words: What the host says of its plan, when that is the reason; else empty.
        email: Their address.
        phone: Their number, or None.
        locale: Their language, or None.
    """

    contact: Contact
    name: str
    way: ReachWay
    reason: ReachReason
    words: str = ""
    email: str
    phone: str | None = None
    locale: str | None = None

    @property
    def takes_messages(self) -> bool:
        """Whether a message can be written to them from here."""
        return self.way is not ReachWay.DETAILS


@attrs.frozen(kw_only=True)
class Recipient:
    """
    Somebody who hears of a message, for staff, before it is written.

    Attributes:
        party: The key of the contact or member of staff.
        name: Their name; the empty text when it is not known.
        reach: How a contact is reached; None for staff.
    """

    party: str
    name: str
    reach: Reach | None = None


def bounce_id(email: str) -> str:
    """Return the id of the one `AddressBounce` of an address, the same for every spelling of its case."""
    return deterministic_id("bounced", unicodedata.normalize("NFC", email).casefold())


@attrs.frozen(kw_only=True)
class AddressBounce:
    """
    That mail to an address came back for good; removed when mail to it may be tried again.

    Attributes:
        tenant: Where.
        id: `bounce_id` of the address.
        status: The code of RFC 3463, ``"5.1.1"``, or empty.
        at: When that was heard.
    """

    tenant: TenantId
    id: str
    status: str = ""
    at: datetime

    def __attrs_post_init__(self) -> None:
        utc("at", self.at)
