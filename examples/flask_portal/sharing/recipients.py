"""
The agency's client contacts as sharekit knows them.
"""

from sharekit import Contact, Principal, Sharekit, System
from sharekit.errors import DuplicateContactError

from flask_portal.agency import clients
from flask_portal.agency.database import Database

__all__ = ["enter_people", "recipient_of"]


def recipient_of(db: Database, kit: Sharekit, contact: clients.ClientContact, by: Principal) -> Contact:
    """Return sharekit's contact for somebody at a client, and add it the first time."""
    if contact.share_id is not None:
        return Contact(contact.share_id)
    try:
        share_id = kit.people.add_contact(contact.name, contact.email, locale=contact.language, by=by).id
    except DuplicateContactError as error:  # added by another request a moment ago
        share_id = error.existing
    clients.remember_share_id(db, contact.id, share_id)
    return Contact(share_id)


def enter_people(db: Database, kit: Sharekit) -> None:
    """Have sharekit know everybody at every client, so that they are found while somebody types."""
    for client in clients.all_clients(db):
        for person in clients.contacts_of(db, client.id):
            recipient_of(db, kit, person, System("start"))
