"""Blob stores that break a law each, as real stores have done."""

import contextlib
import itertools
import posixpath
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import attrs

from sharekit.errors import ConflictError, InvalidInputError, NotFoundError, SharekitError, StorageError
from sharekit.ids import BlobKey
from sharekit.ports.blob_keys import check_key, cut, is_key
from sharekit.ports.blobs import StoredBlob
from tests.testing._small_blobs import NOON, PIECE, DirectShelf, Disk, Shelf

BROKEN: dict[str, tuple[set[str], type[Shelf]]] = {}


def breaks(*laws: str) -> Callable[[type[Shelf]], type[Shelf]]:
    """Enter a store by what is wrong with it, the first line of its docstring."""

    def enter(cls: type[Shelf]) -> type[Shelf]:
        BROKEN[cls.__doc__ or ""] = (set(laws), cls)
        return cls

    return enter


# --- bytes -------------------------------------------------------------------------------------


@breaks("B1")
class _StopsAtAnEmptyChunk(Shelf):
    """Takes an empty chunk for the end."""

    def joined(self, chunks: Iterable[bytes]) -> bytes:
        return super().joined(itertools.takewhile(bool, chunks) if isinstance(chunks, Iterator) else chunks)


@breaks("B1")
class _MixesUpParts(Shelf):
    """Puts the tenth part after the eleventh, as names of parts are sorted."""

    def joined(self, chunks: Iterable[bytes]) -> bytes:
        data = super().joined(chunks)
        return data[: 9 * PIECE] + data[10 * PIECE : 11 * PIECE] + data[9 * PIECE : 10 * PIECE] + data[11 * PIECE :]


@breaks("B1", "B2", "B3", "B8")
class _NeedsBytes(Shelf):
    """Keeps nothing when there are no bytes."""

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        self.check(key)
        data = self.joined(chunks)
        return super().write(key, [data]) if data else 0


@breaks("B2")
class _DoesNotCountParts(Shelf):
    """Returns 0 for what it sent in parts."""

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        size = super().write(key, chunks)
        return 0 if size > 6 * PIECE else size


@breaks("B2", "B8")
class _Buffers(Shelf):
    """Has the end of what it wrote to itself for a while."""

    def __init__(self, disk: Disk, root: str = "/root") -> None:
        super().__init__(disk, root)
        self._mine: dict[str, bytes] = {}

    def at(self, path: str) -> bytes | None:
        there = super().at(path)
        return there if there is None else self._mine.get(path, there)

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        data = self.joined(chunks) if is_key(key) else b""
        size = super().write(key, [data])
        self._mine[self.path(key)] = data
        self.disk.files[self.path(key)] = data[: len(data) - len(data) % 512]
        return size


@breaks("B6")
class _CountsFromTheEnd(Shelf):
    """Takes a negative bound for one from the end."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        size = self.size(key) or 0
        first = start + size if -size <= start < 0 else start
        return super().read(key, first, stop)


@breaks("B6")
class _Includes(Shelf):
    """Reads the byte at the last bound too."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        return super().read(key, start, None if stop is None or stop <= start else stop + 1)


@breaks("B6")
class _BeginsAtABlock(Shelf):
    """Begins to read where a block begins."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        return super().read(key, start - start % PIECE if start > PIECE else start, stop)


@breaks("B6")
class _AllAtOnce(Shelf):
    """Gives all of it in one piece."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        yield b"".join(super().read(key, start, stop))


