"""Stores that break one law each, as real stores have done."""

import json
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

import attrs

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.errors import InvalidInputError, InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports import RowKey, evaluate
from sharekit.ports.query import AllOf, AnyOf, Condition, Contains, Eq, InSelect, IsNull, Not, Position, Prefix, Query
from sharekit.ports.rows import KindSpec, Row

BROKEN: Final[dict[str, tuple[set[str], Callable[[], MemoryRecordStore]]]] = {}
"""By what is wrong: the laws that it breaks, and the store."""


def breaks(*laws: str) -> Callable[[type[MemoryTransaction]], type[MemoryTransaction]]:
    """Enter a store whose transactions are of this class, by the first line of its docstring."""

    def enter(cls: type[MemoryTransaction]) -> type[MemoryTransaction]:
        class Store(MemoryRecordStore):
            def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
                return cls(self._state, tenant, write=write)

        BROKEN[cls.__doc__ or ""] = (set(laws), Store)
        return cls

    return enter


def breaks_as_a_whole(*laws: str) -> Callable[[type[MemoryRecordStore]], type[MemoryRecordStore]]:
    """Enter a store, by the first line of its docstring."""

    def enter(cls: type[MemoryRecordStore]) -> type[MemoryRecordStore]:
        BROKEN[cls.__doc__ or ""] = (set(laws), cls)
        return cls

    return enter


# --- transactions ----------------------------------------------------------------------------


@breaks("T1")
class _Rewrites(MemoryTransaction):
    """Parses a body and writes it anew."""

    def put(self, row: Row) -> int:
        if str(row.body).startswith("[1,"):
            row = attrs.evolve(row, body=json.dumps(json.loads(row.body)))
        return super().put(row)


@breaks("T1")
class _Truncates(MemoryTransaction):
    """Keeps 200 characters of a text."""

    def put(self, row: Row) -> int:
        keys = {
            key: value[:200] if isinstance(value, str) and len(value) == 255 else value
            for key, value in row.keys.items()
        }
        return super().put(attrs.evolve(row, keys=keys))


@breaks("T2")
class _Forgets(MemoryTransaction):
    """Does not find what the same transaction put."""

    def find(self, query: Query) -> list[Row]:
        changes, self._changes = self._changes, {}
        try:
            return super().find(query)
        finally:
            self._changes = changes


@breaks("T2")
class _Dirty(MemoryTransaction):
    """Lets others see a new row before the commit."""

    def put(self, row: Row) -> int:
        revision = super().put(row)
        if revision == 1 and self._state.live == 1:
            with self._state.guard:
                tables = {key: dict(rows) for key, rows in self._state.tables.items()}
                tables.setdefault((row.tenant, row.kind), {})[row.id] = attrs.evolve(row, revision=1)
                self._before = getattr(self, "_before", self._state.tables)
                self._state.tables = tables
        return revision

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None and hasattr(self, "_before"):
            self._state.tables = self._before
        super().__exit__(kind, error, traceback)


@breaks("T3")
class _Keeps(MemoryTransaction):
    """Commits in spite of an exception."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._callbacks.clear()
        super().__exit__(None, None, None)


@breaks("T3")
class _KeepsCounts(MemoryTransaction):
    """Counts outside the transaction, so that a rollback does not take a count back."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._callbacks.clear()
            rows = self._changes.get("thing", {})
            self._changes = {"thing": {id_: row for id_, row in rows.items() if id_ == "counted"}}
        super().__exit__(None, None, None)


@breaks("T4")
class _Upserts(MemoryTransaction):
    """Replaces a row where it should insert one."""

    def put(self, row: Row) -> int:
        present = self.get(row.kind, row.id)
        if present is not None and row.revision == 0:
            row = attrs.evolve(row, revision=present.revision)
        return super().put(row)


@breaks("T5")
class _Trusting(MemoryTransaction):
    """Believes whoever claims to have seen a later revision."""

    def put(self, row: Row) -> int:
        present = self.get(row.kind, row.id)
        if present is not None and row.revision == present.revision + 1:
            row = attrs.evolve(row, revision=present.revision)
        return super().put(row)


@breaks("T5")
class _Resurrects(MemoryTransaction):
    """Inserts what it cannot replace."""

    def put(self, row: Row) -> int:
        if (
            row.kind == "thing"
            and type(row.revision) is int
            and row.revision > 0
            and self.get(row.kind, row.id) is None
            and not self._hidden(row)
        ):
            row = attrs.evolve(row, revision=0)
        return super().put(row)

    def _hidden(self, row: Row) -> bool:
        return any(row.id in rows for (_, kind), rows in self._state.tables.items() if kind == row.kind)


