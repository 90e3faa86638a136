"""
Requests for access: a contact asks, staff approve or dismiss.
"""

import enum
from datetime import datetime
from typing import Final

import attrs

from sharekit.ids import TenantId, deterministic_id
from sharekit.records.catalog import ResourceRef, node_of
from sharekit.records.parties import Contact

__all__ = ["AccessRequest", "AccessRequestKeys", "AccessRequestState"]


class AccessRequestState(enum.StrEnum):
    """Where a request for access stands."""

    OPEN = "open"
    APPROVED = "approved"
    DISMISSED = "dismissed"


class AccessRequestKeys:
    """The queryable keys of `AccessRequest`."""

    NODE: Final = "node"
    CONTACT: Final = "contact"
    STATE: Final = "state"
    ASKED_AT: Final = "asked_at"


@attrs.frozen(kw_only=True)
class AccessRequest:
    """
    A contact's request to see a thing. There is one for each contact and thing.

    Attributes:
        tenant: Where.
        ref: What they want to see.
        incarnation: The `CatalogEntry.incarnation` it is about.
        contact: Who asks.
        asked_at: When they last asked.
        state: Where it stands.
        answered_at: When staff answered, or None.
        answered_by: The party key of who did.
    """

    tenant: TenantId
    ref: ResourceRef
    incarnation: int = 1
    contact: Contact
    asked_at: datetime
    state: AccessRequestState = AccessRequestState.OPEN
    answered_at: datetime | None = None
    answered_by: str | None = None

    @property
    def node(self) -> str:
        """The thing in this life of it, as text."""
        return node_of(self.ref, self.incarnation)

    @property
    def id(self) -> str:
        """The id of its row, the same for the same contact and thing."""
        return deterministic_id("access-request", self.node, self.contact.id)
