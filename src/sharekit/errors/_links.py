"""
Errors of links, and of the tokens and passwords that open them.
"""

from collections.abc import Collection
from typing import ClassVar

from sharekit.errors._asking import InvalidInputError, listed
from sharekit.errors._root import SharekitError


class InternalTitleError(InvalidInputError):
    """
    The link would show the client a title that is meant for staff.

    Give the link or the entry a ``client_title``, or pass ``accept_internal_title=True``.

    Attributes:
        title: The internal title that would become visible.
    """

    code: ClassVar[str] = "internal-title"

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(
            "client_title",
            f"the client would read the internal title {title!r}; give a client_title,"
            " or accept it with accept_internal_title=True",
        )


class WideningError(InvalidInputError):
    """
    A change would show more than before without naming it (R-AUTH-5).

    Attributes:
        sections: The sections that are hidden now and would be shown.
    """

    code: ClassVar[str] = "widening"

    def __init__(self, sections: Collection[str]) -> None:
        self.sections: frozenset[str] = frozenset(sections)
        super().__init__(
            "sections",
            f"{listed(self.sections)} is hidden now; name in add_sections= what is to be shown",
        )


class InvalidTokenError(SharekitError):
    """A sealed token is not ours, not whole, or not for this purpose."""

    code: ClassVar[str] = "invalid-token"

    def __init__(self) -> None:
        super().__init__("the token is not valid")


class LinkUnavailableError(SharekitError):
    """
    The link opens nothing, and the client is not told why (R-ENUM-1).

    Attributes:
        expired: True only when the link is genuine and its time is over; a page may then say so.
    """

    code: ClassVar[str] = "link-unavailable"

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("this link is not available")
        self.expired = expired


class VisitEndedError(LinkUnavailableError):
    """The visit was silent for too long, or the link's password changed; the link must be redeemed again."""

    code: ClassVar[str] = "visit-ended"


# Named as the answer to `open`, not as a fault: the link is fine, it wants another verb.
class RedeemRequired(SharekitError):  # noqa: N818
    """
    The link counts its uses or has a password: call ``redeem`` instead of ``open``.

    Attributes:
        password: Whether ``redeem`` needs a password.
        counted: Whether each ``redeem`` uses up one of a limited number.
        locale: The language of the link's recipient, or None.
    """

    code: ClassVar[str] = "redeem-required"

    def __init__(self, *, password: bool, counted: bool, locale: str | None = None) -> None:
        super().__init__("this link must be redeemed")
        self.password = password
        self.counted = counted
        self.locale = locale


class WrongPasswordError(SharekitError):
    """The password of the link is missing or wrong; no use was counted."""

    code: ClassVar[str] = "wrong-password"

    def __init__(self) -> None:
        super().__init__("the password is missing or wrong")


class TooManyAttemptsError(SharekitError):
    """
    Too many wrong attempts (R-LINK-7).

    Attributes:
        retry_after: Seconds to wait before the next attempt can succeed.
    """

    code: ClassVar[str] = "too-many-attempts"

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many attempts; try again later")
        self.retry_after = retry_after
