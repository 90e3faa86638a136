"""
The gate: which type a name promises, whether it is wanted, and whether the bytes prove it (R-UP-3).
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from sharekit.records import checks
from sharekit.records.file_types import FILE_TYPES
from sharekit.records.uploads import UploadPolicy
from sharekit.screening._bmp import prove_bmp
from sharekit.screening._by_request import (
    prove_dwg,
    prove_dxf,
    prove_eml,
    prove_ics,
    prove_json,
    prove_msg,
    prove_vcf,
    prove_xml,
    prove_zip,
)
from sharekit.screening._endings import REFUSED
from sharekit.screening._evidence import refuse_archives, refuse_pages, refuse_test_virus, what_starts
from sharekit.screening._gif import prove_gif
from sharekit.screening._heif import prove_avif, prove_heic, prove_heif
from sharekit.screening._jpeg import prove_jpeg
from sharekit.screening._names import clean_name
from sharekit.screening._odf import ODF, odf, prove_epub
from sharekit.screening._office97 import prove_doc, prove_ppt, prove_xls
from sharekit.screening._ooxml import OOXML, ooxml
from sharekit.screening._pdf import prove_pdf
from sharekit.screening._png import prove_png
from sharekit.screening._readings import Reading
from sharekit.screening._riff import prove_webp
from sharekit.screening._rtf import prove_rtf
from sharekit.screening._source import Source
from sharekit.screening._text import prove_csv, text_like
from sharekit.screening._tiff import prove_tiff
from sharekit.screening._verdicts import FileName, Refusal, RefusalReason, Rejected, Verdict

__all__ = ["Detector", "early_refusal", "reading_of", "verify", "verify_staff"]

Detector = Callable[[FileName, BinaryIO, int], str | None]
"""A second opinion: what it found against a file, or None. One that raises is against it."""

Proof = Callable[[Source], None]

_WIDTH_OF_HEAD = 16
_SEARCHED = 512 * 1024


def _proofs() -> Mapping[str, Proof]:
    proofs: dict[str, Proof] = {
        "pdf": prove_pdf,
        "png": prove_png,
        "gif": prove_gif,
        "webp": prove_webp,
        "heic": prove_heic,
        "avif": prove_avif,
        "rtf": prove_rtf,
        "md": text_like(marked=True),
        "zip": prove_zip,
        "epub": prove_epub,
        "xml": prove_xml,
        "json": prove_json,
        "eml": prove_eml,
        "msg": prove_msg,
        "ics": prove_ics,
        "vcf": prove_vcf,
        "dwg": prove_dwg,
        "dxf": prove_dxf,
    }
    for extensions, proof in (
        ("jpg jpeg jpe jfif", prove_jpeg),
        ("tif tiff", prove_tiff),
        ("bmp dib", prove_bmp),
        ("heif hif", prove_heif),
        ("doc dot", prove_doc),
        ("xls xlt", prove_xls),
        ("ppt pot pps", prove_ppt),
        ("txt log", text_like()),
        ("csv tsv", prove_csv),
    ):
        proofs |= dict.fromkeys(extensions.split(), proof)
    for extension in OOXML:
        proofs[extension] = ooxml(extension)
    for extension in ODF:
        proofs[extension] = odf(extension)
    return MappingProxyType(proofs)


_PROOFS = _proofs()
# What may be an archive at the same time by its nature, or is proved to be nothing else already.
_ZIPPED = frozenset({"docx", "dotx", "xlsx", "xltx", "pptx", "potx", "ppsx", "zip", "epub"}) | frozenset(ODF)
_COMPOUND = frozenset({"doc", "dot", "xls", "xlt", "ppt", "pot", "pps", "msg"})
_SCANNED = frozenset({"pdf", "tif", "tiff", "bmp", "dib"})
_TEXTS = frozenset({"txt", "log", "md", "csv", "tsv", "json", "xml", "eml", "ics", "vcf", "dxf", "rtf"})
_SEARCHED_AS_A_WHOLE = frozenset({"txt", "log", "md", "csv", "tsv", "json", "ics", "vcf"})
_STARTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "pdf": frozenset({"pdf"}),
        "png": frozenset({"png"}),
        "jpg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
        "gif": frozenset({"gif"}),
        "tif": frozenset({"tif", "tiff"}),
        "webp": frozenset({"webp"}),
        "heif": frozenset({"heic", "heif", "hif", "avif"}),
        "rtf": frozenset({"rtf"}),
        "ole": _COMPOUND | frozenset(OOXML),
        "zip": _ZIPPED,
    }
)
_FOUND_IN_GENERAL = frozenset({None, "zip", "ole", "heif"})


def early_refusal(
    name: FileName | str | bytes, declared_size: int | None, head: bytes, policy: UploadPolicy
) -> Refusal | None:
    """
    Say before the bytes travel what is already plain: a type that is not taken, a size, a wrong beginning.

    Args:
        name: The name that the sender gives.
        declared_size: How many bytes he announces, or None.
        head: The first bytes, as far as they are there.
        policy: What is taken.

    Raises:
        FileNameError: The name cannot be used.
    """
    name = name if isinstance(name, FileName) else clean_name(name)
    try:
        _check_wanted(name, policy)
        if declared_size is not None:
            _check_size(declared_size, policy.max_bytes)
        _check_head(name.extension, head)
    except Rejected as rejected:
        return _refusal(rejected, name, declared_size, policy)
    return None


def reading_of(name: FileName) -> Reading | None:
    """
    Return what may look at the bytes of a file as they pass, where its type is proved by all of them.

    It is given every piece, in order, and then to `verify`, which need not read them again. Without it, or where
    it saw another number of bytes, they are read.
    """
    return Reading() if name.extension in _SEARCHED_AS_A_WHOLE else None


def verify(
    name: FileName,
    file: BinaryIO,
    size: int,
    policy: UploadPolicy,
    *,
    detectors: Iterable[Detector] = (),
    passed: Reading | None = None,
) -> Verdict:
    """
    Return what a file was proved to be: its type is wanted, its bytes are of that type, and of no other.

    Args:
        name: Its name, from `clean_name`.
        file: Its bytes; they are read at any place, in blocks.
        size: How many they are.
        policy: What is taken.
        detectors: Second opinions, asked last; they can refuse and nothing else.
        passed: What looked at these bytes as they passed, from `reading_of`.

    Raises:
        UploadRefusedError: It is not taken; ``reason`` says why.
    """
    try:
        _check_wanted(name, policy)
        _check_size(size, policy.max_bytes)
        _prove(name.extension, Source(file, size, passed))
        for detector in detectors:
            _ask(detector, name, file, size)
    except Rejected as rejected:
        raise _refusal(rejected, name, size, policy).as_error() from None
    kind = FILE_TYPES[name.extension]
    return Verdict(kind.media_type, kind.extension, kind.group, kind.inline)


def verify_staff(
    name: FileName, file: BinaryIO, size: int, *, max_bytes: int | None = None, passed: Reading | None = None
) -> Verdict:
    """
    Return how to keep what staff add: any type but programs and scripts.

    What is proved to be of a known type keeps that type. Everything else, web pages among it, is kept as
    mere bytes that are served as an attachment only.

    Raises:
        UploadRefusedError: It is empty, too large, a program, or the test file for virus scanners.
    """
    try:
        if REFUSED.get(name.extension) is RefusalReason.EXECUTABLE:
            raise Rejected(RefusalReason.EXECUTABLE)
        _check_size(size, max_bytes)
        source = Source(file, size, passed)
        refuse_test_virus(source)
        begun = what_starts(source.at(0, 1024))
        if begun is not None and begun[0] is RefusalReason.EXECUTABLE and _is_binary(source, begun[1]):
            raise Rejected(*begun)
    except Rejected as rejected:
        raise _refusal(rejected, name, size, None, limit=max_bytes).as_error() from None
    kind = FILE_TYPES.get(name.extension)
    if kind is not None:
        try:
            _prove(name.extension, source)
        except Rejected:
            kind = None
    if kind is None:
        return Verdict("application/octet-stream", name.extension, "attachment", inline=False)
    return Verdict(kind.media_type, kind.extension, kind.group, kind.inline)


def _is_binary(source: Source, found: str) -> bool:
    """``MZ`` and its like can begin a letter; a script is one by its first bytes."""
    return found == "script" or b"\0" in source.at(0, 1024)


def _check_wanted(name: FileName, policy: UploadPolicy) -> None:
    extension = name.extension
    if not extension:
        raise Rejected(RefusalReason.NO_EXTENSION)
    if extension not in policy.extensions:
        raise Rejected(REFUSED.get(extension, RefusalReason.NOT_ACCEPTED))


def _check_size(size: int, limit: int | None) -> None:
    checks.whole("size", size, 0, 2**62)
    if limit is not None and size > limit:
        raise Rejected(RefusalReason.TOO_LARGE)
    if not size:
        raise Rejected(RefusalReason.EMPTY)


def _check_head(extension: str, head: bytes) -> None:
    if len(head) < _WIDTH_OF_HEAD:
        return
    begun = what_starts(head)
    if begun is None or extension in _STARTS.get(begun[1], ()):
        return
    text = extension in _TEXTS and begun[1] not in {"script", "html", "pdf", "rtf"}
    if not text or b"\0" in head:
        raise Rejected(*begun)


def _prove(extension: str, source: Source) -> None:
    refuse_test_virus(source)
    try:
        _PROOFS[extension](source)
    except Rejected as rejected:
        if rejected.reason is not RefusalReason.NOT_WHAT_IT_SAYS or rejected.found not in _FOUND_IN_GENERAL:
            raise
        raise _better_told(rejected, source) from None
    if FILE_TYPES[extension].group == "images":
        refuse_pages(source.at(0, _SEARCHED))  # pixels too can be chosen so that they are a page or a script
    if extension not in _ZIPPED | _COMPOUND | _TEXTS:
        refuse_archives(source, walked=extension not in _SCANNED)


def _better_told(rejected: Rejected, source: Source) -> Rejected:
    begun = what_starts(source.at(0, 1024))
    return rejected if begun is None or rejected.found is not None else Rejected(*begun)


def _ask(detector: Detector, name: FileName, file: BinaryIO, size: int) -> None:
    file.seek(0)
    try:
        found = detector(name, file, size)
    except Exception as error:  # whatever it is, the file was not cleared
        raise Rejected(RefusalReason.DETECTED) from error
    if found is not None:
        raise Rejected(RefusalReason.DETECTED, found)


def _refusal(
    rejected: Rejected, name: FileName, size: int | None, policy: UploadPolicy | None, *, limit: int | None = None
) -> Refusal:
    return Refusal(
        reason=rejected.reason,
        name=name.display,
        extension=name.extension,
        size=size,
        limit=limit if policy is None else policy.max_bytes,
        accepted=frozenset() if policy is None else policy.accept | policy.allow.keys(),
        found=rejected.found,
    )
