"""
Reading documents: what there is, what somebody may know of it, and its bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.errors import InvalidInputError, QuarantinedError
from sharekit.features._document_files import look, open_document
from sharekit.features._document_lists import documents_for, documents_of_contacts
from sharekit.features._document_sights import DocumentGlances
from sharekit.features._documents import document_id, versions_of, visible_or_absent
from sharekit.features._entering import open_container
from sharekit.features._facts import require, require_staff
from sharekit.features._lists import ListRequest
from sharekit.features._parties import known_contact
from sharekit.features._reading import DocumentReader
from sharekit.features._tree import children_of
from sharekit.features._unit import Wiring
from sharekit.features._zipping import zipped
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DOCUMENT, Document, DocumentFile, DocumentPage, DocumentVersion, Which
from sharekit.records.lists import Order
from sharekit.records.parties import Contact, Principal, Right

__all__ = ["Finding"]

_MAX_AT_ONCE: Final = 200
_MAX_IN_ZIP: Final = 1000
_MAX_CONTACTS: Final = 50


class Finding:
    """The part of `Documents` that shows them, and their bytes."""

    _wiring: Wiring
    _glances: DocumentGlances

    def get(self, document: Which, *, by: Principal) -> Document:
        """
        Return a document as it is now.

        Raises:
            NotFoundError: There is none, or *by* may not view it; the two look alike.
        """
        require_staff(by)
        id_ = document_id(self._wiring.tenant, document)
        with self._wiring.reading() as unit:
            return visible_or_absent(self._wiring, unit, by, id_)

    def versions(self, document: Which, *, by: Principal) -> list[DocumentVersion]:
        """
        Return the versions of a document, the oldest first; for staff.

        Raises:
            NotAllowedError: *by* is not staff.
            NotFoundError: There is no such document, or *by* may not view it.
        """
        require_staff(by)
        id_ = document_id(self._wiring.tenant, document)
        with self._wiring.reading() as unit:
            return [version for version, _ in versions_of(unit, visible_or_absent(self._wiring, unit, by, id_))]

    def of(self, container: ResourceRef, *, by: Principal) -> list[Document]:
        """
        Return the documents that lie directly in a thing, the oldest first; for staff.

        Raises:
            NotAllowedError: *by* lacks the right VIEW on the thing.
            NotFoundError: It is not in the catalog.
        """
        require_staff(by)
        self._wiring.kind_of(container)
        with self._wiring.reading() as unit:
            chain = open_container(unit, container)
            require(self._wiring, unit, by, Right.VIEW, container, chain=chain)
            keys = [
                entry.ref.key
                for entry in children_of(unit, [container.key])
                if entry.ref.kind == DOCUMENT
                and entry.removed_at is None
                and entry.container_incarnation == chain[0].incarnation
            ]
            documents: list[Document] = []
            for start in range(0, len(keys), _MAX_AT_ONCE):
                documents += unit.get_many(DOCUMENT_ROW, keys[start : start + _MAX_AT_ONCE])
        return sorted(documents, key=lambda document: (document.created_at, document.id))

    def look(self, document: Which, *, by: Principal, version: int | None = None) -> DocumentFile:
        """
        Return what somebody may know of the bytes of a document, without reading them.

        Raises:
            NotFoundError: There is no such document or version, or *by* may not view it; all look alike.
        """
        return look(self._wiring, self._glances, document, by, version)[0]

    def open(
        self,
        document: Which,
        *,
        by: Principal,
        version: int | None = None,
        start: int | None = None,
        stop: int | None = None,
    ) -> DocumentReader:
        """
        Open the bytes of a document, or a part of them, to be read in constant memory.

        Args:
            document: The document.
            by: Who reads: anybody who may view it now.
            version: An earlier version, for staff; the current one by default.
            start: The first byte that is wanted.
            stop: The byte after the last one that is wanted.

        Returns:
            What gives the bytes, in chunks. A whole reading that does not fit the recorded size and SHA-256
            raises `IntegrityError` before the last chunk.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotFoundError: There is no such document or version, or *by* may not view it; all look alike.
            QuarantinedError: No scanner has called the bytes clean.
            IntegrityError: The store does not have the bytes, or not so many.
            StorageError: The store cannot answer.
        """
        return open_document(self._wiring, self._glances, document, by, version=version, start=start, stop=stop)

    def zip(self, documents: Iterable[Which], *, by: Principal) -> Iterator[bytes]:
        """
        Return several documents as one ZIP, made while it is read, in constant memory.

        It is decided about all of them now, and about each once more when its turn comes; a failure on the
        way ends the ZIP before its end, so that nobody takes it for whole. Two of one name are numbered.

        Args:
            documents: 1 to 1 000 documents.
            by: Who reads: anybody who may view each of them.

        Raises:
            InvalidInputError: There are none, or too many.
            NotFoundError: One of them is not there, or *by* may not view it.
            QuarantinedError: No scanner has called the bytes of one of them clean.
        """
        wanted = list(dict.fromkeys(document_id(self._wiring.tenant, document) for document in documents))
        checks.whole("documents", len(wanted), 1, _MAX_IN_ZIP)
        files = [look(self._wiring, self._glances, id_, by, None)[0] for id_ in wanted]
        for file in files:
            if not file.scan.lets_read:
                raise QuarantinedError(str(file.scan))
        return zipped(files, lambda file: open_document(self._wiring, self._glances, file.ref, by))

    def visible(
        self,
        principal: Principal,
        *,
        container: ResourceRef | None = None,
        order: Order = Order.NAME,
        descending: bool = False,
        search: str | None = None,
        after: str | None = None,
        limit: int = 50,
        count: bool = False,
    ) -> DocumentPage:
        """
        List exactly the documents that somebody may view, as `Access.visible` does; a client's own uploads are marked.

        Raises:
            InvalidInputError: As for `Access.visible`.
        """
        request = ListRequest(
            kind=DOCUMENT,
            container=container,
            order=order,
            descending=descending,
            search=search,
            after=after,
            limit=limit,
            count=count,
        )
        with self._wiring.reading() as unit:
            return documents_for(self._wiring, unit, principal, request)

    def of_contacts(
        self,
        contacts: Contact | Iterable[Contact],
        *,
        by: Principal,
        order: Order = Order.NAME,
        descending: bool = False,
        search: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> DocumentPage:
        """
        List what one or several contacts can see and what they uploaded, in one list that names them; for staff.

        Args:
            contacts: 1 to 50 contacts.
            by: Staff; what they may not view is left out.
            order: What the list is sorted by, then by id.
            descending: Whether to begin at the end.
            search: Only documents with this text in their name, whatever its case and accents.
            after: The `DocumentPage.next` or `DocumentPage.previous` of a page of the same list.
            limit: At most so many, 1 to 200.

        Raises:
            InvalidInputError: An argument cannot be used.
            NotFoundError: A contact is unknown.
        """
        require_staff(by)
        request = ListRequest(
            kind=DOCUMENT,
            container=None,
            order=order,
            descending=descending,
            search=search,
            after=after,
            limit=limit,
            count=False,
        )
        given: list[object] = list(contacts) if isinstance(contacts, Iterable) else [contacts]
        with self._wiring.reading() as unit:
            chosen = [known_contact(self._wiring, unit, each) for each in given if isinstance(each, Contact)]
            if not 1 <= len(chosen) <= _MAX_CONTACTS or len(chosen) < len(given):
                raise InvalidInputError("contacts", f"needs 1 to {_MAX_CONTACTS} Contacts")
            return documents_of_contacts(self._wiring, unit, list(dict.fromkeys(chosen)), by, request)
