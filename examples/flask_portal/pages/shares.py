"""
With whom a project is shared: who can see it and why, and one more person, after a look at what that reveals.
"""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sharekit import Contact, PersonFound, Sharekit, Visibility
from sharekit.errors import (
    DuplicateContactError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from sharekit.ids import GrantId
from werkzeug.wrappers import Response

from flask_portal.agency import clients
from flask_portal.agency.projects import Project
from flask_portal.pages.desk import portal, project_or_404, signed_in_as, today
from flask_portal.pages.guard import guard
from flask_portal.pages.links import obstacle
from flask_portal.pages.share_form import ACCESS, ShareForm
from flask_portal.settings import LANGUAGES
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.recipients import recipient_of

__all__ = ["REASONS", "pages"]

REASONS = {
    "shared-with-me": "shared with this person",
    "in-shared-project": "lies in something that is shared with this person",
    "requested-by-me": "asked for by this person",
    "requested-by-my-organization": "asked for by their company",
    "in-scope": "by the settings of the portal",
}
"""Why somebody sees a project, for staff."""

pages = Blueprint("shares", __name__, url_prefix="/projects/<int:project_id>/people")
guard(pages, sign_in=True)


@dataclass(frozen=True)
class Revealed:
    """What sharing would reveal: who would see what, and which internal titles would be read."""

    lines: list[str]
    titles: tuple[str, ...]


@pages.get("")
def index(project_id: int) -> str:
    """Show who can see a project, and the form that shares it."""
    return _page(project_or_404(project_id), ShareForm.empty())


@pages.get("/found")
def found(project_id: int) -> str:
    """Return the people with such a name, while somebody types."""
    project_or_404(project_id)
    text = request.args.get("q", "")
    return render_template("share_found.html", found=_search(text), chosen=request.args.get("contact", ""), q=text)


@pages.post("")
def share(project_id: int) -> Response | tuple[str, int]:
    """Search, look at what would be revealed, or share."""
    project, form = project_or_404(project_id), ShareForm.read(request.form, portal().settings.zone)
    if obstacle(project):
        abort(403, obstacle(project))
    if request.form.get("do") == "search":
        return _page(project, ShareForm(form.typed)), 200
    if form.problems:
        return _page(project, form), 422
    try:
        if request.form.get("do") != "share":
            return _page(project, form, _revealed(project, form)), 200
        person = _person(project, form)
        portal().kit.shares.grant(
            ref_of(project_id),
            to=person,
            by=signed_in_as(),
            access=form.access,
            visibility=form.visibility,
            expires_at=form.expires_at,
        )
    except InvalidInputError as error:
        form.refuse(error)
        return _page(project, form), 422
    except NotFoundError:
        form.problems["contact"] = "Choose somebody from the list."
        return _page(project, form), 422
    flash(f"The project is shared with {portal().kit.people.get(person).name}.")
    return redirect(url_for(".index", project_id=project_id))


@pages.post("/revealed")
def revealed(project_id: int) -> str | tuple[str, int]:
    """Return what would be revealed, while somebody chooses."""
    project, form = project_or_404(project_id), ShareForm.read(request.form, portal().settings.zone)
    if obstacle(project) or form.problems:
        return render_template("share_revealed.html", revealed=None)
    try:
        return render_template("share_revealed.html", revealed=_revealed(project, form))
    except (InvalidInputError, NotFoundError):
        return render_template("share_revealed.html", revealed=None)


@pages.post("/revoke")
def revoke(project_id: int) -> Response:
    """Take a project back from somebody."""
    kit = portal().kit
    try:
        grant = kit.shares.get(GrantId(request.form.get("grant", "")))
        if grant.ref != ref_of(project_id):
            abort(404)
        kit.shares.revoke(grant, by=signed_in_as())
    except NotFoundError:
        abort(404)
    except NotAllowedError:
        abort(403, obstacle(project_or_404(project_id)))
    flash("It is not shared with this person any more.")
    return redirect(url_for(".index", project_id=project_id))


def _search(text: str) -> list[PersonFound]:
    try:
        return portal().kit.people.search(text[:200], limit=8, kinds=["contact"])
    except InvalidInputError:
        return []


def _person(project: Project, form: ShareForm) -> Contact:
    if not form.is_new:
        return form.contact
    db, typed = portal().db, form.typed
    added = clients.add_contact(db, project.client_id, typed["name"], typed["email"], typed["locale"])
    return recipient_of(db, portal().kit, added, signed_in_as())


def _revealed(project: Project, form: ShareForm) -> Revealed:
    ref, by = ref_of(project.id), signed_in_as()

    def change(kit: Sharekit) -> None:
        person = _rehearsed(kit, form) if form.is_new else form.contact
        kit.shares.grant(
            ref, to=person, by=by, access=form.access, visibility=form.visibility, expires_at=form.expires_at
        )

    diff = portal().kit.access.plan(change)
    title = project.client_title or portal().kit.kinds["project"].title
    people = portal().kit.people
    gaining = {_name_of(gain.contact, form) for gain in diff.gains}
    lines = [f"{name} will see “{title}”." for name in sorted(gaining)]
    lines += [f"{people.get(loss.contact).name} will not see it any more." for loss in diff.losses]
    return Revealed(lines=lines, titles=diff.titles)


def _name_of(contact: Contact, form: ShareForm) -> str:
    """Return the name of somebody who gains; whom the form adds is not there yet."""
    try:
        return portal().kit.people.get(contact).name
    except NotFoundError:
        return form.typed["name"]


def _rehearsed(kit: Sharekit, form: ShareForm) -> Contact:
    """Add the new person to what is rehearsed and rolled back, never to the agency's own tables."""
    try:
        added = kit.people.add_contact(
            form.typed["name"], form.typed["email"], locale=form.typed["locale"], by=signed_in_as()
        )
    except DuplicateContactError as error:
        return Contact(error.existing)
    return Contact(added.id)


def _page(project: Project, form: ShareForm, revealed: Revealed | None = None) -> str:
    kit = portal().kit
    seen = kit.access.who_can_see(ref_of(project.id))
    granted = kit.shares.of(ref_of(project.id))
    filed = [grant for grant in granted if grant.visibility is Visibility.INTERNAL and grant.revoked_at is None]
    named = [onlooker.party for onlooker in seen.parties if isinstance(onlooker.party, Contact)]
    named += [link.recipient for link in seen.links if link.recipient is not None]
    named += [Contact(grant.grantee.partition(":")[2]) for grant in filed]
    return render_template(
        "share.html",
        project=project,
        form=form,
        found=_search(form.typed["q"]),
        revealed=revealed,
        asked=revealed is not None,
        obstacle=obstacle(project),
        onlookers=seen.parties,
        links=seen.links,
        filed=filed,
        names={party.key: kit.people.get(party).name for party in named},
        reasons=REASONS,
        access_words=ACCESS,
        languages=LANGUAGES,
        today=today(),
    )
