"""
What the portal shows clients: changed by office managers, after a look at what that reveals.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from flask_portal.pages.guard import guard, sent_form
from flask_portal.pages.panels import panels

__all__ = ["pages"]

pages = Blueprint("settings", __name__, url_prefix="/settings")
guard(pages, sign_in=True, shows_again=True)


@pages.route("", methods=["GET", "POST"])
def index() -> Response | tuple[str, int]:
    """Show the settings, what a change of them would reveal, or change them."""
    answer = panels().settings(sent_form())
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index"))
    return render_template("settings.html", settings=answer.html), answer.status
