"""
Client sharing for Python web applications: share what the host owns with people outside, and take it back at once.
"""

from sharekit import errors, signals
from sharekit.kit import Sharekit
from sharekit.records.audit import AuditEntry
from sharekit.records.catalog import CatalogEntry, ResourceKind, ResourceRef, Section, SectionContext, Visibility
from sharekit.records.instants import end_of_day
from sharekit.records.links import LinkState, ReadLink
from sharekit.records.parties import Contact, ContactProfile, LinkHolder, Principal, Right, Staff, StaffProfile, System
from sharekit.records.views import LinkPreview, LinkView, PreviewedSection, Projection, SectionView

__all__ = [
    "AuditEntry",
    "CatalogEntry",
    "Contact",
    "ContactProfile",
    "LinkHolder",
    "LinkPreview",
    "LinkState",
    "LinkView",
    "PreviewedSection",
    "Principal",
    "Projection",
    "ReadLink",
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
    "Visibility",
    "end_of_day",
    "errors",
    "signals",
]
