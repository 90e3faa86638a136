"""Stores that as a whole break one law each, as real stores have done."""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.errors import InvalidInputError
from sharekit.ids import TenantId
from sharekit.ports import RowKey, evaluate
from sharekit.ports.rows import KindSpec, Row
from tests.testing._breaking import Broken

BROKEN = Broken()


@BROKEN.store("S1")
class _Resets(MemoryRecordStore):
    """Begins anew whenever it is opened."""

    def open(self, kinds: Sequence[KindSpec]) -> None:
        self._state.tables = {}
        super().open(kinds)


@BROKEN.store("S1")
class _Replaces(MemoryRecordStore):
    """Knows the kinds of the last opening only."""

    def open(self, kinds: Sequence[KindSpec]) -> None:
        super().open(kinds)
        self._state.specs = {spec.kind: spec for spec in kinds}


class _LastWins(MemoryTransaction):
    def __enter__(self) -> Self:
        self._base = self._state.tables
        threading.Event().wait(0.0002 if self._write else 0)
        super().__enter__()
        if self._write:
            self._latest, self._tables = self._tables, self._base
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._write:
            self._tables = self._latest
        super().__exit__(kind, error, traceback)


@BROKEN.store("S2", "T10")
class _Loses(MemoryRecordStore):
    """Lets two writers begin from the same state, and keeps what the last one wrote."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        # The state is copied at each commit, so that what a writer began from stays as it was.
        self._state.tables = {key: dict(rows) for key, rows in self._state.tables.items()}
        return _LastWins(self._state, tenant, write=write)


class _Cached(MemoryTransaction):
    def __enter__(self) -> Self:
        super().__enter__()
        mine = self._state.mine
        if self._write:
            mine.cache = None
        else:
            self._tables = getattr(mine, "cache", None) or {key: dict(rows) for key, rows in self._tables.items()}
            mine.cache = self._tables
        return self


@BROKEN.store("S3")
class _Stale(MemoryRecordStore):
    """Has a cache in each thread, which only that thread's own changes empty."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        return _Cached(self._state, tenant, write=write)


class _Nested(MemoryTransaction):
    def __enter__(self) -> Self:
        if not self._write:
            self._state.mine.busy = False
        super().__enter__()
        return self


@BROKEN.store("S4")
class _Nests(MemoryRecordStore):
    """Lets a thread read in a transaction inside another."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        return _Nested(self._state, tenant, write=write)


@BROKEN.store("S5")
class _NamesTheGone(MemoryRecordStore):
    """Names tenants whose last row went."""

    def tenants(self, kind: str) -> Sequence[TenantId]:
        there = {*super().tenants(kind), *(tenant for tenant, of in self._state.tables if of == kind)}
        return sorted(there)


@BROKEN.store("S5")
class _NamesInAnyOrder(MemoryRecordStore):
    """Names tenants without regard to case."""

    def tenants(self, kind: str) -> Sequence[TenantId]:
        return sorted(super().tenants(kind), key=str.lower)


@BROKEN.transaction("S6")
class _Raw(MemoryTransaction):
    """Lets an error of its own escape."""

    def get(self, kind: str, id: str) -> Row | None:
        id.encode()
        return super().get(kind, id)


class Rechecks(MemoryRecordStore):
    """Compares rows as it should."""

    def recheck(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> Callable[[], bool]:
        if not seen:
            raise InvalidInputError("seen", "needs at least one row")
        for (kind, _), _ in seen:
            evaluate.known_kind(kind, self._state.specs)
        return lambda: self.answer(tenant, seen)

    def answer(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> bool:
        with self.transaction(tenant) as tx:
            return all(self.same(tx.get(*pair), row) for pair, row in seen)

    def same(self, found: Row | None, row: Row | None) -> bool:
        if found is None or row is None:
            return found is row
        return (found.revision, found.schema, found.body) == (row.revision, row.schema, row.body)


@BROKEN.store("K1")
class _RevisionAlone(Rechecks):
    """Compares nothing but the revision."""

    def same(self, found: Row | None, row: Row | None) -> bool:
        return (found.revision if found else 0) == (row.revision if row else 0)


@BROKEN.store("K1")
class _Additions(Rechecks):
    """Does not notice that an absent row came."""

    def same(self, found: Row | None, row: Row | None) -> bool:
        return row is None or super().same(found, row)


@BROKEN.store("K2")
class _Remembers(Rechecks):
    """Repeats its answer until the thread that asked changes something itself."""

    def answer(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> bool:
        known: dict[int, tuple[object, bool]] = self._state.mine.__dict__.setdefault("known", {})
        if id(seen) not in known:
            known[id(seen)] = seen, super().answer(tenant, seen)
        return known[id(seen)][1]

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        if write:
            self._state.mine.__dict__.pop("known", None)
        return super().transaction(tenant, write=write)


@BROKEN.store("K3")
class _ComparesAbroad(Rechecks):
    """Compares with the rows of every tenant."""

    def answer(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> bool:
        everybody = {owner for owner, _ in self._state.tables} | {tenant}
        ask = super().answer
        found = [ask(owner, seen) for owner in everybody]
        return all(found) if all(row is None for _, row in seen) else any(found)


@BROKEN.store("K4")
class _BoundToItsThread(Rechecks):
    """Answers the thread alone that made the question."""

    def recheck(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> Callable[[], bool]:
        question, thread = super().recheck(tenant, seen), threading.get_ident()

        def ask() -> bool:
            if threading.get_ident() != thread:
                raise RuntimeError("another thread")
            return question()

        return ask
