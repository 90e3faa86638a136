"""
Demo data: an agency in the middle of its work, told relative to today.
"""

import sqlite3
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask_portal.agency import hours, journal, projects
from flask_portal.agency.database import Database

__all__ = ["seed"]

_FOLDER = Path(__file__).with_name("demo")
_STAFF = _FOLDER / "staff.toml"

Table = dict[str, Any]  # TOML of our own, read in this file only


def seed(db: Database, today: date) -> None:
    """Fill an empty database."""
    with db.writing() as connection:
        for person in _read(_STAFF)["staff"]:
            connection.execute(
                "INSERT INTO staff (id, name, job, is_admin) VALUES (?, ?, ?, ?)",
                (person["id"], person["name"], person["job"], person.get("is_admin", False)),
            )
        for file in sorted(_FOLDER.glob("*.toml")):
            if file != _STAFF:
                _seed_project(connection, _read(file), today)


def _read(file: Path) -> Table:
    return tomllib.loads(file.read_text("utf-8"))


def _seed_project(connection: sqlite3.Connection, told: Table, today: date) -> None:
    client_id = _seed_client(connection, told)
    about = told["project"]
    draft = projects.ProjectDraft(
        client_id=client_id,
        owner_id=about["owner"],
        name=about["name"],
        client_title=about.get("client_title"),
        for_clients=about.get("for_clients", True),
        percent=about["percent"],
        stage=about["stage"],
        agreed_minutes=about["agreed"] * 60,
    )
    id_ = projects.insert(connection, draft, _workday(today, about["started_ago"]))
    for entry in reversed(told["entry"]):
        work = hours.NewWork(
            project_id=id_,
            staff_id=entry["staff"],
            day=_workday(today, entry["ago"]),
            minutes=entry["minutes"],
            work=entry["work"],
        )
        hours.insert(connection, work)
    for step in told["milestone"]:
        due = _workday(today, -step["due_in"])
        journal.insert_milestone(connection, id_, step["title"], due, reached=step.get("reached", False))
    for note in reversed(told["note"]):
        day, for_client = _workday(today, note["ago"]), note.get("for_client", False)
        journal.insert_note(connection, id_, note["staff"], day, note["body"], for_client=for_client)


def _seed_client(connection: sqlite3.Connection, told: Table) -> int:
    client = told["client"]
    cursor = connection.execute("INSERT INTO client (name, town) VALUES (?, ?)", (client["name"], client["town"]))
    for contact in told["contact"]:
        connection.execute(
            "INSERT INTO contact (client_id, name, email, language, tags) VALUES (?, ?, ?, ?, ?)",
            (cursor.lastrowid, contact["name"], contact["email"], contact["language"], contact.get("tags", "")),
        )
    return cursor.lastrowid or 0


def _workday(today: date, days_ago: int) -> date:
    """Count back from today, and from a weekend on to the Friday before it."""
    day = today - timedelta(days=days_ago)
    return day - timedelta(days=max(0, day.weekday() - 4))
