"""
What the client is asked for: the requests of a project, each with its checklist, and a form that asks for more.
"""

from datetime import date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sharekit import Contact, end_of_day
from sharekit.adapters.flask import upload_url
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError, ReminderRefusedError
from sharekit.ids import RequestId
from sharekit.records.requests import DocumentRequest, RequestItem
from sharekit.records.submissions import RequestView, Submission
from werkzeug.wrappers import Response

from flask_portal.agency import clients
from flask_portal.agency.projects import Project
from flask_portal.pages.desk import portal, project_or_404, signed_in_as
from flask_portal.pages.guard import guard
from flask_portal.pages.links import obstacle
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import recipient_of

__all__ = ["pages"]

pages = Blueprint("requests", __name__, url_prefix="/projects/<int:project_id>/requests")
guard(pages, sign_in=True)

_STATES = {
    "open": "nothing yet",
    "partial": "something is missing",
    "submitted": "waits for you",
    "accepted": "accepted",
    "sent-back": "sent back",
    "closed": "closed",
    "cancelled": "cancelled",
}
_REFUSED = {
    "too-soon": "It is too soon to remind them.",
    "too-often": "They were reminded often enough.",
    "nothing-missing": "Nothing is missing from anybody.",
}


@pages.get("")
def index(project_id: int) -> str:
    """Show what was asked for, and the form that asks."""
    return _page(project_or_404(project_id))


@pages.post("")
def ask(project_id: int) -> Response | tuple[str, int]:
    """Show what the client would read, or ask for it."""
    project = project_or_404(project_id)
    if obstacle(project):
        abort(403, obstacle(project))
    people = {person.key: person for person, _ in _people(project)}
    chosen = [people[key] for key in request.form.getlist("to") if key in people]
    lines = [line.strip() for line in request.form.get("items", "").splitlines()]
    verb = portal().kit.requests.create if request.form.get("do") == "send" else portal().kit.requests.preview
    try:
        made = verb(
            to=chosen,
            items=[RequestItem(line) for line in lines if line],
            subject=request.form.get("subject", "").strip() or None,
            due=_due(request.form.get("due", "")),
            about=ref_of(project_id),
            by=signed_in_as(),
        )
    except InvalidInputError as error:
        return _page(project, problems={error.field: error.problem}), 422
    if isinstance(made, list):
        return _page(project, previews=made), 200
    flash("The request is ready; each address below goes to one person.")
    return redirect(url_for(".index", project_id=project_id))


@pages.post("/<request_id>")
def act(project_id: int, request_id: str) -> Response:
    """Remind, cancel, accept or send back."""
    requests, by = portal().kit.requests, signed_in_as()
    asked = _asked(project_id, request_id)
    try:
        match request.form.get("do"):
            case "remind":
                requests.remind(asked, by=by)
            case "cancel":
                requests.cancel(asked, by=by)
            case "accept":
                requests.accept(_file(asked), by=by)
            case "send-back":
                requests.send_back(_file(asked), reason=request.form.get("reason", ""), by=by)
            case _:
                abort(400)
    except ReminderRefusedError as error:
        flash(_REFUSED[error.reason])
    except InvalidInputError as error:
        flash(f"That did not work: {error}.")
    except NotAllowedError:
        abort(403, obstacle(project_or_404(project_id)))
    return redirect(url_for(".index", project_id=project_id))


def _page(
    project: Project, *, previews: list[RequestView] | None = None, problems: dict[str, str] | None = None
) -> str:
    kit = portal().kit
    asked = kit.requests.of(ref_of(project.id))
    people = _people(project)
    names = {person.id: name for person, name in people}
    for each in asked:
        for part in each.recipients:
            names.setdefault(part.contact.id, kit.people.get(part.contact).name)
    return render_template(
        "requests.html",
        project=project,
        people=people,
        asked=asked,
        names=names,
        files={each.id: kit.requests.submissions(each) for each in asked},
        urls={part.id: upload_url(each, part.contact) for each in asked for part in each.recipients},
        states=_STATES,
        previews=previews or [],
        problems=problems or {},
        typed=request.form,
        chosen=request.form.getlist("to"),
        obstacle=obstacle(project),
    )


def _people(project: Project) -> list[tuple[Contact, str]]:
    """Return who can be asked: the people at the project's client."""
    found = clients.contacts_of(portal().db, project.client_id)
    return [(recipient_of(portal().db, portal().kit, person, signed_in_as()), person.name) for person in found]


def _asked(project_id: int, request_id: str) -> DocumentRequest:
    try:
        found = portal().kit.requests.get(RequestId(request_id))
    except NotFoundError:
        abort(404)
    if found.about != ref_of(project_id):
        abort(404)
    return found


def _file(asked: DocumentRequest) -> Submission:
    found = {each.id: each for each in portal().kit.requests.submissions(asked)}
    chosen = next((each for id_, each in found.items() if id_ == request.form.get("file")), None)
    if chosen is None:
        abort(404)
    return chosen


def _due(typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        return end_of_day(date.fromisoformat(typed), portal().settings.zone)
    except ValueError as error:
        raise InvalidInputError("due", "needs a date") from error
