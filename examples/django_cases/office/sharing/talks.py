"""
Demo data in sharekit: what was written with clients, and in the firm about it.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from sharekit import Audience, Contact, Sharekit, Staff
from sharekit.adapters.django import ref_of
from sharekit.backends.django import DjangoRecordStore
from sharekit.records.conversations import Conversation
from sharekit.records.documents import Upload

from django_cases.office.models import Case
from django_cases.office.sharing.kinds import KINDS
from django_cases.office.sharing.rights import OfficeDirectory

__all__ = ["seed_talks"]

_FOLDER = Path(__file__).parents[1] / "demo"

Table = dict[str, Any]  # TOML of our own, read in this file only


@dataclass
class _Past:
    """A clock that stands where the demo tells of."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def seed_talks() -> None:
    """Fill an empty portal with conversations, written in the days before by a kit whose clock stands there."""
    now = datetime.now(UTC)
    past = _Past(now)
    kit = Sharekit(
        records=DjangoRecordStore(),
        blobs=settings.SHAREKIT["BLOBS"](),
        secret_keys=settings.SHAREKIT["SECRET_KEYS"],
        kinds=KINDS,
        directory=OfficeDirectory(),
        clock=past,
        undo_window=timedelta(0),
    )
    for file in sorted(_FOLDER.glob("*.toml")):
        told = tomllib.loads(file.read_text("utf-8"))
        for talk in told.get("talk", []):
            case = Case.objects.select_related("lead").get(reference=told["case"]["reference"])
            past.at = now - timedelta(hours=talk["message"][0]["ago"], minutes=1)
            clients = [_client(kit, email) for email in talk["with"]]
            lead = Staff(str(case.lead.pk))
            found = kit.conversations.start(subject=talk["subject"], with_=clients, about=ref_of(case), by=lead)
            _write(kit, found, talk["message"], past, now)
    past.at = now
    kit.relay.run_once()  # has the clients find what is new


def _write(kit: Sharekit, talk: Conversation, messages: list[Table], past: _Past, now: datetime) -> None:
    """Write the messages of a conversation; a client has read what stands before their own."""
    for told in messages:
        past.at = now - timedelta(hours=told["ago"])
        by = _author(kit, told["by"])
        if isinstance(by, Contact):
            kit.conversations.mark_read(talk, by=by)
        files = [Upload(name, (_FOLDER / "papers" / name).read_bytes()) for name in told.get("files", [])]
        audience = Audience.INTERNAL if told.get("note") else Audience.CLIENT
        request = None
        if told.get("request") and talk.about is not None:
            request = kit.requests.of(talk.about)[0]
        kit.conversations.post(talk, told["text"], audience=audience, attachments=files, request=request, by=by)


def _author(kit: Sharekit, name: str) -> Contact | Staff:
    return _client(kit, name) if "@" in name else Staff(str(User.objects.get(username=name).pk))


def _client(kit: Sharekit, email: str) -> Contact:
    found = kit.people.find(email)
    if found is None:
        raise LookupError(email)
    return found
