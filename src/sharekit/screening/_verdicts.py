"""
What screening says: a verdict about what is taken, a refusal of what is not.
"""

import enum

import attrs

from sharekit.errors import UploadRefusedError

__all__ = ["FileName", "Refusal", "RefusalReason", "Rejected", "Verdict"]


class RefusalReason(enum.StrEnum):
    """Why a file is not taken. The values are stable; pages write their sentences from them."""

    ACTIVE_CONTENT = "active-content"
    """It starts programs, or carries one."""
    ARCHIVE = "archive"
    """It packs other files."""
    DAMAGED = "damaged"
    """It begins as its type does, but it is broken or cut off."""
    DETECTED = "detected"
    """A detector of the host refused it, or failed."""
    EMPTY = "empty"
    EXECUTABLE = "executable"
    """It is a program, an installer, a shortcut or a script."""
    HIDDEN_CONTENT = "hidden-content"
    """It is something else at the same time, or holds what its type has no place for."""
    MACROS = "macros"
    MEDIA = "media"
    """It is audio or video."""
    NO_EXTENSION = "no-extension"
    NOT_ACCEPTED = "not-accepted"
    """Its type is unknown, or not wanted here."""
    NOT_WHAT_IT_SAYS = "not-what-it-says"
    """Its bytes are not of the type that its name promises."""
    TEST_VIRUS = "test-virus"
    TOO_LARGE = "too-large"
    TOO_MUCH_INSIDE = "too-much-inside"
    """It unpacks to more than is read."""
    UNREADABLE_TEXT = "unreadable-text"
    WEB_PAGE = "web-page"
    """It is HTML, SVG, or something else that a browser runs."""


@attrs.frozen
class FileName:
    """
    A name that is safe to show and to keep.

    Attributes:
        display: The name, with its ending.
        extension: What counts as its ending, in lower case and without the dot; empty where there is none.
    """

    display: str
    extension: str


@attrs.frozen
class Verdict:
    """
    What a file was proved to be.

    Attributes:
        media_type: The type to store, and to serve it as.
        extension: Its extension, which belongs to that type.
        group: The group of its type, for example ``"images"``; ``"attachment"`` for what only staff may add.
        inline: Whether a browser may show it, on an origin apart; else it is served as attachment only.
    """

    media_type: str
    extension: str
    group: str
    inline: bool


@attrs.frozen(kw_only=True)
class Refusal:
    """
    Why a file is not taken.

    Attributes:
        reason: The stable reason.
        name: The name of the file as it would be shown.
        extension: The extension that counted.
        size: How many bytes it has, as far as that is known.
        limit: The largest size that is taken.
        accepted: The groups and extensions that are taken.
        found: What the file turned out to be, or None where that is not known.
        together: The largest size of all files of one message, where others have used up a part of it, or None.
    """

    reason: RefusalReason
    name: str
    extension: str
    size: int | None = None
    limit: int | None = None
    accepted: frozenset[str] = frozenset()
    found: str | None = None
    together: int | None = None

    def as_error(self) -> UploadRefusedError:
        """Return the exception that says the same."""
        return UploadRefusedError(
            self.reason.value,
            name=self.name,
            extension=self.extension,
            size=self.size,
            limit=self.limit,
            accepted=self.accepted,
            found=self.found,
            together=self.together,
        )


# Raised by the proofs of single types, and turned into a refusal at the gate: it never leaves this room.
class Rejected(Exception):  # noqa: N818  it is no error of the program
    """
    These bytes do not pass.

    Attributes:
        reason: Why.
        found: What they turned out to be, or None.
    """

    def __init__(self, reason: RefusalReason, found: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.found = found
