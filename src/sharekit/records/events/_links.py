"""
What happens to read links.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.ids import ReadLinkId
from sharekit.records.events._event import Event, ResourceEvent

__all__ = ["LinkCreated", "LinkFetched", "LinkRedeemed", "LinkRefused", "LinkRevoked", "LinkUpdated", "LinkViewed"]


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
    heard: ClassVar[bool] = True
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
