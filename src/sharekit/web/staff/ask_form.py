"""
The form that asks for documents: what was typed, what it is filled with, and what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, TypedDict

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import deterministic_id
from sharekit.records.instants import end_of_day
from sharekit.records.parties import Contact
from sharekit.records.requests import RequestItem, RequestTemplate, RequestText
from sharekit.records.uploads import MiB, UploadPolicy
from sharekit.web.staff.choosing import Chooser, ChosenPeople, check_new
from sharekit.web.staff.desk import Desk, Fields

__all__ = [
    "AskForm",
    "ItemRow",
    "Words",
    "check_form",
    "days_of",
    "fill_from",
    "read_form",
    "slug_of",
    "text_of",
    "typed",
]

_MOST_ROWS: Final = 40
_TICKED: Final = ("pdf", "images", "documents")
_DIGITS: Final = 6


@attrs.define(kw_only=True)
class ItemRow:
    """
    One thing that is asked for, as it was typed.

    Attributes:
        key: What it is called in the template that it came from; empty for a new one.
        title: What it is.
        types: The groups that were ticked.
        others: Other endings.
        mb: How large each file may be.
        least: How many are needed.
        most: How many are taken.
        note: A sentence that helps.
        problems: What is wrong, by field.
    """

    key: str = ""
    title: str = ""
    types: frozenset[str] = frozenset()
    others: str = ""
    mb: str = ""
    least: str = "1"
    most: str = "5"
    note: str = ""
    problems: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that says what it is."""
        return not (self.title or self.note)


@attrs.define(kw_only=True)
class AskForm(ChosenPeople):
    """
    What was typed.

    Attributes:
        rows: What is asked for.
        template: The name of the template that it was filled from, or an empty text.
        subject: One line; empty for the words of the template or the house.
        body: Some paragraphs, in the same way.
        button: What the button says, in the same way.
        last_day: Until when it is wanted, as it was typed.
        told: Who hears of what comes: ``"owner"`` or ``"me"``.
        keep_title: What a new template shall be called.
        keep_days: How many days contacts have by a new template.
        items: What is asked for, of a form without problems.
        due: The end of the last day, or None.
    """

    rows: list[ItemRow] = attrs.field(factory=lambda: [ItemRow()])
    template: str = ""
    subject: str = ""
    body: str = ""
    button: str = ""
    last_day: str = ""
    told: str = "owner"
    keep_title: str = ""
    keep_days: str = ""
    items: list[RequestItem] = attrs.field(factory=list[RequestItem])
    due: datetime | None = None

    @property
    def contacts(self) -> list[Contact]:
        """Who was chosen."""
        return [line.party for line in self.chosen if isinstance(line.party, Contact)]

    @property
    def has_problems(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.problems) or any(row.problems for row in self.rows)

    @property
    def has_words(self) -> bool:
        """Whether any words of its own were typed."""
        return bool(self.subject or self.body or self.button)


def read_form(chooser: Chooser, fields: Fields) -> AskForm:
    """Return what was sent, as far as it can be taken as it is."""
    form = AskForm(
        template=fields.one("template"),
        subject=fields.one("subject"),
        body=fields.one("body").replace("\r\n", "\n"),
        button=fields.one("button"),
        last_day=fields.one("last-day"),
        told="me" if fields.one("told") == "me" else "owner",
        keep_title=fields.one("keep-title"),
        keep_days=fields.one("keep-days"),
        rows=[_row(fields, place) for place in range(_count(fields.one("rows")))] or [ItemRow()],
    )
    chooser.read(fields, form)
    return form


def _count(text: str) -> int:
    return min(int(text), _MOST_ROWS) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 1


def _row(fields: Fields, place: int) -> ItemRow:
    def one(name: str) -> str:
        return fields.one(f"item-{place}-{name}")

    return ItemRow(
        key=one("key"),
        title=one("title"),
        types=frozenset(name for name in fields.many(f"item-{place}-types") if name in _TICKED),
        others=one("others"),
        mb=one("mb"),
        least=one("least"),
        most=one("most"),
        note=one("note"),
    )


def fill_from(form: AskForm, template: RequestTemplate) -> None:
    """Have a form ask what a template asks; whom it asks stays, and so does the day."""
    form.template = template.name
    form.rows = [_row_of(item) for item in template.items]
    words = template.text
    form.subject, form.body, form.button = ("", "", "") if words is None else (words.subject, words.body, words.button)


def _row_of(item: RequestItem) -> ItemRow:
    accept = frozenset(item.accept or ())
    return ItemRow(
        key=item.key,
        title=item.title,
        types=accept & frozenset(_TICKED),
        others=", ".join(sorted(accept - frozenset(_TICKED))),
        mb="" if item.max_bytes is None else f"{item.max_bytes / MiB:g}",
        least=str(item.min),
        most=str(item.max),
        note=item.note or "",
    )


