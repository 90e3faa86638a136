"""Folders of this machine, gone through step by step so that no symbolic link is followed."""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NO_LINKS
_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | NO_LINKS  # a pipe in place of a file does not stop us
_CREATING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINKS
_HOLDS: Final = {os.open, os.mkdir, os.stat, os.unlink} <= os.supports_dir_fd and os.scandir in os.supports_fd


class HeldFolder:
    """
    A folder that is open.

    Where the system can, it is held by a descriptor and its entries are found from there, so that
    nobody can put a link in the way between a look and a step. Elsewhere (Windows) each step is
    looked at before it is taken.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self._path = path
        self._descriptor = descriptor

    @contextlib.contextmanager
    def child(self, name: str, *, make: bool = False) -> Generator["HeldFolder"]:
        """Open a folder in this one; make it, durably, where it is missing."""
        if make and self._made(name):
            self.sync()
        with _held(self._path / name, self._at(name), self._descriptor) as child:
            yield child

    def create(self, name: str) -> int:
        """Make a new file, for its owner alone, and return its descriptor."""
        return os.open(self._at(name), _CREATING, 0o600, dir_fd=self._descriptor)

    def open(self, name: str) -> int:
        """Open a file to read it and return its descriptor; a folder is no file, and a link or a pipe is an error."""
        self._refuse_odd(name)
        return os.open(self._at(name), _READING, dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, durably; a folder is no file, and a link or a pipe is an error."""
        self._refuse_odd(name)
        os.unlink(self._at(name), dir_fd=self._descriptor)
        self.sync()

    def size(self, name: str) -> int:
        """Return the size of a file; a folder is no file, and a link or a pipe is an error."""
        return self._refuse_odd(name).st_size

    def entries(self) -> Iterator["os.DirEntry[str]"]:
        """Yield what is in it, in no order."""
        where = self._path if self._descriptor is None else self._descriptor
        with os.scandir(where) as found:
            yield from found

    def sync(self) -> None:
        """Make durable which names there are."""
        if self._descriptor is None:
            sync(self._path)
        else:
            os.fsync(self._descriptor)

    def _at(self, name: str) -> str:
        return str(self._path / name) if self._descriptor is None else name

    def _made(self, name: str) -> bool:
        try:
            os.mkdir(self._at(name), 0o700, dir_fd=self._descriptor)
        except FileExistsError:
            return False
        return True

    def _refuse_odd(self, name: str) -> os.stat_result:
        found = os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        if stat.S_ISDIR(found.st_mode):
            raise FileNotFoundError(errno.ENOENT, "there is a folder of this name")
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.ELOOP, "there is a link, or something else that is no file")
        return found


@contextlib.contextmanager
def held(path: Path) -> Generator[HeldFolder]:
    """Open a folder; a symbolic link is refused."""
    with _held(path, str(path), None) as folder:
        yield folder


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for the owner alone and durably."""
    missing = [path, *path.parents]
    while len(missing) > 1 and not os.path.lexists(missing[0]):  # stops at what is there, whatever it is
        missing = missing[1:]
    there = missing[0]
    for part in path.relative_to(there).parts:
        new = there / part
        new.mkdir(mode=0o700, exist_ok=True)
        sync(there)
        there = new
    check_folder(path)


def check_folder(path: Path) -> None:
    """Raise `NotADirectoryError` for anything but a folder."""
    if not stat.S_ISDIR(path.lstat().st_mode):
        raise NotADirectoryError(f"{path.name} is a symbolic link, or no folder")


def sync(folder: Path) -> None:
    """Make durable which names are in a folder."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _held(path: Path, at: str, parent: int | None) -> Generator[HeldFolder]:
    if not _HOLDS:
        check_folder(path)
        yield HeldFolder(path, None)
        return
    descriptor = os.open(at, _FOLDER, dir_fd=parent)
    try:
        yield HeldFolder(path, descriptor)
    finally:
        os.close(descriptor)
