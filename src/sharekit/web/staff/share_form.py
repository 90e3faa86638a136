"""
The form that shares: what was typed, and what is wrong with it.
"""

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records.catalog import Visibility
from sharekit.records.grants import Access, Children
from sharekit.records.instants import end_of_day
from sharekit.records.parties import Contact, Organization
from sharekit.web.staff.choosing import Chooser, ChosenPeople, check_new, refuse_new
from sharekit.web.staff.desk import Desk, Fields

__all__ = ["ShareForm", "check_form", "read_form", "refuse"]


@attrs.define(kw_only=True)
class ShareForm(ChosenPeople):
    """
    What was typed.

    Attributes:
        access: What they may do, as it was sent.
        visibility: For whose eyes it is, as it was sent.
        children: What it says of the things inside, as it was sent.
        last_day: The last day, as it was typed.
        expires_at: The end of the last day, or None.
    """

    access: str = Access.VIEW
    visibility: str = Visibility.CLIENT
    children: str = Children.FUTURE
    last_day: str = ""
    expires_at: datetime | None = None

    @property
    def parties(self) -> list[Contact | Organization]:
        """Who was chosen."""
        return [line.party for line in self.chosen]

    @property
    def terms(self) -> tuple[Access, Visibility, datetime | None, Children]:
        """The terms of the grants, of a form without problems."""
        return Access(self.access), Visibility(self.visibility), self.expires_at, Children(self.children)


def read_form(chooser: Chooser, fields: Fields) -> ShareForm:
    """Return what was sent, as far as it can be taken as it is."""
    form = ShareForm(
        access=fields.one("access") or Access.VIEW,
        visibility=fields.one("visibility") or Visibility.CLIENT,
        children=fields.one("children") or Children.FUTURE,
        last_day=fields.one("last-day"),
    )
    chooser.read(fields, form)
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
        form.problems["last-day"] = _day_problem(desk)
    if form.names_somebody_new:
        check_new(desk, form)
    elif not form.chosen and "to" not in form.problems:
        form.problems["to"] = desk.gettext("Choose somebody, or add a contact.")


def refuse(desk: Desk, form: ShareForm, error: InvalidInputError) -> None:
    """Say in words what the kit found wrong, at the field that it is about."""
    if error.field == "expires_at":
        form.problems["last-day"] = _day_problem(desk)
    else:
        refuse_new(desk, form, error.field)


def _day_problem(desk: Desk) -> str:
    """Return what is said of a day that cannot be the last one."""
    return desk.gettext("This day is over already. Choose today or a later day.")
