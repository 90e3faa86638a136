"""
Who acts and who receives: principals, the rights of staff, and what the built-in directory keeps.
"""

import enum
from typing import ClassVar

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import ContactId, TenantId
from sharekit.records import checks

__all__ = [
    "Contact",
    "ContactKeys",
    "ContactProfile",
    "EmailClaim",
    "EmailClaimKeys",
    "LinkHolder",
    "Organization",
    "Party",
    "Principal",
    "Reference",
    "Right",
    "Staff",
    "StaffProfile",
    "System",
    "parse_party",
]


class Right(enum.StrEnum):
    """What a member of staff may do with a resource."""

    VIEW = "view"
    EDIT = "edit"
    SHARE = "share"
    MANAGE = "manage"


@attrs.frozen(eq=False, repr=False)
class Reference:
    """
    A reference to somebody or something by type and id, equal to any other of the same.

    Attributes:
        id: The id in its own world: the host's for staff, sharekit's for contacts.
    """

    type: ClassVar[str] = ""
    id: str = attrs.field()

    def __attrs_post_init__(self) -> None:
        checks.identifier("id", self.id)

    @property
    def key(self) -> str:
        """The reference as text, ``"staff:maria"``, unique within a tenant."""
        return f"{self.type}:{self.id}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"


@attrs.frozen(eq=False, repr=False)
class Principal(Reference):
    """Somebody or something that acts."""


@attrs.frozen(eq=False, repr=False)
class Staff(Principal):
    """A person of the host, by the host's own user id."""

    type: ClassVar[str] = "staff"


@attrs.frozen(eq=False, repr=False)
class Contact(Principal):
    """A person outside, by the id that `People.add_contact` gave."""

    type: ClassVar[str] = "contact"


@attrs.frozen(eq=False, repr=False)
class System(Principal):
    """A piece of the host's machinery, such as ``System("sync")``; it may do everything."""

    type: ClassVar[str] = "system"


@attrs.frozen(eq=False, repr=False)
class LinkHolder(Principal):
    """Whoever holds a read link, by the id of the link."""

    type: ClassVar[str] = "link"

    def __repr__(self) -> str:
        return f"LinkHolder({self.id[:4]!r}...)"


@attrs.frozen(eq=False, repr=False)
class Organization(Reference):
    """
    A company of people outside, by the id that `People.add_organization` gave.

    Things are shared with it; it never acts, its members do.
    """

    type: ClassVar[str] = "organization"


Party = Staff | Contact

_PRINCIPALS: dict[str, type[Principal]] = {cls.type: cls for cls in (Staff, Contact, System, LinkHolder)}


def parse_party(key: str) -> Principal:
    """Return the principal whose `Principal.key` this is; raise `InvalidInputError` for any other text."""
    type_, _, id_ = key.partition(":")
    if type_ not in _PRINCIPALS:
        raise InvalidInputError("party", "needs the key of a principal, such as 'staff:maria'")
    return _PRINCIPALS[type_](id_)


class ContactKeys:
    """The queryable keys of `ContactProfile`."""

    NAME = "name"
    EMAIL = "email"
    WORDS = "words"
    ACTIVE = "active"


@attrs.frozen(kw_only=True, eq=False)
class ContactProfile(Contact):
    """
    A contact with what sharekit knows of them. It can stand wherever a `Contact` can.

    Attributes:
        tenant: Whose contact this is.
        name: As pages and mails show it.
        email: As given; unique in the tenant without regard to case.
        locale: The language of pages and mails, such as ``"nl"``; None to negotiate.
        phone: A number as given, or None.
        messaging: Whether they take messages here; where not, staff are shown how else to reach them.
        active: False once deactivated.
        merged_into: The contact that this one turned out to be, or None.
    """

    tenant: TenantId
    name: str
    email: str
    locale: str | None = None
    phone: str | None = None
    messaging: bool = True
    active: bool = True
    merged_into: Contact | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checks.title("name", self.name)
        checks.email("email", self.email)
        checks.flag("messaging", self.messaging)
        if self.locale is not None:
            checks.locale("locale", self.locale)
        if self.phone is not None:
            checks.phone("phone", self.phone)


@attrs.frozen(kw_only=True, eq=False)
class StaffProfile(Staff):
    """
    What the built-in directory knows of a member of staff. It can stand wherever a `Staff` can.

    Attributes:
        tenant: Whose staff this is.
        name: As pages show it.
        roles: ``"admin"`` gives every right on every resource.
        active: False once deactivated: no rights at all.
        email: Where letters to them go; None for nowhere.
        locale: The language of their letters, or None.
    """

    tenant: TenantId
    name: str
    roles: frozenset[str] = frozenset()
    active: bool = True
    email: str | None = None
    locale: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checks.title("name", self.name)
        for role in self.roles:
            checks.slug("roles", role)
        if self.email is not None:
            checks.email("email", self.email)
        if self.locale is not None:
            checks.locale("locale", self.locale)


class EmailClaimKeys:
    """The queryable keys of `EmailClaim`."""

    CONTACT = "contact"


@attrs.frozen(kw_only=True)
class EmailClaim:
    """
    Which contact an e-mail address belongs to; at most one in a tenant.

    Attributes:
        tenant: Where.
        id: The digest of the folded address.
        contact: The id of the contact.
    """

    tenant: TenantId
    id: str
    contact: ContactId
