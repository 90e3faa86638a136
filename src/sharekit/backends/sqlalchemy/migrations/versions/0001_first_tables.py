"""
The first tables: catalog, sharing, read links, people, audit.

A revision is written by hand, says everything itself, and is never changed once it was released.
Everything is made only if it is not there, since MariaDB may have done half of it before a crash.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sharekit.backends.sqlalchemy._types import BODY, KEY_TEXT, TENANT, TRUTH, WHOLE

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

_TABLES: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {  # Any: of every type
    "sharekit_catalog_entry": {
        "kind": KEY_TEXT,
        "node": KEY_TEXT,
        "container": KEY_TEXT,
        "owner": KEY_TEXT,
        "requester": KEY_TEXT,
        "shown": TRUTH,
        "name": KEY_TEXT,
        "client_name": KEY_TEXT,
        "client_title": KEY_TEXT,
        "activity": WHOLE,
        "client_activity": WHOLE,
        "created_at": WHOLE,
        "children": WHOLE,
        "removed": TRUTH,
    },
    "sharekit_read_link": {
        "resource": KEY_TEXT,
        "created_at": WHOLE,
        "created_by": KEY_TEXT,
        "recipient": KEY_TEXT,
        "uses": WHOLE,
    },
    "sharekit_audit_entry": {"actor": KEY_TEXT, "action": KEY_TEXT, "resource": KEY_TEXT, "seal": WHOLE},
    "sharekit_audit_seal": {"number": WHOLE},
    "sharekit_contact": {"name": KEY_TEXT, "email": KEY_TEXT, "words": KEY_TEXT, "active": TRUTH},
    "sharekit_email_claim": {"contact": KEY_TEXT},
    "sharekit_staff": {},
    "sharekit_ancestor": {"entry": KEY_TEXT, "ancestor": KEY_TEXT},
    "sharekit_unsettled_content": {"moved": KEY_TEXT},
    "sharekit_grant": {
        "node": KEY_TEXT,
        "grantee": KEY_TEXT,
        "live": TRUTH,
        "flows": TRUTH,
        "level": WHOLE,
        "expires_at": WHOLE,
        "granted_by": KEY_TEXT,
        "granted_at": WHOLE,
        "via": KEY_TEXT,
    },
    "sharekit_follow": {"node": KEY_TEXT, "party": KEY_TEXT},
    "sharekit_access_request": {"node": KEY_TEXT, "contact": KEY_TEXT, "state": KEY_TEXT, "asked_at": WHOLE},
    "sharekit_portal_settings": {},
    "sharekit_organization": {"name": KEY_TEXT, "words": KEY_TEXT, "active": TRUTH},
    "sharekit_organization_name": {},
    "sharekit_membership": {"contact": KEY_TEXT, "organization": KEY_TEXT},
    "sharekit_contact_tag": {"contact": KEY_TEXT, "label": KEY_TEXT, "words": KEY_TEXT},
    "sharekit_portal_access": {"contact": KEY_TEXT, "handle": KEY_TEXT, "state": KEY_TEXT},
    "sharekit_invitation": {"contact": KEY_TEXT, "created_at": WHOLE, "uses": WHOLE},
    "sharekit_document_request": {"resource": KEY_TEXT, "created_at": WHOLE, "created_by": KEY_TEXT},
    "sharekit_request_recipient": {
        "request": KEY_TEXT,
        "contact": KEY_TEXT,
        "state": KEY_TEXT,
        "created_at": WHOLE,
        "files_taken": WHOLE,
        "files_returned": WHOLE,
        "bytes_taken": WHOLE,
        "bytes_returned": WHOLE,
        "reminders": WHOLE,
        "received": WHOLE,
    },
    "sharekit_submission": {"recipient": KEY_TEXT, "document": KEY_TEXT, "number": WHOLE},
    "sharekit_pending_upload": {"recipient": KEY_TEXT, "expires_at": WHOLE},
    "sharekit_request_template": {"case_type": KEY_TEXT, "name": KEY_TEXT},
    "sharekit_stored_file": {"scan": KEY_TEXT, "received_at": WHOLE, "gone": TRUTH},
    "sharekit_blob_intent": {"purpose": KEY_TEXT, "since": WHOLE},
    "sharekit_document": {"uploader": KEY_TEXT},
    "sharekit_document_version": {"document": KEY_TEXT, "number": WHOLE, "file": KEY_TEXT},
    "sharekit_idempotency_key": {"at": WHOLE},
    "sharekit_conversation": {
        "node": KEY_TEXT,
        "followed": KEY_TEXT,
        "topic": KEY_TEXT,
        "resource": KEY_TEXT,
        "words": KEY_TEXT,
        "activity": WHOLE,
        "client_activity": WHOLE,
        "open": TRUTH,
        "turns": WHOLE,
    },
    "sharekit_message": {
        "conversation": KEY_TEXT,
        "number": WHOLE,
        "client_number": WHOLE,
        "author": KEY_TEXT,
        "at": WHOLE,
        "settled_at": WHOLE,
        "mail_id": KEY_TEXT,
    },
    "sharekit_participant": {"conversation": KEY_TEXT, "party": KEY_TEXT, "present": TRUTH},
    "sharekit_conversation_reading": {"conversation": KEY_TEXT, "party": KEY_TEXT},
    "sharekit_message_words": {"message": KEY_TEXT, "words": KEY_TEXT, "client": TRUTH},
    "sharekit_automatic_reply": {},
    "sharekit_address_bounce": {},
    "sharekit_outbox_entry": {"state": KEY_TEXT, "due_at": WHOLE},
    "sharekit_notice": {
        "person": KEY_TEXT,
        "state": KEY_TEXT,
        "due_at": WHOLE,
        "place": WHOLE,
        "seen": TRUTH,
        "subject": KEY_TEXT,
    },
    "sharekit_delivery": {
        "state": KEY_TEXT,
        "carrier": KEY_TEXT,
        "due_at": WHOLE,
        "party": KEY_TEXT,
        "created_at": WHOLE,
    },
    "sharekit_notice_preferences": {"person": KEY_TEXT, "handle": KEY_TEXT},
    "sharekit_webhook": {"active": TRUTH, "created_at": WHOLE},
    "sharekit_reply_address": {"party": KEY_TEXT, "conversation": KEY_TEXT},
    "sharekit_held_mail": {"conversation": KEY_TEXT, "state": KEY_TEXT, "sender": KEY_TEXT, "received_at": WHOLE},
}

# Each begins with the tenant and ends with the id.
_INDEXES: list[tuple[str, ...]] = [
    ("sharekit_catalog_entry", "node"),
    ("sharekit_catalog_entry", "container"),
    ("sharekit_catalog_entry", "owner"),
    ("sharekit_catalog_entry", "requester"),
    ("sharekit_catalog_entry", "name"),
    ("sharekit_catalog_entry", "activity"),
    ("sharekit_catalog_entry", "created_at"),
    ("sharekit_catalog_entry", "shown", "client_name"),
    ("sharekit_catalog_entry", "shown", "client_activity"),
    ("sharekit_catalog_entry", "shown", "created_at"),
    ("sharekit_read_link", "resource", "created_at"),
    ("sharekit_read_link", "created_by"),
    ("sharekit_read_link", "recipient"),
    ("sharekit_audit_entry", "resource"),
    ("sharekit_audit_entry", "actor"),
    ("sharekit_audit_entry", "seal"),
    ("sharekit_audit_seal", "number"),
    ("sharekit_contact", "name"),
    ("sharekit_contact", "email"),
    ("sharekit_email_claim", "contact"),
    ("sharekit_ancestor", "entry", "ancestor"),
    ("sharekit_ancestor", "ancestor", "entry"),
    ("sharekit_unsettled_content", "moved"),
    ("sharekit_grant", "grantee", "live", "node", "flows", "expires_at"),
    ("sharekit_grant", "node", "grantee", "live", "flows", "expires_at"),
    ("sharekit_grant", "granted_by"),
    ("sharekit_grant", "granted_at"),
    ("sharekit_grant", "via"),
    ("sharekit_follow", "node", "party"),
    ("sharekit_follow", "party", "node"),
    ("sharekit_access_request", "state", "asked_at"),
    ("sharekit_access_request", "node"),
    ("sharekit_organization", "name"),
    ("sharekit_membership", "contact"),
    ("sharekit_membership", "organization"),
    ("sharekit_membership", "contact", "organization"),
    ("sharekit_membership", "organization", "contact"),
    ("sharekit_contact_tag", "contact"),
    ("sharekit_contact_tag", "label"),
    ("sharekit_portal_access", "handle"),
    ("sharekit_portal_access", "state", "contact"),
    ("sharekit_invitation", "contact"),
    ("sharekit_document_request", "resource", "created_at"),
    ("sharekit_document_request", "created_at"),
    ("sharekit_document_request", "created_by"),
    ("sharekit_request_recipient", "request"),
    ("sharekit_request_recipient", "contact", "created_at"),
    ("sharekit_request_recipient", "state", "created_at"),
    ("sharekit_submission", "recipient", "number"),
    ("sharekit_submission", "document"),
    ("sharekit_pending_upload", "recipient"),
    ("sharekit_pending_upload", "expires_at"),
    ("sharekit_request_template", "name"),
    ("sharekit_request_template", "case_type"),
    ("sharekit_stored_file", "scan", "received_at"),
    ("sharekit_blob_intent", "since"),
    ("sharekit_document", "uploader"),
    ("sharekit_document_version", "document", "number"),
    ("sharekit_document_version", "file"),
    ("sharekit_idempotency_key", "at"),
    ("sharekit_conversation", "node", "activity"),
    ("sharekit_conversation", "followed"),
    ("sharekit_conversation", "resource"),
    ("sharekit_conversation", "activity"),
    ("sharekit_conversation", "client_activity"),
    ("sharekit_message", "conversation", "number"),
    ("sharekit_message", "conversation", "client_number"),
    ("sharekit_message", "author"),
    ("sharekit_message", "at"),
    ("sharekit_message", "mail_id"),
    ("sharekit_participant", "conversation"),
    ("sharekit_participant", "party", "present", "conversation"),
    ("sharekit_conversation_reading", "conversation"),
    ("sharekit_conversation_reading", "party"),
    ("sharekit_message_words", "message"),
    ("sharekit_outbox_entry", "state", "due_at"),
    ("sharekit_notice", "state", "due_at"),
    ("sharekit_notice", "person", "state", "place"),
    ("sharekit_notice", "person", "seen", "place"),
    ("sharekit_notice", "person", "place"),
    ("sharekit_delivery", "state", "carrier", "due_at"),
    ("sharekit_delivery", "state", "created_at"),
    ("sharekit_delivery", "party", "created_at"),
    ("sharekit_notice_preferences", "handle"),
    ("sharekit_webhook", "active"),
    ("sharekit_reply_address", "party", "conversation"),
    ("sharekit_reply_address", "conversation"),
    ("sharekit_held_mail", "state", "received_at"),
    ("sharekit_held_mail", "conversation", "state", "received_at"),
    ("sharekit_held_mail", "sender", "received_at"),
    ("sharekit_held_mail", "received_at"),
]


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
    for table, keys in _TABLES.items():
        _table(table, keys)
    for table, *columns in _INDEXES:
        _index(table, columns)


def _table(table: str, keys: dict[str, sa.types.TypeEngine[Any]]) -> None:  # Any: as above
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


def _index(table: str, keys: list[str]) -> None:
    dialect = op.get_bind().dialect.name
    if dialect in {"mariadb", "mysql"}:
        columns: list[str | sa.TextClause] = ["tenant", *keys]  # InnoDB appends the primary key itself
    elif dialect == "postgresql":
        columns = ["tenant", *[sa.text(f'"{key}" NULLS FIRST') for key in keys], "id"]
    else:
        columns = ["tenant", *keys, "id"]
    op.create_index("__".join([table, *keys]), table, columns, if_not_exists=True)
