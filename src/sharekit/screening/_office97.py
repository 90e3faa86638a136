"""
The proof of Word, Excel and PowerPoint documents before 2007, and that they hold no macros.
"""

import struct
from collections.abc import Iterator

from sharekit.screening._endings import RUNS
from sharekit.screening._limits import damaged, mismatch
from sharekit.screening._ole import CompoundFile, Entry
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_doc", "prove_ppt", "prove_xls"]

_MACROS = {"_vba_project", "_vba_project_cur", "vba", "macros"}
_KINDS = {"worddocument": "doc", "workbook": "xls", "book": "xls", "powerpoint document": "ppt"}
_WORD = {0xA5EC, 0xA5DC, 0xA5DB, 0xA697, 0xA699}
_BOF, _END_OF_GLOBALS, _SHEET, _FILE_PASS = 0x0809, 0x000A, 0x0085, 0x002F
_MACRO_SHEETS = {1, 6}
_OLD_BOFS = {0x0009: b"\x02", 0x0209: b"\x03", 0x0409: b"\x04"}
_GLOBALS = 4 * 1024 * 1024
# The record of PowerPoint that says whether there are macros: a container of 20 bytes with one atom of 12.
_PPT_VBA = b"\x0f\x00\xff\x03\x14\x00\x00\x00\x02\x00\x00\x04\x0c\x00\x00\x00"
_PPT_READ = 24 * 1024 * 1024
_SHEETS_READ = 4096


def prove_doc(source: Source) -> None:
    """Refuse what is no Word document, and what holds macros."""
    file, root = _opened(source, "doc")
    head = file.read(root["worddocument"], 32)
    if len(head) < 32 or int.from_bytes(head[:2], "little") not in _WORD:
        raise damaged("doc")
    _check_embedded(file)


def prove_xls(source: Source) -> None:
    """Refuse what is no Excel workbook, and what holds macros, those of Excel 4 too."""
    file, root = _opened(source, "xls")
    stream = file.read(root["workbook"] if "workbook" in root else root["book"], _GLOBALS)
    kinds = list(_sheets(stream))
    if any(kind in _MACRO_SHEETS for kind in kinds):
        raise Rejected(RefusalReason.MACROS)
    _check_embedded(file)


def prove_ppt(source: Source) -> None:
    """Refuse what is no PowerPoint presentation, and what holds macros."""
    file, root = _opened(source, "ppt")
    entry = root["powerpoint document"]
    stream = file.read(entry, _PPT_READ)
    if len(stream) < 8 or "current user" not in root:
        raise damaged("ppt")
    at = stream.find(_PPT_VBA)
    if at >= 0 and int.from_bytes(stream[at + 20 : at + 24], "little"):
        raise Rejected(RefusalReason.MACROS)
    _check_embedded(file)


def _opened(source: Source, wanted: str) -> tuple[CompoundFile, dict[str, Entry]]:
    file = CompoundFile(source)
    root = {entry.name: entry for entry in file.root() if entry.kind == 2}
    kinds = {_KINDS[name] for name in root if name in _KINDS}
    if wanted not in kinds or len(kinds) > 1:
        raise mismatch(min(kinds) if kinds else "ole")
    if any(entry.name in _MACROS and entry.kind in {1, 2} for entry in file.entries):
        raise Rejected(RefusalReason.MACROS)
    file.refuse_rest()
    return file, root


def _sheets(stream: bytes) -> Iterator[int]:
    """Yield the kind of each sheet that the globals of a workbook name."""
    kind, length = struct.unpack("<HH", stream[:4].ljust(4, b"\0"))
    if kind != _BOF and kind not in _OLD_BOFS:
        raise damaged("xls")
    at = 4 + length
    for _ in range(200_000):
        if at + 4 > len(stream):
            return
        kind, length = struct.unpack("<HH", stream[at : at + 4])
        if kind in {_END_OF_GLOBALS, _FILE_PASS}:
            return
        if kind == _SHEET and length >= 6:
            yield stream[at + 9]
        at += 4 + length


def _check_embedded(file: CompoundFile) -> None:
    """Refuse packages that carry programs, by the name that they would be saved under."""
    packages = [entry for entry in file.entries if entry.name == "\x01ole10native" and entry.kind == 2]
    for entry in packages[:64]:
        label, _, rest = file.read(entry, _SHEETS_READ)[6:].partition(b"\0")
        for name in (label, rest.partition(b"\0")[0]):
            if name.rpartition(b".")[2].decode("latin-1").strip().casefold() in RUNS:
                raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")
