"""
Files in messages: taken in as documents are, and read by whoever may read the message at that moment (R-CONV-3).
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

import attrs

from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.codec.kinds_of_documents import STORED_FILE
from sharekit.errors import (
    IntegrityError,
    InvalidInputError,
    NotFoundError,
    QuarantinedError,
    SharekitError,
    UploadRefusedError,
)
from sharekit.features._conversation_facts import readable_message
from sharekit.features._intake import Gate, Received, discard, outside, receive, staff_gate
from sharekit.features._reading import AttachmentReader
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import MessageId
from sharekit.records import checks, events
from sharekit.records.catalog import ResourceRef
from sharekit.records.conversations import MAX_ATTACHED, Conversation, Message
from sharekit.records.documents import Upload
from sharekit.records.files import StoredFile
from sharekit.records.parties import Contact, Principal
from sharekit.records.threads import AttachmentFile

__all__ = ["look_at_attachment", "open_attachment", "received_files", "uploads_given"]

_log = logging.getLogger("sharekit.conversations")
_MOST = 2**62


def uploads_given(given: object) -> tuple[Upload, ...]:
    """Return the files that somebody wants to attach; refuse anything but Uploads."""
    if isinstance(given, Upload) or not isinstance(given, Sequence):
        raise InvalidInputError("attachments", "needs a list of Uploads")
    files = tuple(each for each in given if isinstance(each, Upload))
    if len(files) < len(given):
        raise InvalidInputError("attachments", "needs a list of Uploads")
    return files


def received_files(
    wiring: Wiring, uploads: Sequence[Upload], about: ResourceRef | None, by: Principal
) -> list[Received]:
    """
    Take the bytes of files that are to be attached to one message; all of them pass, or none is kept.

    Raises:
        UploadRefusedError: A file does not pass, or together they are larger than 10 MiB.
        FileNameError: A name cannot be used.
        StorageError: The blob store failed.
    """
    received: list[Received] = []
    try:
        for upload in uploads:
            taken = sum(one.file.size for one in received)
            received.append(_received(wiring, upload, about, by=by, room=MAX_ATTACHED - taken))
    except Exception:
        for one in received:
            discard(wiring, one.file.id)
        raise
    return received


def _received(wiring: Wiring, upload: Upload, about: ResourceRef | None, *, by: Principal, room: int) -> Received:
    gate = outside(wiring, upload.name) if isinstance(by, Contact) else staff_gate(wiring, upload.name)
    try:
        return receive(wiring, upload.stream, by=by, gate=_narrowed(gate, room))
    except UploadRefusedError as error:
        reason = str(error.reason)

        def note(unit: Unit) -> None:
            key = None if about is None else about.key
            unit.emit(events.UploadRefused(tenant=unit.tenant, at=unit.now, by=by, container=key, reason=reason))

        with suppress(SharekitError):  # the refusal is what counts
            wiring.write(note)
        raise


def _narrowed(gate: Gate, room: int) -> Gate:
    if gate.max_bytes <= room:
        return gate
    return attrs.evolve(gate, max_bytes=room, together=MAX_ATTACHED if room < MAX_ATTACHED else None)


def look_at_attachment(
    wiring: Wiring, message: object, number: int, by: Principal
) -> tuple[AttachmentFile, StoredFile, Message, Conversation]:
    """Return what somebody who may read a message may know of one of its files."""
    checks.whole("number", number, 1, _MOST)
    with wiring.reading() as unit:
        found, conversation, _ = readable_message(wiring, unit, by, message)
        attachment = next((each for each in found.attachments if each.number == number), None)
        file = None if attachment is None else unit.get(STORED_FILE, attachment.file)
    if attachment is None:
        raise NotFoundError("attachment")
    if file is None:
        raise IntegrityError(MESSAGE.name, "a file of it is not on record")
    view = AttachmentFile(
        message=found.id,
        number=attachment.number,
        name=attachment.name,
        size=file.size,
        sha256=file.sha256,
        media_type=file.media_type,
        inline=file.inline,
        etag=file.etag,
        scan=file.scan,
        added_at=found.at,
    )
    return view, file, found, conversation


def open_attachment(
    wiring: Wiring,
    message: MessageId | Message,
    number: int,
    by: Principal,
    *,
    start: int | None,
    stop: int | None,
) -> AttachmentReader:
    """Return a reader of a file in a message that somebody may read, once its bytes are there to be read."""
    blobs = wiring.blob_store()
    for field, bound in (("start", start), ("stop", stop)):
        if bound is not None:
            checks.whole(field, bound, 0, _MOST)
    view, file, found, conversation = look_at_attachment(wiring, message, number, by)
    if not file.scan.lets_read:
        raise QuarantinedError(str(file.scan))
    if file.gone_at is not None:
        raise IntegrityError("blob", "its bytes were lost")
    held = blobs.size(file.blob)
    damaged = _tells_of_damage(file)
    if held != file.size:
        damaged()
        raise IntegrityError("blob", "its bytes are not there" if held is None else "it has another size than recorded")
    first = min(start or 0, file.size)
    bounds = first, max(first, file.size if stop is None else min(stop, file.size))
    _note_opened(wiring, by, found, conversation, number, part=bounds != (0, file.size))
    return AttachmentReader(blobs, file.blob, view, bounds, damaged)


def _note_opened(
    wiring: Wiring, by: Principal, message: Message, conversation: Conversation, number: int, *, part: bool
) -> None:
    def note(unit: Unit) -> None:
        unit.emit(
            events.AttachmentOpened(
                tenant=unit.tenant,
                at=unit.now,
                by=by,
                conversation=conversation.id,
                ref=conversation.about,
                message=message.id,
                audience=message.audience,
                attachment=number,
                part=part,
            )
        )

    try:
        wiring.write(note)
    except SharekitError:
        # Reading goes on where nothing can be written (a full disk, a standby).
        _log.exception("that a file of message %s... was opened could not be noted", message.id[:4])


def _tells_of_damage(file: StoredFile) -> Callable[[], None]:
    return lambda: _log.error("the bytes of file %s... are damaged", file.id[:4])
