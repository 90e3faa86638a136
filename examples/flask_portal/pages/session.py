"""
Signing in, for a demonstration: choose who you are.
"""

import re
from collections import Counter

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from flask_portal.agency import projects, staff
from flask_portal.pages.desk import current_member, portal
from flask_portal.pages.guard import guard

__all__ = ["pages"]

pages = Blueprint("session", __name__)
guard(pages, sign_in=False)

_OWN_PATH = re.compile(r"/(projects[\w/?=&-]*)?", re.ASCII)  # never another host, never two slashes first


@pages.get("/")
def front() -> Response:
    """Lead to the projects, or to the sign-in."""
    return redirect(url_for("projects.index") if current_member() else url_for(".sign_in"))


@pages.get("/sign-in")
def sign_in() -> str:
    """Show who can sign in."""
    db = portal().db
    owned = Counter(project.owner_id for project in projects.all_projects(db))
    return render_template("sign_in.html", people=staff.everybody(db), owned=owned, next_page=_next(request.args))


@pages.post("/sign-in")
def enter() -> Response:
    """Sign in as the chosen person, in a session that has nothing of the one before."""
    person = staff.member(portal().db, request.form.get("staff", ""))
    if person is None or not person.active:
        return redirect(url_for(".sign_in"))
    session.clear()
    session["staff"] = person.id
    return redirect(_next(request.form) or url_for("projects.index"))


@pages.post("/sign-out")
def leave() -> Response:
    """Sign out."""
    session.clear()
    return redirect(url_for(".sign_in"))


def _next(values: MultiDict[str, str]) -> str:
    wanted = values.get("next", "")
    return wanted if _OWN_PATH.fullmatch(wanted) else ""
