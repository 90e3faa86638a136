"""
One read link: what its client sees, the switches, and the end of it.
"""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sharekit import LinkState, ReadLink
from sharekit.adapters.flask import link_url, portal_from
from sharekit.errors import InternalTitleError, InvalidInputError, NotAllowedError
from werkzeug.wrappers import Response

from flask_portal.pages.desk import portal, project_or_404, signed_in_as, today
from flask_portal.pages.guard import guard
from flask_portal.pages.link_form import WORDS, end_of, last_day
from flask_portal.pages.links import link_or_404, obstacle, recipient_names

__all__ = ["pages"]

_REASONS = {
    "resource-removed": "This link opens nothing: its project is gone.",
    "resource-internal": "This link opens nothing: the project is kept inside the agency.",
    "creator-may-not-share": "This link opens nothing: who made it may not share this project any more.",
    "recipient-inactive": "This link opens nothing: its recipient is not active any more.",
    "expired": "This link has ended. Choose a later day to let it work again.",
    "exhausted": "This link is used up. Create another one.",
    "revoked": "This link is deactivated. Nobody gets in with it, and it stays so.",
}

pages = Blueprint("link", __name__, url_prefix="/projects/<int:project_id>/links/<link_id>")
guard(pages, sign_in=True)


@pages.get("")
def show(project_id: int, link_id: str) -> str:
    """Show a link as its client sees it, with the hidden sections greyed."""
    return _page(project_id, link_or_404(project_id, link_id), {})


@pages.post("/sections")
def switch(project_id: int, link_id: str) -> Response:
    """Show or hide one section; showing more than before is a verb of its own."""
    link, name = link_or_404(project_id, link_id), request.form.get("section", "")
    links, by = portal().kit.links, signed_in_as()
    try:
        if request.form.get("show") == "1":
            links.update(link, by=by, add_sections={name})
        else:
            links.update(link, by=by, sections=link.sections - {name})
    except (InvalidInputError, NotAllowedError) as error:
        abort(409 if isinstance(error, InvalidInputError) else 403)
    return redirect(url_for(".show", project_id=project_id, link_id=link_id, switched=name))


@pages.post("/<any(client_title, expires_at, password):setting>")
def change(project_id: int, link_id: str, setting: str) -> Response | tuple[str, int]:
    """Change the title, the end or the password."""
    link = link_or_404(project_id, link_id)
    changes: dict[str, Callable[[ReadLink], None]] = {
        "client_title": _change_title,
        "expires_at": _change_end,
        "password": _change_password,
    }
    try:
        changes[setting](link)
    except InternalTitleError:
        return _page(project_id, link, {"client_title": "Without a title the client would read the internal one."}), 422
    except InvalidInputError as error:
        return _page(project_id, link, {setting: WORDS.get(setting, error.problem)}), 422
    except NotAllowedError:
        abort(403, obstacle(project_or_404(project_id)))
    flash("The link was changed.")
    return redirect(url_for(".show", project_id=project_id, link_id=link_id, _anchor="settings"))


@pages.get("/deactivate")
def ask(project_id: int, link_id: str) -> str:
    """Ask whether to deactivate a link."""
    project = project_or_404(project_id)
    link = link_or_404(project_id, link_id)
    return render_template("link_deactivate.html", project=project, link=link, names=recipient_names(project))


@pages.post("/deactivate")
def deactivate(project_id: int, link_id: str) -> Response:
    """Deactivate a link for good."""
    try:
        portal().kit.links.revoke(link_or_404(project_id, link_id), by=signed_in_as())
    except NotAllowedError:
        abort(403, obstacle(project_or_404(project_id)))
    flash("The link is deactivated. Nobody gets in with it any more.")
    return redirect(url_for("links.index", project_id=project_id))


def _change_title(link: ReadLink) -> None:
    title = request.form.get("client_title", "").strip()
    portal().kit.links.update(link, by=signed_in_as(), client_title=title or None)


def _change_end(link: ReadLink) -> None:
    ends = end_of(request.form.get("expires_at", ""), portal().settings.zone)
    portal().kit.links.update(link, by=signed_in_as(), expires_at=ends)


def _change_password(link: ReadLink) -> None:
    remove = request.form.get("remove") == "1"
    portal().kit.links.update(link, by=signed_in_as(), password=None if remove else request.form.get("password", ""))


def _page(project_id: int, link: ReadLink, problems: dict[str, str]) -> str:
    project = project_or_404(project_id)
    preview = portal_from().preview(link)
    return render_template(
        "link.html",
        project=project,
        link=link,
        preview=preview,
        alive=link.state is not LinkState.REVOKED,
        reason=_REASONS.get(preview.problem or ""),
        switched=request.args.get("switched"),
        obstacle=obstacle(project),
        names=recipient_names(project),
        problems=problems,
        last_day=last_day(link, portal().settings.zone),
        today=today(),
        url=link_url(link),
    )
