"""A prefix in a bucket, on a file system of fsspec's, and what its errors say."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import fsspec  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  # it ships no types

from sharekit.errors import ConfigurationError, MissingExtraError

_PACKAGES: Final = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
_EXTRAS: Final = {"s3fs": "s3", "adlfs": "azure"}
_ABSENT: Final = frozenset({"NoSuchKey", "404", "BlobNotFound"})
_OWN_OPTIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "s3": {"max_concurrency": 1},  # with more, s3fs asks for the size before each read
}


class FileBeingWritten(Protocol):
    """A file of fsspec's that sends what is written in blocks, and makes it a file when it is closed."""

    buffer: object
    closed: bool

    def write(self, data: bytes) -> object: ...
    def close(self) -> None: ...
    def discard(self) -> object: ...


class FileSystem(Protocol):
    """The methods of fsspec's that take a key literally; those that look for patterns in it are not used."""

    retries: int

    def cat_file(self, path: str, start: int | None = ..., end: int | None = ...) -> bytes: ...
    def pipe_file(self, path: str, value: bytes, mode: str = ...) -> object: ...
    def rm_file(self, path: str) -> object: ...
    def ls(self, path: str, detail: bool, **kwargs: object) -> Sequence[str]: ...  # noqa: FBT001  # fsspec's
    def open(self, path: str, mode: str, block_size: int) -> FileBeingWritten: ...
    def info(self, path: str, **kwargs: object) -> Mapping[str, object]: ...
    def find(self, path: str, *, detail: bool) -> Mapping[str, Mapping[str, object]]: ...
    def sign(self, path: str, expiration: int, **kwargs: object) -> str: ...
    def call_s3(self, method: str, **kwargs: object) -> object: ...


class Bucket:
    """
    A prefix in a bucket.

    Args:
        scheme: Which file system.
        root: The bucket and the prefix.
        options: What the file system is made with. They may hold secrets, and are shown nowhere.
        prepare: Called with a file system that was made; each process makes its own.
    """

    def __init__(
        self,
        scheme: str,
        root: str,
        options: Mapping[str, object],
        prepare: Callable[[FileSystem], object] = lambda _: None,
    ) -> None:
        self.scheme = scheme
        self._root = root
        self._options = options
        self._prepare = prepare
        self._made: tuple[int, FileSystem] | None = None

    def path(self, name: str) -> str:
        """Return the path of a key, or of a prefix, for the file system."""
        return f"{self._root}/{name}"

    def name(self, path: str) -> str | None:
        """Return the key whose path this is, or None for a path that is not below the root."""
        start = f"{self._root}/"
        return path.removeprefix(start) if path.startswith(start) else None

    @property
    def files(self) -> FileSystem:
        """
        The file system, which keeps no listings.

        Raises:
            ConfigurationError: It cannot be made.
        """
        # Neither connections nor the thread that serves them pass to a forked process.
        if self._made is None or self._made[0] != os.getpid():
            self._made = os.getpid(), self._connected()
        return self._made[1]

    def _connected(self) -> FileSystem:
        own = {"use_listings_cache": False, "skip_instance_cache": True, **_OWN_OPTIONS.get(self.scheme, {})}
        try:
            files: FileSystem = fsspec.filesystem(self.scheme, **{**self._options, **own})
        except ImportError as error:
            package = _PACKAGES[self.scheme]
            if package in _EXTRAS:
                raise MissingExtraError(package, _EXTRAS[package]) from error
            raise ConfigurationError("url", f"needs the package {package}") from error
        except Exception as error:
            raise ConfigurationError("options", "do not make a file system") from error
        self._prepare(files)
        return files


def says_absent(error: Exception) -> bool:
    """Say whether the store answered that there is no such key; that there is no bucket is another thing."""
    if not isinstance(error, FileNotFoundError):
        return False
    code = _code(error)
    return code is None or code in _ABSENT


def says_taken(error: Exception) -> bool:
    """Say whether the store answered that there is such a key already."""
    return isinstance(error, FileExistsError) or _code(error) == "PreconditionFailed"


def _code(error: Exception) -> str | None:
    answer = error.__cause__ or error.__context__
    response: object = getattr(answer, "response", None)
    if isinstance(response, Mapping):  # botocore's
        return str(response.get("Error", {}).get("Code"))
    code: object = getattr(answer, "error_code", None)  # Azure's
    return None if code is None else str(getattr(code, "value", code))
