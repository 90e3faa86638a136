"""
Looks at documents for clients: the decision, and what there is to read, by one statement where the store can.

Which version and which file that is follows from the document, so both are guessed to be what they were the
last time; what is found tells whether they are, and if not, all of it is looked for and decided once more.
An answer is of one state of the store: nobody gets a version that came when they might no longer read.
"""

from collections.abc import Sequence
from typing import Any, Final

from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_documents import DOCUMENT_ROW, STORED_FILE, VERSION
from sharekit.errors import NotFoundError
from sharekit.features._glancing import DECIDING, Glancing
from sharekit.features._guesses import DocumentSight
from sharekit.features._unit import Wiring
from sharekit.ids import DocumentId, TenantId
from sharekit.ports import RecordStore, Sought
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.documents import Document, DocumentVersion, document_ref, version_id
from sharekit.records.files import StoredFile
from sharekit.records.parties import Contact, Principal

__all__ = ["DocumentGlances"]

_KINDS: Final[tuple[RecordKind[Any], ...]] = (DOCUMENT_ROW, VERSION, STORED_FILE)  # of every record class
_BESIDE: Final = [Sought(kind.name) for kind in _KINDS]


_ROUNDS: Final = 3
"""One for the document, one for its version and one for its file; who needs more met a change."""


class DocumentGlances:
    """What is prepared for looking at documents at a glance on one store."""

    def __init__(self, records: RecordStore) -> None:
        self._glancing = Glancing(records, _BESIDE)

    def seen(self, wiring: Wiring, by: Contact, id_: DocumentId) -> DocumentSight | None:
        """
        Return a document that a client may view as the store has it now, or None where it takes more.

        Raises:
            NotFoundError: There is none, or *by* may not view it; the two look alike (R-ENUM-1).
        """
        ref, tenant = document_ref(id_), wiring.tenant
        before = wiring.guesses.document(tenant, id_)
        # Most documents have one version, and its file has any id.
        version, file = (version_id(id_, 1), "") if before is None else (before.version.id, before.file.id)
        for _ in range(_ROUNDS):
            glance = self._glancing.seeing(((ref.key,), (version,), (file,)))
            decision = None if glance is None else self._glancing.decided(wiring, by, Action.VIEW, ref, glance)
            if glance is None or decision is None:
                return None
            if not decision:
                raise NotFoundError("document", ref.key)
            if before is not None and glance.lines == before.lines:
                return before
            found = _records(tenant, glance.lines)
            document: Document | None = found[0]
            if document is None or document.removed_at is not None:
                raise NotFoundError("document", ref.key)
            shown: DocumentVersion | None = found[1]
            wanted = version_id(document.id, document.version)
            if shown is not None and shown.id == wanted:
                kept: StoredFile | None = found[2]
                if kept is not None and kept.id == shown.file:
                    sight = DocumentSight(glance.lines, document, shown, kept)
                    wiring.guesses.saw_document(tenant, id_, sight)
                    return sight
                file = shown.file
            version = wanted
        return None

    def seems_to_take(self, wiring: Wiring, by: Principal, container: ResourceRef | None) -> bool:
        """
        Say whether a client may add documents to a thing, as far as a glance tells.

        It is for sparing them to send what would be refused; whoever keeps the document asks in a transaction.
        """
        if container is None or not isinstance(by, Contact):
            return False
        wiring.kind_of(container)
        glance = self._glancing.seeing(((), (), ()))
        return glance is not None and bool(self._glancing.decided(wiring, by, Action.CONTRIBUTE, container, glance))


def _records(tenant: TenantId, lines: Sequence[Sequence[Any]]) -> list[Any]:  # of every type and class
    """Return what the lines mean: a document, a version and a file, or None for what is not there."""
    records: list[Any] = [None] * len(_KINDS)
    for line in lines:
        place = line[0] - DECIDING
        records[place] = _KINDS[place].load_seen(tenant, line[1], line[3], line[4])
    return records
