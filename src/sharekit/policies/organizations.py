"""
For whom of an organisation its grants count.
"""

from collections.abc import Iterable

from sharekit.records.parties import Organization
from sharekit.records.people import Membership
from sharekit.records.settings import OrganizationMode, PortalSettings

__all__ = ["counted", "counts_for_some"]


def counts_for_some(settings: PortalSettings) -> bool:
    """Say whether what is granted to an organisation counts for anybody at all."""
    match settings.organizations:
        case OrganizationMode.EVERYONE | OrganizationMode.PER_MEMBER:
            return True
        case OrganizationMode.BY_ROLE:
            return bool(settings.roles)
        case _:
            return False


def counted(memberships: Iterable[Membership], settings: PortalSettings) -> frozenset[Organization]:
    """Return the organisations whose grants count for somebody with these memberships."""
    match settings.organizations:
        case OrganizationMode.EVERYONE:
            return frozenset(membership.organization for membership in memberships)
        case OrganizationMode.BY_ROLE:
            return frozenset(each.organization for each in memberships if each.role in settings.roles)
        case OrganizationMode.PER_MEMBER:
            return frozenset(each.organization for each in memberships if each.sees_shared)
        case _:
            return frozenset()
