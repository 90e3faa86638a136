"""
Takes bytes in: bytes first, record second (R-BLOB-1).

An intent row is put, the bytes go to a fresh random key while they are counted and digested, the stored size is
compared, the file is screened where it lies and shown to a scanner, and only then does the caller's transaction
put the record that names it, and remove the intent. What a crash leaves is an intent and perhaps a blob, which
the sweep takes.

    received = receive(wiring, name, stream, by=by, gate=outside(wiring, name))
    return settle(wiring, [received], lambda unit, keep: ...keep(received)...)
"""

import hashlib
import io
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol, TypeVar

import attrs

from sharekit.codec.kinds_of_documents import BLOB_INTENT, STORED_FILE
from sharekit.errors import (
    ConflictError,
    IntegrityError,
    InvalidInputError,
    RetryTransaction,
    SharekitError,
    StorageError,
)
from sharekit.features._blobs import BlobFile, scanned
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import FileId, blob_key, random_id
from sharekit.ports import BlobStore
from sharekit.records.documents import Stream
from sharekit.records.files import BlobIntent, BlobPurpose, ScanState, StoredFile
from sharekit.records.parties import Principal
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import (
    FileName,
    Refusal,
    RefusalReason,
    Verdict,
    clean_name,
    early_refusal,
    reading_of,
    verify,
    verify_staff,
)

__all__ = [
    "Gate",
    "Keep",
    "Received",
    "chunks_of",
    "discard",
    "doom",
    "intend",
    "outside",
    "receive",
    "settle",
    "staff_gate",
]

T = TypeVar("T")

_log = logging.getLogger("sharekit.documents")
_CHUNK = 64 * 1024
# After these nobody knows whether the record that names the bytes was kept: they are left to the sweep.
_UNDECIDED = (ConflictError, RetryTransaction, StorageError)


@attrs.frozen(kw_only=True)
class Gate:
    """
    What a file must pass.

    Attributes:
        name: Its name, cleaned.
        max_bytes: How large it may be, inclusive.
        early: Refuses by the declared size and the first bytes, before the others travel.
        prove: Refuses by the bytes as they are stored, or says what they are.
        together: How large it may be with others that came before it, or None where it is by itself.
        look: Is shown the bytes as they pass, where that saves the proof a reading of its own.
    """

    name: FileName
    max_bytes: int
    early: Callable[[int | None, bytes], Refusal | None]
    prove: Callable[[BinaryIO, int], Verdict]
    together: int | None = None
    look: Callable[[bytes], None] | None = None

    def too_large(self, size: int) -> Refusal:
        """Return the refusal of a file that has, or is said to have, so many bytes."""
        return Refusal(
            reason=RefusalReason.TOO_LARGE,
            name=self.name.display,
            extension=self.name.extension,
            size=size,
            limit=self.max_bytes,
            together=self.together,
        )


def outside(wiring: Wiring, name: str, policy: UploadPolicy | None = None) -> Gate:
    """Return the gate for one file of people outside; the kit's own policy unless another is given."""
    rule, cleaned = policy or wiring.uploads, clean_name(name)
    passed = reading_of(cleaned)
    return Gate(
        name=cleaned,
        max_bytes=rule.max_bytes,
        early=lambda size, head: early_refusal(cleaned, size, head or b"", rule),
        prove=lambda file, size: verify(cleaned, file, size, rule, detectors=wiring.detectors, passed=passed),
        look=None if passed is None else passed.look,
    )


def staff_gate(wiring: Wiring, name: str) -> Gate:
    """Return the gate for one file that staff add: names, size, and no executables."""
    cleaned = clean_name(name)
    passed = reading_of(cleaned)
    return Gate(
        name=cleaned,
        max_bytes=wiring.max_staff_bytes,
        early=lambda _size, _head: None,
        prove=lambda file, size: verify_staff(cleaned, file, size, max_bytes=wiring.max_staff_bytes, passed=passed),
        look=None if passed is None else passed.look,
    )


