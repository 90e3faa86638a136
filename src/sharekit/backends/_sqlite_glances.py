"""Reads one row of each of some kinds by one statement, which sees one state by itself."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

import sqlite3
from collections.abc import Sequence
from typing import Any

from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_tables import READERS, column
from sharekit.backends._sqlite_transactions import Layout
from sharekit.errors import IntegrityError, InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import known_kind
from sharekit.ports.rows import KindSpec

__all__ = ["SqliteGlance"]

_BESIDE_KEYS = ("revision", "schema", "body")


class SqliteGlance:
    """A glance of `SqliteRecordStore`, which makes it."""

    def __init__(self, connections: Connections, layout: Layout, kinds: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._ask = connections.ask
        columns: list[str] = []
        sources: list[str] = []
        self._readers = []
        for number, (kind, keys) in enumerate(kinds):
            spec = known_kind(kind, layout.specs)
            name = f"r{number}"
            for key in (*_BESIDE_KEYS, *_known(spec, keys)):
                if spec.keys.get(key) in READERS:
                    self._readers.append((len(columns), kind, READERS[spec.keys[key]]))
                columns.append(f"{name}.{column(key)}")
            sources.append(f"LEFT JOIN {layout.tables[kind].name} {name} ON {name}.tenant = ? AND {name}.id = ?")
        self._sql = f"SELECT {', '.join(columns) or '1'} FROM (SELECT 1) {' '.join(sources)}"

    # Any: SQLite gives what was stored.
    def see(self, tenant: TenantId, ids: Sequence[str]) -> Sequence[Any]:
        """Return what the rows of these ids, one for each kind, hold now."""
        params: list[str | None] = []
        for id_ in ids:
            params += tenant, id_
        try:
            line = self._ask(self._sql, params) or ()
        except sqlite3.Error as error:
            raise meaning(error, "glancing at rows") from error
        except UnicodeEncodeError:
            line = self._ask(self._sql, [_storable(param) for param in params]) or ()
        return self._read(line) if self._readers else line

    def _read(self, line: Sequence[Any]) -> Sequence[Any]:  # as above
        values = list(line)
        for place, kind, reader in self._readers:
            if values[place] is not None:
                try:
                    values[place] = reader(values[place])
                except (OverflowError, TypeError) as error:
                    raise IntegrityError(kind, "a key is not what was stored") from error
        return values


def _known(spec: KindSpec, keys: Sequence[str]) -> Sequence[str]:
    for key in keys:
        if key not in spec.keys:
            raise InvalidQueryError(f"{spec.kind!r} has no key {key!r}")
    return keys


def _storable(param: str | None) -> str | None:
    """Return a parameter, or null, which is equal to nothing, for a text that could not have been stored."""
    try:
        (param or "").encode()
    except UnicodeEncodeError:
        return None
    return param
