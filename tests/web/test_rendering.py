"""The default look of contents, and how values are written in five languages."""

import enum
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from sharekit.web.formats import Formats
from sharekit.web.locales import Language, language_of
from sharekit.web.rendering import (
    Block,
    Cell,
    Column,
    Facts,
    Items,
    Nothing,
    Prose,
    Table,
    UnknownContentError,
    block_of,
    cell_of,
)


def formats(tag: str = "en-GB", zone: str = "Europe/Amsterdam") -> Formats:
    """Return how a reader of a language writes."""
    language = language_of(tag)

    assert isinstance(language, Language)
    return Formats(language, ZoneInfo(zone))


class Phase(enum.Enum):
    """A value of the host."""

    DESIGN = "Design"


def countdown() -> Iterator[int]:
    """Yield a few numbers."""
    yield from (3, 2, 1)


BLOCKS: list[tuple[object, Block]] = [
    (None, Nothing()),
    ("", Nothing()),
    ([], Nothing()),
    ({}, Nothing()),
    ([{}, {}], Nothing()),
    (0, Prose(Cell("0", numeric=True))),
    (False, Prose(Cell("No"))),
    ("a\nb", Prose(Cell("a\nb"))),
    (Markup("<b>bold</b>"), Prose(Cell("<b>bold</b>"))),
    ({"due_date": "soon"}, Facts((("Due date", Prose(Cell("soon"))),))),
    (
        {"Due_Date": 1, "two words": 2, 3: None},
        Facts(
            (
                ("Due_Date", Prose(Cell("1", numeric=True))),
                ("two words", Prose(Cell("2", numeric=True))),
                ("3", Nothing()),
            )
        ),
    ),
    ({Phase.DESIGN: Phase.DESIGN}, Facts((("Design", Prose(Cell("Design"))),))),
    (("a", "b"), Items((Prose(Cell("a")), Prose(Cell("b"))))),
    ({"b", "a"}, Items((Prose(Cell("a")), Prose(Cell("b"))))),
    (countdown(), Items(tuple(Prose(Cell(str(n), numeric=True)) for n in (3, 2, 1)))),
    (["a", {"b": 1}], Items((Prose(Cell("a")), Facts((("B", Prose(Cell("1", numeric=True))),))))),
    (
        [{"day": "Mon", "hours": 3}, {"day": "Tue", "note": "a remark of more than twenty-eight"}],
        Table(
            (Column("Day", "brief"), Column("Hours", "number"), Column("Note", "wordy")),
            (
                (Cell("Mon"), Cell("3", numeric=True), Cell("")),
                (Cell("Tue"), Cell(""), Cell("a remark of more than twenty-eight")),
            ),
        ),
    ),
    (
        [{"who": "Someone in the middle", "all": ["a", True], "of": {"x_y": 1}}],
        Table(
            (Column("Who"), Column("All", "brief"), Column("Of", "brief")),
            ((Cell("Someone in the middle"), Cell("a, Yes"), Cell("X y: 1")),),
        ),
    ),
]


@pytest.mark.parametrize(("content", "block"), BLOCKS, ids=[str(n) for n in range(len(BLOCKS))])
def test_contents_have_a_look(content: object, block: Block) -> None:
    """Mappings become facts, sequences of mappings tables, other sequences lists, values prose."""
    assert block_of(content, formats()) == block


DEEP: object = [[[[[["x"]]]]]]


@pytest.mark.parametrize(
    "content",
    [object(), b"bytes", int, DEEP, [{"a": [["b"]]}], [{"a": {"b": {"c": 1}}}], {"a": object()}],
    ids=["object", "bytes", "class", "deep", "list-in-table", "facts-in-table", "object-in-facts"],
)
def test_some_contents_have_none(content: object) -> None:
    """What would show the inside of an object, or cannot be laid out, is refused."""
    with pytest.raises(UnknownContentError):
        block_of(content, formats())


INSTANT = datetime(2026, 3, 2, 15, 4, 59, tzinfo=UTC)

