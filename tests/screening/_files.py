"""Small files of many types, made byte by byte, so that a test can bend them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from sharekit.errors import UploadRefusedError
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import Reading, Verdict, clean_name, verify

ANY = UploadPolicy.any_safe()
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
PE = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"L\x01" + b"\0" * 240
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 57


def judge(name: str, data: bytes, policy: UploadPolicy = ANY, *, passed: Reading | None = None) -> Verdict:
    """Screen these bytes under this name."""
    return verify(clean_name(name), io.BytesIO(data), len(data), policy, passed=passed)


def reason(name: str, data: bytes, policy: UploadPolicy = ANY, *, passed: Reading | None = None) -> str | None:
    """Return why these bytes are refused under this name, or None where they are taken."""
    try:
        judge(name, data, policy, passed=passed)
    except UploadRefusedError as refused:
        return refused.reason
    return None


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", tail: bytes = b"") -> bytes:
    """Make a PDF of one empty page and these further objects."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        *objects,
    ]
    out, places = head, list[int]()
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(out))
    return out + table + trailer + tail


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """Make the object of a stream, packed."""
    packed = zlib.compress(data)
    return b"<< %b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (extra, len(packed), packed)


def chunk(kind: bytes, data: bytes) -> bytes:
    """Make a chunk of PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 2, height: int = 2, *extra: bytes, tail: bytes = b"") -> bytes:
    """Make a grey PNG with these further chunks."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = zlib.compress(b"\0\x7f\x7f" * 2)
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"") + tail


def segment(marker: int, data: bytes) -> bytes:
    """Make a segment of JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(
    *segments: bytes, width: int = 8, height: int = 8, scan: bytes = b"\x3f\xff\x00\x7f", tail: bytes = b""
) -> bytes:
    """Make the frame of a JPEG with these further segments; its pixels are noise."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    app0 = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    start = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    tables = segment(0xDB, b"\0" + b"\x01" * 64) + segment(0xC4, b"\0" + b"\0" * 15 + b"\x01" + b"\0")
    return b"\xff\xd8" + app0 + b"".join(segments) + tables + frame + start + scan + b"\xff\xd9" + tail


def gif(*blocks: bytes, width: int = 1, height: int = 1, tail: bytes = b"") -> bytes:
    """Make a GIF with these further blocks."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    picture = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02D\x01\0"
    return head + b"".join(blocks) + picture + b";" + tail


def bmp(width: int = 2, height: int = 2, *, tail: bytes = b"") -> bytes:
    """Make a BMP of 24 bits."""
    pixels = b"\0" * ((width * 24 + 31) // 32 * 4 * height) if width * height < 10_000 else b"\0" * 64
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + head + pixels + tail


def tiff(width: int = 2, height: int = 2, *, again: bool = False) -> bytes:
    """Make a grey TIFF; *again* lets its only directory follow itself."""
    tags = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 2),
        (279, 4, 4),
    ]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return (
        b"II*\0"
        + struct.pack("<I", 12)
        + b"\x7f" * 4
        + struct.pack("<H", len(tags))
        + entries
        + struct.pack("<I", 12 * again)
    )


def webp(*chunks: tuple[bytes, bytes], tail: bytes = b"") -> bytes:
    """Make a WebP of one pixel with these further chunks."""
    parts = ((b"VP8L", b"\x2f\0\0\0\0\x07\x10\x11\x11\x88\x88\xfe\x07"), *chunks)
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1) for kind, data in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + tail


def box(kind: bytes, *parts: bytes) -> bytes:
    """Make a box of ISO media files."""
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + kind + data


def heic(*boxes: bytes, brands: bytes = b"heic\0\0\0\0mif1heic", width: int = 8, height: int = 8) -> bytes:
    """Make the frame of a HEIC with these further boxes."""
    handler = box(b"hdlr", b"\0" * 8 + b"pict" + b"\0" * 13)
    extent = box(b"ispe", b"\0" * 4 + struct.pack(">II", width, height))
    meta = box(b"meta", b"\0" * 4, handler, box(b"iprp", box(b"ipco", extent)))
    return box(b"ftyp", brands) + meta + b"".join(boxes) + box(b"mdat", b"\x7f" * 32)


def zipped(members: Mapping[str, bytes] | Sequence[tuple[str, bytes]], *, stored: Sequence[str] = ()) -> bytes:
    """Pack these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_KINDS = {
    "docx": ("word/document.xml", "wordprocessingml.document", "w:document", "wordprocessingml"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet", "w:workbook", "spreadsheetml"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation", "w:presentation", "presentationml"),
}


