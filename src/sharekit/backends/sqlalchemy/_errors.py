"""What the errors of databases mean to a caller of sharekit."""

import sqlite3
from typing import Final

from sqlalchemy import exc

from sharekit.backends._missing_tables import lacks_a_table
from sharekit.errors import ConflictError, RetryTransaction, SharekitError, StorageError

_GIVEN_UP: Final = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, a lock that was not to be had
_GIVEN_UP_BY_MARIADB: Final = frozenset({1020, 1205, 1213})  # changed since read, lock wait, deadlock
_TAKEN_IN_MARIADB: Final = 1062
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PRIMARY = 0xFF  # an extended result code of SQLite carries the primary one in its lowest byte


def is_given_up(error: BaseException) -> bool:
    """Say whether the database asks for the transaction to be run again."""
    original: object = getattr(error, "orig", error)
    return _state(original) in _GIVEN_UP or _number(original) in _GIVEN_UP_BY_MARIADB or _is_busy(original)


def is_taken(error: BaseException) -> bool:
    """Say whether a row of that id is there; only MariaDB says so by an error."""
    return isinstance(error, exc.IntegrityError) and _number(error.orig) == _TAKEN_IN_MARIADB


def meaning(error: Exception, operation: str, *, kind: str | None = None, joined: bool = False) -> SharekitError:
    """
    Return the sharekit error to raise from *error*.

    Args:
        error: What SQLAlchemy raised.
        operation: What was being done.
        kind: The kind of the row that was being written, if one was.
        joined: Whether the transaction is the host's.
    """
    if is_given_up(error):
        return RetryTransaction(joined=joined)
    if kind is not None and is_taken(error):
        return ConflictError(kind)
    if lacks_a_table(getattr(error, "orig", error)):
        operation += "; a table is missing, which sharekit.backends.sqlalchemy.upgrade(engine) makes"
    return StorageError(operation)


def meaning_at_commit(error: Exception) -> SharekitError:
    """
    Return the error to raise when a COMMIT failed.

    When the connection was lost, nobody knows whether the database did it before. So that is no
    `RetryTransaction`, which would run the verb again at once.
    """
    if is_given_up(error):
        return RetryTransaction()
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return StorageError("committing; the connection was lost, so whether it was kept is not known")
    return StorageError("committing")


def _state(error: object) -> object:
    return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)


def _number(error: object) -> object:
    args = getattr(error, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def _is_busy(error: object) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & _PRIMARY in _BUSY
