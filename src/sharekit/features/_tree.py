"""
Keeps what follows for a thing from what it lies in: whether it is veiled, and from where grants reach it.

Both stand in each entry, so that a decision need not climb, and a list need not join. A change
further up is carried down in the same transaction, but for a large thing that moves, whose content
follows in parts (`_moving`).
"""

from collections.abc import Iterable, Iterator

import attrs

from sharekit.codec.kinds import ANCESTRY, CATALOG_ENTRY, ancestry_id
from sharekit.features._facts import MAX_DEPTH, chain_of
from sharekit.features._unit import Unit
from sharekit.ports import In
from sharekit.records.catalog import Ancestry, CatalogEntry, EntryKeys, Inheritance, ResourceRef

__all__ = [
    "as_it_lies",
    "children_of",
    "descendants_of",
    "held",
    "keep_alone",
    "keep_entry",
    "passes_on",
    "settled",
]

_IDS_AT_ONCE = 500


def settled(entry: CatalogEntry, container: CatalogEntry | None) -> CatalogEntry:
    """Return an entry with what follows from the container that it names, which is None when that is not there."""
    if entry.container is None:
        return attrs.evolve(entry, veiled=False, reached_from=())
    if container is None or container.incarnation != entry.container_incarnation or container.removed_at is not None:
        return attrs.evolve(entry, veiled=True, reached_from=())
    reached = (container.node, *container.reached_from) if entry.inherits is Inheritance.OPEN else ()
    return attrs.evolve(entry, veiled=not container.shown, reached_from=reached)


def as_it_lies(unit: Unit, entry: CatalogEntry) -> CatalogEntry:
    """Return an entry with what follows from all that it lies in now, whatever stands in it; climbs up there."""
    chain = chain_of(unit, entry.ref)
    lying = settled(chain[-1], None)
    for each in reversed(chain[:-1]):
        lying = settled(each, lying)
    return lying


def keep_entry(unit: Unit, before: CatalogEntry | None, after: CatalogEntry) -> list[CatalogEntry]:
    """
    Put an entry, which is settled, and carry down what follows from its change.

    Returns:
        The entries that clients could be shown before, and cannot now.
    """
    keep_alone(unit, before, after)
    if before is None or not passes_on(before, after):
        return []
    hidden = [after] if before.shown and not after.shown else []
    changed = [after]
    while changed:
        containers = {entry.ref.key: entry for entry in changed}
        changed = []
        for child in children_of(unit, containers):
            anew = settled(child, containers[child.container.key] if child.container else None)
            if anew != child:
                keep_alone(unit, child, anew)
                changed.append(anew)
                if child.shown and not anew.shown:
                    hidden.append(anew)
    return hidden


def children_of(unit: Unit, containers: Iterable[str]) -> Iterator[CatalogEntry]:
    """Return the entries that name one of these containers by its key, removed ones too."""
    keys = list(containers)
    for start in range(0, len(keys), _IDS_AT_ONCE):
        yield from unit.find(CATALOG_ENTRY, In(EntryKeys.CONTAINER, keys[start : start + _IDS_AT_ONCE]))


def held(unit: Unit, ref: ResourceRef | None) -> None:
    """
    Take hold of a thing's row before it is read, for what is made to depend on how the thing is now.

    Whoever hides a thing carries that down to what he sees in it, and ends the links that he sees.
    He and whoever puts something into it, or makes a link to it, both change this row: one of
    them waits for the other and then reads what he left, or begins again.
    """
    if ref is not None:
        unit.bump(CATALOG_ENTRY, ref.key, EntryKeys.CHILDREN, None)


def descendants_of(unit: Unit, entry: CatalogEntry) -> Iterator[CatalogEntry]:
    """Return what lies in a thing at any depth and is there, the nearest first."""
    level = [entry]
    for _ in range(MAX_DEPTH):
        containers = {each.ref.key: each.incarnation for each in level}
        level = [
            child
            for child in children_of(unit, containers)
            if child.removed_at is None
            and child.container is not None
            and containers[child.container.key] == child.container_incarnation
        ]
        yield from level


def passes_on(before: CatalogEntry, after: CatalogEntry) -> bool:
    """Say whether a change of an entry means something for what lies in it."""
    return _passed_on(before) != _passed_on(after)


def _passed_on(entry: CatalogEntry) -> tuple[object, ...]:
    return entry.shown, entry.removed_at, entry.node, entry.reached_from


def keep_alone(unit: Unit, before: CatalogEntry | None, after: CatalogEntry) -> None:
    """Put an entry, which is settled, with the rows of what reaches it, and leave what lies in it as it is."""
    unit.put(CATALOG_ENTRY, after)
    was = set() if before is None else set(before.reached_from)
    for ancestor in was.symmetric_difference(after.reached_from):
        ancestry = Ancestry(tenant=unit.tenant, entry=after.id, ancestor=ancestor)
        known = unit.get(ANCESTRY, ancestry_id(ancestry))
        if ancestor in was and known is not None:
            unit.delete(ANCESTRY, ancestry_id(ancestry))
        elif ancestor not in was and known is None:
            unit.put(ANCESTRY, ancestry)
