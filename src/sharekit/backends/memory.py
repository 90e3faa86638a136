"""A record store in the memory of one process: for tests, demonstrations, and small things that may be lost."""

from collections.abc import Sequence
from types import MappingProxyType, TracebackType
from typing import Final, Self

import attrs

from sharekit.backends._held_rows import HeldRows, HeldTransaction, check_types
from sharekit.errors import RetryTransaction, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.collecting import call_all
from sharekit.ports.rows import KindSpec, Row

__all__ = ["MemoryRecordStore", "MemoryTransaction"]

_PATIENCE: Final = 60.0  # seconds to wait for another thread's write transaction


class MemoryRecordStore:
    """
    A record store that lives as long as the object and belongs to its process.

    Any number of threads may use it: readers see the last commit and wait for nobody, writers
    wait for one another. What is stored survives `close`.
    """

    def __init__(self) -> None:
        self._state = HeldRows()

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """
        Prepare to keep rows of these kinds.

        Raises:
            ConfigurationError: A key had another type before.
        """
        state = self._state
        state.check_idle()
        with state.writing, state.guard:
            for spec in kinds:
                check_types(state.specs.get(spec.kind), spec)
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
        return self._state.tenants(kind)

    def close(self) -> None:
        """Refuse transactions until `open` is called again; the rows stay."""
        self._state.is_open = False


class MemoryTransaction(HeldTransaction):
    """A transaction of `MemoryRecordStore`, which makes it."""

    def __init__(self, state: HeldRows, tenant: TenantId, *, write: bool) -> None:
        super().__init__(tenant, write=write)
        self._state = state

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
                state.keep(self._tenant, self._changes)
        self._specs, self._tables = None, {}
        state.mine.busy = False
        if self._write:
            state.writing.release()
        if kind is None:
            call_all(self._callbacks)


def _fitted(rows: dict[str, Row], spec: KindSpec) -> dict[str, Row]:
    """Return the rows with exactly the keys that the kind declares now."""
    if all(row.keys.keys() == spec.keys.keys() for row in rows.values()):
        return rows
    return {
        id_: attrs.evolve(row, keys=MappingProxyType({key: row.keys.get(key) for key in spec.keys}))
        for id_, row in rows.items()
    }
