"""
Letters that go nowhere: kept in memory for tests, or in a folder to be looked at.
"""

import tempfile
import threading
from datetime import UTC
from pathlib import Path
from typing import Final

from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError
from sharekit.ids import deterministic_id
from sharekit.ports.letters import Letter

__all__ = ["FolderOutbox", "MemoryOutbox"]

_NAME: Final = 16  # digits of the digest in a file's name


class MemoryOutbox:
    """
    Keeps letters in the order of sending.

    Attributes:
        failure: What `send` raises instead, to see what becomes of a failure; None for nothing.
    """

    def __init__(self) -> None:
        self.failure: TemporaryDeliveryError | PermanentDeliveryError | None = None
        self._lock = threading.Lock()
        self._sent: list[tuple[Letter, bytes]] = []

    @property
    def sent(self) -> tuple[tuple[Letter, bytes], ...]:
        """The letters that were sent, each with its bytes."""
        with self._lock:
            return tuple(self._sent)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._sent.clear()

    def send(self, letter: Letter, message: bytes) -> None:
        """Keep a letter, or fail as told."""
        if self.failure is not None:
            raise self.failure
        with self._lock:
            self._sent.append((letter, message))


class FolderOutbox:
    """
    Writes each letter to a file ``.eml``, which mail programs open.

    A letter that is sent again takes the place of the first one.

    Args:
        folder: Where; it is made when it is not there.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    def send(self, letter: Letter, message: bytes) -> None:
        """
        Write a letter.

        Raises:
            TemporaryDeliveryError: The folder cannot be written; the system's exception is the ``__cause__``.
        """
        digest = deterministic_id("letter", letter.id, letter.recipient.address)[:_NAME]
        name = f"{letter.date.astimezone(UTC):%Y%m%d-%H%M%S}-{digest}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(prefix=".", dir=self._folder, delete=False) as file:
                file.write(message)
            Path(file.name).replace(self._folder / name)
        except OSError as error:
            raise TemporaryDeliveryError("the folder cannot be written") from error
