"""A file system that tells what it is asked for, in place of one of fsspec's."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from sharekit.backends.fsspec import DirectFsspecBlobStore

ROOT = "bucket/of/blobs"


class SpyingFiles:
    """
    Files in a dictionary.

    It has the methods that take keys literally, and no other: asking for one fails the test.

    Attributes:
        held: The files by their paths.
        asked: What was called, and with which path.
        told: Called before each method with its name; may raise.
        kept: What is kept of what is written; all of it unless a test changes this.
        is_seen: Whether `info` sees what was written.
    """

    retries = 5

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.told: Callable[[str], None] = lambda _: None
        self.kept: Callable[[bytes], bytes] = lambda data: data
        self.is_seen = True

    def cat_file(self, path: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return a range."""
        self._tell("cat_file", path)
        return self._held(path)[start:end]

    def rm_file(self, path: str) -> None:
        """Remove a file."""
        self._tell("rm_file", path)
        self._held(path)
        del self.held[path]

    def open(self, path: str, mode: str, block_size: int) -> "SpyingFile":
        """Begin to write a file."""
        self._tell("open", path)

        assert mode == "xb"
        return SpyingFile(self, path, block_size)

    def info(self, path: str, *, refresh: bool) -> Mapping[str, object]:
        """Describe a file."""
        self._tell("info", path)

        assert refresh
        if not self.is_seen:
            raise FileNotFoundError(path)
        return {"name": path, "size": len(self._held(path)), "type": "file", "mtime": datetime.now(UTC)}

    def find(self, path: str, *, detail: bool) -> Mapping[str, Mapping[str, object]]:
        """Describe the files below a path."""
        self._tell("find", path)

        assert detail
        return {name: {"size": len(data), "type": "file"} for name, data in self.held.items() if name.startswith(path)}

    def sign(self, path: str, expiration: int, **kwargs: str) -> str:
        """Return an address."""
        self._tell("sign", path)
        return f"https://bucket.example.test/{path}?{expiration}"

    def call_s3(self, method: str, timeout: float, **kwargs: object) -> None:
        """Put an object."""
        path, body = f"{kwargs['Bucket']}/{kwargs['Key']}", kwargs["Body"]
        self._tell(f"call_s3 {method}", path)

        assert isinstance(body, io.IOBase | io.BufferedIOBase)
        assert kwargs["IfNoneMatch"] == "*"
        self.create(path, body.read())

    def create(self, path: str, data: bytes) -> None:
        """Keep a new file."""
        if path in self.held:
            raise FileExistsError(path)
        self.held[path] = self.kept(data)

    def _held(self, path: str) -> bytes:
        if path not in self.held:
            raise FileNotFoundError(path)
        return self.held[path]

    def _tell(self, method: str, path: str) -> None:
        self.asked.append((method, path))
        self.told(method)


class SpyingFile:
    """A file that is made when it is closed, as fsspec's are, also when it is forgotten."""

    def __init__(self, files: SpyingFiles, path: str, block_size: int) -> None:
        self._files = files
        self._path = path
        self._size = block_size
        self._sent = b""
        self.buffer: object = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        """Take a piece, which is never much longer than a block."""
        assert len(data) <= self._size
        self._files.told("write")
        self._sent += data

    def close(self) -> None:
        """Make the file."""
        if not self.closed:
            self.closed = True
            self._files.told("close")
            self._files.create(self._path, self._sent)

    def discard(self) -> None:
        """Forget what was sent."""

    def __del__(self) -> None:
        self.close()


def spied(monkeypatch: pytest.MonkeyPatch, scheme: str = "s3") -> tuple[DirectFsspecBlobStore, SpyingFiles]:
    """Return a store, and the file system that it works with."""
    files = SpyingFiles()

    def made(protocol: str, **options: object) -> SpyingFiles:
        assert protocol == scheme
        assert options["use_listings_cache"] is False
        assert options["skip_instance_cache"] is True
        return files

    monkeypatch.setattr("fsspec.filesystem", made)
    return DirectFsspecBlobStore(f"{scheme}://{ROOT}", schemes={"az", "gs"}), files
