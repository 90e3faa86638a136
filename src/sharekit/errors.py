"""
Every exception that sharekit raises, grouped by what the caller can do about it.

All of them derive from `SharekitError`, carry typed attributes, and have a stable ``code``
that logs, tests and clients may rely on. Messages may be reworded at any time.
"""

from collections.abc import Callable, Collection, Mapping
from typing import ClassVar

__all__ = [
    "ConfigurationError",
    "ConflictError",
    "DirectoryError",
    "DuplicateContactError",
    "DuplicateOrganizationError",
    "IntegrityError",
    "InternalTitleError",
    "InvalidInputError",
    "InvalidQueryError",
    "InvalidTokenError",
    "InvitationUnavailableError",
    "LinkUnavailableError",
    "MergedContactError",
    "MissingExtraError",
    "NaiveDatetimeError",
    "NotAllowedError",
    "NotFoundError",
    "PortalSessionEndedError",
    "RedeemRequired",
    "ReplicaBehindError",
    "RetryTransaction",
    "SharekitError",
    "StorageError",
    "TooManyAttemptsError",
    "TransactionUsageError",
    "UnknownSectionError",
    "VisitEndedError",
    "WeakSecretKeyError",
    "WideningError",
    "WrongPasswordError",
]


class SharekitError(Exception):
    """
    The root of everything sharekit raises.

    Attributes:
        code: A stable slug for logs and programs.
    """

    code: ClassVar[str] = "sharekit"

    def __reduce__(self) -> tuple[Callable[..., "SharekitError"], tuple[object, ...]]:
        # Between processes an error keeps its text and its attributes; nobody need make up its arguments again.
        return _rebuilt, (type(self), self.args, self.__dict__)


# --- fix the input -----------------------------------------------------------------------


class InvalidInputError(SharekitError):
    """
    An argument cannot be used; nothing was written.

    Attributes:
        field: The name of the argument.
        problem: What is wrong with it and what would be right, without its value.
    """

    code: ClassVar[str] = "invalid-input"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class NaiveDatetimeError(InvalidInputError):
    """A time without a zone was given where an aware one is needed (R-LINK-2)."""

    code: ClassVar[str] = "naive-datetime"

    def __init__(self, field: str) -> None:
        super().__init__(field, "a datetime needs a time zone; use datetime.now(UTC) or end_of_day()")


class UnknownSectionError(InvalidInputError):
    """
    Sections were named that the resource's kind does not declare.

    Attributes:
        kind: The kind of the resource.
        unknown: The names that are not declared.
        known: The names that are.
    """

    code: ClassVar[str] = "unknown-section"

    def __init__(self, kind: str, unknown: Collection[str], known: Collection[str]) -> None:
        self.kind = kind
        self.unknown: frozenset[str] = frozenset(unknown)
        self.known: frozenset[str] = frozenset(known)
        super().__init__(
            "sections",
            f"{kind!r} declares no section {_listed(self.unknown)}; it has {_listed(self.known)}",
        )


class DuplicateContactError(InvalidInputError):
    """
    Another contact has this e-mail address.

    Attributes:
        existing: The id of that contact: ``Contact(error.existing)``.
    """

    code: ClassVar[str] = "duplicate-contact"

    def __init__(self, existing: str) -> None:
        self.existing = existing
        super().__init__("email", "belongs to another contact already")


class DuplicateOrganizationError(InvalidInputError):
    """
    Another organization has this name.

    Attributes:
        existing: The id of that organization: ``Organization(error.existing)``.
    """

    code: ClassVar[str] = "duplicate-organization"

    def __init__(self, existing: str) -> None:
        self.existing = existing
        super().__init__("name", "belongs to another organization already")


class MergedContactError(InvalidInputError):
    """
    The contact was merged into another one, which is to be used instead.

    Attributes:
        into: The id of that other contact: ``Contact(error.into)``.
    """

    code: ClassVar[str] = "merged-contact"

    def __init__(self, into: str) -> None:
        self.into = into
        super().__init__("contact", "was merged into another contact")


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
            f"{_listed(self.sections)} is hidden now; name in add_sections= what is to be shown",
        )


class InvalidQueryError(InvalidInputError):
    """A query names a kind or key that is not declared, or compares it with a wrong type."""

    code: ClassVar[str] = "invalid-query"

    def __init__(self, problem: str) -> None:
        super().__init__("query", problem)


# --- ask for something else, or give up --------------------------------------------------


class NotAllowedError(SharekitError):
    """
    The acting principal may not do this.

    Attributes:
        reason: A stable slug that says why.
    """

    code: ClassVar[str] = "not-allowed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"not allowed: {reason}")
        self.reason = reason


