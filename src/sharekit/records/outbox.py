"""
The outbox: what happened that somebody may want to hear of, until the relay has made notices of it.
"""

import enum
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.ids import AuditEntryId, TenantId
from sharekit.records.audit import Detail

__all__ = ["OutboxEntry", "OutboxKeys", "OutboxState"]


class OutboxState(enum.StrEnum):
    """How far the relay has come with an entry."""

    WAITING = "waiting"
    DEAD = "dead"
    """It failed again and again; staff have it tried once more, or look why."""


class OutboxKeys:
    """The queryable keys of `OutboxEntry`."""

    STATE = "state"
    DUE_AT = "due_at"


def _details(given: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class OutboxEntry:
    """
    One event, kept in the transaction of its change, and gone once everybody has their notice.

    Attributes:
        tenant: Where.
        id: That of the audit entry of the same event.
        at: When it happened.
        event: The `Event.name`.
        actor: Who did it, as a party key.
        resource: The key of the resource, or None.
        details: Further facts by name, as in the audit trail.
        state: How far the relay has come.
        due_at: From when on a relay may take it: later while it can still be undone, or another relay has it.
        attempts: How often a relay took it.
        reached: The key of the last person who has a notice, when there are too many for one transaction.
        error: Why it failed the last time, as a slug, or None.
    """

    tenant: TenantId
    id: AuditEntryId
    at: datetime
    event: str
    actor: str
    resource: str | None = None
    details: Mapping[str, Detail] = attrs.field(converter=_details, factory=dict[str, Detail])
    state: OutboxState = OutboxState.WAITING
    due_at: datetime
    attempts: int = 0
    reached: str | None = None
    error: str | None = None
