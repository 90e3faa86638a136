"""
Gives the bytes of documents over HTTP: whole, in part, or not again when the reader has them (R-HTTP-1, R-HTTP-2).

Whether somebody may read is decided before anything of the request is looked at: whoever may not any more is
told nothing, whatever they still know of the document.
"""

import re
from collections.abc import Generator, Iterator
from typing import Final

import attrs

from sharekit.ids import MessageId
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DocumentFile
from sharekit.records.parties import Principal
from sharekit.records.threads import AttachmentFile
from sharekit.screening import content_disposition
from sharekit.web.headers import BYTES_HEADERS
from sharekit.web.messages import WebRequest, WebResponse

__all__ = ["attachment_response", "document_response", "zip_response"]

_MAX_DIGITS: Final = 18
_RANGE: Final = re.compile(rf"bytes=([0-9]{{0,{_MAX_DIGITS}}})-([0-9]{{0,{_MAX_DIGITS}}})", re.ASCII)
_ETAGS: Final = re.compile(r'(?:W/)?"[^"]*"')
_UNKNOWN: Final = "application/octet-stream"
_TEXT: Final = "text/plain; charset=utf-8"
# What browsers show by themselves without running anything, and what office programs open.
_USUAL: Final = re.compile(
    r"application/(?:pdf|rtf|zip|msword|vnd\.ms-(?:excel|powerpoint|outlook)|epub\+zip"
    r"|vnd\.openxmlformats-officedocument\.[a-z.]+|vnd\.oasis\.opendocument\.[a-z-]+)"
    r"|image/(?:png|jpeg|gif|webp|tiff|bmp|heic|heif|avif)"
)


@attrs.frozen
class _Part:
    """What is asked of a file: from its first byte to before its last one."""

    start: int
    stop: int


def document_response(
    kit: Sharekit,
    request: WebRequest,
    document: ResourceRef,
    *,
    by: Principal,
    version: int | None = None,
    direct: bool = False,
) -> WebResponse:
    """
    Return the answer to a request for the bytes of a document.

    Args:
        kit: The kit.
        request: A GET or a HEAD; ``Range``, ``If-Range`` and ``If-None-Match`` are heeded.
        document: The document.
        by: Who reads.
        version: An earlier version, for staff.
        direct: Whether the browser is sent to the store for a whole file, where the store can take it.

    Raises:
        NotFoundError: There is no such document, or they may not read it.
        QuarantinedError: No scanner has called the bytes clean.
        IntegrityError: The bytes are damaged, and none of them was given.
    """
    file = kit.documents.look(document, by=by, version=version)
    if not file.scan.lets_read:
        kit.documents.open(document, by=by, version=version)  # raises what there is to raise
    if _has_it(request, file):
        return _response(304, file, length=None)
    part = _part(request, file)
    if part is None:
        return _response(416, file, ("Content-Range", f"bytes */{file.size}"), length=0)
    if request.method == "HEAD":
        return _response(200, file, length=file.size)
    whole = part == _Part(0, file.size)
    if direct and whole and "range" not in request.headers:
        media_type = _content_type(file.media_type).partition(";")[0]
        url = kit.documents.direct_url(document, by=by, version=version, media_type=media_type)
        if url is not None:
            return WebResponse(status=303, headers=(("Location", url), ("Content-Length", "0"), *BYTES_HEADERS))
    with_bounds: dict[str, int] = {} if whole else {"start": part.start, "stop": part.stop}
    # That very version: one that came in between is another file.
    reader = kit.documents.open(document, by=by, version=version, **with_bounds)
    if reader.file.etag != file.etag:
        reader.close()
        return document_response(kit, _unconditional(request), document, by=by, version=version, direct=direct)
    said = () if whole else (("Content-Range", f"bytes {part.start}-{part.stop - 1}/{file.size}"),)
    answer = _response(200 if whole else 206, file, *said, length=part.stop - part.start)
    return _carrying(answer, reader)


