"""One question that compares rows with what the database holds now, without fetching them."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sharekit.backends.sqlalchemy._tables import KindTable
from sharekit.errors import InvalidInputError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import known_kind
from sharekit.ports.rows import KindSpec, Row
from sharekit.ports.stores import RowKey


def comparison(
    specs: Mapping[str, KindSpec],
    tables: Mapping[str, KindTable],
    tenant: TenantId,
    seen: Sequence[tuple[RowKey, Row | None]],
) -> tuple[sa.Select[Any], dict[str, object]]:  # Any: one truth value, which each dialect has in its way
    """Return the statement that asks whether the rows are still so, in one state, and its parameters."""
    if not seen:
        raise InvalidInputError("seen", "needs at least one row")
    params: dict[str, object] = {"_tenant": tenant}
    conditions: list[sa.ColumnElement[bool]] = []
    for place, ((kind, id_), row) in enumerate(seen):
        known_kind(kind, specs)
        columns = tables[kind].table.alias().c
        params[f"_id{place}"] = id_
        same = [columns["tenant"] == sa.bindparam("_tenant"), columns["id"] == sa.bindparam(f"_id{place}")]
        if row is not None:
            for name, value in (("revision", row.revision), ("schema", row.schema), ("body", row.body)):
                params[f"_{name}{place}"] = value
                same.append(columns[name] == sa.bindparam(f"_{name}{place}"))
        there = sa.exists(sa.select(sa.literal(1)).where(*same))
        conditions.append(sa.not_(there) if row is None else there)
    return sa.select(sa.and_(*conditions)), params
