"""
The forms about a project and its hours: what was typed, and what is wrong with it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from sharekit.errors import InvalidInputError
from werkzeug.datastructures import MultiDict

from flask_portal.agency.hours import NewWork, minutes_from
from flask_portal.agency.projects import Project, ProjectDraft

__all__ = ["HoursForm", "ProjectForm"]

_MAX_TEXT = 200


@dataclass
class HoursForm:
    """
    The form to add hours.

    Attributes:
        typed: The fields as typed.
        problems: What is wrong, by field.
    """

    typed: dict[str, str]
    on: date
    minutes: int = 0
    work: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, today: date) -> Self:
        """Return the form as it is first shown."""
        return cls({"day": today.isoformat(), "hours": "", "work": ""}, on=today)

    @classmethod
    def read(cls, sent: MultiDict[str, str], today: date) -> Self:
        """Read what was sent."""
        form = cls({name: sent.get(name, "").strip() for name in ("day", "hours", "work")}, on=today)
        form.work = form.typed["work"]
        form.minutes = minutes_from(form.typed["hours"]) or 0
        try:
            form.on = date.fromisoformat(form.typed["day"])
        except ValueError:
            form.problems["day"] = "Choose a day."
        if form.on > today:
            form.problems["day"] = "This day has not come yet."
        if not form.minutes:
            form.problems["hours"] = "Write hours as 1:30 or 1.5, at most 24."
        if not 0 < len(form.work) <= _MAX_TEXT:
            form.problems["work"] = f"Say what was done, in at most {_MAX_TEXT} characters."
        return form

    def work_of(self, project_id: int, staff_id: str) -> NewWork:
        """Return what is to be written down."""
        return NewWork(project_id=project_id, staff_id=staff_id, day=self.on, minutes=self.minutes, work=self.work)


@dataclass
class ProjectForm:
    """
    The form about a project.

    Attributes:
        typed: The fields as typed.
        draft: What they say, when each of them can be read.
        problems: What is wrong, by field.
    """

    typed: dict[str, str]
    draft: ProjectDraft | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, owner_id: str) -> Self:
        """Return the form for a new project."""
        return cls({"owner_id": owner_id, "for_clients": "1", "percent": "0", "agreed": "0"})

    @classmethod
    def of(cls, project: Project) -> Self:
        """Return the form filled with a project."""
        return cls(
            {
                "client_id": str(project.client_id),
                "owner_id": project.owner_id,
                "name": project.name,
                "client_title": project.client_title or "",
                "for_clients": "1" if project.for_clients else "",
                "percent": str(project.percent),
                "stage": project.stage,
                "agreed": str(project.agreed_minutes // 60),
            }
        )

    @classmethod
    def read(cls, sent: MultiDict[str, str], *, clients: Collection[int], people: Collection[str]) -> Self:
        """Read what was sent; the client and the owner must be among those given."""
        form = cls({name: value.strip() for name, value in sent.items()})
        client_id = form._number("client_id", 10**9, "Choose a client.")
        if client_id not in clients:
            form.problems["client_id"] = "Choose a client."
        percent = form._number("percent", 100, "Write a whole number from 0 to 100.")
        agreed = form._number("agreed", 100_000, "Write whole hours, or 0 when nothing was agreed.")
        if form.typed.get("owner_id") not in people:
            form.problems["owner_id"] = "Choose an owner."
        if len(form.typed.get("stage", "")) > _MAX_TEXT:
            form.problems["stage"] = f"Write at most {_MAX_TEXT} characters."
        if not form.problems:
            form.draft = ProjectDraft(
                client_id=client_id,
                owner_id=form.typed["owner_id"],
                name=form.typed.get("name", ""),
                client_title=form.typed.get("client_title") or None,
                for_clients=bool(form.typed.get("for_clients")),
                percent=percent,
                stage=form.typed.get("stage", ""),
                agreed_minutes=agreed * 60,
            )
        return form

    def refuse(self, error: InvalidInputError) -> None:
        """Show what sharekit found wrong at the field that it names."""
        names = {"title": "name"}
        self.problems[names.get(error.field, error.field)] = "Write 1 to 200 characters, on one line."

    def _number(self, name: str, limit: int, problem: str) -> int:
        text = self.typed.get(name, "")
        if text.isdecimal() and len(text) < 10 and int(text) <= limit:
            return int(text)
        self.problems[name] = problem
        return 0
