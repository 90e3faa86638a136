"""Blobs in the memory of this process, for one store alone."""

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sharekit.backends._blob_places import Opened
from sharekit.ids import BlobKey
from sharekit.ports.blobs import StoredBlob

_AT_ONCE = 256 * 1024


class MemoryPlace:
    """
    A place that nobody else can see, and that ends with its store.

    fsspec's own file system of this kind is one dictionary for the whole process, so it is not used.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._blobs: dict[str, tuple[bytes, datetime]] = {}

    def write(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep the chunks."""
        with self._guard:
            self._refuse_taken(key)
        data = b"".join(chunks)
        with self._guard:
            self._refuse_taken(key)
            self._blobs[key] = data, datetime.now(UTC)

    def open(self, key: str) -> Opened:
        """Open a blob; what is removed meanwhile stays readable to its end."""
        data = self._data(key)

        def pieces(start: int, stop: int) -> Iterator[bytes]:
            return (data[at : min(at + _AT_ONCE, stop)] for at in range(start, stop, _AT_ONCE))

        return Opened(len(data), pieces)

    def size(self, key: str) -> int:
        """Return how many bytes there are."""
        return len(self._data(key))

    def remove(self, key: str) -> None:
        """Remove a blob."""
        with self._guard:
            self._blobs.pop(key, None)

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """Name what lies under a prefix at this moment."""
        with self._guard:
            found = [(key, *held) for key, held in self._blobs.items() if key.startswith(prefix)]
        return (StoredBlob(BlobKey(key), len(data), at) for key, data, at in found)

    def _data(self, key: str) -> bytes:
        with self._guard:
            if key not in self._blobs:
                raise FileNotFoundError(key)
            return self._blobs[key][0]

    def _refuse_taken(self, key: str) -> None:
        if key in self._blobs:
            raise FileExistsError(key)
