"""
Demo data in sharekit: the papers of a case, whom it is shared with, and what its client is asked for.
"""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from sharekit import Contact, Staff, Visibility, end_of_day
from sharekit.adapters.django import kit, ref_of
from sharekit.records.requests import DocumentRequest, RequestItem

from django_cases.office.models import Case

__all__ = ["seed_papers"]

_FOLDER = Path(__file__).parents[1] / "demo"

Table = dict[str, Any]  # TOML of our own, read in this file only


def seed_papers() -> None:
    """Fill an empty portal with papers and requests, each in the name of who leads the case."""
    for file in sorted(_FOLDER.glob("*.toml")):
        told = tomllib.loads(file.read_text("utf-8"))
        if "paper" in told:
            _seed_case(Case.objects.select_related("lead").get(reference=told["case"]["reference"]), told)


def _seed_case(case: Case, told: Table) -> None:
    lead = Staff(str(case.lead.pk))
    for paper in told["paper"]:
        visibility = Visibility.INTERNAL if paper.get("internal") else Visibility.CLIENT
        kit().documents.add(ref_of(case), paper["file"], _bytes(paper["file"]), by=lead, visibility=visibility)
    for asked in told.get("request", []):
        contact = kit().people.find(asked["to"])
        if contact is not None:
            kit().shares.grant(ref_of(case), to=contact, by=lead)
            _send(asked, _asked(case, asked, contact, lead), contact)


def _asked(case: Case, asked: Table, contact: Contact, lead: Staff) -> DocumentRequest:
    day = timezone.localdate() + timedelta(days=asked["due_in"])
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
    due = end_of_day(day, settings.TIME_ZONE)
    return kit().requests.create(to=contact, items=items, about=ref_of(case), due=due, by=lead)


def _send(asked: Table, request: DocumentRequest, contact: Contact) -> None:
    """Send what the client has found so far."""
    token = kit().requests.token(request, contact)
    for place, item in enumerate(asked["item"]):
        if "sent" in item:
            kit().requests.submit(token, f"item-{place}", item["sent"], _bytes(item["sent"]))


def _bytes(name: str) -> bytes:
    return (_FOLDER / "papers" / name).read_bytes()
