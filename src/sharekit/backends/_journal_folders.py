"""What a record journal needs of the place where its files lie."""

import os
from collections.abc import Sequence
from typing import Protocol

from sharekit.errors import ConfigurationError


class Folder(Protocol):
    """
    A place for files with the names that this package makes, which never come from outside.

    Each method raises `StorageError` for whatever else happens; that something is absent is known
    only from an answer that says so.
    """

    def prepare(self) -> None:
        """Make what is missing of the folder itself."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return the content, or None where there is no such file."""
        ...

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return what `read` does for each, if it can in the time of one."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """
        Store a new file, whole and durable, or return False where there is one of that name.

        Of any number of calls at the same time, in any processes, one returns True. After an
        error the file may have been stored or not.
        """
        ...

    def overwrite(self, name: str, data: bytes) -> None:
        """Store a file in place of the one of that name, if there is one; a reader gets the one or the other."""
        ...

    def empty(self, names: Sequence[str]) -> None:
        """Leave nothing but the names of these files."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file, if there is one."""
        ...

    def names(self, part: str) -> list[str]:
        """Return the names directly below *part*, without it, in no order; some may be missing that are new."""
        ...

    def take_turn(self, patience: float) -> bool:
        """Wait for the end of another's turn to write; a courtesy that saves conflicts, and safe to do without."""
        ...

    def end_turn(self) -> None:
        """End the turn."""
        ...


class SoleWriter:
    """
    A folder that cannot create exclusively, for the one process that writes to it.

    That there is one is the host's word. A second writer is found out where that is possible: each
    leaves its mark when it first writes and looks for it at each commit, so that the one that
    came first fails from then on.
    """

    def __init__(self, folder: Folder, mark: str) -> None:
        self._folder = folder
        self._own = mark
        self._marked = b""
        self.prepare = folder.prepare
        self.read = folder.read
        self.read_many = folder.read_many
        self.overwrite = folder.overwrite
        self.empty = folder.empty
        self.remove = folder.remove
        self.names = folder.names
        self.take_turn = folder.take_turn
        self.end_turn = folder.end_turn

    def create(self, name: str, data: bytes) -> bool:
        """Store a new file, or return False where there is one of that name."""
        mark = f"{self._own} {os.getpid()}".encode()  # a forked process is another
        if self._marked != mark:
            self._folder.overwrite("writer", mark)
            self._marked = mark
        self._check_mark()
        if self._folder.read(name) is not None:
            return False
        self._folder.overwrite(name, data)
        self._check_mark()
        return True

    def _check_mark(self) -> None:
        if self._folder.read("writer") != self._marked:
            raise ConfigurationError("single_writer", "another process writes to this journal too, so this one stops")
