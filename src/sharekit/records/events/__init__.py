"""
What happened: one frozen value for each kind of event.

An event is written to the audit trail in the transaction of its change, and announced as a
signal after the commit. It holds ids and plain facts; never secrets, and never text that
people wrote.
"""

from sharekit.records.events._catalog import (
    ResourceHandedOver,
    ResourceMoved,
    ResourcePut,
    ResourceRemoved,
    ResourceRestricted,
)
from sharekit.records.events._documents import (
    DocumentAdded,
    DocumentDamaged,
    DocumentOpened,
    DocumentRemoved,
    DocumentRenamed,
    DocumentReplaced,
    DocumentScanned,
    DocumentUnshared,
    UploadRefused,
)
from sharekit.records.events._event import Event
from sharekit.records.events._links import (
    LinkCreated,
    LinkFetched,
    LinkRedeemed,
    LinkRefused,
    LinkRevoked,
    LinkUpdated,
    LinkViewed,
)
from sharekit.records.events._people import (
    ContactAdded,
    ContactInvited,
    ContactMerged,
    ContactUpdated,
    InvitationRefused,
    MemberJoined,
    MemberLeft,
    MemberRoleChanged,
    OrganizationAdded,
    OrganizationUpdated,
    PartyDeactivated,
    PartyReactivated,
    PortalAccessWithdrawn,
    PortalEntered,
    StaffAdded,
)
from sharekit.records.events._sharing import (
    AccessAnswered,
    AccessRequested,
    PortalConfigured,
    ResourceFollowed,
    ResourceShared,
    ResourceUnfollowed,
    ShareDeclined,
    ShareRevoked,
)

__all__ = [
    "AccessAnswered",
    "AccessRequested",
    "ContactAdded",
    "ContactInvited",
    "ContactMerged",
    "ContactUpdated",
    "DocumentAdded",
    "DocumentDamaged",
    "DocumentOpened",
    "DocumentRemoved",
    "DocumentRenamed",
    "DocumentReplaced",
    "DocumentScanned",
    "DocumentUnshared",
    "Event",
    "InvitationRefused",
    "LinkCreated",
    "LinkFetched",
    "LinkRedeemed",
    "LinkRefused",
    "LinkRevoked",
    "LinkUpdated",
    "LinkViewed",
    "MemberJoined",
    "MemberLeft",
    "MemberRoleChanged",
    "OrganizationAdded",
    "OrganizationUpdated",
    "PartyDeactivated",
    "PartyReactivated",
    "PortalAccessWithdrawn",
    "PortalConfigured",
    "PortalEntered",
    "ResourceFollowed",
    "ResourceHandedOver",
    "ResourceMoved",
    "ResourcePut",
    "ResourceRemoved",
    "ResourceRestricted",
    "ResourceShared",
    "ResourceUnfollowed",
    "ShareDeclined",
    "ShareRevoked",
    "StaffAdded",
    "UploadRefused",
]
