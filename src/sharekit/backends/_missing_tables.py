"""How the drivers of databases say that a table or a column is not there."""

import sqlite3
from typing import Final

__all__ = ["lacks_a_column", "lacks_a_table"]

_NO_TABLE: Final = frozenset({"42P01", "42S02", 1146})  # PostgreSQL, MariaDB by its state, and by its number
_NO_COLUMN: Final = frozenset({"42703", "42S22", 1054})  # the same


def lacks_a_table(original: object) -> bool:
    """Say whether a driver's error is about a table that is not there."""
    return _said(original) in _NO_TABLE or _is_of_sqlite(original, "no such table")


def lacks_a_column(original: object) -> bool:
    """Say whether a driver's error is about a column that is not there."""
    return _said(original) in _NO_COLUMN or _is_of_sqlite(original, "no such column", "has no column named")


def _said(original: object) -> object:
    args = getattr(original, "args", ())
    said = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or (args[0] if args else None)
    return said if isinstance(said, int | str) else None


def _is_of_sqlite(original: object, *texts: str) -> bool:
    return isinstance(original, sqlite3.OperationalError) and any(text in str(original) for text in texts)
