"""
Conversations: what staff and clients write to one another, who takes part, and who has read how far.

Messages carry two numbers. ``number`` counts every message, for staff. ``client_number`` counts those for
clients alone, so that nothing that a client gets to know, no order, count or place, depends on a note.
"""

import enum
from datetime import datetime
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import ConversationId, FileId, MessageId, RequestId, TenantId, deterministic_id
from sharekit.records import checks
from sharekit.records.catalog import Audience, ResourceRef, node_of
from sharekit.records.instants import utc

__all__ = [
    "MAX_ATTACHED",
    "MAX_TEXT",
    "Attachment",
    "Channel",
    "Conversation",
    "ConversationKeys",
    "HistoryPolicy",
    "Message",
    "MessageKeys",
    "MessageWords",
    "Participant",
    "ParticipantKeys",
    "Reading",
    "ReadingKeys",
    "Span",
    "WordsKeys",
    "participant_id",
    "reading_id",
]

MAX_ATTACHED: Final = 10 * 1024 * 1024
"""So many bytes may be attached to one message, in one file or in several."""

MAX_TEXT: Final = 100_000
"""So many characters may stand in one message."""
_MOST_FILES: Final = 20
_LONGEST_REASON: Final = 1000


class HistoryPolicy(enum.StrEnum):
    """What somebody who is added to a conversation gets to see of its messages for clients."""

    NONE = "none"
    """Nothing, earlier or later: they are only told that there is something new."""
    FROM_JOIN = "from-join"
    """What is written from now on."""
    FULL = "full"
    """Everything."""
    SELECTED = "selected"
    """Messages that staff choose, and what is written from now on."""


class Channel(enum.StrEnum):
    """By which way a message came."""

    PORTAL = "portal"
    """It was written on a page, or handed in by the host's own code."""
    MAIL = "mail"
    AUTOMATIC = "automatic"
    """Nobody wrote it: it is an automatic reply. None is ever given to it."""


class ConversationKeys:
    """The queryable keys of `Conversation`, and the name of its kind."""

    KIND: Final = "conversation"
    NODE = "node"
    FOLLOWED = "followed"
    TOPIC = "topic"
    RESOURCE = "resource"
    WORDS = "words"
    ACTIVITY = "activity"
    CLIENT_ACTIVITY = "client_activity"
    OPEN = "open"
    TURNS = "turns"


@attrs.frozen(kw_only=True)
class Conversation:
    """
    A conversation.

    Attributes:
        tenant: Whose it is.
        id: Random.
        subject: What it is about, in one line, which everybody who takes part reads.
        about: The thing that it is about, or None.
        incarnation: The `CatalogEntry.incarnation` of that thing.
        version: The version of a document that it is about, or None.
        requester: The key of the contact whose matter it is, or None.
        with_followers: Whether every client who follows what it is about, and may view that, takes part from
            when they began to follow.
        created_at: When it was started.
        created_by: The party key of who did.
        closed_at: When it was closed, or None while it takes messages.
        messages: How many messages were ever written; the number of the latest.
        client_messages: How many of them for clients; the client's number of the latest.
        settled_at: When the latest message for clients is or was settled; none after it is settled earlier.
        activity: When something was last written, or the conversation was started.
        client_activity: When something was last written for clients, or the conversation was started.
        turns: How often somebody took hold of it to change it.
    """

    tenant: TenantId
    id: ConversationId
    subject: str
    about: ResourceRef | None = None
    incarnation: int = 1
    version: int | None = None
    requester: str | None = None
    with_followers: bool = False
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    messages: int = 0
    client_messages: int = 0
    settled_at: datetime | None = None
    activity: datetime
    client_activity: datetime
    turns: int = 0

    def __attrs_post_init__(self) -> None:
        checks.title("subject", self.subject)
        for field in ("created_at", "activity", "client_activity"):
            utc(field, getattr(self, field))

    @property
    def node(self) -> str | None:
        """What it is about, in this life of it, as text; None when it is about nothing."""
        return None if self.about is None else node_of(self.about, self.incarnation)

    @property
    def followed(self) -> str | None:
        """The node whose followers take part, or None when they do not."""
        return self.node if self.with_followers else None

    @property
    def is_open(self) -> bool:
        """Whether it takes messages."""
        return self.closed_at is None


@attrs.frozen(kw_only=True)
class Attachment:
    """
    A file in a message. Whoever may read the message may read it, and nobody else.

    Attributes:
        number: 1 for the first in its message, and so on.
        file: The id of the file that holds its bytes.
        name: Its name, cleaned.
        size: In bytes.
        sha256: The digest of its bytes, in hex.
        media_type: What the bytes were found to be.
    """

    number: int
    file: FileId
    name: str
    size: int
    sha256: str
    media_type: str


class MessageKeys:
    """The queryable keys of `Message`, and the name of its kind."""

    KIND: Final = "message"
    CONVERSATION = "conversation"
    NUMBER = "number"
    CLIENT_NUMBER = "client_number"
    AUTHOR = "author"
    AT = "at"
    SETTLED_AT = "settled_at"
    MAIL_ID = "mail_id"


