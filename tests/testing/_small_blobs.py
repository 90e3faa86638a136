"""A blob store on a made-up disk, as small as the laws allow; broken ones are made from it."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sharekit.errors import ConflictError, InvalidInputError, NotFoundError, StorageError
from sharekit.ids import BlobKey
from sharekit.ports.blob_keys import check_key, check_prefix, cut, is_key
from sharekit.ports.blobs import StoredBlob
from sharekit.testing.blob_store import Fetched

PIECE = 1024 * 1024
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Disk:
    """
    Files by their paths, for any number of stores.

    Attributes:
        files: The bytes, or the path that a link leads to.
        is_broken: Whether everything fails.
        guard: Held by whoever looks and then writes.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes | str] = {"/beside": b"something else"}
        self.is_broken = False
        self.guard = threading.Lock()

    def at(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None; follow no link."""
        if self.is_broken:
            raise OSError("the disk is broken")
        parts = path.split("/")
        for number in range(2, len(parts) + 1):
            if isinstance(self.files.get("/".join(parts[:number])), str):
                raise OSError("there is a link")
        found = self.files.get(path)
        return found if isinstance(found, bytes) else None


class Shelf:
    """A store below a root."""

    def __init__(self, disk: Disk, root: str = "/root") -> None:
        self.disk = disk
        self.root = root

    def path(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.root}/{key}"

    def check(self, key: BlobKey) -> BlobKey:
        """Refuse what is no key."""
        return check_key(key)

    def at(self, path: str) -> bytes | None:
        """Return the bytes at a path, or None."""
        try:
            return self.disk.at(path)
        except OSError as error:
            raise StorageError("looking at the disk") from error

    def joined(self, chunks: Iterable[bytes]) -> bytes:
        """Return the bytes of all chunks."""
        given: object = chunks
        if not isinstance(given, Iterable):
            raise InvalidInputError("chunks", "needs bytes")
        data: list[bytes] = []
        for chunk in given:
            if not isinstance(chunk, bytes):
                raise InvalidInputError("chunks", "needs bytes")
            data.append(chunk)
        return b"".join(data)

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        path = self.path(self.check(key))
        data = self.joined(chunks)
        with self.disk.guard:
            if self.at(path) is not None:
                raise ConflictError("blob")
            self.disk.files[path] = data
        return len(data)

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        data = self.at(self.path(self.check(key)))
        if data is None:
            raise NotFoundError("blob")
        first, last = cut(start, stop, len(data))
        for at in range(first, last, PIECE):
            yield data[at : min(at + PIECE, last)]

    def size(self, key: BlobKey) -> int | None:
        data = self.at(self.path(self.check(key)))
        return None if data is None else len(data)

    def delete(self, key: BlobKey) -> None:
        path = self.path(self.check(key))
        if self.at(path) is not None:
            del self.disk.files[path]

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        start = self.path(check_prefix(prefix))
        self.at(start.rstrip("/"))
        for path, data in list(self.disk.files.items()):
            key = path.removeprefix(f"{self.root}/")
            if path.startswith(start) and is_key(key) and isinstance(data, bytes):
                yield StoredBlob(BlobKey(key), len(data), NOON)


class DirectShelf(Shelf):
    """A store that gives addresses, which `Fixtures.fetch` understands."""

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        """Return an address."""
        self.check_life(lives)
        if not re.fullmatch("[a-z]+/[a-z]+", media_type):
            raise InvalidInputError("media_type", "needs a type")
        return json.dumps([self.path(self.check(key)), f"attachment; filename*=UTF-8''{quote(name)}", media_type])

    def check_life(self, lives: object) -> None:
        """Refuse what is too long."""
        if not isinstance(lives, timedelta) or not timedelta(0) < lives <= timedelta(seconds=60):
            raise InvalidInputError("lives", "needs up to 60 seconds")


class Fixtures:
    """What the contract asks of a test about one store on its disk."""

    def __init__(self, make: Callable[[Disk, str], Shelf]) -> None:
        self.disk = Disk()
        self.store = make(self.disk, "/root")
        self.elsewhere = make(self.disk, "/root2")
        self.reopen = lambda: make(self.disk, "/root")

    def sabotage(self) -> None:
        """Break the disk."""
        self.disk.is_broken = True

    def outside(self) -> object:
        """Return what is not below the root."""
        return {path: data for path, data in self.disk.files.items() if not path.startswith("/root/")}

    def link(self, key: str, kind: str) -> None:
        """Make a link."""
        folder, _, name = key.partition("/")
        self.disk.files[f"/secret/{name}"] = b"secret"
        where, to = (key, f"/secret/{name}") if kind == "file" else (folder, "/secret")
        self.disk.files[f"/root/{where}"] = to

    def fetch(self, address: str) -> Fetched:
        """Return what an address of `DirectShelf` says."""
        path, disposition, media_type = json.loads(address)
        return Fetched(self.disk.at(path) or b"", {"content-disposition": disposition, "content-type": media_type})

    @property
    def back_door(self) -> "Fixtures":
        """The disk, by `read` and `keys`."""
        return self

    def read(self, key: BlobKey) -> bytes | None:
        """Return what is on the disk."""
        found = self.disk.files.get(f"/root/{key}")
        return found if isinstance(found, bytes) else None

    def keys(self) -> Iterable[str]:
        """Name what is below the root."""
        return [path.removeprefix("/root/") for path in self.disk.files if path.startswith("/root/")]
