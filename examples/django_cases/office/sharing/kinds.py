"""
What of a case clients can be shown: a loader for each section, reading the firm's tables as they are now.

The setting ``SHAREKIT`` names `KINDS`. A loader is called only for a section that a link shows.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.utils import timezone
from sharekit import ResourceKind, ResourceRef, Section, SectionContext
from sharekit.records.documents import DocumentSection

from django_cases.office.models import Case, Document, NextDate, TimeEntry
from django_cases.office.sharing.wording import TITLES, words

__all__ = ["DESCRIPTIONS", "KINDS", "SECTIONS"]

Rows = Sequence[Mapping[str, object]]

DESCRIPTIONS = {
    "standing": "Reference, lawyer, court, and where the case stands.",
    "dates": "Hearings, terms and talks from today on.",
    "documents": "Those that are marked for the client, by title.",
    "time": "Every entry with day, work and time; no names.",
    "papers": "Those that are available to clients, to be opened.",
}
"""What each section holds, for staff who choose."""


def _standing(ref: ResourceRef, context: SectionContext) -> Mapping[str, object]:
    case, say = Case.objects.select_related("lead").get(pk=int(ref.id)), words(context.locale)
    facts: dict[str, str | date] = {say["reference"]: case.reference, say["lead"]: case.lead.get_full_name()}
    if case.stage:
        facts[say["stage"]] = case.stage
    if case.court:
        facts[say["court"]] = case.court
    return {**facts, say["opened"]: case.opened}


def _dates(ref: ResourceRef, context: SectionContext) -> Rows:
    say = words(context.locale)
    coming = NextDate.objects.filter(case=int(ref.id), day__gte=timezone.localdate())
    return [{say["day"]: item.day, say["what"]: item.what} for item in coming]


def _documents(ref: ResourceRef, context: SectionContext) -> Rows:
    say = words(context.locale)
    shown = Document.objects.filter(case=int(ref.id), for_client=True)
    return [{say["day"]: item.day, say["document"]: item.title, say["sender"]: item.sender} for item in shown]


def _time(ref: ResourceRef, context: SectionContext) -> Rows:
    say = words(context.locale)
    entries = TimeEntry.objects.filter(case=int(ref.id))
    return [{say["day"]: e.day, say["work"]: e.work, say["time"]: timedelta(minutes=e.minutes)} for e in entries]


CASE = ResourceKind(
    "case",
    title="Case",
    titles=TITLES["case"],
    sections={
        "standing": Section("Where it stands", load=_standing, client=True, titles=TITLES["standing"]),
        "dates": Section("Next dates", load=_dates, client=True, titles=TITLES["dates"]),
        "documents": Section("Documents", load=_documents, client=True, titles=TITLES["documents"]),
        "time": Section("Time", load=_time, titles=TITLES["time"]),
        "papers": DocumentSection("Papers to open", client=False, titles=TITLES["papers"]),
    },
)
KINDS = [CASE]
SECTIONS = {name: section.title for name, section in CASE.sections.items()}
"""The titles of the sections by name, for staff."""
