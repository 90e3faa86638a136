"""What every blob store checks before it looks anything up (laws B6 and B9)."""

import re
from typing import Final

from sharekit.errors import InvalidInputError
from sharekit.ids import BlobKey

__all__ = ["check_key", "check_prefix", "cut", "is_key", "is_prefix"]

_KEY: Final = re.compile(r"(?=.{16,200}\Z)[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)+\Z")
_PREFIX: Final = re.compile(r"(?=.{1,200}\Z)(?:[A-Za-z0-9_-]+/)+\Z")


def is_key(text: object) -> bool:
    """Say whether *text* has the form of a key."""
    return isinstance(text, str) and _KEY.match(text) is not None


def is_prefix(text: object) -> bool:
    """Say whether *text* is the beginning of a key up to a slash."""
    return isinstance(text, str) and _PREFIX.match(text) is not None


def check_key(key: object) -> BlobKey:
    """
    Return the key.

    Raises:
        InvalidInputError: It is not made of two or more parts with a slash between them, each of ASCII
            letters, digits, ``_`` and ``-``, and of 16 to 200 characters in all.
    """
    if not isinstance(key, str) or not is_key(key):
        raise InvalidInputError(
            "key", "needs 16 to 200 letters, digits, '_' and '-', in two or more parts with '/' between them"
        )
    return BlobKey(key)


def check_prefix(prefix: object) -> str:
    """
    Return the prefix.

    Raises:
        InvalidInputError: It is not the beginning of a key, up to a slash.
    """
    if not isinstance(prefix, str) or not is_prefix(prefix):
        raise InvalidInputError("prefix", "needs the beginning of a key, up to a '/'")
    return prefix


def cut(start: object, stop: object, size: int) -> tuple[int, int]:
    """
    Return the bounds of what is to be read of a blob of this size; the first is never above the second.

    Raises:
        InvalidInputError: A bound is no int.
    """
    if not isinstance(start, int):
        raise InvalidInputError("start", "needs an int")
    if stop is not None and not isinstance(stop, int):
        raise InvalidInputError("stop", "needs an int, or None for the end")
    last = size if stop is None else min(max(stop, 0), size)
    return min(max(start, 0), last), last
