"""
The query algebra: a small closed set of values that every store answers in the same way.

Laws, which `sharekit.ports.evaluate` defines and the store contract tests:

- Q1: conditions are two-valued. Null matches `IsNull` and nothing else; `Not` is the complement.
- Q2: text compares by code point; false sorts before true; null sorts before every value.
- Q3: rows are ordered by the one key of `OrderBy`, then by id, both in the same direction.
- Q4: a page begins strictly after `Query.after` in that order.
- Q5: `Prefix` and `Contains` are literal: ``%``, ``_``, ``*`` and ``?`` mean themselves.
- Q6: `AnyOf` of nothing and `In` of nothing match no row; `AllOf` of nothing matches every row.
- Q7: a sub-select sees only rows of the same tenant.
"""

from collections.abc import Iterable
from datetime import datetime

import attrs

from sharekit.ports.rows import KeyValue

__all__ = [
    "AllOf",
    "AnyOf",
    "Condition",
    "Contains",
    "Eq",
    "In",
    "InSelect",
    "IsNull",
    "Not",
    "OrderBy",
    "Position",
    "Prefix",
    "Query",
    "Range",
    "Select",
]

Bound = str | int | datetime
Value = str | int | bool | datetime


def _values(given: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(given)


def _conditions(given: "Iterable[Condition]") -> "tuple[Condition, ...]":
    return tuple(given)


@attrs.frozen
class Eq:
    """The key has exactly this value, which is not null. ``key`` may be ``"id"``, here as everywhere."""

    key: str
    value: Value


@attrs.frozen
class In:
    """The key has one of these values."""

    key: str
    values: tuple[Value, ...] = attrs.field(converter=_values)


@attrs.frozen(kw_only=True)
class Range:
    """The key is not null and within the bounds given; at least one bound is."""

    key: str = attrs.field(kw_only=False)
    at_least: Bound | None = None
    above: Bound | None = None
    at_most: Bound | None = None
    below: Bound | None = None


@attrs.frozen
class Prefix:
    """The text key begins with this text."""

    key: str
    text: str


@attrs.frozen
class Contains:
    """The text key has this text somewhere in it."""

    key: str
    text: str


@attrs.frozen
class IsNull:
    """The key has no value."""

    key: str


@attrs.frozen
class AnyOf:
    """At least one of the conditions holds."""

    conditions: tuple["Condition", ...] = attrs.field(converter=_conditions)


@attrs.frozen
class AllOf:
    """Every one of the conditions holds."""

    conditions: tuple["Condition", ...] = attrs.field(default=(), converter=_conditions)


@attrs.frozen
class Not:
    """The condition does not hold."""

    condition: "Condition"


@attrs.frozen
class Select:
    """The non-null values of one key over the rows of another kind that meet a condition."""

    kind: str
    key: str
    where: "Condition" = AllOf()


@attrs.frozen
class InSelect:
    """The key's value is among those of a sub-select, which may itself hold sub-selects."""

    key: str
    select: Select


Condition = Eq | In | Range | Prefix | Contains | IsNull | AnyOf | AllOf | Not | InSelect


@attrs.frozen
class OrderBy:
    """The order of the rows: by one key, then by id, both ascending or both descending."""

    key: str = "id"
    descending: bool = False


@attrs.frozen
class Position:
    """
    A place in an order: the order key's value and the id of the last row already seen.

    With ``OrderBy("id")`` both are that id.
    """

    value: KeyValue
    id: str


@attrs.frozen(kw_only=True)
class Query:
    """
    A question to a store.

    Attributes:
        kind: The kind of the rows.
        where: The condition that they meet.
        order: Their order.
        after: Where the page begins, exclusively; the first page when None.
        limit: At most so many rows, at least 1; all when None.
    """

    kind: str = attrs.field(kw_only=False)
    where: Condition = AllOf()
    order: OrderBy = OrderBy()
    after: Position | None = None
    limit: int | None = None
