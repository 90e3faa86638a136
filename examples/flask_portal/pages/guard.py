"""
Who may enter the pages for staff, and which forms are taken: those that a page of ours has shown.
"""

import hmac
import secrets

from flask import Blueprint, Response, abort, flash, g, redirect, request, session, url_for
from sharekit.records.documents import Upload
from werkzeug.wrappers import Response as AnyResponse

from flask_portal.agency import staff
from flask_portal.pages.desk import current_member, portal

__all__ = ["add_headers", "csrf_token", "guard", "sent_files", "sent_form"]

_LARGEST = 1024 * 1024 * 1024  # what staff send at once; sharekit has a limit for each file

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def guard(blueprint: Blueprint, *, sign_in: bool, shows_again: bool = False, takes_files: bool = False) -> None:
    """
    Let a blueprint take only forms of ours, and, if so asked, only signed-in people.

    Its views are called for a form that is out of date too when they show what was typed again; see `sent_form`.
    Forms with files may be as large as several files are; only those of people who are signed in.
    """
    blueprint.before_request(_know_member)
    if takes_files:
        blueprint.before_request(_let_files_come)
    blueprint.before_request(_note_stale_form if shows_again else _check_form)
    if sign_in:
        blueprint.before_request(_require_member)
    blueprint.after_request(add_headers)


def csrf_token() -> str:
    """Return the secret that each form of this session carries."""
    return str(session.setdefault("csrf", secrets.token_urlsafe(32)))


def add_headers(response: Response) -> Response:
    """Send the headers of a page that must not be framed, cached or extended."""
    response.headers.update(_HEADERS)
    return response


def sent_form() -> dict[str, list[str]] | None:
    """Return the form that was sent, or None when the page is only looked at; of a stale one, what was typed alone."""
    if request.method != "POST":
        return None
    form = {name: list(map(str, values)) for name, values in request.form.lists()}
    return {**form, "do": []} if g.get("stale_form") else form


def sent_files() -> list[Upload]:
    """Return the files that were sent, in order; Flask has put large ones on the disk."""
    return [Upload(file.filename or "", file.stream) for file in request.files.getlist("file")]


def _let_files_come() -> None:
    if current_member() is not None:
        request.max_content_length = _LARGEST


def _know_member() -> None:
    found = staff.member(portal().db, session.get("staff", ""))
    g.member = found if found is not None and found.active else None


def _check_form() -> None:
    if _is_stale():
        abort(400, "This form is out of date. Go back, load the page again, and send it once more.")


def _note_stale_form() -> None:
    # Another site's form never gets here: it comes without the session, and so to the sign-in.
    g.stale_form = _is_stale()
    if g.stale_form and current_member() is not None:
        flash("The form was out of date, so nothing was done. What you typed is still here: send it once more.")


def _is_stale() -> bool:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    expected = session.get("csrf", "")
    given = request.form.get("csrf", "")
    return not expected or not hmac.compare_digest(expected.encode(), given.encode())


def _require_member() -> AnyResponse | None:
    if current_member() is not None:
        return None
    next_page = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.sign_in", next=next_page))
