"""
With whom a project is shared: who can see it and why, and who else shall, after a look at what that reveals.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from sharekit import Contact
from sharekit.web import NewContact
from werkzeug.wrappers import Response

from flask_portal.agency import clients
from flask_portal.agency.projects import Project
from flask_portal.pages.desk import portal, project_or_404, signed_in_as
from flask_portal.pages.guard import guard, sent_form
from flask_portal.pages.links import obstacle
from flask_portal.pages.panels import panels
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import organization_of, recipient_of

__all__ = ["pages"]

pages = Blueprint("shares", __name__, url_prefix="/projects/<int:project_id>/people")
guard(pages, sign_in=True, shows_again=True)


@pages.route("", methods=["GET", "POST"])
def index(project_id: int) -> Response | tuple[str, int]:
    """Show who can see a project, and share it; or do what was asked for there."""
    project = project_or_404(project_id)
    answer = panels().share(
        ref_of(project_id),
        sent_form(),
        add_contact=lambda new: _added(project, new),
        organization=organization_of(portal().db, portal().kit, project.client_id, signed_in_as()),
        obstacle=obstacle(project),
    )
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index", project_id=project_id))
    if answer.partial:
        return answer.html, answer.status
    return render_template("share.html", project=project, share=answer.html, seen=answer.seen), answer.status


def _added(project: Project, new: NewContact) -> Contact:
    """Add somebody to the agency's own table, at the client that was chosen, and to sharekit's."""
    db = portal().db
    client = None if new.organization is None else clients.client_shared_as(db, new.organization.id)
    client_id = project.client_id if client is None else client.id
    person = clients.add_contact(db, client_id, new.name, new.email, new.locale, tags=", ".join(sorted(new.tags)))
    return recipient_of(db, portal().kit, person, signed_in_as())
