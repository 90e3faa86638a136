"""
Documents: files that lie in the host's things, with their versions and where they came from.

A document is a thing like any other: a `ResourceRef` of the kind `DOCUMENT` with an entry in the catalog,
so that it is shared, hidden, listed, decided and explained as everything is.
"""

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

import attrs

from sharekit.ids import DocumentId, FileId, TenantId
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.declarations import LoaderInContext, ResourceKind, Section, SectionContext
from sharekit.records.files import ScanState
from sharekit.records.instants import utc
from sharekit.records.parties import Contact

__all__ = [
    "DOCUMENT",
    "DOCUMENT_KIND",
    "Document",
    "DocumentFacts",
    "DocumentFile",
    "DocumentItem",
    "DocumentKeys",
    "DocumentPage",
    "DocumentSection",
    "DocumentVersion",
    "Provenance",
    "Readable",
    "RepeatKeys",
    "Repeated",
    "Source",
    "Stream",
    "Upload",
    "VersionKeys",
    "Which",
    "document_ref",
    "version_id",
]

DOCUMENT: Final = "sharekit.document"
"""The `ResourceRef.kind` of every document."""

DOCUMENT_KIND: Final = ResourceKind(
    DOCUMENT,
    title="Document",
    titles={"de": "Dokument", "es": "Documento", "nl": "Document", "pl": "Dokument"},
)
"""What a kit knows documents by, unless the host declares a kind of this name itself."""


def document_ref(document: DocumentId) -> ResourceRef:
    """Return the reference to a document."""
    return ResourceRef(DOCUMENT, document)


class Readable(Protocol):
    """Something open for reading, such as a file or the body of a request."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        ...


Stream = Readable | Iterable[bytes] | bytes
"""What bytes can be taken from; read once, to its end, and not closed."""


class Source(enum.StrEnum):
    """By which way a document came."""

    STAFF = "staff"
    LIBRARY = "library"
    """It is a copy of another document."""
    PORTAL = "client-portal"


@attrs.frozen(kw_only=True)
class Provenance:
    """
    Where a document, or one version of it, came from.

    Attributes:
        source: By which way.
        sender: The party key of who sent the bytes.
        copied_from: The document that it is a copy of, or None.
        request: The id of the request that it answers, or None.
    """

    source: Source
    sender: str
    copied_from: ResourceRef | None = None
    request: str | None = None

    @property
    def type_label(self) -> str:
        """What staff read as the type of the document, in English: ``"Document (Portal)"`` for a client's upload."""
        return "Document (Portal)" if self.source is Source.PORTAL else "Document"


class DocumentKeys:
    """The queryable keys of `Document`, and the name of its kind."""

    KIND: Final = "document"
    UPLOADER = "uploader"


@attrs.frozen(kw_only=True)
class Document:
    """
    A document, as it is now.

    Attributes:
        tenant: Whose it is.
        id: Random.
        name: The file name, which staff and clients read alike.
        version: The number of the version that readers get.
        latest: The number of the newest version, which may still be checked, or be infected.
        creator: The party key of who answers for it: the owner of what a client's upload lies in.
        uploader: The key of the contact whose upload it is, or None when staff added it. When contacts are
            merged, it is the other's; the provenance goes on to say who sent it.
        provenance: Where its first version came from.
        created_at: When it was added.
        removed_at: When it was removed, or None.
    """

    tenant: TenantId
    id: DocumentId
    name: str
    version: int = 1
    latest: int = 1
    creator: str | None
    uploader: str | None = None
    provenance: Provenance
    created_at: datetime
    removed_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        utc("created_at", self.created_at)
        if self.removed_at is not None:
            utc("removed_at", self.removed_at)

    @property
    def ref(self) -> ResourceRef:
        """The reference to it."""
        return document_ref(self.id)


Which = Document | ResourceRef | DocumentId | str
"""How a document is named: itself, a reference to it, or its id."""


def version_id(document: DocumentId, number: int) -> str:
    """Return the id of the row of one version."""
    return f"{document}.{number}"


class VersionKeys:
    """The queryable keys of `DocumentVersion`."""

    DOCUMENT = "document"
    NUMBER = "number"
    FILE = "file"


@attrs.frozen(kw_only=True)
class DocumentVersion:
    """
    One version of a document.

    Attributes:
        tenant: Whose it is.
        document: The document.
        number: 1 for the first.
        name: The file name that it came under.
        file: The id of its file.
        size: In bytes.
        sha256: The digest of its bytes, 64 hexadecimal digits.
        media_type: What the bytes were found to be.
        provenance: Where it came from.
        added_at: When.
        added_by: The party key of who added it.
        scan: What a scanner said, at the moment of reading.
    """

    tenant: TenantId
    document: DocumentId
    number: int
    name: str
    file: FileId
    size: int
    sha256: str
    media_type: str
    provenance: Provenance
    added_at: datetime
    added_by: str
    scan: ScanState = ScanState.CHECKING

    def __attrs_post_init__(self) -> None:
        utc("added_at", self.added_at)

    @property
    def id(self) -> str:
        """The id of its row."""
        return version_id(self.document, self.number)


