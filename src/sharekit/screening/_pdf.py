"""
The proof of PDF: a header near the start, objects, an end near the end, and nothing before or after that is more.

JavaScript in a form is let through, since courts and offices send such forms, and PDF is served as an
attachment under a sandbox. What starts a program, and an attached program, is not.
"""

import re
import zlib
from collections.abc import Iterator

from sharekit.screening._endings import RUNS
from sharekit.screening._evidence import refuse_active, refuse_stowaways, what_starts
from sharekit.screening._limits import damaged, mismatch
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_pdf"]

_HEADER = re.compile(rb"%PDF-[0-9]\.[0-9]")
_OBJECT = re.compile(rb"(?:^|[\s>])[0-9]{1,10}[\s\0]+[0-9]{1,5}[\s\0]+obj(?![a-z])")
_ENDS = re.compile(rb"%%EOF|startxref|\bendobj|\bendstream|trailer")
_LONGEST_PREFIX = 1024
_TAIL = 2048
# As a name of its own, wherever the action that it belongs to stands; in an address it follows a letter or a dot.
_LAUNCH = re.compile(rb"(?:(?<![\w.:)/-])|(?<=/S))/Launch(?![\w./-])")
_PROGRAM = re.compile(
    rb"/(?:UF|F|Win|Unix|Mac)\s*[(<][^()<>]{0,255}\.(?:%b)\s*[)>]" % "|".join(sorted(RUNS)).encode(), re.IGNORECASE
)
_SIGNS = (b"/Launch", b"/EmbeddedFile", b"/Filespec", b"/FileAttachment")
# A name may spell its letters by numbers, which no program that writes PDF has a reason for.
_SPELLED = re.compile(rb"/[A-Za-z]{0,16}#[4-7][0-9A-Fa-f][A-Za-z0-9#]{0,40}")
_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
_FILE = re.compile(rb"/(?:UF|F|Win|Unix|Mac)\s*(?:\(((?:[^()\\]|\\.){1,800})\)|<([0-9A-Fa-f\s]{2,1600})>)", re.DOTALL)
_OCTAL = re.compile(rb"\\([0-7]{1,3})")
_PACKED_ODDLY = re.compile(rb"/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL)(?!\w)")
_FARTHEST_STREAM = 64 * 1024
_MAX_STREAMS = 400
_LONGEST_STREAM = 512 * 1024
_MAX_UNPACKED = 8 * 1024 * 1024


def prove_pdf(source: Source) -> None:
    """Refuse what is no PDF, one that is more than that, and one that starts programs."""
    head = source.at(0, _LONGEST_PREFIX + 16)
    header = _HEADER.search(head)
    if header is None or header.start() > _LONGEST_PREFIX:
        raise mismatch()
    _check_prefix(head[: header.start()])
    if _OBJECT.search(source.at(header.end(), 256 * 1024)) is None and _first_object(source, header.end()) is None:
        raise damaged("pdf")
    _check_end(source)
    _check_actions(source)


def _check_prefix(prefix: bytes) -> None:
    """Let line breaks, marks of the order of bytes, and what printers and mailers put before a PDF through."""
    text = prefix.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \r\n\t\f")
    if not text:
        return
    refuse_active(text)
    if what_starts(text) is not None or b"<" in text or b"#!" in text or b"/*" in text:
        raise Rejected(RefusalReason.HIDDEN_CONTENT)
    seen = sum(1 for byte in text if byte in b"\r\n\t\x1b" or 0x20 <= byte < 0x7F)
    if seen < len(text) * 0.9 and len(prefix) != 128:  # 128 bytes are what an old Macintosh puts before a file
        raise Rejected(RefusalReason.HIDDEN_CONTENT)


def _first_object(source: Source, start: int) -> int | None:
    for offset, run in source.runs(start, source.size, overlap=64):
        if (found := _OBJECT.search(run)) is not None:
            return offset + found.start()
    return None


def _check_end(source: Source) -> None:
    tail = source.tail(_TAIL)
    end = tail.rfind(b"%%EOF")
    if end < 0:
        # Much padding, or a last part that was lost: viewers repair both.
        tail = source.tail(64 * 1024)
        end = tail.rfind(b"%%EOF")
        if end < 0 and _ENDS.search(tail) is None:
            raise damaged("pdf")
    if end >= 0:
        refuse_stowaways(tail[end + 5 :])


def _check_actions(source: Source) -> None:
    unpacked = streams = 0
    for offset, raw in source.runs(0, source.size, overlap=4096):
        run = _written_out(raw)
        # From behind it takes a quarter of the time.
        if any(run.rfind(sign) >= 0 for sign in _SIGNS):
            _check_text(run)
        if run.rfind(b"/ObjStm") < 0:
            continue
        for start in _streams(source, offset, run):
            streams += 1
            if streams > _MAX_STREAMS or unpacked > _MAX_UNPACKED:
                return
            text = _inflated(source.at(start, _LONGEST_STREAM).lstrip(b" \t\r\n"), _MAX_UNPACKED - unpacked)
            unpacked += len(text)
            _check_text(_written_out(text))


def _written_out(text: bytes) -> bytes:
    """Return a text with the letters of its names as letters, and with every other byte where it was."""
    if _SPELLED.search(text) is None:
        return text
    return _SPELLED.sub(lambda name: _LETTER.sub(_letter, name[0]).ljust(len(name[0])), text)


def _letter(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode())


def _streams(source: Source, offset: int, run: bytes) -> Iterator[int]:
    """Yield where the bytes of streams begin that hold objects."""
    at = run.find(b"/ObjStm")
    while at >= 0:
        start = source.find(b"stream", offset + at + 7, offset + at + _FARTHEST_STREAM)
        if start >= 0:
            begun = run.rfind(b"obj", max(0, at - 1024), at)
            if _PACKED_ODDLY.search(run, max(0, begun), start - offset):
                raise Rejected(RefusalReason.HIDDEN_CONTENT)  # in two wrappings, of which none would do
            yield start + 6
        at = run.find(b"/ObjStm", at + 7)


def _inflated(packed: bytes, room: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, max(room, 1))
    except zlib.error:
        return b""  # it is encrypted, or packed in another way


def _check_text(text: bytes) -> None:
    if _LAUNCH.search(text):
        raise Rejected(RefusalReason.ACTIVE_CONTENT, "launch")
    if _PROGRAM.search(text) or any(_names_program(found) for found in _FILE.finditer(text)):
        raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")


def _names_program(found: re.Match[bytes]) -> bool:
    """Whether a file has the name of a program, however the name is written."""
    if found[2] is not None:
        digits = b"".join(found[2].split())
        name = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    else:
        name = _OCTAL.sub(lambda each: bytes([int(each[1], 8) & 0xFF]), found[1])
    ending = name.replace(b"\0", b"").rstrip(b" .").rpartition(b".")[2]
    return ending.decode("latin-1").casefold() in RUNS
