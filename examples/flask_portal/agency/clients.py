"""
The agency's clients, and the people there.
"""

from dataclasses import dataclass

from flask_portal.agency.database import Database

__all__ = [
    "Client",
    "ClientContact",
    "add_contact",
    "all_clients",
    "client",
    "client_shared_as",
    "contact",
    "contact_shared_as",
    "contacts_of",
    "remember_client",
    "remember_share_id",
]


@dataclass(frozen=True)
class Client:
    """A company that the agency works for."""

    id: int
    name: str
    town: str
    share_id: str | None


@dataclass(frozen=True)
class ClientContact:
    """Somebody at a client."""

    id: int
    client_id: int
    name: str
    email: str
    language: str
    tags: str
    share_id: str | None


def all_clients(db: Database) -> list[Client]:
    """Return the clients by name."""
    with db.reading() as connection:
        rows = connection.execute("SELECT * FROM client ORDER BY name").fetchall()
    return [Client(**row) for row in rows]


def client(db: Database, id_: int) -> Client:
    """Return one client, who must be there."""
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM client WHERE id = ?", (id_,)).fetchone()
    return Client(**row)


def client_shared_as(db: Database, share_id: str) -> Client | None:
    """Return the client that sharekit knows by this id, or None."""
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM client WHERE share_id = ?", (share_id,)).fetchone()
    return Client(**row) if row else None


def contacts_of(db: Database, client_id: int) -> list[ClientContact]:
    """Return the people at a client, by name."""
    with db.reading() as connection:
        rows = connection.execute("SELECT * FROM contact WHERE client_id = ? ORDER BY name", (client_id,)).fetchall()
    return [ClientContact(**row) for row in rows]


def contact(db: Database, id_: int) -> ClientContact | None:
    """Return one person at a client, or None for an unknown id."""
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM contact WHERE id = ?", (id_,)).fetchone()
    return ClientContact(**row) if row else None


def contact_shared_as(db: Database, share_id: str) -> ClientContact | None:
    """Return the person whom sharekit knows by this id, or None."""
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM contact WHERE share_id = ?", (share_id,)).fetchone()
    return ClientContact(**row) if row else None


def add_contact(db: Database, client_id: int, name: str, email: str, language: str, *, tags: str = "") -> ClientContact:
    """Add somebody at a client, or return who has this address there already."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO contact (client_id, name, email, language, tags) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (client_id, name, email, language, tags),
        )
        row = connection.execute("SELECT * FROM contact WHERE email = ?", (email,)).fetchone()
    return ClientContact(**row)


def remember_share_id(db: Database, id_: int, share_id: str) -> None:
    """Keep the id that sharekit gave to this person."""
    with db.writing() as connection:
        connection.execute("UPDATE contact SET share_id = ? WHERE id = ?", (share_id, id_))


def remember_client(db: Database, id_: int, share_id: str) -> None:
    """Keep the id that sharekit gave to this client."""
    with db.writing() as connection:
        connection.execute("UPDATE client SET share_id = ? WHERE id = ?", (share_id, id_))
