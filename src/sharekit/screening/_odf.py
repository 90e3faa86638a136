"""
The proof of OpenDocument files, and that they hold no macros.
"""

from collections.abc import Callable, Mapping

from sharekit.screening._limits import damaged, mismatch
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected
from sharekit.screening._xml import elements
from sharekit.screening._zip import Package, read_package

__all__ = ["ODF", "odf", "prove_epub"]

_PREFIX = "application/vnd.oasis.opendocument."
_KINDS = {
    "odt": "text",
    "ott": "text-template",
    "ods": "spreadsheet",
    "ots": "spreadsheet-template",
    "odp": "presentation",
    "otp": "presentation-template",
    "odg": "graphics",
    "otg": "graphics-template",
}
ODF = tuple(_KINDS)
"""The extensions of this family."""

_MANIFEST = "META-INF/manifest.xml"
_LONGEST_MANIFEST = 2 * 1024 * 1024
_LONGEST_CONTENT = 1024 * 1024
_LISTS = ("script-lb.xml", "script-lc.xml", "dialog-lb.xml", "dialog-lc.xml")


def odf(extension: str) -> Callable[[Source], None]:
    """Return the proof of a document with this extension."""

    def prove(source: Source) -> None:
        package = read_package(source)
        if "[Content_Types].xml" in package or "META-INF/MANIFEST.MF" in package.members:
            raise mismatch("zip")
        kind = _kind(package)
        if kind != _PREFIX + _KINDS[extension]:
            found = {_PREFIX + value: key for key, value in _KINDS.items()}.get(kind)
            raise mismatch(found or "zip")
        if "content.xml" not in package and "encrypted-package" not in package:
            raise damaged(extension)
        _refuse_macros(package)
        _refuse_calls(package)

    return prove


def prove_epub(source: Source) -> None:
    """Refuse what is no e-book."""
    package = read_package(source)
    member = package.get("mimetype")
    if member is None or package.read(member, 64).strip() != b"application/epub+zip":
        raise mismatch("zip")
    if "META-INF/container.xml" not in package:
        raise damaged("epub")


def _kind(package: Package) -> str:
    member = package.get("mimetype")
    if member is not None:
        return package.read(member, 256).strip().decode("ascii", "replace")
    manifest = package.get(_MANIFEST)
    if manifest is None:
        raise mismatch("zip")
    kinds: list[str] = []

    def found(_: str, attributes: Mapping[str, str]) -> None:
        values = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        if values.get("full-path") == "/":
            kinds.append(values.get("media-type", ""))

    elements(_without_doctype(package.read(manifest, _LONGEST_MANIFEST)), found)
    return kinds[0] if kinds else ""


def _without_doctype(text: bytes) -> bytes:
    # The first OpenOffice named the document type of a manifest; it declares nothing.
    start = text.find(b"<!DOCTYPE manifest:manifest")
    end = text.find(b">", start)
    return text if start < 0 or b"[" in text[start:end] else text[:start] + text[end + 1 :]


def _refuse_calls(package: Package) -> None:
    """Refuse calls of scripts that are installed with the office: the document has none of its own."""
    content = package.get("content.xml")
    if content is None or content.encrypted:
        return
    if b"vnd.sun.star.script:" in package.read(content, _LONGEST_CONTENT, part=True):
        raise Rejected(RefusalReason.MACROS)


def _refuse_macros(package: Package) -> None:
    for folded in package.members:
        head, _, rest = folded.partition("/")
        module = head == "basic" and rest.endswith(".xml") and not rest.endswith(_LISTS)
        script = head == "scripts" and rest and not rest.endswith("/")
        if module or script:
            raise Rejected(RefusalReason.MACROS)
