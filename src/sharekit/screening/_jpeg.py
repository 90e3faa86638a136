"""
The proof of JPEG: its segments up to the picture, the end of the picture, and what cameras put behind that.

Cameras append previews and the other halves of a picture, each a JPEG itself, padding, and notes of
their makers. Telephones append a short film and say so in the metadata: such a photo is a photo, and
its film is never served as one. What is neither is looked through for what must not travel.
"""

import struct

from sharekit.screening._evidence import refuse_active, refuse_comment, refuse_programs, refuse_stowaways
from sharekit.screening._limits import check_pixels, damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_jpeg"]

_MAX_SEGMENTS = 5_000
_MAX_PICTURES = 64
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
_SCAN, _END, _START = 0xDA, 0xD9, 0xD8
_PADDING = b"\x00\xff \r\n\t"
_LONGEST_NOTES = 4 * 1024 * 1024
_FILM_SIGNS = (b"MotionPhoto", b"MicroVideo", b"MotionPhoto_Data", b"SEFT", b"LIVE_", b"MVIMG")


def prove_jpeg(source: Source) -> None:
    """Refuse what is no JPEG, or carries what cameras do not append."""
    if source.at(0, 3) != b"\xff\xd8\xff":
        raise mismatch()
    end, metadata = _picture(source, 0)
    for _ in range(_MAX_PICTURES):
        if end is None:
            return
        at = _past_padding(source, end)
        if source.at(at, 3) != b"\xff\xd8\xff":
            _check_notes(source, at, metadata)
            return
        try:
            end, _ = _picture(source, at)
        except Rejected as rejected:
            if rejected.reason is not RefusalReason.DAMAGED:
                raise
            _check_notes(source, at + 2, metadata)
            return
    raise too_much()


def _picture(source: Source, start: int) -> tuple[int | None, bytes]:
    """Walk one picture; return where it ends, None where the end was cut off, and its metadata."""
    at, framed = start + 2, False
    metadata: list[bytes] = []
    for _ in range(_MAX_SEGMENTS):
        marker = source.at(at, 4)
        if len(marker) < 4 or marker[0] != 0xFF:
            raise damaged("jpg")
        if marker[1] == 0xFF:
            at += 1
            continue
        if marker[1] in _ALONE:
            at += 2
            continue
        if marker[1] in {_START, _END, 0}:
            raise damaged("jpg")
        (length,) = struct.unpack(">H", marker[2:])
        if length < 2:
            raise damaged("jpg")
        if marker[1] == _SCAN:
            if not framed:
                raise damaged("jpg")
            # Inside a scan 0xFF is followed by 0 or a restart, so the first end mark is the end.
            return _scan_end(source, at + 2 + length), b"".join(metadata)
        data = source.at(at + 4, length - 2)
        framed = _check_segment(marker[1], data, framed=framed)
        if marker[1] in {0xE1, 0xE2} and len(metadata) < 16:
            metadata.append(data)
        at += 2 + length
    raise too_much()


def _scan_end(source: Source, at: int) -> int | None:
    end = source.find(b"\xff\xd9", at)
    if end >= 0:
        return end + 2
    for _, run in source.runs(at, source.size, overlap=4096):
        refuse_programs(run)  # where the end was lost, what stands there is no part of the picture
    return None


def _check_segment(marker: int, data: bytes, *, framed: bool) -> bool:
    if marker in _FRAMES:
        if len(data) < 6:
            raise damaged("jpg")
        height, width = struct.unpack(">HH", data[1:5])
        check_pixels(width, height or 1)  # a height of 0 is told behind the first scan
        return True
    if marker == 0xE0 and data[:5] == b"JFIF\0" and len(data) > 14 + 3 * data[12] * data[13] + 64:
        raise Rejected(RefusalReason.HIDDEN_CONTENT)  # as long as a comment of a script needs it
    if marker in {0xE0, 0xFE}:
        refuse_comment(data)
    elif 0xE1 <= marker <= 0xEF:
        refuse_active(data)
    if marker >= 0xE0:
        refuse_programs(data)
    return framed


def _past_padding(source: Source, at: int) -> int:
    while block := source.at(at, 4096):
        left = block.lstrip(_PADDING)
        if left:
            at += len(block) - len(left)
            # The padding may have eaten the first byte of a picture that follows.
            return at - 1 if source.at(at - 1, 3) == b"\xff\xd8\xff" else at
        at += len(block)
    return at


def _check_notes(source: Source, at: int, metadata: bytes) -> None:
    rest = source.size - at
    if rest <= 0:
        return
    notes = source.at(at, min(rest, _LONGEST_NOTES))
    film = notes[:4096].find(b"ftyp")
    if film >= 0 or rest > _LONGEST_NOTES:
        signs = metadata + source.tail(64 * 1024)
        if not any(sign in signs for sign in _FILM_SIGNS):
            raise Rejected(RefusalReason.HIDDEN_CONTENT, "mp4" if film >= 0 else None)
        refuse_active(notes[:4096])
        return
    refuse_stowaways(notes)
