"""
Queries that are compiled once for each shape: what is asked for changes from one to the next, and how seldom.

The shape is the query without its values. Its statements are compiled from a model, a query that has a
numbered slot in the place of each value, and these are filled each time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, Final

import attrs

from sharekit.backends._sqlite_picks import counted_start, picks
from sharekit.backends._sqlite_plans import Choices, Plan, choices, chosen, conjuncts
from sharekit.backends._sqlite_queries import LISTED, Params, Part, counted_values, parts
from sharekit.backends._sqlite_tables import Table, param
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

__all__ = ["Fetch", "Prepared", "Shape", "prepare", "shape_of"]

Shape = tuple[object, ...]
Fetch = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]  # Any: SQLite gives what was stored
_Values = Sequence[str | int | None]

_TRUSTED: Final = 16  # times that a plan is used before it is counted again
_REMEMBERED: Final = 1024  # questions of one shape whose plans are known

_BOUNDS: Final = ("at_least", "above", "at_most", "below")


class _Unshaped(Exception):  # noqa: N818  # no error: the way out of a query whose values are part of its statement
    """Such a query is compiled each time."""


class _Slot(str):
    """The place of a value, as a text, which can stand wherever a value can."""

    __slots__ = ("place",)

    place: int


def _slot(place: int) -> _Slot:
    slot = _Slot(f"\x00{place}")  # no value has this character
    slot.place = place
    return slot


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

    def _next(self, _: KeyValue = None) -> _Slot:
        self._places += 1
        return _slot(self._places - 1)

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


def prepare(
    query: Query, tenant: TenantId, tables: Mapping[str, Table], shape: Shape | None, keys: tuple[str, ...] | None
) -> "Prepared":
    """
    Return what a query of this shape is answered with; without a shape, this one query alone.

    Args:
        query: The question.
        tenant: Whose rows are meant.
        tables: Where they are.
        shape: What `shape_of` returned.
        keys: What is read of each row; None for all of it.
    """
    if shape is not None:
        tenant, query = _Model().of(query)
    searched = frozenset([text.place for text in _searched(query.where) if isinstance(text, _Slot)])
    return Prepared(tenant, query, tables, choices(query, tables[query.kind].spec), keys, searched)


def _searched(condition: Condition) -> Iterator[str]:
    """Yield what all rows that meet a condition have somewhere in a text."""
    return (part.text for part in conjuncts(condition) if isinstance(part, Contains))


@attrs.frozen(eq=False)
class Prepared:
    """
    The statements for the queries of one shape, each compiled when it is first needed.

    Any thread may use it: two may compile the same, and either will do.
    """

    _tenant: TenantId
    _model: Query
    _tables: Mapping[str, Table]
    _choices: Choices
    _keys: tuple[str, ...] | None
    _searched: frozenset[int]
    # By the identity of what is in the choices, which live as long as this.
    _counts: dict[int, tuple[str, Params]] = attrs.field(factory=dict[int, tuple[str, Params]], init=False)
    _parts: dict[int, Sequence[Part]] = attrs.field(factory=dict[int, "Sequence[Part]"], init=False)
    _recent: dict[tuple[str, ...], tuple[Plan, int]] = attrs.field(
        factory=dict[tuple[str, ...], tuple[Plan, int]], init=False
    )
    _selects: dict[int, Sequence[tuple[str, Params]]] = attrs.field(
        factory=dict[int, "Sequence[tuple[str, Params]]"], init=False
    )

    def selects(self, values: _Values, fetch: Fetch) -> list[tuple[str, list[object]]]:
        """Return the SELECTs whose rows, one after the other, are the answer; each takes how many at most last."""
        plan = self._plan(values, fetch)
        selects = self._selects.get(id(plan)) or self._selects.setdefault(id(plan), self._selected(plan))
        return [(select, _filled(params, values)) for select, params in selects]

    def _selected(self, plan: Plan) -> Sequence[tuple[str, Params]]:
        if self._keys is not None:
            return picks(self._model, self._tenant, self._tables, plan, self._keys)
        table = self._tables[self._model.kind]
        return [(part.select(table), part.params) for part in self._parts_of(plan)]

    def counts(self, values: _Values, fetch: Fetch) -> list[tuple[str, list[object]]]:
        """Return the SELECTs of how many rows these are; each takes how many to count at most last."""
        return [(part.count(), _filled(part.params, values)) for part in self._parts_of(self._plan(values, fetch))]

    def _plan(self, values: _Values, fetch: Fetch) -> Plan:
        """
        Return how to answer, after counting, or what was found best for the same question a few times ago.

        Any plan gives the same answer; one that is not the best any more is a slow one for a while.
        """
        if self._choices.only is not None:
            return self._choices.only
        asked = values if self._model.after is None else values[:-2]
        # Neither a moment makes a difference, nor what is searched for, which nothing is started from.
        about = tuple([value for at, value in enumerate(asked) if isinstance(value, str) and at not in self._searched])
        plan, uses = self._recent.get(about, (None, 0))
        if plan is None or uses == _TRUSTED:
            plan, uses = chosen(self._choices, _Counts(self, values, fetch)), 0
        if len(self._recent) >= _REMEMBERED:
            self._recent.clear()
        self._recent[about] = (plan, uses + 1)
        return plan

    def _parts_of(self, plan: Plan) -> Sequence[Part]:
        found = self._parts.get(id(plan))
        return found or self._parts.setdefault(id(plan), parts(self._model, self._tenant, self._tables, plan))

    def start(self, driver: Condition) -> tuple[str, Params]:
        """Return the SELECT of how many rows would be started from."""
        found = self._counts.get(id(driver))
        return found or self._counts.setdefault(
            id(driver), counted_start(driver, self._model.kind, self._tenant, self._tables)
        )

    def among(self, select: Select) -> tuple[str, Params]:
        """Return the SELECT of how many values a sub-select has."""
        found = self._counts.get(id(select))
        return found or self._counts.setdefault(id(select), counted_values(select, self._tenant, self._tables))


@attrs.frozen
class _Counts:
    prepared: Prepared
    held: _Values
    fetch: Fetch

    def driven(self, driver: Condition, limit: int) -> int:
        return self._counted(self.prepared.start(driver), limit)

    def values(self, select: Select, limit: int) -> int:
        return self._counted(self.prepared.among(select), limit)

    def _counted(self, statement: tuple[str, Params], limit: int) -> int:
        sql, params = statement
        return int(self.fetch(sql, [*_filled(params, self.held), limit])[0][0])


def _filled(params: Params, values: _Values) -> list[object]:
    return [values[value.place] if type(value) is _Slot else value for value in params]
