"""
The application: the agency's pages, and sharekit's beside them.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, make_response, render_template, request
from sharekit.adapters import flask as sharekit_flask
from sharekit.ports import Clock, MailReader
from werkzeug.exceptions import HTTPException

from flask_portal.agency.database import Database
from flask_portal.agency.seed import seed
from flask_portal.keys import key_from
from flask_portal.pages import (
    client,
    formats,
    handover,
    link,
    links,
    members,
    papers,
    projects,
    requests,
    review,
    session,
    shares,
    talks,
)
from flask_portal.pages import settings as settings_page
from flask_portal.pages.desk import Portal, current_member
from flask_portal.pages.guard import add_headers, csrf_token
from flask_portal.settings import Settings
from flask_portal.sharing.catalog import enter_all
from flask_portal.sharing.kit import make_kit
from flask_portal.sharing.papers import seed_papers
from flask_portal.sharing.recipients import enter_people, enter_staff
from flask_portal.sharing.talks import seed_talks

__all__ = ["create_app"]


def create_app(settings: Settings, *, clock: Clock | None = None, inbox: MailReader | None = None) -> Flask:
    """
    Make the application; an empty data folder is filled with demo data.

    Tests bring a clock of their own, and what reads mail: without that the portal takes none in.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = Database(settings.data / "agency.sqlite3")
    is_new = db.create()
    if is_new:
        seed(db, datetime.now(ZoneInfo(settings.zone)).date())
    kit = make_kit(settings, db, clock, inbox)
    enter_all(db, kit)
    enter_people(db, kit)
    enter_staff(db, kit)
    if is_new:
        seed_papers(db, kit, settings.zone)
        seed_talks(db, settings)

    app = Flask("flask_portal")
    app.config.update(
        SECRET_KEY=key_from(settings.data / "session.key"),
        SESSION_COOKIE_NAME="portal_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SHAREKIT_SITE_NAME=settings.agency,
        SHAREKIT_DEFAULT_LOCALE="en-GB",
        SHAREKIT_TIME_ZONE=settings.zone,
        SHAREKIT_ACCENT=settings.accent,
        SHAREKIT_SECURE_COOKIES=settings.https,
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.extensions["flask_portal"] = Portal(settings, db, kit)
    sharekit_flask.init_app(app, kit, url_prefix="/share")
    for module in (
        session,
        projects,
        links,
        link,
        shares,
        papers,
        requests,
        client,
        members,
        settings_page,
        handover,
        talks,
        review,
    ):
        app.register_blueprint(module.pages)
    formats.add_formats(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"agency": settings.agency, "member": current_member(), "kinds": kit.kinds})
    app.register_error_handler(HTTPException, _refuse)
    return app


def _refuse(error: HTTPException) -> HTTPException | Response:
    """Answer errors with a page of the agency's."""
    if error.code is None or error.code < 400 or request.blueprint == "sharekit":
        return error
    title = "This page does not exist" if error.code == 404 else error.name
    page = render_template("refusal.html", title=title, text=error.description)
    return add_headers(make_response(page, error.code))
