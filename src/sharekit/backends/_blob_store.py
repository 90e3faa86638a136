"""`FsspecBlobStore`, which `sharekit.backends.fsspec` shows: the laws of blob stores over a place for bytes."""

import contextlib
import os
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping

from sharekit.backends._blob_local import LocalPlace
from sharekit.backends._blob_memory import MemoryPlace
from sharekit.backends._blob_places import Place
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


class FsspecBlobStore:
    """
    A blob store in a folder of this machine, in memory, or in a bucket.

    Make one when the application starts, and share it between threads. It keeps nothing open.

    Args:
        url: Where the blobs are, from your configuration and never from a request: the path of a
            folder, ``file:///...``, or ``memory://`` for a place of this store's own that ends with it.
        options: What fsspec's file system is made with, such as ``endpoint_url``, ``key`` and ``secret``.
        schemes: Further schemes to allow.

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
        self._place = _place(url, dict(options or {}), schemes)

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
        with contextlib.ExitStack() as stack:
            with _translated("opening a blob"):
                try:
                    blob = stack.enter_context(self._place.open(key))
                except FileNotFoundError as error:
                    raise NotFoundError("blob") from error
            at, last = cut(start, stop, blob.size)
            while at < last:
                upto = min(at + blob.at_once, last)
                with _translated("reading a blob"):
                    try:
                        piece = blob.piece(at, upto)
                    except FileNotFoundError as error:
                        raise IntegrityError("blob", "it went away while it was read") from error
                if len(piece) != upto - at:
                    raise IntegrityError("blob", f"it ends at {at + len(piece)} of {blob.size} bytes")
                yield piece
                at = upto

    def _listed(self, prefix: str) -> Iterator[StoredBlob]:
        with _translated("listing blobs"):
            found = iter(self._place.blobs(prefix))
        while True:
            with _translated("listing blobs"):
                blob = next(found, None)
            if blob is None:
                return
            yield blob


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


def _place(url: str | os.PathLike[str], options: Mapping[str, object], schemes: Collection[str]) -> Place:
    place = parse_url(url, options, schemes)
    if isinstance(place, LocalUrl):
        return LocalPlace(place.path)
    if place.scheme == "memory":
        return MemoryPlace()
    raise ConfigurationError("url", "is no place for blobs yet")
