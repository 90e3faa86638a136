"""
The form that makes or changes a read link: what was typed, and what sharekit says of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from sharekit import ReadLink, end_of_day
from sharekit.errors import InvalidInputError
from werkzeug.datastructures import MultiDict

__all__ = ["WORDS", "LinkForm", "end_of", "last_day"]

_FIELDS = ("client_title", "expires_at", "max_uses", "password", "recipient", "name", "email", "locale")

# sharekit says which field, and says to programmers what would be right; staff are told in words of their own.
WORDS = {
    "sections": "Choose at least one section.",
    "client_title": "Write at most 200 characters, on one line.",
    "expires_at": "This day is over already. Choose today or a later day.",
    "max_uses": "Write a whole number from 1 to 1,000,000, or leave it empty.",
    "password": "Write 1 to 1,024 characters that are not only spaces.",
    "recipient": "Choose somebody from the list.",
    "name": "Write the person's name.",
    "email": "Write one e-mail address.",
    "locale": "Choose a language.",
}


@dataclass
class LinkForm:
    """
    What was typed about a link.

    Attributes:
        typed: The fields as typed, but for the sections.
        sections: The names of the sections that are switched on.
        problems: What is wrong, by field.
        internal_title: The internal title that the client would read, when that is to be decided.
    """

    typed: dict[str, str]
    sections: frozenset[str] = frozenset()
    problems: dict[str, str] = field(default_factory=dict)
    internal_title: str | None = None
    accepts_internal_title: bool = False

    @classmethod
    def empty(cls, sections: Iterable[str], like: ReadLink | None = None) -> Self:
        """Return the form as it is first shown; *like* is a link of which another is to be made."""
        typed: dict[str, str] = dict.fromkeys(_FIELDS, "")
        if like is not None:
            typed["client_title"] = like.client_title or ""
            typed["max_uses"] = str(like.max_uses or "")
        return cls(typed, sections=frozenset(sections) if like is None else like.sections)

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> Self:
        """Read what was sent; the answer to the question about the title comes from its dialogue."""
        form = cls({name: sent.get(name, "").strip() for name in _FIELDS}, frozenset(sent.getlist("sections")))
        form.typed["password"] = sent.get("password", "")
        form.accepts_internal_title = sent.get("title_answer") == "accept"
        offered = sent.get("offered_title", "").strip()
        if offered and not form.accepts_internal_title:
            form.typed["client_title"] = offered
        if not form.sections:
            form.problems["sections"] = WORDS["sections"]
        return form

    @property
    def client_title(self) -> str | None:
        """The title for this link alone."""
        return self.typed["client_title"] or None

    @property
    def password(self) -> str | None:
        """The password, exactly as typed."""
        return self.typed["password"] or None

    @property
    def max_uses(self) -> int | None:
        """How often it may be opened."""
        text = self.typed["max_uses"]
        if not text:
            return None
        if not text.isdecimal() or len(text) > 9:
            raise InvalidInputError("max_uses", "needs digits")
        return int(text)

    def refuse(self, error: InvalidInputError) -> None:
        """Show what sharekit found wrong at the field that it names."""
        self.problems[error.field] = WORDS.get(error.field, error.problem)


def end_of(text: str, zone: str) -> datetime | None:
    """Return the end of a day that was typed, by the clock of a zone; None when nothing was."""
    if not text:
        return None
    try:
        return end_of_day(date.fromisoformat(text), zone)
    except (ValueError, InvalidInputError):
        raise InvalidInputError("expires_at", "needs a date") from None


def last_day(link: ReadLink, zone: str) -> str:
    """Return the last day on which a link opens, as a date field wants it."""
    if link.expires_at is None:
        return ""
    return (link.expires_at.astimezone(ZoneInfo(zone)) - datetime.resolution).date().isoformat()