def check_form(desk: Desk, form: AskForm, template: RequestTemplate | None, *, asks: bool) -> None:
    """Note everything that keeps the form from being done; *asks* says whether somebody is to be asked."""
    if asks and form.names_somebody_new:
        check_new(desk, form)
    elif asks and not form.chosen and "to" not in form.problems:
        form.problems["to"] = desk.gettext("Choose at least one person.")
    try:
        form.due = end_of_day(date.fromisoformat(form.last_day), desk.zone) if form.last_day else None
    except (ValueError, InvalidInputError):
        form.problems["last-day"] = desk.gettext("This day is over already. Choose today or a later day.")
    known = {} if template is None else {item.key: item for item in template.items}
    rows = [row for row in form.rows if not row.is_empty]
    form.items = [item for row in rows if (item := _item_of(desk, row, known.get(row.key))) is not None]
    if not rows:
        form.rows[0].problems["title"] = desk.gettext("Write what you need.")


def _item_of(desk: Desk, row: ItemRow, known: RequestItem | None) -> RequestItem | None:
    """Return what a row asks for, or None and note what is wrong; *known* is what the template asks in its place."""
    accept = row.types | {each.strip(" .").casefold() for each in row.others.split(",") if each.strip(" .")}
    titles = known.titles if known is not None and known.title == row.title else {}
    allow = {} if known is None else known.allow
    try:
        UploadPolicy(accept=accept - allow.keys() or {"pdf"}, allow=allow)
        return RequestItem(
            row.title,
            key="" if known is None else known.key,
            accept=accept or None,
            allow=allow,
            max_bytes=_bytes(row.mb),
            min=_whole("min", row.least),
            max=_whole("max", row.most),
            note=row.note or None,
            titles=titles,
        )
    except InvalidInputError as error:
        _note(desk, row, error.field)
        return None


def _bytes(text: str) -> int | None:
    if not text:
        return None
    try:
        return round(float(text.replace(",", ".")) * MiB)
    except (ValueError, OverflowError):
        raise InvalidInputError("max_bytes", "needs a number of megabytes") from None


def _whole(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise InvalidInputError(field, "needs a number")
    return int(text)


def _note(desk: Desk, row: ItemRow, field: str) -> None:
    words = {
        "title": ("title", desk.gettext("Write what you need, in at most 200 characters.")),
        "accept": ("types", desk.gettext("Write endings of files that clients may send, with commas between them.")),
        "allow": ("types", desk.gettext("Write endings of files that clients may send, with commas between them.")),
        "max_bytes": ("mb", desk.gettext("Write a number of megabytes.")),
        "min": ("least", desk.gettext("Write a number that is not more than how many are taken.")),
        "max": ("most", desk.gettext("Write a number from 1 to 1000.")),
        "note": ("note", desk.gettext("Write at most 500 characters.")),
    }
    place, said = words.get(field, words["title"])
    row.problems[place] = said


class Words(TypedDict):
    """The words of a request, as `Requests.create` takes them."""

    subject: str | None
    body: str | None
    button: str | None


def typed(form: AskForm, template: RequestTemplate | None) -> Words:
    """Return the words that every contact reads; None for those of the template or the house, in their language."""
    own = None if template is None else template.text

    def chosen(name: str, value: str) -> str | None:
        return None if not value or (own is not None and getattr(own, name) == value) else value

    return Words(
        subject=chosen("subject", form.subject),
        body=chosen("body", form.body),
        button=chosen("button", form.button),
    )


def text_of(desk: Desk, form: AskForm) -> RequestText | None:
    """Return the words that a new template keeps, or None for the house's own; note what is wrong with them."""
    if not form.has_words:
        return None
    try:
        return RequestText(subject=form.subject, body=form.body, button=form.button)
    except InvalidInputError as error:
        form.problems[error.field] = desk.gettext("A template needs all three, or none of them.")
        return None


def days_of(desk: Desk, form: AskForm) -> int | None:
    """Return how many days contacts have by a new template, or None; note what is wrong with them."""
    try:
        return _whole("due_days", form.keep_days) if form.keep_days else None
    except InvalidInputError:
        form.problems["keep-days"] = desk.gettext("Write a number of days, or nothing.")
        return None


def slug_of(title: str, taken: Iterable[str]) -> str:
    """Return a name for a template, made of what staff call it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")
    if not slug or not slug[0].isalpha():
        slug = f"template-{deterministic_id('template', title)[:12].casefold().replace('_', '0').replace('-', '0')}"
    number, free = 1, slug
    while free in set(taken):
        number += 1
        free = f"{slug}-{number}"
    return free
