"""
Access to the portal: invitations, and the sessions of those who came in.
"""

import enum
from datetime import datetime

import attrs

from sharekit.ids import InvitationId, TenantId, deterministic_id
from sharekit.records.parties import Contact, ContactProfile

__all__ = [
    "AccessState",
    "ContactAccess",
    "Invitation",
    "InvitationKeys",
    "InvitationState",
    "InvitationView",
    "PortalAccess",
    "PortalAccessKeys",
    "PortalSession",
    "portal_access_id",
]


class AccessState(enum.StrEnum):
    """Where a contact stands with the portal."""

    NONE = "none"
    INVITED = "invited"
    """Was invited, and has not come in yet; the invitation may be over by now."""
    ACTIVE = "active"
    """Came in, and may come again."""
    WITHDRAWN = "withdrawn"


class PortalAccessKeys:
    """The queryable keys of `PortalAccess`."""

    CONTACT = "contact"
    HANDLE = "handle"
    STATE = "state"


def portal_access_id(contact: Contact) -> str:
    """Return the id of the one row about this contact's access."""
    return deterministic_id("portal-access", contact.id)


@attrs.frozen(kw_only=True)
class PortalAccess:
    """
    Whether a contact may come into the portal; every session reads it each time.

    Attributes:
        tenant: Where.
        contact: Who.
        handle: Random, 168 bits; what the tickets of sessions name.
        state: Where they stand.
        epoch: Raised whenever access ends, which ends every session.
        invitation: The invitation that was sent and neither used nor ended, or None.
        entered_at: When they last came in by an invitation, or None.
        ended_at: When access last ended, or None.
    """

    tenant: TenantId
    contact: Contact
    handle: str = attrs.field(repr=False)
    state: AccessState = AccessState.NONE
    epoch: int = 1
    invitation: InvitationId | None = attrs.field(default=None, repr=False)
    entered_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def id(self) -> str:
        """The id of the row, the same for the same contact."""
        return portal_access_id(self.contact)


class InvitationState(enum.StrEnum):
    """Where an invitation stands. Staff and logs are told; who holds it is told of ``expired`` alone."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    ENDED = "ended"


class InvitationKeys:
    """The queryable keys of `Invitation`."""

    CONTACT = "contact"
    CREATED_AT = "created_at"
    USES = "uses"


@attrs.frozen(kw_only=True)
class Invitation:
    """
    An entry to the portal for one contact, once.

    Attributes:
        tenant: Where.
        id: Random, 168 bits. With the secret key it makes the token; alone it opens nothing.
        contact: Who is invited.
        address: The digest of the e-mail address it is for; it dies when that changes.
        created_at: When it was made.
        created_by: The party key of who made it.
        expires_at: From this instant on it is expired.
        uses: 1 once it was used.
        ended_at: When it was taken back, or replaced by another; None otherwise.
        as_of: When this record was read from the store.
    """

    tenant: TenantId
    id: InvitationId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    contact: Contact
    address: str = attrs.field(repr=False)
    created_at: datetime
    created_by: str
    expires_at: datetime
    uses: int = 0
    ended_at: datetime | None = None
    as_of: datetime | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def state(self) -> InvitationState:
        """Where it stood when it was read; `state_at` tells of another instant."""
        return self.state_at(self.as_of or self.created_at)

    def state_at(self, now: datetime) -> InvitationState:
        """Return where this record stands at *now*; the end of its time is exclusive."""
        if self.uses:
            return InvitationState.USED
        if self.ended_at is not None:
            return InvitationState.ENDED
        return InvitationState.EXPIRED if now >= self.expires_at else InvitationState.OPEN


@attrs.frozen(kw_only=True)
class ContactAccess:
    """
    A contact's access to the portal, as staff see it.

    Attributes:
        contact: Who.
        state: Where they stand.
        invitation: The invitation that was sent last and was neither used nor ended, or None.
        entered_at: When they last came in by an invitation, or None.
        ended_at: When access last ended, or None.
    """

    contact: Contact
    state: AccessState = AccessState.NONE
    invitation: Invitation | None = None
    entered_at: datetime | None = None
    ended_at: datetime | None = None


@attrs.frozen(kw_only=True)
class InvitationView:
    """
    What the page shows that asks an invited contact to confirm; looking changes nothing.

    Attributes:
        name: The name of who is invited.
        locale: Their language, or None.
        expires_at: When the invitation ends, exclusive.
    """

    name: str
    locale: str | None
    expires_at: datetime


@attrs.frozen(kw_only=True)
class PortalSession:
    """
    A contact who came in.

    Attributes:
        contact: Who, as they are now.
        ticket: The sealed proof that carries the session on; keep it in a cookie, and replace it
            by the one of each later answer.
        since: When they came in.
    """

    contact: ContactProfile
    ticket: str = attrs.field(repr=False)
    since: datetime
