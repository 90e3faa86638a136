"""
What happens to things in the catalog.
"""

from typing import ClassVar

import attrs

from sharekit.records.catalog import Inheritance, ResourceRef, Visibility
from sharekit.records.events._event import ResourceEvent

__all__ = ["ResourceHandedOver", "ResourceMoved", "ResourcePut", "ResourceRemoved", "ResourceRestricted"]


@attrs.frozen(kw_only=True)
class ResourcePut(ResourceEvent):
    """
    A catalog entry was made or changed.

    Attributes:
        created: Whether it is new (again, after a removal).
        changed: The names of the fields that differ from before.
        visibility: Its visibility now.
    """

    name: ClassVar[str] = "resource-put"
    created: bool
    changed: frozenset[str]
    visibility: Visibility


@attrs.frozen(kw_only=True)
class ResourceMoved(ResourceEvent):
    """
    A catalog entry was moved to another container.

    Attributes:
        container: Where it lies now, or None.
    """

    name: ClassVar[str] = "resource-moved"
    container: ResourceRef | None


@attrs.frozen(kw_only=True)
class ResourceRemoved(ResourceEvent):
    """A catalog entry was removed; what was shared of it is dead for good."""

    name: ClassVar[str] = "resource-removed"


@attrs.frozen(kw_only=True)
class ResourceRestricted(ResourceEvent):
    """
    What is granted on the containers of a thing was kept from reaching it, or let through.

    Attributes:
        inherits: Which of the two.
    """

    name: ClassVar[str] = "resource-restricted"
    inherits: Inheritance


@attrs.frozen(kw_only=True)
class ResourceHandedOver(ResourceEvent):
    """
    Another member of staff answers for a thing.

    Attributes:
        owner: The key of who does now.
        previous: The key of who did.
    """

    name: ClassVar[str] = "resource-handed-over"
    owner: str
    previous: str
