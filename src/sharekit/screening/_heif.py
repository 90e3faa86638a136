"""
The proof of HEIC, HEIF and AVIF: boxes from the first byte to the last, a brand of still pictures, no film.
"""

import struct
from collections.abc import Iterator

from sharekit.screening._evidence import refuse_active, refuse_programs
from sharekit.screening._limits import check_pixels, damaged, mismatch, too_much
from sharekit.screening._source import Source
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["prove_avif", "prove_heic", "prove_heif"]

_MAX_BOXES = 20_000
_HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AV1 = {b"avif", b"avis", b"avio"}
_STILL = {b"mif1", b"mif2", b"mif3", b"msf1", b"miaf"} | _HEVC | _AV1
# Boxes that pictures have at the top; a telephone puts the short film of a photo into `mpvd`.
_TOP = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moov", b"mpvd", b"idat", b"sefd", b"mini"}
_LONGEST_META = 4 * 1024 * 1024
_FILM_HANDLERS = {b"vide", b"soun", b"sbtl", b"text", b"hint"}


def prove_heic(source: Source) -> None:
    """Refuse what is no picture of this family, and those in AV1, which have a name of their own."""
    if _AV1 & set(_prove(source)):
        raise mismatch("avif")


def prove_heif(source: Source) -> None:
    """Refuse what is no picture of this family."""
    _prove(source)


def prove_avif(source: Source) -> None:
    """Refuse what is no picture in AV1."""
    if not _AV1 & set(_prove(source)):
        raise mismatch("heic")


def _prove(source: Source) -> list[bytes]:
    head = source.at(0, 16)
    if head[4:8] != b"ftyp":
        raise mismatch()
    (length,) = struct.unpack(">I", head[:4])
    if not 16 <= length <= 1024 or length > source.size:
        raise mismatch()
    ftyp = source.at(0, length)
    brands = [ftyp[8:12], *(ftyp[at : at + 4] for at in range(16, length, 4))]
    if brands[0] not in _STILL and not {b"mif1", b"msf1"} & set(brands):
        raise Rejected(RefusalReason.MEDIA, "mp4")
    described = [_describes(source, kind, at, end) for kind, at, end in _boxes(source, 0, source.size, "heif")]
    if not any(described):
        raise damaged("heif")
    return brands


def _describes(source: Source, kind: bytes, at: int, end: int) -> bool:
    """Check one box of the top; say whether it describes a picture."""
    if kind not in _TOP:
        raise damaged("heif")
    if kind == b"meta":
        _check_meta(source, at, end)
    elif kind == b"moov":
        _check_no_film(source, at, end)
    elif kind in {b"free", b"skip", b"uuid", b"wide"}:
        data = source.at(at, min(end - at, _LONGEST_META))
        refuse_active(data)
        refuse_programs(data)
    return kind in {b"meta", b"moov", b"mini"}


def _boxes(source: Source, start: int, end: int, found: str) -> Iterator[tuple[bytes, int, int]]:
    at = start
    for _ in range(_MAX_BOXES):
        if at == end:
            return
        header = source.at(at, 16)
        if len(header) < 8 or at + 8 > end:
            raise damaged(found)
        length, kind = struct.unpack(">I4s", header[:8])
        inside = at + 8
        if length == 1 and len(header) == 16:
            length, inside = int.from_bytes(header[8:], "big"), at + 16
        elif length == 0:
            length = end - at
        if length < inside - at or at + length > end:
            raise damaged(found)
        yield kind, inside, at + length
        at += length
    raise too_much()


def _check_meta(source: Source, at: int, end: int) -> None:
    if end - at > _LONGEST_META:
        raise too_much()
    meta = source.at(at, end - at)
    if meta[4:32].find(b"hdlr") < 0 or b"pict" not in meta[4:64]:
        raise damaged("heif")
    found = meta.find(b"ispe")
    while found >= 0:
        sides = meta[found + 8 : found + 16]
        if len(sides) == 8 and meta[found - 4 : found] == b"\0\0\0\x14":
            check_pixels(*struct.unpack(">II", sides))
        found = meta.find(b"ispe", found + 4)


def _check_no_film(source: Source, at: int, end: int) -> None:
    if end - at > _LONGEST_META:
        raise too_much()
    moov = source.at(at, end - at)
    found = moov.find(b"hdlr")
    while found >= 0:
        if moov[found + 12 : found + 16] in _FILM_HANDLERS:
            raise Rejected(RefusalReason.MEDIA, "mp4")
        found = moov.find(b"hdlr", found + 4)
