"""
Finds and keeps documents within a unit.
"""

from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_documents import DOCUMENT_ROW, REPEATED, STORED_FILE, VERSION
from sharekit.errors import InvalidInputError, KeyReusedError, NotAllowedError, NotFoundError
from sharekit.features._deciding import decide
from sharekit.features._entering import drafted, end_links
from sharekit.features._facts import chain_of
from sharekit.features._grants import GrantTerms, give
from sharekit.features._intake import Received, doom
from sharekit.features._tree import keep_entry, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import DocumentId, TenantId, deterministic_id, random_id
from sharekit.ports import Eq, OrderBy
from sharekit.records import checks, events
from sharekit.records.catalog import CatalogEntry, ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.documents import (
    DOCUMENT,
    Document,
    DocumentVersion,
    Provenance,
    Repeated,
    VersionKeys,
    document_ref,
    version_id,
)
from sharekit.records.files import ScanState, StoredFile
from sharekit.records.grants import Access, Children
from sharekit.records.parties import Contact, Principal, System

__all__ = [
    "Once",
    "document_id",
    "doom_all",
    "entered",
    "found",
    "hidden",
    "one_version",
    "owner_above",
    "require_contributing",
    "retitled",
    "titled",
    "touched",
    "versioned",
    "versions_of",
    "visible_or_absent",
]

_MAX_TITLE: Final = 200
_REMEMBERED: Final = timedelta(hours=24)
_PORTAL: Final = System("portal")
_OWN_UPLOAD: Final = GrantTerms(Access.VIEW, Visibility.CLIENT, Children.FUTURE, None)


def document_id(tenant: TenantId, document: object) -> DocumentId:
    """Return the id of what was named: a document, a reference to one, or an id."""
    if isinstance(document, Document):
        if document.tenant != tenant:
            raise NotFoundError("document", document.ref.key)
        return document.id
    if isinstance(document, ResourceRef):
        if document.kind != DOCUMENT:
            raise InvalidInputError("document", "is a reference to something else")
        return DocumentId(document.id)
    if not isinstance(document, str):
        raise InvalidInputError("document", "needs a Document, a ResourceRef to one, or its id")
    try:
        checks.identifier("document", document)
    except InvalidInputError:
        raise NotFoundError("document") from None
    return DocumentId(document)


def found(unit: Unit, id_: DocumentId) -> tuple[Document, tuple[CatalogEntry, ...]]:
    """Return a document that is there, with its entry and those above it."""
    document = unit.get(DOCUMENT_ROW, document_ref(id_).key)
    chain = chain_of(unit, document_ref(id_))
    gone = document is None or document.removed_at is not None
    if document is None or gone or not chain or chain[0].removed_at is not None or chain[-1].container is not None:
        raise NotFoundError("document", document_ref(id_).key)
    return document, chain


def visible_or_absent(wiring: Wiring, unit: Unit, by: Principal, id_: DocumentId) -> Document:
    """Return a document that somebody may view; any other is absent to them (R-AUTH-1, R-ENUM-1)."""
    decision = decide(wiring, unit, by, Action.VIEW, document_ref(id_))
    document = unit.get(DOCUMENT_ROW, document_ref(id_).key)
    if not decision or document is None or document.removed_at is not None:
        raise NotFoundError("document", document_ref(id_).key)
    return document


def require_contributing(wiring: Wiring, unit: Unit, by: Contact, container: ResourceRef) -> None:
    """Refuse a contact who may not add documents to a thing; to one who may not see it, it is absent (R-ENUM-1)."""
    may = decide(wiring, unit, by, Action.CONTRIBUTE, container)
    if not may:
        seen = decide(wiring, unit, by, Action.VIEW, container)
        raise NotAllowedError(str(may.reason)) if seen else NotFoundError("container", container.key)


def owner_above(chain: tuple[CatalogEntry, ...]) -> str | None:
    """Return the key of who answers for a thing: its owner, or the nearest one above."""
    return next((entry.owner for entry in chain if entry.owner is not None), None)


def entered(
    wiring: Wiring,
    unit: Unit,
    received: Received,
    file: StoredFile,
    *,
    above: tuple[CatalogEntry, ...],
    by: Principal,
    creator: str | None,
    visibility: Visibility | None,
    provenance: Provenance,
) -> Document:
    """
    Keep a new document with its first version and its entry; whoever uploaded it from outside may view it.

    Args:
        wiring: Where.
        unit: The transaction that kept the file.
        received: The file, as it came.
        file: The file, as it was kept.
        above: What it lies in, from `open_container`.
        by: Who adds it.
        creator: The key of who answers for it.
        visibility: Whether clients may ever see it; None for what the container says.
        provenance: Where it came from.
    """
    name = received.name.display
    document = Document(
        tenant=unit.tenant,
        id=DocumentId(random_id()),
        name=name,
        creator=creator,
        uploader=by.key if isinstance(by, Contact) else None,
        provenance=provenance,
        created_at=unit.now,
    )
    draft = drafted(unit, document.ref, titled(name), above, owner=creator, earlier=None)
    wanted = draft.visibility if visibility is None else visibility
    if file.scan is ScanState.INFECTED:
        wanted = Visibility.INTERNAL
    entry = settled(attrs.evolve(draft, client_title=titled(name), visibility=wanted), above[0] if above else None)
    keep_entry(unit, None, entry)
    unit.put(DOCUMENT_ROW, document)
    unit.put(VERSION, _version(document, 1, name, file, by=by, provenance=provenance))
    unit.emit(
        events.DocumentAdded(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            ref=document.ref,
            container=above[0].ref.key if above else None,
            source=provenance.source,
            size=file.size,
            scan=file.scan,
        )
    )
    if isinstance(by, Contact) and wanted is Visibility.CLIENT:
        give(wiring, unit, entry, Contact(by.id), _OWN_UPLOAD, by=_PORTAL)
    return document


