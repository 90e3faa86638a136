"""What the laws of record stores are told with: kinds, rows, fixtures and a few turns of phrase."""

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

import pytest

from sharekit.errors import RetryTransaction
from sharekit.ids import TenantId
from sharekit.ports.query import Query
from sharekit.ports.rows import Bool, Int, KeyValue, KindSpec, Ref, Row, Text, Time
from sharekit.ports.stores import RecordStore, Transaction

T = TypeVar("T")

ACME = TenantId("acme")
OTHER = TenantId("acm")
"""A tenant whose name begins like the other's."""

THING = KindSpec(
    "thing",
    {"name": Text, "size": Int, "at": Time, "done": Bool, "owner": Ref, "order": Int},
    indexes=[("owner", "at"), ("name",), ("at",)],
)
TAG = KindSpec("tag", {"thing": Ref, "label": Text, "weight": Int}, indexes=[("label", "thing")])
PLAIN = KindSpec("plain-kind")
KINDS = (THING, TAG, PLAIN)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PATIENCE = 60.0
"""Seconds after which another thread is taken to be stuck."""

_SIGHTS, _MOST_SIGHTS, _CHANGES = 100, 10_000, 20


class BackDoor(Protocol):
    """A way to a store's rows that does not pass through the store."""

    def read(self, tenant: TenantId, kind: str, id: str) -> Row | None:  # as in the port
        """Return what is committed, or None."""
        ...

    def write(self, row: Row) -> None:
        """Put a row there, at its revision, and commit it."""
        ...


class HostDoor(Protocol):
    """A host that has transactions of its own on the same database."""

    def transaction(self) -> AbstractContextManager[object]:
        """Begin the host's transaction and give what `SupportsJoining.joined` takes; leaving it commits."""
        ...

    def savepoint(self, host: object) -> AbstractContextManager[object]:
        """Begin a savepoint in the host's transaction; an exception rolls back to it."""
        ...


def thing(id_: str, *, tenant: TenantId = ACME, revision: int = 0, body: str = "{}", **keys: KeyValue) -> Row:
    """Return a row of `THING`; a key that is not given is null."""
    return _row(THING, keys)(tenant=tenant, id=id_, revision=revision, body=body)


def tag(id_: str, *, tenant: TenantId = ACME, revision: int = 0, body: str = "{}", **keys: KeyValue) -> Row:
    """Return a row of `TAG`; a key that is not given is null."""
    return _row(TAG, keys)(tenant=tenant, id=id_, revision=revision, body=body)


def plain(id_: str, *, tenant: TenantId = ACME, revision: int = 0, body: str = "{}") -> Row:
    """Return a row of `PLAIN`, which has no keys."""
    return _row(PLAIN, {})(tenant=tenant, id=id_, revision=revision, body=body)


def _row(spec: KindSpec, keys: Mapping[str, KeyValue]) -> Callable[..., Row]:
    every: dict[str, KeyValue] = dict.fromkeys(spec.keys)
    return partial(Row, kind=spec.kind, schema=1, keys={**every, **keys})


def within(store: RecordStore, work: Callable[[Transaction], T], *, tenant: TenantId = ACME, write: bool = False) -> T:
    """Do something in a transaction, again when the store asks for that."""
    for _ in range(1000):
        try:
            with store.transaction(tenant, write=write) as tx:
                return work(tx)
        except RetryTransaction:
            continue
    raise AssertionError("the store asked for a retry 1000 times")


def keep(store: RecordStore, *rows: Row) -> None:
    """Commit rows, each in its tenant."""
    for tenant in {row.tenant for row in rows}:
        put = partial(_put, rows=[row for row in rows if row.tenant == tenant])
        within(store, put, tenant=tenant, write=True)


def _put(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        tx.put(row)


def got(store: RecordStore, kind: str, id_: str, *, tenant: TenantId = ACME) -> Row | None:
    """Return a committed row, or None."""
    return within(store, lambda tx: tx.get(kind, id_), tenant=tenant)


def found(store: RecordStore, query: Query, *, tenant: TenantId = ACME) -> list[str]:
    """Return the ids of the rows that a query describes."""
    return [row.id for row in within(store, lambda tx: tx.find(query), tenant=tenant)]


def elsewhere(call: Callable[[], T]) -> T:
    """Return what a call returns in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(PATIENCE)


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Return what the calls return, each in a thread of its own; none begins before all threads are there."""
    start = threading.Barrier(len(calls), timeout=PATIENCE)

    def called(call: Callable[[], T]) -> T:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [call.result(PATIENCE) for call in [pool.submit(called, call) for call in calls]]


def meanwhile(change: Callable[[int], object], see: Callable[[], T]) -> list[T]:
    """
    Return what is seen, again and again, while another thread changes something.

    It is looked at a hundred times, and on until there were twenty changes: a thread may wait long for its turn.
    """
    enough, over = threading.Event(), threading.Event()

    def change_on() -> None:
        for revision in itertools.count(1):
            if over.is_set():
                return
            change(revision)
            if revision == _CHANGES:
                enough.set()

    seen: list[T] = []
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change_on)
        try:
            while len(seen) < _SIGHTS or not (enough.is_set() or changing.done() or len(seen) == _MOST_SIGHTS):
                seen.append(see())
        finally:
            over.set()
        changing.result(PATIENCE)
    return seen


class Frame:
    """The fixtures of the contract."""

    @pytest.fixture
    def store(self) -> RecordStore:
        """Override this: return a new, empty store that was not opened."""
        raise NotImplementedError("override the fixture `store`")

    @pytest.fixture
    def reopen(self) -> Callable[[], RecordStore] | None:
        """Return a function that gives another store on the same data; None when there is none."""
        return None

    @pytest.fixture
    def back_door(self) -> BackDoor | None:
        """Return a way to the rows that does not pass through the store; None when there is none."""
        return None

    @pytest.fixture
    def behind(self, back_door: BackDoor | None) -> BackDoor | None:
        """Return the back door to tests that look there too, and tell something without it."""
        return back_door

    @pytest.fixture
    def sabotage(self) -> Callable[[], None] | None:
        """Return a function that makes every later read fail inside the store; None when nothing can."""
        return None

    @pytest.fixture
    def host_door(self) -> HostDoor | None:
        """Return a way to begin the host's own transactions; None when there are none."""
        return None

    @pytest.fixture
    def records(self, store: RecordStore) -> Iterator[RecordStore]:
        """Return the store, open."""
        store.open(KINDS)
        yield store
        store.close()
