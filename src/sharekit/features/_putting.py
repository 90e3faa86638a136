"""
A thing is entered in the catalog, or its entry brought up to date.
"""

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.errors import InvalidInputError
from sharekit.features._entering import drafted, end_links, open_container
from sharekit.features._facts import chain_of, require
from sharekit.features._parties import active_contact
from sharekit.features._tree import held, keep_entry, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, CatalogItem, ResourceRef
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import Contact, Principal, Right, Staff
from sharekit.records.unset import UNSET, Unset

__all__ = ["entered_in", "put_item"]


def put_item(wiring: Wiring, unit: Unit, item: CatalogItem, by: Principal) -> CatalogEntry:
    """Enter a thing, or bring its entry up to date; see `Catalog.put`."""
    before = unit.get(CATALOG_ENTRY, item.ref.key)
    _require_not_of_documents(before, item)
    if before is None or before.removed_at is not None:
        draft, above = _new(wiring, unit, item, before=before, by=by)
    else:
        draft, above = _edited(wiring, unit, before, item, by)
    after = attrs.evolve(
        draft,
        client_title=draft.client_title if item.client_title is UNSET else item.client_title,
        owner=draft.owner if item.owner is UNSET else _key(item.owner),
        requester=draft.requester if item.requester is UNSET else _known(wiring, unit, draft, item.requester),
        visibility=draft.visibility if item.visibility is UNSET else item.visibility,
        new_children=draft.new_children if item.new_children is UNSET else item.new_children,
    )
    after = settled(after, above)
    changed = _changed(before, after)
    if changed:
        end_links(unit, keep_entry(unit, before, after), by)
        unit.emit(
            events.ResourcePut(
                tenant=unit.tenant,
                at=unit.now,
                by=by,
                ref=item.ref,
                created=before is None or before.removed_at is not None,
                changed=changed,
                visibility=after.visibility,
            )
        )
    return after


def _known(wiring: Wiring, unit: Unit, draft: CatalogEntry, requester: Contact | None) -> Contact | None:
    """Return the reference alone: what else is known of a contact is not the entry's to keep."""
    if requester is None or requester == draft.requester:
        return draft.requester if requester else None
    return Contact(active_contact(wiring, unit, requester, field="requester").id)


def _new(
    wiring: Wiring,
    unit: Unit,
    item: CatalogItem,
    *,
    before: CatalogEntry | None,
    by: Principal,
) -> tuple[CatalogEntry, CatalogEntry | None]:
    ref = item.ref
    container = item.container if isinstance(item.container, ResourceRef) else None
    require(wiring, unit, by, Right.VIEW, ref, chain=())
    held(unit, container)
    above = entered_in(wiring, unit, container, by)
    owner = by.key if isinstance(by, Staff) else None
    draft = drafted(unit, ref, item.title, above, owner=owner, earlier=before)
    return draft, above[0] if above else None


def _edited(
    wiring: Wiring, unit: Unit, before: CatalogEntry, item: CatalogItem, by: Principal
) -> tuple[CatalogEntry, CatalogEntry | None]:
    chain = chain_of(unit, before.ref)
    require(wiring, unit, by, Right.EDIT, before.ref, chain=chain)
    if isinstance(item.container, ResourceRef) and item.container != before.container:
        raise InvalidInputError("container", "is another one than before; use move()")
    if item.owner is not UNSET and _key(item.owner) != before.owner:
        require(wiring, unit, by, Right.MANAGE, before.ref, chain=chain)
    return attrs.evolve(before, title=item.title), chain[1] if len(chain) > 1 else None


def entered_in(wiring: Wiring, unit: Unit, container: ResourceRef | None, by: Principal) -> tuple[CatalogEntry, ...]:
    """Return a container that somebody may put things into, with all that it lies in; nothing for the top."""
    if container is None:
        return ()
    wiring.kind_of(container)
    above = open_container(unit, container)
    require(wiring, unit, by, Right.EDIT, container, chain=above)
    return above


def _require_not_of_documents(before: CatalogEntry | None, item: CatalogItem) -> None:
    """Refuse to enter a document without its bytes, and to call it otherwise than its file."""
    if item.ref.kind != DOCUMENT:
        return
    if before is None or before.removed_at is not None:
        raise InvalidInputError("ref", "is a document; use documents.add()")
    if item.title != before.title or item.client_title not in {UNSET, before.client_title}:
        raise InvalidInputError("title", "is the name of a document; use documents.rename()")


def _key(owner: Staff | None | Unset) -> str | None:
    return owner.key if isinstance(owner, Staff) else None


def _changed(before: CatalogEntry | None, after: CatalogEntry) -> frozenset[str]:
    if before is None:
        return frozenset({"title"})
    names = (
        "title",
        "client_title",
        "container",
        "owner",
        "requester",
        "visibility",
        "new_children",
        "incarnation",
        "removed_at",
    )
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))
