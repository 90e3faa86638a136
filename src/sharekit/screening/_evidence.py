"""
Signs of what is never taken: programs, archives, web pages, scripts and test viruses inside other bytes (R-UP-3).
"""

import re
import struct

from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = [
    "refuse_active",
    "refuse_archives",
    "refuse_comment",
    "refuse_pages",
    "refuse_programs",
    "refuse_stowaways",
    "refuse_test_virus",
    "what_starts",
    "zip_directory",
]

# In two parts, so that no scanner takes this file for the test virus.
_TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR"

# Text that a browser or an interpreter runs wherever it stands. No ordinary picture or office file holds it raw.
_ACTIVE = re.compile(
    rb"<(?i:\?php|%@ ?page\s|script[\s>/]|!doctype\s+html|html[\s>]|iframe[\s>]|svg[\s>:]|body[\s>]"
    rb"|object\s|embed\s|applet\s|img\s[^<>]{0,200}onerror|foreignobject)"
)
_TRICKS = re.compile(
    rb"\balert\s?\(|\beval\s?\(|\bdocument\.(?:cookie|write|domain|location)|\bwindow\.(?:location|open)"
    rb"|__HALT_COMPILER|\$_(?:GET|POST|REQUEST)\[|\bjavascript:|base64_decode\("
)
# Looking for plain words first is twenty times as fast.
_WORDS = (
    b"alert",
    b"eval",
    b"document.",
    b"window.",
    b"__HALT",
    b"$_GET",
    b"$_POST",
    b"$_REQ",
    b"javascript:",
    b"base64_d",
)
# What closes a comment of a script and goes on with one: a picture that was made to be both.
_COMMENT = re.compile(rb"\*/\s{0,8}=|=\s{0,8}/\*")
_EMBEDDED = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")

# The beginning of a program, with the width of its words and their order.
_LINUX = tuple(b"\x7fELF" + bytes([width, order, 1]) for width in (1, 2) for order in (1, 2))
_WINDOWS = b"PE\x00\x00"

_STOWAWAYS = (
    *_EMBEDDED,
    b"__HALT_COMPILER",
    b"PK\x03\x04",
    b"%PDF-",
    b"\x7fELF",
    b"This program cannot be run",
    b"\nimport ",
    b"#!/",
)

_STARTS: tuple[tuple[bytes, RefusalReason, str], ...] = (
    (b"MZ", RefusalReason.EXECUTABLE, "program"),
    (b"\x7fELF", RefusalReason.EXECUTABLE, "program"),
    (b"\xca\xfe\xba\xbe", RefusalReason.EXECUTABLE, "program"),
    (b"\xfe\xed\xfa\xce", RefusalReason.EXECUTABLE, "program"),
    (b"\xfe\xed\xfa\xcf", RefusalReason.EXECUTABLE, "program"),
    (b"\xce\xfa\xed\xfe", RefusalReason.EXECUTABLE, "program"),
    (b"\xcf\xfa\xed\xfe", RefusalReason.EXECUTABLE, "program"),
    (b"\x00asm", RefusalReason.EXECUTABLE, "program"),
    (b"dex\n", RefusalReason.EXECUTABLE, "program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", RefusalReason.EXECUTABLE, "shortcut"),
    (b"#!", RefusalReason.EXECUTABLE, "script"),
    (b"\xed\xab\xee\xdb", RefusalReason.EXECUTABLE, "package"),
    (b"!<arch>\n", RefusalReason.EXECUTABLE, "package"),
    (b"MSCF", RefusalReason.ARCHIVE, "cab"),
    (b"ITSF", RefusalReason.EXECUTABLE, "chm"),
    (b"FWS", RefusalReason.WEB_PAGE, "swf"),
    (b"CWS", RefusalReason.WEB_PAGE, "swf"),
    (b"ZWS", RefusalReason.WEB_PAGE, "swf"),
    (b"Rar!\x1a\x07", RefusalReason.ARCHIVE, "rar"),
    (b"7z\xbc\xaf\x27\x1c", RefusalReason.ARCHIVE, "7z"),
    (b"\x1f\x8b\x08", RefusalReason.ARCHIVE, "gz"),
    (b"BZh", RefusalReason.ARCHIVE, "bz2"),
    (b"\xfd7zXZ\x00", RefusalReason.ARCHIVE, "xz"),
    (b"\x28\xb5\x2f\xfd", RefusalReason.ARCHIVE, "zst"),
    (b"ID3", RefusalReason.MEDIA, "mp3"),
    (b"OggS", RefusalReason.MEDIA, "ogg"),
    (b"fLaC", RefusalReason.MEDIA, "flac"),
    (b"\x1aE\xdf\xa3", RefusalReason.MEDIA, "mkv"),
    (b"FLV\x01", RefusalReason.MEDIA, "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", RefusalReason.MEDIA, "asf"),
    (b"MThd", RefusalReason.MEDIA, "mid"),
    (b"%PDF-", RefusalReason.NOT_WHAT_IT_SAYS, "pdf"),
    (b"\x89PNG\r\n\x1a\n", RefusalReason.NOT_WHAT_IT_SAYS, "png"),
    (b"\xff\xd8\xff", RefusalReason.NOT_WHAT_IT_SAYS, "jpg"),
    (b"GIF8", RefusalReason.NOT_WHAT_IT_SAYS, "gif"),
    (b"II*\x00", RefusalReason.NOT_WHAT_IT_SAYS, "tif"),
    (b"MM\x00*", RefusalReason.NOT_WHAT_IT_SAYS, "tif"),
    (b"{\\rtf", RefusalReason.NOT_WHAT_IT_SAYS, "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", RefusalReason.NOT_WHAT_IT_SAYS, "ole"),
    (b"PK\x03\x04", RefusalReason.NOT_WHAT_IT_SAYS, "zip"),
)
# As far as programs that unpack look for an archive behind a program that unpacks itself.
_BEGINNING = 2 * 1024 * 1024
_FRAMES = 6
_EOCD = b"PK\x05\x06"
_LONGEST_ZIP_TAIL = 65_557


