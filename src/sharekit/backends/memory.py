"""A record store in the memory of one process: for tests, demonstrations, and small things that may be lost."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Final, Self

import attrs

from sharekit.errors import ConfigurationError, RetryTransaction, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.collecting import CollectingTransaction
from sharekit.ports.evaluate import known_kind
from sharekit.ports.query import Condition
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


@attrs.define(eq=False)
class _Snapshot:
    """The rows of one tenant as they were when its transaction began."""

    tenant: TenantId
    tables: _Tables = attrs.field(factory=_Tables)

    def get(self, kind: str, id: str) -> Row | None:
        return self.tables.get((self.tenant, kind), {}).get(id)

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:  # noqa: ARG002  # the evaluator chooses
        return self.tables.get((self.tenant, kind), {}).values()


class MemoryTransaction(CollectingTransaction):
    """A transaction of `MemoryRecordStore`, which makes it."""

    def __init__(self, state: _State, tenant: TenantId, *, write: bool) -> None:
        self._rows_seen = _Snapshot(tenant)
        super().__init__(self._rows_seen, {}, tenant, write=write)
        self.close()  # until it begins
        self._state = state
        self._begun = False

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
            if kind is None and self.changes:
                self._keep()
        self.close()
        self._tables = {}
        state.mine.busy = False
        if self._write:
            state.writing.release()
        if kind is None:
            self.call_back()

    def _keep(self) -> None:
        # Nobody else looks: then the tables are changed where they are, which costs no copy of them.
        alone = self._state.live == 0
        tables = self._tables if alone else dict(self._tables)
        for kind, changes in self.changes.items():
            rows = tables.get((self._tenant, kind), {})
            tables[self._tenant, kind] = _changed(rows if alone else dict(rows), changes)
        self._state.tables = tables

    @property
    def _tables(self) -> _Tables:
        return self._rows_seen.tables

    @_tables.setter
    def _tables(self, tables: _Tables) -> None:
        self._rows_seen.tables = tables


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
