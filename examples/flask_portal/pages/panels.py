"""
Sharekit's panels for staff, and where the agency has pages of its own.
"""

from flask import url_for
from sharekit import Contact, Organization, ReadLink, ResourceRef, Staff
from sharekit.adapters.flask import portal_from, upload_url
from sharekit.records.documents import DOCUMENT
from sharekit.web import StaffPanels, StaffUrls

from flask_portal.agency import clients, staff
from flask_portal.pages.desk import portal, signed_in_as
from flask_portal.pages.guard import csrf_token

__all__ = ["panels"]


def panels() -> StaffPanels:
    """Return the panels for whoever is signed in."""
    urls = StaffUrls(
        thing=_thing,
        person=_person,
        link=_link,
        preview=_preview,
        documents=lambda ref: url_for("papers.index", project_id=ref.id),
        document=lambda ref: url_for("papers.show", document_id=ref.id),
        download=lambda ref, version: url_for("papers.bytes_of", document_id=ref.id, version=version),
        requests=lambda ref: url_for("requests.index", project_id=ref.id),
        ask=lambda ref: url_for("requests.ask", project_id=ref.id),
        upload=upload_url,
        conversations=lambda ref: url_for("talks.index", about=None if ref is None else ref.key),
        conversation=lambda talk: url_for("talks.show", talk_id=talk),
        start=lambda ref: url_for("talks.start", about=None if ref is None else ref.key),
        participants=lambda talk: url_for("talks.people", talk_id=talk),
        held_mails=lambda: url_for("talks.held"),
        attachment=lambda message, number: url_for("talks.attachment", message_id=message, number=number),
    )
    return portal_from().staff_panels(
        signed_in_as(),
        locale="en-GB",
        hidden={"csrf": csrf_token()},
        urls=urls,
        staff_name=_staff_name,
        colleagues=_colleagues,
    )


def _thing(ref: ResourceRef) -> str:
    if ref.kind == DOCUMENT:
        return url_for("papers.share", document_id=ref.id)
    return url_for("shares.index", project_id=ref.id)


def _staff_name(found: Staff) -> str | None:
    known = staff.member(portal().db, found.id)
    return None if known is None else known.name


def _colleagues() -> list[Staff]:
    return [Staff(each.id) for each in staff.everybody(portal().db)]


def _person(party: Contact | Organization) -> str | None:
    if isinstance(party, Organization):
        client = clients.client_shared_as(portal().db, party.id)
        return None if client is None else url_for("client.show", client_id=client.id)
    person = clients.contact_shared_as(portal().db, party.id)
    return None if person is None else url_for("client.person", client_id=person.client_id, person_id=person.id)


def _link(link: ReadLink) -> str:
    return url_for("link.show", project_id=link.ref.id, link_id=link.id)


def _preview(contact: Contact, ref: ResourceRef) -> str | None:
    if ref.kind == DOCUMENT:
        return None
    person = clients.contact_shared_as(portal().db, contact.id)
    if person is None:
        return None
    return url_for("client.preview", client_id=person.client_id, person_id=person.id, project_id=ref.id)
