"""
Client sharing for Python web applications: share what the host owns with people outside, and take it back at once.
"""

from sharekit import errors, signals
from sharekit.ids import ReadLinkId, TenantId
from sharekit.kit import Sharekit
from sharekit.records.audit import AuditEntry
from sharekit.records.catalog import Audience, CatalogEntry, CatalogItem, NewChildren, ResourceRef, Visibility
from sharekit.records.decisions import Action, Decision, Revision
from sharekit.records.declarations import Property, ResourceKind, Section, SectionContext
from sharekit.records.grants import Access, Children, Grant
from sharekit.records.instants import end_of_day
from sharekit.records.invitations import (
    AccessState,
    Invitation,
    InvitationState,
    InvitationView,
    PortalSession,
)
from sharekit.records.links import LinkState, ReadLink
from sharekit.records.lists import Order, Page, PortalItem
from sharekit.records.parties import (
    Contact,
    ContactProfile,
    LinkHolder,
    Organization,
    Principal,
    Right,
    Staff,
    StaffProfile,
    System,
)
from sharekit.records.people import Member, Membership, OrganizationProfile, PersonFound
from sharekit.records.plans import AccessDiff
from sharekit.records.scopes import (
    PortalScope,
    in_shared_projects,
    requested_by_me,
    requested_by_my_organization,
    shared_with_me,
)
from sharekit.records.settings import OrganizationMode, PortalSettings
from sharekit.records.unset import UNSET, Unset
from sharekit.records.views import LinkPreview, LinkView, Projection, SectionView

__all__ = [
    "UNSET",
    "Access",
    "AccessDiff",
    "AccessState",
    "Action",
    "Audience",
    "AuditEntry",
    "CatalogEntry",
    "CatalogItem",
    "Children",
    "Contact",
    "ContactProfile",
    "Decision",
    "Grant",
    "Invitation",
    "InvitationState",
    "InvitationView",
    "LinkHolder",
    "LinkPreview",
    "LinkState",
    "LinkView",
    "Member",
    "Membership",
    "NewChildren",
    "Order",
    "Organization",
    "OrganizationMode",
    "OrganizationProfile",
    "Page",
    "PersonFound",
    "PortalItem",
    "PortalScope",
    "PortalSession",
    "PortalSettings",
    "Principal",
    "Projection",
    "Property",
    "ReadLink",
    "ReadLinkId",
    "ResourceKind",
    "ResourceRef",
    "Revision",
    "Right",
    "Section",
    "SectionContext",
    "SectionView",
    "Sharekit",
    "Staff",
    "StaffProfile",
    "System",
    "TenantId",
    "Unset",
    "Visibility",
    "end_of_day",
    "errors",
    "in_shared_projects",
    "requested_by_me",
    "requested_by_my_organization",
    "shared_with_me",
    "signals",
]
