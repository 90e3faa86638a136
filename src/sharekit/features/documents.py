"""
Documents: files that are put into things, shared, replaced, read, and taken away again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.errors import InvalidInputError, QuarantinedError
from sharekit.features._document_adding import add_document, copy_document, replace_document, share_documents
from sharekit.features._document_changes import remove_document, rename_document, unshare_document
from sharekit.features._document_files import look, open_document
from sharekit.features._document_handing import Handing
from sharekit.features._document_lists import documents_for_client, documents_for_staff, documents_of_contacts
from sharekit.features._documents import document_id, versions_of, visible_or_absent
from sharekit.features._entering import open_container
from sharekit.features._facts import require, require_staff
from sharekit.features._grants import GrantTerms
from sharekit.features._lists import ListRequest
from sharekit.features._parties import active_contact, active_organization, known_contact
from sharekit.features._reading import DocumentReader
from sharekit.features._scanning import scan_waiting
from sharekit.features._tree import children_of
from sharekit.features._unit import Wiring
from sharekit.features._zipping import zipped
from sharekit.ids import DocumentId
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.documents import DOCUMENT, Document, DocumentFile, DocumentPage, DocumentVersion, Stream, Upload
from sharekit.records.grants import Access, Children, Grant
from sharekit.records.instants import utc
from sharekit.records.lists import Order
from sharekit.records.parties import Contact, Organization, Principal, Right, Staff, System
from sharekit.records.unset import UNSET, Unset
from sharekit.records.uploads import UploadPolicy

__all__ = ["Documents"]

_MAX_AT_ONCE = 200
_MAX_IN_ZIP = 1000
_MAX_CONTACTS = 50

Which = Document | ResourceRef | DocumentId | str
Recipient = Contact | Organization


class Documents(Handing):
    """
    The documents of one tenant.

    A document is a thing like any other, of the kind ``"sharekit.document"``: it lies in a thing of the host,
    and `Shares`, `Access` and `Catalog.move` work on ``document.ref``. Its name, its bytes and its end are here.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def add(
        self,
        container: ResourceRef | None,
        name: str,
        stream: Stream,
        *,
        by: Principal,
        visibility: Visibility | Unset = UNSET,
        policy: UploadPolicy | None = None,
        declared_size: int | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """
        Add a document to a thing of the host.

        What staff add must have a name and a size that can be, and may not be a program; what a contact
        adds must pass the upload policy. A contact may view what they added, and the owner of what it lies
        in answers for it.

        Args:
            container: What it lies in; None, for staff alone, for nothing.
            name: The file name, which clients read too.
            stream: The bytes, or something to read them from.
            by: Staff with EDIT on the container, or a contact who may contribute to it.
            visibility: INTERNAL hides it from clients; when nothing is said, the container decides: CLIENT,
                unless it hides new children.
            policy: What a contact may send here, in place of the kit's own policy.
            declared_size: How many bytes are said to come; too many are refused before they travel.
            idempotency_key: When the same was done with this key in the last 24 hours, nothing is done, and
                that document is returned.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            UploadRefusedError: The file may not be taken; nothing of it was kept.
            KeyReusedError: The key was used for something else.
            NotAllowedError: *by* may not do this.
            NotFoundError: The container is not in the catalog, or none that the contact may add to.
        """
        if visibility is not UNSET and not isinstance(visibility, Visibility):
            raise InvalidInputError("visibility", "needs a Visibility")
        if visibility is not UNSET and isinstance(by, Contact):
            raise InvalidInputError("visibility", "is for staff to say")
        return add_document(
            self._wiring,
            container,
            Upload(name, stream),
            by=by,
            visibility=None if isinstance(visibility, Unset) else visibility,
            policy=policy,
            declared_size=declared_size,
            idempotency_key=idempotency_key,
        )

    def share(
        self,
        documents: Which | Upload | Iterable[Which | Upload],
        *,
        to: Recipient | Iterable[Recipient],
        by: Principal,
        container: ResourceRef | None = None,
        access: Access = Access.VIEW,
        visibility: Visibility = Visibility.CLIENT,
        expires_at: datetime | None = None,
        follow: bool = True,
    ) -> tuple[list[Document], list[Grant]]:
        """
        Share one or several documents, new ones and those that are there, in one step: all or nothing.

        A document that was internal, or was unshared, is opened to these recipients and to nobody else: not
        to others who have what it lies in, until `Catalog.unrestrict`.

        Args:
            documents: Documents that are there, and `Upload`s.
            to: Active contacts and organisations of this tenant.
            by: Needs VIEW and SHARE on each document, and EDIT on the container of new ones.
            container: What new ones lie in.
            access: As for `Shares.grant`.
            visibility: INTERNAL files the documents under the recipients, for staff, and lets nobody in.
            expires_at: As for `Shares.grant`.
            follow: As for `Shares.grant`.

        Returns:
            The documents in order, and the grants: for each document in turn one for each recipient.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            UploadRefusedError: One of the new files may not be taken; nothing was done.
            NotAllowedError: *by* may not do this.
            NotFoundError: A document, the container or a recipient is not there.
        """
        require_staff(by)
        checks.flag("follow", follow)
        ends = None if expires_at is None else utc("expires_at", expires_at)
        if ends is not None and ends <= self._wiring.clock.now():
            raise InvalidInputError("expires_at", "is over already")
        terms = GrantTerms.checked(access, visibility, Children.FUTURE, ends)
        items = self._items(documents)
        recipients = _recipients(to)
        with self._wiring.reading() as unit:
            for recipient in recipients:
                if isinstance(recipient, Organization):
                    active_organization(self._wiring, unit, recipient)
                else:
                    active_contact(self._wiring, unit, recipient)
        return share_documents(
            self._wiring, items, container=container, to=recipients, by=by, terms=terms, follow=follow
        )

    def replace(
        self,
        document: Which,
        stream: Stream,
        *,
        by: Principal,
        name: str | None = None,
        declared_size: int | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """
        Give a document a new version, which everybody who may see it gets from now on.

        Args:
            document: The document.
            stream: The bytes of the new version.
            by: Staff with EDIT on it. Clients never overwrite.
            name: Another name; the same as before by default.
            declared_size: As for `add`.
            idempotency_key: As for `add`.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            UploadRefusedError: The file may not be taken; the document is as it was.
            KeyReusedError: The key was used for something else.
            NotAllowedError: *by* may not do this.
            NotFoundError: There is no such document.
        """
        require_staff(by)
        return replace_document(
            self._wiring,
            self._id(document),
            stream,
            name=name,
            by=by,
            declared_size=declared_size,
            idempotency_key=idempotency_key,
        )

    def copy(self, document: Which, container: ResourceRef | None, *, by: Principal) -> Document:
        """
        Add what a document holds now to another thing, as a document of its own.

        The two have their own bytes, versions and end. To show one and the same document to more people,
        share it.

        Args:
            document: The document; *by* needs VIEW on it.
            container: What the new one lies in; *by* needs EDIT on it.
            by: Staff.

        Raises:
            NotAllowedError: *by* may not do this.
            NotFoundError: There is no such document or container.
            QuarantinedError: No scanner has called the bytes clean.
        """
        return copy_document(self._wiring, document, container, by=by)

    def rename(self, document: Which, name: str, *, by: Principal) -> Document:
        """
        Give a document another name, with the same ending.

        Raises:
            InvalidInputError: The name cannot be used, or has another ending.
            NotAllowedError: *by* lacks the right EDIT.
            NotFoundError: There is no such document.
        """
        require_staff(by)
        return rename_document(self._wiring, self._id(document), name, by=by)

    def unshare(self, document: Which, *, by: Principal) -> Document:
        """
        Take a document from every portal: its grants and links end, and it is internal. It stays with staff.

        Doing it again changes nothing. `share` opens it again, to whom it names.

        Raises:
            NotAllowedError: *by* lacks the right SHARE.
            NotFoundError: There is no such document.
        """
        require_staff(by)
        return unshare_document(self._wiring, self._id(document), by=by)

    def remove(self, document: Which, *, by: Principal) -> None:
        """
        Remove a document for good, from every portal and from staff; its bytes go with a later sweep.

        Removing again changes nothing.

        Raises:
            NotAllowedError: *by* lacks the right MANAGE.
            NotFoundError: There never was such a document.
        """
        require_staff(by)
        remove_document(self._wiring, self._id(document), by=by)

    def get(self, document: Which, *, by: Principal) -> Document:
        """
        Return a document as it is now.

        Raises:
            NotFoundError: There is none, or *by* may not view it; the two look alike.
        """
        require_staff(by)
        id_ = self._id(document)
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
        id_ = self._id(document)
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
        return look(self._wiring, document, by, version)[0]

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
        return open_document(self._wiring, document, by, version=version, start=start, stop=stop)

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
        wanted = list(dict.fromkeys(self._id(document) for document in documents))
        checks.whole("documents", len(wanted), 1, _MAX_IN_ZIP)
        files = [look(self._wiring, id_, by, None)[0] for id_ in wanted]
        for file in files:
            if not file.scan.lets_read:
                raise QuarantinedError(str(file.scan))
        return zipped(files, lambda file: open_document(self._wiring, file.ref, by))

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
        if not isinstance(principal, Principal):
            raise InvalidInputError("principal", "needs a Principal")
        with self._wiring.reading() as unit:
            if isinstance(principal, Contact):
                return documents_for_client(self._wiring, unit, principal, request)
            if isinstance(principal, Staff | System):
                return documents_for_staff(self._wiring, unit, principal, request)
        return DocumentPage(items=())

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

    def scan_waiting(self, *, limit: int = 100) -> int:
        """
        Ask the scanner about files that wait for it, and return how many it made up its mind about.

        Call it now and then where a scanner may fail, or takes its time.

        Raises:
            ConfigurationError: The kit has no scanner.
        """
        checks.whole("limit", limit, 1, 10_000)
        return scan_waiting(self._wiring, limit)

    def _id(self, document: object) -> DocumentId:
        return document_id(self._wiring.tenant, document)

    def _items(self, given: object) -> list[Upload | DocumentId]:
        several = not isinstance(given, str | Document | ResourceRef | Upload) and isinstance(given, Iterable)
        each = list(given) if several and isinstance(given, Iterable) else [given]
        if not 1 <= len(each) <= _MAX_AT_ONCE:
            raise InvalidInputError("documents", f"needs 1 to {_MAX_AT_ONCE} documents and Uploads")
        items = [item if isinstance(item, Upload) else self._id(item) for item in each]
        known = [item for item in items if isinstance(item, str)]
        if len(set(known)) < len(known):
            raise InvalidInputError("documents", "names a document twice")
        return items


def _recipients(to: object) -> list[Recipient]:
    given = list(to) if isinstance(to, Iterable) else [to]
    found_ = [each for each in given if isinstance(each, Contact | Organization)]
    if not given or len(found_) != len(given):
        raise InvalidInputError("to", "needs a Contact or an Organization, or several")
    return list(dict.fromkeys(found_))
