"""What the errors of Django's databases mean to a caller of sharekit."""

from typing import Final

from django.db import Error
from django.db import IntegrityError as DatabaseIntegrityError
from django.db.transaction import TransactionManagementError

from sharekit.backends._missing_tables import lacks_a_column, lacks_a_table
from sharekit.backends._sqlite_errors import is_busy
from sharekit.errors import ConflictError, RetryTransaction, SharekitError, StorageError, TransactionUsageError

# PostgreSQL: serialization failure, deadlock, lock not available.
_AGAIN: Final = frozenset({"40001", "40P01", "55P03"})
# MariaDB and MySQL: lock wait timeout, deadlock, record changed since last read, lock not available.
_AGAIN_MYSQL: Final = frozenset({1205, 1213, 1020, 3572})


def meaning(error: Error, operation: str, kind: str | None = None, *, joined: bool = False) -> SharekitError:
    """
    Return the sharekit error to raise from *error*.

    Args:
        error: What Django raised.
        operation: What was being done.
        kind: The kind of the row that was being inserted, if one was.
        joined: Whether the transaction to run again is the host's.
    """
    if isinstance(error, TransactionManagementError):
        return TransactionUsageError("the host's transaction has failed before; roll it back first")
    if is_passing(error):
        return RetryTransaction(joined=joined)
    if kind is not None and isinstance(error, DatabaseIntegrityError):
        return ConflictError(kind)
    if lacks_a_table(error.__cause__) or lacks_a_column(error.__cause__):
        operation += "; the database lacks a table or a column, which `manage.py migrate` makes"
    return StorageError(operation)


def is_passing(error: Error) -> bool:
    """Say whether the same transaction may well succeed when it is run again."""
    cause = error.__cause__
    if cause is None:
        return False
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    number = cause.args[0] if cause.args else None
    return is_busy(cause) or state in _AGAIN or (isinstance(number, int) and number in _AGAIN_MYSQL)
