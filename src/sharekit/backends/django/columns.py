"""
Columns of text that every database orders by code point.

Migrations name these classes: neither they nor this module can be renamed.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Char = models.CharField[str | None, str | None]
    _Text = models.TextField[str, str]
else:
    _Char, _Text = models.CharField, models.TextField

__all__ = ["BodyText", "CodePointText"]


class CodePointText(_Char):
    """A `CharField` that compares by code point, trailing spaces included."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        """Name the collation of this database."""
        return {**super().db_parameters(connection), "collation": _collation(connection)}


class BodyText(_Text):
    """A `TextField` that takes every character."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        """Name the collation of this database, and with it the character set."""
        return {**super().db_parameters(connection), "collation": _collation(connection)}


def _collation(connection: BaseDatabaseWrapper) -> str | None:
    if connection.vendor == "postgresql":
        return "C"
    if connection.vendor == "mysql":
        # `utf8mb4_bin` takes "a" and "a " for one.
        return "utf8mb4_nopad_bin" if getattr(connection, "mysql_is_mariadb", False) else "utf8mb4_0900_bin"
    return None  # BINARY is what SQLite takes by itself
