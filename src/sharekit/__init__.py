"""
Client sharing for Python web applications: share what the host owns with people outside, and take it back at once.
"""

from sharekit import errors, signals
from sharekit.ids import ReadLinkId, TenantId
from sharekit.kit import Sharekit
from sharekit.records.audit import AuditEntry
from sharekit.records.catalog import CatalogEntry, ResourceKind, ResourceRef, Section, SectionContext, Visibility
from sharekit.records.decisions import Decision
from sharekit.records.instants import end_of_day
from sharekit.records.links import LinkState, ReadLink
from sharekit.records.parties import Contact, ContactProfile, LinkHolder, Principal, Right, Staff, StaffProfile, System
from sharekit.records.unset import UNSET, Unset
from sharekit.records.views import LinkPreview, LinkView, PreviewedSection, Projection, SectionView

__all__ = [
    "UNSET",
    "AuditEntry",
    "CatalogEntry",
    "Contact",
    "ContactProfile",
    "Decision",
    "LinkHolder",
    "LinkPreview",
    "LinkState",
    "LinkView",
    "PreviewedSection",
    "Principal",
    "Projection",
    "ReadLink",
    "ReadLinkId",
    "ResourceKind",
    "ResourceRef",
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
    "signals",
]