@attrs.frozen(kw_only=True)
class DocumentFile:
    """
    One version of a document, as whoever may read it may know of it.

    Attributes:
        ref: The document.
        version: The number of the version.
        name: The file name.
        size: In bytes.
        sha256: The digest of its bytes.
        media_type: What the bytes were found to be.
        inline: Whether a browser may show them, on an origin of their own.
        etag: Random; another one for each version, and nothing of the bytes.
        scan: What a scanner said.
        added_at: When it was added.
    """

    ref: ResourceRef
    version: int
    name: str
    size: int
    sha256: str
    media_type: str
    inline: bool
    etag: str
    scan: ScanState
    added_at: datetime


@attrs.frozen
class Upload:
    """
    A new file, to be added with others in one step.

    Attributes:
        name: As its sender calls it.
        stream: Its bytes, read once.
    """

    name: str
    stream: Stream = attrs.field(repr=False)


class RepeatKeys:
    """The queryable keys of `Repeated`."""

    AT = "at"


@attrs.frozen(kw_only=True)
class Repeated:
    """
    What was done under an idempotency key, so that a retry finds it (R-BLOB-8).

    Attributes:
        tenant: Where.
        id: The digest of the verb, who did it, and the key.
        content: The digest of what it was done with.
        result: The id of what came of it.
        at: When.
    """

    tenant: TenantId
    id: str
    content: str
    result: str
    at: datetime

    def __attrs_post_init__(self) -> None:
        utc("at", self.at)


@attrs.frozen(kw_only=True)
class DocumentFacts:
    """
    What a list says of a document besides what it says of everything.

    Attributes:
        name: The file name.
        size: In bytes.
        media_type: What the bytes were found to be.
        version: The number of the version that readers get.
        scan: What a scanner said of that version.
        uploaded: Whether a contact uploaded it: the reader, in a client's own list; else any.
        uploader: The contact who did; for staff alone.
    """

    name: str
    size: int
    media_type: str
    version: int
    scan: ScanState
    uploaded: bool
    uploader: Contact | None = None


@attrs.frozen(kw_only=True)
class DocumentItem:
    """
    One document in a list, as its reader may know of it.

    Attributes:
        ref: The document.
        name: Its file name.
        container: What it lies in; None for a client, who may not be able to see that.
        size: In bytes.
        media_type: What it was found to be.
        version: The number of the version that readers get.
        scan: What a scanner said of that version.
        activity: When something last happened to it that this reader may know of.
        created_at: When it was added.
        uploaded: Whether a contact uploaded it: the reader of a client's own list, else any.
        uploader: The contact who did; for staff alone.
        contacts: Those of the contacts asked for whom it concerns: they see it, or uploaded it; for staff alone.
        visibility: Whether clients may ever see it, as it and what it lies in are now.
    """

    ref: ResourceRef
    name: str
    container: ResourceRef | None
    size: int
    media_type: str
    version: int
    scan: ScanState
    activity: datetime
    created_at: datetime
    uploaded: bool
    uploader: Contact | None = None
    contacts: tuple[Contact, ...] = ()
    visibility: Visibility = Visibility.CLIENT


@attrs.frozen(kw_only=True)
class DocumentPage:
    """
    A page of a list of documents; see `Page`.

    Attributes:
        items: The documents, in order.
        next: Pass it as ``after`` for what follows; None at the end.
        previous: Pass it as ``after`` for what comes before; None at the beginning.
        total: How many there are, when that was asked for; counted up to 1 000 only.
        total_is_capped: Whether there are at least that many.
    """

    items: tuple[DocumentItem, ...]
    next: str | None = None
    previous: str | None = None
    total: int | None = None
    total_is_capped: bool = False


def _listed_elsewhere(_: ResourceRef, __: SectionContext) -> DocumentPage:
    return DocumentPage(items=())


@attrs.frozen
class DocumentSection(Section):
    """
    A section that lists the documents of a thing, and lets whoever sees it have them.

    It needs no loader: sharekit lists what its reader may have. A contact finds what they see there, and the
    holder of a read link what clients see who have the whole thing; what is internal, or shared by itself
    alone, is never among it. The content is a `DocumentPage`, of at most 200 documents.

    Attributes:
        load: Nothing to be given.
    """

    load: LoaderInContext = attrs.field(init=False, repr=False, eq=False, default=_listed_elsewhere)
