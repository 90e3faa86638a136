"""
Adds documents and versions: takes the bytes, then enters what they are.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import attrs

from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.errors import InvalidInputError, NotFoundError, SharekitError, UploadRefusedError
from sharekit.features._document_files import open_document
from sharekit.features._document_sights import DocumentGlances
from sharekit.features._documents import (
    Once,
    document_id,
    entered,
    found,
    owner_above,
    require_contributing,
    retitled,
    touched,
    versioned,
)
from sharekit.features._entering import open_container
from sharekit.features._facts import chain_of, require, require_staff
from sharekit.features._grants import GrantTerms, followed, give
from sharekit.features._intake import Gate, Keep, Received, discard, outside, receive, settle, staff_gate
from sharekit.features._tree import held, keep_entry, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import DocumentId
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, Inheritance, ResourceRef, Visibility
from sharekit.records.documents import Document, Provenance, Source, Stream, Upload, document_ref
from sharekit.records.grants import Grant
from sharekit.records.parties import Contact, Organization, Principal, Right, Staff
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import Verdict

__all__ = ["add_document", "copy_document", "replace_document", "share_documents"]


def add_document(
    wiring: Wiring,
    glances: DocumentGlances,
    container: ResourceRef | None,
    upload: Upload,
    *,
    by: Principal,
    visibility: Visibility | None,
    policy: UploadPolicy | None,
    declared_size: int | None,
    idempotency_key: str | None,
) -> Document:
    """Take a file and enter it as a document; see `Documents.add`."""
    once = Once.checked("add", by, idempotency_key)
    if not glances.seems_to_take(wiring, by, container):
        _require_place(wiring, container, by)
    gate = _gate(wiring, upload.name, by, policy)
    place = "" if container is None else container.key
    received = _received(wiring, upload.stream, container, by=by, gate=gate, declared_size=declared_size)
    once = once.of(place, gate.name.display, received.file.sha256, str(visibility))

    def work(unit: Unit, keep: Keep) -> Document:
        earlier = once.earlier(unit)
        if earlier is not None:
            return _known(unit, earlier)
        document = _entered(wiring, unit, keep, received, container, by=by, visibility=visibility)
        once.note(unit, document.id)
        return document

    return settle(wiring, [received], work)


def share_documents(
    wiring: Wiring,
    items: Sequence[Upload | DocumentId],
    *,
    container: ResourceRef | None,
    to: Sequence[Contact | Organization],
    by: Principal,
    terms: GrantTerms,
    follow: bool,
) -> tuple[list[Document], list[Grant]]:
    """Enter new files and share them, with documents that are there, in one transaction; see `Documents.share`."""
    if any(isinstance(item, Upload) for item in items):
        _require_place(wiring, container, by)
    received = _received_all(wiring, [item for item in items if isinstance(item, Upload)], container, by)

    def work(unit: Unit, keep: Keep) -> tuple[list[Document], list[Grant]]:
        arrived = iter(received)
        documents: list[Document] = []
        grants: list[Grant] = []
        for item in items:
            if isinstance(item, Upload):
                documents.append(_entered(wiring, unit, keep, next(arrived), container, by=by, visibility=None))
            else:
                documents.append(found(unit, item)[0])
            entry = _shareable(wiring, unit, documents[-1], terms, by)
            for recipient in to:
                grants.append(give(wiring, unit, entry, recipient, terms, by=by))
                if follow and terms.visibility is Visibility.CLIENT:
                    followed(unit, entry, recipient, by)
        return documents, grants

    return settle(wiring, received, work)


def replace_document(
    wiring: Wiring,
    document: DocumentId,
    stream: Stream,
    *,
    name: str | None,
    by: Principal,
    declared_size: int | None,
    idempotency_key: str | None,
) -> Document:
    """Take a file and enter it as the next version of a document; see `Documents.replace`."""
    once = Once.checked("replace", by, idempotency_key)
    with wiring.reading() as unit:
        before, chain = found(unit, document)
        require(wiring, unit, by, Right.EDIT, before.ref, chain=chain)
        gate = staff_gate(wiring, before.name if name is None else name)
    received = _received(wiring, stream, before.ref, by=by, gate=gate, declared_size=declared_size)
    once = once.of(document, gate.name.display, received.file.sha256)

    def work(unit: Unit, keep: Keep) -> Document:
        held(unit, document_ref(document))
        now, chain = found(unit, document)
        require(wiring, unit, by, Right.EDIT, now.ref, chain=chain)
        if once.earlier(unit) is not None:
            return now
        file = keep(received)
        provenance = Provenance(source=Source.STAFF, sender=by.key)
        named = now.name if name is None else gate.name.display
        after = versioned(unit, now, file, named, by=by, provenance=provenance)
        if after.version == after.latest or named != now.name:
            retitled(unit, chain[0], named)
        else:
            touched(unit, chain[0], client=False)
        once.note(unit, after.id)
        return after

    return settle(wiring, [received], work)


def copy_document(wiring: Wiring, document: object, container: ResourceRef | None, *, by: Principal) -> Document:
    """Enter the bytes of a document as another one; see `Documents.copy`."""
    require_staff(by)
    _require_place(wiring, container, by)
    with open_document(wiring, None, document, by) as reader:
        original = reader.file
        gate = staff_gate(wiring, original.name)
        proved = Verdict(original.media_type, gate.name.extension, "attachment", original.inline)
        gate = attrs.evolve(gate, prove=lambda _file, _size: proved, look=None)
        received = receive(wiring, reader, by=by, gate=gate, declared_size=original.size)

    def work(unit: Unit, keep: Keep) -> Document:
        # Once more: what was taken from them meanwhile is not theirs to copy.
        _, chain = found(unit, document_id(unit.tenant, original.ref))
        require(wiring, unit, by, Right.VIEW, original.ref, chain=chain)
        provenance = Provenance(source=Source.LIBRARY, sender=by.key, copied_from=original.ref)
        return _entered(wiring, unit, keep, received, container, by=by, visibility=None, provenance=provenance)

    return settle(wiring, [received], work)


def _require_place(wiring: Wiring, container: ResourceRef | None, by: Principal) -> None:
    """Refuse before any bytes travel what would be refused afterwards."""
    if container is not None:
        wiring.kind_of(container)
    with wiring.reading() as unit:
        _place(wiring, unit, container, by)


def _place(wiring: Wiring, unit: Unit, container: ResourceRef | None, by: Principal) -> tuple[CatalogEntry, ...]:
    """Return what a new document is to lie in, when somebody may add to it."""
    if isinstance(by, Contact):
        if container is None:
            raise NotFoundError("container")
        require_contributing(wiring, unit, by, container)
        return open_container(unit, container)
    require_staff(by)
    above = open_container(unit, container)
    if container is not None:
        require(wiring, unit, by, Right.EDIT, container, chain=above)
    return above


def _gate(wiring: Wiring, name: str, by: Principal, policy: UploadPolicy | None) -> Gate:
    if isinstance(by, Contact):
        return outside(wiring, name, policy)
    if policy is not None:
        raise InvalidInputError("policy", "says what people outside may send; staff are not asked")
    return staff_gate(wiring, name)


def _received(
    wiring: Wiring,
    stream: Stream,
    place: ResourceRef | None,
    *,
    by: Principal,
    gate: Gate,
    declared_size: int | None = None,
) -> Received:
    try:
        return receive(wiring, stream, by=by, gate=gate, declared_size=declared_size)
    except UploadRefusedError as error:
        reason = str(error.reason)

        def note(unit: Unit) -> None:
            key = None if place is None else place.key
            unit.emit(events.UploadRefused(tenant=unit.tenant, at=unit.now, by=by, container=key, reason=reason))

        with suppress(SharekitError):  # the refusal is what counts
            wiring.write(note)
        raise


def _received_all(
    wiring: Wiring, uploads: Iterable[Upload], container: ResourceRef | None, by: Principal
) -> list[Received]:
    received: list[Received] = []
    try:
        for upload in uploads:
            gate = _gate(wiring, upload.name, by, None)
            received.append(_received(wiring, upload.stream, container, by=by, gate=gate))
    except Exception:
        for one in received:
            discard(wiring, one.file.id)
        raise
    return received


def _entered(
    wiring: Wiring,
    unit: Unit,
    keep: Keep,
    received: Received,
    container: ResourceRef | None,
    *,
    by: Principal,
    visibility: Visibility | None,
    provenance: Provenance | None = None,
) -> Document:
    held(unit, container)
    above = _place(wiring, unit, container, by)
    from_outside = isinstance(by, Contact)
    source = Source.PORTAL if from_outside else Source.STAFF
    creator = by.key if isinstance(by, Staff) else owner_above(above)
    return entered(
        wiring,
        unit,
        received,
        keep(received),
        above=above,
        by=by,
        creator=creator,
        visibility=visibility,
        provenance=provenance or Provenance(source=source, sender=by.key),
    )


def _known(unit: Unit, id_: DocumentId) -> Document:
    document = unit.get(DOCUMENT_ROW, document_ref(id_).key)
    if document is None:
        raise NotFoundError("document")
    return document


def _shareable(wiring: Wiring, unit: Unit, document: Document, terms: GrantTerms, by: Principal) -> CatalogEntry:
    """
    Return the entry of a document that *by* may share, so that clients may see it.

    One that was internal is opened to those alone whom it is shared with now: not to all who have what it lies in.
    """
    chain = chain_of(unit, document.ref)
    for right in terms.rights_needed:
        require(wiring, unit, by, right, document.ref, chain=chain)
    before = chain[0]
    if before.visibility is Visibility.CLIENT or terms.visibility is Visibility.INTERNAL:
        return before
    above = chain[1] if len(chain) > 1 else None
    after = settled(attrs.evolve(before, visibility=Visibility.CLIENT, inherits=Inheritance.CLOSED), above)
    keep_entry(unit, before, after)
    unit.emit(
        events.ResourcePut(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            ref=after.ref,
            created=False,
            changed=frozenset({"visibility"}),
            visibility=after.visibility,
        )
    )
    return after
