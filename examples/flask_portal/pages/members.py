"""
What is shared with a client, and who there sees it, where the settings of the portal choose people one by one.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from flask_portal.agency import clients
from flask_portal.pages.desk import portal, signed_in_as
from flask_portal.pages.guard import guard, sent_form
from flask_portal.pages.panels import panels
from flask_portal.sharing.recipients import organization_of

__all__ = ["pages"]

pages = Blueprint("members", __name__, url_prefix="/clients/<int:client_id>/members")
guard(pages, sign_in=True, shows_again=True)


@pages.route("", methods=["GET", "POST"])
def index(client_id: int) -> Response | tuple[str, int]:
    """Show what is shared with the client, who is chosen, what another choice would reveal, or change it."""
    client = next((client for client in clients.all_clients(portal().db) if client.id == client_id), None)
    if client is None:
        abort(404)
    organization = organization_of(portal().db, portal().kit, client_id, signed_in_as())
    after = request.args.get("after")
    answer = panels().members(organization, sent_form(), after=after)
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index", client_id=client_id))
    seen = panels().what_can_see(organization, after=after)
    return render_template("members.html", client=client, members=answer.html, seen=seen), answer.status
