"""
Gathers the facts of a decision inside a transaction, and asks the policy.
"""

from collections.abc import Sequence

from sharekit.codec.kinds import CATALOG_ENTRY, STAFF
from sharekit.errors import DirectoryError, InvalidInputError, NotAllowedError
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.staff import ADMIN, is_barred, rights_by_rule, rights_without_directory
from sharekit.ports import Directory
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import Principal, Right, Staff, System

__all__ = [
    "MAX_DEPTH",
    "chain_of",
    "require",
    "require_active",
    "require_admin",
    "require_staff",
    "rights_of",
    "rights_on",
    "still_containing",
]

MAX_DEPTH = 16


def chain_of(unit: Unit, ref: ResourceRef) -> tuple[CatalogEntry, ...]:
    """
    Return the entry of a resource and each container above it; empty when there is none.

    A chain that breaks off, or is deeper than it may be, ends with an entry that still names a
    container, which every policy takes for removed. It breaks off below a container that was
    removed, also when the same id was put again since: that is another thing, whose owner has no
    rights on what lay in the old one.
    """
    chain: list[CatalogEntry] = []
    entry = unit.get(CATALOG_ENTRY, ref.key)
    while entry is not None:
        chain.append(entry)
        if entry.container is None or len(chain) > MAX_DEPTH:
            break
        entry = still_containing(entry, unit.get(CATALOG_ENTRY, entry.container.key))
    return tuple(chain)


def still_containing(entry: CatalogEntry, container: CatalogEntry | None) -> CatalogEntry | None:
    """Return the container that an entry was put into, unless that was removed."""
    if container is None or container.removed_at is not None:
        return None
    return container if container.incarnation == entry.container_incarnation else None


def rights_on(
    wiring: Wiring, unit: Unit, principal: Principal, ref: ResourceRef, chain: Sequence[CatalogEntry]
) -> frozenset[Right]:
    """Return what *principal* may do with a resource, which *chain* leads up from when it is in the catalog."""
    settled = rights_without_directory(principal)
    if settled is not None:
        return settled
    profile = unit.get(STAFF, principal.id)
    asked = _known_to_host(ref, chain)
    if wiring.directory is not None and asked is not None and not is_barred(profile):
        return rights_of(wiring.directory, Staff(principal.id), asked)
    return rights_by_rule(principal.key, profile, chain)


def _known_to_host(ref: ResourceRef, chain: Sequence[CatalogEntry]) -> ResourceRef | None:
    """Return what the host's directory is asked about: for a document, which is ours, what it lies in."""
    if ref.kind != DOCUMENT:
        return ref
    return next((entry.ref for entry in chain if entry.ref.kind != DOCUMENT), None)


def rights_of(directory: Directory, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
    """Return what the host's directory answers; raise `DirectoryError` when it fails or answers something else."""
    try:
        rights = frozenset(directory.rights(staff, ref))
    except Exception as error:
        raise DirectoryError from error
    if not all(isinstance(right, Right) for right in rights):
        raise DirectoryError
    return rights


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


def require_admin(unit: Unit, by: Principal) -> None:
    """Raise `NotAllowedError` unless *by* is the host's machinery, or active staff with the role ``admin``."""
    require_active(unit, by)
    if isinstance(by, System):
        return
    profile = unit.get(STAFF, by.id)
    if profile is None or ADMIN not in profile.roles:
        raise NotAllowedError("needs-admin")


def require_staff(by: Principal) -> None:
    """Raise `NotAllowedError` unless *by* is staff or the host's machinery, before anything is looked up."""
    if not isinstance(by, Principal):
        raise InvalidInputError("by", "needs the principal who acts: a Staff or a System")
    # By the key as well: a host's own subclass may call itself something that no record could name.
    if not isinstance(by, Staff | System) or by.type not in {Staff.type, System.type}:
        raise NotAllowedError("staff-only")