def versioned(
    unit: Unit, document: Document, file: StoredFile, name: str, *, by: Principal, provenance: Provenance
) -> Document:
    """Keep a new version of a document, which readers get at once unless it waits for a scanner."""
    number = document.latest + 1
    after = attrs.evolve(document, latest=number, version=number if file.readable else document.version, name=name)
    unit.put(VERSION, _version(document, number, name, file, by=by, provenance=provenance))
    unit.put(DOCUMENT_ROW, after)
    unit.emit(
        events.DocumentReplaced(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            ref=document.ref,
            version=number,
            size=file.size,
            scan=file.scan,
        )
    )
    return after


def _version(
    document: Document, number: int, name: str, file: StoredFile, *, by: Principal, provenance: Provenance
) -> DocumentVersion:
    return DocumentVersion(
        tenant=document.tenant,
        document=document.id,
        number=number,
        name=name,
        file=file.id,
        size=file.size,
        sha256=file.sha256,
        media_type=file.media_type,
        provenance=provenance,
        added_at=file.received_at,
        added_by=by.key,
        scan=file.scan,
    )


def versions_of(unit: Unit, document: Document) -> list[tuple[DocumentVersion, StoredFile]]:
    """Return the versions of a document with their files, the oldest first."""
    rows = unit.find(VERSION, Eq(VersionKeys.DOCUMENT, document.id), order=OrderBy(VersionKeys.NUMBER))
    files = {file.id: file for file in unit.get_many(STORED_FILE, [version.file for version in rows])}
    return [
        (attrs.evolve(version, scan=files[version.file].scan), files[version.file])
        for version in rows
        if version.file in files
    ]


def one_version(unit: Unit, document: Document, number: int) -> tuple[DocumentVersion, StoredFile]:
    """Return one version of a document with its file."""
    version = unit.get(VERSION, version_id(document.id, number))
    file = None if version is None else unit.get(STORED_FILE, version.file)
    if version is None or file is None:
        raise NotFoundError("document")
    return attrs.evolve(version, scan=file.scan), file


def titled(name: str) -> str:
    """Return a file name as the title of an entry, which is shorter: its middle is left out."""
    return name if len(name) <= _MAX_TITLE else f"{name[: _MAX_TITLE - 33]}…{name[-32:]}"


def retitled(unit: Unit, entry: CatalogEntry, name: str) -> None:
    """Give the entry of a document another title, and note that something happened to it."""
    after = attrs.evolve(
        entry, title=titled(name), client_title=titled(name), activity=unit.now, client_activity=unit.now
    )
    unit.put(CATALOG_ENTRY, after)


def touched(unit: Unit, entry: CatalogEntry, *, client: bool = True) -> None:
    """Note that something happened to a document."""
    seen = unit.now if client else entry.client_activity
    unit.put(CATALOG_ENTRY, attrs.evolve(entry, activity=unit.now, client_activity=seen))


def hidden(unit: Unit, before: CatalogEntry, after: CatalogEntry, by: Principal) -> None:
    """Put an entry that clients may no longer see, and end the links to it and into it."""
    end_links(unit, keep_entry(unit, before, after), by)


def doom_all(unit: Unit, document: Document) -> None:
    """Note that the bytes of every version of a document go."""
    for _, file in versions_of(unit, document):
        doom(unit, file)


@attrs.frozen
class Once:
    """
    An idempotency key, and what it is used with (R-BLOB-8).

    Attributes:
        id: The digest of the verb, who does it, and the key; None without a key.
        content: The digest of everything it is done with.
    """

    id: str | None
    content: str = ""

    @classmethod
    def checked(cls, verb: str, by: Principal, key: str | None) -> "Once":
        """Return it for a key, which is refused when it is no short text; or for none."""
        if key is None:
            return cls(None)
        checks.identifier("idempotency_key", key)
        return cls(deterministic_id("idempotency", verb, by.key, key))

    def of(self, *content: str) -> "Once":
        """Return it with everything that the verb is done with."""
        return attrs.evolve(self, content=deterministic_id(*content))

    def earlier(self, unit: Unit) -> DocumentId | None:
        """Return what came of the same, done in the last 24 hours; refuse the key of something else."""
        known = None if self.id is None else unit.get(REPEATED, self.id)
        if known is None or known.at + _REMEMBERED <= unit.now:
            return None
        if known.content != self.content:
            raise KeyReusedError
        return DocumentId(known.result)

    def note(self, unit: Unit, result: str) -> None:
        """Keep what came of it."""
        if self.id is not None:
            unit.put(
                REPEATED,
                Repeated(tenant=unit.tenant, id=self.id, content=self.content, result=result, at=unit.now),
            )
