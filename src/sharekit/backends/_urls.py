"""Which place a URL names, and which URLs are refused (R-BLOB-5)."""

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import attrs

from sharekit.errors import ConfigurationError

_ALLOWED: Final = frozenset({"file", "local", "memory", "s3"})
_ON_REQUEST: Final = frozenset({"abfs", "az", "gs"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


@attrs.frozen
class LocalUrl:
    """A folder of this machine, by its absolute path."""

    path: Path


@attrs.frozen
class RemoteUrl:
    """
    A place in a file system of fsspec's.

    Attributes:
        scheme: Which file system.
        root: A bucket and a prefix, without slashes around them; empty only for memory.
    """

    scheme: str
    root: str


def parse_url(
    url: str | os.PathLike[str], options: Mapping[str, object], schemes: Collection[str]
) -> LocalUrl | RemoteUrl:
    """
    Return the place that a URL of the configuration names.

    Raises:
        ConfigurationError: The URL is not plainly one place of an allowed kind. The error does not
            repeat it, since somebody may have put a password there.
    """
    if isinstance(schemes, str) or not set(schemes) <= _ON_REQUEST:
        raise ConfigurationError("schemes", f"can add {sorted(_ON_REQUEST)}")
    scheme, rest, text = _split(url)
    if scheme not in _ALLOWED | set(schemes):
        hint = f"; name it in schemes= if you mean it: {scheme!r}" if scheme in _ON_REQUEST else ""
        raise ConfigurationError("url", f"needs a path, or file://, memory:// or s3://{hint}")
    if scheme in {"file", "local"}:
        if options:
            raise ConfigurationError("options", "mean nothing to a local folder")
        if rest is None:
            return LocalUrl(Path(os.path.abspath(text)))  # noqa: PTH100  # links are refused, not followed
        return LocalUrl(_local_path(text))
    if scheme == "memory" and options:
        raise ConfigurationError("options", "mean nothing to a folder in memory")
    return RemoteUrl(scheme, _root(rest or "", may_be_empty=scheme == "memory"))


def _split(url: str | os.PathLike[str]) -> tuple[str, str | None, str]:
    if not isinstance(url, str | os.PathLike):
        raise ConfigurationError("url", "needs the path of a folder, or a URL")
    text: object = os.fspath(url)
    if not isinstance(text, str) or not text or "\0" in text or "::" in text:
        raise ConfigurationError("url", "needs the path of a folder, or one URL, not chained with '::'")
    matched = _SCHEME.fullmatch(text)
    if matched is None and "://" in text:
        raise ConfigurationError("url", "needs a path, or a URL that begins with its scheme")
    return (matched[1].lower(), matched[2], text) if matched else ("file", None, text)


def _local_path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"} or parts.query or parts.fragment or not parts.path.startswith("/"):
        raise ConfigurationError("url", "needs a file:// URL with an absolute path, as Path.as_uri() gives it")
    path = Path(unquote(parts.path))
    if ".." in path.parts or "\0" in str(path):
        raise ConfigurationError("url", "needs a path without '..'")
    return path


def _root(rest: str, *, may_be_empty: bool) -> str:
    segments = rest.rstrip("/").split("/")
    if may_be_empty and not rest:
        return ""
    if not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise ConfigurationError(
            "url",
            "needs a bucket and a prefix of letters, digits, '_', '-' and '.', such as s3://bucket/sharekit;"
            " credentials and addresses go to options=",
        )
    return "/".join(segments)
