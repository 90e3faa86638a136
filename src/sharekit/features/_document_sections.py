"""
Fills the sections that list documents with what their reader may have.
"""

from collections.abc import Sequence
from typing import Final

from sharekit.features._document_lists import documents_for
from sharekit.features._link_documents import documents_of_link
from sharekit.features._lists import ListRequest
from sharekit.features._unit import Wiring
from sharekit.records.catalog import ResourceRef
from sharekit.records.declarations import Section, SectionContext
from sharekit.records.documents import DOCUMENT, DocumentPage, DocumentSection
from sharekit.records.lists import Order
from sharekit.records.parties import LinkHolder

__all__ = ["with_documents"]

_MOST: Final = 200


def with_documents(wiring: Wiring, shown: Sequence[tuple[str, Section]]) -> Sequence[tuple[str, Section]]:
    """Return sections of which those that list documents know how to."""
    # A plain loop: this stands on the path of every opening of a link.
    for _, section in shown:
        if isinstance(section, DocumentSection):
            return [(name, _filled(wiring, each)) for name, each in shown]
    return shown


def _filled(wiring: Wiring, section: Section) -> Section:
    if not isinstance(section, DocumentSection):
        return section

    def load(ref: ResourceRef, context: SectionContext) -> DocumentPage:
        return _listed(wiring, ref, context)

    return Section(section.title, load=load, client=section.client, titles=section.titles)


def _listed(wiring: Wiring, ref: ResourceRef, context: SectionContext) -> DocumentPage:
    principal = context.principal
    with wiring.reading() as unit:
        if isinstance(principal, LinkHolder):
            return documents_of_link(wiring, unit, principal)
        request = ListRequest(
            kind=DOCUMENT,
            container=ref,
            order=Order.NAME,
            descending=False,
            search=None,
            after=None,
            limit=_MOST,
            count=False,
            locale=context.locale,
        )
        return documents_for(wiring, unit, principal, request)
