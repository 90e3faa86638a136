"""
The audit trail: what was done, by whom, when, to what.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.ids import AuditEntryId, TenantId

__all__ = ["AuditEntry", "AuditKeys", "Detail"]

Detail = str | int | bool | None | tuple[str, ...]
"""A plain fact of an event; a set is a sorted tuple, a time ISO text in UTC."""


class AuditKeys:
    """The queryable keys of `AuditEntry`."""

    ACTOR = "actor"
    ACTION = "action"
    RESOURCE = "resource"


def _details(given: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class AuditEntry:
    """
    One thing that was done. It survives what it tells of.

    Attributes:
        tenant: Where.
        id: Sorts in the order of writing.
        at: When.
        actor: Who, as a party key.
        action: The `Event.name`.
        resource: The key of the resource, or None.
        details: Further facts by name. No secrets, and no text that people wrote.
    """

    tenant: TenantId
    id: AuditEntryId
    at: datetime
    actor: str
    action: str
    resource: str | None
    details: Mapping[str, Detail] = attrs.field(converter=_details)
