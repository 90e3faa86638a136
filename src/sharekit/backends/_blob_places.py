"""What `FsspecBlobStore` needs of the place where its blobs lie."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from sharekit.ports.blobs import StoredBlob


def _nothing() -> None:
    """Hold nothing."""


class Opened(NamedTuple):
    """
    A blob that is being read.

    Attributes:
        size: How many bytes it has.
        pieces: Yields the bytes from one position to before another, and ends early when they are not there.
        close: Lets go of it.
    """

    size: int
    pieces: Callable[[int, int], Iterator[bytes]]
    close: Callable[[], object] = _nothing


class Place(Protocol):
    """
    A place for blobs, whose keys have been checked.

    `FileNotFoundError` alone says that a key is absent, and `FileExistsError` that it is taken;
    whatever else is raised means that the place could not answer. `FsspecBlobStore` translates all of them.
    """

    def write(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep the chunks under a new key, durably; when they raise, raise the same and keep nothing that counts."""
        ...

    def open(self, key: str) -> Opened:
        """Open a blob."""
        ...

    def size(self, key: str) -> int:
        """Ask how many bytes there are, from the place itself and never from memory."""
        ...

    def remove(self, key: str) -> None:
        """Remove a blob."""
        ...

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name what lies under a prefix, and what has the form of a key."""
        ...
