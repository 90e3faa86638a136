"""Stores that as a whole break one law each, as real stores have done."""

import threading
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Self

import attrs

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports import Companion, Look, Sight, Transaction, evaluate
from sharekit.ports.rows import KeyValue, KindSpec, Row
from sharekit.testing.record_store._frame import ACME
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
        threading.Event().wait(0.001 if self._write else 0)
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


class Looks(MemoryRecordStore):
    """Looks as it should."""

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> Look:
        wanted = [dict.fromkeys(keys), *(dict.fromkeys(companion.keys) for companion in companions)]
        for place, companion in enumerate(companions):
            if not 0 <= companion.of <= place:
                raise InvalidQueryError("a companion is named by a row before it")
            wanted[companion.of][companion.by] = None
        kinds = [kind, *(companion.kind for companion in companions)]
        for of, names in zip(kinds, wanted, strict=True):
            if not names.keys() <= evaluate.known_kind(of, self._state.specs).keys.keys():
                raise InvalidQueryError("no such key")
        return self.made(kind, [tuple(names) for names in wanted], companions)

    def made(self, kind: str, keys: Sequence[Collection[str]], companions: Sequence[Companion]) -> "_Look":
        return _Look(self, kind, keys, companions)


@attrs.define
class _Look:
    store: MemoryRecordStore
    kind: str
    keys: Sequence[Collection[str]]
    companions: Sequence[Companion]

    def see(self, tenant: TenantId, id: str) -> Sight:
        with self.store.transaction(tenant) as tx:
            return self.found(tx, id)

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:  # as in the port
        return [row if isinstance(row, Row) else None for row in sight]

    def values(self, sight: Sight) -> Sequence[object]:
        found: list[object] = []
        for row, keys in zip(self.rows(ACME, "", sight), self.keys, strict=True):
            found += self.flat(row, [*keys])
        return found if sight[0] is not None else []

    def flat(self, row: Row | None, keys: Sequence[str]) -> Sequence[object]:
        if row is None:
            return [None] * (len(keys) + 3)
        return [*(row.keys[key] for key in keys), row.revision, row.schema, row.body]

    def found(self, tx: Transaction, id_: str) -> Sight:
        rows = [tx.get(self.kind, id_)]
        for companion in self.companions:
            namer = rows[companion.of]
            named = self.named(companion, None if namer is None else namer.keys[companion.by])
            rows.append(None if named is None else tx.get(companion.kind, named))
        return tuple(self.cut(row, keys) for row, keys in zip(rows, self.keys, strict=True))

    def named(self, companion: Companion, value: KeyValue) -> str | None:
        if not isinstance(value, str) or not value.startswith(companion.after):
            return None
        return value.removeprefix(companion.after)

    def cut(self, row: Row | None, keys: Collection[str]) -> Row | None:
        return row and attrs.evolve(row, keys={name: row.keys[name] for name in keys})


def _looks(*laws: str) -> Callable[[type[_Look]], type[_Look]]:
    """Enter a store whose looks are of this class."""

    def enter(cls: type[_Look]) -> type[_Look]:
        class Store(Looks):
            def made(self, kind: str, keys: Sequence[Collection[str]], companions: Sequence[Companion]) -> _Look:
                return cls(self, kind, keys, companions)

        BROKEN[cls.__doc__ or ""] = (set(laws), Store)
        return cls

    return enter


@_looks("K1")
class _AnyBeginning(_Look):
    """Cuts off the beginning of a key, whatever it is."""

    def named(self, companion: Companion, value: KeyValue) -> str | None:
        return value[len(companion.after) :] if isinstance(value, str) else None


@_looks("K1")
class _TwoStates(_Look):
    """Reads the row and its companions one after the other."""

    def see(self, tenant: TenantId, id: str) -> Sight:
        with self.store.transaction(tenant) as tx:
            first = self.found(tx, id)[:1]
        threading.Event().wait(0.001)
        with self.store.transaction(tenant) as tx:
            return first + self.found(tx, id)[1:]


@_looks("K1")
class _EveryKey(_Look):
    """Gives all keys of each row."""

    def cut(self, row: Row | None, keys: Collection[str]) -> Row | None:  # as above
        return row


class _Repeating(_Look):
    def see(self, tenant: TenantId, id: str) -> Sight:
        known: dict[object, Sight] = self.store._state.mine.__dict__.setdefault("known", {})
        asked = (self.kind, *self.keys, *self.companions, tenant, id)
        if asked not in known:
            known[asked] = super().see(tenant, id)
        return known[asked]


@BROKEN.store("K2")
class _Remembers(Looks):
    """Repeats what it saw until the thread that looks changes something itself."""

    def made(self, kind: str, keys: Sequence[Collection[str]], companions: Sequence[Companion]) -> _Look:
        return _Repeating(self, kind, keys, companions)

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        if write:
            self._state.mine.__dict__.pop("known", None)
        return super().transaction(tenant, write=write)


@_looks("K3")
class _LooksAbroad(_Look):
    """Finds companions in whichever tenant has them."""

    def found(self, tx: Transaction, id_: str) -> Sight:
        tables = self.store._state.tables
        abroad = {row.id: row for (_, of), rows in tables.items() if of == "thing" for row in rows.values()}
        sight = list(super().found(tx, id_))
        tag = sight[0]
        if len(sight) > 1 and isinstance(tag, Row) and sight[1] is None and tag.keys["thing"] in abroad:
            sight[1] = self.cut(abroad[str(tag.keys["thing"])], self.keys[1])
        return tuple(sight)


@_looks("K4")
@attrs.define
class _BoundToItsThread(_Look):
    """Serves the thread alone that made it."""

    thread: int = attrs.field(factory=threading.get_ident)

    def see(self, tenant: TenantId, id: str) -> Sight:
        if threading.get_ident() != self.thread:
            raise RuntimeError("another thread")
        return super().see(tenant, id)


@_looks("K6")
class _RevisionsFirst(_Look):
    """Lays the keys of a row flat after everything else."""

    def flat(self, row: Row | None, keys: Sequence[str]) -> Sequence[object]:
        laid = super().flat(row, keys)
        return [*laid[len(keys) :], *laid[: len(keys)]]


@_looks("K6")
class _NothingOfAbsentOnes(_Look):
    """Lays nothing down for a companion that is not there."""

    def flat(self, row: Row | None, keys: Sequence[str]) -> Sequence[object]:
        return super().flat(row, keys) if row is not None else []


@_looks("K5")
class _RevisionAlone(_Look):
    """Takes rows of one revision for the same."""

    def see(self, tenant: TenantId, id: str) -> Sight:
        return tuple(row and _ByRevision(row) for row in super().see(tenant, id) if isinstance(row, Row) or row is None)

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:  # as in the port
        return [seen.row if isinstance(seen, _ByRevision) else None for seen in sight]


@attrs.frozen
class _ByRevision:
    row: Row = attrs.field(eq=lambda row: row.revision)
