"""
Parts: what came of a file that is sent in several requests.

An object store cannot append, so each part is a blob of its own, with an intent as any other: what nobody
joins in time the sweep takes.
"""

from collections.abc import Iterator, Sequence

from sharekit.errors import InvalidInputError
from sharekit.features._intake import Gate, chunks_of, discard, intend
from sharekit.features._request_places import give_up
from sharekit.features._unit import Wiring
from sharekit.ids import FileId, UploadId, blob_key, random_id
from sharekit.records.documents import Stream
from sharekit.records.submissions import PendingUpload, UploadPart

__all__ = ["abandon", "joined_parts", "take_part"]


class _Arriving:
    """
    The chunks of a part, which end without a fault when the connection breaks: what came so far is worth keeping.

    Attributes:
        size: How many bytes came.
        broken: What broke the connection, or None.
    """

    def __init__(self, chunks: Iterator[bytes], gate: Gate | None, room: int) -> None:
        self._chunks = chunks
        self._gate = gate
        self._room = room
        self._first: bytes = b""
        self.size = 0
        self.broken: OSError | None = None

    def begin(self) -> bool:
        """Look at the first bytes, before anything is stored; say whether there are any."""
        self._first = self._next()
        refusal = None if self._gate is None or not self._first else self._gate.early(None, self._first)
        if refusal is not None:
            raise refusal.as_error()
        return bool(self._first)

    def __iter__(self) -> Iterator[bytes]:
        chunk, self._first = self._first, b""
        while chunk:
            self.size += len(chunk)
            if self.size > self._room:
                raise InvalidInputError("stream", "holds more bytes than were announced")
            yield chunk
            chunk = self._next()

    def _next(self) -> bytes:
        try:
            return next(self._chunks, b"")
        except OSError as error:  # TimeoutError and ConnectionError are kinds of it
            self.broken = error
            return b""


def take_part(
    wiring: Wiring, upload: PendingUpload, stream: Stream, gate: Gate
) -> tuple[UploadPart | None, OSError | None]:
    """
    Keep the next part of a file, as far as it came.

    Returns:
        The part, or None when no byte came; and what broke the connection, or None.

    Raises:
        UploadRefusedError: The first bytes of the file show that it is not taken.
        InvalidInputError: More bytes came than were announced.
        StorageError: The blob store failed.
    """
    blobs = wiring.blob_store()
    arriving = _Arriving(chunks_of(stream), None if upload.parts else gate, upload.reserved - upload.offset)
    if not arriving.begin():
        return None, arriving.broken
    file = FileId(random_id())
    intend(wiring, file)
    try:
        held = blobs.write(blob_key(wiring.tenant, file), arriving)
    except Exception:
        discard(wiring, file)
        raise
    return UploadPart(file, held), arriving.broken


def abandon(wiring: Wiring, id_: UploadId) -> None:
    """Give up a file on its way, with what came of it."""
    upload = give_up(wiring, id_)
    for part in () if upload is None else upload.parts:
        discard(wiring, part.file)


def joined_parts(wiring: Wiring, parts: Sequence[UploadPart]) -> Iterator[bytes]:
    """Yield the bytes of parts, one after the other."""
    blobs = wiring.blob_store()
    for part in parts:
        yield from blobs.read(blob_key(wiring.tenant, part.file))
