"""
Demo data in sharekit: documents of a project, whom it is shared with, and what its client is asked for.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sharekit import Contact, ResourceRef, Sharekit, Staff, Visibility, end_of_day
from sharekit.records.requests import DocumentRequest, RequestItem

from flask_portal.agency import projects
from flask_portal.agency.database import Database
from flask_portal.sharing.catalog import ref_of

__all__ = ["seed_papers"]

_FOLDER = Path(__file__).parents[1] / "agency" / "demo"

Table = dict[str, Any]  # TOML of our own, read in this file only


def seed_papers(db: Database, kit: Sharekit, zone: str) -> None:
    """Fill an empty portal with documents and requests, each in the name of the project's owner."""
    owners = {project.name: (ref_of(project.id), Staff(project.owner_id)) for project in projects.all_projects(db)}
    for file in sorted(_FOLDER.glob("*.toml")):
        told = tomllib.loads(file.read_text("utf-8"))
        if "paper" in told:
            ref, owner = owners[told["project"]["name"]]
            _seed_project(_Case(kit, ref, owner, zone), told)


@dataclass(frozen=True)
class _Case:
    """A project, and in whose name it is filled."""

    kit: Sharekit
    ref: ResourceRef
    owner: Staff
    zone: str


def _seed_project(case: _Case, told: Table) -> None:
    kit = case.kit
    for paper in told["paper"]:
        visibility = Visibility.INTERNAL if paper.get("internal") else Visibility.CLIENT
        kit.documents.add(case.ref, paper["file"], _bytes(paper["file"]), by=case.owner, visibility=visibility)
    for asked in told.get("request", []):
        contact = kit.people.find(asked["to"])
        if contact is not None:
            kit.shares.grant(case.ref, to=contact, by=case.owner)
            _send(kit, asked, _asked(case, asked, contact), contact)


def _asked(case: _Case, asked: Table, contact: Contact) -> DocumentRequest:
    day = datetime.now(ZoneInfo(case.zone)).date() + timedelta(days=asked["due_in"])
    items = [
        RequestItem(
            item["title"],
            key=f"item-{place}",
            accept=item["accept"],
            min=item.get("min", 1),
            max=item.get("max", 1),
            note=item.get("note"),
        )
        for place, item in enumerate(asked["item"])
    ]
    due = end_of_day(day, case.zone)
    return case.kit.requests.create(to=contact, items=items, about=case.ref, due=due, by=case.owner)


def _send(kit: Sharekit, asked: Table, request: DocumentRequest, contact: Contact) -> None:
    """Send what the client has found so far."""
    token = kit.requests.token(request, contact)
    for place, item in enumerate(asked["item"]):
        if "sent" in item:
            kit.requests.submit(token, f"item-{place}", item["sent"], _bytes(item["sent"]))


def _bytes(name: str) -> bytes:
    return (_FOLDER / "papers" / name).read_bytes()