@breaks("T6")
class _Careless(MemoryTransaction):
    """Removes a row at any revision."""

    def delete(self, kind: str, id: str, revision: int) -> None:
        present = self.get(kind, id)
        super().delete(kind, id, present.revision if present else revision)


@breaks("T7")
class _Unordered(MemoryTransaction):
    """Gives many rows in the order of their ids."""

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        rows = super().get_many(wanted)
        return sorted(rows, key=lambda row: row.id if row else "~") if len(rows) > 5 else rows


@breaks("T7")
class _OneOfEach(MemoryTransaction):
    """Gives a row once where it was asked for twice."""

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        return super().get_many([*dict.fromkeys(wanted)])


@breaks("T8")
class _CountsAll(MemoryTransaction):
    """Counts the rows of every tenant."""

    def count(self, query: Query) -> int:
        others = {tenant for tenant, kind in self._tables if kind == query.kind} - {self._tenant}
        return super().count(query) + sum(len(self._tables[tenant, query.kind]) for tenant in others)


@breaks("T8")
class _CountsUpElsewhere(MemoryTransaction):
    """Finds the row to count by its id alone."""

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        counted = super().bump(kind, id, counter, limit, amount)
        if counted is None and self.get(kind, id) is None:
            return next((amount for (_, of), rows in self._tables.items() if of == kind and id in rows), None)
        return counted


@breaks("T9")
class _CountsOn(MemoryTransaction):
    """Counts beyond the limit."""

    def count(self, query: Query) -> int:
        check = super().count(query)
        return super().count(attrs.evolve(query, limit=None)) if query.limit else check


@breaks("T10")
class _CountsLate(MemoryTransaction):
    """Reads the counter before its turn has come."""

    def __enter__(self) -> Self:
        seen = self._state.tables.get((self._tenant, "thing"), {}).get("a")
        threading.Event().wait(0.0002)
        super().__enter__()
        self._seen = seen.keys["size"] if seen else None
        return self

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        if id != "a" or limit != 20 or not isinstance(self._seen, int):
            return super().bump(kind, id, counter, limit, amount)
        row = self.get(kind, id)
        if row is None or self._seen + amount > limit:
            return None
        self.put(attrs.evolve(row, keys={**row.keys, counter: self._seen + amount}))
        return self._seen + amount


@breaks("T10")
class _OneTooMany(MemoryTransaction):
    """Compares with the limit before it adds."""

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        return super().bump(kind, id, counter, limit + 1 if isinstance(limit, int) else limit, amount)


@breaks("T10")
class _Floats(MemoryTransaction):
    """Does not count up from null."""

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        row = self.get(kind, id)
        counted = super().bump(kind, id, counter, limit, amount)
        if row is None or row.keys[counter] is not None or counted is None:
            return counted
        self._changes[kind][id] = row
        return None


@breaks("T11")
class _Early(MemoryTransaction):
    """Calls back before the commit."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        callbacks, self._callbacks = self._callbacks, []
        changes, self._changes = self._changes, {}
        super().__exit__(kind, error, traceback)
        for callback in callbacks if kind is None else ():
            callback()
        if kind is None and changes:
            with MemoryTransaction(self._state, self._tenant, write=True) as late:
                late._changes = changes


@breaks("T11")
class _Eager(MemoryTransaction):
    """Calls back after a rollback, too."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        for callback in self._callbacks if kind is not None else ():
            callback()


@breaks("T11")
class _Backwards(MemoryTransaction):
    """Calls back in the wrong order."""

    def after_commit(self, callback: Callable[[], None]) -> None:
        super().after_commit(callback)
        self._callbacks.reverse()


@breaks("T12")
class _Lively(MemoryTransaction):
    """Reads the latest commit each time."""

    def get(self, kind: str, id: str) -> Row | None:
        self._refresh()
        return super().get(kind, id)

    def find(self, query: Query) -> list[Row]:
        self._refresh()
        return super().find(query)

    def _refresh(self) -> None:
        if self._specs is not None and not self._write:
            self._tables = self._state.tables


