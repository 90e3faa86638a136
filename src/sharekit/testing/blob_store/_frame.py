"""What the laws of blob stores are told with: keys, bytes, fixtures and a few turns of phrase."""

import functools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar, Protocol
from urllib.request import urlopen

import attrs
import pytest
from hypothesis import HealthCheck, settings

from sharekit.errors import NotFoundError
from sharekit.ids import BlobKey, random_id
from sharekit.ports.blobs import BlobStore

TENANT = "tenant-a"
MIB = 1024 * 1024


@attrs.frozen
class Fetched:
    """
    What answered at an address.

    Attributes:
        body: The bytes.
        headers: By their names in small letters.
    """

    body: bytes
    headers: Mapping[str, str]


class BlobDoor(Protocol):
    """A way to a store's bytes that does not pass through the store."""

    def read(self, key: BlobKey) -> bytes | None:
        """Return what is stored, or None."""
        ...

    def keys(self) -> Iterable[str]:
        """Name everything that is stored under the root of the store."""
        ...


def fresh(tenant: str = TENANT) -> BlobKey:
    """Return a key as sharekit makes them, which nothing has."""
    return BlobKey(f"{tenant}/{random_id()}")


@functools.lru_cache(maxsize=8)
def data_of(size: int, seed: int = 1) -> bytes:
    """Return bytes that differ everywhere, the same ones each time."""
    return random.Random(seed).randbytes(size)  # noqa: S311  # no secret


def cuts(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the bytes in pieces of a size."""
    for at in range(0, len(data), size):
        yield data[at : at + size]


def kept(store: BlobStore, data: bytes, tenant: str = TENANT) -> BlobKey:
    """Write bytes under a fresh key and return it."""
    key = fresh(tenant)
    store.write(key, [data])
    return key


def got(store: BlobStore, key: BlobKey) -> bytes | None:
    """Return the bytes of a key, or None when there is no such key."""
    try:
        return b"".join(store.read(key))
    except NotFoundError:
        return None


def listed(store: BlobStore, prefix: str) -> list[str]:
    """Return the keys that a listing names, sorted."""
    return sorted(blob.key for blob in store.blobs(prefix))


class Frame:
    """The fixtures of the contract."""

    examples: ClassVar[int | None] = None

    @pytest.fixture
    def store(self) -> BlobStore:
        """Override this: return a new, empty store."""
        raise NotImplementedError("override the fixture `store`")

    @pytest.fixture
    def elsewhere(self) -> BlobStore:
        """Override this: return another new, empty store, with another root."""
        raise NotImplementedError("override the fixture `elsewhere`")

    @pytest.fixture
    def reopen(self) -> Callable[[], BlobStore] | None:
        """Return a function that gives another store on the same data; None when there is none."""
        return None

    @pytest.fixture
    def back_door(self) -> BlobDoor | None:
        """Return a way to the bytes that does not pass through the store; None when there is none."""
        return None

    @pytest.fixture
    def sabotage(self) -> Callable[[], None] | None:
        """Return a function that makes every later call fail inside the store; None when nothing can."""
        return None

    @pytest.fixture
    def outside(self) -> Callable[[], object] | None:
        """Return a function that pictures what lies around the root; None when nothing does."""
        return None

    @pytest.fixture
    def link(self) -> Callable[[str, str], None] | None:
        """Return a function that puts a link in the place of a ``"file"`` or ``"folder"``; None without links."""
        return None

    @pytest.fixture
    def fetch(self) -> Callable[[str], Fetched]:
        """Return a function that fetches an address as a browser does."""
        return _fetched

    def tried(self, test: Callable[[], None]) -> None:
        """Run a test of Hypothesis with as many examples as the store was given."""
        chosen = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
        (settings(chosen, max_examples=self.examples) if self.examples else chosen)(test)()


def _fetched(address: str) -> Fetched:
    with urlopen(address, timeout=30) as answer:  # noqa: S310  # the store's own
        return Fetched(answer.read(), {name.lower(): value for name, value in answer.headers.items()})
