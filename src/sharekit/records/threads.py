"""
Conversations as one reader may see them: lists, threads, messages, files, and what adding somebody would reveal.
"""

from datetime import datetime

import attrs

from sharekit.ids import ConversationId, MessageId, RequestId
from sharekit.records.catalog import Audience, ResourceRef
from sharekit.records.conversations import Channel, HistoryPolicy
from sharekit.records.files import ScanState

__all__ = [
    "AttachmentFile",
    "AttachmentView",
    "ConversationItem",
    "ConversationPage",
    "HistoryPreview",
    "MessageView",
    "ParticipantView",
    "ThreadView",
]


@attrs.frozen(kw_only=True)
class AttachmentView:
    """
    A file in a message.

    Attributes:
        number: By which it is opened, with the id of its message.
        name: Its name.
        size: In bytes.
        media_type: What its bytes were found to be.
        scan: What a scanner said.
    """

    number: int
    name: str
    size: int
    media_type: str
    scan: ScanState


@attrs.frozen(kw_only=True)
class AttachmentFile:
    """
    A file in a message, as whoever may read the message may know of it, for a download.

    Attributes:
        message: The id of the message.
        number: Its number there.
        name: Its name.
        size: In bytes.
        sha256: The digest of its bytes.
        media_type: What its bytes were found to be.
        inline: Whether a browser may show it, on an origin of its own.
        etag: Random; another one for each file, and nothing of the bytes.
        scan: What a scanner said.
        added_at: When it came.
    """

    message: MessageId
    number: int
    name: str
    size: int
    sha256: str
    media_type: str
    inline: bool
    etag: str
    scan: ScanState
    added_at: datetime


@attrs.frozen(kw_only=True)
class MessageView:
    """
    A message, as its reader may see it.

    Attributes:
        id: Its id.
        audience: Whom it is for; a client only ever gets CLIENT.
        author: The key of who wrote it; for staff alone.
        author_name: Their name; None when it is not known, and then `from_staff` says what to write.
        from_staff: Whether staff, or the host's machinery, wrote it.
        mine: Whether the reader wrote it.
        text: As it was written.
        at: When.
        attachments: Its files.
        in_reply_to: The message that it answers, when the reader may read that one.
        automatic: Whether nobody wrote it.
        request: The document request whose button comes with it, when the reader was asked, or is staff.
        unread: Whether the reader has not read it; never of what they wrote themselves.
        undo_until: Until when the reader may take it back; None when they may not.
        settled: Whether others can see it, too.
        promoted_from: The note that it was made from; for staff alone.
        reason: Why it was made from a note; for staff alone.
        channel: By which way it came; for staff alone.
        read_by: The names of the clients who have read it; for staff alone, and of messages for clients.
    """

    id: MessageId
    audience: Audience
    author: str | None
    author_name: str | None
    from_staff: bool
    mine: bool
    text: str = attrs.field(repr=False)
    at: datetime
    attachments: tuple[AttachmentView, ...] = ()
    in_reply_to: MessageId | None = None
    automatic: bool = False
    request: RequestId | None = None
    unread: bool = False
    undo_until: datetime | None = None
    settled: bool = True
    promoted_from: MessageId | None = None
    reason: str | None = attrs.field(default=None, repr=False)
    channel: Channel | None = None
    read_by: tuple[str, ...] = ()

    @property
    def is_note(self) -> bool:
        """Whether it is for staff alone."""
        return self.audience is not Audience.CLIENT


@attrs.frozen(kw_only=True)
class ParticipantView:
    """
    Somebody who takes part.

    Attributes:
        party: The key of the contact, organisation or member of staff; for staff alone.
        name: Their name; the empty text when it is not known.
        type: ``"contact"``, ``"organization"`` or ``"staff"``; a client is shown the first two.
        me: Whether it is the reader, or an organisation of theirs.
        requester: Whether it is their matter.
        history: What was chosen when they were added; for staff alone.
        added_at: When they were last added; for staff alone.
        read_at: When they last read on; for staff alone, and not of organisations.
    """

    party: str | None
    name: str
    type: str
    me: bool = False
    requester: bool = False
    history: HistoryPolicy | None = None
    added_at: datetime | None = None
    read_at: datetime | None = None


@attrs.frozen(kw_only=True)
class ThreadView:
    """
    A conversation with a page of its messages, as its reader may see it.

    Attributes:
        conversation: Its id.
        subject: What it is about, in words.
        about: The thing that it is about, when the reader may view that; else None.
        about_title: The title of that thing that the reader may read, or None.
        version: The version of the document that it is about, or None.
        open: Whether it takes messages.
        audiences: For whom the reader may write here; empty when they may not.
        may_add: Whether the reader may say who takes part, and make messages for clients from notes.
        participants: Who takes part; a client is shown no staff.
        with_followers: Whether clients who follow what it is about take part too.
        messages: The oldest of the page first.
        previous: Pass it as ``after`` for older messages; None when there are none.
        next: Pass it as ``after`` for newer ones; None when there are none.
        unread: How many messages the reader has not read.
        at: When this was read.
    """

    conversation: ConversationId
    subject: str
    about: ResourceRef | None
    about_title: str | None
    version: int | None
    open: bool
    audiences: tuple[Audience, ...]
    participants: tuple[ParticipantView, ...]
    with_followers: bool
    messages: tuple[MessageView, ...]
    previous: str | None = None
    next: str | None = None
    unread: int = 0
    may_add: bool = False
    at: datetime


@attrs.frozen(kw_only=True)
class ConversationItem:
    """
    One conversation in a list, as its reader may know of it.

    Attributes:
        conversation: Its id.
        subject: What it is about, in words.
        about: The thing that it is about, when the reader may view that; else None.
        about_title: The title of that thing that the reader may read, or None.
        open: Whether it takes messages.
        activity: When something was last written that the reader may read, else when they came to take part.
        unread: How many messages the reader has not read.
        last: The latest message that the reader may read, or None.
        found: The latest message that was searched for, or None.
        participants: Who takes part; a client is shown no staff.
    """

    conversation: ConversationId
    subject: str
    about: ResourceRef | None
    about_title: str | None
    open: bool
    activity: datetime
    unread: int
    last: MessageView | None
    found: MessageView | None = None
    participants: tuple[ParticipantView, ...] = ()


@attrs.frozen(kw_only=True)
class ConversationPage:
    """
    A page of a list of conversations, the latest first; see `Page`.

    Attributes:
        items: The conversations, in order.
        next: Pass it as ``after`` for what follows; None at the end.
        previous: Pass it as ``after`` for what comes before; None at the beginning.
    """

    items: tuple[ConversationItem, ...]
    next: str | None = None
    previous: str | None = None


@attrs.frozen(kw_only=True)
class HistoryPreview:
    """
    What somebody would see of a conversation if they were added now, for staff.

    Attributes:
        party: The key of the contact or organisation.
        name: Their name.
        history: What would be chosen.
        sees: How many of the messages for clients they could read then.
        of: How many there are.
        files: How many files the messages have that they could read.
        revealed: How many of those messages they cannot read now.
        follows: Whether they would read what is written from now on.
    """

    party: str
    name: str
    history: HistoryPolicy
    sees: int
    of: int
    files: int
    revealed: int
    follows: bool
