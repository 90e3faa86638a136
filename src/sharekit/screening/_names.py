"""
Names of files: what is shown, and which ending counts (R-NAME-1, R-NAME-2).
"""

import re
import unicodedata

from sharekit.errors import FileNameError
from sharekit.records.file_types import FILE_TYPES
from sharekit.screening._endings import REFUSED
from sharekit.screening._verdicts import FileName

__all__ = ["clean_name"]

_LONGEST = 255  # bytes of UTF-8, what the usual file systems hold
_LONGEST_ENDING = 24
_LONGEST_RAW = 65_536  # what is longer was not typed

# Percent forms of control characters, slash, backslash and DEL: a name that holds one was made to be decoded twice.
_ENCODED = re.compile(r"%(?:[01][0-9a-f]|2f|5c|7f|c0%af)", re.IGNORECASE)
_SPACES = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_IN_ENDINGS = re.compile("[\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                         "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?=$|[ .:])", re.IGNORECASE)
_ESCAPED_BYTES = re.compile("[\udc80-\udcff]")


def clean_name(raw: str | bytes) -> FileName:
    """
    Return a name that is safe to show and to keep, and the ending that counts.

    International names stay as they are. Paths before the name, control and direction characters and
    outer spaces go; a name that is too long is cut before its ending.

    Raises:
        FileNameError: It is no text, holds nothing, or says two things at once.
    """
    name = _decoded(raw)
    if "\0" in name or _ENCODED.search(name):
        raise FileNameError("control", "holds a NUL or a hidden control character or slash; rename the file")
    name = re.split(r"[/\\]", name)[-1]
    _refuse_two_names(name)
    name = _trimmed(_shown(name).replace(":", "-"))
    name = _with_plain_ending(name)
    if _RESERVED.match(name):
        name = f"_{name}"
    name = _cut(name)
    if not name.strip(".\u2024\u2025\u2026 _-"):
        raise FileNameError("empty", "holds no letters or digits; rename the file")
    return FileName(name, _ending(name))


def _decoded(raw: object) -> str:
    if isinstance(raw, str):
        if len(raw) > _LONGEST_RAW:
            raise FileNameError("not-text", "is far too long; rename the file")
        if not _ESCAPED_BYTES.search(raw):
            return raw
        try:
            raw = raw.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return str(raw)
    if not isinstance(raw, bytes):
        raise FileNameError("not-text", "needs text or bytes")
    if len(raw) > _LONGEST_RAW:
        raise FileNameError("not-text", "is far too long; rename the file")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _shown(name: str) -> str:
    name = _UNSEEN.sub("", _SPACES.sub(" ", name))
    # Composing can bring two parts together that must not stand, so it comes last and the rest is looked at again.
    composed = unicodedata.normalize("NFC", name)
    return composed if composed == name else _shown(composed)


def _trimmed(name: str) -> str:
    return name.strip().rstrip(". \u2024\u2025\u2026").strip() or ""


def _ending(name: str) -> str:
    """Return what a system could take for the ending of this name, however it is written."""
    folded = unicodedata.normalize("NFKC", _IN_ENDINGS.sub("", name)).casefold()
    folded = unicodedata.normalize("NFKC", folded).strip().rstrip(". ")
    _, dot, ending = folded.rpartition(".")
    return ending.strip() if dot else ""


def _refuse_two_names(name: str) -> None:
    """Refuse ``a.pdf:evil.exe``, which some systems cut at the colon: both readings must end alike."""
    folded = unicodedata.normalize("NFKC", name)
    before, colon, _ = folded.partition(":")
    if not colon:
        return
    cut = _ending(before)
    if cut and cut != _ending(folded) and (cut in REFUSED or cut in FILE_TYPES):
        raise FileNameError("two-names", "holds a colon after an ending; rename the file")


def _with_plain_ending(name: str) -> str:
    """Write an ending that counts for a known type plainly: full-width letters become ordinary ones."""
    ending = _ending(name)
    if not ending or name.casefold().endswith(f".{ending}") or (ending not in FILE_TYPES and ending not in REFUSED):
        return name
    for at in range(len(name) - 1, -1, -1):
        if _ending(name[at:]) == ending:
            return f"{_trimmed(name[:at])}.{ending}"
    return name


def _cut(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > _LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    room = _LONGEST - len((dot + ending).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore")
    return _trimmed(stem) + dot + ending
