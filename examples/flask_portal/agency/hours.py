"""
Hours worked on projects.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_portal.agency.database import Database

__all__ = ["NewWork", "TimeEntry", "entries_of", "insert", "log", "minutes_from", "total", "within"]

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_DECIMAL = re.compile(r"\d{1,2}([.,]\d{1,2})?")
_DAY = 24 * 60


@dataclass(frozen=True)
class TimeEntry:
    """Some work of one person on one day."""

    day: date
    person: str
    minutes: int
    work: str

    @property
    def time(self) -> timedelta:
        """How long it took."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, kw_only=True)
class NewWork:
    """Work to be written down."""

    project_id: int
    staff_id: str
    day: date
    minutes: int
    work: str


def entries_of(db: Database, project_id: int) -> list[TimeEntry]:
    """Return what was worked on a project, the latest first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT e.day, s.name AS person, e.minutes, e.work FROM time_entry e JOIN staff s ON s.id = e.staff_id"
            " WHERE e.project_id = ? ORDER BY e.day DESC, e.id DESC",
            (project_id,),
        ).fetchall()
    return [TimeEntry(date.fromisoformat(row["day"]), row["person"], row["minutes"], row["work"]) for row in rows]


def log(db: Database, work: NewWork) -> None:
    """Write down hours."""
    with db.writing() as connection:
        insert(connection, work)


def insert(connection: sqlite3.Connection, work: NewWork) -> None:
    """Write down hours within a transaction of the caller's."""
    connection.execute(
        "INSERT INTO time_entry (project_id, staff_id, day, minutes, work) VALUES (?, ?, ?, ?, ?)",
        (work.project_id, work.staff_id, work.day.isoformat(), work.minutes, work.work),
    )


def minutes_from(text: str) -> int | None:
    """Read ``1:30``, ``1.5`` or ``1,5`` as minutes; None for anything else, nothing, or more than a day."""
    text = text.strip()
    if clock := _CLOCK.fullmatch(text):
        minutes = int(clock[1]) * 60 + int(clock[2])
    elif _DECIMAL.fullmatch(text):
        minutes = round(float(text.replace(",", ".")) * 60)
    else:
        return None
    return minutes if 0 < minutes <= _DAY else None


def total(entries: Sequence[TimeEntry]) -> int:
    """Return the minutes of all entries together."""
    return sum(entry.minutes for entry in entries)


def within(entries: Sequence[TimeEntry], today: date, days: int) -> int:
    """Return the minutes of the last so many days, today among them."""
    return total([entry for entry in entries if today - timedelta(days=days) < entry.day <= today])