@attrs.frozen(kw_only=True)
class Received:
    """
    A file whose bytes are safe, and which no record names yet.

    Attributes:
        name: Its name, cleaned.
        file: What is to be kept of it.
        verdict: What it was proved to be.
    """

    name: FileName
    file: StoredFile
    verdict: Verdict


def receive(wiring: Wiring, stream: Stream, *, by: Principal, gate: Gate, declared_size: int | None = None) -> Received:
    """
    Take the bytes of one file, and screen them; nothing that is refused stays.

    Args:
        wiring: Where to.
        stream: The bytes. What it raises is raised on.
        by: Who sends them.
        gate: What the file must pass.
        declared_size: How many bytes are said to come; it only ever refuses early.

    Raises:
        UploadRefusedError: The file does not pass.
        StorageError: The blob store failed.
    """
    blobs = wiring.blob_store()
    if declared_size is not None and declared_size > gate.max_bytes:
        raise gate.too_large(declared_size).as_error()
    _refuse(gate.early(declared_size, b""))
    counted = _Counted(chunks_of(stream), gate)
    counted.begin()
    file = FileId(random_id())
    intend(wiring, file)
    try:
        return _screened(wiring, blobs, file, counted, by=by, gate=gate)
    except Exception:
        discard(wiring, file)
        raise


def intend(wiring: Wiring, file: FileId) -> None:
    # In the host's transaction, where there is one: then a rollback takes it along, and the sweep finds the
    # blob by the listing.
    wiring.write(
        lambda unit: unit.put(
            BLOB_INTENT, BlobIntent(tenant=unit.tenant, file=file, purpose=BlobPurpose.RECEIVE, since=unit.now)
        )
    )


def _screened(
    wiring: Wiring, blobs: BlobStore, id_: FileId, counted: "_Counted", *, by: Principal, gate: Gate
) -> Received:
    draft = StoredFile(
        tenant=wiring.tenant,
        id=id_,
        size=0,
        sha256="",
        media_type="application/octet-stream",
        etag=random_id(),
        scan=ScanState.NOT_ASKED if wiring.scanner is None else ScanState.CHECKING,
        received_at=wiring.clock.now(),
        received_from=by.key,
    )
    held = blobs.write(draft.blob, counted)
    if held != counted.size:
        raise IntegrityError("blob", "the store holds another number of bytes than it was given")
    with io.BufferedReader(BlobFile(blobs, draft.blob, held), _CHUNK) as stored:
        verdict = gate.prove(stored, held)
    file = attrs.evolve(
        draft,
        size=held,
        sha256=counted.sha256,
        media_type=verdict.media_type,
        inline=verdict.inline,
        received_at=wiring.clock.now(),
    )
    if wiring.scanner is not None:
        file = attrs.evolve(file, scan=scanned(wiring.scanner, blobs, file))
    return Received(name=gate.name, file=file, verdict=verdict)


class Keep(Protocol):
    """Puts the record of a received file in the transaction that names it."""

    def __call__(self, received: Received, /) -> StoredFile:
        """Keep a file, and return what is known of it."""
        ...


def settle(wiring: Wiring, received: Sequence[Received], work: Callable[[Unit, Keep], T]) -> T:
    """
    Run the verb that names received files; bytes that it did not keep are deleted.

    Args:
        wiring: Where.
        received: What `receive` returned.
        work: As for `Wiring.write`, with what keeps a file in the same transaction.
    """
    kept: set[FileId] = set()

    def attempt(unit: Unit) -> T:
        kept.clear()

        def keep(one: Received) -> StoredFile:
            kept.add(one.file.id)
            return _kept(unit, one.file)

        return work(unit, keep)

    try:
        result = wiring.write(attempt)
    except _UNDECIDED:
        raise
    except Exception:
        for one in received:
            discard(wiring, one.file.id)
        raise
    for one in received:
        # What is infected was kept as a record alone.
        if one.file.id not in kept or one.file.scan is ScanState.INFECTED:
            discard(wiring, one.file.id)
    return result


