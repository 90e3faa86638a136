"""
A transaction that any simple store can build on: it reads one state, collects changes, and leaves them to the commit.

A store brings a `Snapshot` of a tenant's rows and applies the `Changes` as one step. What a row
and a question may be, what conflicts, and what a transaction sees of its own changes is done here.
"""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Protocol

import attrs

from sharekit.errors import ConflictError, InvalidQueryError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import MAX_INT, answer, check_counter, check_query, check_row, known_kind
from sharekit.ports.query import AllOf, AnyOf, Condition, InSelect, Not, Query
from sharekit.ports.rows import KindSpec, Row

__all__ = ["Changes", "CollectingTransaction", "Entrance", "Snapshot", "call_all"]

Changes = Mapping[str, Mapping[str, Row | None]]
"""What a transaction changed, by kind and id: the row as it is to be kept, or None for one that is removed."""


class Snapshot(Protocol):
    """One state of one tenant's rows; it stands still while a transaction reads it (law T12)."""

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        ...

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:
        """
        Return rows of a kind: every one that meets the condition, and any others.

        A store that cannot narrow them down returns all, and the evaluator chooses. A sub-select in
        the condition means the rows of this state.
        """
        ...


class CollectingTransaction:
    """
    A `Transaction` over a snapshot, which keeps the laws of reading and changing and writes nothing itself.

    The store closes it, applies `changes` when there was no exception, and then calls `call_back`.
    It keeps two writers apart on its own (law S2): the snapshot of a transaction that writes must
    still be the present state when its changes are applied.

    Attributes:
        changes: What is to be applied at the commit; empty when nothing was changed.
    """

    def __init__(
        self, snapshot: Snapshot, specs: Mapping[str, KindSpec], tenant: TenantId, *, write: bool = False
    ) -> None:
        self._snapshot = snapshot
        self._specs: Mapping[str, KindSpec] | None = specs
        self._tenant = tenant
        self._write = write
        self._changes: dict[str, dict[str, Row | None]] = {}
        self._callbacks: list[Callable[[], None]] = []

    @property
    def changes(self) -> Changes:
        """What is to be applied at the commit; empty when nothing was changed."""
        return self._changes

    def close(self) -> None:
        """Refuse every further use; what was collected stays to be applied."""
        self._specs = None

    def call_back(self) -> None:
        """Run the callbacks of `after_commit`: after the commit, outside the transaction."""
        call_all(self._callbacks)

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        self._spec(kind)
        changes = self._changes.get(kind)
        if changes is not None and id in changes:
            return changes[id]
        return self._snapshot.get(kind, id)

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs."""
        self._running()
        return [self.get(kind, id_) for kind, id_ in wanted]

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        check_query(query, self._running())
        return answer(query, self._candidates)

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

    def _candidates(self, kind: str, where: Condition) -> Iterable[Row]:
        # What a sub-select finds may have changed here, so that the snapshot would leave out too much.
        known = self._changes.keys().isdisjoint(_selected(where))
        rows = self._snapshot.rows(kind, where if known else AllOf())
        changes = self._changes.get(kind)
        if not changes:
            return rows
        # A changed row is offered whatever the snapshot knew of it, since it may meet the condition only now.
        kept = [row for row in rows if row.id not in changes]
        return kept + [row for row in changes.values() if row is not None]

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


def _selected(condition: Condition) -> Iterator[str]:
    """Yield the kinds that the condition selects from, at any depth."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for part in conditions:
                yield from _selected(part)
        case Not(part):
            yield from _selected(part)
        case InSelect(_, select):
            yield select.kind
            yield from _selected(select.where)
        case _:
            return


class Entrance:
    """
    The way into a store's transactions: open or not, and one transaction for each thread at a time (law S4).

    It is shut until `open` is called. Any thread may use it.
    """

    def __init__(self) -> None:
        self._is_open = False
        self._inside = threading.local()

    def open(self) -> None:
        """Let threads in."""
        self._is_open = True

    def shut(self) -> None:
        """Let nobody in any more; those inside stay."""
        self._is_open = False

    def check_outside(self) -> None:
        """Raise `TransactionUsageError` when this thread is inside a transaction."""
        if getattr(self._inside, "busy", False):
            raise TransactionUsageError("this thread is inside a transaction of this store")

    def check(self) -> None:
        """Raise `TransactionUsageError` when the store is not open, or this thread is inside a transaction."""
        if not self._is_open:
            raise TransactionUsageError("the store is not open")
        self.check_outside()

    @contextmanager
    def entered(self) -> Generator[None]:
        """Be inside for as long as the block lasts, or raise what `check` raises."""
        self.check()
        self._inside.busy = True
        try:
            yield
        finally:
            self._inside.busy = False


def call_all(callbacks: Sequence[Callable[[], None]]) -> None:
    """
    Call each in turn, also after one that raises (law T11).

    Raises:
        BaseException: What the first failing one raised, once all have been called.
    """
    first: BaseException | None = None
    for callback in callbacks:
        try:
            callback()
        except BaseException as error:  # noqa: BLE001  # raised below; the others are promised their call
            first = first or error
    if first is not None:
        raise first
