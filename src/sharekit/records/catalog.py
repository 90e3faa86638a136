"""
The catalog: the host's things, as sharekit knows them.
"""

import enum
from datetime import datetime
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import EntryId, TenantId
from sharekit.records import checks
from sharekit.records.drafts import directly
from sharekit.records.instants import utc
from sharekit.records.parties import Contact, Staff
from sharekit.records.unset import UNSET, Unset

__all__ = [
    "AncestorKeys",
    "Ancestry",
    "Audience",
    "CatalogEntry",
    "CatalogItem",
    "EntryKeys",
    "Inheritance",
    "NewChildren",
    "ResourceRef",
    "Visibility",
    "node_of",
]


@attrs.frozen
class ResourceRef:
    """
    A reference to a thing of the host.

    Attributes:
        kind: The name of a declared `ResourceKind`.
        id: The host's own id as text: 1 to 180 printable characters, no slashes.

    Raises:
        InvalidInputError: One of them is malformed.
    """

    kind: str
    id: str

    def __attrs_post_init__(self) -> None:
        checks.slug("kind", self.kind)
        checks.identifier("id", self.id)

    @property
    def key(self) -> str:
        """The reference as text, ``"project:42"``, unique within a tenant."""
        return f"{self.kind}:{self.id}"

    @staticmethod
    def parse(key: str) -> "ResourceRef":
        """Return the reference whose `key` this is."""
        checks.text("key", key)
        kind, _, id_ = key.partition(":")
        return _ref(kind, id_)


_ref = directly(ResourceRef)


class Visibility(enum.StrEnum):
    """Whether clients may ever see a thing."""

    INTERNAL = "internal"
    """Hidden from clients, whatever else says otherwise, with everything inside it."""
    CLIENT = "client"
    """Shown to those clients that a grant or a link lets in."""


class Audience(enum.StrEnum):
    """Whom something that happened concerns."""

    CLIENT = "client"
    INTERNAL = "internal"


class Inheritance(enum.StrEnum):
    """Whether what is granted on a container reaches a thing in it."""

    OPEN = "open"
    PENDING = "pending"
    """Not yet: staff were to be asked, and have not answered."""
    CLOSED = "closed"


class NewChildren(enum.StrEnum):
    """What becomes of things that are put into a container from now on."""

    INHERIT = "inherit"
    """They are open to whom the container is granted."""
    ASK = "ask"
    """They wait until staff open them."""
    HIDDEN = "hidden"
    """They are internal."""


def node_of(ref: ResourceRef, incarnation: int) -> str:
    """Return one life of a thing as text: what is put again after a removal is another node."""
    return f"{ref.key}#{incarnation}"


class EntryKeys:
    """The queryable keys of `CatalogEntry`."""

    KIND = "kind"
    NODE = "node"
    CONTAINER = "container"
    OWNER = "owner"
    REQUESTER = "requester"
    SHOWN = "shown"
    NAME = "name"
    CLIENT_NAME = "client_name"
    CLIENT_TITLE = "client_title"
    ACTIVITY = "activity"
    CLIENT_ACTIVITY = "client_activity"
    CREATED_AT = "created_at"
    CHILDREN = "children"
    REMOVED = "removed"


