"""Rows in the memory of a process, and transactions on one state of them: for the stores that answer from memory."""

import itertools
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.errors import ConfigurationError, ConflictError, InvalidQueryError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import MAX_INT, check_counter, check_query, check_row, find, holding, known_kind
from sharekit.ports.query import Query
from sharekit.ports.rows import KeyType, KindSpec, Row

Changes = dict[str, dict[str, Row | None]]
"""What a transaction changed, by kind and id; None where it removed the row."""

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


class HeldTransaction:
    """
    Reading and changing one state of the rows, as the port's `Transaction` says.

    The store's own transaction sets the state when it begins, and keeps `_changes` when it ends.
    """

    def __init__(self, tenant: TenantId, *, write: bool) -> None:
        self._tenant: TenantId = tenant
        self._write: bool = write
        self._begun: bool = False
        self._specs: Mapping[str, KindSpec] | None = None
        self._tables: Tables = {}
        self._changes: Changes = {}
        self._callbacks: list[Callable[[], None]] = []

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        self._spec(kind)
        changes = self._changes.get(kind)
        if changes is not None and id in changes:
            return changes[id]
        return self._table(kind).get(id)

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs."""
        self._running()
        return [self.get(kind, id_) for kind, id_ in wanted]

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        check_query(query, self._running())
        if query.order.key == "id" and query.kind not in self._changes:
            return _walked(query, self._table(query.kind), holding(query.where, self._rows_of))
        return find(query, self._rows_of)

    def count(self, query: Query) -> int:
        """Return how many rows `find` would return."""
        return len(self.find(query))

    def put(self, row: Row) -> int:
        """Insert (revision 0) or replace (revision n) and return the new revision."""
        spec = self._spec_to_write(row.kind)
        if row.tenant != self._tenant:
            raise InvalidQueryError("the row belongs to another tenant")
        row = check_row(row, spec)
        before = self.get(row.kind, row.id)
        if (before.revision if before else 0) != row.revision:
            raise ConflictError(row.kind)
        self._change(attrs.evolve(row, revision=row.revision + 1))
        return row.revision + 1

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        """Add *amount* to an Int key unless the sum would exceed *limit*."""
        check_counter(self._spec_to_write(kind), counter, limit, amount)
        row = self.get(kind, id)
        if row is None:
            return None
        before = row.keys[counter]
        total = (before if isinstance(before, int) else 0) + amount
        if total > (MAX_INT if limit is None else limit):
            return None
        self._change(attrs.evolve(row, revision=row.revision + 1, keys={**row.keys, counter: total}))
        return total

    def delete(self, kind: str, id: str, revision: int) -> None:
        """Remove the row at this revision."""
        self._spec_to_write(kind)
        before = self.get(kind, id)
        if before is None or before.revision != revision:
            raise ConflictError(kind)
        self._changes.setdefault(kind, {})[id] = None

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the transaction is committed."""
        self._running()
        self._callbacks.append(callback)

    def _table(self, kind: str) -> Mapping[str, Row]:
        return self._tables.get((self._tenant, kind), NOTHING)

    def _rows_of(self, kind: str) -> Iterable[Row]:
        rows, changes = self._table(kind), self._changes.get(kind)
        if changes is None:
            return rows.values()
        return [row for row in {**rows, **changes}.values() if row is not None]

    def _change(self, row: Row) -> None:
        kept = attrs.evolve(row, keys=MappingProxyType(row.keys))
        self._changes.setdefault(row.kind, {})[row.id] = kept

    def _running(self) -> Mapping[str, KindSpec]:
        if self._specs is None:
            raise TransactionUsageError("the transaction is over, or has not begun")
        return self._specs

    def _spec(self, kind: str) -> KindSpec:
        return known_kind(kind, self._running())

    def _spec_to_write(self, kind: str) -> KindSpec:
        specs = self._running()
        if not self._write:
            raise TransactionUsageError("the transaction is read-only; ask for transaction(tenant, write=True)")
        return known_kind(kind, specs)


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
