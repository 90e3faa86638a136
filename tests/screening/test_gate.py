"""The gate: what a policy takes, what is refused early, what staff may add, and what the sender is told."""

import io
import pickle
from typing import Any, BinaryIO

import pytest

import sharekit.errors
from sharekit.errors import FileNameError, InvalidInputError, UploadRefusedError
from sharekit.records.file_types import FILE_TYPES, GROUPS, OPT_IN
from sharekit.records.uploads import MiB, UploadPolicy
from sharekit.screening import (
    FileName,
    RefusalReason,
    Verdict,
    clean_name,
    early_refusal,
    verify,
    verify_staff,
)
from tests.screening._files import ANY, EICAR, ELF, PE, WORD, compound, jpeg, judge, office, pdf, png, reason, zipped

DOCUMENTS, IMAGES = UploadPolicy.documents(), UploadPolicy.images()


def staff(name: str, data: bytes, *, max_bytes: int | None = None) -> Verdict:
    """Screen what a colleague adds."""
    return verify_staff(clean_name(name), io.BytesIO(data), len(data), max_bytes=max_bytes)


# --- policies ----------------------------------------------------------------------------


def test_the_presets_take_what_they_are_called_after() -> None:
    """Documents are no pictures, and nothing that needs a reason is in any preset."""
    assert "docx" in DOCUMENTS.extensions
    assert "png" not in DOCUMENTS.extensions
    assert {"png", "heic"} <= IMAGES.extensions
    assert "pdf" not in IMAGES.extensions
    assert DOCUMENTS.extensions | IMAGES.extensions == ANY.extensions
    assert not ANY.extensions & OPT_IN
    assert UploadPolicy() == ANY


def test_a_policy_narrows_by_groups_and_extensions() -> None:
    """A request for a signed form takes PDF only; its neighbour is refused as not accepted here."""
    policy = UploadPolicy(accept={"pdf", "jpg"})

    assert reason("a.pdf", pdf(), policy) is None
    assert reason("a.jpg", jpeg(), policy) is None
    assert reason("a.png", png(), policy) == "not-accepted"
    assert reason("a.docx", office(), policy) == "not-accepted"


def test_widening_needs_a_reason() -> None:
    """A type that is refused by default is taken where somebody wrote down why, and nowhere else."""
    policy = UploadPolicy.documents(allow={"zip": "the court asks for archives"})
    archive = zipped({"a.txt": b"a"})

    assert reason("a.zip", archive, policy) is None
    assert judge("a.zip", archive, policy).group == "archives"
    assert reason("a.zip", archive) == "not-accepted"
    assert reason("a.zip", zipped({"a.exe": PE}), policy) == "active-content"


def made(arguments: dict[str, Any]) -> UploadPolicy:  # anything may be tried
    """Make a policy of arguments that may be wrong."""
    return UploadPolicy(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"accept": {"zip"}},
        {"accept": {"exe"}},
        {"accept": {"html"}},
        {"accept": "pdf"},
        {"accept": set()},
        {"allow": {"zip": ""}},
        {"allow": {"zip": 1}},
        {"allow": {"exe": "please"}},
        {"allow": {"html": "please"}},
        {"allow": ["zip"]},
        {"max_bytes": 0},
        {"max_bytes": True},
        {"max_bytes": 1.5},
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_is_refused(arguments: dict[str, Any]) -> None:
    """No policy can take programs or pages, nothing is widened without words, and a limit is a whole number."""
    with pytest.raises(InvalidInputError):
        made(arguments)


