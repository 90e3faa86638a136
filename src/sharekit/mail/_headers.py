"""
Values of headers, folded by ourselves, and the policy that leaves them as they are.

The standard library's policies encode or break what mail programs compare as it stands: a long Message-ID
in ``In-Reply-To`` becomes an encoded word, and the thread is lost.
"""

import re
import unicodedata
from collections.abc import Iterable
from email.header import Header
from email.policy import EmailPolicy
from typing import Final

from sharekit.ports.letters import Mailbox
from sharekit.records.addresses import ascii_address

__all__ = ["POLICY", "POLICY_UTF8", "Folded", "LetterPolicy", "identifiers", "mailbox", "one_line", "words"]

_WIDTH: Final = 76
_MAX_ID: Final = 900  # octets; a line has at most 998
_MAX_IDS: Final = 20
_ID: Final = re.compile(rf"<[!-;=?-~]{{3,{_MAX_ID - 2}}}>")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_BREAKS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class Folded(str):
    """The value of a header in ASCII, or in UTF-8 where an address needs it, with its line breaks."""

    __slots__ = ()


class LetterPolicy(EmailPolicy):
    """The policy of RFC 5322 that keeps a `Folded` value to the byte, and folds all else as the library does."""

    def header_store_parse(self, name: str, value: object) -> tuple[str, str]:
        """Keep a folded value without reading it."""
        return (name, str(value)) if isinstance(value, Folded) else super().header_store_parse(name, value)


POLICY: Final = LetterPolicy(linesep="\r\n", refold_source="none", max_line_length=78)
POLICY_UTF8: Final = LetterPolicy(linesep="\r\n", refold_source="none", max_line_length=78, utf8=True)


def one_line(text: str, limit: int) -> str:
    """Return a text as one line: what breaks lines or hides direction becomes a space; cut at so many characters."""
    cut = text[: limit * 8]
    plain = "".join(
        " " if unicodedata.category(char) in _BREAKS else "" if char in _BIDI else char
        for char in cut  # the rest would be cut anyway
    )
    line = " ".join(plain.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def words(name: str, text: str) -> Folded:
    """Return a line of text as the value of a header, as encoded words where plain ones would be misread."""
    parts = text.split(" ")
    if not text.isascii() or "=?" in text or any(len(part) > _WIDTH - len(name) - 2 for part in parts):
        return Folded(Header(text, "utf-8", _WIDTH, name).encode(linesep="\r\n"))
    return _folded(name, parts)


def mailbox(name: str, value: Mailbox, limit: int) -> Folded:
    """Return a mailbox as the value of a header; its domain in ASCII, its name in any script."""
    address = f"<{ascii_address(value.address)}>"
    title = one_line(value.name, limit)
    if not title:
        return Folded(address.strip("<>"))
    if not title.isascii() or "=?" in title:
        phrase = Header(title, "utf-8", _WIDTH, name).encode(linesep="\r\n")
    elif _ATOMS.fullmatch(title):
        phrase = _folded(name, title.split(" "))
    else:
        quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
        phrase = _folded(name, quoted.split(" "))
    last = phrase.rpartition("\r\n")[2]
    joint = " " if len(name) + 2 + len(last) + 1 + len(address) <= _WIDTH else "\r\n "
    return Folded(phrase + joint + address)


def identifiers(values: Iterable[str]) -> Folded | None:
    """
    Return Message-IDs as the value of a header, each as it is, on a line of its own.

    What is no Message-ID or too long for a line is left out. Of very many, the first and the last ones stay.
    """
    known = list(dict.fromkeys(value for value in values if _ID.fullmatch(value)))
    if len(known) > _MAX_IDS:
        known = [known[0], *known[1 - _MAX_IDS :]]
    return Folded("\r\n ".join(known)) if known else None


def _folded(name: str, parts: Iterable[str]) -> Folded:
    lines, width = [""], len(name) + 2
    for part in parts:
        if lines[-1] and width + 1 + len(part) > _WIDTH:
            lines.append("")
            width = 1
        joint = " " if lines[-1] else ""
        lines[-1] += joint + part
        width += len(joint) + len(part)
    return Folded("\r\n ".join(lines))
