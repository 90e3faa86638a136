"""
What happens in conversations.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.ids import ConversationId, MessageId
from sharekit.records.catalog import Audience, ResourceRef
from sharekit.records.conversations import Channel, HistoryPolicy
from sharekit.records.events._event import Event, ResourceEvent

__all__ = [
    "AttachmentOpened",
    "AutomaticReplySet",
    "ConversationClosed",
    "ConversationRead",
    "ConversationReopened",
    "ConversationStarted",
    "MessagePosted",
    "MessagePromoted",
    "MessageUndone",
    "ParticipantAdded",
    "ParticipantRemoved",
]


@attrs.frozen(kw_only=True)
class ConversationEvent(Event):
    """
    Something that happened in a conversation.

    Attributes:
        conversation: The id of the conversation.
        ref: What it is about, or None.
    """

    conversation: ConversationId
    ref: ResourceRef | None


@attrs.frozen(kw_only=True)
class ConversationStarted(ConversationEvent):
    """
    A conversation was started.

    Attributes:
        parties: The keys of those who take part from the beginning.
    """

    name: ClassVar[str] = "conversation-started"
    parties: frozenset[str]


@attrs.frozen(kw_only=True)
class ConversationClosed(ConversationEvent):
    """A conversation takes no more messages."""

    name: ClassVar[str] = "conversation-closed"


@attrs.frozen(kw_only=True)
class ConversationReopened(ConversationEvent):
    """A conversation takes messages again."""

    name: ClassVar[str] = "conversation-reopened"


@attrs.frozen(kw_only=True)
class ConversationRead(ConversationEvent):
    """
    Somebody read on in a conversation.

    Attributes:
        number: Up to which message: by its `Message.number` for staff, by its `Message.client_number` for contacts.
    """

    name: ClassVar[str] = "conversation-read"
    number: int


@attrs.frozen(kw_only=True)
class MessageEvent(ConversationEvent):
    """
    Something that happened to a message.

    Attributes:
        message: The id of the message.
        audience: Whom it is for.
    """

    message: MessageId
    audience: Audience


@attrs.frozen(kw_only=True)
class MessagePosted(MessageEvent):
    """
    Somebody wrote.

    Attributes:
        settled_at: Until then it may be taken back; nobody is to be told of it before.
        channel: By which way it came.
        attachments: How many files it has.
    """

    name: ClassVar[str] = "message-posted"
    heard: ClassVar[bool] = True
    settled_at: datetime
    channel: Channel
    attachments: int

    @property
    def settles_at(self) -> datetime:
        """Until then it may be taken back."""
        return self.settled_at


@attrs.frozen(kw_only=True)
class MessagePromoted(MessageEvent):
    """
    A message for clients was made from a note, which stays as it is.

    Attributes:
        note: The id of the note.
    """

    name: ClassVar[str] = "message-promoted"
    heard: ClassVar[bool] = True
    note: MessageId


@attrs.frozen(kw_only=True)
class MessageUndone(MessageEvent):
    """The author took a message back in time; it is gone."""

    name: ClassVar[str] = "message-undone"


@attrs.frozen(kw_only=True)
class AttachmentOpened(MessageEvent):
    """
    Somebody read a file of a message.

    Attributes:
        attachment: Its number in the message.
        part: Whether only a part of it was asked for.
    """

    name: ClassVar[str] = "attachment-opened"
    attachment: int
    part: bool


@attrs.frozen(kw_only=True)
class ParticipantAdded(ConversationEvent):
    """
    Somebody was added to a conversation, or added again, or sees another part of its past.

    Attributes:
        party: The key of who.
        history: What they get to see of what was written before.
        revealed: How many earlier messages they can read that they could not read before.
        files: How many files those have.
        present: Whether they took part already; then they are told of nothing.
    """

    name: ClassVar[str] = "participant-added"
    heard: ClassVar[bool] = True
    party: str
    history: HistoryPolicy
    revealed: int
    files: int
    present: bool


@attrs.frozen(kw_only=True)
class ParticipantRemoved(ConversationEvent):
    """
    Somebody takes part no more, and reads nothing any more.

    Attributes:
        party: The key of who.
        left: Whether they went by themselves.
    """

    name: ClassVar[str] = "participant-removed"
    party: str
    left: bool


@attrs.frozen(kw_only=True)
class AutomaticReplySet(ResourceEvent):
    """
    The automatic reply of a thing was set, or removed.

    Attributes:
        removed: Whether it was removed.
    """

    name: ClassVar[str] = "automatic-reply-set"
    removed: bool
