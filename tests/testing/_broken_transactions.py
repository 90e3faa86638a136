"""Stores whose transactions break one law each, as real stores have done."""

import json
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import attrs

from sharekit.backends.memory import MemoryTransaction
from sharekit.errors import InvalidQueryError, StorageError
from sharekit.ports.query import Query
from sharekit.ports.rows import Row
from tests.testing._breaking import Broken

BROKEN = Broken()


@BROKEN.transaction("T1")
class _Rewrites(MemoryTransaction):
    """Parses a body and writes it anew."""

    def put(self, row: Row) -> int:
        if str(row.body).startswith("[1,"):
            row = attrs.evolve(row, body=json.dumps(json.loads(row.body)))
        return super().put(row)


@BROKEN.transaction("T1")
class _Truncates(MemoryTransaction):
    """Keeps 200 characters of a text."""

    def put(self, row: Row) -> int:
        keys = {
            key: value[:200] if isinstance(value, str) and len(value) == 255 else value
            for key, value in row.keys.items()
        }
        return super().put(attrs.evolve(row, keys=keys))


@BROKEN.transaction("T1")
class _Narrow(MemoryTransaction):
    """Has room for an id of 511 bytes, as LMDB has."""

    def put(self, row: Row) -> int:
        revision = super().put(row)
        if len(row.id.encode()) > 511:
            raise StorageError("putting a row")
        return revision


@BROKEN.transaction("T2")
class _Forgets(MemoryTransaction):
    """Does not find what the same transaction put."""

    def find(self, query: Query) -> list[Row]:
        changes, self._changes = self._changes, {}
        try:
            return super().find(query)
        finally:
            self._changes = changes


@BROKEN.transaction("T2")
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


@BROKEN.transaction("T3")
class _Keeps(MemoryTransaction):
    """Commits in spite of an exception."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._callbacks.clear()
        super().__exit__(None, None, None)


@BROKEN.transaction("T3")
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


@BROKEN.transaction("T4")
class _Upserts(MemoryTransaction):
    """Replaces a row where it should insert one."""

    def put(self, row: Row) -> int:
        present = self.get(row.kind, row.id)
        if present is not None and row.revision == 0:
            row = attrs.evolve(row, revision=present.revision)
        return super().put(row)


@BROKEN.transaction("T5")
class _Trusting(MemoryTransaction):
    """Believes whoever claims to have seen a later revision."""

    def put(self, row: Row) -> int:
        present = self.get(row.kind, row.id)
        if present is not None and row.revision == present.revision + 1:
            row = attrs.evolve(row, revision=present.revision)
        return super().put(row)


@BROKEN.transaction("T5")
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


@BROKEN.transaction("T6")
class _Careless(MemoryTransaction):
    """Removes a row at any revision."""

    def delete(self, kind: str, id: str, revision: int) -> None:
        present = self.get(kind, id)
        super().delete(kind, id, present.revision if present else revision)


@BROKEN.transaction("T7")
class _Unordered(MemoryTransaction):
    """Gives many rows in the order of their ids."""

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        rows = super().get_many(wanted)
        return sorted(rows, key=lambda row: row.id if row else "~") if len(rows) > 5 else rows


@BROKEN.transaction("T7")
class _OneOfEach(MemoryTransaction):
    """Gives a row once where it was asked for twice."""

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        return super().get_many([*dict.fromkeys(wanted)])


@BROKEN.transaction("T8")
class _CountsAll(MemoryTransaction):
    """Counts the rows of every tenant."""

    def count(self, query: Query) -> int:
        others = {tenant for tenant, kind in self._tables if kind == query.kind} - {self._tenant}
        return super().count(query) + sum(len(self._tables[tenant, query.kind]) for tenant in others)


@BROKEN.transaction("T8")
class _CountsUpElsewhere(MemoryTransaction):
    """Finds the row to count by its id alone."""

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        counted = super().bump(kind, id, counter, limit, amount)
        if counted is None and self.get(kind, id) is None:
            return next((amount for (_, of), rows in self._tables.items() if of == kind and id in rows), None)
        return counted


@BROKEN.transaction("T9")
class _CountsOn(MemoryTransaction):
    """Counts beyond the limit."""

    def count(self, query: Query) -> int:
        check = super().count(query)
        return super().count(attrs.evolve(query, limit=None)) if query.limit else check


@BROKEN.transaction("T10")
class _CountsLate(MemoryTransaction):
    """Reads the counter before its turn has come."""

    def __enter__(self) -> Self:
        seen = self._state.tables.get((self._tenant, "thing"), {}).get("a")
        threading.Event().wait(0.001)
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


@BROKEN.transaction("T10")
class _OneTooMany(MemoryTransaction):
    """Compares with the limit before it adds."""

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        return super().bump(kind, id, counter, limit + 1 if isinstance(limit, int) else limit, amount)


@BROKEN.transaction("T10")
class _Floats(MemoryTransaction):
    """Does not count up from null."""

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        row = self.get(kind, id)
        counted = super().bump(kind, id, counter, limit, amount)
        if row is None or row.keys[counter] is not None or counted is None:
            return counted
        self._changes[kind][id] = row
        return None


@BROKEN.transaction("T11")
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


@BROKEN.transaction("T11")
class _Eager(MemoryTransaction):
    """Calls back after a rollback, too."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        for callback in self._callbacks if kind is not None else ():
            callback()


@BROKEN.transaction("T11")
class _Backwards(MemoryTransaction):
    """Calls back in the wrong order."""

    def after_commit(self, callback: Callable[[], None]) -> None:
        super().after_commit(callback)
        self._callbacks.reverse()


@BROKEN.transaction("T12")
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


@BROKEN.transaction("T13")
class _Undead(MemoryTransaction):
    """Goes on reading after its end."""

    def get(self, kind: str, id: str) -> Row | None:
        return super().get(kind, id) if self._specs is not None else None


@BROKEN.transaction("T13")
class _Silent(MemoryTransaction):
    """Takes a change in a read-only transaction, and drops it."""

    def delete(self, kind: str, id: str, revision: int) -> None:
        if self._write or self._specs is None:
            super().delete(kind, id, revision)


@BROKEN.transaction("T14")
class _Unchecked(MemoryTransaction):
    """Counts nothing where a kind or key is not known."""

    def count(self, query: Query) -> int:
        try:
            return super().count(query)
        except InvalidQueryError:
            return 0


@BROKEN.transaction("T14")
class _Lenient(MemoryTransaction):
    """Takes a number for a truth value."""

    def put(self, row: Row) -> int:
        done = row.keys.get("done")
        return super().put(attrs.evolve(row, keys={**row.keys, "done": bool(done)}) if done == 1 else row)
