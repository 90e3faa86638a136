"""
Submissions: what clients sent, what is on its way, and what they may know of it.
"""

import enum
from datetime import datetime

import attrs

from sharekit.ids import FileId, RequestId, RequestRecipientId, SubmissionId, TenantId, UploadId
from sharekit.records.catalog import ResourceRef
from sharekit.records.files import ScanState
from sharekit.records.parties import Contact
from sharekit.records.requests import RequestState

__all__ = [
    "ItemView",
    "PendingUpload",
    "Receipt",
    "RequestView",
    "Submission",
    "SubmissionKeys",
    "SubmissionState",
    "UploadKeys",
    "UploadPart",
    "UploadView",
]


class SubmissionState(enum.StrEnum):
    """What staff think of one file."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    SENT_BACK = "sent-back"

    @property
    def counts(self) -> bool:
        """Whether it counts as what was asked for."""
        return self is not SubmissionState.SENT_BACK


class SubmissionKeys:
    """The queryable keys of `Submission`."""

    RECIPIENT = "recipient"
    DOCUMENT = "document"
    NUMBER = "number"


@attrs.frozen(kw_only=True)
class Submission:
    """
    One file that a contact sent, as staff see it.

    Attributes:
        tenant: Where.
        id: Random; the same for the same idempotency key.
        request: The id of the request.
        recipient: The id of the `RequestRecipient` who sent it.
        contact: Who that is.
        number: 1 for the first that the contact sent, and so on; some are left out.
        item: The key of the item that it answers.
        document: The document that it became.
        file: The id of the file that holds its bytes.
        name: Its name.
        size: In bytes.
        sha256: The digest of its bytes, in hex.
        at: When it came.
        state: What staff think of it.
        reason: Why it was sent back, or None.
        judged_at: When staff said so, or None.
        judged_by: The key of who did.
        scan: What a scanner said, at the moment of reading.
        receipt: The signed receipt, for the contact; only in what `Requests.submit` returns.
    """

    tenant: TenantId
    id: SubmissionId
    request: RequestId
    recipient: RequestRecipientId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    contact: Contact
    number: int
    item: str
    document: ResourceRef
    file: FileId
    name: str
    size: int
    sha256: str
    at: datetime
    state: SubmissionState = SubmissionState.RECEIVED
    reason: str | None = attrs.field(default=None, repr=False)
    judged_at: datetime | None = None
    judged_by: str | None = None
    scan: ScanState = attrs.field(default=ScanState.NOT_ASKED, eq=False)
    receipt: str = attrs.field(default="", eq=False, repr=False)

    @property
    def counts(self) -> bool:
        """Whether it counts as what was asked for: it was not sent back, and is not infected."""
        return self.state.counts and self.scan is not ScanState.INFECTED


@attrs.frozen(kw_only=True)
class Receipt:
    """
    What a contact may know of a file that they sent. It gives no access to the file.

    Attributes:
        submission: The id of the submission.
        request: The id of the request.
        name: Its name.
        size: In bytes.
        sha256: The digest of its bytes, in hex.
        at: When it came.
        item: The key of the item that it answers.
        text: The receipt as a signed text, which `Requests.verify_receipt` reads.
        state: What staff think of it; None in a receipt that was read from its text.
        scan: What a scanner said; None in a receipt that was read from its text.
    """

    submission: SubmissionId
    request: RequestId
    name: str
    size: int
    sha256: str
    at: datetime
    item: str
    text: str = attrs.field(repr=False)
    state: SubmissionState | None = attrs.field(default=None, eq=False)
    scan: ScanState | None = attrs.field(default=None, eq=False)


class UploadKeys:
    """The queryable keys of `PendingUpload`."""

    RECIPIENT = "recipient"
    EXPIRES_AT = "expires_at"


@attrs.frozen
class UploadPart:
    """
    A part of a file that arrives in several requests.

    Attributes:
        file: The id of the file that holds its bytes.
        size: How many.
    """

    file: FileId
    size: int


@attrs.frozen(kw_only=True)
class PendingUpload:
    """
    A file on its way: the place that is kept for it, and what of it has come.

    Attributes:
        tenant: Where.
        id: Random.
        recipient: The id of the `RequestRecipient` who sends it.
        item: The key of the item that it answers.
        name: Its name, as it will be kept.
        reserved: How many bytes are set aside for it.
        resumable: Whether it comes in parts, and *reserved* is its exact size.
        created_at: When it began.
        expires_at: From this instant on it is given up, and its place goes to others.
        parts: What has come, in order; only of a resumable one.
        submission: The id of what it became, when all of it has come; its place is not kept any more then.
    """

    tenant: TenantId
    id: UploadId
    recipient: RequestRecipientId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    item: str
    name: str
    reserved: int
    resumable: bool = False
    created_at: datetime
    expires_at: datetime
    parts: tuple[UploadPart, ...] = ()
    submission: SubmissionId | None = None

    @property
    def offset(self) -> int:
        """How many bytes have come in parts."""
        return sum(part.size for part in self.parts)


@attrs.frozen(kw_only=True)
class UploadView:
    """
    What the sender may know of a file on its way.

    Attributes:
        id: Its id.
        offset: How many bytes have come.
        size: How many there will be.
        expires_at: When it is given up.
        receipt: The receipt, when all of it has come.
    """

    id: UploadId
    offset: int
    size: int
    expires_at: datetime
    receipt: Receipt | None = None


@attrs.frozen(kw_only=True)
class ItemView:
    """
    One item as the contact sees it.

    Attributes:
        key: What it is called in addresses.
        title: In the contact's language.
        note: A sentence that helps, or None.
        types: The groups and extensions that are taken, by the names that staff gave, sorted.
        extensions: Every extension that is taken, sorted.
        max_bytes: How large each file may be.
        min: How many files are needed.
        max: How many files are taken.
        received: How many count.
        reasons: Why files for it were sent back.
    """

    key: str
    title: str
    note: str | None
    types: tuple[str, ...]
    extensions: tuple[str, ...]
    max_bytes: int
    min: int
    max: int
    received: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many files are still needed."""
        return max(self.min - self.received, 0)

    @property
    def room(self) -> int:
        """How many more files are taken."""
        return max(self.max - self.received, 0)


@attrs.frozen(kw_only=True)
class RequestView:
    """
    A request as one contact sees it.

    Attributes:
        request: The id of the request.
        contact: Who was asked.
        contact_name: Their name.
        locale: Their language, or None when it is not known.
        subject: Filled in.
        body: Filled in.
        button: Filled in.
        about: What it is about, by the title that the contact may read.
        items: What is asked for.
        state: How far they have come.
        due: Until when it is wanted; None for no date.
        expires_at: From then on nothing is taken.
        files_left: How many more files are taken in all.
        bytes_left: How many more bytes are taken in all.
        receipts: What they sent, the oldest first; never what others sent.
        at: When this was read.
    """

    request: RequestId
    contact: Contact
    contact_name: str
    locale: str | None
    subject: str
    body: str
    button: str
    about: str
    items: tuple[ItemView, ...]
    state: RequestState
    due: datetime | None
    expires_at: datetime
    files_left: int
    bytes_left: int
    receipts: tuple[Receipt, ...] = ()
    at: datetime

    @property
    def missing(self) -> tuple[ItemView, ...]:
        """The items of which something is still needed."""
        return tuple(item for item in self.items if item.missing)

    @property
    def takes_files(self) -> bool:
        """Whether a file may be sent now."""
        return self.state is not RequestState.ACCEPTED and not self.state.is_over and self.files_left > 0
