"""
Who somebody is: asks the host's directory where it has people of its own, and our rows where it has not.

Every feature asks here, at the moment of deciding, and keeps nothing of the answer.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from sharekit.codec.kinds import CONTACT
from sharekit.codec.kinds_of_people import MEMBERSHIP, ORGANIZATION
from sharekit.errors import (
    DirectoryError,
    InvalidInputError,
    MergedContactError,
    NotAllowedError,
    NotFoundError,
    SharekitError,
)
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId
from sharekit.ports import AllOf, Eq, InSelect, Select, SupportsContacts, SupportsOrganizations
from sharekit.records import checks
from sharekit.records.parties import Contact, ContactProfile, Organization
from sharekit.records.people import (
    ContactInfo,
    Membership,
    MembershipInfo,
    MembershipKeys,
    OrganizationInfo,
    OrganizationKeys,
    OrganizationProfile,
)

__all__ = [
    "active_contact",
    "active_organization",
    "ask",
    "contact_at",
    "contact_from",
    "contact_of",
    "contacts_of_host",
    "known_contact",
    "known_organization",
    "member_ids_of",
    "memberships_of",
    "organization_from",
    "organization_of",
    "organizations_of_host",
    "require_own_contacts",
    "require_own_organizations",
]

A = TypeVar("A")

_OF_HOST: Final = "people-of-the-host"
_ACTIVE_ORGANIZATIONS: Final = Select(ORGANIZATION.name, "id", Eq(key=OrganizationKeys.ACTIVE, value=True))


def contacts_of_host(wiring: Wiring) -> SupportsContacts | None:
    """Return the host's directory when contacts are the host's."""
    directory: object = wiring.directory
    # Most hosts have none, and Python takes its time to look at a protocol.
    return directory if directory is not None and isinstance(directory, SupportsContacts) else None


def organizations_of_host(wiring: Wiring) -> SupportsOrganizations | None:
    """Return the host's directory when organizations, and who belongs to them, are the host's."""
    directory: object = wiring.directory
    return directory if directory is not None and isinstance(directory, SupportsOrganizations) else None


def require_own_contacts(wiring: Wiring) -> None:
    """Refuse to change contacts that are the host's."""
    if contacts_of_host(wiring) is not None:
        raise NotAllowedError(_OF_HOST)


def require_own_organizations(wiring: Wiring) -> None:
    """Refuse to change organizations that are the host's."""
    if organizations_of_host(wiring) is not None:
        raise NotAllowedError(_OF_HOST)


def contact_of(wiring: Wiring, unit: Unit, id_: str) -> ContactProfile | None:
    """Return what is known of a contact now, or None."""
    host = contacts_of_host(wiring)
    return unit.get(CONTACT, id_) if host is None else contact_at(host, unit.tenant, id_)


def contact_at(host: SupportsContacts, tenant: TenantId, id_: str) -> ContactProfile | None:
    """Return what the host says of a contact now, or None."""
    info = ask(lambda: host.contact(id_))
    if info is None:
        return None
    found = contact_from(tenant, info)
    if found.id != id_:
        raise DirectoryError
    return found


def organization_of(wiring: Wiring, unit: Unit, id_: str) -> OrganizationProfile | None:
    """Return what is known of an organization now, or None."""
    host = organizations_of_host(wiring)
    if host is None:
        return unit.get(ORGANIZATION, id_)
    info = ask(lambda: host.organization(id_))
    if info is None:
        return None
    found = organization_from(unit.tenant, info)
    if found.id != id_:
        raise DirectoryError
    return found


def memberships_of(wiring: Wiring, unit: Unit, contact: Contact) -> list[Membership]:
    """
    Return what a contact belongs to now, organizations that are not active left out; one query.

    Whether the contact is active is not asked here.
    """
    host = organizations_of_host(wiring)
    if host is None:
        belongs = Eq(MembershipKeys.CONTACT, contact.id)
        return unit.find(MEMBERSHIP, AllOf((belongs, InSelect(MembershipKeys.ORGANIZATION, _ACTIVE_ORGANIZATIONS))))
    answer = ask(lambda: list(host.organizations_of(contact.id)))
    return [_membership_from(unit.tenant, contact, info) for info in answer]


