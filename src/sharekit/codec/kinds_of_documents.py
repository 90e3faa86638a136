"""
The kinds about documents: files and what becomes of their bytes, documents, versions, and what was done once.
"""

from typing import Any, Final

from sharekit.codec.kind import RecordKind
from sharekit.ports import Bool, Int, KindSpec, Ref, Time
from sharekit.records.documents import Document, DocumentKeys, DocumentVersion, Repeated, RepeatKeys, VersionKeys
from sharekit.records.files import BlobIntent, BlobIntentKeys, FileKeys, StoredFile

__all__ = ["ALL_OF_DOCUMENTS", "BLOB_INTENT", "DOCUMENT_ROW", "REPEATED", "STORED_FILE", "VERSION"]

STORED_FILE: Final = RecordKind(
    KindSpec(
        "stored-file",
        {FileKeys.SCAN: Ref, FileKeys.RECEIVED_AT: Time, FileKeys.GONE: Bool},
        indexes=[(FileKeys.SCAN, FileKeys.RECEIVED_AT)],
    ),
    StoredFile,
    id_of=lambda file: file.id,
    keys_of=lambda file: {
        FileKeys.SCAN: str(file.scan),
        FileKeys.RECEIVED_AT: file.received_at,
        FileKeys.GONE: file.gone_at is not None,
    },
    remembers=1024,
)

BLOB_INTENT: Final = RecordKind(
    KindSpec(
        "blob-intent",
        {BlobIntentKeys.PURPOSE: Ref, BlobIntentKeys.SINCE: Time},
        indexes=[(BlobIntentKeys.SINCE,)],
    ),
    BlobIntent,
    id_of=lambda intent: intent.file,
    keys_of=lambda intent: {BlobIntentKeys.PURPOSE: str(intent.purpose), BlobIntentKeys.SINCE: intent.since},
)

# By the key of its reference, as its catalog entry is, so that a list of entries can be narrowed by it.
DOCUMENT_ROW: Final = RecordKind(
    KindSpec(DocumentKeys.KIND, {DocumentKeys.UPLOADER: Ref}, indexes=[(DocumentKeys.UPLOADER,)]),
    Document,
    id_of=lambda document: document.ref.key,
    keys_of=lambda document: {DocumentKeys.UPLOADER: document.uploader},
    remembers=1024,
)

VERSION: Final = RecordKind(
    KindSpec(
        "document-version",
        {VersionKeys.DOCUMENT: Ref, VersionKeys.NUMBER: Int, VersionKeys.FILE: Ref},
        indexes=[(VersionKeys.DOCUMENT, VersionKeys.NUMBER), (VersionKeys.FILE,)],
    ),
    DocumentVersion,
    id_of=lambda version: version.id,
    keys_of=lambda version: {
        VersionKeys.DOCUMENT: version.document,
        VersionKeys.NUMBER: version.number,
        VersionKeys.FILE: version.file,
    },
    unstored=["scan"],
    remembers=1024,
)

REPEATED: Final = RecordKind(
    KindSpec("idempotency-key", {RepeatKeys.AT: Time}, indexes=[(RepeatKeys.AT,)]),
    Repeated,
    id_of=lambda repeated: repeated.id,
    keys_of=lambda repeated: {RepeatKeys.AT: repeated.at},
)

ALL_OF_DOCUMENTS: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    STORED_FILE,
    BLOB_INTENT,
    DOCUMENT_ROW,
    VERSION,
    REPEATED,
)
