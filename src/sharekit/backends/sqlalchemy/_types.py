"""
The types of our columns. Migrations name them too, so what one is today it stays.

Text is compared and ordered by code point everywhere: by the collation "C" on PostgreSQL, by
utf8mb4_nopad_bin on MariaDB (utf8mb4_bin takes "a" and "a " for the same), and by SQLite anyway.
"""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from sharekit.ports.rows import KeyType

_COLLATION: Final = "utf8mb4_nopad_bin"


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation=_COLLATION), "mariadb", "mysql")
    )


KEY_TEXT: Final = _text(255)
TENANT: Final = _text(64)
BODY: Final[sa.types.TypeEngine[str]] = sa.Text().with_variant(
    mysql.LONGTEXT(charset="utf8mb4", collation=_COLLATION), "mariadb", "mysql"
)
WHOLE: Final = sa.BigInteger()
TRUTH: Final = sa.Boolean(create_constraint=False)

TYPES: Final[Mapping[KeyType, sa.types.TypeEngine[Any]]] = {  # of every type
    KeyType.TEXT: KEY_TEXT,
    KeyType.REF: KEY_TEXT,
    KeyType.INT: WHOLE,
    KeyType.TIME: WHOLE,
    KeyType.BOOL: TRUTH,
}
"""A time is the number of microseconds since 1970 in UTC."""
