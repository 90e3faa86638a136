"""
Opens the bytes of documents: decides first, then reads (R-AUTH-1).
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from sharekit.errors import IntegrityError, InvalidInputError, NotFoundError, QuarantinedError, SharekitError
from sharekit.features._document_sights import DocumentGlances
from sharekit.features._documents import document_id, one_version, visible_or_absent
from sharekit.features._reading import DocumentReader
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import BlobStore, SupportsDirectDownloads
from sharekit.records import checks, events
from sharekit.records.documents import Document, DocumentFile, DocumentVersion
from sharekit.records.files import StoredFile
from sharekit.records.parties import Contact, Principal, Staff, System

__all__ = ["address_of_document", "look", "open_document"]

_log = logging.getLogger("sharekit.documents")
_MOST = 2**62


def look(
    wiring: Wiring, glances: DocumentGlances | None, document: object, by: Principal, version: int | None
) -> tuple[DocumentFile, StoredFile]:
    """Return what somebody who may view a document may know of one version of it."""
    if not isinstance(by, Principal):
        raise InvalidInputError("by", "needs the principal who reads")
    id_ = document_id(wiring.tenant, document)
    if version is not None:
        checks.whole("version", version, 1, _MOST)
    if glances is not None and isinstance(by, Contact):
        seen = glances.seen(wiring, by, id_)
        if seen is not None:
            _require_readable(seen.document, by, version)
            return _described(seen.document, seen.version, seen.file, latest=version is None), seen.file
    with wiring.reading() as unit:
        found = visible_or_absent(wiring, unit, by, id_)
        _require_readable(found, by, version)
        shown, file = one_version(unit, found, version or found.version)
    return _described(found, shown, file, latest=version is None), file


def _require_readable(document: Document, by: Principal, version: int | None) -> None:
    if version is not None and version != document.version and not isinstance(by, Staff | System):
        # Clients read what is current, and are not told how often it changed.
        raise NotFoundError("document", document.ref.key)


def _described(document: Document, version: DocumentVersion, file: StoredFile, *, latest: bool) -> DocumentFile:
    return DocumentFile(
        ref=document.ref,
        version=version.number,
        name=document.name if latest else version.name,
        size=file.size,
        sha256=file.sha256,
        media_type=file.media_type,
        inline=file.inline,
        etag=file.etag,
        scan=file.scan,
        added_at=version.added_at,
    )


def open_document(
    wiring: Wiring,
    glances: DocumentGlances | None,
    document: object,
    by: Principal,
    *,
    version: int | None = None,
    start: int | None = None,
    stop: int | None = None,
) -> DocumentReader:
    """Return a reader of a document that somebody may view, once its bytes are there to be read."""
    blobs = wiring.blob_store()
    for field, bound in (("start", start), ("stop", stop)):
        if bound is not None:
            checks.whole(field, bound, 0, _MOST)
    found, file = look(wiring, glances, document, by, version)
    if not file.scan.lets_read:
        raise QuarantinedError(str(file.scan))
    damaged = _require_bytes(wiring, by, found, file, blobs)
    first, last = start or 0, file.size if stop is None else min(stop, file.size)
    bounds = min(first, file.size), max(min(first, file.size), last)
    _note_opened(wiring, by, found, part=bounds != (0, file.size))
    return DocumentReader(blobs, file.blob, found, bounds, damaged)


def _require_bytes(
    wiring: Wiring, by: Principal, found: DocumentFile, file: StoredFile, blobs: BlobStore
) -> Callable[[], None]:
    """Refuse a file whose bytes are not all there, and return what tells of damage that is found later."""
    damaged = _tells_of_damage(wiring, by, found)
    if file.gone_at is not None:
        raise IntegrityError("blob", "its bytes were lost")
    held = blobs.size(file.blob)
    if held != file.size:
        damaged()
        raise IntegrityError("blob", "its bytes are not there" if held is None else "it has another size than recorded")
    return damaged


def address_of_document(
    wiring: Wiring,
    glances: DocumentGlances,
    document: object,
    by: Principal,
    *,
    version: int | None,
    lives: timedelta,
    media_type: str,
) -> str | None:
    """Return an address in the store for a document that somebody may view; see `Documents.direct_url`."""
    blobs = wiring.blob_store()
    if not isinstance(blobs, SupportsDirectDownloads):
        return None
    found, file = look(wiring, glances, document, by, version)
    if not file.scan.lets_read:
        raise QuarantinedError(str(file.scan))
    _require_bytes(wiring, by, found, file, blobs)
    url = blobs.direct_url(file.blob, lives=lives, name=found.name, media_type=media_type)
    _note_opened(wiring, by, found, part=False)
    return url


def _note_opened(wiring: Wiring, by: Principal, file: DocumentFile, *, part: bool) -> None:
    opening = (wiring.tenant, by.key, file.ref.key, file.version)
    if part and wiring.openings.has(opening, wiring.clock.now()):
        return

    def note(unit: Unit) -> None:
        unit.emit(
            events.DocumentOpened(tenant=unit.tenant, at=unit.now, by=by, ref=file.ref, version=file.version, part=part)
        )
        # Not before: what is rolled back with the host's transaction was never noted.
        unit.tx.after_commit(lambda: wiring.openings.note(opening, unit.now))

    try:
        wiring.write(note)
    except SharekitError:
        # Reading goes on where nothing can be written (a full disk, a standby).
        _log.exception("that document %s was opened could not be noted", file.ref.id[:4])


def _tells_of_damage(wiring: Wiring, by: Principal, file: DocumentFile) -> Callable[[], None]:
    def note(unit: Unit) -> None:
        unit.emit(events.DocumentDamaged(tenant=unit.tenant, at=unit.now, by=by, ref=file.ref, version=file.version))

    def tell() -> None:
        _log.error("the bytes of document %s..., version %d, are damaged", file.ref.id[:4], file.version)
        try:
            wiring.write(note)
        except SharekitError:
            _log.exception("that they are damaged could not be noted")

    return tell
