"""
Renames documents, takes them from portals, and removes them.
"""

import attrs

from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._documents import doom_all, found, hidden, retitled
from sharekit.features._facts import chain_of, require
from sharekit.features._grants import grants_on, take
from sharekit.features._tree import held, keep_entry, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import DocumentId
from sharekit.records import events
from sharekit.records.catalog import Inheritance, Visibility
from sharekit.records.documents import Document, document_ref
from sharekit.records.parties import Principal, Right
from sharekit.screening import clean_name

__all__ = ["remove_document", "rename_document", "unshare_document"]


def rename_document(wiring: Wiring, id_: DocumentId, name: str, *, by: Principal) -> Document:
    """Give a document another name; see `Documents.rename`."""
    cleaned = clean_name(name)

    def work(unit: Unit) -> Document:
        before, chain = found(unit, id_)
        require(wiring, unit, by, Right.EDIT, before.ref, chain=chain)
        ending = clean_name(before.name).extension
        if cleaned.extension != ending:
            raise InvalidInputError("name", f"needs the same ending as before: {ending!r}")
        after = attrs.evolve(before, name=cleaned.display)
        if after != before:
            unit.put(DOCUMENT_ROW, after)
            retitled(unit, chain[0], after.name)
            unit.emit(events.DocumentRenamed(tenant=unit.tenant, at=unit.now, by=by, ref=after.ref))
        return after

    return wiring.write(work)


def remove_document(wiring: Wiring, id_: DocumentId, *, by: Principal) -> None:
    """Remove a document; see `Documents.remove`."""
    ref = document_ref(id_)

    def work(unit: Unit) -> None:
        before, chain = unit.get(DOCUMENT_ROW, ref.key), chain_of(unit, ref)
        if before is None or not chain:
            raise NotFoundError("document", ref.key)
        require(wiring, unit, by, Right.MANAGE, ref, chain=chain)
        if before.removed_at is not None:
            return
        doom_all(unit, before)
        unit.put(DOCUMENT_ROW, attrs.evolve(before, removed_at=unit.now))
        if chain[0].removed_at is None:
            keep_entry(unit, chain[0], attrs.evolve(chain[0], removed_at=unit.now))
        unit.emit(events.DocumentRemoved(tenant=unit.tenant, at=unit.now, by=by, ref=ref))

    wiring.write(work)


def unshare_document(wiring: Wiring, id_: DocumentId, *, by: Principal) -> Document:
    """Take a document from every portal; see `Documents.unshare`."""

    def work(unit: Unit) -> Document:
        held(unit, document_ref(id_))
        document, chain = found(unit, id_)
        require(wiring, unit, by, Right.SHARE, document.ref, chain=chain)
        before, above = chain[0], chain[1] if len(chain) > 1 else None
        grants = grants_on(unit, before)
        for grant in grants:
            take(unit, grant, by)
        after = settled(attrs.evolve(before, visibility=Visibility.INTERNAL, inherits=Inheritance.CLOSED), above)
        if after != before or grants:
            hidden(unit, before, after, by)
            unit.emit(events.DocumentUnshared(tenant=unit.tenant, at=unit.now, by=by, ref=document.ref))
        return document

    return wiring.write(work)
