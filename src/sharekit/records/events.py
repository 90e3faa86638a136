"""
What happened: one frozen value for each kind of event.

An event is written to the audit trail in the transaction of its change, and announced as a
signal after the commit. It holds ids and plain facts; never secrets, and never text that
people wrote.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.ids import ReadLinkId, TenantId
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.parties import Principal

__all__ = [
    "ContactAdded",
    "Event",
    "LinkCreated",
    "LinkFetched",
    "LinkRedeemed",
    "LinkRefused",
    "LinkRevoked",
    "LinkUpdated",
    "LinkViewed",
    "PartyDeactivated",
    "ResourceMoved",
    "ResourcePut",
    "ResourceRemoved",
    "StaffAdded",
]


@attrs.frozen(kw_only=True)
class Event:
    """
    Something that happened.

    Attributes:
        tenant: Where.
        at: When.
        by: Who did it.
        name: A stable slug, noun first: ``"link-created"``.
    """

    name: ClassVar[str] = "event"
    tenant: TenantId
    at: datetime
    by: Principal


@attrs.frozen(kw_only=True)
class ResourceEvent(Event):
    """
    Something that happened to a resource.

    Attributes:
        ref: The resource.
    """

    ref: ResourceRef


@attrs.frozen(kw_only=True)
class ResourcePut(ResourceEvent):
    """
    A catalog entry was made or changed.

    Attributes:
        created: Whether it is new (again, after a removal).
        changed: The names of the fields that differ from before.
        visibility: Its visibility now.
    """

    name: ClassVar[str] = "resource-put"
    created: bool
    changed: frozenset[str]
    visibility: Visibility


@attrs.frozen(kw_only=True)
class ResourceMoved(ResourceEvent):
    """
    A catalog entry was moved to another container.

    Attributes:
        container: Where it lies now, or None.
    """

    name: ClassVar[str] = "resource-moved"
    container: ResourceRef | None


@attrs.frozen(kw_only=True)
class ResourceRemoved(ResourceEvent):
    """A catalog entry was removed; what was shared of it is dead for good."""

    name: ClassVar[str] = "resource-removed"


@attrs.frozen(kw_only=True)
class LinkEvent(ResourceEvent):
    """
    Something that happened to a read link.

    Attributes:
        link: The id of the link.
    """

    link: ReadLinkId = attrs.field(repr=lambda id_: f"{id_[:4]}...")


@attrs.frozen(kw_only=True)
class LinkCreated(LinkEvent):
    """
    A read link was made.

    Attributes:
        sections: What it shows.
        expires_at: When it ends, or None.
        max_uses: How often it can be redeemed, or None.
        password: Whether it has a password.
        recipient: The key of the contact it is for, or None.
        internal_title: Whether the client reads the internal title.
    """

    name: ClassVar[str] = "link-created"
    sections: frozenset[str]
    expires_at: datetime | None
    max_uses: int | None
    password: bool
    recipient: str | None
    internal_title: bool


@attrs.frozen(kw_only=True)
class LinkUpdated(LinkEvent):
    """
    A read link was changed.

    Attributes:
        changed: The names of the fields that changed.
        sections: What it shows now.
        added_sections: What it did not show before.
        expires_at: When it ends now, or None.
    """

    name: ClassVar[str] = "link-updated"
    changed: frozenset[str]
    sections: frozenset[str]
    added_sections: frozenset[str]
    expires_at: datetime | None


@attrs.frozen(kw_only=True)
class LinkRevoked(LinkEvent):
    """A read link was taken back."""

    name: ClassVar[str] = "link-revoked"


@attrs.frozen(kw_only=True)
class LinkRedeemed(LinkEvent):
    """
    Somebody redeemed a read link; one use was counted.

    Attributes:
        uses: How many that makes.
    """

    name: ClassVar[str] = "link-redeemed"
    uses: int


@attrs.frozen(kw_only=True)
class LinkViewed(LinkEvent):
    """
    A person looked at a link's page.

    Attributes:
        views: How many times that makes.
    """

    name: ClassVar[str] = "link-viewed"
    views: int


@attrs.frozen(kw_only=True)
class LinkFetched(LinkEvent):
    """A link was opened by somebody or something; a signal only, for nothing was changed."""

    name: ClassVar[str] = "link-fetched"


@attrs.frozen(kw_only=True)
class LinkRefused(Event):
    """
    A genuine token opened nothing; a signal only.

    Attributes:
        link: The id of the link.
        reason: Why, as a stable slug; for staff and logs, never for the client.
    """

    name: ClassVar[str] = "link-refused"
    link: ReadLinkId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    reason: str


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
    A contact or a member of staff was deactivated.

    Attributes:
        party: The key of the party.
    """

    name: ClassVar[str] = "party-deactivated"
    party: str
