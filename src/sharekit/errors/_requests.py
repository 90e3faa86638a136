"""
What can go wrong with requests for documents, and with what clients send.
"""

from typing import ClassVar

from sharekit.errors._asking import InvalidInputError
from sharekit.errors._root import SharekitError

__all__ = [
    "ReminderRefusedError",
    "RequestStateError",
    "RequestUnavailableError",
    "UploadLimitError",
    "UploadOffsetError",
]


class RequestStateError(InvalidInputError):
    """
    The request has come to a point from which this does not go (R-REQ-1); nothing was changed.

    Attributes:
        state: Where it stands, as a slug.
        step: What was wanted, as a slug.
    """

    code: ClassVar[str] = "request-state"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        self.step = step
        super().__init__("request", f"is {state}; {step} is not possible from there")


class UploadOffsetError(InvalidInputError):
    """
    The part does not begin where the last one ended; nothing was kept of it.

    Attributes:
        offset: Where the next part begins.
    """

    code: ClassVar[str] = "upload-offset"

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__("offset", f"needs to be {offset}, where the last part ended")


class UploadLimitError(InvalidInputError):
    """
    There is no room for this file; nothing was kept of it (R-UP-2).

    Attributes:
        limit: What is full: ``"item"``, ``"files"`` or ``"bytes"``.
        allowed: How many files, or bytes, there is room for in all.
    """

    code: ClassVar[str] = "upload-limit"

    def __init__(self, limit: str, allowed: int) -> None:
        self.limit = limit
        self.allowed = allowed
        what = {"item": "files for this item", "files": "files", "bytes": "bytes"}[limit]
        super().__init__("file", f"would be more than the {allowed} {what} that are taken")


class RequestUnavailableError(SharekitError):
    """
    The upload page is not there any more, and who holds its address is not told why (R-ENUM-1).

    Attributes:
        expired: True only when the token is genuine and its time is over; a page may then say so.
    """

    code: ClassVar[str] = "request-unavailable"

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("this request is not available")
        self.expired = expired


class ReminderRefusedError(SharekitError):
    """
    Nobody was reminded.

    Attributes:
        reason: Why: ``"too-often"``, ``"too-soon"``, or ``"nothing-missing"``.
    """

    code: ClassVar[str] = "reminder-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"nobody was reminded: {reason}")
        self.reason = reason
