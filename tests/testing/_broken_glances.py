"""Stores that read rows at a glance against one law each."""

import threading
from collections.abc import Callable, Sequence

import attrs

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.ids import TenantId
from sharekit.ports import In, Query, Sought, Transaction, evaluate
from sharekit.ports.rows import KeyValue, Row
from tests.testing._breaking import Broken

BROKEN = Broken()

Values = Sequence[Sequence[str]]
Line = Sequence[KeyValue]


class Glances(MemoryRecordStore):
    """Glances as it should."""

    def glance(self, sought: Sequence[Sought]) -> "_Glance":
        return self.made([evaluate.check_sought(each, self._state.specs) for each in sought])

    def made(self, sought: Sequence[Sought]) -> "_Glance":
        return _Glance(self, sought)


@attrs.define
class _Glance:
    store: MemoryRecordStore
    sought: Sequence[Sought]

    def see(self, tenant: TenantId, values: Values) -> Sequence[Line]:
        with self.store.transaction(tenant) as tx:
            return self.found(tx, values)

    def found(self, tx: Transaction, values: Values) -> list[Line]:
        pairs = enumerate(zip(self.sought, values, strict=True))
        return [line for place, (sought, among) in pairs for line in self.lines(tx, place, sought, among)]

    def lines(self, tx: Transaction, place: int, sought: Sought, among: Sequence[str]) -> list[Line]:
        rows = tx.find(Query(sought.kind, where=In(sought.by, [value for value in among if _is_whole(value)])))
        return [self.line(place, row, sought.keys) for row in rows]

    def line(self, place: int, row: Row, keys: Sequence[str]) -> Line:
        return [place, row.id, row.revision, row.schema, row.body, *(row.keys[key] for key in keys)]


def _is_whole(value: str) -> bool:
    return not {"\ud800", "\x00"}.intersection(value)


def _glances(*laws: str) -> Callable[[type[_Glance]], type[_Glance]]:
    """Enter a store whose glances are of this class."""

    def enter(cls: type[_Glance]) -> type[_Glance]:
        class Store(Glances):
            def made(self, sought: Sequence[Sought]) -> _Glance:
                return cls(self, sought)

        BROKEN[cls.__doc__ or ""] = (set(laws), Store)
        return cls

    return enter


@_glances("G1")
class _NothingWithoutTheFirst(_Glance):
    """Joins the rows to the first, so that without that one there is nothing."""

    def found(self, tx: Transaction, values: Values) -> list[Line]:
        seen = super().found(tx, values)
        return seen if any(line[0] == 0 for line in seen) else []


@_glances("G1")
class _OncePerValue(_Glance):
    """Looks for each value by itself, so that one that comes again finds its rows again."""

    def lines(self, tx: Transaction, place: int, sought: Sought, among: Sequence[str]) -> list[Line]:
        each = super().lines
        return [line for value in among for line in each(tx, place, sought, [value])]


@_glances("G1")
class _FindsOne(_Glance):
    """Finds one row by a key, and no more."""

    def lines(self, tx: Transaction, place: int, sought: Sought, among: Sequence[str]) -> list[Line]:
        found = super().lines(tx, place, sought, among)
        return found if sought.by == "id" else found[:1]


@_glances("G1")
class _ForgetsMany(_Glance):
    """Takes no more values than a statement has room for."""

    def lines(self, tx: Transaction, place: int, sought: Sought, among: Sequence[str]) -> list[Line]:
        return super().lines(tx, place, sought, among[:999])


@_glances("G1")
class _BoolsAreNumbers(_Glance):
    """Gives bools as a database without bools holds them."""

    def line(self, place: int, row: Row, keys: Sequence[str]) -> Line:
        return [int(value) if isinstance(value, bool) else value for value in super().line(place, row, keys)]


@_glances("G2")
class _OneAfterTheOther(_Glance):
    """Reads each kind in a state of its own."""

    def see(self, tenant: TenantId, values: Values) -> Sequence[Line]:
        seen: list[Line] = []
        for place, (sought, among) in enumerate(zip(self.sought, values, strict=True)):
            with self.store.transaction(tenant) as tx:
                seen += self.lines(tx, place, sought, among)
            threading.Event().wait(0.001)
        return seen


class _Repeating(_Glance):
    def see(self, tenant: TenantId, values: Values) -> Sequence[Line]:
        known: dict[object, Sequence[Line]] = self.store._state.mine.__dict__.setdefault("glanced", {})
        asked = (*self.sought, tenant, *map(tuple, values))
        if asked not in known:
            known[asked] = super().see(tenant, values)
        return known[asked]


@BROKEN.store("G2")
class _Remembers(Glances):
    """Repeats what it saw at a glance until the thread that asks changes something itself."""

    def made(self, sought: Sequence[Sought]) -> _Glance:
        return _Repeating(self, sought)

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        if write:
            self._state.mine.__dict__.pop("glanced", None)
        return super().transaction(tenant, write=write)


@_glances("G3")
class _GlancesAbroad(_Glance):
    """Finds a tag by its key in whichever tenant has it."""

    def lines(self, tx: Transaction, place: int, sought: Sought, among: Sequence[str]) -> list[Line]:
        tables = self.store._state.tables
        abroad = [row for (_, of), rows in tables.items() if of == "tag" == sought.kind for row in rows.values()]
        found = [row for row in abroad if row.keys.get(sought.by) in among]
        return [self.line(place, row, sought.keys) for row in found] or super().lines(tx, place, sought, among)


@_glances("G4")
@attrs.define
class _BoundToItsThread(_Glance):
    """Serves the thread alone that made the glance."""

    thread: int = attrs.field(factory=threading.get_ident)

    def see(self, tenant: TenantId, values: Values) -> Sequence[Line]:
        if threading.get_ident() != self.thread:
            raise RuntimeError("another thread")
        return super().see(tenant, values)


@_glances("G4")
class _InsideToo(_Glance):
    """Glances at what was committed from inside a transaction, too."""

    def see(self, tenant: TenantId, values: Values) -> Sequence[Line]:
        state = self.store._state
        with state.guard:  # no commit falls between two rows, which would break another law
            rows = {kind: [*found.values()] for (of, kind), found in state.tables.items() if of == tenant}
            sought = enumerate(zip(self.sought, values, strict=True))
            return [
                self.line(place, row, each.keys)
                for place, (each, among) in sought
                for row in rows.get(each.kind, [])
                if (row.id if each.by == "id" else row.keys[each.by]) in among
            ]
