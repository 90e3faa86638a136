"""
The first tables: catalog, read links, people, audit.

A revision is written by hand, says everything itself, and is never changed once it was released.
Everything is made only if it is not there, since MariaDB may have done half of it before a crash.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sharekit.backends.sqlalchemy._types import BODY, KEY_TEXT, TENANT, WHOLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OPTIONS = {
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_nopad_bin",
}


def upgrade() -> None:
    """Make them."""
    turn = op.create_table(
        "sharekit_turn",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        if_not_exists=True,
        **_OPTIONS,
    )
    if op.get_bind().execute(sa.select(turn.c.id)).first() is None:
        op.execute(turn.insert().values(id=1))
    _table("sharekit_catalog_entry", kind=KEY_TEXT, container=KEY_TEXT, owner=KEY_TEXT)
    _index("sharekit_catalog_entry", "container")
    _table(
        "sharekit_read_link",
        resource=KEY_TEXT,
        created_at=WHOLE,
        created_by=KEY_TEXT,
        recipient=KEY_TEXT,
        uses=WHOLE,
    )
    _index("sharekit_read_link", "resource", "created_at")
    _index("sharekit_read_link", "created_by")
    _index("sharekit_read_link", "recipient")
    _table("sharekit_audit_entry", actor=KEY_TEXT, action=KEY_TEXT, resource=KEY_TEXT)
    _index("sharekit_audit_entry", "resource")
    _index("sharekit_audit_entry", "actor")
    _table("sharekit_contact", name=KEY_TEXT, email=KEY_TEXT)
    _index("sharekit_contact", "name")
    _index("sharekit_contact", "email")
    _table("sharekit_email_claim")
    _table("sharekit_staff")


def _table(table: str, /, **keys: sa.types.TypeEngine[Any]) -> None:  # Any: of every type
    op.create_table(
        table,
        sa.Column("tenant", TENANT, primary_key=True),
        sa.Column("id", KEY_TEXT, primary_key=True),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("schema", WHOLE, nullable=False),
        sa.Column("body", BODY, nullable=False),
        *[sa.Column(key, of, nullable=True) for key, of in keys.items()],
        if_not_exists=True,
        **_OPTIONS,
    )


def _index(table: str, *keys: str) -> None:
    dialect = op.get_bind().dialect.name
    if dialect in {"mariadb", "mysql"}:
        columns: list[str | sa.TextClause] = ["tenant", *keys]  # InnoDB appends the primary key itself
    elif dialect == "postgresql":
        columns = ["tenant", *[sa.text(f'"{key}" NULLS FIRST') for key in keys], "id"]
    else:
        columns = ["tenant", *keys, "id"]
    op.create_index("__".join([table, *keys]), table, columns, if_not_exists=True)
