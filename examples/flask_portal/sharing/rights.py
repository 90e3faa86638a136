"""
What the people of the agency may do with a project, told to sharekit each time it asks.
"""

from sharekit import ResourceRef, Right, Staff
from sharekit.records.people import StaffInfo

from flask_portal.agency import projects
from flask_portal.agency.database import Database
from flask_portal.agency.staff import member

__all__ = ["AgencyDirectory", "why_not_share"]


class AgencyDirectory:
    """
    The agency's rule: owners and office managers do everything with a project, others only look.

    It reads the agency's tables, so a link dies when its maker leaves or hands the project over.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Return what this person may do with this project now."""
        person = member(self._db, staff.id)
        if person is None or not person.active:
            return frozenset()
        found = projects.project(self._db, int(ref.id))
        if person.is_admin or (found is not None and found.owner_id == person.id):
            return frozenset(Right)
        return frozenset({Right.VIEW})

    def staff_info(self, id: str) -> StaffInfo | None:
        """Return what this person is called, for messages that clients read."""
        person = member(self._db, id)
        return None if person is None else StaffInfo(id=id, name=person.name, active=person.active)


def why_not_share(project: projects.Project, rights: frozenset[Right]) -> str | None:
    """Say in a sentence for staff why somebody may not share a project, or None when they may."""
    if Right.SHARE not in rights:
        return f"You can read this project, but only {project.owner} and office managers can share it."
    if not project.for_clients:
        return "This project is kept inside the agency. To share it, first edit it and let clients see it."
    return None
