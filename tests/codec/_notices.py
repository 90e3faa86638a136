"""
Records of the kinds about notices, small and full.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sharekit.codec import RecordKind
from sharekit.codec.kinds import AUDIT_SEAL
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, NOTICE_PREFERENCES, OUTBOX_ENTRY, WEBHOOK
from sharekit.ids import AuditEntryId, TenantId
from sharekit.records.audit import AuditSeal
from sharekit.records.notices import (
    Cadence,
    Carrier,
    Delivery,
    DeliveryState,
    News,
    Notice,
    NoticePreferences,
    NoticeState,
)
from sharekit.records.outbox import OutboxEntry, OutboxState
from sharekit.records.webhooks import Webhook

_T: Final = TenantId("default")
_AT: Final = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)

SMALL: Final[dict[RecordKind[Any], Any]] = {  # of every record class
    AUDIT_SEAL: AuditSeal(tenant=_T, number=1, at=_AT, entries=1, digest="d" * 64),
    OUTBOX_ENTRY: OutboxEntry(
        tenant=_T, id=AuditEntryId("1"), at=_AT, event="document-added", actor="staff:m", due_at=_AT
    ),
    NOTICE: Notice(
        tenant=_T,
        entry="1",
        person="contact:c",
        news=News.SHARED,
        event="resource-shared",
        at=_AT,
        actor="staff:m",
        subject="things staff:m",
        due_at=_AT,
    ),
    DELIVERY: Delivery(tenant=_T, id="d" * 64, carrier=Carrier.MAIL, party="contact:c", created_at=_AT, due_at=_AT),
    NOTICE_PREFERENCES: NoticePreferences(tenant=_T, person="contact:c", handle="h" * 28),
    WEBHOOK: Webhook(tenant=_T, id="w" * 28, url="https://host.example/hook", created_at=_AT, created_by="staff:m"),
}
FULL: Final[dict[RecordKind[Any], Any]] = {  # the same
    AUDIT_SEAL: AuditSeal(tenant=_T, number=12, at=_AT, entries=500, digest="e" * 64),
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
    NOTICE: Notice(
        tenant=_T,
        entry="1",
        person="staff:m",
        news=News.SUBMISSIONS,
        event="submission-received",
        at=_AT,
        actor="contact:c",
        resource="project:42",
        subject="submission q contact:c",
        details={"size": 7, "complete": True},
        state=NoticeState.DROPPED,
        due_at=_AT,
        delivery="d" * 64,
        reason="seen",
        seen_at=_AT,
    ),
    DELIVERY: Delivery(
        tenant=_T,
        id="d" * 64,
        carrier=Carrier.WEBHOOK,
        party="w" * 28,
        notices=("a" * 64, "b" * 64),
        news=frozenset({"shared", "documents"}),
        digest=True,
        body='{"type":"x"}',
        state=DeliveryState.DEAD,
        created_at=_AT,
        due_at=_AT,
        attempts=10,
        error="the server answered 550",
        message_id="<a@b.example>",
        settled_at=_AT,
    ),
    NOTICE_PREFERENCES: NoticePreferences(
        tenant=_T,
        person="contact:c",
        handle="h" * 28,
        cadences={News.SHARED: Cadence.DAILY, News.MESSAGES: Cadence.OFF},
        muted=frozenset({"project:42"}),
        quiet_from=1320,
        quiet_until=420,
        daily_at=600,
        time_zone="Europe/Madrid",
        changed_at=_AT,
    ),
    WEBHOOK: Webhook(
        tenant=_T,
        id="w" * 28,
        url="https://host.example/hook",
        events=frozenset({"resource-shared"}),
        generation=2,
        rotated_at=_AT,
        active=False,
        created_at=_AT,
        created_by="staff:m",
    ),
}
