"""One question that compares rows with what the database holds now, without fetching them."""
# ruff: noqa: S608  # names of tables come from checked kinds, every value is a parameter

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_tables import Table
from sharekit.errors import InvalidInputError, InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports.rows import Row
from sharekit.ports.stores import RowKey

__all__ = ["question"]

_HERE = "WHERE tenant = ? AND id = ?"


class _Question:
    """Holds the connection for the one statement."""

    def abandon(self) -> None:
        """Do nothing: a statement of a fork fails by itself."""


def question(
    connections: Connections, tables: Mapping[str, Table], tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]
) -> Callable[[], bool]:
    """Return the question whether these rows are still exactly so, in one statement and so in one state."""
    if not seen:
        raise InvalidInputError("seen", "needs at least one row")
    parts: list[str] = []
    params: list[str | int] = []
    for (kind, id_), row in seen:
        if kind not in tables:
            raise InvalidQueryError(f"the kind {kind!r} is not declared")
        name = tables[kind].name
        params += [tenant, id_]
        if row is None:
            parts.append(f"NOT EXISTS (SELECT 1 FROM {name} {_HERE})")
        else:
            parts.append(f"EXISTS (SELECT 1 FROM {name} {_HERE} AND revision = ? AND schema = ? AND body = ?)")
            params += [row.revision, row.schema, row.body]
    sql, occupant = f"SELECT {' AND '.join(parts)}", _Question()

    def ask() -> bool:
        handle = connections.acquire(occupant)
        try:
            return bool(handle.cursor.execute(sql, params).fetchone()[0])
        except sqlite3.Error as error:
            raise meaning(error, "comparing rows") from error
        finally:
            handle.release()

    return ask
