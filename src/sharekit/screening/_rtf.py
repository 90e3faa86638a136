"""
The proof of RTF: one group from the first brace to the last.
"""

import re

from sharekit.screening._endings import RUNS
from sharekit.screening._evidence import refuse_stowaways
from sharekit.screening._limits import damaged, mismatch
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_rtf"]

_START = re.compile(rb"\s*\{\\rtf[0-9\\{ \r\n]")
_PACKAGE = re.compile(
    rb"\\objclass\s+(?:Package|OLE2Link|htmlfile|Shell\.Explorer)|\\objupdate|\\objhtml"
    rb"|\\\*\\template\s+(?:https?|ftp|mhtml):|\\fldinst[^\\]{0,9}(?:\{[^{}]{0,200})?\s*DDE(?:AUTO)?\s",
    re.IGNORECASE,
)
_CLASS = re.compile(rb"\\objclass\s[^{}]{0,200}\\'[^{}]{0,200}", re.IGNORECASE)
_LETTER = re.compile(rb"\\'([0-9a-fA-F]{2})")
# Between the digits of an object: groups that say nothing, and words.
_GROUP, _WORD = re.compile(rb"\{[^{}]{0,200}\}"), re.compile(rb"\\(?:[a-zA-Z]+-?\d* ?|'[0-9a-fA-F]{2}|[^a-zA-Z])")
_LONGEST_OBJECT = 64 * 1024
_NAMES = re.compile(rb"\.(?:%b)\x00" % "|".join(sorted(RUNS)).encode(), re.IGNORECASE)
_HEX = re.compile(rb"[^0-9a-fA-F]")


def prove_rtf(source: Source) -> None:
    """Refuse what is no RTF, and what carries a program."""
    if _START.match(source.at(0, 64)) is None:
        raise mismatch()
    tail = source.tail(64 * 1024)
    end = tail.rfind(b"}")
    if end < 0:
        raise damaged("rtf")
    refuse_stowaways(tail[end + 1 :])
    if tail[end + 1 :].strip(b"\0 \r\n\t\x1a") and len(tail) - end > 1024:
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    for offset, run in source.runs(0, source.size, overlap=256):
        if _PACKAGE.search(run) or any(_PACKAGE.match(_spelled(found[0])) for found in _CLASS.finditer(run)):
            raise Rejected(RefusalReason.ACTIVE_CONTENT)
        at = run.find(b"\\objdata")
        for _ in range(16):
            if at < 0:
                break
            _check_object(source.at(offset + at + 8, _LONGEST_OBJECT))
            at = run.find(b"\\objdata", at + 8)


def _spelled(text: bytes) -> bytes:
    return _LETTER.sub(lambda found: bytes.fromhex(found[1].decode()), text)


def _check_object(text: bytes) -> None:
    digits = _HEX.sub(b"", _WORD.sub(b"", _GROUP.sub(b"", text).partition(b"}")[0]))
    data = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    if data[8:40].find(b"Package\0") >= 0 and _NAMES.search(data[:8192]):
        raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")