@breaks("T13")
class _Undead(MemoryTransaction):
    """Goes on reading after its end."""

    def get(self, kind: str, id: str) -> Row | None:
        return super().get(kind, id) if self._specs is not None else None


@breaks("T13")
class _Silent(MemoryTransaction):
    """Takes a change in a read-only transaction, and drops it."""

    def delete(self, kind: str, id: str, revision: int) -> None:
        if self._write or self._specs is None:
            super().delete(kind, id, revision)


@breaks("T14")
class _Unchecked(MemoryTransaction):
    """Counts nothing where a kind or key is not known."""

    def count(self, query: Query) -> int:
        try:
            return super().count(query)
        except InvalidQueryError:
            return 0


@breaks("T14")
class _Lenient(MemoryTransaction):
    """Takes a number for a truth value."""

    def put(self, row: Row) -> int:
        done = row.keys.get("done")
        return super().put(attrs.evolve(row, keys={**row.keys, "done": bool(done)}) if done == 1 else row)


# --- stores ----------------------------------------------------------------------------------


@breaks_as_a_whole("S1")
class _Resets(MemoryRecordStore):
    """Begins anew whenever it is opened."""

    def open(self, kinds: Sequence[KindSpec]) -> None:
        self._state.tables = {}
        super().open(kinds)


@breaks_as_a_whole("S1")
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


@breaks_as_a_whole("S2", "T10")
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


@breaks_as_a_whole("S3")
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


