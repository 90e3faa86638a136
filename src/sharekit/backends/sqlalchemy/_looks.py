"""Reads a row and the rows that its keys name by one statement, which sees one state by itself."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from sharekit.backends._looks import Place, arranged, bounds, rows_of, values_of
from sharekit.backends.sqlalchemy._libpq import Lines
from sharekit.backends.sqlalchemy._questions import Asking, Given
from sharekit.backends.sqlalchemy._transactions import Layout, is_storable
from sharekit.ids import TenantId
from sharekit.ports.rows import Row
from sharekit.ports.stores import Companion, Sight


class SqlAlchemyLook:
    """A look of `SqlAlchemyRecordStore`, which makes it."""

    def __init__(
        self,
        layout: Layout,
        kind: str,
        keys: Sequence[str],
        companions: Sequence[Companion],
        asked: Callable[[Asking], Callable[[TenantId, Given], Lines]],
    ) -> None:
        self._places = arranged(layout.specs, kind, keys, companions)
        self._ask = asked(Asking(_statement(layout, self._places, companions), "_id"))

    def see(self, tenant: TenantId, id: str) -> Sight:
        """Read the row of this id and its companions as they are now."""
        if not is_storable(id):
            return ()
        found = self._ask(tenant, (id,))
        return found[0] if found else ()

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:
        """Return the row that was seen, then each companion, or None for what is not there."""
        return rows_of(self._places, tenant, id, sight)

    # Any: what stands where is said by law K6.
    def values(self, sight: Sight) -> Sequence[Any]:
        """Return the same without making rows; nothing where the row is not there."""
        return values_of(self._places, sight)


def _statement(
    layout: Layout, places: Sequence[Place], companions: Sequence[Companion]
) -> sa.Select[Any]:  # Any: columns of every type
    """Return the SELECT of all columns, which takes ``_tenant`` and ``_id`` and finds one line at most."""
    tables = [layout.tables[place.kind].table.alias(f"r{number}") for number, place in enumerate(places)]
    first = tables[0].c
    source: sa.FromClause = tables[0]
    for companion, table in zip(companions, tables[1:], strict=True):
        key = tables[companion.of].c[companion.by]
        source = source.outerjoin(table, sa.and_(table.c["tenant"] == first["tenant"], *_named(key, table, companion)))
    columns = [table.c[name] for table, place in zip(tables, places, strict=True) for name in place.columns]
    wanted = (first["tenant"] == sa.bindparam("_tenant"), first["id"] == sa.bindparam("_id"))
    labelled = [column.label(f"c{number}") for number, column in enumerate(columns)]
    return sa.select(*labelled).select_from(source).where(*wanted)


def _named(
    key: sa.ColumnElement[Any], table: sa.FromClause, companion: Companion
) -> list[sa.ColumnElement[bool]]:  # Any: text or null
    """Return when a row is the one that the key names."""
    if not companion.after:
        return [table.c["id"] == key]
    # Literals: `Companion` lets no character in that would need quoting, or comes just before one.
    low, high = [sa.literal_column(f"'{text}'", sa.String) for text in bounds(companion.after)]
    start: sa.ColumnElement[int] = sa.literal_column(str(len(companion.after) + 1), sa.Integer)
    return [table.c["id"] == sa.func.substr(key, start), key >= low, key < high]
