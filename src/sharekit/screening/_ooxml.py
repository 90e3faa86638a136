"""
The proof of Word, Excel and PowerPoint documents since 2007, and that they hold no macros.
"""

import struct
from collections.abc import Callable, Mapping

from sharekit.screening._limits import damaged, mismatch
from sharekit.screening._ole import CompoundFile, is_compound
from sharekit.screening._relations import refuse_active_parts
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected
from sharekit.screening._xml import elements, root_of
from sharekit.screening._zip import Package, read_package

__all__ = ["OOXML", "ooxml"]

_OOXML = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    "docx": f"{_OOXML}wordprocessingml.document.main+xml",
    "dotx": f"{_OOXML}wordprocessingml.template.main+xml",
    "xlsx": f"{_OOXML}spreadsheetml.sheet.main+xml",
    "xltx": f"{_OOXML}spreadsheetml.template.main+xml",
    "pptx": f"{_OOXML}presentationml.presentation.main+xml",
    "potx": f"{_OOXML}presentationml.template.main+xml",
    "ppsx": f"{_OOXML}presentationml.slideshow.main+xml",
}
OOXML = tuple(_MAIN)
"""The extensions of this family."""

_BY_TYPE = {value.casefold(): key for key, value in _MAIN.items()}
_ROOTS = {
    **dict.fromkeys(("docx", "dotx"), "document"),
    **dict.fromkeys(("xlsx", "xltx"), "workbook"),
    **dict.fromkeys(("pptx", "potx", "ppsx"), "presentation"),
}
_OFFICE_DOCUMENT = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
)
# How a document with a password is encrypted: a version, and flags that fit it; then how large it is inside.
_HOW_ENCRYPTED, _SIZE = struct.Struct("<HHI"), struct.Struct("<Q")
_AGILE, _BY_API = 0x40, 0x04
_TYPES, _RELATIONS = "[Content_Types].xml", "_rels/.rels"
_LONGEST_PART = 4 * 1024 * 1024
_MACRO_SIGNS = ("vbaproject", "macroenabled", "macrosheet", "vbadata")
_OTHER_PACKAGES = ("meta-inf/manifest.mf", "androidmanifest.xml", "classes.dex", "mimetype", "info.plist")


def ooxml(extension: str) -> Callable[[Source], None]:
    """Return the proof of a document with this extension."""

    def prove(source: Source) -> None:
        if is_compound(source):
            _check_encrypted(source)
        else:
            _check(read_package(source), extension)

    return prove


def _check_encrypted(source: Source) -> None:
    """A document with a password is a compound file that says nothing but that."""
    file = CompoundFile(source)
    streams = {entry.name: entry for entry in file.root()}
    package, how = streams.get("encryptedpackage"), streams.get("encryptioninfo")
    if package is None or how is None:
        raise mismatch("doc" if "worddocument" in streams else "ole")
    major, minor, flags = _HOW_ENCRYPTED.unpack(file.read(how, 8).ljust(8, b"\0"))
    (size,) = _SIZE.unpack(file.read(package, 8).ljust(8, b"\0"))
    known = flags & _AGILE if (major, minor) == (4, 4) else minor == 2 and major in {2, 3, 4} and flags & _BY_API
    if not known or not 0 < size <= package.size - 8:
        raise damaged("ole")
    file.refuse_rest()


def _check(package: Package, extension: str) -> None:
    if _TYPES not in package or _RELATIONS not in package:
        raise mismatch("zip")
    for other in _OTHER_PACKAGES:
        if other in package.members:
            raise Rejected(RefusalReason.HIDDEN_CONTENT, "zip")
    defaults, overrides = _content_types(package)
    for folded in package.members:
        kind = overrides.get(folded) or defaults.get(folded.rpartition(".")[2], "")
        if any(sign in kind for sign in _MACRO_SIGNS) or "vbaproject" in folded or folded.startswith("xl/macrosheets/"):
            raise Rejected(RefusalReason.MACROS)
    main = _main_part(package)
    kind = overrides.get(main) or defaults.get(main.rpartition(".")[2], "")
    if "macro" in kind:
        raise Rejected(RefusalReason.MACROS)
    # LibreOffice writes a slide show as the presentation that it is.
    if kind != _MAIN[extension].casefold() and (extension, _BY_TYPE.get(kind)) != ("ppsx", "pptx"):
        raise mismatch(_BY_TYPE.get(kind, "zip"))
    member = package.members[main]
    root = root_of(package.read(member, 8192, part=True))
    if root is None or root.rpartition(" ")[2] != _ROOTS[extension]:
        raise damaged(extension)
    refuse_active_parts(package)


def _content_types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}

    def found(name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").strip().casefold()
        local = name.rpartition(" ")[2]
        if local == "Default":
            defaults[attributes.get("Extension", "").casefold()] = kind
        elif local == "Override":
            overrides[attributes.get("PartName", "").replace("\\", "/").lstrip("/").casefold()] = kind

    elements(_part(package, _TYPES), found)
    return defaults, overrides


def _main_part(package: Package) -> str:
    targets: list[str] = []

    def found(_: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("Type") in _OFFICE_DOCUMENT:
            targets.append(attributes.get("Target", "").replace("\\", "/"))

    elements(_part(package, _RELATIONS), found)
    if not targets:
        raise mismatch("zip")
    main = targets[0].lstrip("/").removeprefix("./").casefold()
    if len(targets) > 1 or main not in package.members:
        raise damaged("zip")
    return main


def _part(package: Package, name: str) -> bytes:
    member = package.get(name)
    if member is None:
        raise damaged("zip")
    return package.read(member, _LONGEST_PART)
