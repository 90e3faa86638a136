"""
The kinds about requests: what was asked of whom, what came, and what is on its way.
"""

from typing import Any, Final

from sharekit.codec.folding import fold
from sharekit.codec.kind import RecordKind
from sharekit.ports import Int, KeyValue, KindSpec, Ref, Text, Time
from sharekit.records.requests import (
    DocumentRequest,
    RecipientKeys,
    RequestKeys,
    RequestRecipient,
    RequestTemplate,
    TemplateKeys,
)
from sharekit.records.submissions import PendingUpload, Submission, SubmissionKeys, UploadKeys

__all__ = [
    "ALL_OF_REQUESTS",
    "DOCUMENT_REQUEST",
    "PENDING_UPLOAD",
    "REQUEST_RECIPIENT",
    "REQUEST_TEMPLATE",
    "SUBMISSION",
]

_COUNTERS: Final = (
    RecipientKeys.FILES_TAKEN,
    RecipientKeys.FILES_RETURNED,
    RecipientKeys.BYTES_TAKEN,
    RecipientKeys.BYTES_RETURNED,
    RecipientKeys.REMINDERS,
    RecipientKeys.RECEIVED,
)


def _request_keys(request: DocumentRequest) -> dict[str, KeyValue]:
    return {
        RequestKeys.RESOURCE: request.about.key,
        RequestKeys.CREATED_AT: request.created_at,
        RequestKeys.CREATED_BY: request.created_by,
    }


def _recipient_keys(recipient: RequestRecipient) -> dict[str, KeyValue]:
    return {
        RecipientKeys.REQUEST: recipient.request,
        RecipientKeys.CONTACT: recipient.contact.id,
        RecipientKeys.STATE: str(recipient.state),
        RecipientKeys.CREATED_AT: recipient.created_at,
    }


def _submission_keys(submission: Submission) -> dict[str, KeyValue]:
    return {
        SubmissionKeys.RECIPIENT: submission.recipient,
        SubmissionKeys.DOCUMENT: submission.document.key,
        SubmissionKeys.NUMBER: submission.number,
    }


DOCUMENT_REQUEST: Final = RecordKind(
    KindSpec(
        "document-request",
        {RequestKeys.RESOURCE: Ref, RequestKeys.CREATED_AT: Time, RequestKeys.CREATED_BY: Ref},
        indexes=[
            (RequestKeys.RESOURCE, RequestKeys.CREATED_AT),
            (RequestKeys.CREATED_AT,),
            (RequestKeys.CREATED_BY,),
        ],
    ),
    DocumentRequest,
    id_of=lambda request: request.id,
    keys_of=_request_keys,
    unstored=["recipients"],
)

REQUEST_RECIPIENT: Final = RecordKind(
    KindSpec(
        "request-recipient",
        {
            RecipientKeys.REQUEST: Ref,
            RecipientKeys.CONTACT: Ref,
            RecipientKeys.STATE: Ref,
            RecipientKeys.CREATED_AT: Time,
            **dict.fromkeys(_COUNTERS, Int),
        },
        indexes=[
            (RecipientKeys.REQUEST,),
            (RecipientKeys.CONTACT, RecipientKeys.CREATED_AT),
            (RecipientKeys.STATE, RecipientKeys.CREATED_AT),
        ],
    ),
    RequestRecipient,
    id_of=lambda recipient: recipient.id,
    keys_of=_recipient_keys,
    counters=_COUNTERS,
)

SUBMISSION: Final = RecordKind(
    KindSpec(
        "submission",
        {SubmissionKeys.RECIPIENT: Ref, SubmissionKeys.DOCUMENT: Ref, SubmissionKeys.NUMBER: Int},
        indexes=[(SubmissionKeys.RECIPIENT, SubmissionKeys.NUMBER), (SubmissionKeys.DOCUMENT,)],
    ),
    Submission,
    id_of=lambda submission: submission.id,
    keys_of=_submission_keys,
    unstored=["receipt", "scan"],
)

PENDING_UPLOAD: Final = RecordKind(
    KindSpec(
        "pending-upload",
        {UploadKeys.RECIPIENT: Ref, UploadKeys.EXPIRES_AT: Time},
        indexes=[(UploadKeys.RECIPIENT,), (UploadKeys.EXPIRES_AT,)],
    ),
    PendingUpload,
    id_of=lambda upload: upload.id,
    keys_of=lambda upload: {UploadKeys.RECIPIENT: upload.recipient, UploadKeys.EXPIRES_AT: upload.expires_at},
)

REQUEST_TEMPLATE: Final = RecordKind(
    KindSpec(
        "request-template",
        {TemplateKeys.CASE_TYPE: Ref, TemplateKeys.NAME: Text},
        indexes=[(TemplateKeys.NAME,), (TemplateKeys.CASE_TYPE,)],
    ),
    RequestTemplate,
    id_of=lambda template: template.id,
    keys_of=lambda template: {TemplateKeys.CASE_TYPE: template.case_type, TemplateKeys.NAME: fold(template.title)},
)

ALL_OF_REQUESTS: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    DOCUMENT_REQUEST,
    REQUEST_RECIPIENT,
    SUBMISSION,
    PENDING_UPLOAD,
    REQUEST_TEMPLATE,
)
