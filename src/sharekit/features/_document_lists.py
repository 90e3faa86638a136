"""
Lists of documents: pages of the catalog, narrowed to documents, with what is known of each.
"""

from collections.abc import Callable, Sequence

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.features._access_facts import client_facts, scope_of, settings_of, viewer_of
from sharekit.features._lists import ListRequest, list_for, list_for_staff
from sharekit.features._predicates import conditions_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import judge
from sharekit.policies.visibility import visible_to
from sharekit.ports import AnyOf, Condition, In, InSelect, Select
from sharekit.records.catalog import Visibility
from sharekit.records.decisions import Action
from sharekit.records.documents import DocumentItem, DocumentKeys, DocumentPage
from sharekit.records.lists import Page, PortalItem
from sharekit.records.parties import Contact, Principal

__all__ = ["documents_for", "documents_of_contacts"]


def documents_for(wiring: Wiring, unit: Unit, reader: Principal, request: ListRequest) -> DocumentPage:
    """Return a page of the documents that whoever reads may view; a client's own uploads are marked."""
    page = list_for(wiring, unit, reader, request)
    return _page(page, _items(unit, page.items, for_client=isinstance(reader, Contact)))


def documents_of_contacts(
    wiring: Wiring, unit: Unit, contacts: Sequence[Contact], by: Principal, request: ListRequest
) -> DocumentPage:
    """Return a page of what these contacts can see or have uploaded, as far as staff may view it."""
    settings = settings_of(unit)
    scope = scope_of(wiring, settings)
    viewers = {
        contact.key: viewer
        for contact in contacts
        if (viewer := viewer_of(wiring, unit, contact, settings, with_colleagues=True)) is not None
    }
    uploaded = InSelect(
        "id", Select(DocumentKeys.KIND, "id", In(DocumentKeys.UPLOADER, [each.key for each in contacts]))
    )
    concerning: list[Condition] = [
        visible_to(scope, viewer, unit.now, conditions_of(wiring, scope, viewer, unit.now))
        for viewer in viewers.values()
    ]
    page = list_for_staff(
        wiring,
        unit,
        by,
        request,
        also=AnyOf([uploaded, *concerning]),
        named=tuple(sorted(contact.key for contact in contacts)),
    )
    items = _items(unit, page.items, for_client=False)

    def sees(contact: Contact, item: DocumentItem) -> bool:
        facts = client_facts(wiring, unit, scope, viewers.get(contact.key), unit.get(CATALOG_ENTRY, item.ref.key))
        return judge(scope, Action.VIEW, facts).allowed

    return _page(page, [_concerning(item, contacts, sees) for item in items])


def _concerning(
    item: DocumentItem, contacts: Sequence[Contact], sees: Callable[[Contact, DocumentItem], bool]
) -> DocumentItem:
    concerned = [contact for contact in contacts if contact == item.uploader or sees(contact, item)]
    return attrs.evolve(item, contacts=tuple(Contact(contact.id) for contact in concerned))


def _page(page: Page, items: Sequence[DocumentItem]) -> DocumentPage:
    return DocumentPage(
        items=tuple(items),
        next=page.next,
        previous=page.previous,
        total=page.total,
        total_is_capped=page.total_is_capped,
    )


def _items(unit: Unit, listed: Sequence[PortalItem], *, for_client: bool) -> list[DocumentItem]:
    keys = [] if for_client else [item.ref.key for item in listed]
    hidden = {entry.ref for entry in unit.get_many(CATALOG_ENTRY, keys) if not entry.shown}
    return [
        DocumentItem(
            ref=item.ref,
            name=facts.name,
            container=item.container,
            size=facts.size,
            media_type=facts.media_type,
            version=facts.version,
            scan=facts.scan,
            activity=item.activity,
            created_at=item.created_at,
            uploaded=facts.uploaded,
            uploader=facts.uploader,
            visibility=Visibility.INTERNAL if item.ref in hidden else Visibility.CLIENT,
        )
        for item in listed
        if (facts := item.document) is not None
    ]
