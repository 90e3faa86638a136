"""
The read links of a project: make one, show it again, and see who opened it.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sharekit import Contact, LinkState, ReadLink, Right
from sharekit.adapters.flask import link_url
from sharekit.errors import InternalTitleError, InvalidInputError, NotFoundError
from sharekit.ids import ReadLinkId
from werkzeug.wrappers import Response

from flask_portal.agency import clients
from flask_portal.agency.projects import Project
from flask_portal.pages.desk import portal, project_or_404, signed_in_as, today
from flask_portal.pages.guard import guard
from flask_portal.pages.link_form import LinkForm, end_of
from flask_portal.settings import LANGUAGES
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import recipient_of
from flask_portal.sharing.rights import AgencyDirectory, why_not_share
from flask_portal.sharing.sections import DESCRIPTIONS

__all__ = ["link_or_404", "obstacle", "pages", "recipient_names"]

pages = Blueprint("links", __name__, url_prefix="/projects/<int:project_id>/links")
guard(pages, sign_in=True)


@pages.get("")
def index(project_id: int) -> str:
    """Show a project's links, the dead ones last."""
    project = project_or_404(project_id)
    found = portal().kit.links.of(ref_of(project_id))
    return render_template(
        "links.html",
        project=project,
        live=[link for link in found if link.state is LinkState.ACTIVE],
        dead=[link for link in found if link.state is not LinkState.ACTIVE],
        obstacle=obstacle(project),
        names=recipient_names(project),
        url_of=link_url,
    )


@pages.get("/new")
def new(project_id: int) -> str:
    """Show the form for a new link, filled from an old one when another is to be made in its place."""
    project = project_or_404(project_id)
    like = link_or_404(project_id, request.args["like"]) if "like" in request.args else None
    form = LinkForm.empty(("progress", "hours", "milestones"), like)
    if like is not None and like.recipient is not None:
        form.typed["recipient"] = _contact_number(project, like.recipient)
    return _new_page(project, form)


@pages.post("/new")
def create(project_id: int) -> Response | tuple[str, int]:
    """Make a link; when the client would read the internal title, ask first."""
    project, form = project_or_404(project_id), LinkForm.read(request.form)
    if obstacle(project):
        abort(403, obstacle(project))
    if not form.problems:
        try:
            link = _create(project, form)
        except InternalTitleError as error:
            form.internal_title = error.title
            return _new_page(project, form), 200  # a question, not a mistake
        except InvalidInputError as error:
            form.refuse(error)
        else:
            flash("The link is ready. Copy it and send it to your client.")
            return redirect(url_for(".index", project_id=project_id, _anchor=f"link-{link.id}"))
    return _new_page(project, form), 422


def _create(project: Project, form: LinkForm) -> ReadLink:
    """Make the link. The recipient comes last, so that nobody is added for a link that is refused anyway."""
    asked = portal()
    expires_at, max_uses = end_of(form.typed["expires_at"], asked.settings.zone), form.max_uses
    return asked.kit.links.create(
        ref_of(project.id),
        by=signed_in_as(),
        sections=form.sections,
        client_title=form.client_title,
        accept_internal_title=form.accepts_internal_title,
        expires_at=expires_at,
        max_uses=max_uses,
        password=form.password,
        recipient=_recipient(project, form),
    )


def _recipient(project: Project, form: LinkForm) -> Contact | None:
    db, chosen = portal().db, form.typed["recipient"]
    if not chosen:
        return None
    if chosen == "new":
        person = _new_contact(project, form)
    else:
        known = {str(contact.id): contact for contact in clients.contacts_of(db, project.client_id)}
        if chosen not in known:
            raise InvalidInputError("recipient", "needs a contact of this client")
        person = known[chosen]
    return recipient_of(db, portal().kit, person, signed_in_as())


def _new_contact(project: Project, form: LinkForm) -> clients.ClientContact:
    name, email, language = form.typed["name"], form.typed["email"], form.typed["locale"]
    if not name or len(name) > 200:
        raise InvalidInputError("name", "needs a name")
    if email.count("@") != 1 or " " in email or len(email) > 254:
        raise InvalidInputError("email", "needs an address")
    if language not in LANGUAGES:
        raise InvalidInputError("locale", "needs a language of ours")
    return clients.add_contact(portal().db, project.client_id, name, email, language)


def _new_page(project: Project, form: LinkForm) -> str:
    return render_template(
        "link_new.html",
        project=project,
        form=form,
        obstacle=obstacle(project),
        sections=portal().kit.kinds["project"].sections,
        descriptions=DESCRIPTIONS,
        contacts=clients.contacts_of(portal().db, project.client_id),
        languages=LANGUAGES,
        today=today(),
    )


def link_or_404(project_id: int, link_id: str) -> ReadLink:
    """Return a link of this project, or end the request."""
    try:
        link = portal().kit.links.get(ReadLinkId(link_id))
    except NotFoundError:
        abort(404)
    if link.ref != ref_of(project_id):
        abort(404)
    return link


def obstacle(project: Project) -> str | None:
    """Say why the person who is signed in may not share this project, or None."""
    rights = AgencyDirectory(portal().db).rights(signed_in_as(), ref_of(project.id))
    return why_not_share(project, rights | {Right.VIEW})


def recipient_names(project: Project) -> dict[str, str]:
    """Return the names of this client's people by the id that they have in sharekit."""
    known = clients.contacts_of(portal().db, project.client_id)
    return {
        contact.share_id: f"{contact.name} ({LANGUAGES[contact.language]})" for contact in known if contact.share_id
    }


def _contact_number(project: Project, recipient: Contact) -> str:
    known = clients.contacts_of(portal().db, project.client_id)
    return next((str(contact.id) for contact in known if contact.share_id == recipient.id), "")
