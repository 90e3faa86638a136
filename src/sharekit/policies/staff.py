"""
What staff may do, by the built-in rule that holds where the host brings no directory of its own.
"""

from collections.abc import Sequence
from typing import Final

from sharekit.records.catalog import CatalogEntry
from sharekit.records.parties import Principal, Right, Staff, StaffProfile, System

__all__ = ["ADMIN", "ALL_RIGHTS", "NO_RIGHTS", "is_barred", "rights_by_rule", "rights_without_directory"]

ADMIN: Final = "admin"
ALL_RIGHTS: Final = frozenset(Right)
NO_RIGHTS: Final[frozenset[Right]] = frozenset()
_ONLY_VIEW: Final = frozenset({Right.VIEW})


def rights_without_directory(principal: Principal) -> frozenset[Right] | None:
    """Return the rights that follow from what *principal* is; None when they depend on the resource."""
    if isinstance(principal, Staff):
        return None
    return ALL_RIGHTS if isinstance(principal, System) else NO_RIGHTS


def is_barred(profile: StaffProfile | None) -> bool:
    """Say whether a member of staff was deactivated, which beats whatever the host's directory says."""
    return profile is not None and not profile.active


def rights_by_rule(staff: str, profile: StaffProfile | None, chain: Sequence[CatalogEntry]) -> frozenset[Right]:
    """
    Return the rights of a member of staff on a resource.

    Who owns the resource, or anything that it lies in, has all rights; so has the role ``admin``.
    Other staff may view. Who was deactivated has none. Staff that were never described to the
    built-in directory are the host's active users without a role.

    Args:
        staff: The key of the member of staff.
        profile: What the built-in directory knows of them, if anything.
        chain: The resource's entry, then each container above it.
    """
    if profile is not None:
        if is_barred(profile):
            return NO_RIGHTS
        if ADMIN in profile.roles:
            return ALL_RIGHTS
    for entry in chain:
        if entry.owner == staff:
            return ALL_RIGHTS
    return _ONLY_VIEW
