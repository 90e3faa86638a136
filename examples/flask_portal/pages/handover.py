"""
The page on which everything that one member of staff answers for is handed over to another.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from sharekit import Staff
from werkzeug.wrappers import Response

from flask_portal.agency import staff
from flask_portal.pages.desk import portal, signed_in_as
from flask_portal.pages.guard import guard, sent_form
from flask_portal.pages.panels import panels
from flask_portal.sharing.catalog import hand_over_projects

__all__ = ["pages"]

pages = Blueprint("handover", __name__, url_prefix="/handover")
guard(pages, sign_in=True, shows_again=True)


@pages.route("", methods=["GET", "POST"])
def index() -> Response | tuple[str, int]:
    """Show who can hand over to whom, what that would be, or do it."""
    here, by = portal(), signed_in_as()
    left = [Staff(each.id) for each in staff.former(here.db)]

    def hand_over(owner: Staff, to: Staff) -> None:
        hand_over_projects(here.db, here.kit, owner, to, by)

    answer = panels().handover(sent_form(), owners=left, hand_over=hand_over)
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index"))
    return render_template("handover.html", handover=answer.html), answer.status
