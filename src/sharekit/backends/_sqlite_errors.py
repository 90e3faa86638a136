"""What the errors of `sqlite3` mean to a caller of sharekit."""

import sqlite3
from typing import Final

from sharekit.errors import ConflictError, RetryTransaction, SharekitError, StorageError

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PRIMARY = 0xFF  # an extended result code carries the primary one in its lowest byte


def is_busy(error: BaseException) -> bool:
    """Say whether another connection was in the way."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & _PRIMARY in _BUSY


def meaning(error: sqlite3.Error, operation: str, kind: str | None = None) -> SharekitError:
    """
    Return the sharekit error to raise from *error*.

    Args:
        error: What `sqlite3` raised.
        operation: What was being done.
        kind: The kind of the row that was being written, if one was.
    """
    if is_busy(error):
        return RetryTransaction()
    if kind is not None and isinstance(error, sqlite3.IntegrityError):
        return ConflictError(kind)
    return StorageError(operation)
