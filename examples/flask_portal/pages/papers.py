"""
The documents of a project, each document with its versions, and its bytes.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sharekit import ResourceRef
from sharekit.adapters.flask import send_document
from sharekit.errors import InvalidInputError, NotFoundError, QuarantinedError
from sharekit.ids import DocumentId
from sharekit.records.documents import Document, document_ref
from werkzeug.wrappers import Response

from flask_portal.agency.projects import Project
from flask_portal.pages.desk import portal, project_or_404, signed_in_as
from flask_portal.pages.guard import guard, sent_files, sent_form
from flask_portal.pages.links import obstacle
from flask_portal.pages.panels import panels
from flask_portal.sharing.catalog import ref_of

__all__ = ["pages"]

pages = Blueprint("papers", __name__)
guard(pages, sign_in=True, shows_again=True, takes_files=True)


@pages.route("/projects/<int:project_id>/documents", methods=["GET", "POST"])
def index(project_id: int) -> Response | tuple[str, int]:
    """Show the documents of a project, and add more."""
    project = project_or_404(project_id)
    query = request.query_string.decode("latin-1")
    answer = panels().documents(ref_of(project_id), sent_form(), sent_files(), query=query)
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".index", project_id=project_id))
    return render_template("papers.html", project=project, papers=answer.html), answer.status


@pages.route("/documents/<document_id>", methods=["GET", "POST"])
def show(document_id: str) -> Response | tuple[str, int]:
    """Show one document, and do with it what was asked for."""
    document, project = _document_or_404(document_id)
    answer = panels().document(document, sent_form(), sent_files())
    if answer.done:
        flash(answer.done)
        return redirect(answer.leads_to or url_for(".show", document_id=document_id))
    seen = panels().who_can_see(document.ref, obstacle=obstacle(project))
    talks = panels().conversations_about(document.ref)
    page = render_template("paper.html", project=project, document=document, paper=answer.html, seen=seen, talks=talks)
    return page, answer.status


@pages.route("/documents/<document_id>/people", methods=["GET", "POST"])
def share(document_id: str) -> Response | tuple[str, int]:
    """Show who can see a document, and share it."""
    document, project = _document_or_404(document_id)
    answer = panels().share(document.ref, sent_form(), obstacle=obstacle(project))
    if answer.done:
        flash(answer.done)
        return redirect(url_for(".share", document_id=document_id))
    if answer.partial:
        return answer.html, answer.status
    page = render_template("paper_share.html", project=project, document=document, share=answer.html, seen=answer.seen)
    return page, answer.status


@pages.get("/documents/<document_id>/bytes")
def bytes_of(document_id: str) -> Response:
    """Send the bytes of a document, of an earlier version when one is named."""
    document, _ = _document_or_404(document_id)
    version = request.args.get("version", type=int)
    try:
        return send_document(document, by=signed_in_as(), version=version)
    except (NotFoundError, InvalidInputError):
        abort(404)
    except QuarantinedError:
        abort(404, "This file has not been checked for viruses yet.")


def _document_or_404(document_id: str) -> tuple[Document, Project]:
    kit = portal().kit
    try:
        document = kit.documents.get(DocumentId(document_id), by=signed_in_as())
        container = _container(document_ref(document.id))
    except NotFoundError:
        abort(404)
    return document, project_or_404(int(container.id))


def _container(ref: ResourceRef) -> ResourceRef:
    """Return the project that a document lies in; every document of the agency lies in one."""
    found = portal().kit.catalog.get(ref).container
    if found is None:
        raise NotFoundError("document")
    return found
