"""
Changing documents: they are put into things, shared, replaced, renamed, and taken away again.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sharekit.errors import InvalidInputError
from sharekit.features._document_adding import add_document, copy_document, replace_document, share_documents
from sharekit.features._document_changes import remove_document, rename_document, unshare_document
from sharekit.features._document_sights import DocumentGlances
from sharekit.features._documents import document_id
from sharekit.features._facts import require_staff
from sharekit.features._grants import GrantTerms
from sharekit.features._parties import active_contact, active_organization
from sharekit.features._unit import Wiring
from sharekit.ids import DocumentId
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.documents import Document, Stream, Upload, Which
from sharekit.records.grants import Access, Children, Grant
from sharekit.records.instants import utc
from sharekit.records.parties import Contact, Organization, Principal
from sharekit.records.unset import UNSET, Unset
from sharekit.records.uploads import UploadPolicy

__all__ = ["Changing"]

_MOST: Final = 200

Recipient = Contact | Organization


class Changing:
    """The part of `Documents` that changes them."""

    _wiring: Wiring
    _glances: DocumentGlances

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
            NotFoundError: The container is not in the catalog, or none that the contact may view.
        """
        if visibility is not UNSET and not isinstance(visibility, Visibility):
            raise InvalidInputError("visibility", "needs a Visibility")
        if visibility is not UNSET and isinstance(by, Contact):
            raise InvalidInputError("visibility", "is for staff to say")
        return add_document(
            self._wiring,
            self._glances,
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
            document_id(self._wiring.tenant, document),
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
        return rename_document(self._wiring, document_id(self._wiring.tenant, document), name, by=by)

    def unshare(self, document: Which, *, by: Principal) -> Document:
        """
        Take a document from every portal: its grants and links end, and it is internal. It stays with staff.

        Doing it again changes nothing. `share` opens it again, to whom it names.

        Raises:
            NotAllowedError: *by* lacks the right SHARE.
            NotFoundError: There is no such document.
        """
        require_staff(by)
        return unshare_document(self._wiring, document_id(self._wiring.tenant, document), by=by)

    def remove(self, document: Which, *, by: Principal) -> None:
        """
        Remove a document for good, from every portal and from staff; its bytes go with a later sweep.

        Removing again changes nothing.

        Raises:
            NotAllowedError: *by* lacks the right MANAGE.
            NotFoundError: There never was such a document.
        """
        require_staff(by)
        remove_document(self._wiring, document_id(self._wiring.tenant, document), by=by)

    def _items(self, given: object) -> list[Upload | DocumentId]:
        several = not isinstance(given, str | Document | ResourceRef | Upload) and isinstance(given, Iterable)
        each = list(given) if several and isinstance(given, Iterable) else [given]
        if not 1 <= len(each) <= _MOST:
            raise InvalidInputError("documents", f"needs 1 to {_MOST} documents and Uploads")
        items = [item if isinstance(item, Upload) else document_id(self._wiring.tenant, item) for item in each]
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
