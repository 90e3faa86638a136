"""
Taking turns: several relays side by side do each thing once.

Whoever works on a row first puts it with a later `due_at`, by the revision that it read. Another relay that
wants it too meets a conflict, or finds that it is not due. When a relay dies, the row is due again when its
lease is over. What is due is found by its state alone, never by what came after what: rows that were committed
late are found like all others.
"""

import random
from datetime import timedelta
from typing import Any, Final

from sharekit.codec import RecordKind
from sharekit.features._unit import Wiring
from sharekit.ports import AllOf, Condition, Eq, OrderBy, Query, Range

__all__ = ["LEASE", "MOST_TRIES", "due_ids", "pause_after"]

LEASE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 10
_AT_ONCE: Final = 100
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180, 360, 720, 1440))


def due_ids(wiring: Wiring, kind: RecordKind[Any], *conditions: Condition) -> list[str]:  # any record class
    """Return the ids of some rows whose turn it is, in an order of one's own, so that relays seldom meet."""
    with wiring.records.transaction(wiring.tenant) as tx:
        now = wiring.clock.now()
        where = AllOf([Eq("state", "waiting"), *conditions, Range("due_at", at_most=now)])
        ids = [row.id for row in tx.find(Query(kind.name, where=where, order=OrderBy("due_at"), limit=_AT_ONCE))]
    random.shuffle(ids)
    return ids


def pause_after(attempts: int, asked: float | None = None) -> timedelta:
    """Return how long to wait after so many attempts, and at least as long as was asked for."""
    pause = _PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1]
    wanted = timedelta(seconds=min(max(asked or 0.0, 0.0), 86400.0))
    return max(pause, wanted)
