"""Records about requests, as small and as full as they come."""

from datetime import UTC, datetime
from typing import Any

from sharekit import Contact, ResourceRef
from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_requests import (
    DOCUMENT_REQUEST,
    PENDING_UPLOAD,
    REQUEST_RECIPIENT,
    REQUEST_TEMPLATE,
    SUBMISSION,
)
from sharekit.ids import FileId, RequestId, RequestRecipientId, SubmissionId, TenantId, UploadId
from sharekit.records.requests import (
    DocumentRequest,
    RequestItem,
    RequestRecipient,
    RequestState,
    RequestTemplate,
    RequestText,
    numbered,
)
from sharekit.records.submissions import PendingUpload, Submission, SubmissionState, UploadPart

T = TenantId("default")
AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
REF = ResourceRef("project", "42")
TEXT = RequestText(subject="Documents", body="Dear {name},\n\nplease.", button="Upload")
ITEMS = numbered(
    [
        RequestItem("Passport"),
        RequestItem(
            "Photos",
            key="photos",
            accept={"images"},
            max_bytes=5,
            min=0,
            max=3,
            note="Both sides",
            titles={"nl": "Foto's"},
        ),
        RequestItem("Plan", accept={"pdf"}, allow={"dwg": "the architect draws"}),
    ]
)
RECIPIENT = RequestRecipientId("p" * 28)

# A record's class goes with its kind, which no type of a dictionary says.
SMALL: dict[RecordKind[Any], Any] = {
    DOCUMENT_REQUEST: DocumentRequest(
        tenant=T,
        id=RequestId("r" * 28),
        about=REF,
        items=ITEMS[:1],
        text=TEXT,
        expires_at=AT,
        created_at=AT,
        created_by="staff:m",
    ),
    REQUEST_RECIPIENT: RequestRecipient(
        tenant=T, id=RECIPIENT, request=RequestId("r" * 28), contact=Contact("c"), created_at=AT, changed_at=AT
    ),
    SUBMISSION: Submission(
        tenant=T,
        id=SubmissionId("s" * 28),
        request=RequestId("r" * 28),
        recipient=RECIPIENT,
        contact=Contact("c"),
        number=1,
        item="item-1",
        document=ResourceRef("sharekit.document", "d"),
        file=FileId("f" * 28),
        name="id.pdf",
        size=7,
        sha256="0" * 64,
        at=AT,
    ),
    PENDING_UPLOAD: PendingUpload(
        tenant=T,
        id=UploadId("u" * 28),
        recipient=RECIPIENT,
        item="item-1",
        name="id.pdf",
        reserved=7,
        created_at=AT,
        expires_at=AT,
    ),
    REQUEST_TEMPLATE: RequestTemplate(tenant=T, name="new-client", title="New client", items=ITEMS[:1], changed_at=AT),
}
FULL: dict[RecordKind[Any], Any] = {
    DOCUMENT_REQUEST: DocumentRequest(
        tenant=T,
        id=RequestId("r" * 28),
        about=REF,
        incarnation=2,
        items=ITEMS,
        text=TEXT,
        texts={"nl": TEXT},
        due=AT,
        expires_at=AT,
        max_files=3,
        max_total_bytes=5,
        notify=frozenset({"staff:m", "staff:b"}),
        created_at=AT,
        created_by="staff:m",
    ),
    REQUEST_RECIPIENT: RequestRecipient(
        tenant=T,
        id=RECIPIENT,
        request=RequestId("r" * 28),
        contact=Contact("c"),
        access_epoch=2,
        generation=3,
        state=RequestState.SENT_BACK,
        reason="It is blurred",
        created_at=AT,
        changed_at=AT,
        last_reminded_at=AT,
        place=4,
        files_taken=5,
        files_returned=1,
        bytes_taken=9,
        bytes_returned=2,
        reminders=2,
        received=4,
    ),
    SUBMISSION: Submission(
        tenant=T,
        id=SubmissionId("s" * 28),
        request=RequestId("r" * 28),
        recipient=RECIPIENT,
        contact=Contact("c"),
        number=2,
        item="photos",
        document=ResourceRef("sharekit.document", "d"),
        file=FileId("f" * 28),
        name="ünï.pdf",
        size=7,
        sha256="0" * 64,
        at=AT,
        state=SubmissionState.SENT_BACK,
        reason="It is blurred",
        judged_at=AT,
        judged_by="staff:m",
    ),
    PENDING_UPLOAD: PendingUpload(
        tenant=T,
        id=UploadId("u" * 28),
        recipient=RECIPIENT,
        item="photos",
        name="ünï.pdf",
        reserved=7,
        resumable=True,
        created_at=AT,
        expires_at=AT,
        parts=(UploadPart(FileId("f" * 28), 3), UploadPart(FileId("g" * 28), 2)),
        submission=SubmissionId("s" * 28),
    ),
    REQUEST_TEMPLATE: RequestTemplate(
        tenant=T,
        name="new-client",
        title="New client",
        case_type="divorce",
        items=ITEMS,
        text=TEXT,
        texts={"nl": TEXT},
        due_days=14,
        changed_at=AT,
    ),
}
