"""
Errors of what outsiders send: what is wrong with a name or a file, and what to do instead.
"""

from collections.abc import Collection
from typing import ClassVar

from sharekit.errors._asking import InvalidInputError
from sharekit.errors._root import SharekitError

_INSTEAD = {
    "active-content": "It starts programs or carries one. Print it to PDF and send that.",
    "archive": "Unpack it and send the files one by one.",
    "damaged": "It is damaged or not complete. Open it, save it again and send that.",
    "detected": "A check of this office refused it. Save it as PDF and send that.",
    "empty": "It holds nothing. Look whether it was saved, and send it again.",
    "executable": "Programs and scripts are not taken. Send documents or pictures.",
    "hidden-content": "It holds something else besides. Save it as PDF and send that.",
    "macros": "It holds macros. Save it without macros, or as PDF, and send that.",
    "media": "Audio and video are not taken. Ask how to hand it over.",
    "no-extension": "Its name has no ending that tells what it is. Add one, such as .pdf, and send it again.",
    "not-accepted": "This type is not taken here. Save it as PDF and send that.",
    "not-what-it-says": "It is not what its name says. Save it as PDF and send that.",
    "test-virus": "It is the test file for virus scanners.",
    "too-much-inside": "It unpacks to too much. Save it as PDF and send that.",
    "unreadable-text": "Its text cannot be read. Save it as UTF-8 and send that.",
    "web-page": "Web pages are not taken. Print the page to PDF and send that.",
}
_KIB = 1024


class FileNameError(InvalidInputError):
    """
    The name of a file cannot be used, or says two things at once (R-NAME-1, R-NAME-2).

    Attributes:
        reason: A stable slug: ``"empty"``, ``"control"``, ``"two-names"`` or ``"not-text"``.
    """

    code: ClassVar[str] = "file-name"

    def __init__(self, reason: str, problem: str) -> None:
        self.reason = reason
        super().__init__("name", problem)


class UploadRefusedError(SharekitError):
    """
    A file is not taken (R-UP-3). Its text tells the sender what to do instead.

    Attributes:
        reason: A stable slug, one of `sharekit.screening.RefusalReason`.
        name: The name of the file as it would be shown.
        extension: The extension that counted, in lower case, or an empty text.
        size: How many bytes it has, as far as that is known.
        limit: The largest size that is taken.
        together: The largest size of all files of one message, where others have used up a part of it, or None;
            ``limit`` is what is left.
        accepted: The groups and extensions that are taken.
        found: What the file turned out to be, or None where that is not known.
    """

    code: ClassVar[str] = "upload-refused"

    def __init__(
        self,
        reason: str,
        *,
        name: str,
        extension: str = "",
        size: int | None = None,
        limit: int | None = None,
        accepted: Collection[str] = (),
        found: str | None = None,
        together: int | None = None,
    ) -> None:
        self.reason = reason
        self.name = name
        self.extension = extension
        self.size = size
        self.limit = limit
        self.accepted: frozenset[str] = frozenset(accepted)
        self.found = found
        self.together = together
        instead = _smaller(limit, together) if reason == "too-large" else _INSTEAD.get(reason, "")
        super().__init__(f"this file was not taken ({reason}). {instead}".rstrip())


def _smaller(limit: int | None, together: int | None) -> str:
    larger = "It is too large." if limit is None else f"It is larger than {_size(limit)}."
    if limit is not None and together is not None:
        larger = f"It is larger than the {_size(limit)} that are left of {_size(together)} for one message."
    return f"{larger} Send it in parts, or save it with smaller pictures."


def _size(size: int) -> str:
    """Write a limit exactly, in the largest unit of which it is a whole number."""
    for unit in ("bytes", "KiB", "MiB"):
        if size % _KIB or not size:
            return f"{size} {unit}"
        size //= _KIB
    return f"{size} GiB"
