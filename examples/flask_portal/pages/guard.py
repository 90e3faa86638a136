"""
Who may enter the pages for staff, and which forms are taken: those that a page of ours has shown.
"""

import hmac
import secrets

from flask import Blueprint, Response, abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from flask_portal.agency import staff
from flask_portal.pages.desk import current_member, portal

__all__ = ["add_headers", "csrf_token", "guard"]

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def guard(blueprint: Blueprint, *, sign_in: bool) -> None:
    """Let a blueprint take only forms of ours, and, if so asked, only signed-in people."""
    blueprint.before_request(_know_member)
    blueprint.before_request(_check_form)
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


def _know_member() -> None:
    found = staff.member(portal().db, session.get("staff", ""))
    g.member = found if found is not None and found.active else None


def _check_form() -> None:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    expected = session.get("csrf", "")
    given = request.form.get("csrf", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        abort(400, "This form is out of date. Go back, load the page again, and send it once more.")


def _require_member() -> AnyResponse | None:
    if current_member() is not None:
        return None
    next_page = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.sign_in", next=next_page))