def member_ids_of(
    wiring: Wiring, unit: Unit, organization: Organization, *, limit: int | None = None
) -> frozenset[str]:
    """Return the ids of the contacts that belong to an organization now; of very many, at least *limit* of them."""
    host = organizations_of_host(wiring)
    if host is None:
        rows = unit.find(MEMBERSHIP, Eq(MembershipKeys.ORGANIZATION, organization.id), limit=limit)
        return frozenset(membership.contact.id for membership in rows)
    return frozenset(ask(lambda: list(host.members_of(organization.id))))


def known_contact(wiring: Wiring, unit: Unit, contact: Contact, *, field: str = "contact") -> ContactProfile:
    """Return what is known of a contact now; refuse anything but a `Contact`, and one that nobody knows."""
    if not isinstance(contact, Contact):
        raise InvalidInputError(field, "needs a Contact")
    found = contact_of(wiring, unit, contact.id)
    if found is None:
        raise NotFoundError(CONTACT.name, Contact(contact.id).key)
    return found


def active_contact(wiring: Wiring, unit: Unit, contact: Contact, *, field: str = "contact") -> ContactProfile:
    """Return what is known of a contact; refuse one that is merged into another, or not active."""
    found = known_contact(wiring, unit, contact, field=field)
    if found.merged_into is not None:
        raise MergedContactError(found.merged_into.id)
    if not found.active:
        raise NotFoundError(CONTACT.name, Contact(contact.id).key)
    return found


def known_organization(wiring: Wiring, unit: Unit, organization: Organization) -> OrganizationProfile:
    """Return what is known of an organization; refuse anything but an `Organization`, and one that nobody knows."""
    if not isinstance(organization, Organization):
        raise InvalidInputError("organization", "needs an Organization")
    found = organization_of(wiring, unit, organization.id)
    if found is None:
        raise NotFoundError(ORGANIZATION.name, Organization(organization.id).key)
    return found


def active_organization(wiring: Wiring, unit: Unit, organization: Organization) -> OrganizationProfile:
    """Return what is known of an organization; refuse one that is not active."""
    found = known_organization(wiring, unit, organization)
    if not found.active:
        raise NotFoundError(ORGANIZATION.name, Organization(organization.id).key)
    return found


def ask(question: Callable[[], A]) -> A:
    """Return what the host's code answers, or raise `DirectoryError` when it fails."""
    try:
        return question()
    except Exception as error:
        raise DirectoryError from error


def contact_from(tenant: TenantId, info: object) -> ContactProfile:
    """Return the profile that the host's answer describes, or raise `DirectoryError`."""
    if not isinstance(info, ContactInfo):
        raise DirectoryError
    try:
        checks.flag("active", info.active)
        return ContactProfile(
            id=info.id,
            tenant=tenant,
            name=info.name,
            email=info.email,
            locale=info.locale,
            phone=info.phone,
            messaging=info.messaging,
            active=info.active,
        )
    except SharekitError as error:
        raise DirectoryError from error


def organization_from(tenant: TenantId, info: object) -> OrganizationProfile:
    """Return the profile that the host's answer describes, or raise `DirectoryError`."""
    if not isinstance(info, OrganizationInfo):
        raise DirectoryError
    try:
        checks.flag("active", info.active)
        return OrganizationProfile(id=info.id, tenant=tenant, name=info.name, active=info.active)
    except SharekitError as error:
        raise DirectoryError from error


def _membership_from(tenant: TenantId, contact: Contact, info: object) -> Membership:
    if not isinstance(info, MembershipInfo):
        raise DirectoryError
    try:
        checks.flag("sees_shared", info.sees_shared)
        return Membership(
            tenant=tenant,
            contact=Contact(contact.id),
            organization=Organization(info.organization),
            role=info.role,
            sees_shared=info.sees_shared,
        )
    except SharekitError as error:
        raise DirectoryError from error
