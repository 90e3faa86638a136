"""
Addresses to which somebody replies, and mails that came there and wait for staff.
"""

import enum
from datetime import datetime, timedelta
from typing import Final

import attrs

from sharekit.ids import ConversationId, FileId, HeldMailId, MessageId, ReplyAddressId, TenantId, deterministic_id
from sharekit.records.catalog import Audience
from sharekit.records.instants import utc
from sharekit.records.mail import ReplyReason

__all__ = [
    "REPLY_TIME",
    "HeldMail",
    "HeldMailKeys",
    "HeldState",
    "ReplyAddress",
    "ReplyAddressKeys",
    "held_mail_id",
]

REPLY_TIME: Final = timedelta(days=30)
"""So long after the last letter that named it does an address take answers (R-MAIL-1)."""


class ReplyAddressKeys:
    """The queryable keys of `ReplyAddress`."""

    PARTY = "party"
    CONVERSATION = "conversation"


@attrs.frozen(kw_only=True)
class ReplyAddress:
    """
    An address to which one person answers in one conversation; its code is made of its id and a signature.

    Attributes:
        tenant: Where.
        id: 128 random bits; nobody finds it without a letter that names it.
        party: The key of the contact or member of staff to whom it was given.
        conversation: In which an answer is posted; None for an address that only takes reports of failures.
        audience: Whom an answer is for, which nothing in a mail decides.
        created_at: When it was made.
        expires_at: When it stops taking answers; each letter that names it puts that off.
        revoked_at: When it was taken back, or None.
    """

    tenant: TenantId
    id: ReplyAddressId = attrs.field(repr=False)
    party: str
    conversation: ConversationId | None
    audience: Audience
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        utc("created_at", self.created_at)
        utc("expires_at", self.expires_at)


class HeldState(enum.StrEnum):
    """What became of a held mail."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


class HeldMailKeys:
    """The queryable keys of `HeldMail`."""

    CONVERSATION = "conversation"
    STATE = "state"
    SENDER = "sender"
    RECEIVED_AT = "received_at"


def held_mail_id(tenant: TenantId, address: ReplyAddressId, digest: str) -> HeldMailId:
    """Return the id of the one row of these bytes at this address, so that they are held once."""
    return HeldMailId(deterministic_id("held-mail", tenant, address, digest))


@attrs.frozen(kw_only=True)
class HeldMail:
    """
    A mail that waits for staff, or did. No client ever learns of it, and nobody is answered.

    Attributes:
        tenant: Where.
        address: The id of the address that it came to.
        digest: The SHA-256 of all of it.
        conversation: In which it would be posted.
        party: The key of the person to whom that address was given.
        audience: Whom it would be for.
        reason: Why it is held.
        sender: The address in ``From``, or None; it proves nothing.
        sender_name: The name beside it.
        subject: In one line.
        text: What is new in it, the beginning.
        files: The names of its files.
        mail_id: Its Message-ID, or what stands for one.
        original: The file that holds it as it came.
        received_at: When it came.
        state: What became of it.
        settled_at: When, or None while it waits.
        settled_by: The party key of who decided.
        message: The message that it became, or None.
    """

    tenant: TenantId
    address: ReplyAddressId = attrs.field(repr=False)
    digest: str
    conversation: ConversationId
    party: str
    audience: Audience
    reason: ReplyReason
    sender: str | None
    sender_name: str
    subject: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)
    files: tuple[str, ...] = ()
    mail_id: str
    original: FileId
    received_at: datetime
    state: HeldState = HeldState.WAITING
    settled_at: datetime | None = None
    settled_by: str | None = None
    message: MessageId | None = None

    def __attrs_post_init__(self) -> None:
        utc("received_at", self.received_at)

    @property
    def id(self) -> HeldMailId:
        """The id of its row."""
        return held_mail_id(self.tenant, self.address, self.digest)
