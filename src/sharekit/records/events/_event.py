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
    """

    name: ClassVar[str] = "event"
    tenant: TenantId
    at: datetime
    by: Principal


@attrs.frozen(kw_only=True)
class ResourceEvent(Event):
    """
    Something that happened to a resource.

    Attributes:
        ref: The resource.
    """

    ref: ResourceRef
