"""
Queries that are compiled once for each shape: what is asked for changes from one to the next, and how seldom.

They are compiled from the model of the shape, and filled each time; see `_query_shapes`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from sharekit.backends._query_shapes import Shape, Slot, model_of
from sharekit.backends._sqlite_picks import counted_start, picks
from sharekit.backends._sqlite_plans import Choices, Plan, choices, chosen, conjuncts
from sharekit.backends._sqlite_queries import Params, Part, counted_values, parts
from sharekit.backends._sqlite_tables import Table
from sharekit.ids import TenantId
from sharekit.ports.query import (
    Condition,
    Contains,
    Query,
    Select,
)

__all__ = ["Fetch", "Prepared", "prepare"]

Fetch = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]  # Any: SQLite gives what was stored
_Values = Sequence[str | int | None]

_TRUSTED: Final = 16  # times that a plan is used before it is counted again
_REMEMBERED: Final = 1024  # questions of one shape whose plans are known


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
        tenant, query = model_of(query)
    searched = frozenset([text.place for text in _searched(query.where) if isinstance(text, Slot)])
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
    return [values[value.place] if type(value) is Slot else value for value in params]
