"""`FsspecBlobStore`, which `sharekit.backends.fsspec` shows: the laws of blob stores over a place for bytes."""

import contextlib
import os
import re
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from sharekit.backends._blob_bucket import BucketPlace
from sharekit.backends._blob_local import LocalPlace
from sharekit.backends._blob_memory import MemoryPlace
from sharekit.backends._blob_places import Opened, Place
from sharekit.backends._urls import LocalUrl, parse_url
from sharekit.errors import (
    ConfigurationError,
    ConflictError,
    IntegrityError,
    InvalidInputError,
    NotFoundError,
    SharekitError,
    StorageError,
)
from sharekit.ids import BlobKey
from sharekit.ports.blob_keys import check_key, check_prefix, cut
from sharekit.ports.blobs import StoredBlob

_LONGEST: Final = 60  # seconds (R-LINK-6)
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")


class FsspecBlobStore:
    """
    A blob store in a folder of this machine, in memory, or in a bucket.

    Make one when the application starts, and share it between threads. Bytes are read and written in constant
    memory, but for ``memory://``. That a key is written once (B3) is sure in a folder and in memory, and in a
    bucket whose server keeps the condition ``If-None-Match: *``, as S3, Azure and Google do. Another
    server, such as an old S3 gateway, lets the second writer of a key win; no two writers of sharekit's
    ever have the same key.

    Args:
        url: Where the blobs are, from your configuration and never from a request: the path of a
            folder, ``file:///...``, ``s3://bucket/prefix``, or ``memory://`` for a place of this store's
            own that ends with it. A ``~`` or a pattern is taken literally.
        options: What fsspec's file system is made with, such as ``endpoint_url``, ``key`` and ``secret``.
        schemes: Further schemes to allow: ``"az"`` or ``"abfs"``, ``"gs"``.

    Raises:
        ConfigurationError: The URL or another argument cannot be used.
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        *,
        options: Mapping[str, object] | None = None,
        schemes: Collection[str] = (),
    ) -> None:
        self._place: Place = _place(url, dict(options or {}), schemes)

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        """
        Keep these bytes under a key that nothing has, and return how many the store holds.

        Raises:
            ConflictError: The key is taken.
            IntegrityError: The store says afterwards that it holds another number of bytes.
            InvalidInputError: The key has another form, or a chunk is not `bytes`.
            StorageError: The store failed, or does not know the key afterwards.
        """
        named, given = check_key(key), chunks
        if not isinstance(given, Iterable):
            raise InvalidInputError("chunks", "needs an iterable of bytes")
        source = _Source(given)
        try:
            self._place.write(named, source)
        except Exception as error:
            if error is source.raised or isinstance(error, SharekitError):
                raise
            if isinstance(error, FileExistsError):
                raise ConflictError("blob") from error
            raise StorageError("writing a blob") from error
        with _translated("looking at a blob that was written"):
            stored = self._place.size(named)
        if stored != source.count:
            raise IntegrityError("blob", f"{source.count} bytes were written and {stored} are there")
        return stored

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """
        Yield the bytes from *start* to before *stop*, or to the end, in chunks.

        Raises:
            IntegrityError: At any step: bytes that were there at the first are not any more.
            InvalidInputError: The key has another form, or a bound is no int.
            NotFoundError: At the first step: the key is absent.
            StorageError: At any step: the store failed.
        """
        named = check_key(key)
        cut(start, stop, 0)
        return self._pieces(named, start, stop)

    def size(self, key: BlobKey) -> int | None:
        """
        Return how many bytes a key has, or None when it is absent.

        Raises:
            InvalidInputError: The key has another form.
            StorageError: The store failed.
        """
        named = check_key(key)
        with _translated("looking at a blob"):
            try:
                return self._place.size(named)
            except FileNotFoundError:
                return None

    def delete(self, key: BlobKey) -> None:
        """
        Remove what a key has, if anything.

        Raises:
            InvalidInputError: The key has another form.
            StorageError: The store failed.
        """
        named = check_key(key)
        with _translated("removing a blob"), contextlib.suppress(FileNotFoundError):
            self._place.remove(named)

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """
        Name what lies under a prefix such as ``"tenant/"``; what has not the form of a key is passed over.

        Raises:
            InvalidInputError: The prefix does not end with a slash, or has another form.
            StorageError: At any step: the store failed.
        """
        return self._listed(check_prefix(prefix))

    def _pieces(self, key: BlobKey, start: int, stop: int | None) -> Iterator[bytes]:
        blob = self._opened(key)
        try:
            at, last = cut(start, stop, blob.size)
            pieces = blob.pieces(at, last)
            while at < last:
                try:
                    piece = next(pieces, b"")
                except FileNotFoundError as error:
                    raise IntegrityError("blob", "it went away while it was read") from error
                except Exception as error:
                    raise StorageError("reading a blob") from error
                if not piece:
                    raise IntegrityError("blob", f"it ends at {at} of {blob.size} bytes")
                at += len(piece)
                if at > last:
                    raise IntegrityError("blob", f"it has more than the {blob.size} bytes that it had")
                yield piece
        finally:
            blob.close()

    def _opened(self, key: BlobKey) -> Opened:
        try:
            return self._place.open(key)
        except SharekitError:
            raise
        except FileNotFoundError as error:
            raise NotFoundError("blob") from error
        except Exception as error:
            raise StorageError("opening a blob") from error

    def _listed(self, prefix: str) -> Iterator[StoredBlob]:
        with _translated("listing blobs"):
            found = iter(self._place.blobs(prefix))
        while True:
            with _translated("listing blobs"):
                blob = next(found, None)
            if blob is None:
                return
            yield blob


class DirectFsspecBlobStore(FsspecBlobStore):
    """
    A blob store in a bucket from which browsers may fetch bytes directly (`SupportsDirectDownloads`).

    Choosing this class is how a host allows that. An address works until its time is over, whatever
    is revoked meanwhile. The credentials must be such that can sign: a key and its secret for S3, the
    account's key for Azure, a service account for Google.

    Args:
        url: As for `FsspecBlobStore`, in a bucket.
        options: As for `FsspecBlobStore`.
        schemes: As for `FsspecBlobStore`.

    Raises:
        ConfigurationError: The URL or another argument cannot be used, or no browser could reach the place.
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        *,
        options: Mapping[str, object] | None = None,
        schemes: Collection[str] = (),
    ) -> None:
        super().__init__(url, options=options, schemes=schemes)
        if not isinstance(self._place, BucketPlace):
            raise ConfigurationError("url", "needs a bucket: browsers reach neither a folder nor memory")
        self._bucket = self._place

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        """
        Return an address that gives the bytes of a key to whoever has it.

        Args:
            key: A key; whether it is absent is not asked.
            lives: From one second to 60; parts of seconds are cut off.
            name: Under which a browser saves the bytes.
            media_type: What a browser is told that they are.

        Raises:
            InvalidInputError: An argument has another form.
            StorageError: The credentials cannot sign.
        """
        named = check_key(key)
        seconds = _seconds(lives)
        _check_name(name)
        _check_media_type(media_type)
        with _translated("signing an address"):
            return self._bucket.signed(named, seconds, name, media_type)


