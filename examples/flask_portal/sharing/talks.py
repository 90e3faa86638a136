"""
Demo data in sharekit: what was written with clients, and among the agency about it.
"""

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sharekit import Audience, Contact, Sharekit, Staff
from sharekit.records.conversations import Conversation
from sharekit.records.documents import Upload

from flask_portal.agency import projects
from flask_portal.agency.database import Database
from flask_portal.settings import Settings
from flask_portal.sharing.catalog import ref_of
from flask_portal.sharing.kit import make_kit

__all__ = ["seed_talks"]

_FOLDER = Path(__file__).parents[1] / "agency" / "demo"

Table = dict[str, Any]  # TOML of our own, read in this file only


@dataclass
class _Past:
    """A clock that stands where the demo tells of."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def seed_talks(db: Database, settings: Settings) -> None:
    """Fill an empty portal with conversations, written in the days before by a kit whose clock stands there."""
    now = datetime.now(UTC)
    past = _Past(now)
    owners = {project.name: (project.id, Staff(project.owner_id)) for project in projects.all_projects(db)}
    kit = make_kit(replace(settings, undo=timedelta(0)), db, past)
    try:
        for file in sorted(_FOLDER.glob("*.toml")):
            told = tomllib.loads(file.read_text("utf-8"))
            for talk in told.get("talk", []):
                id_, owner = owners[told["project"]["name"]]
                past.at = now - timedelta(hours=talk["message"][0]["ago"], minutes=1)
                clients = [_client(kit, email) for email in talk["with"]]
                found = kit.conversations.start(subject=talk["subject"], with_=clients, about=ref_of(id_), by=owner)
                _write(kit, found, talk["message"], past, now)
        past.at = now
        kit.relay.run_once()  # has the clients find what is new
    finally:
        kit.close()


def _write(kit: Sharekit, talk: Conversation, messages: list[Table], past: _Past, now: datetime) -> None:
    """Write the messages of a conversation; a client has read what stands before their own."""
    for told in messages:
        past.at = now - timedelta(hours=told["ago"])
        author = told["by"]
        by = _client(kit, author) if "@" in author else Staff(author)
        if isinstance(by, Contact):
            kit.conversations.mark_read(talk, by=by)
        files = [Upload(name, (_FOLDER / "papers" / name).read_bytes()) for name in told.get("files", [])]
        audience = Audience.INTERNAL if told.get("note") else Audience.CLIENT
        request = None
        if told.get("request") and talk.about is not None:
            request = kit.requests.of(talk.about)[0]
        kit.conversations.post(talk, told["text"], audience=audience, attachments=files, request=request, by=by)


def _client(kit: Sharekit, email: str) -> Contact:
    found = kit.people.find(email)
    if found is None:
        raise LookupError(email)
    return found
