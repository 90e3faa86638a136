"""
What a project's file tells besides hours: milestones, and notes of which some are written for the client.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from flask_portal.agency.database import Database

__all__ = ["Milestone", "Note", "insert_milestone", "insert_note", "milestones_of", "notes_of", "updates_of"]


@dataclass(frozen=True)
class Milestone:
    """Something to reach by a day."""

    title: str
    due: date
    reached: bool


@dataclass(frozen=True)
class Note:
    """Something that somebody wrote down."""

    day: date
    person: str
    body: str
    for_client: bool


def milestones_of(db: Database, project_id: int) -> list[Milestone]:
    """Return the milestones of a project, the earliest first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT title, due, reached FROM milestone WHERE project_id = ? ORDER BY due, id", (project_id,)
        ).fetchall()
    return [Milestone(row["title"], date.fromisoformat(row["due"]), bool(row["reached"])) for row in rows]


def notes_of(db: Database, project_id: int) -> list[Note]:
    """Return all notes of a project, the latest first; they are for staff."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT n.day, s.name AS person, n.body, n.for_client FROM note n JOIN staff s ON s.id = n.staff_id"
            " WHERE n.project_id = ? ORDER BY n.day DESC, n.id DESC",
            (project_id,),
        ).fetchall()
    return [Note(date.fromisoformat(row["day"]), row["person"], row["body"], bool(row["for_client"])) for row in rows]


def updates_of(db: Database, project_id: int) -> list[Note]:
    """Return the notes that were written for the client, the latest first."""
    return [note for note in notes_of(db, project_id) if note.for_client]


def insert_milestone(connection: sqlite3.Connection, project_id: int, title: str, due: date, *, reached: bool) -> None:
    """Add a milestone within a transaction of the caller's."""
    connection.execute(
        "INSERT INTO milestone (project_id, title, due, reached) VALUES (?, ?, ?, ?)",
        (project_id, title, due.isoformat(), reached),
    )


def insert_note(
    connection: sqlite3.Connection, project_id: int, staff_id: str, day: date, body: str, *, for_client: bool
) -> None:
    """Add a note within a transaction of the caller's."""
    connection.execute(
        "INSERT INTO note (project_id, staff_id, day, body, for_client) VALUES (?, ?, ?, ?, ?)",
        (project_id, staff_id, day.isoformat(), body, for_client),
    )
