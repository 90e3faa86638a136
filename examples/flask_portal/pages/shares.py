"""
With whom a project is shared: who can see it and why, and who else shall, after a look at what that reveals.
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

pages = Blueprint("shares", __name__, url_prefix="/projects/<int:project_id>/people")
guard(pages, sign_in=True, shows_again=True)


@pages.route("", methods=["GET", "POST"])
def index(project_id: int) -> Response | tuple[str, int]:
    """Show who can see a project, and share it; or do what was asked for there."""
    project = project_or_404(project_id)
    answer = panels().share(
        ref_of(project_id),
        sent_form(),
        add_contact=lambda new: added_to(portal().db, portal().kit, project.client_id, new, signed_in_as()),
        organization=organization_of(portal().db, portal().kit, project.client_id, signed_in_as()),
        obstacle=obstacle(project),
    )
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index", project_id=project_id))
    if answer.partial:
        return answer.html, answer.status
    return render_template("share.html", project=project, share=answer.html, seen=answer.seen), answer.status
