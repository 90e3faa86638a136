"""
The one table of what an error becomes: its status and the page that tells of it.
"""

import math
from collections.abc import Sequence
from typing import ClassVar, Final

import attrs

from sharekit.errors import (
    ConflictError,
    InvalidInputError,
    InvitationUnavailableError,
    LinkUnavailableError,
    NotAllowedError,
    NotFoundError,
    PortalSessionEndedError,
    RequestUnavailableError,
    RetryTransaction,
    SharekitError,
    StorageError,
    TooManyAttemptsError,
    VisitEndedError,
)

__all__ = [
    "BodyLostError",
    "BodyStalledError",
    "BodyTooLargeError",
    "CrossSiteError",
    "ForgedSessionError",
    "MalformedBodyError",
    "Refusal",
    "UnknownAddressError",
    "WrongMethodError",
    "WrongTypeError",
    "refusal_of",
]

_SOON: Final = 5.0  # seconds, when the store is in trouble


class WebError(SharekitError):
    """What is wrong with a request as such. It stays inside this room: `Portal.handle` makes a page of it."""


class UnknownAddressError(WebError):
    """There is no such address."""

    code: ClassVar[str] = "unknown-address"


class WrongMethodError(WebError):
    """
    The address does not know this method.

    Attributes:
        allow: The methods that it knows.
    """

    code: ClassVar[str] = "wrong-method"

    def __init__(self, allow: str) -> None:
        super().__init__("this address does not know this method")
        self.allow = allow


class CrossSiteError(WebError):
    """A page of another site sent this."""

    code: ClassVar[str] = "cross-site"


class BodyTooLargeError(WebError):
    """The body is longer than any form of ours."""

    code: ClassVar[str] = "body-too-large"


class BodyStalledError(WebError):
    """The body did not come in time."""

    code: ClassVar[str] = "body-stalled"


class BodyLostError(WebError):
    """The body ended before its end."""

    code: ClassVar[str] = "body-lost"


class WrongTypeError(WebError):
    """The body is no simple form."""

    code: ClassVar[str] = "wrong-type"


class MalformedBodyError(WebError):
    """The body says it is a form, and is none of ours."""

    code: ClassVar[str] = "malformed-body"


class ForgedSessionError(PortalSessionEndedError):
    """What came instead of a session's ticket was never one; it looks like any session that has ended."""

    code: ClassVar[str] = "forged-session"


@attrs.frozen
class Refusal:
    """
    What a refusal looks like.

    Attributes:
        status: The status code.
        page: The page that tells of it, the name of a template without its suffix.
        headers: Headers besides those that every page has.
        retry_after: Seconds to wait, or None.
    """

    status: int
    page: str
    headers: Sequence[tuple[str, str]] = ()
    retry_after: float | None = None


# The first class that fits counts. Whatever must not be told apart has the same status and page
# (R-ENUM-1): a link that is absent, denied, revoked, or another tenant's, and an unknown address.
_UNAVAILABLE: Final = Refusal(404, "unavailable")
_TABLE: Final[Sequence[tuple[tuple[type[Exception], ...], Refusal]]] = (
    # Not 404: the reader did open this link, and needs to know that it may well open again.
    ((VisitEndedError,), Refusal(403, "visit-ended")),
    # Not 404 either: it is the answer at every address of the client portal, and tells nothing about any.
    ((PortalSessionEndedError,), Refusal(403, "session-ended")),
    (
        (
            LinkUnavailableError,
            InvitationUnavailableError,
            RequestUnavailableError,
            UnknownAddressError,
            NotFoundError,
            NotAllowedError,
            InvalidInputError,
        ),
        _UNAVAILABLE,
    ),
    ((TooManyAttemptsError,), Refusal(429, "too-many-attempts")),
    ((WrongMethodError,), Refusal(405, "refused")),
    ((CrossSiteError,), Refusal(403, "refused")),
    ((BodyStalledError,), Refusal(408, "refused")),
    ((BodyTooLargeError,), Refusal(413, "refused")),
    ((WrongTypeError,), Refusal(415, "refused")),
    ((BodyLostError, MalformedBodyError), Refusal(400, "refused")),
    ((StorageError, ConflictError, RetryTransaction), Refusal(503, "out-of-order", retry_after=_SOON)),
    ((Exception,), Refusal(500, "out-of-order")),
)


def refusal_of(error: Exception) -> Refusal:
    """Return what an error looks like. Of one with a status of 500 or more the operator must hear."""
    if isinstance(error, LinkUnavailableError) and error.expired:
        return Refusal(410, "expired")
    if isinstance(error, InvitationUnavailableError) and error.expired:
        return Refusal(410, "invitation-expired")
    if isinstance(error, RequestUnavailableError) and error.expired:
        return Refusal(410, "request-expired")
    found = next(refusal for classes, refusal in _TABLE if isinstance(error, classes))
    if isinstance(error, TooManyAttemptsError):
        found = attrs.evolve(found, retry_after=error.retry_after)
    if isinstance(error, WrongMethodError):
        found = attrs.evolve(found, headers=(("Allow", error.allow),))
    if found.retry_after is not None:
        found = attrs.evolve(found, headers=(*found.headers, ("Retry-After", str(math.ceil(found.retry_after)))))
    return found
