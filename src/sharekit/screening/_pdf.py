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
_LAUNCH = re.compile(rb"/S\s*/Launch(?![A-Za-z])|/Launch\s*/S(?![A-Za-z])")
_PROGRAM = re.compile(
    rb"/(?:UF|F|Win|Unix|Mac)\s*[(<][^()<>]{0,255}\.(?:%b)\s*[)>]" % "|".join(sorted(RUNS)).encode(), re.IGNORECASE
)
_SIGNS = (b"/Launch", b"/EmbeddedFile", b"/Filespec")
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
    for offset, run in source.runs(0, source.size, overlap=4096):
        if any(sign in run for sign in _SIGNS):
            _check_text(run)
        if b"/ObjStm" not in run:
            continue
        for start in _streams(run):
            streams += 1
            if streams > _MAX_STREAMS or unpacked > _MAX_UNPACKED:
                return
            text = _inflated(source.at(offset + start, _LONGEST_STREAM), _MAX_UNPACKED - unpacked)
            unpacked += len(text)
            _check_text(text)


def _streams(run: bytes) -> Iterator[int]:
    at = run.find(b"/ObjStm")
    while at >= 0:
        start = run.find(b"stream", at + 7, at + 1024)
        if start >= 0:
            yield start + 6 + (2 if run[start + 6 : start + 8] == b"\r\n" else 1)
        at = run.find(b"/ObjStm", at + 7)


def _inflated(packed: bytes, room: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, max(room, 1))
    except zlib.error:
        return b""  # it is encrypted, or packed in another way


def _check_text(text: bytes) -> None:
    if _LAUNCH.search(text):
        raise Rejected(RefusalReason.ACTIVE_CONTENT, "launch")
    if _PROGRAM.search(text):
        raise Rejected(RefusalReason.ACTIVE_CONTENT, "program")
