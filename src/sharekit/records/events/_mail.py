"""
What happens to mail that comes in.
"""

from typing import ClassVar

import attrs

from sharekit.ids import ConversationId, HeldMailId, MessageId
from sharekit.records.catalog import ResourceRef
from sharekit.records.events._event import Event

__all__ = ["HeldMailAccepted", "HeldMailDiscarded", "MailBounced", "MailHeld"]


@attrs.frozen(kw_only=True)
class _HeldMailEvent(Event):
    """
    Something happened to a mail that staff decide on.

    Attributes:
        held: The id of the held mail.
        conversation: The id of the conversation that it came for.
        ref: What that is about, or None.
        reason: Why the mail was held, as a slug of `ReplyReason`.
    """

    held: HeldMailId
    conversation: ConversationId
    ref: ResourceRef | None
    reason: str


@attrs.frozen(kw_only=True)
class MailHeld(_HeldMailEvent):
    """A mail came that staff have to decide on."""

    name: ClassVar[str] = "mail-held"
    heard: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class HeldMailAccepted(_HeldMailEvent):
    """
    Staff had a held mail posted.

    Attributes:
        message: The id of the message that it became.
    """

    name: ClassVar[str] = "held-mail-accepted"
    message: MessageId


@attrs.frozen(kw_only=True)
class HeldMailDiscarded(_HeldMailEvent):
    """Staff discarded a held mail."""

    name: ClassVar[str] = "held-mail-discarded"


@attrs.frozen(kw_only=True)
class MailBounced(Event):
    """
    A letter to somebody came back for good: mail does not reach them any more.

    Attributes:
        party: The key of the contact or member of staff.
        status: The code of RFC 3463, or empty.
    """

    name: ClassVar[str] = "mail-bounced"
    party: str
    status: str
