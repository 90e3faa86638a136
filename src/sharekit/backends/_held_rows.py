"""Rows in the memory of a process, and transactions on one state of them: for the stores that answer from memory."""

import itertools
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.errors import ConfigurationError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.collecting import CollectingTransaction
from sharekit.ports.evaluate import check_query, holding, known_kind
from sharekit.ports.query import AllOf, Condition, Query
from sharekit.ports.rows import KeyType, KindSpec, Row

NOTHING: Final[Mapping[str, Row]] = MappingProxyType({})
"""The rows of a tenant that has none of a kind."""


class Table(dict[str, Row]):
    """
    The rows of one tenant and kind by their ids, which also knows the order of these once it was asked for.

    It is changed by `change` alone.
    """

    __slots__ = ("_ids",)

    def __init__(self, rows: Mapping[str, Row] = NOTHING) -> None:
        super().__init__(rows)
        self._ids: list[str] | None = None

    def twin(self) -> "Table":
        """Return a table that can be changed while others look at this one."""
        other = Table(self)
        other._ids = None if self._ids is None else list(self._ids)
        return other

    def change(self, changes: Mapping[str, Row | None]) -> None:
        """Put these rows, and remove those that are None."""
        for id_, row in changes.items():
            if self._ids is not None and (row is None) is (id_ in self):
                _reorder(self._ids, id_, added=row is not None)
            if row is None:
                self.pop(id_, None)
            else:
                self[id_] = row

    def in_order(self) -> Sequence[str]:
        """Return the ids in their order."""
        if self._ids is None:
            self._ids = sorted(self)
        return self._ids


Tables = dict[tuple[TenantId, str], dict[str, Row]]
"""The rows of each tenant and kind by their ids."""


@attrs.define(eq=False)
class HeldRows:
    """
    The rows of a store, which its transactions share.

    Attributes:
        specs: What was declared, by kind.
        tables: The newest state. A state that a transaction looks at is never changed.
        is_open: Whether transactions may begin.
        live: How many transactions look at a state.
        guard: Held, for a moment, to look at the attributes together or to change them.
        writing: Held by the one transaction that writes.
        mine: Says in each thread whether it is inside a transaction.
    """

    specs: Mapping[str, KindSpec] = attrs.field(factory=dict[str, KindSpec])
    tables: Tables = attrs.field(factory=Tables)
    is_open: bool = False
    live: int = 0
    guard: threading.Lock = attrs.field(factory=threading.Lock)
    writing: threading.Lock = attrs.field(factory=threading.Lock)
    mine: threading.local = attrs.field(factory=threading.local)

    def check_idle(self) -> None:
        """Raise `TransactionUsageError` where this thread is inside a transaction."""
        if getattr(self.mine, "busy", False):
            raise TransactionUsageError("this thread is inside a transaction of this store")

    def check_free(self) -> None:
        """Raise `TransactionUsageError` unless this thread can begin a transaction."""
        if not self.is_open:
            raise TransactionUsageError("the store is not open")
        self.check_idle()

    def keep(self, tenant: TenantId, changes: Mapping[str, Mapping[str, Row | None]]) -> None:
        """Make the state in which these changes are done; the guard is held."""
        # Nobody looks: then the tables are changed where they are, which costs no copy of them.
        alone = self.live == 0
        tables = self.tables if alone else dict(self.tables)
        for kind, rows in changes.items():
            before = tables.get((tenant, kind), NOTHING)
            table = before if isinstance(before, Table) else Table(before)
            if not alone:
                table = table.twin()
            table.change(rows)
            tables[tenant, kind] = table
        self.tables = tables

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        known_kind(kind, self.specs)
        with self.guard:
            return sorted(tenant for (tenant, of), rows in self.tables.items() if of == kind and rows)


@attrs.define(eq=False)
class _Looked:
    """The state that one transaction looks at."""

    tenant: TenantId
    tables: Tables = attrs.field(factory=Tables)

    def get(self, kind: str, id: str) -> Row | None:
        return self.tables.get((self.tenant, kind), NOTHING).get(id)

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:  # noqa: ARG002  # the evaluator chooses
        return self.tables.get((self.tenant, kind), NOTHING).values()


class HeldTransaction(CollectingTransaction):
    """
    Reading and changing one state of the rows, as the port's `Transaction` says.

    The store's own transaction sets the state when it begins, and keeps `changes` when it ends.
    """

    def __init__(self, tenant: TenantId, *, write: bool) -> None:
        self._looked = _Looked(tenant)
        super().__init__(self._looked, {}, tenant, write=write)
        self.close()  # until it begins
        self._begun: bool = False

    @property
    def _tables(self) -> Tables:
        return self._looked.tables

    @_tables.setter
    def _tables(self, tables: Tables) -> None:
        self._looked.tables = tables

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        specs = self._running()
        if query.order.key != "id" or query.kind in self._changes:
            return super().find(query)
        check_query(query, specs)
        rows = self._tables.get((self._tenant, query.kind), NOTHING)
        return _walked(query, rows, holding(query.where, lambda kind: self._candidates(kind, AllOf())))


def _walked(query: Query, rows: Mapping[str, Row], holds: Callable[[Row], bool]) -> list[Row]:
    """Return what a query in the order of the ids describes, looking at no more rows than it needs."""
    ids, after = rows.in_order() if isinstance(rows, Table) else sorted(rows), query.after
    if query.order.descending:
        places = range((len(ids) if after is None else bisect_left(ids, after.id)) - 1, -1, -1)
    else:
        places = range(0 if after is None else bisect_right(ids, after.id), len(ids))
    found = (row for row in (rows[ids[place]] for place in places) if holds(row))
    return list(found if query.limit is None else itertools.islice(found, query.limit))


def _reorder(ids: list[str], id_: str, *, added: bool) -> None:
    place = bisect_left(ids, id_)
    if added:
        ids.insert(place, id_)
    else:
        del ids[place]


def check_types(before: KindSpec | None, spec: KindSpec) -> None:
    """Raise `ConfigurationError` where a key had another type before."""
    for key, of in before.keys.items() if before else ():
        if spec.keys.get(key, of) is not of:
            raise wrong_type(spec, key, of)


def wrong_type(spec: KindSpec, key: str, before: KeyType) -> ConfigurationError:
    """Return the error for a key that had another type before."""
    return ConfigurationError("kinds", f"the key {key!r} of {spec.kind!r} was of type {before.value} before")
