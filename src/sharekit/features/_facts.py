"""
Gathers the facts of a decision inside a transaction, and asks the policy.
"""

from collections.abc import Sequence

from sharekit.codec.kinds import CATALOG_ENTRY, STAFF
from sharekit.errors import InvalidInputError, NotAllowedError
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.staff import is_barred, rights_by_rule, rights_without_directory
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.parties import Contact, LinkHolder, Principal, Right, Staff, System

__all__ = ["MAX_DEPTH", "chain_of", "require", "require_active", "require_staff", "rights_on"]

MAX_DEPTH = 16


def chain_of(unit: Unit, ref: ResourceRef) -> tuple[CatalogEntry, ...]:
    """
    Return the entry of a resource and each container above it; empty when there is none.

    A chain that breaks off, or is deeper than it may be, ends with an entry that still names a
    container, which every policy takes for removed.
    """
    chain: list[CatalogEntry] = []
    wanted: ResourceRef | None = ref
    while wanted is not None and len(chain) <= MAX_DEPTH:
        entry = unit.get(CATALOG_ENTRY, wanted.key)
        if entry is None:
            break
        chain.append(entry)
        wanted = entry.container
    return tuple(chain)


def rights_on(
    wiring: Wiring, unit: Unit, principal: Principal, ref: ResourceRef, chain: Sequence[CatalogEntry]
) -> frozenset[Right]:
    """Return what *principal* may do with a resource, which *chain* leads up from when it is in the catalog."""
    settled = rights_without_directory(principal)
    if settled is not None:
        return settled
    profile = unit.get(STAFF, principal.id)
    if wiring.directory is not None and not is_barred(profile):
        return frozenset(wiring.directory.rights(Staff(principal.id), ref))
    return rights_by_rule(principal.key, profile, chain)


def require(
    wiring: Wiring, unit: Unit, by: Principal, right: Right, ref: ResourceRef, *, chain: Sequence[CatalogEntry]
) -> None:
    """Raise `NotAllowedError` unless *by* has this right on the resource."""
    if right not in rights_on(wiring, unit, by, ref, chain):
        raise NotAllowedError(f"needs-{right}")


def require_active(unit: Unit, by: Principal) -> None:
    """Raise `NotAllowedError` when *by* was deactivated; for what concerns no resource."""
    require_staff(by)
    if isinstance(by, Staff) and is_barred(unit.get(STAFF, by.id)):
        raise NotAllowedError("inactive")


def require_staff(by: Principal) -> None:
    """Raise `NotAllowedError` unless *by* is staff or the host's machinery, before anything is looked up."""
    if not isinstance(by, Principal):
        raise InvalidInputError("by", "needs the principal who acts: a Staff or a System")
    if isinstance(by, Contact | LinkHolder) or not isinstance(by, Staff | System):
        raise NotAllowedError("staff-only")