@attrs.frozen(kw_only=True)
class CatalogEntry:
    """
    A thing of the host, as sharekit knows it.

    Attributes:
        tenant: Whose it is.
        ref: What it is.
        title: As staff call it.
        client_title: As clients may read it; None when no such title was given.
        container: What it lies in, or None.
        container_incarnation: The incarnation of the container that it was put into. When that was
            removed since, this lies in nothing any more, also when its id was put again.
        owner: The member of staff who answers for it, as a party key; None when nobody does.
        requester: The contact who asked for it, or None; that gives no access by itself.
        visibility: Whether clients may ever see it.
        inherits: Whether what is granted on its container reaches it.
        new_children: What becomes of things that are put into it from now on.
        veiled: Whether something that it lies in is internal or removed.
        reached_from: The nodes above it from which grants reach it, the nearest first.
        children: How often something was put into it, or a link made to it.
        activity: When something last happened to it, or None for nothing since it was put.
        client_activity: The same, of what clients may know.
        incarnation: 1, and one more each time a removed id is put again; links and grants of an
            earlier incarnation stay dead.
        created_at: When it was first put.
        revived_at: When it was taken out of something that was removed, which made it another
            incarnation; None when it never was.
        removed_at: When it was removed, or None.
    """

    tenant: TenantId
    ref: ResourceRef
    title: str
    client_title: str | None = None
    container: ResourceRef | None = None
    container_incarnation: int = 0
    owner: str | None = None
    requester: Contact | None = None
    visibility: Visibility = Visibility.CLIENT
    inherits: Inheritance = Inheritance.OPEN
    new_children: NewChildren = NewChildren.INHERIT
    veiled: bool = False
    reached_from: tuple[str, ...] = ()
    children: int = 0
    activity: datetime | None = None
    client_activity: datetime | None = None
    incarnation: int = 1
    created_at: datetime
    revived_at: datetime | None = None
    removed_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        checks.title("title", self.title)
        if self.client_title is not None:
            checks.title("client_title", self.client_title)
        utc("created_at", self.created_at)
        if self.activity is not None:
            utc("activity", self.activity)
        if self.client_activity is not None:
            utc("client_activity", self.client_activity)
        if self.revived_at is not None:
            utc("revived_at", self.revived_at)
        if self.removed_at is not None:
            utc("removed_at", self.removed_at)

    @property
    def id(self) -> EntryId:
        """The id of its row."""
        return EntryId(self.ref.key)

    @property
    def node(self) -> str:
        """The thing in this life of it, as text."""
        return node_of(self.ref, self.incarnation)

    @property
    def shown(self) -> bool:
        """Whether clients may ever see it, as it and what it lies in are now."""
        return self.removed_at is None and self.visibility is Visibility.CLIENT and not self.veiled


@attrs.frozen
class CatalogItem:
    """
    What `Catalog.put_many` is told of one thing, with the meaning and the defaults of `Catalog.put`.

    Attributes:
        ref: What it is.
        title: As staff call it.
        client_title: As clients may read it.
        container: What a new thing lies in; None for nothing.
        owner: Who answers for it.
        requester: The active contact who asked for it.
        visibility: Whether clients may ever see it.
        new_children: What becomes of things that are put into it from now on.
    """

    ref: ResourceRef
    title: str = attrs.field(kw_only=True)
    client_title: str | None | Unset = attrs.field(kw_only=True, default=UNSET)
    container: ResourceRef | None | Unset = attrs.field(kw_only=True, default=UNSET)
    owner: Staff | None | Unset = attrs.field(kw_only=True, default=UNSET)
    requester: Contact | None | Unset = attrs.field(kw_only=True, default=UNSET)
    visibility: Visibility | Unset = attrs.field(kw_only=True, default=UNSET)
    new_children: NewChildren | Unset = attrs.field(kw_only=True, default=UNSET)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.ref, ResourceRef):
            raise InvalidInputError("ref", "needs a ResourceRef")
        checks.title("title", self.title)
        wanted: tuple[tuple[str, object, type], ...] = (
            ("container", self.container, ResourceRef),
            ("owner", self.owner, Staff),
            ("requester", self.requester, Contact),
        )
        for field, value, type_ in wanted:
            if value is not UNSET and value is not None and not isinstance(value, type_):
                raise InvalidInputError(field, f"needs a {type_.__name__} or None")
        if self.client_title is not UNSET and self.client_title is not None:
            checks.title("client_title", self.client_title)
        if self.visibility is not UNSET and not isinstance(self.visibility, Visibility):
            raise InvalidInputError("visibility", "needs a Visibility")
        if self.new_children is not UNSET and not isinstance(self.new_children, NewChildren):
            raise InvalidInputError("new_children", "needs a NewChildren")


class AncestorKeys:
    """The queryable keys of `Ancestry`, and the name of its kind."""

    KIND: Final = "ancestor"
    ENTRY = "entry"
    ANCESTOR = "ancestor"


@attrs.frozen(kw_only=True)
class Ancestry:
    """
    What is granted on *ancestor* reaches *entry*.

    Attributes:
        tenant: Where.
        entry: The id of the entry.
        ancestor: A node that it lies in, at any depth.
    """

    tenant: TenantId
    entry: str
    ancestor: str
