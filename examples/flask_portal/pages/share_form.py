"""
The form that shares a project with a person: what was typed, and what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sharekit import Access, Contact, Visibility
from sharekit.errors import InvalidInputError

from flask_portal.pages.link_form import WORDS, end_of
from flask_portal.settings import LANGUAGES

__all__ = ["ACCESS", "ShareForm"]

ACCESS = {
    Access.VIEW: "Read",
    Access.COMMENT: "Read and comment",
    Access.CONTRIBUTE: "Read, comment and add documents",
}
"""What a person may do, as staff call it."""

_FIELDS = ("q", "contact", "name", "email", "locale", "access", "visibility", "expires_at")
_NEW = "new"


@dataclass
class ShareForm:
    """
    What was typed.

    Attributes:
        typed: The fields as typed.
        problems: What is wrong, by field.
        expires_at: The end of the last day, or None.
    """

    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None

    @classmethod
    def empty(cls) -> Self:
        """Return the form as it is before anything is typed."""
        defaults = {"access": Access.VIEW.value, "visibility": Visibility.CLIENT.value, "locale": "nl"}
        return cls({**dict.fromkeys(_FIELDS, ""), **defaults})

    @classmethod
    def read(cls, form: Mapping[str, str], zone: str) -> Self:
        """Return what was sent."""
        read = cls({name: form.get(name, "").strip()[:254] for name in _FIELDS})
        typed = read.typed
        if typed["access"] not in set(Access):
            read.problems["access"] = "Choose one of them."
        if typed["visibility"] not in set(Visibility):
            read.problems["visibility"] = "Choose one of them."
        if not typed["contact"]:
            read.problems["contact"] = "Choose a person, or add somebody."
        if read.is_new:
            read._check_person()
        try:
            read.expires_at = end_of(typed["expires_at"], zone)
        except InvalidInputError as error:
            read.refuse(error)
        return read

    @property
    def is_new(self) -> bool:
        """Whether somebody is to be added."""
        return self.typed["contact"] == _NEW

    @property
    def contact(self) -> Contact:
        """Who was chosen from the list."""
        return Contact(self.typed["contact"])

    @property
    def access(self) -> Access:
        """What they may do."""
        return Access(self.typed["access"])

    @property
    def visibility(self) -> Visibility:
        """Whether they see it, or it is filed under their name for staff alone."""
        return Visibility(self.typed["visibility"])

    def refuse(self, error: InvalidInputError) -> None:
        """Say in words for staff what sharekit refused."""
        name = error.field if error.field in _FIELDS else "contact"
        self.problems[name] = WORDS.get(name, "Choose somebody from the list.")

    def _check_person(self) -> None:
        name, email = self.typed["name"], self.typed["email"]
        if not name or len(name) > 200:
            self.problems["name"] = WORDS["name"]
        if email.count("@") != 1 or " " in email or email[0] == "@" or email[-1] == "@":
            self.problems["email"] = WORDS["email"]
        if self.typed["locale"] not in LANGUAGES:
            self.problems["locale"] = WORDS["locale"]