def attachment_response(
    kit: Sharekit, request: WebRequest, message: MessageId, number: int, *, by: Principal
) -> WebResponse:
    """
    Return the answer to a request for the bytes of a file in a message.

    Args:
        kit: The kit.
        request: A GET or a HEAD; ``Range``, ``If-Range`` and ``If-None-Match`` are heeded.
        message: The message.
        number: Which of its files.
        by: Who reads.

    Raises:
        NotFoundError: There is no such file, or they may not read it.
        QuarantinedError: No scanner has called the bytes clean.
        IntegrityError: The bytes are damaged, and none of them was given.
    """
    file = kit.conversations.look_at_attachment(message, number, by=by)
    if not file.scan.lets_read:
        kit.conversations.open_attachment(message, number, by=by)  # raises what there is to raise
    if _has_it(request, file):
        return _response(304, file, length=None)
    part = _part(request, file)
    if part is None:
        return _response(416, file, ("Content-Range", f"bytes */{file.size}"), length=0)
    if request.method == "HEAD":
        return _response(200, file, length=file.size)
    whole = part == _Part(0, file.size)
    with_bounds: dict[str, int] = {} if whole else {"start": part.start, "stop": part.stop}
    reader = kit.conversations.open_attachment(message, number, by=by, **with_bounds)
    said = () if whole else (("Content-Range", f"bytes {part.start}-{part.stop - 1}/{file.size}"),)
    return _carrying(_response(200 if whole else 206, file, *said, length=part.stop - part.start), reader)


def zip_response(pieces: Iterator[bytes], name: str) -> WebResponse:
    """Return the answer that carries a ZIP while it is made."""
    headers = (
        ("Content-Type", "application/zip"),
        ("Content-Disposition", content_disposition(name)),
        *BYTES_HEADERS,
    )
    return _carrying(WebResponse(status=200, headers=headers), pieces)


def _carrying(answer: WebResponse, pieces: Iterator[bytes]) -> WebResponse:
    """Return an answer with its first piece, so that what fails at once is no answer at all, and with the rest."""
    first = next(pieces, b"")
    return attrs.evolve(answer, body=first, stream=_rest(pieces))


def _rest(pieces: Iterator[bytes]) -> Generator[bytes, None, None]:
    close = getattr(pieces, "close", None)
    try:
        yield from pieces
    finally:
        if close is not None:
            close()


def _unconditional(request: WebRequest) -> WebRequest:
    dropped = {"range", "if-range", "if-none-match"}
    kept = type(request.headers)((name, value) for name, value in request.headers.items() if name not in dropped)
    return attrs.evolve(request, headers=kept)


def _response(
    status: int, file: DocumentFile | AttachmentFile, *headers: tuple[str, str], length: int | None
) -> WebResponse:
    described = (
        ("Content-Type", _content_type(file.media_type)),
        ("Content-Disposition", content_disposition(file.name)),
        ("ETag", f'"{file.etag}"'),
        ("Accept-Ranges", "bytes"),
        *headers,
        *(() if length is None else (("Content-Length", str(length)),)),
        *BYTES_HEADERS,
    )
    return WebResponse(status=status, headers=described)


def _content_type(media_type: str) -> str:
    if media_type.startswith("text/"):
        return _TEXT
    return media_type if _USUAL.fullmatch(media_type) else _UNKNOWN


def _has_it(request: WebRequest, file: DocumentFile | AttachmentFile) -> bool:
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or f'"{file.etag}"' in {tag.removeprefix("W/") for tag in _ETAGS.findall(known)}


def _part(request: WebRequest, file: DocumentFile | AttachmentFile) -> _Part | None:
    """Return what is wanted of a file: all of it where nothing else can be understood; None where there is no such."""
    whole = _Part(0, file.size)
    asked = request.headers.get("range", "")
    condition = request.headers.get("if-range")
    found = _RANGE.fullmatch(asked.strip())
    # Only GET asks for parts; of several at once, which nobody needs, the whole is a right answer.
    if request.method != "GET" or found is None or found.groups() == ("", ""):
        return whole
    if condition is not None and condition.strip() != f'"{file.etag}"':
        return whole
    first, last = found.groups()
    if not first:
        start, stop = max(0, file.size - int(last)), file.size
        return _Part(start, stop) if int(last) and file.size else None
    start, stop = int(first), file.size if not last else min(int(last) + 1, file.size)
    if last and int(last) < start:
        return whole
    return _Part(start, stop) if start < file.size else None
