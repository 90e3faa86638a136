"""
The people who work at the agency.
"""

from dataclasses import dataclass

from flask_portal.agency.database import Database

__all__ = ["Member", "everybody", "former", "member"]


@dataclass(frozen=True)
class Member:
    """Somebody who works at the agency."""

    id: str
    name: str
    job: str
    is_admin: bool
    active: bool

    @property
    def initials(self) -> str:
        """The first letters of the name."""
        return "".join(part[0] for part in self.name.split())


def everybody(db: Database) -> list[Member]:
    """Return who works at the agency now, by name."""
    return _found(db, active=True)


def former(db: Database) -> list[Member]:
    """Return who worked at the agency and has left, by name."""
    return _found(db, active=False)


def _found(db: Database, *, active: bool) -> list[Member]:
    with db.reading() as connection:
        rows = connection.execute("SELECT * FROM staff WHERE active = ? ORDER BY name", (active,)).fetchall()
    return [Member(row["id"], row["name"], row["job"], bool(row["is_admin"]), active) for row in rows]


def member(db: Database, id_: str) -> Member | None:
    """Return one person, also one who has left; None for an unknown id."""
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM staff WHERE id = ?", (id_,)).fetchone()
    return Member(row["id"], row["name"], row["job"], bool(row["is_admin"]), bool(row["active"])) if row else None
