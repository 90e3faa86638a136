"""
Errors of asking: what was given cannot be used, or is not to be had.
"""

from collections.abc import Collection
from typing import ClassVar

from sharekit.errors._root import SharekitError

_LONGEST = 200


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
            f"{kind!r} declares no section {listed(self.unknown)}; it has {listed(self.known)}",
        )


class InvalidQueryError(InvalidInputError):
    """A query names a kind or key that is not declared, or compares it with a wrong type."""

    code: ClassVar[str] = "invalid-query"

    def __init__(self, problem: str) -> None:
        super().__init__("query", problem)


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
        reference: The key or id that the caller gave, such as ``"project:42"``, or None. It is the same whether the
            thing is not there or not for whoever asks. The text of the error never has it; a traceback does.
    """

    code: ClassVar[str] = "not-found"

    def __init__(self, kind: str, reference: str | None = None) -> None:
        super().__init__(f"there is no such {kind}")
        self.kind = kind
        self.reference: str | None = None if reference is None else reference[:_LONGEST]
        if self.reference is not None:
            self.add_note(f"looked for {kind} {self.reference!r}")


def listed(names: Collection[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)) or "none"
