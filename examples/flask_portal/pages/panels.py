"""
Sharekit's panels for staff, and where the agency has pages of its own.
"""

from flask import url_for
from sharekit import Contact, Organization, ReadLink, ResourceRef
from sharekit.adapters.flask import portal_from
from sharekit.web import StaffPanels, StaffUrls

from flask_portal.agency import clients
from flask_portal.pages.desk import portal, signed_in_as
from flask_portal.pages.guard import csrf_token

__all__ = ["panels"]


def panels() -> StaffPanels:
    """Return the panels for whoever is signed in."""
    urls = StaffUrls(thing=_project, person=_person, link=_link, preview=_preview)
    return portal_from().staff_panels(signed_in_as(), locale="en-GB", hidden={"csrf": csrf_token()}, urls=urls)


def _project(ref: ResourceRef) -> str:
    return url_for("shares.index", project_id=ref.id)


def _person(party: Contact | Organization) -> str | None:
    if isinstance(party, Organization):
        client = clients.client_shared_as(portal().db, party.id)
        return None if client is None else url_for("client.show", client_id=client.id)
    person = clients.contact_shared_as(portal().db, party.id)
    return None if person is None else url_for("client.person", client_id=person.client_id, person_id=person.id)


def _link(link: ReadLink) -> str:
    return url_for("link.show", project_id=link.ref.id, link_id=link.id)


def _preview(contact: Contact, ref: ResourceRef) -> str | None:
    person = clients.contact_shared_as(portal().db, contact.id)
    if person is None:
        return None
    return url_for("client.preview", client_id=person.client_id, person_id=person.id, project_id=ref.id)