def _kept(unit: Unit, file: StoredFile) -> StoredFile:
    intent = unit.get(BLOB_INTENT, file.id)
    if intent is None or intent.purpose is not BlobPurpose.RECEIVE:
        # So long under way that the sweep has given it up, and may be deleting it.
        raise InvalidInputError("stream", "took too long to arrive; send it again")
    if file.scan is ScanState.INFECTED:
        file = attrs.evolve(file, gone_at=unit.now)
        unit.put(BLOB_INTENT, attrs.evolve(intent, purpose=BlobPurpose.DELETE, since=unit.now))
    else:
        unit.delete(BLOB_INTENT, file.id)
    unit.put(STORED_FILE, file)
    return file


def doom(unit: Unit, file: StoredFile) -> StoredFile:
    """Note that the bytes of a file go, and return what is known of it now; the sweep deletes them."""
    if file.gone_at is not None:
        return file
    gone = attrs.evolve(file, gone_at=unit.now)
    unit.put(STORED_FILE, gone)
    unit.put(BLOB_INTENT, BlobIntent(tenant=unit.tenant, file=file.id, purpose=BlobPurpose.DELETE, since=unit.now))
    return gone


def discard(wiring: Wiring, file: FileId) -> None:
    """Delete the bytes of a file that no record names, and the intent; what fails is left to the sweep."""

    def forget(unit: Unit) -> None:
        if unit.get(BLOB_INTENT, file) is not None:
            unit.delete(BLOB_INTENT, file)

    try:
        wiring.blob_store().delete(blob_key(wiring.tenant, file))
        wiring.write(forget)
    except SharekitError:
        _log.exception("file %s... could not be discarded; the sweep will", file[:4])


class _Counted:
    """The chunks of an upload, which are counted and digested as they pass, and end with a refusal at the limit."""

    def __init__(self, chunks: Iterator[bytes], gate: Gate) -> None:
        self._chunks = chunks
        self._gate = gate
        self._most = gate.max_bytes
        self._look = gate.look
        self._digest = hashlib.sha256()
        self._first: bytes | None = None
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def begin(self) -> None:
        """Look at the first bytes, before anything is stored."""
        self._first = next(self._chunks, b"")
        _refuse(self._gate.early(None, self._first))

    def __iter__(self) -> Iterator[bytes]:
        if self._first:
            yield self._passed(self._first)
        self._first = None
        for chunk in self._chunks:
            yield self._passed(chunk)

    def _passed(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        if self.size > self._most:
            raise self._gate.too_large(self.size).as_error()
        self._digest.update(chunk)
        if self._look is not None:
            self._look(chunk)
        return chunk


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal.as_error()


def chunks_of(stream: object) -> Iterator[bytes]:
    """Yield the bytes of a stream in chunks of at most 64 KiB."""
    if isinstance(stream, bytes | bytearray | memoryview):
        return _cut(bytes(stream))
    read = getattr(stream, "read", None)
    if callable(read):
        return _read(read)
    if isinstance(stream, str) or not isinstance(stream, Iterable):
        raise InvalidInputError("stream", "needs bytes, chunks of bytes, or something open for reading bytes")
    return (piece for chunk in stream for piece in _cut(_bytes(chunk)))


def _read(read: Callable[[int], object]) -> Iterator[bytes]:
    while chunk := _bytes(read(_CHUNK)):
        if len(chunk) <= _CHUNK:
            yield chunk
        else:
            yield from _cut(chunk)


def _cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


def _bytes(chunk: object) -> bytes:
    if type(chunk) is bytes:
        return chunk
    if not isinstance(chunk, bytes | bytearray | memoryview):
        raise InvalidInputError("stream", "gave something else than bytes")
    return bytes(chunk)
