"""
Taking turns: several relays side by side do each thing once.

Whoever works on a row first puts it with a later `due_at`, by the revision that it read. Another relay that
wants it too meets a conflict, or finds that it is not due. When a relay dies, the row is due again when its
lease is over. What is due is found by its state alone, never by what came after what: rows that were committed
late are found like all others.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_notices import NOTICE
from sharekit.features._unit import Wiring
from sharekit.ports import AllOf, Condition, Eq, KeyValue, OrderBy, Query, Range, Row
from sharekit.records.notices import NoticeKeys

__all__ = ["LEASE", "MOST_TRIES", "due_ids", "due_notices", "pause_after"]

LEASE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 10
_AT_ONCE: Final = 100
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180, 360, 720, 1440))


def due_ids(wiring: Wiring, kind: RecordKind[Any], *conditions: Condition) -> list[str]:  # any record class
    """Return the ids of some rows whose turn it is, in an order of one's own, so that relays seldom meet."""
    ids = [row.id for row in _due(wiring, kind, conditions)]
    random.shuffle(ids)
    return ids


def due_notices(wiring: Wiring) -> list[str]:
    """Return the ids of some notices whose turn it is: one's own order of people, and theirs in order of what was."""
    theirs = defaultdict[KeyValue, list[str]](list)
    for row in sorted(_due(wiring, NOTICE, ()), key=_place):
        theirs[row.keys[NoticeKeys.PERSON]].append(row.id)
    people = list(theirs.values())
    random.shuffle(people)
    return list(chain.from_iterable(people))


def _place(row: Row) -> int:
    place = row.keys[NoticeKeys.PLACE]
    return place if isinstance(place, int) else 0


def _due(wiring: Wiring, kind: RecordKind[Any], conditions: Sequence[Condition]) -> list[Row]:  # any record class
    with wiring.records.transaction(wiring.tenant) as tx:
        now = wiring.clock.now()
        where = AllOf([Eq("state", "waiting"), *conditions, Range("due_at", at_most=now)])
        return tx.find(Query(kind.name, where=where, order=OrderBy("due_at"), limit=_AT_ONCE))


def pause_after(attempts: int, asked: float | None = None) -> timedelta:
    """Return how long to wait after so many attempts, and at least as long as was asked for."""
    pause = _PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1]
    wanted = timedelta(seconds=min(max(asked or 0.0, 0.0), 86400.0))
    return max(pause, wanted)