def what_starts(head: bytes) -> tuple[RefusalReason, str] | None:
    """Say what these first bytes begin, where they are a sign at all."""
    for magic, reason, found in _STARTS:
        if head.startswith(magic):
            return reason, found
    if head[:4] == b"RIFF":
        kind = head[8:12]
        return (RefusalReason.NOT_WHAT_IT_SAYS, "webp") if kind == b"WEBP" else (RefusalReason.MEDIA, "riff")
    if head[4:8] == b"ftyp":
        still = head[8:12] in {b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"}
        return (RefusalReason.NOT_WHAT_IT_SAYS, "heif") if still else (RefusalReason.MEDIA, "mp4")
    if (match := _ACTIVE.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())) is not None:
        reason = RefusalReason.EXECUTABLE if match[0].startswith((b"<?", b"<%")) else RefusalReason.WEB_PAGE
        return reason, "script" if reason is RefusalReason.EXECUTABLE else "html"
    return None


def refuse_test_virus(source: Source) -> None:
    """Refuse the test file for virus scanners, at the beginning of a file or anywhere in a small one."""
    if source.find(_TEST_VIRUS, 0, min(source.size, 1024 * 1024)) >= 0:
        raise Rejected(RefusalReason.TEST_VIRUS)


def refuse_active(text: bytes) -> None:
    """Refuse metadata and left-over bytes that hold what a browser or an interpreter runs."""
    if _ACTIVE.search(text) or (any(word in text for word in _WORDS) and _TRICKS.search(text)):
        raise Rejected(RefusalReason.HIDDEN_CONTENT, "script")


def refuse_pages(data: bytes) -> None:
    """Refuse bytes of any kind in which a page or a script begins."""
    if _ACTIVE.search(data):
        raise Rejected(RefusalReason.HIDDEN_CONTENT, "script")


def refuse_programs(data: bytes) -> None:
    """Refuse metadata and left-over bytes that hold a program of Windows or Linux."""
    if any(data.rfind(magic) >= 0 for magic in _LINUX) or (data.rfind(_WINDOWS) >= 0 and _has_windows(data)):
        raise Rejected(RefusalReason.HIDDEN_CONTENT, "program")


def _has_windows(data: bytes) -> bool:
    at = data.find(b"MZ")
    while at >= 0:
        (new_header,) = struct.unpack("<I", data[at + 60 : at + 64].ljust(4, b"\xff"))
        if data[at + new_header : at + new_header + 4] == _WINDOWS:
            return True
        at = data.find(b"MZ", at + 1)
    return False


def _refuse_sound(data: bytes) -> None:
    """Refuse frames of MP3, which players find wherever they stand: the same three bytes, again and again."""
    for start in (b"\xff\xfb", b"\xff\xf3"):
        at = data.find(start)
        if at >= 0 and data.count(data[at : at + 3]) >= _FRAMES:
            raise Rejected(RefusalReason.HIDDEN_CONTENT, "mp3")


def refuse_comment(text: bytes) -> None:
    """The same as `refuse_active`, and what only a picture's own comments may not hold."""
    refuse_active(text)
    _refuse_sound(text)
    if _COMMENT.search(text):
        raise Rejected(RefusalReason.HIDDEN_CONTENT, "script")


def refuse_stowaways(extra: bytes) -> None:
    """Refuse bytes after the end of a format that are a program, an archive, a document or a script."""
    refuse_active(extra)
    _refuse_sound(extra)
    begun = what_starts(extra.lstrip(b"\x00 \r\n\t"))
    if begun is not None:
        raise Rejected(RefusalReason.HIDDEN_CONTENT, begun[1])
    for magic in _STOWAWAYS:
        if magic in extra:
            raise Rejected(RefusalReason.HIDDEN_CONTENT)
    refuse_programs(extra)


def refuse_archives(source: Source, *, walked: bool) -> None:
    """
    Refuse a file that is an archive besides: programs that unpack look for one from its end, or through its beginning.

    Args:
        source: The file.
        walked: Whether its proof saw every part of it, so that nothing stands between or behind them.
    """
    if zip_directory(source) is not None:
        raise Rejected(RefusalReason.HIDDEN_CONTENT, "zip")
    for offset, run in source.runs(0, min(source.size, _BEGINNING) if walked else source.size, overlap=16):
        for magic in _EMBEDDED:
            if (at := run.rfind(magic)) >= 0:  # from behind takes half of the time
                raise Rejected(RefusalReason.HIDDEN_CONTENT, f"archive at {offset + at}")


def zip_directory(source: Source) -> int | None:
    """Return where the last bytes prove a ZIP archive to end, or None; bytes before and after it do not hide it."""
    tail = source.tail(_LONGEST_ZIP_TAIL)
    start = source.size - len(tail)
    at = tail.rfind(_EOCD)
    for _ in range(64):
        if at < 0:
            return None
        if _is_directory_end(source, start + at, tail[at : at + 22]):
            return start + at
        at = tail.rfind(_EOCD, 0, at)
    return None


def _is_directory_end(source: Source, at: int, record: bytes) -> bool:
    if len(record) < 22:
        return False
    entries, size = struct.unpack("<HI", record[10:16])
    if not entries:
        return False
    if size == 0xFFFFFFFF or entries == 0xFFFF:  # a ZIP64 archive says it elsewhere
        return source.at(at - 20, 4) == b"PK\x06\x07"
    return 46 <= size <= at and source.at(at - size, 4) == b"PK\x01\x02"
