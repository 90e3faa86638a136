"""
The form that shares: what was typed, and what is wrong with it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records.catalog import Visibility
from sharekit.records.grants import Access, Children
from sharekit.records.instants import end_of_day
from sharekit.records.parties import Contact, Organization
from sharekit.web.locales import LANGUAGES
from sharekit.web.staff.desk import Desk, Fields
from sharekit.web.staff.people import NewContact, PartyLine, line_of, party_of

__all__ = ["ShareForm", "check_form", "check_new", "read_form", "refuse"]

_NEW: Final = ("name", "email", "locale", "organization", "tags")


@attrs.define(kw_only=True)
class ShareForm:
    """
    What was typed.

    Attributes:
        search: What is looked for.
        chosen: Who was chosen, as far as they are known.
        new: The fields about somebody new, as they were typed.
        access: What they may do, as it was sent.
        visibility: For whose eyes it is, as it was sent.
        children: What it says of the things inside, as it was sent.
        last_day: The last day, as it was typed.
        newcomer: Somebody new, when the fields about them say so and can be.
        expires_at: The end of the last day, or None.
        problems: What is wrong, by field.
    """

    search: str = ""
    chosen: list[PartyLine] = attrs.field(factory=list[PartyLine])
    new: dict[str, str] = attrs.field(factory=lambda: dict.fromkeys(_NEW, ""))
    access: str = Access.VIEW
    visibility: str = Visibility.CLIENT
    children: str = Children.FUTURE
    last_day: str = ""
    newcomer: NewContact | None = None
    expires_at: datetime | None = None
    problems: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def parties(self) -> list[Contact | Organization]:
        """Who was chosen."""
        return [line.party for line in self.chosen]

    @property
    def keys(self) -> frozenset[str]:
        """Who was chosen, as forms name them."""
        return frozenset(line.key for line in self.chosen)

    @property
    def names_somebody_new(self) -> bool:
        """Whether anything was typed about somebody new."""
        return bool(self.new["name"] or self.new["email"])

    @property
    def terms(self) -> tuple[Access, Visibility, datetime | None, Children]:
        """The terms of the grants, of a form without problems."""
        return Access(self.access), Visibility(self.visibility), self.expires_at, Children(self.children)

    def choose(self, line: PartyLine) -> None:
        """Have somebody be among those who were chosen, once."""
        if line.key not in self.keys:
            self.chosen.append(line)

    def forget_new(self) -> None:
        """Empty the fields about somebody new."""
        self.new |= {"name": "", "email": "", "tags": ""}
        self.newcomer = None


def read_form(desk: Desk, fields: Fields) -> ShareForm:
    """Return what was sent, as far as it can be taken as it is."""
    form = ShareForm(
        search=fields.one("q"),
        new={name: fields.one(f"new-{name}") for name in _NEW},
        access=fields.one("access") or Access.VIEW,
        visibility=fields.one("visibility") or Visibility.CLIENT,
        children=fields.one("children") or Children.FUTURE,
        last_day=fields.one("last-day"),
    )
    _read_chosen(desk, form, fields.many("to"))
    return form


def check_form(desk: Desk, form: ShareForm) -> None:
    """Note everything that keeps the form from being done."""
    choices: Mapping[str, tuple[str, type[Access | Visibility | Children]]] = {
        "access": (form.access, Access),
        "visibility": (form.visibility, Visibility),
        "children": (form.children, Children),
    }
    for name, (value, among) in choices.items():
        if value not in set(among):
            form.problems[name] = desk.gettext("Choose one of these.")
    try:
        form.expires_at = end_of_day(date.fromisoformat(form.last_day), desk.zone) if form.last_day else None
    except (ValueError, InvalidInputError):
        form.problems["last-day"] = day_problem(desk)
    if form.names_somebody_new:
        check_new(desk, form)
    elif not form.chosen and "to" not in form.problems:
        form.problems["to"] = desk.gettext("Choose somebody, or add a contact.")


def check_new(desk: Desk, form: ShareForm) -> None:
    """Read what was typed about somebody new, and note what is wrong with it."""
    for name, value in (("name", form.new["name"]), ("email", form.new["email"])):
        if not value:
            _refuse(desk, form, name)
    locale, company = form.new["locale"], _company(desk, form.new["organization"])
    if locale not in LANGUAGES:
        _refuse(desk, form, "locale")
    if form.new["organization"] and company is None:
        _refuse(desk, form, "organization")
    try:
        form.newcomer = NewContact(
            name=form.new["name"],
            email=form.new["email"],
            locale=locale,
            tags=frozenset(tag.strip() for tag in form.new["tags"].split(",") if tag.strip()),
            organization=company,
        )
    except InvalidInputError as error:
        _refuse(desk, form, error.field)


def refuse(desk: Desk, form: ShareForm, error: InvalidInputError) -> None:
    """Say in words what the kit found wrong, at the field that it is about."""
    if error.field == "expires_at":
        form.problems["last-day"] = day_problem(desk)
    else:
        _refuse(desk, form, error.field)


def day_problem(desk: Desk) -> str:
    """Return what is said of a day that cannot be the last one."""
    return desk.gettext("This day is over already. Choose today or a later day.")


def _company(desk: Desk, key: str) -> Organization | None:
    """Return the organization that a form names, or None unless it is known and active."""
    party = party_of(key)
    line = line_of(desk.kit, party) if isinstance(party, Organization) else None
    return Organization(line.party.id) if line is not None and line.active else None


def _read_chosen(desk: Desk, form: ShareForm, keys: list[str]) -> None:
    for key in dict.fromkeys(keys):
        party = party_of(key)
        line = None if party is None else line_of(desk.kit, party)
        if line is None:
            form.problems["to"] = desk.gettext("Somebody whom you chose is not known any more, and was left out.")
        elif not line.active:
            form.problems["to"] = desk.gettext("%(name)s is not active any more, and was left out.", name=line.name)
        else:
            form.choose(line)


def _refuse(desk: Desk, form: ShareForm, field: str) -> None:
    words = {
        "name": desk.gettext("Write a name of at most 200 characters."),
        "email": desk.gettext("Write one e-mail address."),
        "locale": desk.gettext("Choose one of the languages."),
        "organization": desk.gettext("Choose an organization that is known and active."),
        "tags": desk.gettext("Write at most 50 short labels, with commas between them."),
    }
    known = field in words
    form.problems[f"new-{field}" if known else "to"] = (
        words[field] if known else desk.gettext("Choose somebody, or add a contact.")
    )
