"""
Mailboxes as headers write them, and the codes in addresses to which somebody replies.

A reply code is found wherever an address carries it, since mail systems fold case, rewrite ``+``, wrap an
address into another one, or put it in brackets. Finding it proves nothing: the code is checked by its signature.
"""

import re
from collections.abc import Iterable
from typing import Final

from sharekit.errors import InvalidInputError
from sharekit.ports.letters import Mailbox

__all__ = ["mailboxes", "reply_address", "reply_codes", "sole_mailbox"]

_MAX_FIELD: Final = 64 * 1024
_MAX_ADDRESS: Final = 1000
_CODE: Final = re.compile(r"[a-z2-7]{42}", re.IGNORECASE | re.ASCII)
_PREFIX: Final = "reply"
# The plus, or what it was seen to become on its way.
_CARRIED: Final = re.compile(rf"{_PREFIX}(?:[=%]2b|[-+=_#.])([a-z2-7]{{42}})(?![a-z0-9])", re.ASCII)
_BARE: Final = re.compile(r"[^\s<>(),;:\"\\@\x00-\x1f\x7f]+@[^\s<>(),;:\"\\@\x00-\x1f\x7f]+")


def reply_address(code: str, domain: str) -> str:
    """
    Return the address to which somebody replies.

    Args:
        code: What `Seals.seal_reply` gave.
        domain: Where mail for sharekit arrives.

    Raises:
        InvalidInputError: The code is none.
    """
    if not _CODE.fullmatch(code):
        raise InvalidInputError("code", "needs a code of seal_reply()")
    return Mailbox(f"{_PREFIX}+{code.lower()}@{domain}").address


def reply_codes(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the reply codes in these addresses or header values, in lower case, each once, in their order."""
    found: dict[str, None] = {}
    for given in addresses:
        found.update(dict.fromkeys(_CARRIED.findall(given[:_MAX_FIELD].lower())))
    return tuple(found)


def mailboxes(value: str) -> tuple[tuple[str, str], ...]:
    """
    Return name and address of each mailbox in the value of a header such as ``From``.

    What cannot be told apart for sure is left out, so that nobody is taken for another: an address
    counts only when it stands alone or in the one pair of brackets of its entry.
    """
    found: list[tuple[str, str]] = []
    for entry in _entries(value[:_MAX_FIELD]):
        mailbox = _mailbox(entry)
        if mailbox is not None:
            found.append(mailbox)
    return tuple(found)


def sole_mailbox(value: str) -> tuple[str, str] | None:
    """Return name and address of the one mailbox in the value of a header; None when it is not just that."""
    entries = [entry for entry in _entries(value[:_MAX_FIELD]) if entry]
    return _mailbox(entries[0]) if len(entries) == 1 else None


def _entries(value: str) -> list[list[str]]:
    """Cut a list of addresses at its commas into tokens: quoted texts, brackets and plain runs; comments go."""
    entries: list[list[str]] = [[]]
    plain: list[str] = []
    place, size = 0, len(value)

    def end_plain() -> None:
        text = "".join(plain).strip()
        if text:
            entries[-1].append(text)
        plain.clear()

    while place < size:
        char = value[place]
        if char in '"<(':
            end_plain()
            end = _closing(value, place)
            if char != "(":
                entries[-1].append(value[place : end + 1])
            place = end + 1
            continue
        if char in ",;":
            end_plain()
            entries.append([])
        else:
            plain.append(char)
        place += 1
    end_plain()
    return entries


def _closing(value: str, start: int) -> int:
    """Return where a quoted text, a bracket or a comment ends; the end of the value when it is left open."""
    opener, depth, place = value[start], 0, start
    closer = {'"': '"', "<": ">", "(": ")"}[opener]
    while place < len(value):
        char = value[place]
        if char == "\\" and opener != "<":
            place += 2
            continue
        if char == closer and (opener != "(" or depth == 1) and place > start:
            return place
        if opener == "(":
            depth += (char == "(") - (char == ")")
        place += 1
    return len(value)


def _mailbox(tokens: list[str]) -> tuple[str, str] | None:
    brackets = [token for token in tokens if token.startswith("<")]
    names = [token for token in tokens if not token.startswith("<")]
    if len(brackets) == 1 and tokens[-1] == brackets[0]:
        address = brackets[0][1:-1].strip() if brackets[0].endswith(">") else ""
        name = " ".join(_unquoted(token) for token in names)
    elif not brackets and len(names) == 1 and not names[0].startswith('"'):
        address, name = names[0], ""
    else:
        return None
    if len(address) > _MAX_ADDRESS or not _BARE.fullmatch(address):
        return None
    return name, address


def _unquoted(token: str) -> str:
    if not token.startswith('"'):
        return token
    return re.sub(r"\\(.)", r"\1", token[1:].removesuffix('"'), flags=re.DOTALL)
