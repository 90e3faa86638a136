"""Folders of this machine, gone through step by step so that no symbolic link is followed."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

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

    def __init__(self, path: str, descriptor: int | None) -> None:
        self._path = path
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        if self._descriptor is not None:
            os.close(self._descriptor)

    def child(self, name: str, *, make: bool = False) -> "HeldFolder":
        """Open a folder in this one; make it, durably, where it is missing."""
        if make and self._made(name):
            self.sync()
        return _held(self._path, name, self._descriptor)

    def create(self, name: str) -> int:
        """Make a new file, for its owner alone, and return its descriptor."""
        return os.open(self._at(name), _CREATING, 0o600, dir_fd=self._descriptor)

    def open(self, name: str) -> tuple[int, int]:
        """Open a file and return its descriptor and size; a folder is no file, and a link or a pipe is an error."""
        if self._descriptor is None:
            self._refuse_odd(name)
        descriptor = os.open(self._at(name), _READING, dir_fd=self._descriptor)
        try:
            return descriptor, _refuse_odd(os.fstat(descriptor))
        except BaseException:
            os.close(descriptor)
            raise

    def remove(self, name: str) -> None:
        """Remove a file, durably; a folder is no file, and a link or a pipe is an error."""
        self._refuse_odd(name)
        os.unlink(self._at(name), dir_fd=self._descriptor)
        self.sync()

    def size(self, name: str) -> int:
        """Return the size of a file; a folder is no file, and a link or a pipe is an error."""
        return self._refuse_odd(name)

    def entries(self) -> Iterator["os.DirEntry[str]"]:
        """Yield what is in it, in no order."""
        where = self._path if self._descriptor is None else self._descriptor
        with os.scandir(where) as found:
            yield from found

    def sync(self) -> None:
        """Make durable which names there are."""
        if self._descriptor is None:
            sync(Path(self._path))
        else:
            os.fsync(self._descriptor)

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}" if self._descriptor is None else name

    def _made(self, name: str) -> bool:
        try:
            os.mkdir(self._at(name), 0o700, dir_fd=self._descriptor)
        except FileExistsError:
            return False
        return True

    def _refuse_odd(self, name: str) -> int:
        return _refuse_odd(os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False))


def held(path: str) -> HeldFolder:
    """Open a folder; a symbolic link is refused."""
    return _held("", path, None)


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


def _held(parent: str, name: str, descriptor: int | None) -> HeldFolder:
    path = f"{parent}/{name}" if parent else name
    if not _HOLDS:
        check_folder(Path(path))
        return HeldFolder(path, None)
    at = path if descriptor is None else name
    return HeldFolder(path, os.open(at, _FOLDER, dir_fd=descriptor))


def _refuse_odd(found: os.stat_result) -> int:
    if stat.S_ISDIR(found.st_mode):
        raise FileNotFoundError(errno.ENOENT, "there is a folder of this name")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ELOOP, "there is a link, or something else that is no file")
    return found.st_size