class _Source:
    """
    Chunks that are counted on their way.

    Attributes:
        count: How many bytes went by.
        raised: What the chunks raised, which is nobody else's to translate.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.count = 0
        self.raised: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._chunks:
                if not isinstance(chunk, bytes):
                    raise InvalidInputError("chunks", "needs chunks of bytes")
                self.count += len(chunk)
                yield chunk
        except Exception as error:
            self.raised = error
            raise


@contextlib.contextmanager
def _translated(operation: str) -> Generator[None]:
    try:
        yield
    except SharekitError:
        raise
    except Exception as error:
        raise StorageError(operation) from error


def _seconds(lives: object) -> int:
    seconds = lives.total_seconds() if isinstance(lives, timedelta) else 0
    if not 1 <= seconds <= _LONGEST:
        raise InvalidInputError("lives", f"needs a timedelta of 1 to {_LONGEST} seconds")
    return int(seconds)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise InvalidInputError("name", "needs the name of a file")


def _check_media_type(media_type: object) -> None:
    if not isinstance(media_type, str) or _MEDIA_TYPE.fullmatch(media_type) is None:
        raise InvalidInputError("media_type", "needs a type such as application/pdf")


def _place(
    url: str | os.PathLike[str], options: Mapping[str, object], schemes: Collection[str]
) -> LocalPlace | MemoryPlace | BucketPlace:
    place = parse_url(url, options, schemes)
    if isinstance(place, LocalUrl):
        return LocalPlace(place.path)
    if place.scheme == "memory":
        return MemoryPlace()
    return BucketPlace(place.scheme, place.root, options)
