"""The evaluator says what rows and queries mean, by itself and without a store."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports import (
    AllOf,
    AnyOf,
    Bool,
    Condition,
    Contains,
    Eq,
    In,
    InSelect,
    Int,
    IsNull,
    KeyValue,
    KindSpec,
    Not,
    OrderBy,
    Position,
    Prefix,
    Query,
    Range,
    Ref,
    Row,
    Select,
    Text,
    Time,
)
from sharekit.ports.evaluate import (
    MAX_INT,
    check_counter,
    check_query,
    check_row,
    find,
    in_utc,
    known_kind,
    matches,
    micros_of,
    time_of,
)

DOG = KindSpec("dog", {"name": Text, "age": Int, "born": Time, "good": Bool, "owner": Ref})
WALK = KindSpec("walk", {"dog": Ref, "length": Int, "park": Text})
SPECS = {"dog": DOG, "walk": WALK}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def dog(id_: str, **keys: KeyValue) -> Row:
    """A dog of revision 1; a key that is not given is null."""
    return row(DOG, id_, keys)


def walk(id_: str, **keys: KeyValue) -> Row:
    """A walk of revision 1; a key that is not given is null."""
    return row(WALK, id_, keys)


def row(spec: KindSpec, id_: str, keys: dict[str, KeyValue]) -> Row:
    """A row of revision 1."""
    every: dict[str, KeyValue] = dict.fromkeys(spec.keys)
    return Row(tenant=TenantId("acme"), kind=spec.kind, id=id_, revision=1, schema=1, keys={**every, **keys}, body="{}")


class Rows:
    """Rows by kind, which count how often they are asked for."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows
        self.asked: list[str] = []

    def __call__(self, kind: str) -> Iterable[Row]:
        """Give the rows of a kind."""
        self.asked.append(kind)
        return [row for row in self._rows if row.kind == kind]


def ids(query: Query, *rows: Row) -> list[str]:
    """The ids that a checked query finds."""
    check_query(query, SPECS)
    return [row.id for row in find(query, Rows(*rows))]


# --- conditions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Eq("name", "Rex"), True),
        (Eq("name", "rex"), False),
        (Eq("age", 3), True),
        (Eq("born", NOON.astimezone(ZoneInfo("Asia/Tokyo"))), True),
        (Eq("good", value=True), True),
        (Eq("id", "d"), True),
        (Eq("owner", "o"), False),
        (In("age", [1, 3]), True),
        (In("age", []), False),
        (In("owner", ["o"]), False),
        (Range("age", at_least=3, at_most=3), True),
        (Range("age", above=3), False),
        (Range("age", below=3), False),
        (Range("born", above=NOON - timedelta(microseconds=1)), True),
        (Range("owner", at_least=""), False),
        (Range("id", at_least="d", below="e"), True),
        (Prefix("name", "Re"), True),
        (Prefix("name", "ex"), False),
        (Contains("name", "ex"), True),
        (Contains("name", ""), True),
        (IsNull("owner"), True),
        (IsNull("name"), False),
        (IsNull("id"), False),
        (AnyOf([]), False),
        (AnyOf([Eq("age", 1), Eq("age", 3)]), True),
        (AllOf([]), True),
        (AllOf([Eq("age", 1), Eq("age", 3)]), False),
        (Not(Eq("owner", "o")), True),
        (Not(Eq("age", 3)), False),
        (InSelect("id", Select("walk", "dog")), True),
        (InSelect("id", Select("walk", "dog", Range("length", above=5))), False),
        (InSelect("owner", Select("walk", "park")), False),
        (InSelect("name", Select("walk", "id")), False),
    ],
)
def test_a_condition_holds_or_does_not(condition: Condition, *, holds: bool) -> None:
    """Every condition is true or false of a row, and `Not` is the other one."""
    rex = dog("d", name="Rex", age=3, born=NOON, good=True)
    rows = Rows(rex, walk("w", dog="d", length=5), walk("without"))
    check_query(Query("dog", where=condition), SPECS)

    assert matches(condition, rex, rows) is holds
    assert matches(Not(condition), rex, rows) is not holds


