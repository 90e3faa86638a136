"""A record store in the memory of one process: for tests, demonstrations, and small things that may be lost."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Final, Self

import attrs

from sharekit.backends._callbacks import call_all
from sharekit.errors import (
    ConfigurationError,
    ConflictError,
    InvalidQueryError,
    RetryTransaction,
    TransactionUsageError,
)
from sharekit.ids import TenantId
from sharekit.ports.evaluate import MAX_INT, check_counter, check_query, check_row, find, known_kind
from sharekit.ports.query import Query
from sharekit.ports.rows import KindSpec, Row

__all__ = ["MemoryRecordStore", "MemoryTransaction"]

_PATIENCE: Final = 60.0  # seconds to wait for another thread's write transaction

_Tables = dict[tuple[TenantId, str], dict[str, Row]]


@attrs.define(eq=False)
class _State:
    """What the store and its transactions share; `guard` is held to change it."""

    specs: Mapping[str, KindSpec] = attrs.field(factory=dict[str, KindSpec])
    tables: _Tables = attrs.field(factory=_Tables)
    is_open: bool = False
    live: int = 0
    guard: threading.Lock = attrs.field(factory=threading.Lock)
    writing: threading.Lock = attrs.field(factory=threading.Lock)
    mine: threading.local = attrs.field(factory=threading.local)

    def check_free(self) -> None:
        if not self.is_open:
            raise TransactionUsageError("the store is not open")
        if getattr(self.mine, "busy", False):
            raise TransactionUsageError("this thread is inside a transaction of this store")


class MemoryRecordStore:
    """
    A record store that lives as long as the object and belongs to its process.

    Any number of threads may use it: readers see the last commit and wait for nobody, writers
    wait for one another. What is stored survives `close`.
    """

    def __init__(self) -> None:
        self._state = _State()

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """
        Prepare to keep rows of these kinds.

        Raises:
            ConfigurationError: A key had another type before.
        """
        state = self._state
        if getattr(state.mine, "busy", False):
            raise TransactionUsageError("this thread is inside a transaction of this store")
        with state.writing, state.guard:
            for spec in kinds:
                _check_types(state.specs.get(spec.kind), spec)
            given = {spec.kind: spec for spec in kinds}
            state.tables = {
                (tenant, kind): _fitted(rows, given[kind]) if kind in given else rows
                for (tenant, kind), rows in state.tables.items()
            }
            state.specs = {**state.specs, **given}
            state.is_open = True

    def transaction(self, tenant: TenantId, *, write: bool = False) -> "MemoryTransaction":
        """Return a transaction; leaving its block commits, an exception rolls back."""
        return MemoryTransaction(self._state, tenant, write=write)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        self._state.check_free()
        known_kind(kind, self._state.specs)
        with self._state.guard:
            return sorted(tenant for (tenant, of), rows in self._state.tables.items() if of == kind and rows)

    def close(self) -> None:
        """Refuse transactions until `open` is called again; the rows stay."""
        self._state.is_open = False


class MemoryTransaction:
    """A transaction of `MemoryRecordStore`, which makes it."""

    def __init__(self, state: _State, tenant: TenantId, *, write: bool) -> None:
        self._state = state
        self._tenant = tenant
        self._write = write
        self._begun = False
        self._specs: Mapping[str, KindSpec] | None = None
        self._tables: _Tables = {}
        self._changes: dict[str, dict[str, Row | None]] = {}
        self._callbacks: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        state = self._state
        state.check_free()
        if self._begun:
            raise TransactionUsageError("a transaction begins once")
        if self._write and not state.writing.acquire(timeout=_PATIENCE):
            raise RetryTransaction
        with state.guard:
            state.live += 1
            self._tables, self._specs = state.tables, state.specs
        state.mine.busy = self._begun = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        state = self._state
        with state.guard:
            state.live -= 1
            if kind is None and self._changes:
                self._keep()
        self._specs, self._tables = None, {}
        state.mine.busy = False
        if self._write:
            state.writing.release()
        if kind is None:
            call_all(self._callbacks)

    def _keep(self) -> None:
        # Nobody else looks: then the tables are changed where they are, which costs no copy of them.
        alone = self._state.live == 0
        tables = self._tables if alone else dict(self._tables)
        for kind, changes in self._changes.items():
            rows = tables.get((self._tenant, kind), {})
            tables[self._tenant, kind] = _changed(rows if alone else dict(rows), changes)
        self._state.tables = tables

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        self._spec(kind)
        changes = self._changes.get(kind)
        if changes is not None and id in changes:
            return changes[id]
        return self._tables.get((self._tenant, kind), {}).get(id)

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs."""
        self._running()
        return [self.get(kind, id_) for kind, id_ in wanted]

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        check_query(query, self._running())
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

    def _rows_of(self, kind: str) -> Iterable[Row]:
        rows = self._tables.get((self._tenant, kind), {})
        changes = self._changes.get(kind)
        return (rows if changes is None else _changed(dict(rows), changes)).values()

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


def _changed(rows: dict[str, Row], changes: Mapping[str, Row | None]) -> dict[str, Row]:
    for id_, row in changes.items():
        if row is None:
            rows.pop(id_, None)
        else:
            rows[id_] = row
    return rows


def _check_types(before: KindSpec | None, spec: KindSpec) -> None:
    for key, of in before.keys.items() if before else ():
        if spec.keys.get(key, of) is not of:
            raise ConfigurationError("kinds", f"the key {key!r} of {spec.kind!r} was of type {of.value} before")


def _fitted(rows: dict[str, Row], spec: KindSpec) -> dict[str, Row]:
    """Return the rows with exactly the keys that the kind declares now."""
    if all(row.keys.keys() == spec.keys.keys() for row in rows.values()):
        return rows
    return {
        id_: attrs.evolve(row, keys=MappingProxyType({key: row.keys.get(key) for key in spec.keys}))
        for id_, row in rows.items()
    }