VALUES: list[tuple[object, dict[str, str]]] = [
    (True, {"en": "Yes", "nl": "Ja", "es": "Sí", "pl": "Tak", "de": "Ja"}),
    (
        date(2026, 3, 2),
        {"en": "Mar 2, 2026", "en-GB": "2 Mar 2026", "nl": "2 mrt 2026", "pl": "2 mar 2026", "de": "02.03.2026"},
    ),
    (
        INSTANT,
        {"en-GB": "2 Mar 2026, 16:04", "nl": "2 mrt 2026, 16:04", "es": "2 mar 2026, 16:04", "de": "02.03.2026, 16:04"},
    ),
    (datetime(2026, 3, 2, 15, 4), {"en-GB": "2 Mar 2026, 15:04"}),  # noqa: DTZ001  # the host's own clock, as it is
    (time(9, 5), {"en-GB": "09:05", "es": "9:05", "de": "09:05"}),
    (1234567, {"en": "1,234,567", "nl": "1.234.567", "pl": "1\xa0234\xa0567", "de-CH": "1’234’567"}),
    (1234.5678, {"en": "1,234.568", "de": "1.234,568"}),
    (Decimal("1234.50"), {"en": "1,234.50", "nl": "1.234,50", "pl": "1\xa0234,50"}),
    (Decimal("5E+2"), {"en": "500"}),
    (Decimal("1E-12"), {"en": "0.000000"}),
    (float("nan"), {"en": "–"}),
    (float("-inf"), {"en": "–"}),
    (-3, {"en": "-3"}),
    (datetime.max.replace(tzinfo=UTC), {"en-GB": "31 Dec 9999, 23:59"}),
    (
        timedelta(hours=12, minutes=30),
        {
            "en": "12 hr 30 min",
            "en-GB": "12 hr 30 min",
            "nl": "12 uur 30 min",
            "es": "12 h 30 min",
            "pl": "12 godz. 30 min",
            "de": "12 Std. 30 Min.",
        },
    ),
    (
        timedelta(hours=1, minutes=1),
        {
            "en": "1 hr 1 min",
            "en-GB": "1 hr 1 min",
            "nl": "1 uur 1 min",
            "es": "1 h 1 min",
            "pl": "1 godz. 1 min",
            "de": "1 Std. 1 Min.",
        },
    ),
    (timedelta(hours=2), {"en": "2 hr", "nl": "2 uur", "es": "2 h", "pl": "2 godz.", "de": "2 Std."}),
    (timedelta(days=100), {"en-GB": "2,400 hr", "es-MX": "2,400 h", "de-CH": "2’400 Std."}),
    (timedelta(seconds=42), {"en": "42 sec", "nl": "42 sec", "es": "42 s", "pl": "42 sek.", "de": "42 Sek."}),
    (timedelta(seconds=90), {"de": "2 Min."}),
    (timedelta(), {"nl": "0 min"}),
    (-timedelta(minutes=5), {"nl": "−5 min"}),
    (UUID(int=1), {"en": "00000000-0000-0000-0000-000000000001"}),
    (None, {"en": ""}),
]


@pytest.mark.parametrize(
    ("value", "tag", "text"),
    [(value, tag, text) for value, texts in VALUES for tag, text in texts.items()],
    ids=[f"{type(value).__name__}-{tag}-{n}" for n, (value, texts) in enumerate(VALUES) for tag in texts],
)
def test_values_are_written_as_the_reader_writes_them(value: object, tag: str, text: str) -> None:
    """Numbers, dates and durations follow the reader's language and country."""
    written = cell_of(value, formats(tag)).text

    assert (written.replace("\xa0", " ") if isinstance(value, timedelta) else written) == text


def test_a_number_stays_with_its_unit() -> None:
    """A line may end between hours and minutes, and nowhere else."""
    assert formats("pl").duration(timedelta(hours=1500, minutes=5)) == "1\xa0500\xa0godz. 5\xa0min"


def test_dates_have_a_form_for_machines() -> None:
    """A date and an instant carry their ISO form."""
    assert cell_of(date(2026, 3, 2), formats()).datetime == "2026-03-02"
    assert cell_of(INSTANT, formats()).datetime == "2026-03-02T15:04:59+00:00"


@pytest.mark.parametrize(
    ("tag", "zone", "text"),
    [
        ("en", "America/New_York", "March 2, 2026, 10:04\u202fAM EST"),
        ("en", "Europe/Amsterdam", "March 2, 2026, 4:04\u202fPM CET"),
        ("de", "Europe/Amsterdam", "2. März 2026, 16:04 MEZ"),
        ("es", "UTC", "2 de marzo de 2026, 15:04 UTC"),
        ("pl", "UTC", "2 marca 2026, 15:04 UTC"),
        ("nl", "America/Sao_Paulo", "2 maart 2026, 12:04 -03"),
    ],
)
def test_an_instant_can_be_told_in_full(tag: str, zone: str, text: str) -> None:
    """In words and with its zone, where a reader may be elsewhere."""
    assert formats(tag, zone).instant(INSTANT, wordy=True, zone=True) == text


def test_rows_of_sqlite_have_their_labels() -> None:
    """What the standard library's cursor gives is a table with headers, and one of them a list of facts."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT 'Monday' AS day, 3 AS hours UNION SELECT 'Tuesday', 4").fetchall()
    connection.close()
    monday, tuesday = {"day": "Monday", "hours": 3}, {"day": "Tuesday", "hours": 4}

    assert block_of([monday, tuesday], formats()) == block_of(rows, formats())
    assert block_of(monday, formats()) == block_of(rows[0], formats())
