"""Reads a row and the rows that its keys name by one statement, which sees one state by itself."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sharekit.backends._looks import arranged, rows_of, statement, values_of
from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_tables import column
from sharekit.backends._sqlite_transactions import Layout
from sharekit.ids import TenantId
from sharekit.ports.rows import Row
from sharekit.ports.stores import Companion, Sight

__all__ = ["SqliteLook"]


class SqliteLook:
    """A look of `SqliteRecordStore`, which makes it."""

    def __init__(
        self,
        connections: Connections,
        layout: Layout,
        kind: str,
        keys: Sequence[str],
        companions: Sequence[Companion],
    ) -> None:
        self._ask = connections.ask
        self._places = arranged(layout.specs, kind, keys, companions)
        self._reads_keys = any(place.readers for place in self._places)
        self._sql = statement(self._places, companions, lambda of: layout.tables[of].name, column, "?")

    def see(self, tenant: TenantId, id: str) -> Sight:
        """Read the row of this id and its companions as they are now."""
        try:
            found = self._ask(self._sql, (tenant, id))
        except sqlite3.Error as error:
            raise meaning(error, "looking at a row") from error
        except UnicodeEncodeError:
            return ()  # no such id could have been stored
        return found[0] if found else ()

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:
        """Return the row that was seen, then each companion, or None for what is not there."""
        return rows_of(self._places, tenant, id, sight)

    # Any: what stands where is said by law K6.
    def values(self, sight: Sight) -> Sequence[Any]:
        """Return the same without making rows; nothing where the row is not there."""
        return values_of(self._places, sight) if self._reads_keys else sight
