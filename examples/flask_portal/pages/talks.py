"""
Conversations with clients: all of them, each by itself, and a page that starts one.
"""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sharekit import ResourceRef
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError, QuarantinedError
from sharekit.ids import ConversationId, MessageId
from sharekit.screening import content_disposition
from sharekit.web import PanelAnswer
from werkzeug.wrappers import Response as AnyResponse

from flask_portal.agency import projects
from flask_portal.pages.desk import portal, project_or_404, signed_in_as
from flask_portal.pages.guard import guard, sent_files, sent_form
from flask_portal.pages.panels import panels
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import organization_of

__all__ = ["pages"]

Answer = AnyResponse | tuple[str, int]

pages = Blueprint("talks", __name__, url_prefix="/conversations")
guard(pages, sign_in=True, shows_again=True, takes_files=True)


@pages.get("")
def index() -> str:
    """Show the conversations that one may read, of all projects or of one."""
    things = [ref_of(project.id) for project in projects.all_projects(portal().db)]
    return _page("Conversations", panels().inbox(query=_query(), things=things))


@pages.route("/new", methods=["GET", "POST"])
def start() -> Answer:
    """Start a conversation, about a project or a document, or about nothing."""
    about = _about()
    company = None
    if about is not None and about.kind == "project":
        client_id = project_or_404(int(about.id)).client_id
        company = organization_of(portal().db, portal().kit, client_id, signed_in_as())
    try:
        answer = panels().start_conversation(sent_form(), sent_files(), about=about, organization=company)
    except (NotFoundError, InvalidInputError):
        abort(404)
    return _answered("Start a conversation", answer, url_for(".index"))


@pages.route("/<talk_id>", methods=["GET", "POST"])
def show(talk_id: str) -> Answer:
    """Show one conversation, and write in it."""
    try:
        answer = panels().conversation(ConversationId(talk_id), sent_form(), sent_files(), query=_query())
    except (NotFoundError, NotAllowedError):
        abort(404)
    return _answered("Conversation", answer, url_for(".show", talk_id=talk_id))


@pages.route("/<talk_id>/people", methods=["GET", "POST"])
def people(talk_id: str) -> Answer:
    """Show who takes part in a conversation, and have somebody join or leave it."""
    try:
        answer = panels().participants(ConversationId(talk_id), sent_form())
    except (NotFoundError, NotAllowedError):
        abort(404)
    return _answered("Who takes part", answer, url_for(".people", talk_id=talk_id))


@pages.route("/held", methods=["GET", "POST"])
def held() -> Answer:
    """Show mails that wait for staff."""
    return _answered("Mails that wait", panels().held_mails(sent_form()), url_for(".held"))


@pages.route("/lost", methods=["GET", "POST"])
def lost() -> Answer:
    """Show letters that did not arrive, for office managers."""
    return _answered("Letters that were lost", panels().dead_letters(sent_form()), url_for(".lost"))


@pages.route("/letters", methods=["GET", "POST"])
def letters() -> Answer:
    """Show how one wants to hear of news, and have it otherwise."""
    return _answered("Your letters", panels().preferences(sent_form()), url_for(".letters"))


@pages.route("/about/<int:project_id>", methods=["GET", "POST"])
def notices(project_id: int) -> Answer:
    """Show what is told about one project, and have it otherwise."""
    project = project_or_404(project_id)
    answer = panels().notices_about(ref_of(project_id), sent_form())
    return _answered(f"What is told about {project.name}", answer, url_for(".notices", project_id=project_id))


@pages.get("/files/<message_id>/<int:number>")
def attachment(message_id: str, number: int) -> Response:
    """Send a file that came with a message."""
    talks = portal().kit.conversations
    try:
        file = talks.look_at_attachment(MessageId(message_id), number, by=signed_in_as())
        pieces = talks.open_attachment(MessageId(message_id), number, by=signed_in_as())
    except (NotFoundError, NotAllowedError, QuarantinedError):
        abort(404)
    headers = {"Content-Disposition": content_disposition(file.name), "Content-Length": str(file.size)}
    return Response(pieces, mimetype="application/octet-stream", headers=headers)


def _about() -> ResourceRef | None:
    try:
        return ResourceRef.parse(request.args["about"]) if "about" in request.args else None
    except InvalidInputError:
        abort(404)


def _query() -> str:
    return request.query_string.decode("latin-1")


def _answered(title: str, answer: PanelAnswer, here: str) -> Answer:
    if answer.done:
        flash(answer.done)
        return redirect(answer.leads_to or here)
    if answer.partial:
        return answer.html, answer.status
    return _page(title, answer.html), answer.status


def _page(title: str, panel: str) -> str:
    return render_template("talks.html", title=title, panel=panel)