class NotFoundError(SharekitError):
    """
    There is no such thing in this tenant.

    Attributes:
        kind: What was looked for, for example ``"read-link"``.
    """

    code: ClassVar[str] = "not-found"

    def __init__(self, kind: str) -> None:
        super().__init__(f"there is no such {kind}")
        self.kind = kind


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


class InvitationUnavailableError(SharekitError):
    """
    The invitation lets nobody in, and who holds it is not told why (R-ENUM-1).

    Attributes:
        expired: True only when the invitation is genuine and its time is over; a page may then say so.
    """

    code: ClassVar[str] = "invitation-unavailable"

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("this invitation is not available")
        self.expired = expired


class PortalSessionEndedError(SharekitError):
    """The session was silent for too long, or the contact may not come in any more; it takes a new invitation."""

    code: ClassVar[str] = "portal-session-ended"

    def __init__(self) -> None:
        super().__init__("this session has ended")


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


# --- try again ---------------------------------------------------------------------------


class ConflictError(SharekitError):
    """
    Somebody else changed the row first; nothing of this transaction was kept.

    Verbs re-run themselves on a conflict, so a host sees this only after several tries.

    Attributes:
        kind: The kind of the row.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, kind: str) -> None:
        super().__init__(f"a {kind} was changed at the same time")
        self.kind = kind


# Named as the instruction that it is for the host's own transaction loop.
class RetryTransaction(SharekitError):  # noqa: N818
    """
    The database gave up this transaction (busy, deadlock, serialization): run it again.

    Attributes:
        joined: Whether it is the host's own transaction that has to be run again, from its beginning.
    """

    code: ClassVar[str] = "retry-transaction"

    def __init__(self, *, joined: bool = False) -> None:
        whose = "roll back your own transaction and run it again" if joined else "run it again"
        super().__init__(f"the store could not complete the transaction; {whose}")
        self.joined = joined


class ReplicaBehindError(SharekitError):
    """
    The store that was read has not seen a change that it was to have seen; ask again, or ask the primary.

    Attributes:
        kind: The kind of the record that changed.
    """

    code: ClassVar[str] = "replica-behind"

    def __init__(self, kind: str) -> None:
        super().__init__(f"the store is behind a change of a {kind}")
        self.kind = kind


# --- call the operator -------------------------------------------------------------------


class DirectoryError(SharekitError):
    """The host's directory failed, or answered something else than it was asked; its exception is the ``__cause__``."""

    code: ClassVar[str] = "directory"

    def __init__(self) -> None:
        super().__init__("the host's directory failed")


class StorageError(SharekitError):
    """
    The store failed; what it was asked is unknown, not absent (R-BLOB-6).

    Attributes:
        operation: What was being done. The store's own exception is the ``__cause__``.
    """

    code: ClassVar[str] = "storage"

    def __init__(self, operation: str) -> None:
        super().__init__(f"the store failed: {operation}")
        self.operation = operation


class IntegrityError(SharekitError):
    """
    Stored data is not what was written.

    Attributes:
        kind: The kind of the row or blob.
        problem: What does not fit, without its content.
    """

    code: ClassVar[str] = "integrity"

    def __init__(self, kind: str, problem: str) -> None:
        super().__init__(f"a stored {kind} is damaged: {problem}")
        self.kind = kind
        self.problem = problem


class TransactionUsageError(SharekitError):
    """A transaction was used after its end, nested in its own thread, or written to while read-only."""

    code: ClassVar[str] = "transaction-usage"


class ConfigurationError(SharekitError):
    """
    The kit was put together in a way that cannot work.

    Attributes:
        setting: The argument at fault.
        problem: What is wrong and what would be right.
    """

    code: ClassVar[str] = "configuration"

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting
        self.problem = problem


class WeakSecretKeyError(ConfigurationError):
    """A secret key is missing, shorter than 32 bytes, or a placeholder (R-TOK-3)."""

    code: ClassVar[str] = "weak-secret-key"

    def __init__(self, problem: str) -> None:
        super().__init__("secret_keys", problem)


class MissingExtraError(ConfigurationError):
    """
    An optional package is needed and not installed.

    Attributes:
        package: The package that could not be imported.
        extra: The extra that brings it.
    """

    code: ClassVar[str] = "missing-extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__("installation", f"{package} is missing; pip install 'sharekit-core[{extra}]'")
        self.package = package
        self.extra = extra


def _rebuilt(cls: type[SharekitError], args: tuple[object, ...], attributes: Mapping[str, object]) -> SharekitError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


def _listed(names: Collection[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)) or "none"
