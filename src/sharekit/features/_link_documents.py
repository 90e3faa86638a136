"""
Documents by read links: which ones a link lists, and whether its holder may read one.
"""

from typing import Final

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.features._access_facts import settings_of
from sharekit.features._document_facts import facts_of_documents
from sharekit.features._link_facts import LinkFacts, judge, read_link_facts, with_recipient
from sharekit.features._tree import as_it_lies
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ReadLinkId
from sharekit.policies.links import LinkRefusal, judge_document, listed_by
from sharekit.ports import OrderBy
from sharekit.records.catalog import EntryKeys, ResourceRef
from sharekit.records.decisions import Decision
from sharekit.records.documents import DocumentItem, DocumentPage, DocumentSection
from sharekit.records.parties import LinkHolder

__all__ = ["decide_for_link", "documents_of_link"]

_MOST: Final = 200


def decide_for_link(wiring: Wiring, unit: Unit, holder: LinkHolder, ref: ResourceRef) -> Decision:
    """Decide whether the holder of a link may read a document now; whoever asks has seen the secret of the link."""
    facts, refusal = _read(wiring, unit, holder)
    entry = unit.get(CATALOG_ENTRY, ref.key)
    shows = _shows_documents(facts)
    decision = judge_document(facts.link, refusal, entry, shows_documents=shows)
    if not decision or entry is None or not settings_of(unit).moving:
        return decision
    # What stands in an entry may follow from its old place: only what both let them see (`_moving`).
    return judge_document(facts.link, refusal, as_it_lies(unit, entry), shows_documents=shows)


def documents_of_link(wiring: Wiring, unit: Unit, holder: LinkHolder) -> DocumentPage:
    """Return the documents that the holder of a link may read now, by name."""
    facts, refusal = _read(wiring, unit, holder)
    if facts.link is None or refusal not in {None, LinkRefusal.EXHAUSTED} or not _shows_documents(facts):
        return DocumentPage(items=())
    entries = unit.find(CATALOG_ENTRY, listed_by(facts.link), order=OrderBy(EntryKeys.CLIENT_NAME), limit=_MOST)
    if settings_of(unit).moving:
        entries = [
            entry
            for entry in entries
            if judge_document(facts.link, refusal, as_it_lies(unit, entry), shows_documents=True)
        ]
    known = facts_of_documents(unit, [entry.ref for entry in entries], holder)
    return DocumentPage(
        items=tuple(
            DocumentItem(
                ref=entry.ref,
                name=document.name,
                container=None,
                size=document.size,
                media_type=document.media_type,
                version=document.version,
                scan=document.scan,
                activity=entry.client_activity or entry.created_at,
                created_at=entry.created_at,
                uploaded=False,
            )
            for entry in entries
            if (document := known.get(entry.ref)) is not None
        )
    )


def _read(wiring: Wiring, unit: Unit, holder: LinkHolder) -> tuple[LinkFacts, LinkRefusal | None]:
    facts = with_recipient(wiring, read_link_facts(wiring, unit.tx, ReadLinkId(holder.id)))
    generation = 0 if facts.link is None else facts.link.generation
    return facts, judge(wiring, facts, generation, unit.now)


def _shows_documents(facts: LinkFacts) -> bool:
    return any(isinstance(section, DocumentSection) for _, section in facts.shown)
