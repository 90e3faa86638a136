"""The laws P1 to P3 of stores whose transactions can read some keys of rows alone."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest

from sharekit.errors import InvalidQueryError, TransactionUsageError
from sharekit.ports.query import (
    AllOf,
    AnyOf,
    Condition,
    Contains,
    Eq,
    In,
    InSelect,
    IsNull,
    Not,
    OrderBy,
    Position,
    Query,
    Range,
    Select,
)
from sharekit.ports.rows import KeyValue, Row
from sharekit.ports.stores import RecordStore, SupportsPick, Transaction
from sharekit.testing.record_store._frame import ACME, NOON, OTHER, Frame, keep, tag, thing, within

_KEYS: Final = ("name", "id", "at", "done", "size", "name", "owner")

_TAGGED: Final = Select("tag", "thing", AllOf((In("label", ("red", "blue")), Range("weight", above=1))))
_TAGS_OF_NAMED: Final = InSelect("thing", Select("thing", "id", Eq("name", "n1")))
_CONDITIONS: Final[Sequence[Condition]] = (
    AllOf(),
    AnyOf(()),
    InSelect("id", _TAGGED),
    InSelect("owner", _TAGGED),
    AnyOf((InSelect("id", _TAGGED), InSelect("owner", _TAGGED))),
    AnyOf((Eq("name", "n1"), InSelect("id", _TAGGED), In("id", ("t2", "t5")))),
    AnyOf((AllOf((Not(Eq("done", value=True)), InSelect("owner", _TAGGED))), InSelect("id", _TAGGED))),
    AllOf((InSelect("id", _TAGGED), Range("size", at_least=2), Not(Contains("name", "2")))),
    AllOf((Not(InSelect("id", _TAGGED)), IsNull("name"))),
    InSelect("owner", Select("tag", "thing", _TAGS_OF_NAMED)),
    InSelect("id", Select("tag", "thing", AllOf((_TAGS_OF_NAMED, Eq("label", "red"))))),
)
_PAGES: Final = (
    (OrderBy("name"), Position("n1", "t3")),
    (OrderBy("name", descending=True), Position("n1", "t3")),
    (OrderBy("name"), Position(None, "t1")),
    (OrderBy("name", descending=True), Position(None, "t1")),
    (OrderBy("at"), Position(NOON, "t4")),
    (OrderBy(), Position("t3", "t3")),
    (OrderBy(descending=True), Position("t3", "t3")),
)


def _rows() -> list[Row]:
    things = [
        thing(
            f"t{number}",
            name=None if number % 3 == 0 else f"n{number % 3}",
            size=number,
            at=NOON + timedelta(microseconds=number // 2),
            done=(None, True, False)[number % 3],
            owner=f"t{number * 3 % 8}",
        )
        for number in range(8)
    ]
    tags = [
        tag(f"g{number}", thing=f"t{number % 5}", label=("red", "blue", "green")[number % 3], weight=number % 4)
        for number in range(10)
    ]
    return [*things, *tags, tag("g9-none", label="red", weight=3), thing("t1", name="n1", tenant=OTHER)]


def _picked(tx: Transaction, query: Query, keys: Sequence[str]) -> list[tuple[KeyValue, ...]]:
    assert isinstance(tx, SupportsPick)
    return [tuple(line[: len(keys)]) for line in tx.pick(query, keys)]


def _found(tx: Transaction, query: Query, keys: Sequence[str]) -> list[tuple[KeyValue, ...]]:
    return [tuple(row.id if key == "id" else row.keys[key] for key in keys) for row in tx.find(query)]


def _is_able(records: RecordStore) -> bool:
    return within(records, lambda tx: isinstance(tx, SupportsPick))


class PickLaws(Frame):
    """The laws of `SupportsPick`; a store without that ability has nothing to show."""

    def test_p1_the_lines_are_those_of_the_rows_that_are_found(self, records: RecordStore) -> None:
        """Whatever is asked, in whatever order and from whatever place on, the keys are those of the rows."""
        if not _is_able(records):
            return
        keep(records, *_rows())
        queries = [
            Query("thing", where=where, order=order, after=after, limit=limit)
            for where in _CONDITIONS
            for order, place in _PAGES
            for after in (None, place)
            for limit in (None, 3)
        ]
        differing: list[Query] = within(
            records,
            lambda tx: [query for query in queries if _picked(tx, query, _KEYS) != _found(tx, query, _KEYS)],
        )

        assert differing == []

    def test_p1_every_type_of_key_comes_as_it_is_stored(self, records: RecordStore) -> None:
        """Times, bools, numbers and texts are those that were put, and null is null."""
        if not _is_able(records):
            return
        keep(records, thing("a", at=NOON, done=False, size=0, name="N"), thing("b", body="[1]"))
        lines = within(records, lambda tx: _picked(tx, Query("thing"), ("done", "at", "size", "name", "owner", "id")))

        assert lines == [(False, NOON, 0, "N", None, "a"), (None, None, None, None, None, "b")]
        assert lines[0][0] is False

    def test_p1_lines_of_nothing_are_as_many_as_the_rows(self, records: RecordStore) -> None:
        """Where no key is asked for there is a line for each row all the same."""
        if not _is_able(records):
            return
        keep(records, thing("a"), thing("b"), thing("c", tenant=OTHER))

        assert within(records, lambda tx: _picked(tx, Query("thing"), ())) == [(), ()]

    def test_p2_what_cannot_be_asked_is_refused(self, records: RecordStore) -> None:
        """An unknown key is, to be read or to be asked about, and an unknown kind."""
        if not _is_able(records):
            return
        keep(records, thing("a"))
        wrong = (
            (Query("thing"), ["colour"]),
            (Query("thing"), ["body"]),
            (Query("thing", where=Eq("colour", "red")), ["name"]),
            (Query("unknown"), ["id"]),
        )
        for query, keys in wrong:
            with records.transaction(ACME) as tx, pytest.raises(InvalidQueryError):
                _picked(tx, query, keys)

        assert within(records, lambda tx: _picked(tx, Query("thing"), ["id"])) == [("a",)]

    def test_p3_a_transaction_that_is_over_reads_no_more(self, records: RecordStore) -> None:
        """Its block was left."""
        if not _is_able(records):
            return
        keep(records, thing("a"))
        with records.transaction(ACME) as tx:
            inside = _picked(tx, Query("thing"), ["id"])

        with pytest.raises(TransactionUsageError):
            _picked(tx, Query("thing"), ["id"])
        assert inside == [("a",)]
