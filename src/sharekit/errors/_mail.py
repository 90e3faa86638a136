"""
What can go wrong with letters: those that come in, and those that are sent.
"""

from typing import ClassVar

from sharekit.errors._asking import InvalidInputError
from sharekit.errors._root import SharekitError

__all__ = ["MailRefusedError", "PermanentDeliveryError", "TemporaryDeliveryError"]


class MailRefusedError(InvalidInputError):
    """
    A mail cannot be taken as it is; sending the same bytes again will not help (R-MAIL-6).

    Attributes:
        reason: A stable slug: ``"too-large"``, ``"too-deep"``, ``"too-many-parts"``,
            ``"too-many-headers"``, ``"unreadable"``.
    """

    code: ClassVar[str] = "mail-refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("mail", f"cannot be taken: {reason}")


class PermanentDeliveryError(SharekitError):
    """
    A letter will never be taken: the address is not good, or the service refuses it for good.

    Attributes:
        reason: What the service said, in one short line without the letter's content.
        recipient: True when it is the address that is refused, and not this one letter.
    """

    code: ClassVar[str] = "permanent-delivery"

    def __init__(self, reason: str, *, recipient: bool = False) -> None:
        super().__init__(f"the letter was refused: {reason}")
        self.reason = reason
        self.recipient = recipient


class TemporaryDeliveryError(SharekitError):
    """
    A letter could not be handed over now, and nobody took it; try again later.

    Attributes:
        reason: What the service said, in one short line without the letter's content.
        retry_after: The seconds that the service asked to wait, or None when it did not say.
    """

    code: ClassVar[str] = "temporary-delivery"

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"the letter could not be handed over now: {reason}")
        self.reason = reason
        self.retry_after = retry_after
