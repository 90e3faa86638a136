"""Stores that read rows at a glance against one law each."""

import threading
from collections.abc import Callable, Sequence

import attrs

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports import Transaction, evaluate
from sharekit.ports.rows import KeyValue, Row
from tests.testing._breaking import Broken

BROKEN = Broken()

Kinds = Sequence[tuple[str, Sequence[str]]]
Values = list[KeyValue]


class Glances(MemoryRecordStore):
    """Glances as it should."""

    def glance(self, kinds: Kinds) -> "_Glance":
        for kind, keys in kinds:
            if not set(keys) <= evaluate.known_kind(kind, self._state.specs).keys.keys():
                raise InvalidQueryError("no such key")
        return self.made(kinds)

    def made(self, kinds: Kinds) -> "_Glance":
        return _Glance(self, kinds)


@attrs.define
class _Glance:
    store: MemoryRecordStore
    kinds: Kinds

    def see(self, tenant: TenantId, ids: Sequence[str]) -> Sequence[KeyValue]:
        with self.store.transaction(tenant) as tx:
            return self.found(tx, ids)

    def found(self, tx: Transaction, ids: Sequence[str]) -> Values:
        seen: Values = []
        for (kind, keys), id_ in zip(self.kinds, ids, strict=True):
            seen += self.values(tx.get(kind, id_), keys)
        return seen

    def values(self, row: Row | None, keys: Sequence[str]) -> Values:
        if row is None:
            return [None] * (3 + len(keys))
        return [row.revision, row.schema, row.body, *(row.keys[key] for key in keys)]


def _glances(*laws: str) -> Callable[[type[_Glance]], type[_Glance]]:
    """Enter a store whose glances are of this class."""

    def enter(cls: type[_Glance]) -> type[_Glance]:
        class Store(Glances):
            def made(self, kinds: Kinds) -> _Glance:
                return cls(self, kinds)

        BROKEN[cls.__doc__ or ""] = (set(laws), Store)
        return cls

    return enter


@_glances("G1")
class _NothingWithoutTheFirst(_Glance):
    """Joins the rows to the first, so that without that one there is nothing."""

    def found(self, tx: Transaction, ids: Sequence[str]) -> Values:
        seen = super().found(tx, ids)
        return seen if seen[0] is not None else [None] * len(seen)


@_glances("G1")
class _OneAfterTheOther(_Glance):
    """Reads each row in a state of its own."""

    def see(self, tenant: TenantId, ids: Sequence[str]) -> Sequence[KeyValue]:
        seen: Values = []
        for kind, id_ in zip(self.kinds, ids, strict=True):
            with self.store.transaction(tenant) as tx:
                seen += _Glance(self.store, [kind]).found(tx, [id_])
            threading.Event().wait(0.0002)
        return seen


@_glances("G1")
class _BoolsAreNumbers(_Glance):
    """Gives bools as a database without bools holds them."""

    def values(self, row: Row | None, keys: Sequence[str]) -> Values:
        return [int(value) if isinstance(value, bool) else value for value in super().values(row, keys)]


class _Repeating(_Glance):
    def see(self, tenant: TenantId, ids: Sequence[str]) -> Sequence[KeyValue]:
        known: dict[object, Sequence[KeyValue]] = self.store._state.mine.__dict__.setdefault("glanced", {})
        asked = (*((kind, *keys) for kind, keys in self.kinds), tenant, *ids)
        if asked not in known:
            known[asked] = super().see(tenant, ids)
        return known[asked]


@BROKEN.store("G2")
class _Remembers(Glances):
    """Repeats what it saw at a glance until the thread that asks changes something itself."""

    def made(self, kinds: Kinds) -> _Glance:
        return _Repeating(self, kinds)

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        if write:
            self._state.mine.__dict__.pop("glanced", None)
        return super().transaction(tenant, write=write)


@_glances("G3")
class _GlancesAbroad(_Glance):
    """Finds a thing in whichever tenant has it."""

    def found(self, tx: Transaction, ids: Sequence[str]) -> Values:
        tables = self.store._state.tables
        abroad = {row.id: row for (_, of), rows in tables.items() if of == "thing" for row in rows.values()}
        seen: Values = []
        for (kind, keys), id_ in zip(self.kinds, ids, strict=True):
            row = tx.get(kind, id_)
            seen += self.values(abroad.get(id_) if row is None and kind == "thing" else row, keys)
        return seen


@_glances("G4")
@attrs.define
class _BoundToItsThread(_Glance):
    """Serves the thread alone that made the glance."""

    thread: int = attrs.field(factory=threading.get_ident)

    def see(self, tenant: TenantId, ids: Sequence[str]) -> Sequence[KeyValue]:
        if threading.get_ident() != self.thread:
            raise RuntimeError("another thread")
        return super().see(tenant, ids)


@_glances("G4")
class _InsideToo(_Glance):
    """Glances at what was committed from inside a transaction, too."""

    def see(self, tenant: TenantId, ids: Sequence[str]) -> Sequence[KeyValue]:
        seen: Values = []
        state = self.store._state
        with state.guard:  # no commit falls between two rows, which would break another law
            for (kind, keys), id_ in zip(self.kinds, ids, strict=True):
                seen += self.values(state.tables.get((tenant, kind), {}).get(id_), keys)
        return seen
