"""
The audit trail: what was done, by whom, when, to what.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.ids import AuditEntryId, TenantId

__all__ = ["AuditEntry", "AuditKeys", "AuditSeal", "AuditSealKeys", "Detail", "seal_id"]

Detail = str | int | bool | None | tuple[str, ...]
"""A plain fact of an event; a set is a sorted tuple, a time ISO text in UTC."""


class AuditKeys:
    """The queryable keys of `AuditEntry`."""

    ACTOR = "actor"
    ACTION = "action"
    RESOURCE = "resource"
    SEAL = "seal"


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
        seal: The number of the seal that holds it, or None until the relay has sealed it.
    """

    tenant: TenantId
    id: AuditEntryId
    at: datetime
    actor: str
    action: str
    resource: str | None
    details: Mapping[str, Detail] = attrs.field(converter=_details)
    seal: int | None = None


class AuditSealKeys:
    """The queryable keys of `AuditSeal`."""

    NUMBER = "number"


def seal_id(number: int) -> str:
    """Return the id of the one seal of this number."""
    return f"{number:012d}"


@attrs.frozen(kw_only=True)
class AuditSeal:
    """
    A link of the chain that seals the audit trail.

    Attributes:
        tenant: Where.
        number: Its place in the chain, from 1.
        at: When it was made.
        entries: How many entries it holds.
        digest: Keyed, in hex: over the seal before it, and over its entries in the order of their ids.
    """

    tenant: TenantId
    number: int
    at: datetime
    entries: int
    digest: str

    @property
    def id(self) -> str:
        """The id of its row."""
        return seal_id(self.number)
