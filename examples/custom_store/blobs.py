"""
A blob store in one SQLite file: a row for each piece of a blob.

Fit for a few gigabytes, for any number of threads and processes of one machine.
"""

import sqlite3
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sharekit.errors import ConflictError, IntegrityError, InvalidInputError, NotFoundError, StorageError
from sharekit.ids import BlobKey
from sharekit.ports import StoredBlob
from sharekit.ports.blob_keys import check_key, check_prefix, cut

PIECE = 256 * 1024
TABLE = "CREATE TABLE IF NOT EXISTS piece (key TEXT, number INTEGER, data BLOB, at REAL, PRIMARY KEY (key, number))"


@contextmanager
def translated(operation: str) -> Generator[None]:
    """Let nobody see the exceptions of SQLite (law B10)."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(operation) from error


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the chunks anew, into pieces of one size; there is a first piece even when there are no bytes."""
    held = b""
    for chunk in chunks:
        if not isinstance(chunk, bytes):
            raise InvalidInputError("chunks", "needs chunks of bytes")
        held += chunk
        while len(held) > PIECE:
            yield held[:PIECE]
            held = held[PIECE:]
    yield held


class SqliteBlobStore:
    """Keeps blobs in one file."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).absolute()

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        """Keep these bytes under a key that nothing has, and return how many the store holds."""
        check_key(key)
        given: object = chunks
        if not isinstance(given, Iterable):
            raise InvalidInputError("chunks", "needs an iterable of bytes")
        count, begun = 0, False
        try:
            for number, data in enumerate(pieces(given)):
                self._insert(key, number, data)
                begun, count = True, count + len(data)
        except BaseException:
            if begun:
                self.delete(key)
            raise
        stored = self.size(key)
        if stored != count:
            raise IntegrityError("blob", f"{count} bytes were written and {stored} are there")
        return count

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from *start* to before *stop*, or to the end, in chunks."""
        check_key(key)
        return self._read(key, start, stop)

    def size(self, key: BlobKey) -> int | None:
        """Return how many bytes a key has, or None when it is absent."""
        with self._connected("looking at a blob") as db:
            found = db.execute("SELECT sum(length(data)) FROM piece WHERE key = ?", [check_key(key)]).fetchone()
        return None if found[0] is None else int(found[0])

    def delete(self, key: BlobKey) -> None:
        """Remove what a key has, if anything."""
        with self._connected("removing a blob") as db:
            db.execute("DELETE FROM piece WHERE key = ?", [check_key(key)])

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name what lies under a prefix such as ``"tenant/"``."""
        first, beyond = check_prefix(prefix), prefix[:-1] + "0"  # what sorts just after the slash
        question = "SELECT key, sum(length(data)), max(at) FROM piece WHERE key > ? AND key < ? GROUP BY key"
        with self._connected("listing blobs") as db:
            rows = db.execute(question, [first, beyond]).fetchall()
        return (StoredBlob(BlobKey(key), size, datetime.fromtimestamp(at, UTC)) for key, size, at in rows)

    def _insert(self, key: BlobKey, number: int, data: bytes) -> None:
        with self._connected("writing a blob") as db:
            try:
                db.execute("INSERT INTO piece VALUES (?, ?, ?, ?)", [key, number, data, time.time()])
            except sqlite3.IntegrityError as error:  # somebody has the first piece already
                raise ConflictError("blob") from error

    def _read(self, key: BlobKey, start: int, stop: int | None) -> Iterator[bytes]:
        size = self.size(key)
        if size is None:
            raise NotFoundError("blob")
        at, last = cut(start, stop, size)
        while at < last:
            number, skipped = divmod(at, PIECE)
            with self._connected("reading a blob") as db:
                row = db.execute("SELECT data FROM piece WHERE key = ? AND number = ?", [key, number]).fetchone()
            data: bytes = row[0][skipped : skipped + last - at] if row else b""
            if not data:
                raise IntegrityError("blob", "a piece is missing")
            yield data
            at += len(data)

    @contextmanager
    def _connected(self, operation: str) -> Generator[sqlite3.Connection]:
        with translated(operation), closing(sqlite3.connect(self._path, timeout=60, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = FULL")
            db.execute(TABLE)
            yield db
