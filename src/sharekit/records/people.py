"""
The people around a contact: organizations, memberships, tags, and what a host's own directory says of people.
"""

from datetime import datetime

import attrs

from sharekit.ids import OrganizationId, TenantId, deterministic_id
from sharekit.records import checks
from sharekit.records.parties import Contact, ContactProfile, Organization

__all__ = [
    "ContactInfo",
    "ContactTag",
    "Member",
    "Membership",
    "MembershipInfo",
    "MembershipKeys",
    "NameClaim",
    "OrganizationInfo",
    "OrganizationKeys",
    "OrganizationProfile",
    "PersonFound",
    "StaffInfo",
    "TagKeys",
    "membership_id",
]


class OrganizationKeys:
    """The queryable keys of `OrganizationProfile`."""

    NAME = "name"
    WORDS = "words"
    ACTIVE = "active"


@attrs.frozen(kw_only=True, eq=False)
class OrganizationProfile(Organization):
    """
    An organization with what sharekit knows of it. It can stand wherever an `Organization` can.

    Attributes:
        tenant: Whose it is.
        name: As pages and mails show it; unique in the tenant without regard to case.
        active: False once deactivated: being its member means nothing then.
    """

    tenant: TenantId
    name: str
    active: bool = True

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checks.title("name", self.name)


@attrs.frozen(kw_only=True)
class NameClaim:
    """
    Which organization a name belongs to; at most one in a tenant.

    Attributes:
        tenant: Where.
        id: The digest of the name without its case.
        organization: The id of the organization.
    """

    tenant: TenantId
    id: str
    organization: OrganizationId


class MembershipKeys:
    """The queryable keys of `Membership`, and the name of its kind."""

    KIND = "membership"
    CONTACT = "contact"
    ORGANIZATION = "organization"


def membership_id(contact: Contact, organization: Organization) -> str:
    """Return the id of the one membership of this contact in this organization."""
    return deterministic_id("membership", contact.id, organization.id)


def _check_role(_: object, __: object, value: str | None) -> None:
    if value is not None:
        checks.slug("role", value)


@attrs.frozen(kw_only=True)
class Membership:
    """
    That a contact belongs to an organization.

    Attributes:
        tenant: Where.
        contact: Who.
        organization: Belongs to what.
        role: What they are there, a slug of the host's such as ``"manager"``, or None.
        sees_shared: Whether they were chosen to see what is shared with the organization, where
            members are chosen one by one.
        since: From when, or None when the host's directory does not say.
    """

    tenant: TenantId
    contact: Contact
    organization: Organization
    role: str | None = attrs.field(default=None, validator=_check_role)
    sees_shared: bool = False
    since: datetime | None = None

    @property
    def id(self) -> str:
        """The id of the row, the same for the same two."""
        return membership_id(self.contact, self.organization)


class TagKeys:
    """The queryable keys of `ContactTag`."""

    CONTACT = "contact"
    LABEL = "label"
    WORDS = "words"


def _check_label(_: object, __: object, value: str) -> None:
    checks.tag("tags", value)


@attrs.frozen(kw_only=True)
class ContactTag:
    """
    A label that staff gave a contact; clients never read it.

    Attributes:
        tenant: Where.
        contact: Whom it is on.
        label: As it is shown. Two labels that differ by case or accents alone are one.
    """

    tenant: TenantId
    contact: Contact
    label: str = attrs.field(validator=_check_label)


@attrs.frozen(kw_only=True)
class Member:
    """
    One of the people of an organization.

    Attributes:
        contact: Who.
        role: What they are there, or None.
        since: From when, or None when that is not known.
        sees_shared: Whether they were chosen to see what is shared with the organization.
    """

    contact: ContactProfile
    role: str | None
    since: datetime | None
    sees_shared: bool = False


@attrs.frozen(kw_only=True)
class PersonFound:
    """
    One line of a search.

    Attributes:
        party: Who or what was found, to be passed on.
        name: Their name.
        email: The address of a contact; None for an organization.
        active: False once deactivated.
    """

    party: Contact | Organization
    name: str
    email: str | None = None
    active: bool = True


# --- what a host's own directory answers ---------------------------------------------------


@attrs.frozen(kw_only=True)
class ContactInfo:
    """
    What the host says of one person outside.

    Attributes:
        id: The host's id.
        name: As pages and mails show it.
        email: One address.
        locale: The language of pages and mails, or None.
        phone: A telephone number, or None.
        messaging: Whether they take messages here.
        active: False for somebody who may not come in any more.
    """

    id: str
    name: str
    email: str
    locale: str | None = None
    phone: str | None = None
    messaging: bool = True
    active: bool = True


@attrs.frozen(kw_only=True)
class OrganizationInfo:
    """
    What the host says of one organization outside.

    Attributes:
        id: The host's id.
        name: As pages and mails show it.
        active: False for one that is no customer any more.
    """

    id: str
    name: str
    active: bool = True


@attrs.frozen(kw_only=True)
class MembershipInfo:
    """
    What the host says of one membership.

    Attributes:
        organization: The host's id of the organization.
        role: What the contact is there, a slug, or None.
        sees_shared: Whether they see what is shared with the organization, where members are chosen
            one by one.
    """

    organization: str
    role: str | None = None
    sees_shared: bool = False


@attrs.frozen(kw_only=True)
class StaffInfo:
    """
    What the host says of one person of its own, so that letters reach them.

    Attributes:
        id: The host's id.
        name: As letters show it.
        email: Where letters go, or None for nowhere.
        locale: The language of letters, or None.
        active: False for somebody who left.
    """

    id: str
    name: str
    email: str | None = None
    locale: str | None = None
    active: bool = True