def test_a_sub_select_is_evaluated_once() -> None:
    """However many rows there are, each sub-select asks for its rows one time."""
    inner = InSelect("id", Select("walk", "dog", InSelect("dog", Select("dog", "id", Eq("age", 1)))))
    rows = Rows(*[dog(f"{number}", age=number % 2) for number in range(50)], walk("w", dog="1"))
    found = find(Query("dog", where=inner), rows)

    assert [row.id for row in found] == ["1"]
    assert sorted(rows.asked) == ["dog", "dog", "walk"]


def test_find_keeps_the_rows_that_match() -> None:
    """`find` and `matches` are one definition."""
    rows = [dog(f"{number}", age=number % 5 or None, good=number % 2 == 0) for number in range(20)]
    where = AnyOf([AllOf([Range("age", above=2), Not(Eq("good", value=True))]), IsNull("age")])

    assert set(ids(Query("dog", where=where), *rows)) == {row.id for row in rows if matches(where, row, Rows(*rows))}


def test_a_zone_with_a_repeated_hour_is_compared_by_instant() -> None:
    """Of two equal wall-clock times on the night of the change, the right one is found."""
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)
    early = check_row(dog("early", born=first), DOG)
    late = check_row(dog("late", born=second), DOG)

    assert ids(Query("dog", where=Eq("born", first)), early, late) == ["early"]
    assert ids(Query("dog", where=In("born", [second])), early, late) == ["late"]
    assert ids(Query("dog", where=Range("born", above=first)), early, late) == ["late"]
    assert ids(Query("dog", order=OrderBy("born"), after=Position(first, "early")), early, late) == ["late"]


# --- order, pages, limit ---------------------------------------------------------------------------

_DOGS = [
    dog("a", age=2, name="\uffff", good=True),
    dog("b", name="\U0001f600", good=False),
    dog("c", age=1, name="z"),
    dog("d", age=2, name="Z"),
    dog("e"),
]


@pytest.mark.parametrize(
    ("key", "order"),
    [("id", "abcde"), ("age", "becad"), ("name", "edcab"), ("good", "cdeba"), ("owner", "abcde"), ("born", "abcde")],
)
def test_rows_are_ordered_by_a_key_and_then_by_id(key: str, order: str) -> None:
    """Null first, then false before true, numbers, code points; descending is the exact reverse."""
    assert "".join(ids(Query("dog", order=OrderBy(key)), *_DOGS)) == order
    assert "".join(ids(Query("dog", order=OrderBy(key, descending=True)), *_DOGS)) == order[::-1]


@given(
    ages=st.lists(st.none() | st.integers(-2, 2), max_size=12),
    key=st.sampled_from(["id", "age"]),
    size=st.integers(1, 5),
    descending=st.booleans(),
)
def test_pages_join_to_the_whole(ages: list[int | None], key: str, size: int, *, descending: bool) -> None:
    """Read page by page, every row comes exactly once and in order."""
    rows = [dog(f"{number:02}", age=age) for number, age in enumerate(ages)]
    order = OrderBy(key, descending)
    pages: list[str] = []
    after: Position | None = None
    while page := find(Query("dog", order=order, after=after, limit=size), Rows(*rows)):
        pages += [row.id for row in page]
        after = Position(page[-1].id if key == "id" else page[-1].keys[key], page[-1].id)

    assert pages == ids(Query("dog", order=order), *rows)


# --- what is taken ---------------------------------------------------------------------------------


def test_a_checked_row_is_as_a_store_keeps_it() -> None:
    """Keys come in the declared order, and times in UTC; the row that was given is left alone."""
    given = attrs.evolve(
        dog("d"),
        keys={
            "owner": "o",
            "born": NOON.astimezone(timezone(timedelta(hours=-9))),
            "age": None,
            "good": False,
            "name": "Rex",
        },
    )
    kept = check_row(given, DOG)

    assert list(kept.keys.items()) == [
        ("name", "Rex"),
        ("age", None),
        ("born", NOON),
        ("good", False),
        ("owner", "o"),
    ]
    assert isinstance(kept.keys["born"], datetime)
    assert kept.keys["born"].tzinfo is UTC
    assert list(given.keys) == ["owner", "born", "age", "good", "name"]


