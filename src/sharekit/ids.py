"""
Identifiers: one type for each kind of id, and the three ways an id comes about.

Random ids carry 168 bits of the system's randomness (requirement R-TOK-1 asks for 128).
Ordered ids sort in the order in which one process made them.
Deterministic ids are digests of what they stand for, so that doing a thing twice finds the first.
"""

import base64
import functools
import hashlib
import itertools
import re
import secrets
from datetime import datetime
from typing import NewType

__all__ = [
    "AuditEntryId",
    "BlobKey",
    "ContactId",
    "ConversationId",
    "DocumentId",
    "EntryId",
    "FileId",
    "GrantId",
    "HeldMailId",
    "InvitationId",
    "MessageId",
    "OrganizationId",
    "ReadLinkId",
    "ReplyAddressId",
    "RequestId",
    "RequestRecipientId",
    "StaffId",
    "SubmissionId",
    "TenantId",
    "UploadId",
    "blob_key",
    "blob_prefix",
    "deterministic_id",
    "is_tenant_id",
    "ordered_id",
    "place_at",
    "place_of",
    "random_id",
    "reply_id",
]

TenantId = NewType("TenantId", str)
EntryId = NewType("EntryId", str)
StaffId = NewType("StaffId", str)
ContactId = NewType("ContactId", str)
OrganizationId = NewType("OrganizationId", str)
InvitationId = NewType("InvitationId", str)
ReadLinkId = NewType("ReadLinkId", str)
GrantId = NewType("GrantId", str)
AuditEntryId = NewType("AuditEntryId", str)
BlobKey = NewType("BlobKey", str)
RequestId = NewType("RequestId", str)
RequestRecipientId = NewType("RequestRecipientId", str)
SubmissionId = NewType("SubmissionId", str)
UploadId = NewType("UploadId", str)
DocumentId = NewType("DocumentId", str)
FileId = NewType("FileId", str)
ConversationId = NewType("ConversationId", str)
HeldMailId = NewType("HeldMailId", str)
MessageId = NewType("MessageId", str)
ReplyAddressId = NewType("ReplyAddressId", str)

_RANDOM_BYTES = 21  # 168 bits fill 28 characters exactly: no character is biased
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE = 15  # digits that hold the microseconds
_ticks = itertools.count()


def random_id() -> str:
    """
    Return a fresh unguessable id.

    Returns:
        28 characters of the URL-safe alphabet, case-sensitive, 168 random bits.
    """
    return secrets.token_urlsafe(_RANDOM_BYTES)


def reply_id() -> str:
    """
    Return a fresh unguessable id for an address to reply to, where case is not kept.

    Returns:
        26 lower-case letters and digits of base32, 128 random bits.
    """
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()


def ordered_id(at: datetime, *, after: str = "") -> str:
    """
    Return a fresh id that sorts after *after*, and after every id this process made at or before *at*.

    Args:
        at: An aware time; its microseconds lead the id.
        after: Another such id, or nothing.

    Returns:
        37 characters: microseconds, a running number of this process, 48 random bits.
    """
    micros = place_at(at)
    if after:
        micros = max(micros, place_of(after) + 1)
    return f"{micros:0{_PLACE}x}{next(_ticks) & 0xFFFFFFFFFF:010x}{secrets.token_hex(6)}"


def place_of(ordered: str) -> int:
    """Return the number that an ordered id begins with, by which such ids are in order too."""
    return int(ordered[:_PLACE], 16)


def place_at(at: datetime) -> int:
    """Return with which number ordered ids begin at an aware time; a clock that was set back makes it more."""
    return int(at.timestamp() * 1_000_000)


def deterministic_id(*parts: str) -> str:
    """
    Return the id that stands for exactly these parts in this order.

    Each part is prefixed with its length, so ``("ab", "c")`` and ``("a", "bc")`` differ.

    Args:
        parts: Any texts, empty ones included.

    Returns:
        64 hexadecimal digits of SHA-256.
    """
    pieces: list[bytes] = []
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        pieces += len(data).to_bytes(8, "big"), data
    return hashlib.sha256(b"".join(pieces)).hexdigest()


@functools.lru_cache(maxsize=1024)
def blob_prefix(tenant: TenantId) -> str:
    """
    Return the folder of a tenant's blobs, which ends at a slash and tells nothing of the tenant.

    Returns:
        26 characters of base32, of SHA-256 over the tenant's id, and a slash.
    """
    digest = hashlib.sha256(tenant.encode()).digest()
    return base64.b32encode(digest).decode("ascii")[:26] + "/"


def blob_key(tenant: TenantId, file: FileId) -> BlobKey:
    """Return where the bytes of a file are: random, and in the tenant's own folder (R-BLOB-4)."""
    return BlobKey(blob_prefix(tenant) + file)


def is_tenant_id(text: object) -> bool:
    """Say whether *text* can name a tenant: 1 to 64 letters, digits, ``_`` or ``-``."""
    return isinstance(text, str) and _TENANT.fullmatch(text) is not None
