"""Blobs in a folder of this machine."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Final

from sharekit.backends._blob_places import Opened
from sharekit.backends._local_folders import HeldFolder, held, make_folder
from sharekit.ids import BlobKey
from sharekit.ports.blob_keys import is_key, is_prefix
from sharekit.ports.blobs import StoredBlob

_AT_ONCE: Final = 256 * 1024
_WRITTEN_AT_ONCE: Final = 128 * 1024
_MOST_AT_ONCE: Final = 64  # chunks; every system takes more
WRITES_SEVERAL: Final = hasattr(os, "writev")
"""Whether the system takes several chunks in one call."""


class LocalPlace:
    """
    A folder on a local disk, for any number of processes.

    A blob is a file of its own, created exclusively under its key and made durable, with its
    folders, before anybody is told. fsspec's own ways are not used: its local file system looks
    first and writes afterwards, and it follows links.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._is_made = False

    def write(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep the chunks in a new file; take it away again when that fails."""
        *parts, name = key.split("/")
        with self._folder(parts, make=True) as folder:
            descriptor = folder.create(name)
            try:
                with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  # a descriptor
                    for some in _gathered(chunks):
                        _write_all(descriptor, some)
                    os.fsync(file.fileno())
                folder.sync()
            except BaseException:
                with contextlib.suppress(OSError):
                    folder.remove(name)
                raise

    def open(self, key: str) -> Opened:
        """Open the file; what is removed meanwhile stays readable to its end."""
        *parts, name = key.split("/")
        with self._folder(parts) as folder:
            descriptor, size = folder.open(name)
        file = open(descriptor, "rb", buffering=0)  # noqa: PTH123, SIM115  # a descriptor, which `close` closes

        def pieces(start: int, stop: int) -> Iterator[bytes]:
            if start:
                file.seek(start)
            if stop == size:  # the usual case, and the fastest
                return iter(partial(file.read, _AT_ONCE), b"")
            return _up_to(file, stop - start)

        return Opened(size, pieces, file.close)

    def size(self, key: str) -> int:
        """Return the size of the file."""
        *parts, name = key.split("/")
        with self._folder(parts) as folder:
            return folder.size(name)

    def remove(self, key: str) -> None:
        """Remove the file, durably."""
        *parts, name = key.split("/")
        with self._folder(parts) as folder:
            folder.remove(name)

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name the files under a prefix that have the form of a key; links are not followed."""
        with contextlib.suppress(FileNotFoundError), self._folder(prefix.rstrip("/").split("/")) as folder:
            yield from _walked(folder, prefix)

    def _folder(self, parts: Iterable[str], *, make: bool = False) -> HeldFolder:
        folder = self._opened_root()
        for part in parts:
            with folder:
                folder = folder.child(part, make=make)
        return folder

    def _opened_root(self) -> HeldFolder:
        if not self._is_made:
            make_folder(Path(self._root))
            self._is_made = True
        try:
            return held(self._root)
        except FileNotFoundError as error:  # where the root is gone, nothing is known of any key
            raise NotADirectoryError("the folder of the blobs is gone") from error


def _up_to(file: FileIO, count: int) -> Iterator[bytes]:
    while piece := file.read(min(_AT_ONCE, count)):
        yield piece
        count -= len(piece)


def _walked(folder: HeldFolder, prefix: str) -> Iterator[StoredBlob]:
    for entry in folder.entries():
        name = prefix + entry.name
        with contextlib.suppress(FileNotFoundError):  # it may go meanwhile
            if entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                if is_key(name):
                    yield StoredBlob(BlobKey(name), found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
            elif entry.is_dir(follow_symlinks=False) and is_prefix(f"{name}/"):
                with folder.child(entry.name) as child:
                    yield from _walked(child, f"{name}/")


def _gathered(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the chunks some at a time: a file system takes them in fewer, longer pieces with less work."""
    some: list[bytes] = []
    size = 0
    for chunk in chunks:
        some.append(chunk)
        size += len(chunk)
        if size >= _WRITTEN_AT_ONCE or len(some) == _MOST_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _write_all(descriptor: int, chunks: Sequence[bytes]) -> None:
    if WRITES_SEVERAL:
        written = os.writev(descriptor, chunks)
        if written == sum(map(len, chunks)):
            return
    else:
        written = 0
    for chunk in chunks:
        rest = memoryview(chunk)[written:]
        written = max(0, written - len(chunk))
        while rest:
            rest = rest[os.write(descriptor, rest) :]