def office_parts(kind: str = "docx", *, macros: bool = False, doctype: str = "") -> dict[str, bytes]:
    """Return the parts of the smallest document of this kind."""
    main, type_, root, family = _KINDS[kind]
    content_type = f"application/vnd.openxmlformats-officedocument.{type_}.main+xml"
    if macros:
        content_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    head = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
    return {
        "[Content_Types].xml": (
            f'{head}<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
            'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{main}" ContentType="{content_type}"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'{head}<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" Type="{_DOCUMENT}" Target="{main}"/>'
            "</Relationships>"
        ).encode(),
        main: f'{head}<{root} xmlns:w="http://schemas.openxmlformats.org/{family}/2006/main"/>'.encode(),
    }


def office(kind: str = "docx", extra: Mapping[str, bytes] | None = None) -> bytes:
    """Make the smallest document of this kind, with these further parts."""
    return zipped({**office_parts(kind), **(extra or {})})


def odt(extra: Mapping[str, bytes] | None = None, *, kind: str = "text") -> bytes:
    """Make the smallest OpenDocument file, with these further parts."""
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>',
        "META-INF/manifest.xml": b"<manifest/>",
        **(extra or {}),
    }
    return zipped(parts, stored=["mimetype"])


def compound(streams: Mapping[str, bytes], *, tail: bytes = b"") -> bytes:
    """Make a compound file; a name with a slash stands in a storage. Every stream is at least 4096 bytes long."""
    names = ["Root Entry", *dict.fromkeys(name.partition("/")[0] for name in streams if "/" in name), *streams]
    entries, fat, body = list[tuple[str, int, int, int, int, int]](), list[int](), b""
    tops = [index for index, name in enumerate(names) if index and "/" not in name]
    for index, name in enumerate(names):
        if not index:
            entries.append((name, 5, 0xFFFFFFFF, tops[0], 0xFFFFFFFE, 0))
        elif name not in streams:
            child = next(at for at, other in enumerate(names) if other.startswith(f"{name}/"))
            entries.append((name, 1, _after(tops, index), child, 0, 0))
        else:
            data = streams[name].ljust(4096, b"\0")
            data += b"\0" * (-len(data) % 512)
            first, count = len(body) // 512, len(data) // 512
            fat += [*range(first + 1, first + count), 0xFFFFFFFE]
            body += data
            siblings = (
                tops
                if "/" not in name
                else [
                    at
                    for at, other in enumerate(names)
                    if other.partition("/")[0] == name.partition("/")[0] and "/" in other
                ]
            )
            entries.append((name.rpartition("/")[2], 2, _after(siblings, index), 0xFFFFFFFF, first, len(data)))
    raw = b"".join(_entry(*entry) for entry in entries)
    raw += b"\0" * (-len(raw) % 512)
    directory = len(body) // 512
    fat += [*range(directory + 1, directory + len(raw) // 512), 0xFFFFFFFE]
    body += raw
    tables = -(-(len(fat) + 1) // 127)
    fats = list(range(len(fat), len(fat) + tables))
    fat += [0xFFFFFFFD] * tables
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(tables * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, tables, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, fats[0])[:36]
    header += struct.pack(f"<{tables}I", *fats)
    return header.ljust(512, b"\xff") + body + table + tail


def _after(siblings: Sequence[int], index: int) -> int:
    at = siblings.index(index)
    return siblings[at + 1] if at + 1 < len(siblings) else 0xFFFFFFFF


def _entry(name: str, kind: int, *numbers: int) -> bytes:
    right, child, start, size = numbers
    coded = name.encode("utf-16-le")
    raw = coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded) + 2, kind, 1, 0xFFFFFFFF, right, child)
    return raw + b"\0" * 36 + struct.pack("<IQ", start, size)


WORD = struct.pack("<HH", 0xA5EC, 0xC1) + b"\0" * 60
EXCEL = struct.pack("<HHHH", 0x0809, 4, 0x0600, 5) + struct.pack("<HHIBB", 0x0085, 8, 0, 0, 0) + b"\x01\0A" + b"\0\0\0"
GLOBALS = struct.pack("<HHHH", 0x0809, 4, 0x0600, 5)


def sheet(kind: int) -> bytes:
    """Make the globals of a workbook with one sheet of this kind: 0 for cells, 1 for macros of Excel 4."""
    return GLOBALS + struct.pack("<HHIBB", 0x0085, 9, 0, 0, kind) + b"\x01\0A" + struct.pack("<HH", 0x000A, 0)


def rtf(body: bytes = b"Dear client", *, tail: bytes = b"") -> bytes:
    """Make an RTF document."""
    return b"{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\f0 " + body + b"\\par}" + tail
