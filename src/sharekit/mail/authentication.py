"""
What our own mail server found out about a sender: ``Authentication-Results`` (RFC 8601).

Anybody can write that header. Only the topmost one that bears the name of our own server is read, since that
server puts its own on top of whatever came in; all others are taken for forged.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

import attrs

from sharekit.records import checks
from sharekit.records.addresses import ascii_domain, domain_of
from sharekit.records.mail import SenderProof

__all__ = ["Trust", "sender_proof"]

_MAX_VALUE: Final = 16 * 1024
_MAX_RESULTS: Final = 60
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.){0,1000})"|([;=])|([^\s;="()]+)')
_METHOD: Final = re.compile(r"([a-z0-9-]+)(?:/\d+)?", re.IGNORECASE)


def _names(value: Collection[str]) -> frozenset[str]:
    checks.names("servers", value)
    return frozenset(value)


@attrs.frozen(kw_only=True)
class Trust:
    """
    Whose word is taken for who sent a mail.

    Attributes:
        servers: The names (authserv-id) by which our own mail servers sign what they found out.
        received_above: How many ``Received`` fields may stand above theirs, that is, how many of our own
            servers a mail passes after the one that looks; None for any number.
    """

    servers: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    received_above: int | None = None


@attrs.frozen
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def get(self, *names: str) -> str:
        """Return the value of the first of these properties that is there."""
        known = dict(self.properties)
        return next((known[name] for name in names if name in known), "")


def sender_proof(headers: Sequence[tuple[str, str]], sender: str | None, trust: Trust) -> SenderProof:
    """
    Return what our own server found out about the address in ``From``.

    Args:
        headers: Names and values from the top, each value in one line.
        sender: The one address in ``From``, or None.
        trust: Whose word counts.
    """
    ours = _topmost(headers, trust)
    if ours is None:
        return SenderProof.UNKNOWN
    domain = domain_of(sender or "")
    if not domain:
        return SenderProof.FAILED
    dmarc = [found for found in ours if found.method == "dmarc"]
    if dmarc:
        # One that passed for this very domain proves it; one that failed is not outdone by what else passed.
        if all(found.result == "pass" for found in dmarc):
            own = all(ascii_domain(found.get("header.from")) == domain for found in dmarc)
            return SenderProof.DMARC if own else SenderProof.FAILED
        if any(found.result not in {"none", "bestguesspass", "skipped"} for found in dmarc):
            return SenderProof.FAILED
    return SenderProof.ALIGNED if any(_is_aligned(found, domain) for found in ours) else SenderProof.FAILED


def _topmost(headers: Sequence[tuple[str, str]], trust: Trust) -> list[_Result] | None:
    names = {name.lower() for name in trust.servers}
    received = 0
    for name, value in headers:
        field = name.lower()
        if field == "received":
            received += 1
        if field != "authentication-results":
            continue
        server, results = _parsed(value)
        if not server:
            # A sender whose address breaks our server's own field would have a forged one below it read instead.
            return None
        if server not in names:
            continue
        too_low = trust.received_above is not None and received > trust.received_above
        return None if too_low else results
    return None


def _is_aligned(found: _Result, domain: str) -> bool:
    """Say whether a signature or an envelope passed for this domain, or for one that it lies in."""
    if found.result != "pass":
        return False
    if found.method == "dkim":
        signer = found.get("header.d") or found.get("header.i").rpartition("@")[2]
    elif found.method == "spf":
        given = found.get("smtp.mailfrom")
        signer = given.rpartition("@")[2]
    else:
        return False
    proven = ascii_domain(signer) or ""
    return proven == domain or ("." in proven and domain.endswith(f".{proven}"))


def _parsed(value: str) -> tuple[str, list[_Result]]:
    """Read a field: the name of the server, and what it found; nothing where the field is not well formed."""
    text = _without_comments(value[:_MAX_VALUE])
    if text is None:
        return "", []
    head, *parts = _split(text)
    server = head[0].lower() if head and "=" not in head else ""
    results: list[_Result] = []
    for part in parts[:_MAX_RESULTS]:
        found = _result(part)
        if found is not None:
            results.append(found)
    return server, results


def _split(text: str) -> list[list[str]]:
    """Cut a field at its semicolons into words; quoted ones lose their quotes."""
    parts: list[list[str]] = [[]]
    end = -1
    for found in _TOKEN.finditer(text):
        quoted, sign, word = found.groups(default="")
        said = sign or word or re.sub(r"\\(.)", r"\1", quoted)
        if sign == ";":
            parts.append([])
        elif not sign and found.start() == end:
            parts[-1][-1] += said  # "x@acme.example"@evil.example is one address
        else:
            parts[-1].append(said)
        end = -1 if sign else found.end()
    return parts


def _result(words: list[str]) -> _Result | None:
    """Read ``method=result reason=... ptype.property=value ...``."""
    if len(words) < 3 or words[1] != "=":
        return None
    method = _METHOD.fullmatch(words[0])
    if method is None or len(words) % 3 or any(words[place] != "=" for place in range(1, len(words), 3)):
        return None  # an address with a blank in it could pass for two words
    properties: list[tuple[str, str]] = []
    seen: set[str] = set()
    for place in range(3, len(words) - 2):
        name = words[place].lower()
        if words[place + 1] == "=" and words[place - 1] != "=" and "." in name and name not in seen:
            seen.add(name)
            properties.append((name, words[place + 2].lower()))
    return _Result(method[1].lower(), words[2].lower(), tuple(properties))


def _without_comments(text: str) -> str | None:
    """Return a text without what stands in round brackets; None when they do not match."""
    kept: list[str] = []
    depth, place, quoted = 0, 0, False
    while place < len(text):
        char = text[place]
        if char == "\\":
            if not depth:
                kept.append(text[place : place + 2])
            place += 2
            continue
        if char == '"' and not depth:
            quoted = not quoted
        if not quoted and char in "()":
            depth += 1 if char == "(" else -1
            if depth < 0:
                return None
            kept.append(" ")
        elif not depth:
            kept.append(char)
        place += 1
    return None if depth or quoted else "".join(kept)
