"""
Questions that are spelled once for each shape: a query without its values.

SQLAlchemy's way from a query to the text of a statement takes longer than PostgreSQL takes to answer it.
So the text is made of a model, a query that has a slot in the place of each value, and filled each time.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from sharekit.backends._query_shapes import Shape, Slot, model_of, shape_of, slot
from sharekit.backends.sqlalchemy import _ways
from sharekit.backends.sqlalchemy._libpq import Lines, Spoken, written
from sharekit.backends.sqlalchemy._queries import Compiler
from sharekit.backends.sqlalchemy._tables import KindTable
from sharekit.backends.sqlalchemy._ways import PLAIN, Start, Way, start_of
from sharekit.ids import TenantId
from sharekit.ports.query import Query

__all__ = ["Shaped", "Shapes"]

_Keys = tuple[str, ...] | None
Ask = Callable[[Spoken, Sequence[bytes | None]], Lines]

_MOST: Final = 200  # shapes that are remembered
_TRUSTED: Final = 16  # times that a way is used before it is counted again
_REMEMBERED: Final = 1024  # questions of one shape whose ways are known
_LIMIT: Final = slot(-1)
"""In the place of the limit, which stands after the other values."""


class Shapes:
    """What is spelled for the kinds of one layout."""

    def __init__(self, tables: Mapping[str, KindTable]) -> None:
        self._tables = tables
        self._known: dict[Shape, Shaped] = {}
        self._by_ids: dict[str, Spoken] = {}
        self._together: dict[tuple[str, ...], Spoken] = {}

    def by_ids(self, kind: str) -> Spoken:
        """Return the SELECT of rows by ``_ids``, a list of them: `KindTable.held`, then the id."""
        known = self._by_ids.get(kind)
        if known is None:
            table = self._tables[kind]
            among = table.id == sa.any_(sa.bindparam("_ids", type_=ARRAY(sa.Text)))
            mine = table.tenant == sa.bindparam("_tenant")
            known = self._by_ids.setdefault(kind, Spoken(sa.select(*table.held, table.id).where(mine, among)))
        return known

    def together(self, kinds: tuple[str, ...], spell: Callable[[], sa.Executable]) -> Spoken:
        """Return the SELECT of one line with a row of each kind in turn; see `SqlAlchemyTransaction.get_many`."""
        known = self._together.get(kinds)
        if known is None:
            if len(self._together) >= _MOST:
                self._together.clear()
            known = self._together.setdefault(kinds, Spoken(spell()))
        return known

    def shaped(
        self, query: Query, tenant: TenantId, check: Callable[[Query], object]
    ) -> "tuple[Shaped, Sequence[object]]":
        """Return what a query is asked with, and the values that it takes; the first of its shape is checked."""
        shape, values = shape_of(query, tenant)
        if shape is None:
            check(query)
            return Shaped(tenant, query, self._tables), ()
        known = self._known.get(shape)
        if known is None:
            check(query)
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known.setdefault(shape, Shaped(*model_of(query), self._tables))
        return known, values


class Shaped:
    """
    The statements for the queries of one shape, each spelled when it is first needed.

    Any thread may use it: two may spell the same, and either will do.
    """

    def __init__(self, tenant: TenantId, model: Query, tables: Mapping[str, KindTable]) -> None:
        self._tenant = tenant
        self._model = model
        self._tables = tables
        self._start = start_of(model, tables[model.kind].leading)
        self._started: _Filled | None = None
        self._rows: dict[tuple[bool | None, _Keys], Sequence[_Filled]] = {}
        self._counts: dict[bool | None, Sequence[_Filled]] = {}
        self._recent: dict[Sequence[object], tuple[bool, int]] = {}

    def find(self, values: Sequence[object], limit: int | None, ask: Ask, keys: _Keys = None) -> Lines:
        """Return these keys of the rows; without any, `KindTable.held` and then the id."""
        few = self._is_few(values, ask)
        stretches = self._rows.get((few, keys)) or self._rows.setdefault((few, keys), self._found(few, keys))
        found: Lines = []
        for stretch in stretches:
            left = None if limit is None else limit - len(found)
            if left == 0:
                break
            found += ask(*stretch.filled(values, left))
        return found

    def count(self, values: Sequence[object], limit: int | None, ask: Ask) -> int:
        """Return how many rows there are."""
        few = self._is_few(values, ask)
        stretches = self._counts.get(few) or self._counts.setdefault(few, [*map(self._counted, self._stretches(few))])
        counted = 0
        for stretch in stretches:
            left = None if limit is None else limit - counted
            if left == 0:
                break
            counted += ask(*stretch.filled(values, left))[0][0]
        return counted

    def _is_few(self, values: Sequence[object], ask: Ask) -> bool | None:
        """
        Say whether there are few rows to start from, or were a few times ago; None where nothing depends on it.

        Either way gives the same answer; one that is not the best any more is a slow one for a while.
        """
        if self._start is None:
            return None
        asked = values if self._model.after is None else values[:-2]
        about = tuple([value for value in asked if isinstance(value, str)])  # a moment makes no difference
        few, uses = self._recent.get(about, (False, _TRUSTED))
        if uses >= _TRUSTED or not values:
            few, uses = self._counted_start(self._start, values, ask) <= _ways.FEW, 0
        if len(self._recent) >= _REMEMBERED:
            self._recent.clear()
        self._recent[about] = (few, uses + 1)
        return few

    def _counted_start(self, start: Start, values: Sequence[object], ask: Ask) -> int:
        if self._started is None:
            self._started = _Filled(self._compiler(PLAIN).started(start))
        return int(ask(*self._started.filled(values, None))[0][0])

    def _compiler(self, way: Way) -> Compiler:
        return Compiler(self._tenant, self._tables, "postgresql", way)

    def _stretches(self, few: bool | None) -> Sequence[sa.Select[Any]]:  # noqa: FBT001  # Any: the columns of a kind
        way = PLAIN if few is None else Way(start=self._start) if few else Way(probes=True)
        return self._compiler(way).stretches(self._model)

    def _found(self, few: bool | None, keys: _Keys) -> "Sequence[_Filled]":  # noqa: FBT001  # as above
        stretches = self._stretches(few)
        if keys is not None:
            columns = self._tables[self._model.kind].table.c
            stretches = [stretch.with_only_columns(*[columns[key] for key in keys]) for stretch in stretches]
        return [*map(self._limited, stretches)]

    def _limited(self, stretch: sa.Select[Any]) -> "_Filled":  # as above
        return _Filled(stretch if self._model.limit is None else stretch.limit(_limit()))

    def _counted(self, stretch: sa.Select[Any]) -> "_Filled":  # as above
        rows = stretch.with_only_columns(sa.literal(1).label("one")).order_by(None)
        rows = rows if self._model.limit is None else rows.limit(_limit())
        return _Filled(sa.select(sa.func.count()).select_from(rows.subquery()))


def _limit() -> sa.BindParameter[int]:
    return sa.bindparam("_limit", _LIMIT, type_=sa.Integer())


class _Filled:
    """A statement that is spelled, and what it is given."""

    def __init__(self, statement: sa.Select[Any]) -> None:  # as above
        self._spoken = Spoken(statement)
        made = [self._spoken.values[name] for name in self._spoken.names]
        self._places = [value.place if isinstance(value, Slot) else None for value in made]
        self._constants = [None if isinstance(value, Slot) else written(value) for value in made]

    def filled(self, values: Sequence[object], limit: int | None) -> tuple[Spoken, list[bytes | None]]:
        """Return it, and its parameters for these values."""
        given = [*map(written, (*values, limit))]
        pairs = zip(self._places, self._constants, strict=True)
        return self._spoken, [constant if place is None else given[place] for place, constant in pairs]
