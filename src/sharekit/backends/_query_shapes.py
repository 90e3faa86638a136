"""
The shape of a question: the query without its values.

Statements are spelled once for each shape, from a model: a query of that shape that has a numbered slot in the
place of each value. They are filled each time.
"""

from datetime import MAXYEAR, MINYEAR, datetime
from typing import Final

import attrs

from sharekit.backends._sqlite_queries import LISTED, Params
from sharekit.backends._sqlite_tables import param
from sharekit.ids import TenantId
from sharekit.ports.evaluate import MAX_INT, micros_of
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
    Position,
    Query,
    Range,
    Select,
)
from sharekit.ports.rows import KeyValue

__all__ = ["Shape", "Slot", "model_of", "shape_of", "slot"]

Shape = tuple[object, ...]

_BOUNDS: Final = ("at_least", "above", "at_most", "below")


class _Unshaped(Exception):  # noqa: N818  # no error: the way out of a query whose values are part of its statement
    """Such a query is compiled each time."""


class Slot(str):
    """The place of a value, as a text, which can stand wherever a value can."""

    __slots__ = ("place",)

    place: int


def slot(place: int) -> Slot:
    """Return the slot of this number."""
    made = Slot(f"\x00{place}")  # no value has this character
    made.place = place
    return made


def shape_of(query: Query, tenant: TenantId) -> tuple[Shape | None, Params]:
    """
    Return the shape of a query, with the values that its slots take.

    The types of the values are part of it, so that a query need not be checked when one of its shape was.
    There is none where a value is not as good as any other of its type, nor where a statement depends on
    a value, as on how many there are.
    """
    limit, after = query.limit, query.after
    if limit is not None and (type(limit) is not int or limit < 1):
        return None, []
    values: Params = [tenant]
    place: object = None
    try:
        where = _outline(query.where, values)
        if after is not None:
            if query.order.key == "id" and after.value != after.id:
                raise _Unshaped
            place = _noted(after.value, values), _noted(after.id, values)
    except _Unshaped:
        return None, []
    return (query.kind, query.order.key, query.order.descending, limit is None, place, where), values


def _noted(value: KeyValue, values: Params) -> object:
    """Note a value, and return what another one in its place has to be as well."""
    of = type(value)
    if isinstance(value, str):
        if not value.isascii():
            _check_whole(value)
        if "\x00" in value:
            raise _Unshaped
        values.append(value)
        return str
    if isinstance(value, datetime):
        # Elsewhere the year is another one in no time zone that there is.
        if value.tzinfo is None or not MINYEAR < value.year < MAXYEAR:
            raise _Unshaped
        values.append(micros_of(value))
        return datetime
    if value is None or of is bool or (of is int and -MAX_INT <= value <= MAX_INT):
        values.append(param(value))
        return of
    raise _Unshaped


def _check_whole(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Unshaped from None


def _outline(condition: Condition, values: Params) -> object:
    of = type(condition)
    if isinstance(condition, AllOf | AnyOf):
        return (of, *[_outline(part, values) for part in condition.conditions])
    if isinstance(condition, Eq):
        return (of, condition.key, _noted(condition.value, values))
    if isinstance(condition, InSelect):
        select = condition.select
        return (of, condition.key, select.kind, select.key, _outline(select.where, values))
    if isinstance(condition, In):
        if len(condition.values) > LISTED:
            raise _Unshaped
        return (of, condition.key, *[_noted(value, values) for value in condition.values])
    if isinstance(condition, Range):
        bounds = (condition.at_least, condition.above, condition.at_most, condition.below)
        return (of, condition.key, *[None if bound is None else _noted(bound, values) for bound in bounds])
    return _outline_of_few(condition, values)


def _outline_of_few(condition: Condition, values: Params) -> object:
    match condition:
        case Not(part):
            return (Not, _outline(part, values))
        case IsNull(key):
            return (IsNull, key)
        case Contains(key, text):
            return (Contains, key, _noted(text, values))
        case _:
            raise _Unshaped


class _Model:
    """Makes the model of a query, its slots in the order in which `shape_of` gives their values."""

    def __init__(self) -> None:
        self._places = 0

    def of(self, query: Query) -> tuple[TenantId, Query]:
        tenant, where, after = TenantId(self._next()), self._condition(query.where), None
        if query.after is not None:
            value = self._next()
            after = Position(None if query.after.value is None else value, self._next())
        return tenant, attrs.evolve(query, where=where, after=after)

    def _next(self, _: KeyValue = None) -> Slot:
        self._places += 1
        return slot(self._places - 1)

    def _condition(self, condition: Condition) -> Condition:  # noqa: PLR0911  # one for each condition
        match condition:
            case AllOf(conditions):
                return AllOf(map(self._condition, conditions))
            case AnyOf(conditions):
                return AnyOf(map(self._condition, conditions))
            case Not(part):
                return Not(self._condition(part))
            case InSelect(key, Select(kind, of, where)):
                return InSelect(key, Select(kind, of, self._condition(where)))
            case Eq(key):
                return Eq(key, self._next())
            case In(key, values):
                return In(key, map(self._next, values))
            case Range(key):
                given = {name: self._next() for name in _BOUNDS if getattr(condition, name) is not None}
                return Range(key, **given)
            case Contains(key):
                return Contains(key, self._next())
            case _:
                return condition


def model_of(query: Query) -> tuple[TenantId, Query]:
    """Return a tenant and a query of the same shape, of slots in the order in which `shape_of` gives their values."""
    return _Model().of(query)
