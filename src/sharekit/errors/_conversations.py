"""
Errors of conversations.
"""

from typing import ClassVar

from sharekit.errors._asking import InvalidInputError, NotAllowedError

__all__ = ["ConversationClosedError", "MessagingRefusedError", "UndoOverError"]


class ConversationClosedError(InvalidInputError):
    """The conversation was closed, and takes no messages; nothing was written."""

    code: ClassVar[str] = "conversation-closed"

    def __init__(self) -> None:
        super().__init__("conversation", "was closed; reopen it to write in it")


class UndoOverError(InvalidInputError):
    """The message was written too long ago to be taken back."""

    code: ClassVar[str] = "undo-over"

    def __init__(self) -> None:
        super().__init__("message", "was written too long ago to be taken back")


class MessagingRefusedError(NotAllowedError):
    """
    Messages cannot be written from here; nothing was written.

    Attributes:
        reason: Why, as a slug of `ReachReason`; see `Conversations.reach`.
        contact: The id of the contact whom they would not reach, or None when it is not about one.
        words: What the host says of its plan, or empty.
    """

    code: ClassVar[str] = "messaging-refused"

    def __init__(self, reason: str, *, contact: str | None = None, words: str = "") -> None:
        super().__init__(reason)
        self.contact = contact
        self.words = words
