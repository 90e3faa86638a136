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

_JOINED = 30


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
    sql, params = _comparison(tables, tenant, seen)
    occupant = _Question()

    def ask() -> bool:
        handle = connections.acquire(occupant)
        try:
            return handle.cursor.execute(sql, params).fetchone() is not None
        except sqlite3.Error as error:
            raise meaning(error, "comparing rows") from error
        finally:
            handle.release()

    return ask


def _comparison(
    tables: Mapping[str, Table], tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]
) -> tuple[str, list[str | int]]:
    """
    Return the statement that finds something exactly when the rows are still so, and its parameters.

    Rows that are there are joined, which takes SQLite less time than asking for each in a query of
    its own; a join has room for 64 of them, so the others are asked for.
    """
    joined: list[str] = []
    conditions: list[str] = []
    params: list[str | int] = []
    for (kind, id_), row in seen:
        if kind not in tables:
            raise InvalidQueryError(f"the kind {kind!r} is not declared")
        table, name = tables[kind].name, f"r{len(params)}"
        # Plain question marks: some releases of Python 3.12 warn of numbered ones.
        params += tenant, id_
        condition = f"{name}.tenant = ? AND {name}.id = ?"
        if row is not None:
            params += row.revision, row.schema, row.body
            condition += f" AND {name}.revision = ? AND {name}.schema = ? AND {name}.body = ?"
        if row is not None and len(joined) < _JOINED:
            joined.append(f"{table} {name}")
            conditions.append(condition)
        else:
            there = "NOT EXISTS" if row is None else "EXISTS"
            conditions.append(f"{there} (SELECT 1 FROM {table} {name} WHERE {condition})")
    source = f" FROM {' CROSS JOIN '.join(joined)}" if joined else ""
    return f"SELECT 1{source} WHERE {' AND '.join(conditions)}", params
