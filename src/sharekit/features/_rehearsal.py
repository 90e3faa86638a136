"""
Rehearses a change in a transaction that is rolled back, and watches what it touches.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.errors import InvalidInputError
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import BlobKey, TenantId
from sharekit.ports import BlobStore, KindSpec, Query, StoredBlob, Transaction
from sharekit.records.events import Event

__all__ = ["Rehearsal", "RehearsedUnit", "rehearsing"]

T = TypeVar("T")
R = TypeVar("R")


class RehearsedUnit(Unit):
    """
    A unit that notes what is put, removed and announced.

    Attributes:
        touched: Each record that was put or removed, as it was before and as it is, by kind and id.
        events: What was announced.
    """

    at_once = None  # what is planned is what becomes of it in the end

    def __init__(self, tx: Transaction, tenant: TenantId, now: datetime) -> None:
        super().__init__(tx, tenant, now)
        self.touched: list[object] = []
        self.events: list[Event] = []

    # Any record class, here and below.
    def put(self, kind: RecordKind[Any], record: Any) -> None:  # noqa: ANN401
        """Keep a record, and note it with the one that it replaces."""
        row = self.tx.get(kind.name, kind.dump(self.tenant, record, 0).id)
        if row is not None:
            self.touched.append(kind.load(row))
        self.touched.append(record)
        super().put(kind, record)

    def delete(self, kind: RecordKind[Any], id_: str) -> None:
        """Remove a record, and note it."""
        row = self.tx.get(kind.name, id_)
        if row is not None:
            self.touched.append(kind.load(row))
        super().delete(kind, id_)

    def emit(self, event: Event) -> None:
        """Note an event; nobody hears of it."""
        self.events.append(event)


class _RolledBack(Exception):  # noqa: N818  # no error: the way out of a transaction
    """Leaves a transaction without keeping it."""


@attrs.frozen(kw_only=True)
class Rehearsal(Wiring):
    """
    A wiring whose verbs all run in the one unit of a rehearsal.

    Attributes:
        unit: That unit.
    """

    unit: RehearsedUnit

    @contextmanager
    def reading(self) -> Generator[Unit]:
        """Read what the rehearsal has come to."""
        _require_here(self.unit, self.tenant)
        yield self.unit

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run a verb in the unit of the rehearsal."""
        _require_here(self.unit, self.tenant)
        return work(self.unit)


@attrs.frozen
class _RehearsedRecords:
    """The store within a rehearsal, for what asks it without a unit: all in the one transaction."""

    unit: RehearsedUnit

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Do nothing: it is open."""

    def close(self) -> None:
        """Do nothing: the rehearsal does not end by its change."""

    @contextmanager
    def transaction(
        self,
        tenant: TenantId,
        *,
        write: bool = False,  # noqa: ARG002  # the port's: it writes either way
    ) -> Generator[Transaction]:
        """Hand out the transaction of the rehearsal."""
        _require_here(self.unit, tenant)
        yield self.unit.tx

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the one tenant that a rehearsal knows, if it has rows of this kind."""
        return [self.unit.tenant] if self.unit.tx.count(Query(kind, limit=1)) else []


@attrs.frozen
class _RehearsedBlobs:
    """The store of bytes within a rehearsal: it can be read, and nothing in it changes."""

    inner: BlobStore

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:  # noqa: ARG002  # the port's
        """Refuse: bytes cannot be taken back, and a stream can be read once."""
        raise InvalidInputError(
            "change", "takes in bytes, which no plan can; plan what is done with documents there are"
        )

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield bytes."""
        return self.inner.read(key, start, stop)

    def size(self, key: BlobKey) -> int | None:
        """Return how many bytes there are."""
        return self.inner.size(key)

    def delete(self, key: BlobKey) -> None:
        """Do nothing."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name what there is."""
        return self.inner.blobs(prefix)


def _require_here(unit: Unit, tenant: TenantId) -> None:
    if tenant != unit.tenant:
        raise InvalidInputError("change", "may not leave its tenant")


def rehearsing(wiring: Wiring, act: Callable[[Rehearsal], T]) -> T:
    """Run *act* in a transaction that is rolled back afterwards, and return what it returns."""
    results: list[T] = []
    try:
        with wiring.records.transaction(wiring.tenant, write=True) as tx:
            unit = RehearsedUnit(tx, wiring.tenant, wiring.clock.now())
            fields: Sequence[Any] = attrs.fields(Wiring)
            parts: dict[str, Any] = {field.name: getattr(wiring, field.name) for field in fields}
            parts["records"] = parts["apart"] = _RehearsedRecords(unit)
            parts["blobs"] = None if wiring.blobs is None else _RehearsedBlobs(wiring.blobs)
            results.append(act(Rehearsal(**parts, unit=unit)))
            raise _RolledBack
    except _RolledBack:
        return results[0]
