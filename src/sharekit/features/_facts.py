"""
Gathers the facts of a decision inside a transaction, and asks the policy.
"""

from collections.abc import Sequence

from sharekit.codec.kinds import CATALOG_ENTRY, STAFF
from sharekit.errors import InvalidInputError, NotAllowedError
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.staff import rights_by_rule, rights_without_directory
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.parties import Contact, LinkHolder, Principal, Right, Staff, System

__all__ = ["MAX_DEPTH", "chain_of", "require", "require_staff", "rights_on"]

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


def rights_on(wiring: Wiring, unit: Unit, principal: Principal, chain: Sequence[CatalogEntry]) -> frozenset[Right]:
    """Return what *principal* may do with the resource that *chain* leads up from."""
    settled = rights_without_directory(principal)
    if settled is not None:
        return settled
    staff = Staff(principal.id)
    if wiring.directory is not None:
        return frozenset(wiring.directory.rights(staff, chain[0].ref)) if chain else frozenset()
    return rights_by_rule(staff.key, unit.get(STAFF, staff.id), chain)


def require(wiring: Wiring, unit: Unit, by: Principal, right: Right, chain: Sequence[CatalogEntry]) -> None:
    """Raise `NotAllowedError` unless *by* has this right on the resource."""
    if right not in rights_on(wiring, unit, by, chain):
        raise NotAllowedError(f"needs-{right}")


def require_staff(by: Principal) -> None:
    """Raise `NotAllowedError` unless *by* is staff or the host's machinery, before anything is looked up."""
    if not isinstance(by, Principal):
        raise InvalidInputError("by", "needs the principal who acts: a Staff or a System")
    if isinstance(by, Contact | LinkHolder) or not isinstance(by, Staff | System):
        raise NotAllowedError("staff-only")
