"""
What an office document since 2007 points to or carries that runs as soon as somebody opens it.
"""

import re
from collections.abc import Mapping
from typing import Final

from sharekit.screening._endings import REFUSED, RUNS
from sharekit.screening._evidence import refuse_programs, what_starts
from sharekit.screening._verdicts import RefusalReason, Rejected
from sharekit.screening._xml import elements
from sharekit.screening._zip import Member, Package

__all__ = ["refuse_active_parts"]

_LONGEST_RELATIONS: Final = 4 * 1024 * 1024
_LONGEST_FIELDS: Final = 2 * 1024 * 1024
_LONGEST_OBJECT: Final = 1024 * 1024
_MOST_PARTS: Final = 400
# Relations whose target is fetched, and taken for a part of the document.
_FETCHED: Final = ("attachedtemplate", "oleobject", "frame", "subdocument")
_FAR: Final = re.compile(r"(?:https?|ftps?|script|javascript|vbscript):", re.IGNORECASE)
# A script in a link does nothing in an office: whoever copies a page into a document has some.
_RUNS_AT_ONCE: Final = re.compile(r"(?:mhtml|mk|its|ms-its|ms-msdt|ms-officecmd|search-ms):", re.IGNORECASE)
_PROGRAM: Final = re.compile(
    r"file:.*\.(?:exe|bat|cmd|scr|pif|cpl|dll|msi|lnk|ps1|vbs|vbe|js|jse|wsf|hta|jar|sh)\s*\Z", re.IGNORECASE
)
_HAS_EXTERNAL: Final = (b"xternal", b"&#", b"\0")
_TEXTS: Final = re.compile(r"word/(?:document|header|footer|footnotes|endnotes|comments)\d*\.xml")
_FIELD_CODE: Final = re.compile(rb"instrText[^<>]*>([^<]*)<")
_FIELD: Final = re.compile(rb"\binstr\s*=\s*[\"']([^\"']*)")
_DDE: Final = re.compile(rb"DDEAUTO|\bDDE\s", re.IGNORECASE)
_NATIVE: Final = "\x01Ole10Native".encode("utf-16-le")
_NAMES: Final = re.compile(rb"\.(?:%b)\x00" % "|".join(sorted(RUNS)).encode(), re.IGNORECASE)


def refuse_active_parts(package: Package) -> None:
    """Refuse what is fetched from elsewhere or starts programs, archives, and programs under another name."""
    looked = 0
    for folded, member in package.members.items():
        if folded.endswith(".rels"):
            _check_relations(package, member)
        elif "/media/" in folded or "/embeddings/" in folded:
            looked += 1
            if looked <= _MOST_PARTS:
                _check_part(package, folded, member)
        elif folded.startswith("xl/externallinks/") and b"ddeLink" in package.read(member, _LONGEST_OBJECT, part=True):
            raise Rejected(RefusalReason.ACTIVE_CONTENT, "dde")
    _check_fields(package)


def _check_relations(package: Package, member: Member) -> None:
    text = package.read(member, _LONGEST_RELATIONS)
    if not any(sign in text for sign in _HAS_EXTERNAL):
        return

    def found(_: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("TargetMode", "").casefold() != "external":
            return
        kind, target = attributes.get("Type", "").rpartition("/")[2].casefold(), attributes.get("Target", "").strip()
        if _RUNS_AT_ONCE.match(target) or (kind in _FETCHED and _FAR.match(target)):
            raise Rejected(RefusalReason.ACTIVE_CONTENT, "link")
        if _PROGRAM.match(target):
            raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")

    elements(text, found)


def _check_part(package: Package, folded: str, member: Member) -> None:
    """Look at a picture, or at an object of another program."""
    ending = folded.rpartition(".")[2]
    if ending == "zip" or REFUSED.get(ending) is RefusalReason.ARCHIVE:
        raise Rejected(RefusalReason.HIDDEN_CONTENT, ending)
    head = package.read(member, 64, part=True)
    begun = what_starts(head)
    if begun is not None and begun[0] is RefusalReason.EXECUTABLE and b"\0" in head:
        raise Rejected(RefusalReason.ACTIVE_CONTENT, begun[1])
    if ending == "bin":
        data = package.read(member, _LONGEST_OBJECT, part=True)
        if _NATIVE in data:
            refuse_programs(data)
            if _NAMES.search(data):
                raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")


def _check_fields(package: Package) -> None:
    """Refuse fields that ask another program, also where their code was cut into pieces."""
    left = _LONGEST_FIELDS
    for folded, member in package.members.items():
        if left > 0 and _TEXTS.fullmatch(folded):
            text = package.read(member, left, part=True)
            left -= len(text)
            codes = _FIELD.findall(text) if b"nstr=" in text or b"nstr =" in text else []
            if b"instrText" in text:
                codes.append(b"".join(_FIELD_CODE.findall(text)))
            if any(_DDE.search(code) for code in codes):
                raise Rejected(RefusalReason.ACTIVE_CONTENT, "dde")
