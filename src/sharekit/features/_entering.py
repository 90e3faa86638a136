"""
Enters things into the catalog within a unit, and ends the links to what is hidden.
"""

from collections.abc import Sequence

from sharekit.codec.kinds import READ_LINK
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._facts import MAX_DEPTH, chain_of
from sharekit.features._link_rules import take_back
from sharekit.features._request_rules import end_requests
from sharekit.features._unit import Unit
from sharekit.ports import In
from sharekit.records.catalog import CatalogEntry, Inheritance, NewChildren, ResourceRef, Visibility
from sharekit.records.links import ReadLinkKeys
from sharekit.records.parties import Principal

__all__ = ["drafted", "end_links", "open_container"]

_IDS_AT_ONCE = 500


def open_container(unit: Unit, container: ResourceRef | None) -> tuple[CatalogEntry, ...]:
    """Return a container's entry and those above it; none where there is no container."""
    if container is None:
        return ()
    above = chain_of(unit, container)
    # What lies in something that was removed is dead, and takes in nothing: it could close a circle.
    if not above or above[0].removed_at is not None or above[-1].container is not None:
        raise NotFoundError("container", container.key)
    return above


def drafted(
    unit: Unit,
    ref: ResourceRef,
    title: str,
    above: Sequence[CatalogEntry],
    *,
    owner: str | None,
    earlier: CatalogEntry | None,
) -> CatalogEntry:
    """
    Return the entry of a new thing, with what its container says of new children; `settled` does the rest.

    Args:
        unit: Where.
        ref: What it is.
        title: As staff call it.
        above: What it lies in, from `open_container`.
        owner: The key of who answers for it.
        earlier: The entry of the earlier thing of this id, which was removed, or None.
    """
    if ref in {entry.ref for entry in above}:
        raise InvalidInputError("container", "is the thing itself")
    if len(above) > MAX_DEPTH:
        raise InvalidInputError("container", f"lies {MAX_DEPTH} containers deep, which is the limit")
    rule = above[0].new_children if above else NewChildren.INHERIT
    return CatalogEntry(
        tenant=unit.tenant,
        ref=ref,
        title=title,
        container=above[0].ref if above else None,
        container_incarnation=above[0].incarnation if above else 0,
        owner=owner,
        visibility=Visibility.INTERNAL if rule is NewChildren.HIDDEN else Visibility.CLIENT,
        inherits=Inheritance.PENDING if rule is NewChildren.ASK else Inheritance.OPEN,
        children=0 if earlier is None else earlier.children,
        incarnation=1 if earlier is None else earlier.incarnation + 1,
        created_at=unit.now,
    )


def end_links(unit: Unit, hidden: Sequence[CatalogEntry], by: Principal) -> None:
    """End the links to things that clients may no longer see, and the requests about them; nothing revives them."""
    keys = [entry.ref.key for entry in hidden]
    for start in range(0, len(keys), _IDS_AT_ONCE):
        for link in unit.find(READ_LINK, In(ReadLinkKeys.RESOURCE, keys[start : start + _IDS_AT_ONCE])):
            take_back(unit, link, by)
    end_requests(unit, hidden, by)
