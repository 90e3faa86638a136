"""
Finds the things that a client may view: by one question to the store, or thing by thing where it takes the host's word.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.features._access_facts import client_facts
from sharekit.features._predicates import conditions_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import Viewer, judge
from sharekit.policies.visibility import visible_to
from sharekit.ports import AllOf, Condition, OrderBy, Position
from sharekit.records.catalog import CatalogEntry
from sharekit.records.decisions import Action
from sharekit.records.scopes import PortalScope

__all__ = ["VisibleThings"]

_AT_ONCE: Final = 200


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
