"""
Records of the kinds about notices, small and full.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_notices import OUTBOX_ENTRY
from sharekit.ids import AuditEntryId, TenantId
from sharekit.records.outbox import OutboxEntry, OutboxState

_T: Final = TenantId("default")
_AT: Final = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)

SMALL: Final[dict[RecordKind[Any], Any]] = {  # of every record class
    OUTBOX_ENTRY: OutboxEntry(
        tenant=_T, id=AuditEntryId("1"), at=_AT, event="document-added", actor="staff:m", due_at=_AT
    ),
}
FULL: Final[dict[RecordKind[Any], Any]] = {  # the same
    OUTBOX_ENTRY: OutboxEntry(
        tenant=_T,
        id=AuditEntryId("1"),
        at=_AT,
        event="document-added",
        actor="staff:m",
        resource="sharekit.document:d",
        details={"size": 7, "container": None, "parties": ("contact:a", "contact:b")},
        state=OutboxState.DEAD,
        due_at=_AT,
        attempts=3,
        reached="contact:a",
        error="integrity",
    ),
}
