"""
What happens to grants, follows, requests for access, and the settings of the portal.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.ids import GrantId
from sharekit.records.catalog import Visibility
from sharekit.records.events._event import Event, ResourceEvent

__all__ = [
    "AccessAnswered",
    "AccessRequested",
    "PortalConfigured",
    "ResourceFollowed",
    "ResourceShared",
    "ResourceUnfollowed",
    "ShareDeclined",
    "ShareRevoked",
]


@attrs.frozen(kw_only=True)
class ShareEvent(ResourceEvent):
    """
    Something that happened to a grant.

    Attributes:
        grant: The id of the grant.
        party: The key of the grantee.
    """

    grant: GrantId
    party: str


@attrs.frozen(kw_only=True)
class ResourceShared(ShareEvent):
    """
    A thing was granted to a contact or an organisation, for the first time or anew.

    Attributes:
        access: What it lets them do.
        visibility: INTERNAL when it was only filed under them.
        children: What it says of the things inside.
        expires_at: When it ends, or None.
        generation: How many changes the grant has had.
        merged_from: The key of the contact who had it before they were merged into this one, or None.
    """

    name: ClassVar[str] = "resource-shared"
    heard: ClassVar[bool] = True
    access: str
    visibility: Visibility
    children: str
    expires_at: datetime | None
    generation: int
    merged_from: str | None = None


@attrs.frozen(kw_only=True)
class ShareRevoked(ShareEvent):
    """A grant was taken back."""

    name: ClassVar[str] = "share-revoked"


@attrs.frozen(kw_only=True)
class ShareDeclined(ShareEvent):
    """The grantee did not want what was granted."""

    name: ClassVar[str] = "share-declined"


@attrs.frozen(kw_only=True)
class ResourceFollowed(ResourceEvent):
    """
    A party wants to hear of a thing.

    Attributes:
        party: The key of the party.
    """

    name: ClassVar[str] = "resource-followed"
    party: str


@attrs.frozen(kw_only=True)
class ResourceUnfollowed(ResourceEvent):
    """
    A party no longer wants to hear of a thing.

    Attributes:
        party: The key of the party.
    """

    name: ClassVar[str] = "resource-unfollowed"
    party: str


@attrs.frozen(kw_only=True)
class AccessRequested(ResourceEvent):
    """A client asked to be let in to a thing."""

    name: ClassVar[str] = "access-requested"
    heard: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class AccessAnswered(ResourceEvent):
    """
    Staff answered a request for access.

    Attributes:
        party: The key of the contact who asked.
        state: What they were answered.
    """

    name: ClassVar[str] = "access-answered"
    heard: ClassVar[bool] = True
    party: str
    state: str


@attrs.frozen(kw_only=True)
class PortalConfigured(Event):
    """
    The settings of the portal were changed.

    Attributes:
        changed: The names of the settings that changed.
        scope: What it shows at all now.
        organizations: For whom of an organisation its grants count now.
    """

    name: ClassVar[str] = "portal-configured"
    changed: frozenset[str]
    scope: str
    organizations: str
