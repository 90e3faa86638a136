"""
Brings along what lies in a thing that moves: at once when it is little, and otherwise in parts.

The thing itself moves in one transaction, which brings along as much as one may; what is left is
noted, container by container, and each further part is a transaction of its own. Whoever comes next
goes on from there: the verb itself, the next move, or the sweep. So a crash leaves nothing to undo.

Until all is brought along, `PortalSettings.moving` says so. Entries that were not reached yet still
say what followed from the old place; every decision then looks at what they lie in now as well, and
lets a client see only what both let them see.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, UNSETTLED
from sharekit.codec.kinds_of_sharing import PORTAL_SETTINGS
from sharekit.errors import ConflictError
from sharekit.features._access_facts import settings_of
from sharekit.features._entering import end_links
from sharekit.features._tree import keep_alone, passes_on, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import EntryId
from sharekit.ports import AllOf, Condition, Eq, In, InSelect, OrderBy, Position, Select
from sharekit.records.catalog import CatalogEntry, EntryKeys, ResourceRef
from sharekit.records.moves import UnsettledContent, UnsettledKeys
from sharekit.records.parties import Principal, parse_party

__all__ = ["bring_along", "bring_the_rest", "is_moving", "lies_deeper"]

_ENTRIES_AT_ONCE: Final = 500
_CONTAINERS_AT_ONCE: Final = 100
_LEVELS_AT_ONCE: Final = 6  # a store bounds how deep a question nests


def bring_along(unit: Unit, before: CatalogEntry, after: CatalogEntry, by: Principal) -> None:
    """Put the entry of what moves, which is settled, and bring along as much as one transaction may."""
    keep_alone(unit, before, after)
    bringing = _Bringing(unit, unit.at_once)
    if before.shown and not after.shown:
        bringing.hidden.append(after)
    left: list[UnsettledContent] = []
    if passes_on(before, after):
        whole = UnsettledContent(
            tenant=unit.tenant, container=after.ref, moved=after.ref, by=by.key, hidden=not after.shown
        )
        left = bringing.content_of([whole])
    end_links(unit, bringing.hidden, by)
    if left:
        _note(unit, left)
        settings = settings_of(unit)
        # Put also where it says so already: whoever is about to say that all is done begins again.
        unit.put(PORTAL_SETTINGS, attrs.evolve(settings, moving=_with(settings.moving, after.ref.key)))


def is_moving(unit: Unit) -> bool:
    """Say whether something was not brought along yet."""
    return bool(settings_of(unit).moving)


def bring_the_rest(wiring: Wiring) -> None:
    """Bring along what is left of every move, in parts that are each a transaction of their own."""
    try:
        while wiring.write(_bring_a_part):
            pass
    except ConflictError:
        # Somebody else is at it, and goes on. If they do not, readers are safe, and the sweep comes by.
        return


def _bring_a_part(unit: Unit) -> bool:
    """Bring some more along; say whether there may be more."""
    if not is_moving(unit):
        return False
    rows = unit.find(UNSETTLED, AllOf(), limit=_CONTAINERS_AT_ONCE)
    if rows:
        first = rows[0]
        together = [row for row in rows if (row.after, row.moved, row.by) == (first.after, first.moved, first.by)]
        # Unchanged, but so that whoever changes one of them, or puts something into it, waits for this.
        for entry in unit.get_many(CATALOG_ENTRY, [row.id for row in together]):
            unit.put(CATALOG_ENTRY, entry)
        bringing = _Bringing(unit, unit.at_once)
        left = bringing.content_of(together)
        end_links(unit, bringing.hidden, parse_party(first.by))
        still = {row.id for row in left}
        for row in together:
            if row.id not in still:
                unit.delete(UNSETTLED, row.id)
        _note(unit, left)
    return _say_what_is_over(unit)


def _say_what_is_over(unit: Unit) -> bool:
    settings = settings_of(unit)
    left = tuple(key for key in settings.moving if unit.count(UNSETTLED, Eq(UnsettledKeys.MOVED, key), limit=1))
    if left != settings.moving:
        unit.put(PORTAL_SETTINGS, attrs.evolve(settings, moving=left))
    return bool(left)


def _note(unit: Unit, left: Iterable[UnsettledContent]) -> None:
    """Note what is left to do, beside what an earlier move left of the same."""
    for row in left:
        known = unit.get(UNSETTLED, row.id)
        hidden = row.hidden or (known is not None and known.hidden)
        unit.put(UNSETTLED, attrs.evolve(row, hidden=hidden))


def _with(keys: Sequence[str], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*keys, key]))


@attrs.define
class _Bringing:
    """
    Settles what lies in containers, level by level, up to a number of entries.

    Attributes:
        unit: The transaction.
        left: How many entries may still be looked at; None for all.
        hidden: The entries that clients could be shown before, and cannot now.
    """

    unit: Unit
    left: int | None
    hidden: list[CatalogEntry] = attrs.field(factory=list[CatalogEntry])

    def content_of(self, containers: list[UnsettledContent]) -> list[UnsettledContent]:
        """Settle what lies in these, whose entries say what is so, at any depth; return what is left to do."""
        waiting = deque([containers])
        while waiting and self.left != 0:
            rest, further = self._page(waiting.popleft())
            if rest:
                waiting.appendleft(rest)
            if further:
                waiting.append(further)
        return [row for rows in waiting for row in rows]

    def _page(self, rows: list[UnsettledContent]) -> tuple[list[UnsettledContent], list[UnsettledContent]]:
        """Settle some of what lies directly in these, from a place on; return what is left of it, and what follows."""
        unit, noted = self.unit, {row.id: row for row in rows}
        containers = {entry.id: entry for entry in unit.get_many(CATALOG_ENTRY, list(noted))}
        size = _ENTRIES_AT_ONCE if self.left is None else self.left
        inside, after = In(EntryKeys.CONTAINER, list(noted)), rows[0].after
        place = None if after is None else Position(after, after)
        found = unit.find(CATALOG_ENTRY, inside, order=OrderBy(), after=place, limit=size + 1)
        children = found[:size]
        further: list[UnsettledContent] = []
        for child in children:
            if child.container is not None:
                key = EntryId(child.container.key)
                further += self._child(child, containers.get(key), noted[key])
        if self.left is not None:
            self.left -= len(children)
        if len(found) == len(children):
            return [], self._with_content(further)
        return [attrs.evolve(row, after=children[-1].id) for row in rows], self._with_content(further)

    def _child(
        self, child: CatalogEntry, container: CatalogEntry | None, of: UnsettledContent
    ) -> Iterable[UnsettledContent]:
        anew = settled(child, container)
        hidden = of.hidden or not anew.shown
        if child.shown and hidden:
            self.hidden.append(anew)
        if anew != child:
            keep_alone(self.unit, child, anew)
        if passes_on(child, anew) or (child.shown and hidden):
            yield attrs.evolve(of, container=child.ref, after=None, hidden=hidden)

    def _with_content(self, rows: list[UnsettledContent]) -> list[UnsettledContent]:
        inside = In(EntryKeys.CONTAINER, [row.id for row in rows])
        return rows if rows and self.unit.count(CATALOG_ENTRY, inside, limit=1) else []


def lies_deeper(unit: Unit, ref: ResourceRef, levels: int) -> bool:
    """Say whether something lies more than so many levels below a thing."""
    return _lies_below(unit, [ref.key], levels + 1)


def _lies_below(unit: Unit, keys: Sequence[str], levels: int) -> bool:
    step = min(levels, _LEVELS_AT_ONCE)
    below: Condition = In(EntryKeys.CONTAINER, keys)
    for _ in range(step - 1):
        below = InSelect(EntryKeys.CONTAINER, Select(CATALOG_ENTRY.name, "id", below))
    if step == levels:
        return unit.count(CATALOG_ENTRY, below, limit=1) > 0
    after: Position | None = None
    while some := unit.find(CATALOG_ENTRY, below, after=after, limit=_ENTRIES_AT_ONCE):
        if _lies_below(unit, [entry.id for entry in some], levels - step):
            return True
        after = Position(some[-1].id, some[-1].id)
    return False