OPTIONAL = {
    "xml": b"<?xml version='1.0'?><a><b/></a>",
    "json": b'{"a": [1, 2]}',
    "eml": b"From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n\r\nHello\r\n",
    "msg": compound({"__properties_version1.0": b"x", "__substg1.0_001A001E": b"IPM.Note"}),
    "ics": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
    "vcf": b"BEGIN:VCARD\r\nFN:Anna\r\nEND:VCARD\r\n",
    "dwg": b"AC1032\0\0\0\0".ljust(200, b"\0"),
    "dxf": b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n",
    "zip": zipped({"a.txt": b"a"}),
    "epub": zipped([("mimetype", b"application/epub+zip"), ("META-INF/container.xml", b"<x/>")], stored=["mimetype"]),
}
PAGES_AS_DATA = {
    "xml-svg": ("xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "xml-page": ("xml", b'<x><y:html xmlns:y="http://www.w3.org/1999/xhtml"/></x>'),
    "xml-style": ("xml", b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>'),
    "xml-doctype": ("xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "xml-broken": ("xml", b"<a><b></a>"),
    "json-page": ("json", b"<html></html>"),
    "json-broken": ("json", b'{"a": }'),
    "eml-snapshot": (
        "eml",
        b"From: x\r\nTo: y\r\nSnapshot-Content-Location: https://x\r\nContent-Type: multipart/related\r\n\r\nx",
    ),
    "eml-letter": ("eml", b"Dear Sir,\r\n\r\nhello\r\n"),
    "msg-doc": ("msg", compound({"WordDocument": WORD})),
    "ics-open": ("ics", b"BEGIN:VCALENDAR\r\n"),
    "dwg-empty": ("dwg", b"AC1032"),
    "dxf-text": ("dxf", b"hello"),
    "epub-zip": ("epub", zipped({"a.txt": b"a"})),
    "zip-up": ("zip", zipped({"../a.txt": b"a"})),
}


@pytest.mark.parametrize("extension", OPTIONAL)
def test_a_type_by_request_is_proved_too(extension: str) -> None:
    """With its reason it is taken as what it is; without, and under another name, it is not."""
    policy = UploadPolicy.any_safe(allow={extension: "asked for"})
    data = OPTIONAL[extension]
    others = {other for other in FILE_TYPES if other not in OPT_IN}

    assert judge(f"a.{extension}", data, policy).media_type == FILE_TYPES[extension].media_type
    assert reason(f"a.{extension}", data) == "not-accepted"
    assert set() == {other for other in others if reason(f"a.{other}", data) is None}


@pytest.mark.parametrize("case", PAGES_AS_DATA)
def test_a_type_by_request_is_no_way_in(case: str) -> None:
    """What a browser would run, and what is broken, is refused also where the type is allowed."""
    extension, data = PAGES_AS_DATA[case]

    assert reason(f"a.{extension}", data, UploadPolicy.any_safe(allow={extension: "asked for"})) is not None


def test_every_type_has_a_proof() -> None:
    """No extension that a policy can name is taken on trust."""
    policy = UploadPolicy.any_safe(allow=dict.fromkeys(OPT_IN, "all"))

    assert policy.extensions == FILE_TYPES.keys()
    assert set() == {
        extension for extension in FILE_TYPES if reason(f"a.{extension}", b"\x01\x02\x03\x04" * 9, policy) is None
    }


# --- limits, and what is told ------------------------------------------------------------


def test_the_limit_is_inclusive() -> None:
    """A file of exactly the limit is taken, one byte more is too large, and nothing is empty."""
    data = b"a" * 1000

    assert reason("a.txt", data, UploadPolicy.documents(max_bytes=1000)) is None
    assert reason("a.txt", data, UploadPolicy.documents(max_bytes=999)) == "too-large"
    assert reason("a.txt", b"") == "empty"
    assert UploadPolicy().max_bytes == 20 * MiB


def test_a_refusal_tells_what_to_do_instead() -> None:
    """The error carries the facts that a page needs, and its text tells the sender what to send."""
    policy = UploadPolicy(accept={"pdf"}, max_bytes=10)
    with pytest.raises(UploadRefusedError) as refused:
        judge("Lease (signed).PDF", b"%PDF-1.7 more", policy)

    assert refused.value.reason == "too-large"
    assert refused.value.name == "Lease (signed).PDF"
    assert (refused.value.extension, refused.value.size, refused.value.limit) == ("pdf", 13, 10)
    assert refused.value.accepted == {"pdf"}
    assert "Send it in parts" in str(refused.value)


def test_a_mismatch_names_what_was_found() -> None:
    """The sender of a picture called PDF can be told that it is a picture."""
    with pytest.raises(UploadRefusedError) as refused:
        judge("a.pdf", png())

    assert (refused.value.reason, refused.value.found) == ("not-what-it-says", "png")


@pytest.mark.parametrize("why", RefusalReason)
def test_every_reason_has_a_sentence(why: RefusalReason) -> None:
    """No refusal leaves its sender without a word, and each survives the way between processes."""
    error = UploadRefusedError(why.value, name="a.pdf")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes

    assert len(str(error).partition("). ")[2]) > 20
    assert (again.reason, str(again)) == (why.value, str(error))


def test_the_errors_are_in_their_window() -> None:
    """Both errors are importable from `sharekit.errors`."""
    assert {"FileNameError", "UploadRefusedError"} <= set(sharekit.errors.__all__)


def test_a_wrong_size_is_the_callers_mistake() -> None:
    """A size that is not the file's is no verdict about the file."""
    for size in (len(pdf()) - 1, len(pdf()) + 1):
        with pytest.raises(InvalidInputError):
            verify(clean_name("a.pdf"), io.BytesIO(pdf()), size, ANY)


ENDINGS = {
    "a.exe": "executable",
    "a.js": "executable",
    "a.ps1": "executable",
    "a.lnk": "executable",
    "a.jar": "executable",
    "a.msi": "executable",
    "a.html": "web-page",
    "a.svg": "web-page",
    "a.mht": "web-page",
    "a.docm": "macros",
    "a.xlsb": "macros",
    "a.mp3": "media",
    "a.mov": "media",
    "a.7z": "archive",
    "a.rar": "archive",
    "a.zip": "not-accepted",
    "a.xml": "not-accepted",
    "a.xyz": "not-accepted",
    "letter": "no-extension",
    "a.pdf.exe": "executable",
    "a.ｅｘｅ": "executable",
}


@pytest.mark.parametrize("name", ENDINGS)
def test_an_ending_is_refused_before_its_bytes(name: str) -> None:
    """The reason fits the ending, early and late, whatever the bytes are."""
    early = early_refusal(name, 10, b"", ANY)

    assert early is not None
    assert ENDINGS[name] == early.reason == reason(name, pdf())


def test_groups_hold_only_what_needs_no_reason() -> None:
    """No group of a preset brings in a type by request."""
    assert not set().union(*GROUPS.values()) & OPT_IN


# --- early -------------------------------------------------------------------------------


def test_what_is_plain_is_refused_before_the_bytes_travel() -> None:
    """A size, and first bytes of another type, are enough; what may still be right is let travel."""
    name = FileName("a.pdf", "pdf")
    large = early_refusal(name, 20 * MiB + 1, b"", ANY)
    wrong = early_refusal(name, 999, PE[:64], ANY)

    assert large is not None
    assert large.reason == "too-large"
    assert large.as_error().limit == 20 * MiB
    assert wrong is not None
    assert wrong.reason == "executable"
    assert early_refusal(name, None, b"", ANY) is None
    assert early_refusal(name, 999, pdf()[:64], ANY) is None
    assert early_refusal("a.pdf", 999, b"\r\n" + pdf()[:64], ANY) is None
    assert early_refusal("MZ.txt", 999, b"MZ Hochhaus, Haus 7, Wohnung 3", ANY) is None
    with pytest.raises(FileNameError):
        early_refusal("a.pdf\0", 1, b"", ANY)


def test_what_passes_late_passes_early() -> None:
    """The early answer never refuses a file that would be taken."""
    for name, data in {"a.pdf": pdf(), "a.png": png(), "a.jpg": jpeg(), "a.docx": office()}.items():
        assert early_refusal(name, len(data), data[:512], ANY) is None
        assert reason(name, data) is None


# --- second opinions ---------------------------------------------------------------------


def test_a_detector_can_only_refuse() -> None:
    """One that objects or fails is against the file; one that is content changes nothing."""
    asked: list[str] = []

    def content(name: FileName, file: BinaryIO, size: int) -> None:
        asked.append(f"{name.display} {len(file.read())} {size}")

    def failing(*_: object) -> str | None:
        raise OSError

    data = pdf()
    verdict = verify(clean_name("a.pdf"), io.BytesIO(data), len(data), ANY, detectors=[content, content])
    with pytest.raises(UploadRefusedError) as objected:
        verify(clean_name("a.pdf"), io.BytesIO(data), len(data), ANY, detectors=[lambda *_: "odd"])
    with pytest.raises(UploadRefusedError) as failed:
        verify(clean_name("a.pdf"), io.BytesIO(data), len(data), ANY, detectors=[failing])

    assert Verdict("application/pdf", "pdf", "pdf", inline=True) == verdict
    assert [f"a.pdf {len(data)} {len(data)}"] * 2 == asked
    assert (objected.value.reason, objected.value.found) == ("detected", "odd")
    assert failed.value.reason == "detected"


def test_a_detector_is_not_asked_about_what_is_refused_anyway() -> None:
    """It sees only what passed, so it cannot let anything in."""
    with pytest.raises(UploadRefusedError) as refused:
        verify(clean_name("a.pdf"), io.BytesIO(PE), len(PE), ANY, detectors=[lambda *_: None])

    assert refused.value.reason == "executable"


# --- staff -------------------------------------------------------------------------------


def test_staff_may_add_pages_and_archives_as_attachments() -> None:
    """What a browser would run is kept, and marked so that it is never shown."""
    attachment = "application/octet-stream"

    assert Verdict(attachment, "html", "attachment", inline=False) == staff("a.html", b"<html></html>")
    assert staff("a.svg", b"<svg/>").media_type == attachment
    assert staff("a.mp4", b"\0\0\0\x18ftypisom").media_type == attachment
    assert staff("letter", b"hello").media_type == attachment
    assert staff("a.pdf", b"not really").media_type == attachment
    assert staff("a.docm", b"x").media_type == attachment


def test_what_staff_add_keeps_a_proven_type() -> None:
    """A real PDF is one, whoever adds it."""
    assert Verdict("application/pdf", "pdf", "pdf", inline=True) == staff("a.pdf", pdf())
    assert staff("a.zip", zipped({"a.txt": b"a"})).group == "archives"


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.exe", b"x", "executable"),
        ("a.js", b"x", "executable"),
        ("a.pdf", PE, "executable"),
        ("a", ELF, "executable"),
        ("a.txt", b"#!/bin/sh\n", "executable"),
        ("a.txt", EICAR, "test-virus"),
        ("a.txt", b"", "empty"),
        ("a.txt", b"123456", "too-large"),
    ],
)
def test_staff_may_not_add_programs(name: str, data: bytes, why: str) -> None:
    """Programs and scripts are refused by name and by their bytes, and the limits hold."""
    with pytest.raises(UploadRefusedError) as refused:
        staff(name, data, max_bytes=5 if why == "too-large" else None)

    assert why == refused.value.reason


def test_a_letter_may_begin_like_a_program() -> None:
    """``MZ`` at the start of a text is two letters."""
    assert staff("a.txt", b"MZ Hochhaus, Wohnung 3").media_type == "text/plain"
