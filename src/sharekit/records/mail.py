"""
Mail that came in: what it says of itself, what is known besides, and what became of it.
"""

import enum
from datetime import datetime

import attrs

__all__ = [
    "Automatic",
    "BounceReport",
    "InboundAttachment",
    "InboundMail",
    "ReplyFacts",
    "ReplyOutcome",
    "ReplyPerson",
    "ReplyReason",
    "SenderProof",
    "Verdict",
]


class Automatic(enum.StrEnum):
    """Which machine wrote a mail, as far as it says so."""

    BOUNCE = "bounce"
    """A server reports what it did not deliver, or delivers later (RFC 3464)."""
    AUTO_REPLY = "auto-reply"
    """An answer that nobody wrote: an absence, a ticket number, a receipt (RFC 3834)."""
    BULK = "bulk"
    """A mailing, or what a list sends on."""


class SenderProof(enum.StrEnum):
    """What our own server found out about the address in ``From``."""

    DMARC = "dmarc"
    """It is genuine by the policy of its own domain."""
    ALIGNED = "aligned"
    """A signature, or the server that sent it, belongs to its domain."""
    FAILED = "failed"
    """Our server looked, and nothing speaks for the address."""
    UNKNOWN = "unknown"
    """Our server said nothing."""


@attrs.frozen(kw_only=True)
class InboundAttachment:
    """
    A file in a mail, as its sender named it. Names and types are not to be trusted.

    Attributes:
        name: In one line, as it came; empty when there is none.
        media_type: As it came, in lower case.
        content: Its bytes.
        inline: Whether it is meant to be shown in the text, as a picture in a signature is.
        content_id: By which the text refers to it, or None.
    """

    name: str
    media_type: str
    content: bytes = attrs.field(repr=False)
    inline: bool = False
    content_id: str | None = None


@attrs.frozen(kw_only=True)
class BounceReport:
    """
    What a server says of a letter that it could not deliver.

    Attributes:
        recipients: The addresses that failed.
        status: The code of RFC 3463, ``"5.1.1"``, or empty.
        permanent: Whether it failed for good.
        message_id: Of the letter that failed, or None when the report does not say.
    """

    recipients: tuple[str, ...]
    status: str = ""
    permanent: bool = False
    message_id: str | None = None


@attrs.frozen(kw_only=True)
class InboundMail:
    """
    A mail as it was read. All of it is what its sender says, but for ``proof``.

    Attributes:
        envelope_from: Who sent it, by the envelope: empty for a report, None when it is not known.
        recipients: To whom it came: by the envelope when that is known, else by the headers.
        reply_codes: The codes in the addresses that it came to; each is still to be checked.
        sender: The one address in ``From``, or None when there is none, or more than one.
        sender_name: The name beside it.
        proof: What our own server found out about the sender.
        automatic: Which machine wrote it, or None when it seems that a person did.
        bounce: What a report of a failure says, or None.
        message_id: As it came, or None.
        in_reply_to: The Message-IDs that it answers; they order a thread and prove nothing.
        references: What came before.
        hops: How many servers it went through.
        subject: In one line.
        date: What the sender's clock said, in UTC, or None.
        text: All of its text; HTML is written as text.
        reply: What is new in it.
        signature: What was cut off below the reply as a signature, or empty.
        truncated: Whether the text was longer than 1 MiB.
        attachments: Its files.
        size: Of the whole, in bytes.
        digest: The SHA-256 of the whole, which stands for a mail without a Message-ID.
    """

    envelope_from: str | None
    recipients: tuple[str, ...] = attrs.field(repr=False)  # they can hold a code
    reply_codes: tuple[str, ...] = attrs.field(repr=False)
    sender: str | None
    sender_name: str
    proof: SenderProof
    automatic: Automatic | None
    bounce: BounceReport | None
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    hops: int
    subject: str
    date: datetime | None
    text: str = attrs.field(repr=False)
    reply: str = attrs.field(repr=False)
    signature: str = attrs.field(repr=False)
    truncated: bool
    attachments: tuple[InboundAttachment, ...]
    size: int
    digest: str


class Verdict(enum.StrEnum):
    """What becomes of a mail."""

    ACCEPTED = "accepted"
    """It is posted as what its sender says."""
    HELD = "held"
    """Staff decide; nobody is answered, and no client sees it."""
    DROPPED = "dropped"
    """It is counted and forgotten; nobody is answered."""


class ReplyReason(enum.StrEnum):
    """Why. Staff and logs are told; a sender never is."""

    GENUINE = "genuine"

    BOUNCE = "bounce"
    AUTO_REPLY = "auto-reply"
    BULK = "bulk"
    OWN_ADDRESS = "own-address"
    LOOP = "loop"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    NO_ADDRESS = "no-reply-address"
    """It came to no address that sharekit gave out, so there is no conversation that it could be held for."""

    SEVERAL_ADDRESSES = "several-reply-addresses"
    EXPIRED = "reply-address-expired"
    REVOKED = "reply-address-revoked"
    PERSON_LEFT = "person-not-active"
    NO_RIGHT = "may-not-write-here"
    CLOSED = "conversation-closed"
    PLAN = "plan"
    UNCLEAR_SENDER = "sender-unclear"
    OTHER_SENDER = "another-sender"
    NOT_CHECKED = "sender-not-checked"
    NOT_PROVEN = "sender-not-proven"
    STAFF_NOT_PROVEN = "staff-not-proven"
    TOO_MANY = "too-many"
    FILES = "files-refused"
    """A file in it does not pass the screening."""
    TOO_LONG = "too-long"
    """Its text is longer than a message may be."""


@attrs.frozen(kw_only=True)
class ReplyPerson:
    """
    The person, and the conversation, that a genuine reply address stands for, as they are now.

    Attributes:
        addresses: The mail addresses of the person.
        staff: Whether the person is one of the host's own.
        active: Whether the person may come in at all.
        may_write: Whether the person may write in the conversation now.
        open: Whether the conversation takes new messages.
        expires_at: When the address stops working, in UTC.
        revoked: Whether it was taken back.
        planned: Whether the host's plan includes messages.
    """

    addresses: tuple[str, ...]
    staff: bool
    active: bool
    may_write: bool
    open: bool
    expires_at: datetime
    revoked: bool = False
    planned: bool = True


@attrs.frozen(kw_only=True)
class ReplyFacts:
    """
    All that the verdict on a mail goes by.

    Attributes:
        mail: The mail.
        people: For each genuine reply address that it came to, whom it stands for; nothing for an
            address whose signature is wrong, or whose record is gone.
        now: The instant of arrival, in UTC.
        seen_before: Whether a mail with this Message-ID was accepted at this reply address before, or the
            very same bytes came to it. Held mails of others do not count: else a forged mail could keep the
            genuine one out.
        accepted_lately: How many mails of this person were accepted within the last hour.
        own_addresses: Addresses that sharekit itself sends from.
        proof_needed: Whether a client's mail needs a proven sender; for staff it is needed always.
    """

    mail: InboundMail
    people: tuple[ReplyPerson, ...]
    now: datetime
    seen_before: bool = False
    accepted_lately: int = 0
    own_addresses: frozenset[str] = frozenset()
    proof_needed: bool = True


@attrs.frozen
class ReplyOutcome:
    """
    What became of a mail, and why.

    Attributes:
        verdict: What.
        reason: Why.
    """

    verdict: Verdict
    reason: ReplyReason
