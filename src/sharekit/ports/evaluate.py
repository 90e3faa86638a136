"""
The meaning of rows and queries, as plain functions that any store can use.

A custom store may begin with these alone: `check_row` before it keeps a row, `check_query` before
it answers, `find` for the answer. A store that lets a database answer must agree with `find`.
`sharekit.ports.collecting` has a whole transaction that is made of them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from sharekit.ports._checks import (
    MAX_INT,
    check_counter,
    check_picked,
    check_query,
    check_row,
    check_sought,
    in_utc,
    known_kind,
    micros_of,
    time_of,
)
from sharekit.ports.query import AllOf, AnyOf, Condition, Contains, Eq, In, InSelect, IsNull, Not, Prefix, Query, Range
from sharekit.ports.rows import KeyValue, Row

__all__ = [
    "MAX_INT",
    "answer",
    "check_counter",
    "check_picked",
    "check_query",
    "check_row",
    "check_sought",
    "find",
    "holding",
    "in_utc",
    "known_kind",
    "matches",
    "micros_of",
    "time_of",
]

RowsOf = Callable[[str], Iterable[Row]]
"""Gives the rows of a kind, all of one tenant."""

Candidates = Callable[[str, Condition], Iterable[Row]]
"""Gives rows of a kind, all of one tenant: every one that meets the condition, and any others."""


def find(query: Query, rows_of: RowsOf) -> list[Row]:
    """
    Return the rows that a checked query describes, in its order.

    Args:
        query: The question.
        rows_of: Gives the rows of a kind; called once for the query and once for each sub-select.
    """
    return answer(query, lambda kind, _: rows_of(kind))


def answer(query: Query, candidates: Candidates) -> list[Row]:
    """
    Return the rows that a checked query describes, in its order, from a source that may narrow them down.

    Args:
        query: The question.
        candidates: Gives rows of a kind, and may leave out those that do not meet the condition;
            called once for the query and once for each sub-select, each with its own condition.
    """
    holds = _compiled(query.where, candidates)
    place = _placed(query.order.key)
    found = [row for row in candidates(query.kind, query.where) if holds(row)]
    if query.after is not None:
        start = _place(in_utc(query.after.value), query.after.id)
        if query.order.descending:
            found = [row for row in found if place(row) < start]
        else:
            found = [row for row in found if place(row) > start]
    found.sort(key=place, reverse=query.order.descending)
    return found[: query.limit]


def matches(condition: Condition, row: Row, rows_of: RowsOf) -> bool:
    """Say whether a checked condition holds for the row."""
    return holding(condition, rows_of)(row)


def holding(condition: Condition, rows_of: RowsOf) -> Callable[[Row], bool]:
    """Return a function that says whether a checked condition holds for a row; sub-selects are answered once, now."""
    return _compiled(condition, lambda kind, _: rows_of(kind))


def _compiled(condition: Condition, candidates: Candidates) -> Callable[[Row], bool]:
    match condition:
        case AnyOf(conditions):
            some = [_compiled(part, candidates) for part in conditions]
            return lambda row: any(holds(row) for holds in some)
        case AllOf(conditions):
            every = [_compiled(part, candidates) for part in conditions]
            return lambda row: all(holds(row) for holds in every)
        case Not(part):
            denied = _compiled(part, candidates)
            return lambda row: not denied(row)
        case IsNull(key):
            return lambda row: _value(row, key) is None
        case _:
            return _on_value(condition.key, _wanted(condition, candidates))


def _on_value(key: str, wanted: Callable[[KeyValue], bool]) -> Callable[[Row], bool]:
    return lambda row: (value := _value(row, key)) is not None and wanted(value)


def _wanted(
    condition: Eq | In | Range | Prefix | Contains | InSelect, candidates: Candidates
) -> Callable[[KeyValue], bool]:
    """Return what must hold of the key's value, which is not null."""
    match condition:
        case Eq(_, value):
            return frozenset({in_utc(value)}).__contains__
        case In(_, values):
            return frozenset(map(in_utc, values)).__contains__
        case InSelect(_, select):
            holds = _compiled(select.where, candidates)
            return frozenset(
                _value(row, select.key) for row in candidates(select.kind, select.where) if holds(row)
            ).__contains__
        case Prefix(_, text):
            return lambda value: isinstance(value, str) and value.startswith(text)
        case Contains(_, text):
            return lambda value: isinstance(value, str) and text in value
        case _:
            return _within(condition)


def _within(condition: Range) -> Callable[[KeyValue], bool]:
    at_least, above, at_most, below = (
        None if bound is None else _place(in_utc(bound), "")
        for bound in (condition.at_least, condition.above, condition.at_most, condition.below)
    )

    def holds(value: KeyValue) -> bool:
        place = _place(value, "")
        return (
            (at_least is None or place >= at_least)
            and (above is None or place > above)
            and (at_most is None or place <= at_most)
            and (below is None or place < below)
        )

    return holds


def _value(row: Row, key: str) -> KeyValue:
    return row.id if key == "id" else row.keys[key]


def _place(value: KeyValue, id_: str) -> tuple[bool, str | int, str]:
    if isinstance(value, datetime):
        return True, micros_of(value), id_
    return (False, 0, id_) if value is None else (True, value, id_)


def _placed(key: str) -> Callable[[Row], tuple[bool, str | int, str]]:
    return lambda row: _place(_value(row, key), row.id)
