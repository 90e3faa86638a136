"""
What every event says.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.ids import TenantId
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Principal

__all__ = ["Event", "ResourceEvent"]


@attrs.frozen(kw_only=True)
class Event:
    """
    Something that happened.

    Attributes:
        tenant: Where.
        at: When.
        by: Who did it.
        name: A stable slug, noun first: ``"link-created"``.
        heard: Whether anybody can be notified of it; it goes to the outbox then.
    """

    name: ClassVar[str] = "event"
    heard: ClassVar[bool] = False
    tenant: TenantId
    at: datetime
    by: Principal

    @property
    def settles_at(self) -> datetime | None:
        """From when on it can no longer be undone, and may be told; None for at once."""
        return None


@attrs.frozen(kw_only=True)
class ResourceEvent(Event):
    """
    Something that happened to a resource.

    Attributes:
        ref: The resource.
    """

    ref: ResourceRef
