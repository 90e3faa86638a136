"""
What every page for staff has at hand: the portal's parts, and who is signed in.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import abort, current_app, g
from sharekit import Sharekit, Staff

from flask_portal.agency import projects
from flask_portal.agency.database import Database
from flask_portal.agency.staff import Member
from flask_portal.settings import Settings

__all__ = ["Portal", "current_member", "portal", "project_or_404", "signed_in_as", "today"]


@dataclass(frozen=True)
class Portal:
    """The parts of a running portal."""

    settings: Settings
    db: Database
    kit: Sharekit


def portal() -> Portal:
    """Return the portal that answers this request."""
    found = current_app.extensions["flask_portal"]
    assert isinstance(found, Portal)
    return found


def current_member() -> Member | None:
    """Return who is signed in, or None."""
    found: Member | None = g.get("member")
    return found


def signed_in_as() -> Staff:
    """Return who is signed in, as sharekit calls them."""
    member = current_member()
    if member is None:
        abort(401)
    return Staff(member.id)


def project_or_404(project_id: int) -> projects.Project:
    """Return a project, or end the request."""
    found = projects.project(portal().db, project_id)
    if found is None:
        abort(404)
    return found


def today() -> date:
    """Return the agency's present day."""
    return datetime.now(ZoneInfo(portal().settings.zone)).date()