@breaks("B6")
class _HasItAllInMemory(Shelf):
    """Gives small pieces of what it has read at once."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        pieces = super().read(key, start, stop)
        first = next(pieces, None)
        if first is not None:
            yield from [first, *(bytes(bytearray(piece)) for piece in pieces)]


@breaks("B6")
class _OnePosition(Shelf):
    """Has one position in a blob for all its readers."""

    def __init__(self, disk: Disk, root: str = "/root") -> None:
        super().__init__(disk, root)
        self._at: dict[str, int] = {}

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        data = b"".join(super().read(key))
        self._at[key], last = cut(start, stop, len(data))
        while self._at[key] < last:
            at = self._at[key]
            self._at[key] = min(at + PIECE, last)
            yield data[at : self._at[key]]


# --- keys --------------------------------------------------------------------------------------


@breaks("B3")
class _Overwrites(Shelf):
    """Lets the last writer win."""

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        path = self.path(self.check(key))
        data = self.joined(chunks)
        self.at(path)
        self.disk.files[path] = data
        return len(data)


@breaks("B3")
class _LooksFirst(Shelf):
    """Looks whether a key is free, and writes a little later."""

    def __init__(self, disk: Disk, root: str = "/root") -> None:
        super().__init__(disk, root)
        self._looks, self._seen_twice = itertools.count(), threading.Event()

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        path = self.path(self.check(key))
        data = self.joined(chunks)
        if self.at(path) is not None:
            raise ConflictError("blob")
        if threading.current_thread() is not threading.main_thread():  # others are on their way
            if next(self._looks):
                self._seen_twice.set()
            self._seen_twice.wait(10)
        self.disk.files[path] = data
        return len(data)


@breaks("B3")
class _SameIsSame(Shelf):
    """Is content when the same bytes are there already."""

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        data = self.joined(chunks if is_key(key) else [])
        return len(data) if self.at(self.path(key)) == data else super().write(key, [data])


@breaks("B4")
class _Wraps(Shelf):
    """Takes what the chunks raise for a failure of its own."""

    def joined(self, chunks: Iterable[bytes]) -> bytes:
        try:
            return super().joined(chunks)
        except SharekitError:
            raise
        except Exception as error:
            raise StorageError("writing") from error


@breaks("B4")
class _KeepsWhatCame(Shelf):
    """Keeps what came before the chunks broke off, and says nothing."""

    def joined(self, chunks: Iterable[bytes]) -> bytes:
        return super().joined(self._that_came(chunks) if isinstance(chunks, Iterator) else chunks)

    def _that_came(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        with contextlib.suppress(Exception):
            yield from chunks


@breaks("B4")
class _TakesText(Shelf):
    """Makes bytes of whatever a chunk is."""

    def joined(self, chunks: Iterable[Any]) -> bytes:
        return b"".join(chunk if isinstance(chunk, bytes) else str(chunk).encode() for chunk in chunks or ())


@breaks("B5", "B10")
class _TakesAnErrorForAbsence(Shelf):
    """Says that a key is absent when the disk does not answer."""

    def at(self, path: str) -> bytes | None:
        try:
            return super().at(path)
        except StorageError:
            if self.disk.is_broken:
                return None
            raise


@breaks("B5")
class _LooksForBytesAlone(Shelf):
    """Does not look for a key when no bytes are asked for."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        if stop is not None and stop <= max(start, 0) and is_key(key):
            return iter([b""][:0]) if stop else super().read(key, start, stop)
        return super().read(key, start, stop)


@breaks("B5")
class _TakesAFolderForABlob(Shelf):
    """Says that the beginning of other keys has no bytes."""

    def size(self, key: BlobKey) -> int | None:
        size = super().size(key)
        return 0 if size is None and any(path.startswith(self.path(key) + "/") for path in self.disk.files) else size


@breaks("B7")
class _MissesWhatIsAbsent(Shelf):
    """Cannot delete what is not there."""

    def delete(self, key: BlobKey) -> None:
        if self.size(key) is None:
            raise NotFoundError("blob")
        super().delete(key)


@breaks("B7")
class _DeletesByPrefix(Shelf):
    """Deletes whatever begins like the key."""

    def delete(self, key: BlobKey) -> None:
        self.at(self.path(self.check(key)))
        for path in [path for path in self.disk.files if path.startswith(self.path(key))]:
            del self.disk.files[path]


@breaks("B7")
class _RemembersSizes(Shelf):
    """Remembers sizes, also of what is gone."""

    def __init__(self, disk: Disk, root: str = "/root") -> None:
        super().__init__(disk, root)
        self._sizes: dict[str, int] = {}

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        self._sizes[key] = super().write(key, chunks)
        return self._sizes[key]

    def size(self, key: BlobKey) -> int | None:
        return super().size(key) if self.disk.is_broken else self._sizes.get(check_key(key), super().size(key))


@breaks("B7")
class _ReadsZeros(Shelf):
    """Reads zeros where there is nothing any more."""

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        for piece in super().read(key, start, stop):
            yield piece if self.at(self.path(key)) is not None else bytes(len(piece))


