"""
Removes documents that lie in something that was removed.

They are dead from that instant on, for everybody. Staff who answer for one may move it out of there for a while;
then it is removed, and its bytes go as those of any other removed document.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.features._documents import doom_all
from sharekit.features._facts import MAX_DEPTH
from sharekit.features._tree import keep_entry
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import AllOf, Eq, OrderBy, Position
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, EntryKeys
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import System

__all__ = ["dead_documents", "remove_dead"]

_SWEEP = System("sweep")
_AT_ONCE = 200


def dead_documents(wiring: Wiring, before: datetime) -> Iterator[str]:
    """Yield the key of each document that lies in something that was removed before an instant."""
    # What lies in something that was removed is not shown; so are internal documents, which are looked at too.
    hidden = AllOf([Eq(EntryKeys.KIND, DOCUMENT), Eq(EntryKeys.SHOWN, False), Eq(EntryKeys.REMOVED, False)])  # noqa: FBT003  # the value of a key
    after: Position | None = None
    while True:
        with wiring.reading() as unit:
            entries = unit.find(CATALOG_ENTRY, hidden, order=OrderBy(), after=after, limit=_AT_ONCE)
            known: dict[str, CatalogEntry | None] = {}
            yield from [entry.ref.key for entry in entries if _is_dead(unit, entry, before, known)]
        if len(entries) < _AT_ONCE:
            return
        after = Position(entries[-1].id, entries[-1].id)


def remove_dead(unit: Unit, keys: Iterable[str], before: datetime) -> int:
    """Remove those of some documents that are dead still, and return how many those are."""
    removed = 0
    for key in keys:
        entry, document = unit.get(CATALOG_ENTRY, key), unit.get(DOCUMENT_ROW, key)
        if entry is None or entry.removed_at is not None or not _is_dead(unit, entry, before, {}):
            continue
        keep_entry(unit, entry, attrs.evolve(entry, removed_at=unit.now))
        if document is not None and document.removed_at is None:
            doom_all(unit, document)
            unit.put(DOCUMENT_ROW, attrs.evolve(document, removed_at=unit.now))
        unit.emit(events.DocumentRemoved(tenant=unit.tenant, at=unit.now, by=_SWEEP, ref=entry.ref))
        removed += 1
    return removed


def _is_dead(unit: Unit, entry: CatalogEntry, before: datetime, known: dict[str, CatalogEntry | None]) -> bool:
    """Say whether something that an entry lies in, at any depth, was removed before an instant."""
    for _ in range(MAX_DEPTH + 1):
        if entry.container is None:
            return False
        key = entry.container.key
        if key not in known:
            known[key] = unit.get(CATALOG_ENTRY, key)
        above = known[key]
        if above is None:
            return False
        if above.incarnation != entry.container_incarnation:
            # The container that it was put into is gone at the latest since there is another one of that id.
            return (above.revived_at or above.created_at) <= before
        if above.removed_at is not None:
            return above.removed_at <= before
        entry = above
    return False
