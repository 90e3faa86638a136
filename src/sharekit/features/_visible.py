"""
Finds the things that a client may view: by one question to the store, or thing by thing where it takes the host's word.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.features._access_facts import client_facts
from sharekit.features._predicates import conditions_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import Viewer, judge
from sharekit.policies.visibility import visible_to
from sharekit.ports import AllOf, Condition, OrderBy, Position, Query
from sharekit.records.catalog import CatalogEntry, EntryKeys
from sharekit.records.decisions import Action
from sharekit.records.scopes import PortalScope

__all__ = ["Line", "VisibleThings"]

_AT_ONCE: Final = 200
_SAID: Final = ("id", EntryKeys.CLIENT_TITLE, EntryKeys.CLIENT_ACTIVITY, EntryKeys.CREATED_AT)


# Any: values of every key type
Line = Sequence[Any]
"""
What a list says of a thing to a client.

That is the id of its entry; its title, or None where clients have none; when something last happened to it,
of what they may know; when it was first put; and by what it is sorted. What follows has no meaning.
"""


def _line_of(entry: CatalogEntry, by: str) -> Line:
    keys = CATALOG_ENTRY.keys(entry)
    return (entry.id, entry.client_title, entry.client_activity or entry.created_at, entry.created_at, keys[by])


@attrs.frozen
class VisibleThings:
    """What one client may view, in one unit."""

    wiring: Wiring
    unit: Unit
    scope: PortalScope
    viewer: Viewer

    def find(
        self,
        narrowed: Iterable[Condition] = (),
        *,
        order: OrderBy | None = None,
        after: Position | None = None,
        limit: int | None = None,
    ) -> list[CatalogEntry]:
        """Return those that meet more conditions, in an order, from a place on."""
        where, by_things = self._where(narrowed)
        if not by_things:
            return self.unit.find(CATALOG_ENTRY, where, order=order, after=after, limit=limit)
        found: list[CatalogEntry] = []
        for entry in self._judged(where, order or OrderBy(), after):
            found.append(entry)
            if len(found) == limit:
                break
        return found

    def lines(self, narrowed: Iterable[Condition], *, order: OrderBy, after: Position | None, limit: int) -> list[Line]:
        """Return what a list says of those that `find` would return."""
        where, by_things = self._where(narrowed)
        if not by_things:
            query = Query(CATALOG_ENTRY.name, where=where, order=order, after=after, limit=limit)
            return [*self.unit.pick(query, (*_SAID, order.key))]
        judged = islice(self._judged(where, order, after), limit)
        return [_line_of(entry, order.key) for entry in judged]

    def count(self, narrowed: Iterable[Condition], limit: int) -> int:
        """Return how many there are, and count no further than the limit."""
        where, by_things = self._where(narrowed)
        if not by_things:
            return self.unit.count(CATALOG_ENTRY, where, limit)
        return sum(1 for _, _ in zip(range(limit), self._judged(where, OrderBy(), None), strict=False))

    def _where(self, narrowed: Iterable[Condition]) -> tuple[Condition, bool]:
        conditions = conditions_of(self.wiring, self.scope, self.viewer, self.unit.now)
        visible = visible_to(self.scope, self.viewer, self.unit.now, conditions)
        # Amid moves, what stands in an entry is not the last word on it.
        return AllOf((visible, *narrowed)), None in conditions.values() or self.viewer.amid_moves

    def _judged(self, where: Condition, order: OrderBy, after: Position | None) -> Iterator[CatalogEntry]:
        while True:
            some = self.unit.find(CATALOG_ENTRY, where, order=order, after=after, limit=_AT_ONCE)
            for entry in some:
                facts = client_facts(self.wiring, self.unit, self.scope, self.viewer, entry)
                if judge(self.scope, Action.VIEW, facts):
                    yield entry
            if len(some) < _AT_ONCE:
                return
            last = some[-1]
            keys = CATALOG_ENTRY.keys(last)
            after = Position(last.id if order.key == "id" else keys[order.key], last.id)
