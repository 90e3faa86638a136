"""
Grants and follows: who was given what, and who wants to hear of it.
"""

import enum
from datetime import datetime
from functools import lru_cache
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import GrantId, TenantId, deterministic_id
from sharekit.records.catalog import ResourceRef, Visibility, node_of
from sharekit.records.instants import utc
from sharekit.records.parties import Contact, Organization

__all__ = [
    "Access",
    "Children",
    "Declinable",
    "Follow",
    "FollowKeys",
    "Grant",
    "GrantKeys",
    "follow_id",
    "grant_id",
    "parse_grantee",
]


class Access(enum.StrEnum):
    """What a grant lets a client do; each level holds the ones before it."""

    VIEW = "view"
    """Read it, and download its documents."""
    COMMENT = "comment"
    """Talk about it, too."""
    CONTRIBUTE = "contribute"
    """Add documents to it, too."""

    @property
    def level(self) -> int:
        """The place of this access among the others, from 1."""
        return _LEVELS[self]


_LEVELS: Final = {access: place for place, access in enumerate(Access, 1)}


class Children(enum.StrEnum):
    """What a grant on a container says of the things in it."""

    NONE = "none"
    """Nothing: the container alone is shared."""
    NOW = "now"
    """Everything that lies in it at this moment, each by a grant of its own; nothing that comes later."""
    FUTURE = "future"
    """Everything that lies in it, now and later, unless a child is restricted."""


class GrantKeys:
    """The queryable keys of `Grant`, and the name of its kind."""

    KIND: Final = "grant"
    NODE = "node"
    GRANTEE = "grantee"
    LIVE = "live"
    FLOWS = "flows"
    LEVEL = "level"
    EXPIRES_AT = "expires_at"
    GRANTED_BY = "granted_by"
    GRANTED_AT = "granted_at"
    VIA = "via"


@lru_cache(maxsize=8192)  # a decision makes some six, and digests take longer than looking up the rows
def grant_id(tenant: TenantId, node: str, grantee: str) -> GrantId:
    """Return the id of the one grant of this thing, in this life of it, to this party."""
    return GrantId(deterministic_id("grant", tenant, node, grantee))


def parse_grantee(key: str) -> Contact | Organization:
    """Return the contact or organisation whose key this is; raise `InvalidInputError` for any other text."""
    type_, _, id_ = key.partition(":")
    if type_ not in {Contact.type, Organization.type}:
        raise InvalidInputError("grantee", "needs the key of a contact or an organisation")
    return Contact(id_) if type_ == Contact.type else Organization(id_)


@attrs.frozen(kw_only=True)
class Grant:
    """
    One thing shared with one contact or organisation.

    There is one grant for each thing and grantee; granting again renews it.

    Attributes:
        tenant: Whose grant it is.
        ref: What is shared.
        incarnation: The `CatalogEntry.incarnation` it was made for.
        grantee: The key of the contact or organisation.
        access: What it lets them do.
        visibility: INTERNAL files the thing under the grantee for staff and lets nobody in.
        children: What it says of the things inside.
        expires_at: From this instant on it gives nothing; None for never.
        via: The id of the grant on a container that brought this one with it, and takes it along.
        granted_at: When it was last granted.
        granted_by: The party key of who did.
        generation: Raised each time it is granted again, revoked or declined.
        revoked_at: When it was taken back, or None.
        revoked_by: The party key of who did.
        declined_at: When the grantee declined it, or None.
        reviewed_at: When staff last said that it is still wanted, or None.
    """

    tenant: TenantId
    ref: ResourceRef
    incarnation: int = 1
    grantee: str
    access: Access = Access.VIEW
    visibility: Visibility = Visibility.CLIENT
    children: Children = Children.FUTURE
    expires_at: datetime | None = None
    via: str | None = None
    granted_at: datetime
    granted_by: str
    generation: int = 1
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    declined_at: datetime | None = None
    reviewed_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        utc("granted_at", self.granted_at)
        if self.expires_at is not None:
            utc("expires_at", self.expires_at)

    @property
    def id(self) -> GrantId:
        """The id of its row, the same for the same thing and grantee."""
        return grant_id(self.tenant, self.node, self.grantee)

    @property
    def node(self) -> str:
        """The thing in this life of it, as text; a later thing of the same id is another node."""
        return node_of(self.ref, self.incarnation)

    @property
    def live(self) -> bool:
        """Whether it lets anybody in until it expires."""
        return self.revoked_at is None and self.declined_at is None and self.visibility is Visibility.CLIENT

    def allows_at(self, now: datetime) -> bool:
        """Say whether it lets its grantee in at this instant; the end of its time is exclusive."""
        return self.live and (self.expires_at is None or now < self.expires_at)


@attrs.frozen(kw_only=True)
class Declinable:
    """
    What a contact can give back of a thing that they see.

    Attributes:
        grant: The id of the grant on it that is theirs alone.
        still_sees: Whether they see the thing without it, too.
    """

    grant: GrantId
    still_sees: bool


class FollowKeys:
    """The queryable keys of `Follow`."""

    NODE = "node"
    PARTY = "party"


def follow_id(tenant: TenantId, node: str, party: str) -> str:
    """Return the id of the one follow of this thing by this party."""
    return deterministic_id("follow", tenant, node, party)


@attrs.frozen(kw_only=True)
class Follow:
    """
    A party that wants to hear of a thing. It gives no access.

    Attributes:
        tenant: Where.
        ref: The thing.
        incarnation: The `CatalogEntry.incarnation` it is about.
        party: The key of the contact, organisation or member of staff.
        since: When it began.
    """

    tenant: TenantId
    ref: ResourceRef
    incarnation: int = 1
    party: str
    since: datetime

    @property
    def node(self) -> str:
        """The thing in this life of it, as text."""
        return node_of(self.ref, self.incarnation)

    @property
    def id(self) -> str:
        """The id of its row."""
        return follow_id(self.tenant, self.node, self.party)
