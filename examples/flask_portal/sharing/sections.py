"""
What of a project clients can be shown: one loader for each section, reading the agency's tables as they are now.

A loader is called only for a section that a link shows. Three return plain mappings and lists, for
which sharekit has a look of its own; the progress and the hours have templates of the agency's, in
``templates/sharekit/sections/project/``. The documents need no loader: sharekit has them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sharekit import Property, ResourceKind, ResourceRef, Section, SectionContext
from sharekit.records.documents import DocumentSection

from flask_portal.agency import hours, journal, projects
from flask_portal.agency.database import Database
from flask_portal.agency.hours import TimeEntry
from flask_portal.sharing.wording import TITLES, words

__all__ = ["DESCRIPTIONS", "HoursSheet", "Progress", "project_kind"]

DESCRIPTIONS = {
    "progress": "How far it is, and the present stage.",
    "budget": "Agreed, used and remaining hours.",
    "hours": "Every entry with day, person, work and time, and the totals.",
    "milestones": "What is to be reached by when, and what was.",
    "updates": "The notes that were written for the client.",
    "papers": "The documents that are available to clients, to be opened.",
}
"""What each section holds, for staff who choose."""

_WEEKS = 6


@dataclass(frozen=True)
class Progress:
    """What the template of the progress gets."""

    words: Mapping[str, str]
    percent: int
    stage: str


@dataclass(frozen=True)
class Week:
    """The work of one week. ``share`` compares it with the busiest one, in percent."""

    monday: date
    time: timedelta
    share: int


@dataclass(frozen=True)
class HoursSheet:
    """What the template of the hours gets."""

    words: Mapping[str, str]
    entries: Sequence[TimeEntry]
    total: timedelta
    weeks: Sequence[Week]


def project_kind(db: Database) -> ResourceKind:
    """Declare what a project is to sharekit."""
    loaders = SectionLoaders(db)
    return ResourceKind(
        "project",
        title="Project",
        titles=TITLES["project"],
        sections={
            "progress": Section("Progress", load=loaders.progress, client=True, titles=TITLES["progress"]),
            "budget": Section("Budget", load=loaders.budget, titles=TITLES["budget"]),
            "hours": Section("Hours", load=loaders.hours, client=True, titles=TITLES["hours"]),
            "milestones": Section("Milestones", load=loaders.milestones, client=True, titles=TITLES["milestones"]),
            "updates": Section("Updates", load=loaders.updates, client=True, titles=TITLES["updates"]),
            # People in the portal find documents in lists of their own; this one is for read links.
            "papers": DocumentSection("Documents", client=False, titles=TITLES["papers"]),
        },
        properties={
            "lead": Property("Project lead", load=loaders.lead, client=True, titles=TITLES["lead"]),
            "started": Property("Started", load=loaders.started, client=True, titles=TITLES["started"]),
        },
    )


class SectionLoaders:
    """The loaders of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def progress(self, ref: ResourceRef, context: SectionContext) -> Progress:
        """Tell how far a project is."""
        project = self._project(ref)
        return Progress(words(context.locale), project.percent, project.stage)

    def hours(self, ref: ResourceRef, context: SectionContext) -> HoursSheet:
        """Tell what was worked, by entry and by week."""
        entries = hours.entries_of(self._db, int(ref.id))
        return HoursSheet(words(context.locale), entries, _time(hours.total(entries)), _weeks(entries))

    def milestones(self, ref: ResourceRef, context: SectionContext) -> Sequence[Mapping[str, object]]:
        """Tell what is to be reached."""
        say = words(context.locale)
        return [
            {say["milestone"]: step.title, say["due"]: step.due, say["reached"]: step.reached}
            for step in journal.milestones_of(self._db, int(ref.id))
        ]

    def updates(self, ref: ResourceRef, context: SectionContext) -> Sequence[Mapping[str, object]]:
        """Tell what was written for the client, and none of the notes that staff write for one another."""
        say = words(context.locale)
        return [{say["day"]: note.day, say["news"]: note.body} for note in journal.updates_of(self._db, int(ref.id))]

    def budget(self, ref: ResourceRef, context: SectionContext) -> Mapping[str, timedelta]:
        """Compare the hours with what was agreed."""
        project, say = self._project(ref), words(context.locale)
        if not project.agreed_minutes:
            return {say["used"]: _time(project.minutes)}
        return {
            say["agreed"]: _time(project.agreed_minutes),
            say["used"]: _time(project.minutes),
            say["left"]: _time(project.agreed_minutes - project.minutes),
        }

    def lead(self, ref: ResourceRef) -> str:
        """Tell who answers for a project."""
        return self._project(ref).owner

    def started(self, ref: ResourceRef) -> date:
        """Tell when a project began."""
        return self._project(ref).started_on

    def _project(self, ref: ResourceRef) -> projects.Project:
        found = projects.project(self._db, int(ref.id))
        if found is None:
            raise LookupError(ref.key)
        return found


def _time(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _weeks(entries: Sequence[TimeEntry]) -> list[Week]:
    """Add up the latest weeks that saw any work, the latest first."""
    minutes: dict[date, int] = {}
    for entry in entries:
        monday = entry.day - timedelta(days=entry.day.weekday())
        minutes[monday] = minutes.get(monday, 0) + entry.minutes
    latest = sorted(minutes, reverse=True)[:_WEEKS]
    busiest = max((minutes[monday] for monday in latest), default=1)
    return [Week(monday, _time(minutes[monday]), round(100 * minutes[monday] / busiest)) for monday in latest]
