"""
Rehearses a change in a transaction that is rolled back, and watches what it touches.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId
from sharekit.ports import Transaction
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
    def reading(self) -> Iterator[Unit]:
        """Read what the rehearsal has come to."""
        yield self.unit

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run a verb in the unit of the rehearsal."""
        return work(self.unit)


def rehearsing(wiring: Wiring, act: Callable[[Rehearsal], T]) -> T:
    """Run *act* in a transaction that is rolled back afterwards, and return what it returns."""
    results: list[T] = []
    try:
        with wiring.records.transaction(wiring.tenant, write=True) as tx:
            unit = RehearsedUnit(tx, wiring.tenant, wiring.clock.now())
            fields: Sequence[Any] = attrs.fields(Wiring)
            results.append(act(Rehearsal(**{field.name: getattr(wiring, field.name) for field in fields}, unit=unit)))
            raise _RolledBack
    except _RolledBack:
        return results[0]
