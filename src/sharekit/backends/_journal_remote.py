"""The files of a record journal on a file system of fsspec's: in a bucket, or in this process's memory."""

import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from fsspec.implementations.memory import (  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
    MemoryFile,
    MemoryFileSystem,
)

from sharekit.backends._buckets import Bucket, FileSystem, says_absent, says_taken
from sharekit.errors import StorageError

T = TypeVar("T")

_AT_ONCE: Final = 32  # requests
_memory_guard = threading.Lock()


class BucketFolder:
    """
    A prefix in a bucket.

    A file is created with the condition that there is none of its key; `JournalRecordStore` makes
    sure that the server knows what that means.
    """

    def __init__(self, scheme: str, root: str, options: Mapping[str, object]) -> None:
        self._bucket = Bucket(scheme, root, options)

    def prepare(self) -> None:
        """Make the file system; the bucket is there, or the first request says so."""
        _ = self._files

    def read(self, name: str) -> bytes | None:
        """Return the content, or None; one request."""
        try:
            return self._files.cat_file(self._path(name))
        except Exception as error:
            if says_absent(error):
                return None
            raise StorageError("reading a file of the journal") from error

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the content of each, or None."""
        return self._each(self.read, names)

    def create(self, name: str, data: bytes) -> bool:
        """Store a new file, or return False where there is one of that name."""
        try:
            self._files.pipe_file(self._path(name), data, mode="create")
        except Exception as error:
            if says_taken(error):
                return False
            raise StorageError("writing a file of the journal") from error
        return True

    def overwrite(self, name: str, data: bytes) -> None:
        """Store a file in place of the one of that name."""
        try:
            self._files.pipe_file(self._path(name), data)
        except Exception as error:
            raise StorageError("writing a file of the journal") from error

    def empty(self, names: Sequence[str]) -> None:
        """Leave nothing but the names of these files."""
        self._each(lambda name: self.overwrite(name, b""), names)

    def remove(self, name: str) -> None:
        """Remove the file, if there is one."""
        try:
            self._files.rm_file(self._path(name))
        except Exception as error:
            if not says_absent(error):
                raise StorageError("removing a file of the journal") from error

    def names(self, part: str) -> list[str]:
        """Return the names directly below *part*."""
        try:
            found = self._files.ls(self._path(part), detail=False, refresh=True)
        except Exception as error:
            if says_absent(error):
                return []
            raise StorageError("listing a folder of the journal") from error
        return [path.rstrip("/").rpartition("/")[2] for path in found]

    def take_turn(self, patience: float) -> bool:  # noqa: ARG002  # it waits for nobody
        """Begin at once: whoever is slower finds the number taken."""
        return True

    def end_turn(self) -> None:
        """Do nothing."""

    def _path(self, name: str) -> str:
        return self._bucket.path(name)

    @property
    def _files(self) -> FileSystem:
        return self._bucket.files

    def _each(self, call: Callable[[str], T], names: Sequence[str]) -> list[T]:
        if len(names) == 1:
            return [call(names[0])]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(call, names))


class MemoryFolder:
    """A folder in fsspec's file system of this process's memory, where all that name it share it."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._files = MemoryFileSystem()
        self._store: MutableMapping[str, MemoryFile] = self._files.store

    def prepare(self) -> None:
        """Do nothing."""

    def read(self, name: str) -> bytes | None:
        """Return the content, or None."""
        with _memory_guard:
            file = self._store.get(self._path(name))
            return None if file is None else bytes(file.getvalue())

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the content of each, or None."""
        return [self.read(name) for name in names]

    def create(self, name: str, data: bytes) -> bool:
        """Store a new file, or return False where there is one of that name."""
        with _memory_guard:
            if self._path(name) in self._store:
                return False
            self._keep(name, data)
        return True

    def overwrite(self, name: str, data: bytes) -> None:
        """Store a file in place of the one of that name."""
        with _memory_guard:
            self._keep(name, data)

    def empty(self, names: Sequence[str]) -> None:
        """Leave nothing but the names of these files."""
        for name in names:
            self.overwrite(name, b"")

    def remove(self, name: str) -> None:
        """Remove the file, if there is one."""
        with _memory_guard:
            self._store.pop(self._path(name), None)

    def names(self, part: str) -> list[str]:
        """Return the names directly below *part*."""
        start = self._path(part) + "/"
        with _memory_guard:
            return [path.removeprefix(start) for path in self._store if path.startswith(start)]

    def take_turn(self, patience: float) -> bool:  # noqa: ARG002  # it waits for nobody
        """Begin at once: whoever is slower finds the number taken."""
        return True

    def end_turn(self) -> None:
        """Do nothing."""

    def _path(self, name: str) -> str:
        return f"/{self._root}/{name}"

    def _keep(self, name: str, data: bytes) -> None:
        # What `pipe_file` does at last, after looking through all that is in memory for folders.
        MemoryFile(self._files, self._path(name), data).commit()
