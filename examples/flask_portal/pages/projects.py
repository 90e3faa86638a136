"""
The projects: the list, each project's file, and the forms about them.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sharekit import LinkState, Right
from sharekit.errors import InvalidInputError, NotAllowedError
from werkzeug.wrappers import Response

from flask_portal.agency import clients, hours, journal, projects, staff
from flask_portal.pages.desk import portal, project_or_404, signed_in_as, today
from flask_portal.pages.guard import guard
from flask_portal.pages.panels import panels
from flask_portal.pages.project_forms import HoursForm, ProjectForm
from flask_portal.sharing.catalog import change_project, create_project, ref_of
from flask_portal.sharing.rights import AgencyDirectory, why_not_share

__all__ = ["pages"]

pages = Blueprint("projects", __name__, url_prefix="/projects")
guard(pages, sign_in=True)


@pages.get("")
def index() -> str:
    """List the projects."""
    found = projects.all_projects(portal().db)
    live = {project.id: _live_links(project.id) for project in found}
    return render_template("projects.html", projects=found, live=live)


@pages.get("/new")
def new() -> str:
    """Show the form for a new project."""
    return _project_page(ProjectForm.empty(signed_in_as().id), None)


@pages.post("/new")
def create() -> Response | tuple[str, int]:
    """Add a project."""
    form = _read_form([client.id for client in clients.all_clients(portal().db)])
    if form.draft is not None:
        try:
            id_ = create_project(portal().db, portal().kit, form.draft, today(), signed_in_as())
        except InvalidInputError as error:
            form.refuse(error)
        else:
            flash("The project was added.")
            return redirect(url_for(".file", project_id=id_))
    return _project_page(form, None), 422


@pages.get("/<int:project_id>")
def file(project_id: int) -> str:
    """Show a project's file."""
    return _file_page(project_id, HoursForm.empty(today()))


@pages.post("/<int:project_id>/hours")
def log_hours(project_id: int) -> Response | tuple[str, int]:
    """Write down hours of the person who is signed in."""
    project_or_404(project_id)
    form = HoursForm.read(request.form, today())
    if form.problems:
        return _file_page(project_id, form), 422
    hours.log(portal().db, form.work_of(project_id, signed_in_as().id))
    flash("The hours were added.")
    return redirect(url_for(".file", project_id=project_id, _anchor="worked"))


@pages.get("/<int:project_id>/edit")
def edit(project_id: int) -> str:
    """Show the form about a project."""
    return _project_page(ProjectForm.of(project_or_404(project_id)), project_id)


@pages.post("/<int:project_id>/edit")
def save(project_id: int) -> Response | tuple[str, int]:
    """Change a project."""
    before = project_or_404(project_id)
    form = _read_form([before.client_id])
    if form.draft is not None:
        try:
            change_project(portal().db, portal().kit, project_id, form.draft, signed_in_as())
        except InvalidInputError as error:
            form.refuse(error)
        except NotAllowedError:
            form.problems["form"] = f"Only {before.owner} and office managers can change this project."
        else:
            flash("The project was saved.")
            return redirect(url_for(".file", project_id=project_id))
    return _project_page(form, project_id), 422


def _read_form(client_ids: list[int]) -> ProjectForm:
    people = [person.id for person in staff.everybody(portal().db)]
    return ProjectForm.read(request.form, clients=client_ids, people=people)


def _file_page(project_id: int, form: HoursForm) -> str:
    project, db = project_or_404(project_id), portal().db
    entries = hours.entries_of(db, project_id)
    rights = AgencyDirectory(db).rights(signed_in_as(), ref_of(project_id))
    return render_template(
        "project.html",
        project=project,
        entries=entries,
        last_week=hours.within(entries, today(), 7),
        milestones=journal.milestones_of(db, project_id),
        notes=journal.notes_of(db, project_id),
        live=_live_links(project_id),
        form=form,
        today=today(),
        may_edit=Right.EDIT in rights,
        seen=panels().who_can_see(ref_of(project_id), obstacle=why_not_share(project, rights)),
        talks=panels().conversations_about(ref_of(project_id)),
    )


def _project_page(form: ProjectForm, project_id: int | None) -> str:
    return render_template(
        "project_form.html",
        form=form,
        project=None if project_id is None else project_or_404(project_id),
        clients=clients.all_clients(portal().db),
        people=staff.everybody(portal().db),
    )


def _live_links(project_id: int) -> int:
    return sum(link.state is LinkState.ACTIVE for link in portal().kit.links.of(ref_of(project_id)))