@breaks("B9")
class _OverlooksTheEndOfALine(Shelf):
    """Takes a key with a line's end behind it for the key."""

    def check(self, key: BlobKey) -> BlobKey:
        given: object = key
        return check_key(given.removesuffix("\n") if isinstance(given, str) else given)


@breaks("B9")
class _TakesAChunkFirst(Shelf):
    """Takes the chunks, and then looks at the key."""

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        return super().write(key, [self.joined(chunks)])


@breaks("B9")
class _ListsAnything(Shelf):
    """Lists what begins with any text."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        given: object = prefix
        text = given if isinstance(given, str) else ""
        try:
            yield from super().blobs(text)
        except InvalidInputError:
            return


# --- places ------------------------------------------------------------------------------------


@breaks("B8")
class _ListsLikeNames(Shelf):
    """Lists tenants whose names begin like the one's."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        yield from super().blobs(prefix)
        for path, data in list(self.disk.files.items()):
            if path.startswith(self.path(prefix)[:-1]) and not path.startswith(self.path(prefix)):
                yield StoredBlob(BlobKey(path.removeprefix(f"{self.root}/")), len(data), NOON)


@breaks("B8")
class _ListsOnePage(Shelf):
    """Lists the first page."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        for number, blob in enumerate(super().blobs(prefix)):
            if number < 10:
                yield blob


@breaks("B8")
class _HasLocalTimes(Shelf):
    """Says when a blob was written by the clock on the wall."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        for blob in super().blobs(prefix):
            yield attrs.evolve(blob, written_at=NOON.replace(tzinfo=None))


@breaks("B10")
class _HidesTheCause(Shelf):
    """Does not say why it failed."""

    def at(self, path: str) -> bytes | None:
        try:
            return super().at(path)
        except StorageError:
            raise StorageError("looking at the disk") from None


@breaks("B10")
class _ListsNothingWhenItFails(Shelf):
    """Names nothing when the disk does not answer."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        if not self.disk.is_broken:
            yield from super().blobs(prefix)


@breaks("B9", "B11")
class _JoinsPaths(Shelf):
    """Goes up by dots."""

    def check(self, key: BlobKey) -> BlobKey:
        given: object = key
        return key if isinstance(given, str) and ".." in given else super().check(key)

    def path(self, key: str) -> str:
        return posixpath.normpath(super().path(key)) if ".." in key else super().path(key)


@breaks("B11")
class _FollowsLinks(Shelf):
    """Reads what a link leads to."""

    def at(self, path: str) -> bytes | None:
        to = self.disk.files.get(path)
        return super().at(to if isinstance(to, str) else path)


@breaks("B11")
class _ListsLinks(Shelf):
    """Names links as if they were blobs."""

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        yield from super().blobs(prefix)
        for path, data in list(self.disk.files.items()):
            if path.startswith(self.path(prefix)) and isinstance(data, str):
                yield StoredBlob(BlobKey(path.removeprefix(f"{self.root}/")), len(data), NOON)


@breaks("B12")
class _OneRoot(Shelf):
    """Keeps everything in one place, whatever root it is given."""

    def __init__(self, disk: Disk, root: str = "/root") -> None:
        super().__init__(disk, "/root")


# --- addresses ---------------------------------------------------------------------------------


@breaks("B13")
class _ShowsInline(DirectShelf):
    """Lets a browser show the bytes."""

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        address = super().direct_url(key, lives=lives, name=name, media_type=media_type)
        return address.replace("attachment", "inline")


@breaks("B13")
class _QuotesTwice(DirectShelf):
    """Spoils names that are not plain."""

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        return super().direct_url(key, lives=lives, name=quote(name), media_type=media_type)


@breaks("B13")
class _GivesTheNewest(DirectShelf):
    """Gives the bytes that were written last."""

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        address = super().direct_url(key, lives=lives, name=name, media_type=media_type)
        newest = [path for path in self.disk.files if path.startswith(f"{self.root}/")][-1]
        return address.replace(self.path(key), newest)


@breaks("B13")
class _LivesLong(DirectShelf):
    """Gives an address for a day."""

    def check_life(self, lives: object) -> None:
        if lives != timedelta(days=1):
            super().check_life(lives)


@breaks("B13")
class _SignsAnything(DirectShelf):
    """Signs whatever it is given as a type."""

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        address = super().direct_url(key, lives=lives, name=name, media_type="text/plain")
        return address.replace("text/plain", media_type)
