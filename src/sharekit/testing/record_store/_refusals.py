"""Law T14: what no store takes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import attrs
import pytest

from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
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
    Prefix,
    Query,
    Range,
    Select,
)
from sharekit.ports.rows import Row
from sharekit.ports.stores import RecordStore, Transaction
from sharekit.testing.record_store._frame import ACME, NOON, OTHER, Frame, found, got, keep, plain, thing

_NAIVE: Final = NOON.replace(tzinfo=None)
_BEFORE_TIME: Final = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))
# Any: what the types forbid is what is tried here.
_WRONG: Final[Any] = 5
_HALF: Final[Any] = 2.5
_TEXT: Final[Any] = "5"
_NULL: Final[Any] = None


def _deep(levels: int) -> Condition:
    condition: Condition = Eq("size", 1)
    for _ in range(levels):
        condition = Not(condition)
    return condition


_CONDITIONS: Final[dict[str, Condition]] = {
    "unknown key": Eq("nothing", "x"),
    "unknown null key": IsNull("body"),
    "key of another kind": Eq("label", "x"),
    "number for text": Eq("name", 1),
    "text for number": Eq("size", "1"),
    "truth for number": Eq("size", value=True),
    "number for truth": Eq("done", 1),
    "number for time": Eq("at", 1),
    "text for time": Range("at", above="2026-01-01"),
    "time without a zone": Eq("at", _NAIVE),
    "range of times without a zone": Range("at", at_most=_NAIVE),
    "time before all others": Eq("at", _BEFORE_TIME),
    "number for id": Eq("id", 1),
    "number beyond 64 bits": Eq("size", 2**63),
    "range beyond 64 bits": Range("size", at_least=-(2**63) - 1),
    "one wrong of several": In("size", [1, 2, "3"]),
    "null among several": In("size", [1, _NULL]),
    "null as a value": Eq("size", _NULL),
    "fraction": Eq("size", _HALF),
    "range of truth": Range("done", at_least=False),
    "range without a bound": Range("size"),
    "prefix of a reference": Prefix("owner", "o"),
    "prefix of an id": Prefix("id", "o"),
    "part of a number": Contains("size", "1"),
    "part of a reference": Contains("owner", "1"),
    "number for a prefix": Prefix("name", _WRONG),
    "surrogate": Eq("name", "\ud800"),
    "nul": Contains("name", "a\x00b"),
    "unknown kind within": InSelect("id", Select("nothing", "id")),
    "unknown key within": InSelect("id", Select("tag", "nothing")),
    "unknown key of a sub-select": InSelect("nothing", Select("tag", "thing")),
    "number among texts": InSelect("size", Select("tag", "label")),
    "text among numbers": InSelect("name", Select("tag", "weight")),
    "wrong within": InSelect("id", Select("tag", "thing", Eq("size", 1))),
    "wrong in all": AllOf([Eq("size", 1), Eq("nothing", 1)]),
    "wrong in any": AnyOf([Eq("size", 1), Eq("nothing", 1)]),
    "wrong in not": Not(Eq("nothing", 1)),
    "no condition": _WRONG,
    "no condition in all": AllOf([_WRONG]),
    "too deep": _deep(100),
}

_QUERIES: Final[dict[str, Query]] = {
    "unknown kind": Query("nothing"),
    "unknown order": Query("thing", order=OrderBy("nothing")),
    "order of another kind": Query("plain-kind", order=OrderBy("size")),
    "no rows": Query("thing", limit=0),
    "fewer than no rows": Query("thing", limit=-1),
    "truth for a limit": Query("thing", limit=True),
    "text for a limit": Query("thing", limit=_TEXT),
    "place of another type": Query("thing", order=OrderBy("size"), after=Position("x", "a")),
    "place without a zone": Query("thing", order=OrderBy("at"), after=Position(_NAIVE, "a")),
    "place with a wrong id": Query("thing", order=OrderBy("size"), after=Position(1, _WRONG)),
    "place of another id": Query("thing", after=Position("a", "b")),
    **{name: Query("thing", where=condition) for name, condition in _CONDITIONS.items()},
}

_ROWS: Final[dict[str, Row]] = {
    "unknown kind": attrs.evolve(thing("new"), kind="nothing"),
    "missing key": attrs.evolve(thing("new"), keys={"name": "x"}),
    "no key": attrs.evolve(thing("new"), keys={}),
    "key too many": attrs.evolve(thing("new"), keys={**thing("new").keys, "more": None}),
    "key where there is none": attrs.evolve(plain("new"), keys={"name": "x"}),
    "number for text": thing("new", name=1),
    "text for number": thing("new", size="1"),
    "truth for number": thing("new", size=True),
    "number for truth": thing("new", done=1),
    "fraction": thing("new", size=_HALF),
    "number beyond 64 bits": thing("new", size=2**63),
    "number below 64 bits": thing("new", size=-(2**63) - 1),
    "time without a zone": thing("new", at=_NAIVE),
    "time before all others": thing("new", at=_BEFORE_TIME),
    "text for time": thing("new", at="2026-01-01"),
    "number for time": thing("new", at=1),
    "number for reference": thing("new", owner=1),
    "text of 256 characters": thing("new", name="x" * 256),
    "reference of 256 characters": thing("new", owner="x" * 256),
    "id of 256 characters": thing("x" * 256),
    "surrogate in an id": thing("\ud800"),
    "nul in an id": thing("a\x00"),
    "surrogate in a text": thing("new", name="\udfff"),
    "nul in a text": thing("new", name="a\x00b"),
    "surrogate in a body": thing("new", body='"\ud800"'),
    "nul in a body": thing("new", body='"\x00"'),
    "negative revision": thing("new", revision=-1),
    "truth for a revision": thing("new", revision=True),
    "text for a schema": attrs.evolve(thing("new"), schema=_TEXT),
    "number for an id": thing(_WRONG),
    "number for a body": thing("new", body=_WRONG),
    "row of another tenant": thing("new", tenant=OTHER),
    "row of no tenant": thing("new", tenant=TenantId("")),
    "wrong text in place of a good one": thing("old", revision=1, name="x" * 256),
}

_USES: Final[dict[str, Callable[[Transaction], object]]] = {
    "get of an unknown kind": lambda tx: tx.get("nothing", "a"),
    "get_many of an unknown kind": lambda tx: tx.get_many([("thing", "old"), ("nothing", "a")]),
    "many of an unknown kind": lambda tx: tx.get_many([("thing", "old")] * 50 + [("nothing", "a")]),
    "bump of an unknown kind": lambda tx: tx.bump("nothing", "old", "size", None),
    "bump of an unknown counter": lambda tx: tx.bump("thing", "old", "nothing", None),
    "bump of the revision": lambda tx: tx.bump("thing", "old", "revision", None),
    "bump of a text": lambda tx: tx.bump("thing", "old", "name", None),
    "bump of a time": lambda tx: tx.bump("thing", "old", "at", None),
    "bump of a truth": lambda tx: tx.bump("thing", "old", "done", None),
    "bump by nothing": lambda tx: tx.bump("thing", "old", "size", None, 0),
    "bump by less": lambda tx: tx.bump("thing", "old", "size", None, -1),
    "bump by a truth": lambda tx: tx.bump("thing", "old", "size", None, amount=True),
    "bump beyond 64 bits": lambda tx: tx.bump("thing", "old", "size", None, 2**63),
    "bump to a text": lambda tx: tx.bump("thing", "old", "size", _TEXT),
    "delete of an unknown kind": lambda tx: tx.delete("nothing", "old", 1),
}


class RefusalLaws(Frame):
    """The law of what no store takes."""

    @pytest.mark.parametrize("name", _QUERIES)
    def test_t14_a_query_that_nobody_can_answer_is_refused(self, records: RecordStore, name: str) -> None:
        """An unknown kind or key, or a value of a wrong type, raises `InvalidQueryError`, rows or no rows."""
        with records.transaction(ACME) as tx:
            with pytest.raises(InvalidQueryError):
                tx.find(_QUERIES[name])
            with pytest.raises(InvalidQueryError):
                tx.count(_QUERIES[name])

    def test_t14_the_tenants_of_an_unknown_kind_are_refused(self, records: RecordStore) -> None:
        """A store names tenants for declared kinds only."""
        with pytest.raises(InvalidQueryError):
            records.tenants("nothing")

    @pytest.mark.parametrize("name", _ROWS)
    def test_t14_a_row_that_does_not_fit_is_refused(self, records: RecordStore, name: str) -> None:
        """A row that is not as its kind declares raises `InvalidQueryError`, and nothing is stored."""
        keep(records, thing("old", name="before"))

        with records.transaction(ACME, write=True) as tx:
            with pytest.raises(InvalidQueryError):
                tx.put(_ROWS[name])
            tx.put(plain("after"))

        assert found(records, Query("thing")) == ["old"]
        assert found(records, Query("plain-kind")) == ["after"]
        assert got(records, "thing", "old") == thing("old", revision=1, name="before")
        assert found(records, Query("thing"), tenant=OTHER) == []

    @pytest.mark.parametrize("name", _USES)
    def test_t14_a_call_that_makes_no_sense_is_refused(self, records: RecordStore, name: str) -> None:
        """Every other method refuses what it cannot do, and changes nothing."""
        old = thing("old", name="x", size=1, at=NOON.astimezone(UTC), done=True)
        keep(records, old)

        with records.transaction(ACME, write=True) as tx:
            with pytest.raises(InvalidQueryError):
                _USES[name](tx)
            tx.put(thing("b"))

        assert got(records, "thing", "old") == attrs.evolve(old, revision=1)
        assert found(records, Query("thing")) == ["b", "old"]
