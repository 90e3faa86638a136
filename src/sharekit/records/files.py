"""
Files: bytes that a store keeps, and what is known of them.

What has a file (a version of a document, a submission, an attachment) names it by its id. Where the
bytes are follows from that id, so nothing else need say so, and nothing that a client sends decides it.
"""

import enum
from datetime import datetime

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import BlobKey, FileId, TenantId, blob_key
from sharekit.records.instants import utc

__all__ = ["BlobIntent", "BlobIntentKeys", "BlobPurpose", "FileKeys", "ScanState", "StoredFile"]


class ScanState(enum.StrEnum):
    """What a scanner said of a file."""

    NOT_ASKED = "not-asked"
    """There was no scanner when it came."""
    CHECKING = "checking"
    """No scanner has called it clean yet: nobody gets its bytes."""
    CLEAN = "clean"
    INFECTED = "infected"
    """Its bytes were deleted; what is known of it is kept."""

    @property
    def lets_read(self) -> bool:
        """Whether the bytes may be given to anybody at all."""
        return self in {ScanState.NOT_ASKED, ScanState.CLEAN}


class FileKeys:
    """The queryable keys of `StoredFile`."""

    SCAN = "scan"
    RECEIVED_AT = "received_at"
    GONE = "gone"


@attrs.frozen(kw_only=True)
class StoredFile:
    """
    Bytes that the blob store keeps, or kept.

    Attributes:
        tenant: Whose they are.
        id: Random; the blob's key ends with it.
        size: In bytes.
        sha256: Their digest, 64 hexadecimal digits.
        media_type: What the bytes were found to be, never what somebody said.
        inline: Whether a browser may show them on an origin of their own.
        etag: Random; what tells this file from every other in HTTP, and tells nothing of the bytes.
        scan: What a scanner said.
        received_at: When they were complete.
        received_from: The party key of who sent them.
        gone_at: When it was decided that the bytes go, or when they were found to be lost; None while they are kept.
    """

    tenant: TenantId
    id: FileId
    size: int
    sha256: str
    media_type: str
    inline: bool = False
    etag: str
    scan: ScanState = ScanState.NOT_ASKED
    received_at: datetime
    received_from: str
    gone_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        utc("received_at", self.received_at)
        if self.gone_at is not None:
            utc("gone_at", self.gone_at)
        if self.size < 0:
            raise InvalidInputError("size", "needs a number of bytes")

    @property
    def blob(self) -> BlobKey:
        """Where the bytes are."""
        return blob_key(self.tenant, self.id)

    @property
    def readable(self) -> bool:
        """Whether the bytes may be given to whoever may see what they belong to."""
        return self.gone_at is None and self.scan.lets_read


class BlobPurpose(enum.StrEnum):
    """What is going to happen to a blob."""

    RECEIVE = "receive"
    """It is being written; the record that names its file removes the intent."""
    DELETE = "delete"
    """Nothing names it, or nothing any more; the sweep deletes it."""


class BlobIntentKeys:
    """The queryable keys of `BlobIntent`."""

    PURPOSE = "purpose"
    SINCE = "since"


@attrs.frozen(kw_only=True)
class BlobIntent:
    """
    What is going to happen to a blob: put before it does, so that a crash leaves a trace.

    Attributes:
        tenant: Whose blob it is.
        file: The id of its file.
        purpose: What is going to happen.
        since: When that was decided.
    """

    tenant: TenantId
    file: FileId
    purpose: BlobPurpose
    since: datetime

    def __attrs_post_init__(self) -> None:
        utc("since", self.since)
