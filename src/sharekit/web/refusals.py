"""
Tells clients why a file was not taken, and what to do instead, in their language.
"""

from typing import Final

from sharekit.errors import (
    FileNameError,
    InvalidInputError,
    RequestStateError,
    SharekitError,
    UploadLimitError,
    UploadOffsetError,
    UploadRefusedError,
)
from sharekit.web.formats import Formats

__all__ = ["REFUSED", "sentence_for", "size_in", "status_for"]

REFUSED: Final = (UploadRefusedError, UploadLimitError, FileNameError, RequestStateError, InvalidInputError)
"""What a client hears of in a sentence."""


def N_(text: str) -> str:  # noqa: N802  # what extractors of texts look for
    """Mark a text for translation."""
    return text


_BY_REASON: Final = {
    "active-content": N_("This file starts programs. Print it to PDF and send that."),
    "archive": N_("Archives are not taken. Unpack it and send the files one by one."),
    "damaged": N_("This file is damaged or not complete. Open it, save it again and send that."),
    "detected": N_("A check refused this file. Save it as PDF and send that."),
    "empty": N_("This file is empty. Look whether it was saved, and send it again."),
    "executable": N_("Programs and scripts are not taken. Send documents or pictures."),
    "hidden-content": N_("This file holds something else besides. Save it as PDF and send that."),
    "macros": N_("This file holds macros. Save it without macros, or as PDF, and send that."),
    "media": N_("Audio and video are not taken here. Send documents or pictures."),
    "no-extension": N_("The name of this file has no ending such as .pdf. Add it and send it again."),
    "not-accepted": N_("This type of file is not taken here. Save it as PDF and send that."),
    "not-what-it-says": N_("This file is not what its name says. Save it as PDF and send that."),
    "too-much-inside": N_("This file unpacks to too much. Save it as PDF and send that."),
    "unreadable-text": N_("The text of this file cannot be read. Save it as UTF-8 and send that."),
    "web-page": N_("Web pages are not taken. Print the page to PDF and send that."),
}
_OTHERWISE: Final = N_("This file was not taken. Save it as PDF and send that.")
_TOO_LARGE: Final = N_("This file is larger than %(size)s. Send it in parts, or save it with smaller pictures.")
_BY_LIMIT: Final = {
    "item": N_("There are enough files for this already."),
    "files": N_("You have sent as many files as are taken here."),
    "bytes": N_("There is no room for a file of this size any more."),
}
_NAME: Final = N_("The name of this file cannot be used. Give it a simple name and send it again.")
_SETTLED: Final = N_("Everything was accepted. Nothing more is needed.")
_KIB: Final = 1024


def sentence_for(error: SharekitError, formats: Formats) -> str:
    """Return what a client reads of an error that a file met."""
    gettext = formats.language.gettext
    if isinstance(error, UploadRefusedError):
        if error.reason == "too-large" and error.limit is not None:
            return gettext(_TOO_LARGE) % {"size": size_in(error.limit, formats)}
        return gettext(_BY_REASON.get(error.reason, _OTHERWISE))
    if isinstance(error, UploadLimitError):
        return gettext(_BY_LIMIT[error.limit])
    if isinstance(error, FileNameError):
        return gettext(_NAME)
    return gettext(_SETTLED if isinstance(error, RequestStateError) else _OTHERWISE)


def status_for(error: SharekitError) -> int:
    """Return the status of the answer to a file that met this error."""
    if isinstance(error, UploadOffsetError | RequestStateError):
        return 409
    if isinstance(error, UploadLimitError):
        return 413
    if isinstance(error, UploadRefusedError):
        return 413 if error.reason == "too-large" else 415
    return 400


def size_in(size: int, formats: Formats) -> str:
    """Write a number of bytes, roughly: ``"20 MB"``."""
    unit, amount = "B", float(size)
    for larger in ("KB", "MB", "GB"):
        if amount < _KIB:
            break
        unit, amount = larger, amount / _KIB
    return f"{formats.number(round(amount, 1) if amount < 10 else round(amount))}\N{NO-BREAK SPACE}{unit}"
