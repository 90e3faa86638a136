"""
Tells clients why what they wrote was not sent, in their language.
"""

from collections.abc import Mapping
from typing import Final

from sharekit.errors import (
    ConfigurationError,
    ConversationClosedError,
    FileNameError,
    InvalidInputError,
    NotAllowedError,
    SharekitError,
    TooManyAttemptsError,
    UndoOverError,
    UploadLimitError,
    UploadRefusedError,
)
from sharekit.web.formats import Formats
from sharekit.web.refusals import sentence_for, status_for

__all__ = ["TOLD", "problem_of", "status_of", "too_long"]

TOLD: Final = (
    UploadRefusedError,
    UploadLimitError,
    FileNameError,
    NotAllowedError,
    TooManyAttemptsError,
    InvalidInputError,
    ConfigurationError,
)
"""What a client who writes hears of in a sentence, with what they wrote kept."""


def N_(text: str) -> str:  # noqa: N802  # what extractors of texts look for
    """Mark a text for translation."""
    return text


_REFUSED: Final = N_("Messages cannot be sent from here at the moment. Nothing was sent.")
_CLOSED: Final = N_("This conversation was closed meanwhile. Nothing was sent.")
_OVER: Final = N_("This message can no longer be taken back.")
_OFTEN: Final = N_("You have written very often. Please wait %(wait)s, then send it again.")
_EMPTY: Final = N_("Write something, or choose a file.")
_LONG: Final = N_("This text is too long. Send it in parts, or as a file.")
_SUBJECT: Final = N_("Say in one line what it is about.")
_FILES: Final = N_("Send at most 20 files with one message.")
_NO_FILES: Final = N_("Files cannot be sent here.")
_SAID: Final[Mapping[type[SharekitError], str]] = {
    ConversationClosedError: _CLOSED,
    UndoOverError: _OVER,
    ConfigurationError: _NO_FILES,
}
_BY_FIELD: Final = {"subject": _SUBJECT, "attachments": _FILES}


def problem_of(error: SharekitError, formats: Formats) -> str:
    """Return what a client reads of an error that their message met."""
    gettext = formats.language.gettext
    if isinstance(error, UploadRefusedError | UploadLimitError | FileNameError):
        return sentence_for(error, formats)
    if isinstance(error, TooManyAttemptsError):
        return gettext(_OFTEN) % {"wait": formats.wait(error.retry_after)}
    if isinstance(error, InvalidInputError) and type(error) not in _SAID:
        return gettext(_BY_FIELD.get(error.field, _EMPTY))
    return gettext(_SAID.get(type(error), _REFUSED))


def too_long(formats: Formats) -> str:
    """Return what a client reads of a text that is too long."""
    return formats.language.gettext(_LONG)


def status_of(error: SharekitError) -> int:
    """Return the status of the answer to a message that met this error."""
    if isinstance(error, ConversationClosedError | UndoOverError):
        return 409
    if isinstance(error, TooManyAttemptsError):
        return 429
    if isinstance(error, NotAllowedError):
        return 403
    return status_for(error)
