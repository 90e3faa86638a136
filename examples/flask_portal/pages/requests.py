"""
What a client is asked for: the requests of a project with their checklists, and a page that asks.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from flask_portal.pages.desk import portal, project_or_404, signed_in_as
from flask_portal.pages.guard import guard, sent_form
from flask_portal.pages.links import obstacle
from flask_portal.pages.panels import panels
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import added_to, organization_of

__all__ = ["pages"]

pages = Blueprint("requests", __name__, url_prefix="/projects/<int:project_id>/requests")
guard(pages, sign_in=True, shows_again=True)


@pages.route("", methods=["GET", "POST"])
def index(project_id: int) -> Response | tuple[str, int]:
    """Show what was asked for, and answer it."""
    project = project_or_404(project_id)
    answer = panels().requests(ref_of(project_id), sent_form(), obstacle=obstacle(project))
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index", project_id=project_id))
    return render_template("requests.html", project=project, requests=answer.html, title="Asked for"), answer.status


@pages.route("/ask", methods=["GET", "POST"])
def ask(project_id: int) -> Response | tuple[str, int]:
    """Show the form that asks for documents, and what the client would read; or ask."""
    project = project_or_404(project_id)
    answer = panels().ask(
        ref_of(project_id),
        sent_form(),
        add_contact=lambda new: added_to(portal().db, portal().kit, project.client_id, new, signed_in_as()),
        organization=organization_of(portal().db, portal().kit, project.client_id, signed_in_as()),
        obstacle=obstacle(project),
    )
    if answer.done:
        flash(answer.done)
        return redirect(answer.leads_to or url_for(".index", project_id=project_id))
    if answer.partial:
        return answer.html, answer.status
    page = render_template("requests.html", project=project, requests=answer.html, title="Ask for documents")
    return page, answer.status