@breaks_as_a_whole("S4")
class _Nests(MemoryRecordStore):
    """Lets a thread read in a transaction inside another."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        return _Nested(self._state, tenant, write=write)


@breaks_as_a_whole("S5")
class _NamesTheGone(MemoryRecordStore):
    """Names tenants whose last row went."""

    def tenants(self, kind: str) -> Sequence[TenantId]:
        return sorted(tenant for tenant, of in self._state.tables if of == kind)


@breaks_as_a_whole("S5")
class _NamesInAnyOrder(MemoryRecordStore):
    """Names tenants without regard to case."""

    def tenants(self, kind: str) -> Sequence[TenantId]:
        return sorted(super().tenants(kind), key=str.lower)


@breaks("S6")
class _Raw(MemoryTransaction):
    """Lets an error of its own escape."""

    def get(self, kind: str, id: str) -> Row | None:
        id.encode()
        return super().get(kind, id)


# --- comparing rows --------------------------------------------------------------------------


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


@breaks_as_a_whole("K1")
class _RevisionAlone(Rechecks):
    """Compares nothing but the revision."""

    def same(self, found: Row | None, row: Row | None) -> bool:
        return (found.revision if found else 0) == (row.revision if row else 0)


@breaks_as_a_whole("K1")
class _Additions(Rechecks):
    """Does not notice that an absent row came."""

    def same(self, found: Row | None, row: Row | None) -> bool:
        return row is None or super().same(found, row)


@breaks_as_a_whole("K2")
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


@breaks_as_a_whole("K3")
class _ComparesAbroad(Rechecks):
    """Compares with the rows of every tenant."""

    def answer(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> bool:
        everybody = {owner for owner, _ in self._state.tables} | {tenant}
        ask = super().answer
        found = [ask(owner, seen) for owner in everybody]
        return all(found) if all(row is None for _, row in seen) else any(found)


@breaks_as_a_whole("K4")
class _BoundToItsThread(Rechecks):
    """Answers the thread alone that made the question."""

    def recheck(self, tenant: TenantId, seen: Sequence[tuple[RowKey, Row | None]]) -> Callable[[], bool]:
        question, thread = super().recheck(tenant, seen), threading.get_ident()

        def ask() -> bool:
            if threading.get_ident() != thread:
                raise RuntimeError("another thread")
            return question()

        return ask


# --- questions -------------------------------------------------------------------------------


def _rewritten(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """Return the condition with each part changed, from the inside out."""
    match condition:
        case AnyOf(parts):
            return change(AnyOf(_rewritten(part, change) for part in parts))
        case AllOf(parts):
            return change(AllOf(_rewritten(part, change) for part in parts))
        case Not(part):
            return change(Not(_rewritten(part, change)))
        case InSelect(key, select):
            return change(InSelect(key, attrs.evolve(select, where=_rewritten(select.where, change))))
        case _:
            return change(condition)


class _Reads(MemoryTransaction):
    """Understands conditions in its own way."""

    def find(self, query: Query) -> list[Row]:
        evaluate.check_query(query, self._running())
        return super().find(attrs.evolve(query, where=_rewritten(query.where, self.change)))

    def change(self, condition: Condition) -> Condition:
        raise NotImplementedError


@breaks("Q1")
class _ThreeValued(_Reads):
    """Takes `Not` as SQL does, where null is neither equal nor different."""

    def change(self, condition: Condition) -> Condition:
        match condition:
            case Not(Eq(key, _)) if key != "id":
                return AllOf([condition, Not(IsNull(key))])
            case _:
                return condition


@breaks("Q1")
class _NullIsFalse(_Reads):
    """Takes null for false."""

    def change(self, condition: Condition) -> Condition:
        return AnyOf([condition, IsNull("done")]) if condition == Eq("done", value=False) else condition


@breaks("Q2")
class _Utf16(MemoryTransaction):
    """Orders text as UTF-16 does."""

    def find(self, query: Query) -> list[Row]:
        rows = super().find(query)
        if query.order.key == "name" and not query.order.descending and all(row.keys["name"] for row in rows[1:]):
            rows.sort(key=lambda row: str(row.keys["name"] or "").encode("utf-16-be"))
        return rows


@breaks("Q3", "Q4")
class _IdsAscend(MemoryTransaction):
    """Orders ties by ascending ids, also where it descends."""

    def find(self, query: Query) -> list[Row]:
        key = query.order.key
        if key == "id" or not query.order.descending:
            return super().find(query)
        rows = super().find(
            attrs.evolve(query, order=attrs.evolve(query.order, descending=False), after=None, limit=None)
        )
        values = [*dict.fromkeys(row.keys[key] for row in rows)][::-1]
        rows = [row for value in values for row in rows if row.keys[key] == value]
        if query.after is not None:
            places = [Position(row.keys[key], row.id) for row in rows]
            if query.after not in places:
                return super().find(query)
            rows = rows[places.index(query.after) + 1 :]
        return rows[: query.limit]


@breaks("Q4")
class _Inclusive(MemoryTransaction):
    """Begins a page with the last row of the one before."""

    def find(self, query: Query) -> list[Row]:
        rows = super().find(query)
        last = None if query.after is None else self.get(query.kind, query.after.id)
        return rows if last is None or self._tenant != "acme" else [last, *rows][: query.limit]


@breaks("Q4")
class _LosesNulls(MemoryTransaction):
    """Pages by a comparison that is never true of null."""

    def find(self, query: Query) -> list[Row]:
        rows = super().find(query)
        key = query.order.key
        if query.after is None or key == "id":
            return rows
        return [row for row in rows if row.keys[key] is not None]


class _Like(_Reads):
    def change(self, condition: Condition) -> Condition:
        match condition:
            case Prefix(key, text) | Contains(key, text):
                names = [row.keys[key] for row in self._rows_of("thing")]
                return AnyOf(
                    Eq(key, name) for name in names if isinstance(name, str) and self.like(condition, name, text)
                )
            case _:
                return condition

    def like(self, condition: Prefix | Contains, name: str, text: str) -> bool:
        raise NotImplementedError


@breaks("Q5")
class _Wildcards(_Like):
    """Passes what is looked for to LIKE as it is."""

    def like(self, condition: Prefix | Contains, name: str, text: str) -> bool:
        places = range(1 if isinstance(condition, Prefix) else len(name) + 1)
        return any(
            len(name) >= start + len(text)
            and all(sign in {"_", other} for sign, other in zip(text, name[start:], strict=False))
            for start in places
        )


@breaks("Q5")
class _IgnoresCase(_Like):
    """Looks for text without regard to case."""

    def like(self, condition: Prefix | Contains, name: str, text: str) -> bool:
        if isinstance(condition, Prefix):
            return name.lower().startswith(text.lower())
        return text.lower() in name.lower()


@breaks("Q6")
class _NothingIsAll(_Reads):
    """Leaves out a condition that has no parts."""

    def change(self, condition: Condition) -> Condition:
        return AllOf() if condition == AnyOf(()) else condition


@breaks("Q7")
class _LooksAbroad(MemoryTransaction):
    """Selects from the rows of every tenant."""

    def _rows_of(self, kind: str) -> list[Row]:
        own = list(super()._rows_of(kind))
        if kind != "tag":
            return own
        return own + [
            row
            for (tenant, of), rows in self._tables.items()
            if of == kind and tenant != self._tenant
            for row in rows.values()
        ]
