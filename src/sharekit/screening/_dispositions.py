"""
The header that names a file on its way: written for every reader, read as senders write it (R-NAME-3).
"""

import re
import unicodedata
from urllib.parse import quote, unquote_to_bytes

__all__ = ["content_disposition", "disposition_name"]

_PLAIN = re.compile(r"[^ !#$&'()+,\-.0-9=@A-Z\[\]^_`a-z{}~]")
_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAMETER = re.compile(
    rf""";\s*(?P<name>{_WORD})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>{_WORD}))\s*(?=;|$)""", re.DOTALL
)
_EXTENDED = re.compile(r"(?P<charset>[^']+)'[^']*'(?P<value>(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-Fa-f]{2})*)")
_LONGEST = 8192


def content_disposition(display: str, *, inline: bool = False) -> str:
    """
    Return the value of a ``Content-Disposition`` header for this name.

    It is one line of printable ASCII: a plain name in quotes for old readers, and the whole name in UTF-8.
    """
    plain = unicodedata.normalize("NFKD", display)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = _PLAIN.sub("_", plain).strip() or "file"
    whole = quote(display.encode("utf-8", "replace"), safe="!#$&+-.^_`|~")
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{whole}"


def disposition_name(header: str | bytes) -> str | None:
    """
    Return the name in a ``Content-Disposition`` header as RFC 6266 reads it, or None; it never raises.

    The name is as the sender gave it: `clean_name` makes it safe.
    """
    text = _decoded(header)[:_LONGEST].strip()
    kind, semicolon, rest = text.partition(";")
    if not re.fullmatch(_WORD, kind.strip()):
        return None
    found: dict[str, str] = {}
    at, rest = 0, semicolon + rest
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        if match is None or match["name"].casefold() in found:
            return None
        at = match.end()
        quoted, bare = match["quoted"], match["bare"]
        value = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        found[match["name"].casefold()] = value
    extended = _extended(found.get("filename*"))
    return found.get("filename") if extended is None else extended


def _decoded(header: str | bytes) -> str:
    if isinstance(header, str):
        return header
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _extended(value: str | None) -> str | None:
    match = _EXTENDED.fullmatch(value or "")
    if match is None or match["charset"].casefold() not in {"utf-8", "iso-8859-1"}:
        return None
    try:
        return unquote_to_bytes(match["value"]).decode(match["charset"])
    except (UnicodeDecodeError, LookupError):
        return None
