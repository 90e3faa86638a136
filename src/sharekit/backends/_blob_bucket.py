"""Blobs in a bucket: S3, Azure and Google, by file systems of fsspec's."""

import contextlib
import os
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, Final
from urllib.parse import quote

from sharekit.backends._blob_places import Opened
from sharekit.backends._buckets import Bucket, FileSystem, says_absent, says_taken
from sharekit.ids import BlobKey
from sharekit.ports.blob_keys import is_key
from sharekit.ports.blobs import StoredBlob

_AT_ONCE: Final = 1024 * 1024
_PIECE: Final = 256 * 1024  # bytes that a block may be longer than it should
_PATIENCE: Final = 60.0  # seconds for a request that carries a blob,
_SLOWEST: Final = 64 * 1024  # and one more for each so many bytes
_TIMES: Final = ("LastModified", "last_modified", "mtime")
_SIGNED: Final[Mapping[str, tuple[str, str]]] = {
    "s3": ("ResponseContentDisposition", "ResponseContentType"),
    "az": ("content_disposition", "content_type"),
    "abfs": ("content_disposition", "content_type"),
    "gs": ("response_disposition", "response_type"),
}


class BucketPlace:
    """
    A prefix in a bucket.

    To S3 a blob goes in one request, from a nameless temporary file of this machine: whatever breaks
    off before has left nothing there, not even the parts of an upload that no listing shows, and
    the blob appears as a whole or not at all. Parts would have to be of 5 MiB, and in memory. To
    Azure and Google it goes in blocks of 1 MiB, which become a blob when the last one was sent.
    """

    def __init__(self, scheme: str, root: str, options: Mapping[str, object]) -> None:
        self._bucket = Bucket(scheme, root, options)
        # s3fs would try again with what is left of the file; botocore tries again with all of it.
        self._sending = Bucket(scheme, root, options, _once) if scheme == "s3" else self._bucket

    def write(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep the chunks under a key that is new, where the server knows that condition."""
        path = self._bucket.path(key)
        if self._bucket.scheme == "s3":
            with tempfile.TemporaryFile() as spool:
                for chunk in chunks:
                    spool.write(chunk)
                with _taken():
                    _send(self._sending.files, path, spool)
            return
        with _taken():
            file = self._bucket.files.open(path, "xb", _AT_ONCE)
        try:
            for chunk in chunks:
                for at in range(0, len(chunk), _PIECE):
                    file.write(chunk[at : at + _PIECE])
        except BaseException:
            file.closed = True  # a file of fsspec's that is closed, or forgotten, would be made whole of what it has
            file.buffer = None
            with contextlib.suppress(Exception):
                file.discard()
            raise
        with _taken():
            file.close()

    def open(self, key: str) -> Opened:
        """Ask for the size; each piece is a request of its own."""
        return Opened(self.size(key), lambda start, stop: self._pieces(self._bucket.path(key), start, stop))

    def size(self, key: str) -> int:
        """Ask how many bytes there are."""
        with _known():
            found = self._bucket.files.info(self._bucket.path(key), refresh=True)
        if found["type"] != "file":
            raise FileNotFoundError(key)  # only the beginning of other keys
        size = found["size"]
        if not isinstance(size, int):
            raise TypeError("the store does not say how many bytes there are")
        return size

    def remove(self, key: str) -> None:
        """Remove a blob; old versions that a bucket keeps by itself are the bucket's."""
        with _known():
            self._bucket.files.rm_file(self._bucket.path(key))

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name what lies under a prefix; fsspec has all of the listing in memory at once."""
        with _known():
            found = self._bucket.files.find(self._bucket.path(prefix.rstrip("/")), detail=True)
        for path, info in found.items():
            key, size = self._bucket.name(path), info["size"]
            if key is not None and key.startswith(prefix) and is_key(key) and isinstance(size, int):
                yield StoredBlob(BlobKey(key), size, _written_at(info))

    def signed(self, key: str, seconds: int, name: str, media_type: str) -> str:
        """Return an address that gives the bytes, as an attachment, for so many seconds."""
        disposition, kind = _SIGNED[self._bucket.scheme]
        wanted = {disposition: _attachment(name), kind: media_type}
        return self._bucket.files.sign(self._bucket.path(key), expiration=seconds, **wanted)

    def _pieces(self, path: str, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, _AT_ONCE):
            upto = min(at + _AT_ONCE, stop)
            with _known():
                piece = self._bucket.files.cat_file(path, start=at, end=upto)
            if len(piece) > upto - at:
                raise OSError("more came than was asked for")
            yield piece
            if len(piece) < upto - at:
                return


def _once(files: FileSystem) -> None:
    files.retries = 1


def _send(files: FileSystem, path: str, spool: IO[bytes]) -> None:
    bucket, _, key = path.partition("/")
    size = spool.seek(0, os.SEEK_END)
    spool.seek(0)
    patience = _PATIENCE + size / _SLOWEST  # botocore's own does not begin before the server asks for the file
    wanted = {"Bucket": bucket, "Key": key, "Body": spool, "ContentLength": size, "IfNoneMatch": "*"}
    files.call_s3("put_object", timeout=patience, **wanted)


@contextlib.contextmanager
def _taken() -> Generator[None]:
    try:
        yield
    except Exception as error:
        if says_taken(error) and not isinstance(error, FileExistsError):
            raise FileExistsError("the key is taken") from error
        raise


@contextlib.contextmanager
def _known() -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if not says_absent(error):
            raise OSError("the bucket is not there") from error
        raise


def _written_at(info: Mapping[str, object]) -> datetime | None:
    times = (info.get(name) for name in _TIMES)
    return next((at.astimezone(UTC) for at in times if isinstance(at, datetime) and at.tzinfo), None)


def _attachment(name: str) -> str:
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in " ._-") else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
