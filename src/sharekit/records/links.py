"""
Read links: strictly reading, live, and dead at once when they are taken back.
"""

import enum
from datetime import datetime

import attrs

from sharekit.ids import ReadLinkId, TenantId
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef
from sharekit.records.instants import utc
from sharekit.records.parties import Contact

__all__ = ["LinkState", "ReadLink", "ReadLinkKeys"]

_MAX_USES = 1_000_000


class LinkState(enum.StrEnum):
    """Where a link stands in its life. Staff and logs are told; a client never is."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


class ReadLinkKeys:
    """The queryable keys of `ReadLink`."""

    RESOURCE = "resource"
    CREATED_AT = "created_at"
    CREATED_BY = "created_by"
    RECIPIENT = "recipient"
    USES = "uses"


@attrs.frozen(kw_only=True)
class ReadLink:
    """
    A link to one resource, as staff see it.

    Attributes:
        tenant: Whose link it is.
        id: Random, 168 bits. With the secret key it makes the token; alone it opens nothing.
        ref: What it shows; never another thing.
        incarnation: The `CatalogEntry.incarnation` it was made for.
        generation: Raised when the link is revoked; tokens of an earlier one stay dead.
        sections: The names of the sections that are shown.
        client_title: The title that the client reads, before the entry's own client title.
        accepted_title: The internal title that staff accepted the client may read, as it was then; a
            later one is not shown. None when they accepted none.
        created_at: When it was made.
        created_by: The party key of its maker, who must go on being allowed to share.
        expires_at: From this instant on it is expired; None for never.
        max_uses: How many times it can be redeemed; None for any number.
        uses: How many times it was redeemed.
        password_hash: The hash of its password, or None.
        password_epoch: Raised when the password changes, which ends every visit.
        recipient: The contact it was made for, or None.
        views: How many times a person looked at it; automatic readers are not counted.
        last_opened_at: When a person last did, or None.
        revoked_at: When it was taken back, or None.
        revoked_by: The party key of who did.
        reviewed_at: When staff last said that it is still wanted, or None.
        as_of: When this record was read from the store.
    """

    tenant: TenantId
    id: ReadLinkId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    ref: ResourceRef
    incarnation: int = 1
    generation: int = 1
    sections: frozenset[str]
    client_title: str | None = None
    accepted_title: str | None = None
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    max_uses: int | None = None
    uses: int = 0
    password_hash: str | None = attrs.field(default=None, repr=False)
    password_epoch: int = 0
    recipient: Contact | None = None
    views: int = 0
    last_opened_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    reviewed_at: datetime | None = None
    as_of: datetime | None = attrs.field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # Not as validators of the fields: they would be called for each field that has its default.
        if self.client_title is not None:
            checks.title("client_title", self.client_title)
        if self.accepted_title is not None:
            checks.title("accepted_title", self.accepted_title)
        if self.expires_at is not None:
            utc("expires_at", self.expires_at)
        if self.max_uses is not None:
            checks.whole("max_uses", self.max_uses, 1, _MAX_USES)

    @property
    def has_password(self) -> bool:
        """Whether opening it takes a password."""
        return self.password_hash is not None

    @property
    def must_be_redeemed(self) -> bool:
        """Whether it wants ``redeem`` instead of ``open``."""
        return self.password_hash is not None or self.max_uses is not None

    @property
    def state(self) -> LinkState:
        """Where it stood when it was read; `state_at` tells of another instant."""
        return self.state_at(self.as_of or self.created_at)

    def state_at(self, now: datetime) -> LinkState:
        """Return where this record stands at *now*; the end of its time is exclusive."""
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if self.expires_at is not None and now >= self.expires_at:
            return LinkState.EXPIRED
        if self.max_uses is not None and self.uses >= self.max_uses:
            return LinkState.EXHAUSTED
        return LinkState.ACTIVE
