"""Reads a row and the rows that its keys name by one statement, which sees one state by itself."""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from sharekit.backends._looks import Place, arranged, rows_of, statement, values_of
from sharekit.backends.django._boundaries import level_of, make_ready
from sharekit.backends.django._errors import meaning
from sharekit.backends.django._threads import Threads
from sharekit.backends.django.tables import Tables
from sharekit.backends.django.transaction import DjangoTransaction, is_storable
from sharekit.errors import TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.rows import Row
from sharekit.ports.stores import Companion, Sight

_DIRTY = "READ UNCOMMITTED"


@attrs.frozen
class DjangoLook:
    """A look of `DjangoRecordStore`, which makes it by `look_at`."""

    _using: str
    _threads: Threads
    _begun: Callable[[TenantId], DjangoTransaction]
    _places: Sequence[Place]
    _sql: str

    def see(self, tenant: TenantId, id: str) -> Sight:
        """Read the row of this id and its companions as they are now."""
        if not is_storable(id):
            return ()
        transaction = self._begun(tenant)
        connection = connections[self._using]
        if connection.in_atomic_block or level_of(connection) == _DIRTY:
            with transaction as tx:
                return tx.line(self._sql, [tenant, id])
        self._threads.enter()
        try:
            self._threads.look_after(self._using)
            return _line(connection, self._sql, [tenant, id])
        except Error as error:
            raise meaning(error, "looking at a row") from error
        except SynchronousOnlyOperation as error:
            raise TransactionUsageError("an event loop is running in this thread; use sync_to_async") from error
        finally:
            self._threads.leave()

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:
        """Return the row that was seen, then each companion, or None for what is not there."""
        return rows_of(self._places, tenant, id, sight)

    # Any: what stands where is said by law K6.
    def values(self, sight: Sight) -> Sequence[Any]:
        """Return the same without making rows; nothing where the row is not there."""
        return values_of(self._places, sight)


def look_at(
    using: str, tables: Tables, kind: str, keys: Sequence[str], companions: Sequence[Companion]
) -> tuple[Sequence[Place], str]:
    """Return where the rows of a look stand, and its statement."""
    places = arranged(tables.specs, kind, keys, companions)
    quote = connections[using].ops.quote_name
    names = {of: table.model._meta.db_table for of, table in tables.by_kind.items()}
    return places, statement(places, companions, lambda of: quote(names[of]), quote, "%s")


def _line(connection: BaseDatabaseWrapper, sql: str, params: Sequence[str]) -> Sight:
    make_ready(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchone()
    return tuple(found or ())
