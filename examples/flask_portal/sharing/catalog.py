"""
Keeps sharekit's catalog in step with the agency's projects.
"""

from datetime import date

from sharekit import Principal, ResourceRef, Sharekit, Staff, System, Visibility

from flask_portal.agency import projects
from flask_portal.agency.database import Database

__all__ = ["change_project", "create_project", "enter_all", "hand_over_projects", "ref_of"]


def ref_of(project_id: int) -> ResourceRef:
    """Return how sharekit calls a project."""
    return ResourceRef("project", str(project_id))


def create_project(db: Database, kit: Sharekit, draft: projects.ProjectDraft, today: date, by: Staff) -> int:
    """Add a project to both; when sharekit refuses, the agency's row is not kept either."""
    with db.writing() as connection:
        id_ = projects.insert(connection, draft, today)
        _put(kit, id_, draft, by)
    return id_


def change_project(db: Database, kit: Sharekit, project_id: int, draft: projects.ProjectDraft, by: Staff) -> None:
    """Change a project in both, or in neither when sharekit refuses."""
    with db.writing() as connection:
        projects.change(connection, project_id, draft)
        _put(kit, project_id, draft, by)


def hand_over_projects(db: Database, kit: Sharekit, owner: Staff, to: Staff, by: Staff) -> None:
    """Give everything of one person to another in both, or in neither when sharekit refuses."""
    with db.writing() as connection:
        projects.hand_over(connection, owner.id, to.id)
        kit.shares.handover(owner, to=to, by=by)  # it asks for rights as they are kept: those of the owner before


def enter_all(db: Database, kit: Sharekit) -> None:
    """Bring the whole catalog up to date; an entry that is the same already costs one read."""
    for project in projects.all_projects(db):
        draft = projects.ProjectDraft(
            client_id=project.client_id,
            owner_id=project.owner_id,
            name=project.name,
            client_title=project.client_title,
            for_clients=project.for_clients,
        )
        _put(kit, project.id, draft, System("start"))


def _put(kit: Sharekit, project_id: int, draft: projects.ProjectDraft, by: Principal) -> None:
    kit.catalog.put(
        ref_of(project_id),
        by=by,
        title=draft.name,
        client_title=draft.client_title,
        owner=Staff(draft.owner_id),
        visibility=Visibility.CLIENT if draft.for_clients else Visibility.INTERNAL,
    )
