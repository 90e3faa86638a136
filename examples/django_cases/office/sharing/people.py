"""
The clients of the firm as sharekit knows them: organizations, and the people there; and who may configure the portal.
"""

from django.contrib.auth.models import User
from sharekit import Contact, Organization, ResourceRef, Staff, System
from sharekit.adapters.django import kit
from sharekit.errors import DuplicateContactError, DuplicateOrganizationError

from django_cases.office.models import Client

__all__ = ["enter_everybody", "organization_of", "take_back_shares"]

_OFFICE = System("office")


def organization_of(client: Client) -> Organization | None:
    """
    Have sharekit know the person whom the firm talks to for a client, and what that person belongs to.

    A client who is a person belongs to nothing: for them it is None.
    """
    people = kit().people
    organization = None if client.name == client.contact else _entered(client.name)
    try:
        people.add_contact(client.contact, client.email, organization=organization, locale=client.language, by=_OFFICE)
    except DuplicateContactError as error:
        contact = Contact(error.existing)
        if organization is not None and not people.organizations_of(contact):  # a link was made for them before
            people.join(contact, organization, by=_OFFICE)
    return organization


def _entered(name: str) -> Organization:
    try:
        return Organization(kit().people.add_organization(name, by=_OFFICE).id)
    except DuplicateOrganizationError as error:
        return Organization(error.existing)


def enter_everybody() -> None:
    """Have sharekit know every client, and as administrators those who may do everything in the firm."""
    for client in Client.objects.all():
        organization_of(client)
    for user in User.objects.filter(is_superuser=True, is_active=True):
        staff = Staff(str(user.pk))
        if not kit().portal.may_configure(staff):
            kit().people.add_staff(staff, name=user.get_full_name() or user.get_username(), roles={"admin"}, by=_OFFICE)


def take_back_shares(ref: ResourceRef, by: Staff) -> int:
    """Take a case back from everybody it is shared with, and return how many they were."""
    grants = kit().shares.of(ref)
    for grant in grants:
        kit().shares.revoke(grant, by=by)
    return len(grants)