@pytest.mark.parametrize(
    "keys",
    [
        {"age": True},
        {"age": 1.0},
        {"age": MAX_INT + 1},
        {"good": 1},
        {"name": 5},
        {"name": "x" * 256},
        {"name": "\ud800"},
        {"owner": "a\x00"},
        {"born": NOON.replace(tzinfo=None)},
        {"born": NOON.date()},
        {"born": datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))},
        {"unknown": None},
    ],
)
def test_a_row_that_does_not_fit_is_refused(keys: dict[str, KeyValue]) -> None:
    """A key that is not declared, or a value of another type, raises `InvalidQueryError`."""
    with pytest.raises(InvalidQueryError):
        check_row(dog("d", **keys), DOG)


def test_a_row_of_another_kind_is_refused() -> None:
    """A row is checked against its own kind only."""
    with pytest.raises(InvalidQueryError):
        check_row(walk("w"), DOG)
    with pytest.raises(InvalidQueryError):
        known_kind("cat", SPECS)

    assert known_kind("walk", SPECS) is WALK


@pytest.mark.parametrize("text", ["", "x" * 255, "\U0010ffff" * 255, "\ue000\ud7ff"])
def test_any_text_of_255_characters_fits(text: str) -> None:
    """Characters are counted, not bytes, and all but U+0000 and surrogates are taken."""
    assert check_row(dog(text, name=text, owner=text), DOG).keys["name"] == text


def test_a_question_may_hold_longer_text_than_a_key() -> None:
    """Text that no key could hold is asked for without an error, and found nowhere."""
    check_query(Query("dog", where=AnyOf([Eq("name", "x" * 999), Contains("name", "x" * 999)])), SPECS)

    assert ids(Query("dog", where=Eq("name", "x" * 999)), dog("a", name="x")) == []


def test_text_and_references_are_comparable() -> None:
    """A sub-select may give references where text is, and the other way round, ids among them."""
    for condition in (
        InSelect("name", Select("walk", "dog")),
        InSelect("owner", Select("walk", "park")),
        InSelect("id", Select("walk", "park")),
        InSelect("age", Select("walk", "length")),
    ):
        check_query(Query("dog", where=condition), SPECS)


def test_conditions_nest_sixteen_deep() -> None:
    """A sub-select counts twice; one level more is refused."""
    plain: Condition = Eq("id", "a")
    for _ in range(16):
        plain = Not(plain)
    selected: Condition = Eq("id", "a")
    for _ in range(8):
        selected = InSelect("id", Select("dog", "id", selected))
    for condition in (plain, selected):
        check_query(Query("dog", where=condition), SPECS)
        with pytest.raises(InvalidQueryError):
            check_query(Query("dog", where=AllOf([condition])), SPECS)


@pytest.mark.parametrize(
    ("counter", "limit", "amount"),
    [("age", None, 0), ("age", None, True), ("age", 1.5, 1), ("age", True, 1), ("name", None, 1), ("id", None, 1)],
)
def test_a_count_that_makes_no_sense_is_refused(counter: str, limit: int | None, amount: int) -> None:
    """Only an Int key counts, by at least 1, up to an int."""
    check_counter(DOG, "age", -5, 1)

    with pytest.raises(InvalidQueryError):
        check_counter(DOG, counter, limit, amount)


# --- times -----------------------------------------------------------------------------------------


@given(st.datetimes(timezones=st.timezones()))
def test_times_survive_as_microseconds(time: datetime) -> None:
    """A time is the same instant after it was a number, and the number orders as the times do."""
    try:
        in_zone = time.astimezone(UTC)
    except OverflowError:
        return

    assert time_of(micros_of(time)) == in_zone == in_utc(time)
    assert micros_of(in_zone + timedelta(microseconds=1)) == micros_of(time) + 1 if in_zone.year < 9999 else True


def test_only_times_are_changed_to_utc() -> None:
    """Every other value is kept as it is."""
    assert [in_utc(value) for value in ("a", 1, True, None)] == ["a", 1, True, None]
