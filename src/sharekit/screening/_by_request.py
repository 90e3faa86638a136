"""
The proofs of types that are taken only where a policy allows them with a reason.
"""

import codecs
import json
import re
from collections.abc import Mapping

from sharekit.screening._encodings import read_text
from sharekit.screening._limits import damaged, mismatch
from sharekit.screening._ole import CompoundFile
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected
from sharekit.screening._xml import elements
from sharekit.screening._zip import read_package

__all__ = [
    "prove_dwg",
    "prove_dxf",
    "prove_eml",
    "prove_ics",
    "prove_json",
    "prove_msg",
    "prove_vcf",
    "prove_xml",
    "prove_zip",
]

_LONGEST_PARSED = 1024 * 1024
_LONGEST_XML = 20 * 1024 * 1024
_PAGES = ("xhtml", "svg", "xsl/transform", "mathml", "xul", "htmlapplication")
_PAGE_ROOTS = {"html", "svg", "stylesheet", "transform", "hta"}
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:[ \t]")
_ANY_LINE = re.IGNORECASE | re.MULTILINE
_MAIL = re.compile(r"^(?:From|To|Received|Date|Subject|Message-ID|MIME-Version|Return-Path|Delivered-To):", _ANY_LINE)
_SNAPSHOT = re.compile(
    r"^Snapshot-Content-Location:|multipart/related[^\n]*(?:\n[ \t][^\n]*)*type=\"text/html\"", _ANY_LINE
)
_DWG = re.compile(rb"AC10(?:0[2-9]|1[0-9]|2[0-9]|3[0-9])\x00|AC1\.[245]0|AC2\.[12]")
_BINARY_DXF = b"AutoCAD Binary DXF\r\n\x1a\x00"
_DXF = re.compile(r"(?:\s*999\r?\n[^\n]*\r?\n)*\s*0\s*\r?\nSECTION\s*\r?\n", re.IGNORECASE)


def prove_zip(source: Source) -> None:
    """Refuse what is no plain ZIP file, and one that carries programs by their names."""
    read_package(source)


def prove_xml(source: Source) -> None:
    """Refuse what is no well-formed XML, what declares a document type, and what a browser shows as a page."""
    root: list[str] = []

    def found(name: str, _: Mapping[str, str]) -> None:
        namespace, _sep, local = name.rpartition(" ")
        if any(sign in namespace.casefold() for sign in _PAGES) or (not root and local.casefold() in _PAGE_ROOTS):
            raise Rejected(RefusalReason.WEB_PAGE, "xml")
        root[:] = [local]

    text = source.at(0, min(source.size, _LONGEST_XML))
    if b"<?xml-stylesheet" in text:
        raise Rejected(RefusalReason.WEB_PAGE, "xml")
    elements(text, found)


def _ends(source: Source) -> tuple[str, str]:
    text = read_text(source)
    text.refuse_unreadable()
    return text.beginning().lstrip("\ufeff \t\r\n"), text.end().rstrip()


def prove_json(source: Source) -> None:
    """Refuse what is no JSON text."""
    beginning, end = _ends(source)
    if beginning[:1] not in {"{", "["} or end[-1:] not in {"}", "]"}:
        raise mismatch()
    if source.size <= _LONGEST_PARSED:
        try:
            json.loads(source.at(0, source.size).removeprefix(codecs.BOM_UTF8))
        except (ValueError, RecursionError):
            raise damaged("json") from None


def prove_eml(source: Source) -> None:
    """Refuse what does not begin with the header of a mail, and saved web pages."""
    head = source.at(0, 64 * 1024).decode("utf-8", "replace").lstrip("\ufeff\r\n")
    header = re.split(r"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = [line for line in header.splitlines() if line[:1] not in {" ", "\t"}]
    if lines and lines[0].startswith("From "):
        lines = lines[1:]
    fields = sum(_FIELD.match(f"{line} ") is not None for line in lines)
    if not lines or fields < len(lines) or len(set(_MAIL.findall(header))) < 2 or "\0" in head:
        raise mismatch()
    if _SNAPSHOT.search(header):
        raise Rejected(RefusalReason.WEB_PAGE, "mhtml")


def prove_msg(source: Source) -> None:
    """Refuse what is no Outlook message."""
    file = CompoundFile(source)
    if "__properties_version1.0" not in file.streams_of_root():
        raise mismatch("ole")
    file.refuse_rest()


def _card(source: Source, kind: str) -> None:
    beginning, end = _ends(source)
    if not beginning.upper().startswith(f"BEGIN:{kind}") or not end.upper().endswith(f"END:{kind}"):
        raise mismatch()


def prove_ics(source: Source) -> None:
    """Refuse what is no calendar."""
    _card(source, "VCALENDAR")


def prove_vcf(source: Source) -> None:
    """Refuse what is no card of a contact."""
    _card(source, "VCARD")


def prove_dwg(source: Source) -> None:
    """Refuse what is no drawing of AutoCAD; its inside is not documented, so no more than its header is proved."""
    if (
        not re.match(rb"AC10(?:0[2-9]|1[0-9]|2[0-9]|3[0-9])\x00|AC1\.[245]0|AC2\.[12]", source.at(0, 16))
        or source.size < 128
    ):
        raise mismatch()


def prove_dxf(source: Source) -> None:
    """Refuse what is no exchange drawing."""
    if source.at(0, 22) == _BINARY_DXF:
        return
    beginning, end = _ends(source)
    if _DXF.match(beginning) is None or not end.endswith("EOF"):
        raise mismatch()
