"""
The agency's client contacts as recipients of links.
"""

from sharekit import Contact, Sharekit, Staff
from sharekit.errors import DuplicateContactError

from flask_portal.agency import clients
from flask_portal.agency.database import Database

__all__ = ["recipient_of"]


def recipient_of(db: Database, kit: Sharekit, contact: clients.ClientContact, by: Staff) -> Contact:
    """Return sharekit's contact for somebody at a client, and add it the first time."""
    if contact.share_id is not None:
        return Contact(contact.share_id)
    try:
        share_id = kit.people.add_contact(contact.name, contact.email, locale=contact.language, by=by).id
    except DuplicateContactError as error:  # added by another request a moment ago
        share_id = error.existing
    clients.remember_share_id(db, contact.id, share_id)
    return Contact(share_id)
