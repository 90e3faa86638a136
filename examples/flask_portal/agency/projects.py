"""
The agency's projects.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from flask_portal.agency.database import Database

__all__ = ["Project", "ProjectDraft", "all_projects", "change", "hand_over", "insert", "project"]

_SELECT = """
SELECT p.id, p.client_id, c.name AS client, p.owner_id, s.name AS owner, p.name, p.client_title, p.for_clients,
       p.percent, p.stage, p.agreed_minutes, p.started_on,
       (SELECT coalesce(sum(minutes), 0) FROM time_entry WHERE project_id = p.id) AS minutes
FROM project p JOIN client c ON c.id = p.client_id JOIN staff s ON s.id = p.owner_id
"""


@dataclass(frozen=True)
class Project:
    """
    A project with its client and owner.

    Attributes:
        name: As the agency calls it among itself.
        client_title: As the client knows it, or None.
        for_clients: Whether clients may ever see it.
        minutes: What was worked on it so far.
        agreed_minutes: What was agreed with the client; 0 when nothing was.
    """

    id: int
    client_id: int
    client: str
    owner_id: str
    owner: str
    name: str
    client_title: str | None
    for_clients: bool
    percent: int
    stage: str
    agreed_minutes: int
    started_on: date
    minutes: int


@dataclass(frozen=True, kw_only=True)
class ProjectDraft:
    """What the form about a project says."""

    client_id: int
    owner_id: str
    name: str
    client_title: str | None = None
    for_clients: bool = True
    percent: int = 0
    stage: str = ""
    agreed_minutes: int = 0


def all_projects(db: Database) -> list[Project]:
    """Return every project, by client and name."""
    with db.reading() as connection:
        return [_project(row) for row in connection.execute(_SELECT + "ORDER BY c.name, p.name")]


def project(db: Database, id_: int) -> Project | None:
    """Return one project, or None for an unknown id."""
    with db.reading() as connection:
        row = connection.execute(_SELECT + "WHERE p.id = ?", (id_,)).fetchone()
    return _project(row) if row else None


def insert(connection: sqlite3.Connection, draft: ProjectDraft, started_on: date) -> int:
    """Add a project within a transaction of the caller's, and return its id."""
    cursor = connection.execute(
        "INSERT INTO project (client_id, owner_id, name, client_title, for_clients, percent, stage, agreed_minutes,"
        " started_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (draft.client_id, *_editable(draft), started_on.isoformat()),
    )
    return cursor.lastrowid or 0


def change(connection: sqlite3.Connection, id_: int, draft: ProjectDraft) -> None:
    """Change a project within a transaction of the caller's; its client stays."""
    connection.execute(
        "UPDATE project SET owner_id = ?, name = ?, client_title = ?, for_clients = ?, percent = ?, stage = ?,"
        " agreed_minutes = ? WHERE id = ?",
        (*_editable(draft), id_),
    )


def hand_over(connection: sqlite3.Connection, owner_id: str, to: str) -> None:
    """Give every project of one person to another within a transaction of the caller's."""
    connection.execute("UPDATE project SET owner_id = ? WHERE owner_id = ?", (to, owner_id))


def _editable(draft: ProjectDraft) -> tuple[str, str, str | None, bool, int, str, int]:
    return (
        draft.owner_id,
        draft.name,
        draft.client_title,
        draft.for_clients,
        draft.percent,
        draft.stage,
        draft.agreed_minutes,
    )


def _project(row: sqlite3.Row) -> Project:
    values = dict(row)
    values["for_clients"] = bool(values["for_clients"])
    values["started_on"] = date.fromisoformat(values["started_on"])
    return Project(**values)
