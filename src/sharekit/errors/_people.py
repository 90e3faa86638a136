"""
Errors of contacts, organisations, invitations, and of the directory of the host.
"""

from typing import ClassVar

from sharekit.errors._asking import InvalidInputError
from sharekit.errors._root import SharekitError


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


class DirectoryError(SharekitError):
    """The host's directory failed, or answered something else than it was asked; its exception is the ``__cause__``."""

    code: ClassVar[str] = "directory"

    def __init__(self) -> None:
        super().__init__("the host's directory failed")
