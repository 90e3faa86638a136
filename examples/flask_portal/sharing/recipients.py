"""
The agency's clients and the people there, as sharekit knows them: organizations and contacts.
"""

from sharekit import Contact, Organization, Principal, Sharekit, Staff, System
from sharekit.errors import DuplicateContactError, DuplicateOrganizationError
from sharekit.web import NewContact

from flask_portal.agency import clients, staff
from flask_portal.agency.database import Database

__all__ = ["added_to", "enter_people", "enter_staff", "organization_of", "recipient_of"]

_START = System("start")


def recipient_of(db: Database, kit: Sharekit, contact: clients.ClientContact, by: Principal) -> Contact:
    """Return sharekit's contact for somebody at a client, and add it the first time."""
    if contact.share_id is not None:
        return Contact(contact.share_id)
    try:
        share_id = kit.people.add_contact(
            contact.name,
            contact.email,
            organization=organization_of(db, kit, contact.client_id, by),
            tags=frozenset(tag.strip() for tag in contact.tags.split(",") if tag.strip()),
            locale=contact.language,
            by=by,
        ).id
    except DuplicateContactError as error:  # added by another request a moment ago
        share_id = error.existing
    clients.remember_share_id(db, contact.id, share_id)
    return Contact(share_id)


def added_to(db: Database, kit: Sharekit, client_id: int, new: NewContact, by: Principal) -> Contact:
    """Add somebody to the agency's own table, at the client that was chosen or at this one, and to sharekit's."""
    client = None if new.organization is None else clients.client_shared_as(db, new.organization.id)
    chosen = client_id if client is None else client.id
    person = clients.add_contact(db, chosen, new.name, new.email, new.locale, tags=", ".join(sorted(new.tags)))
    return recipient_of(db, kit, person, by)


def organization_of(db: Database, kit: Sharekit, client_id: int, by: Principal) -> Organization:
    """Return sharekit's organization for a client, and add it the first time."""
    client = clients.client(db, client_id)
    if client.share_id is not None:
        return Organization(client.share_id)
    try:
        share_id = kit.people.add_organization(client.name, by=by).id
    except DuplicateOrganizationError as error:  # the same
        share_id = error.existing
    clients.remember_client(db, client_id, share_id)
    return Organization(share_id)


def enter_people(db: Database, kit: Sharekit) -> None:
    """Have sharekit know every client and everybody there, so that they are found while somebody types."""
    for client in clients.all_clients(db):
        organization_of(db, kit, client.id, _START)
        for person in clients.contacts_of(db, client.id):
            recipient_of(db, kit, person, _START)


def enter_staff(db: Database, kit: Sharekit) -> None:
    """Have sharekit know the office managers, who may change what the portal shows."""
    for person in staff.everybody(db):
        if person.is_admin and not kit.portal.may_configure(Staff(person.id)):
            kit.people.add_staff(Staff(person.id), name=person.name, roles={"admin"}, by=_START)
