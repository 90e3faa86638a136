"""
Every exception that sharekit raises, grouped by what the caller can do about it.

All of them derive from `SharekitError`, carry typed attributes, and have a stable ``code``
that logs, tests and clients may rely on. Messages may be reworded at any time.
"""

from sharekit.errors._asking import (
    InvalidInputError,
    InvalidQueryError,
    NaiveDatetimeError,
    NotAllowedError,
    NotFoundError,
    UnknownSectionError,
)
from sharekit.errors._conversations import ConversationClosedError, MessagingRefusedError, UndoOverError
from sharekit.errors._documents import (
    KeyReusedError,
    QuarantinedError,
)
from sharekit.errors._links import (
    InternalTitleError,
    InvalidTokenError,
    LinkUnavailableError,
    RedeemRequired,
    TooManyAttemptsError,
    VisitEndedError,
    WideningError,
    WrongPasswordError,
)
from sharekit.errors._mail import MailRefusedError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.errors._people import (
    DirectoryError,
    DuplicateContactError,
    DuplicateOrganizationError,
    InvitationUnavailableError,
    MergedContactError,
    PortalSessionEndedError,
)
from sharekit.errors._requests import (
    ReminderRefusedError,
    RequestStateError,
    RequestUnavailableError,
    UploadLimitError,
    UploadOffsetError,
)
from sharekit.errors._root import (
    SharekitError,
)
from sharekit.errors._setup import (
    ConfigurationError,
    MissingExtraError,
    WeakSecretKeyError,
)
from sharekit.errors._stores import (
    ConflictError,
    IntegrityError,
    ReplicaBehindError,
    RetryTransaction,
    StorageError,
    TransactionUsageError,
)
from sharekit.errors._uploads import FileNameError, UploadRefusedError

__all__ = [
    "ConfigurationError",
    "ConflictError",
    "ConversationClosedError",
    "DirectoryError",
    "DuplicateContactError",
    "DuplicateOrganizationError",
    "FileNameError",
    "IntegrityError",
    "InternalTitleError",
    "InvalidInputError",
    "InvalidQueryError",
    "InvalidTokenError",
    "InvitationUnavailableError",
    "KeyReusedError",
    "LinkUnavailableError",
    "MailRefusedError",
    "MergedContactError",
    "MessagingRefusedError",
    "MissingExtraError",
    "NaiveDatetimeError",
    "NotAllowedError",
    "NotFoundError",
    "PermanentDeliveryError",
    "PortalSessionEndedError",
    "QuarantinedError",
    "RedeemRequired",
    "ReminderRefusedError",
    "ReplicaBehindError",
    "RequestStateError",
    "RequestUnavailableError",
    "RetryTransaction",
    "SharekitError",
    "StorageError",
    "TemporaryDeliveryError",
    "TooManyAttemptsError",
    "TransactionUsageError",
    "UndoOverError",
    "UnknownSectionError",
    "UploadLimitError",
    "UploadOffsetError",
    "UploadRefusedError",
    "VisitEndedError",
    "WeakSecretKeyError",
    "WideningError",
    "WrongPasswordError",
]