@attrs.frozen(kw_only=True)
class Message:
    """
    One message. It is never changed, and its audience never widens.

    Attributes:
        tenant: Where.
        id: Random.
        conversation: The conversation that it belongs to.
        number: Its place among all messages of the conversation, from 1; for staff alone, 0 in what a client gets.
        client_number: Its place among those for clients, from 1; None of a note.
        audience: Whom it is for: CLIENT is a reply, INTERNAL a note.
        author: The party key of who wrote it.
        text: As it was written.
        at: When it was written.
        settled_at: Until then its author may take it back: nobody is told of it before, and of a message for
            clients nobody outside but its author knows.
        attachments: Its files.
        in_reply_to: The message that it answers, or None.
        promoted_from: The note that it was made from, or None.
        reason: Why it was made from a note; for staff alone.
        channel: By which way it came.
        mail_id: The Message-ID of the mail that it came as, or None.
        original: The file that holds that mail as it came; for staff alone.
        request: The document request whose button comes with it, or None.
    """

    tenant: TenantId
    id: MessageId
    conversation: ConversationId
    number: int
    client_number: int | None
    audience: Audience
    author: str
    text: str = attrs.field(repr=False)
    at: datetime
    settled_at: datetime
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: MessageId | None = None
    promoted_from: MessageId | None = None
    reason: str | None = attrs.field(default=None, repr=False)
    channel: Channel = Channel.PORTAL
    mail_id: str | None = attrs.field(default=None, repr=False)
    original: FileId | None = None
    request: RequestId | None = None

    def __attrs_post_init__(self) -> None:
        utc("at", self.at)
        utc("settled_at", self.settled_at)
        if self.text or not self.attachments:
            checks.prose("text", self.text, MAX_TEXT)
        if self.reason is not None:
            checks.prose("reason", self.reason, _LONGEST_REASON)
        if len(self.attachments) > _MOST_FILES:
            raise InvalidInputError("attachments", f"needs at most {_MOST_FILES} files")
        if (self.audience is Audience.CLIENT) is (self.client_number is None):
            raise InvalidInputError("client_number", "stands in messages for clients, and in no note")

    @property
    def is_note(self) -> bool:
        """Whether it is for staff alone."""
        return self.audience is not Audience.CLIENT

    @property
    def automatic(self) -> bool:
        """Whether nobody wrote it."""
        return self.channel is Channel.AUTOMATIC

    def is_settled(self, now: datetime) -> bool:
        """Say whether it can no longer be taken back; the end of the window is exclusive."""
        return now >= self.settled_at


@attrs.frozen
class Span:
    """
    A stretch of the messages for clients that a participant may read.

    Attributes:
        above: From after this `Message.client_number`.
        to: Up to and with this one; None for everything that follows.
    """

    above: int
    to: int | None = None

    def holds(self, number: int) -> bool:
        """Say whether a message lies in it."""
        return self.above < number and (self.to is None or number <= self.to)


class ParticipantKeys:
    """The queryable keys of `Participant`, and the name of its kind."""

    KIND: Final = "participant"
    CONVERSATION = "conversation"
    PARTY = "party"
    PRESENT = "present"


def participant_id(tenant: TenantId, conversation: ConversationId, party: str) -> str:
    """Return the id of the one row of this party in this conversation."""
    return deterministic_id("participant", tenant, conversation, party)


@attrs.frozen(kw_only=True)
class Participant:
    """
    Somebody who takes part in a conversation, or did: the row stays, so that adding them again reveals nothing.

    Attributes:
        tenant: Where.
        conversation: In which.
        party: The key of the contact, organisation or member of staff. Of an organisation everybody takes part
            who belongs to it at the moment of reading.
        history: What was chosen when they were last added.
        spans: The messages for clients that they may read while they take part.
        selected: Numbers of others that they may read besides, ascending.
        added_at: When they were last added.
        added_by: The party key of who added them.
        removed_at: When they were removed or left, or None while they take part.
        removed_by: The party key of who did that.
    """

    tenant: TenantId
    conversation: ConversationId
    party: str
    history: HistoryPolicy
    spans: tuple[Span, ...] = ()
    selected: tuple[int, ...] = ()
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None
    removed_by: str | None = None

    def __attrs_post_init__(self) -> None:
        utc("added_at", self.added_at)
        if self.removed_at is not None:
            utc("removed_at", self.removed_at)

    @property
    def id(self) -> str:
        """The id of its row, the same for the same two."""
        return participant_id(self.tenant, self.conversation, self.party)

    @property
    def present(self) -> bool:
        """Whether they take part."""
        return self.removed_at is None


class ReadingKeys:
    """The queryable keys of `Reading`, and the name of its kind."""

    KIND: Final = "conversation-reading"
    CONVERSATION = "conversation"
    PARTY = "party"


def reading_id(tenant: TenantId, conversation: ConversationId, party: str) -> str:
    """Return the id of the one row of this person and conversation."""
    return deterministic_id("conversation-reading", tenant, conversation, party)


@attrs.frozen(kw_only=True)
class Reading:
    """
    How far one person has read a conversation.

    Attributes:
        tenant: Where.
        conversation: Which.
        party: The key of the contact or member of staff.
        number: The `Message.number` up to which a member of staff has read; the `Message.client_number` of a contact.
        at: When they last read on; None when they never did.
        replied_at: When an automatic reply last went to them here, or None.
    """

    tenant: TenantId
    conversation: ConversationId
    party: str
    number: int = 0
    at: datetime | None = None
    replied_at: datetime | None = None

    @property
    def id(self) -> str:
        """The id of its row."""
        return reading_id(self.tenant, self.conversation, self.party)


class WordsKeys:
    """The queryable keys of `MessageWords`, and the name of its kind."""

    KIND: Final = "message-words"
    MESSAGE = "message"
    WORDS = "words"
    CLIENT = "client"


@attrs.frozen(kw_only=True)
class MessageWords:
    """
    Some of the words of a message, by which it is found.

    Attributes:
        tenant: Where.
        message: The message.
        place: 0 for the first row of the message, and so on.
        words: Folded, each after one space.
        client: Whether the message is for clients.
    """

    tenant: TenantId
    message: MessageId
    place: int
    words: str = attrs.field(repr=False)
    client: bool

    @property
    def id(self) -> str:
        """The id of its row."""
        return f"{self.message}.{self.place}"
