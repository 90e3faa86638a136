"""
What happens to people, and to their access to the portal.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.records.events._event import Event

__all__ = [
    "ContactAdded",
    "ContactInvited",
    "ContactMerged",
    "ContactUpdated",
    "InvitationRefused",
    "MemberJoined",
    "MemberLeft",
    "MemberRoleChanged",
    "OrganizationAdded",
    "OrganizationUpdated",
    "PartyDeactivated",
    "PartyReactivated",
    "PortalAccessWithdrawn",
    "PortalEntered",
    "StaffAdded",
]


@attrs.frozen(kw_only=True)
class ContactAdded(Event):
    """
    A contact was added.

    Attributes:
        party: The contact's key.
    """

    name: ClassVar[str] = "contact-added"
    party: str


@attrs.frozen(kw_only=True)
class StaffAdded(Event):
    """
    A member of staff was added to the built-in directory, or described anew.

    Attributes:
        party: The key of the member of staff.
        roles: The roles given.
    """

    name: ClassVar[str] = "staff-added"
    party: str
    roles: frozenset[str]


@attrs.frozen(kw_only=True)
class PartyDeactivated(Event):
    """
    A contact, an organization or a member of staff was deactivated.

    Attributes:
        party: The key of the party.
    """

    name: ClassVar[str] = "party-deactivated"
    party: str


@attrs.frozen(kw_only=True)
class PartyReactivated(Event):
    """
    A contact or an organization that was deactivated is active again.

    Attributes:
        party: The key of the party.
    """

    name: ClassVar[str] = "party-reactivated"
    party: str


@attrs.frozen(kw_only=True)
class ContactUpdated(Event):
    """
    What is known of a contact was changed.

    Attributes:
        party: The contact's key.
        changed: The names of what changed.
    """

    name: ClassVar[str] = "contact-updated"
    party: str
    changed: frozenset[str]


@attrs.frozen(kw_only=True)
class ContactMerged(Event):
    """
    A contact turned out to be another one.

    Attributes:
        party: The key of the contact that was merged, which is deactivated.
        into: The key of the contact that has everything now.
    """

    name: ClassVar[str] = "contact-merged"
    party: str
    into: str


@attrs.frozen(kw_only=True)
class OrganizationAdded(Event):
    """
    An organization was added.

    Attributes:
        party: The organization's key.
    """

    name: ClassVar[str] = "organization-added"
    party: str


@attrs.frozen(kw_only=True)
class OrganizationUpdated(Event):
    """
    What is known of an organization was changed.

    Attributes:
        party: The organization's key.
        changed: The names of what changed.
    """

    name: ClassVar[str] = "organization-updated"
    party: str
    changed: frozenset[str]


@attrs.frozen(kw_only=True)
class MembershipEvent(Event):
    """
    Something that happened between a contact and an organization.

    Attributes:
        party: The contact's key.
        organization: The organization's key.
    """

    party: str
    organization: str


@attrs.frozen(kw_only=True)
class MemberJoined(MembershipEvent):
    """
    A contact belongs to an organization now.

    Attributes:
        role: What they are there, or None.
        sees_shared: Whether they were chosen to see what is shared with it.
    """

    name: ClassVar[str] = "member-joined"
    role: str | None
    sees_shared: bool


@attrs.frozen(kw_only=True)
class MemberRoleChanged(MembershipEvent):
    """
    A contact is something else in their organization now, or was chosen there.

    Attributes:
        role: What they are there, or None.
        sees_shared: Whether they were chosen to see what is shared with it.
    """

    name: ClassVar[str] = "member-role-changed"
    role: str | None
    sees_shared: bool


@attrs.frozen(kw_only=True)
class MemberLeft(MembershipEvent):
    """A contact does not belong to an organization any more."""

    name: ClassVar[str] = "member-left"


@attrs.frozen(kw_only=True)
class ContactInvited(Event):
    """
    A contact was invited to the portal.

    Attributes:
        party: The contact's key.
        expires_at: When the invitation ends.
        renewed: Whether the invitation that they have was only made to last longer.
    """

    name: ClassVar[str] = "contact-invited"
    heard: ClassVar[bool] = True
    party: str
    expires_at: datetime
    renewed: bool


@attrs.frozen(kw_only=True)
class PortalEntered(Event):
    """A contact came into the portal by an invitation, which is used up."""

    name: ClassVar[str] = "portal-entered"


@attrs.frozen(kw_only=True)
class PortalAccessWithdrawn(Event):
    """
    A contact may not come into the portal any more; invitations and sessions ended.

    Attributes:
        party: The contact's key.
    """

    name: ClassVar[str] = "portal-access-withdrawn"
    party: str


@attrs.frozen(kw_only=True)
class InvitationRefused(Event):
    """
    A genuine invitation let nobody in; a signal only.

    Attributes:
        reason: Why, as a stable slug; for staff and logs, never for who holds it.
    """

    name: ClassVar[str] = "invitation-refused"
    reason: str
