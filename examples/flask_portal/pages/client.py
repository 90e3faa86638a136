"""
A client of the agency: the people there, whether they have been let into the portal, and what each of them sees.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sharekit import AccessState, Contact, InvitationState
from sharekit.adapters.flask import invitation_url
from sharekit.errors import NotFoundError
from werkzeug.wrappers import Response

from flask_portal.agency import clients
from flask_portal.pages.desk import portal, project_or_404, signed_in_as
from flask_portal.pages.guard import guard
from flask_portal.pages.panels import panels
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import recipient_of

__all__ = ["pages"]

_STATES = {
    AccessState.NONE: "Not invited",
    AccessState.INVITED: "Invited",
    AccessState.ACTIVE: "In the portal",
    AccessState.WITHDRAWN: "Access withdrawn",
}

pages = Blueprint("client", __name__, url_prefix="/clients/<int:client_id>")
guard(pages, sign_in=True)


@pages.get("")
def show(client_id: int) -> str:
    """Show the people at a client."""
    client = _client_or_404(client_id)
    rows = [_row(person) for person in clients.contacts_of(portal().db, client_id)]
    return render_template("client.html", client=client, rows=rows)


@pages.get("/people/<int:person_id>")
def person(client_id: int, person_id: int) -> str:
    """Show everything that one person sees, and why."""
    found, contact = _person_or_404(client_id, person_id)
    shown = {
        "seen": panels().what_can_see(contact, after=request.args.get("after")),
        "owed": panels().outstanding(contact),
    }
    return render_template("client_person.html", client=_client_or_404(client_id), row=_row(found), **shown)


@pages.get("/documents")
def papers(client_id: int) -> str:
    """Show what everybody at a client can see of documents, and what they uploaded."""
    client = _client_or_404(client_id)
    people = clients.contacts_of(portal().db, client_id)
    chosen = [recipient_of(portal().db, portal().kit, person, signed_in_as()) for person in people]
    query = request.query_string.decode("latin-1")
    listed = panels().documents_of(chosen, query=query) if chosen else ""
    return render_template("client_papers.html", client=client, papers=listed)


@pages.post("/people/<int:person_id>/invite")
def invite(client_id: int, person_id: int) -> Response:
    """Let somebody into the portal: the page then shows the address that they are to be sent."""
    _, contact = _person_or_404(client_id, person_id)
    portal().kit.people.invite(contact, by=signed_in_as())
    flash("The invitation is ready. Copy it and send it.")
    return redirect(url_for(".show", client_id=client_id, _anchor=f"person-{person_id}"))


@pages.post("/people/<int:person_id>/withdraw")
def withdraw(client_id: int, person_id: int) -> Response:
    """Let somebody in no more."""
    _, contact = _person_or_404(client_id, person_id)
    portal().kit.people.withdraw(contact, by=signed_in_as())
    flash("Access is withdrawn. Invitations and open sessions have ended.")
    return redirect(url_for(".show", client_id=client_id, _anchor=f"person-{person_id}"))


@pages.get("/people/<int:person_id>/sees/<int:project_id>")
def preview(client_id: int, person_id: int, project_id: int) -> str:
    """Show a project as one person sees it."""
    project = project_or_404(project_id)
    found, contact = _person_or_404(client_id, person_id)
    try:
        shown = panels().preview_as(contact, ref_of(project_id))
    except NotFoundError:
        abort(404, "This person does not see this project.")
    client = _client_or_404(client_id)
    return render_template("client_preview.html", client=client, person=found, project=project, preview=shown)


def _row(found: clients.ClientContact) -> dict[str, object]:
    """Return what the pages tell of somebody: where they stand with the portal, and their invitation."""
    kit = portal().kit
    access = kit.people.access_of(recipient_of(portal().db, kit, found, signed_in_as()))
    sent = access.invitation
    opens = sent is not None and sent.state is InvitationState.OPEN
    return {
        "person": found,
        "access": access,
        "state": _STATES[access.state],
        "url": invitation_url(sent) if sent is not None and opens else None,
    }


def _client_or_404(client_id: int) -> clients.Client:
    found = next((client for client in clients.all_clients(portal().db) if client.id == client_id), None)
    if found is None:
        abort(404)
    return found


def _person_or_404(client_id: int, person_id: int) -> tuple[clients.ClientContact, Contact]:
    found = clients.contact(portal().db, person_id)
    if found is None or found.client_id != client_id:
        abort(404)
    return found, recipient_of(portal().db, portal().kit, found, signed_in_as())
