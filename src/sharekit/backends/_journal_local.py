"""The files of a record journal in a folder of this machine."""

import contextlib
import os
import secrets
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

from sharekit.backends._local_folders import NO_LINKS, check_folder, sync
from sharekit.errors import StorageError

PARTS: Final = ("commits", "checkpoints", "probes", "temporary")

_OLD = 3600.0  # seconds after which a temporary file is taken to be a dead writer's
_PAUSE = 0.002  # seconds between two looks at another's turn


class LocalFolder:
    """
    A folder on a local disk, for any number of processes.

    A file is written whole under a temporary name and made durable, and only then linked to its
    own name, which fails when that is taken; the link is made durable before anybody is told.
    So a writer that dies leaves a numbered file that is whole, or none. fsspec's own ways are not
    used: its local `create` looks first and writes afterwards, and its files are visible by half.
    Symbolic links are refused.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._turn: int | None = None

    def prepare(self) -> None:
        """Make the folders, for the owner alone, and clear away what dead writers left."""
        with _translated("preparing the folder of the journal"):
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_folder(self._root)
            for part in PARTS:
                folder = self._root / part
                folder.mkdir(mode=0o700, exist_ok=True)
                check_folder(folder)
            sync(self._root)
            self._clear()

    def read(self, name: str) -> bytes | None:
        """Return the content, or None."""
        path = self._root / name
        with _translated("reading a file of the journal"):
            try:
                descriptor = os.open(path, os.O_RDONLY | NO_LINKS)
            except FileNotFoundError:
                check_folder(path.parent)  # where even that is gone, everything is
                return None
            with open(descriptor, "rb") as file:  # noqa: PTH123  # a descriptor
                return file.read()

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the content of each, or None."""
        return [self.read(name) for name in names]

    def create(self, name: str, data: bytes) -> bool:
        """Store a new file, or return False where there is one of that name."""
        path = self._root / name
        with _translated("writing a file of the journal"):
            temporary = self._written(data)
            try:
                os.link(temporary, path)
                created = True
            except FileExistsError:
                created = False
            finally:
                temporary.unlink(missing_ok=True)
            sync(path.parent)  # in either case: whoever finds the file goes on from it
        return created

    def overwrite(self, name: str, data: bytes) -> None:
        """Store a file in place of the one of that name."""
        path = self._root / name
        with _translated("writing a file of the journal"):
            self._written(data).replace(path)
            sync(path.parent)

    def empty(self, names: Sequence[str]) -> None:
        """Leave nothing but the names of these files."""
        with _translated("emptying files of the journal"):
            for name in names:
                self._written(b"", durable=False).replace(self._root / name)
            for part in {(self._root / name).parent for name in names}:
                sync(part)

    def remove(self, name: str) -> None:
        """Remove the file, if there is one."""
        with _translated("removing a file of the journal"):
            (self._root / name).unlink(missing_ok=True)

    def names(self, part: str) -> list[str]:
        """Return the names in one of the folders."""
        with _translated("listing a folder of the journal"):
            return os.listdir(self._root / part)  # noqa: PTH208  # names, not paths

    def take_turn(self, patience: float) -> bool:
        """Wait until no other process is writing, where the system has locks for that."""
        deadline = time.monotonic() + patience
        with _translated("waiting for another writer of the journal"):
            turn = os.open(self._root / "turn", os.O_RDWR | os.O_CREAT | NO_LINKS, 0o600)
            try:
                while not _locked(turn):
                    if time.monotonic() > deadline:
                        os.close(turn)
                        return False
                    time.sleep(_PAUSE)
            except BaseException:
                os.close(turn)
                raise
        self._turn = turn
        return True

    def end_turn(self) -> None:
        """Let other processes write."""
        turn, self._turn = self._turn, None
        if turn is not None:
            os.close(turn)

    def _written(self, data: bytes, *, durable: bool = True) -> Path:
        path = self._root / "temporary" / secrets.token_hex(16)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINKS, 0o600)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(descriptor)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def _clear(self) -> None:
        now = time.time()
        for path in (self._root / "temporary").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if now - path.lstat().st_mtime > _OLD:
                    path.unlink()


def _locked(descriptor: int) -> bool:
    """Lock the file for this process, until it closes it or ends; a forked child does not have the lock."""
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415  # not on Windows

    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _translated(operation: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(operation) from error
