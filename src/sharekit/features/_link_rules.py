"""
What must hold before a read link is made, changed or taken back.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import attrs

from sharekit.codec.kinds import READ_LINK
from sharekit.errors import InternalTitleError, InvalidInputError, NotAllowedError, NotFoundError, WideningError
from sharekit.features._facts import chain_of, require, require_active
from sharekit.features._parties import active_contact, known_organization, member_ids_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.links import judge_resource
from sharekit.policies.sections import SectionPolicy
from sharekit.ports import Condition, Eq, In
from sharekit.records import checks, events
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.declarations import ResourceKind
from sharekit.records.instants import utc
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import Contact, Organization, Principal, Right, Staff
from sharekit.records.several import Several
from sharekit.records.unset import UNSET, Unset

__all__ = [
    "changed_fields",
    "changed_sections",
    "future",
    "links_of",
    "links_to",
    "require_recipient",
    "require_revoking",
    "require_sharing",
    "take_back",
    "titled",
]

_CHANGING = ("sections", "client_title", "accepted_title", "expires_at", "password_epoch")


def future(wiring: Wiring, expires_at: datetime) -> datetime:
    """Return the end of a link in UTC; refuse one that is over."""
    ends = utc("expires_at", expires_at)
    if ends <= wiring.clock.now():
        raise InvalidInputError("expires_at", "is over already; use revoke() to end a link now")
    return ends


def require_sharing(wiring: Wiring, unit: Unit, by: Principal, chain: Sequence[CatalogEntry], ref: ResourceRef) -> None:
    """Refuse to share what is not there, what *by* may not share, and what no client may ever see."""
    if not chain or chain[0].removed_at is not None:
        raise NotFoundError("resource", ref.key)
    for right in (Right.VIEW, Right.SHARE):
        require(wiring, unit, by, right, chain[0].ref, chain=chain)
    hidden = judge_resource(chain)
    if hidden is not None:
        raise NotAllowedError(str(hidden))


def require_revoking(wiring: Wiring, unit: Unit, by: Principal, links: Collection[ReadLink]) -> None:
    """Refuse to take back links that *by* neither made nor may share the resource of."""
    require_active(unit, by)
    for ref in {link.ref for link in links if link.created_by != by.key}:
        require(wiring, unit, by, Right.SHARE, ref, chain=chain_of(unit, ref))


def require_recipient(wiring: Wiring, unit: Unit, recipient: Contact) -> None:
    """Refuse a recipient that is no active contact."""
    active_contact(wiring, unit, recipient, field="recipient")


def titled(link: ReadLink, entry: CatalogEntry, *, client_title: str | None, accept_internal_title: object) -> ReadLink:
    """Return a link with its titles; refuse one by which the client would read an internal one unaccepted (E6)."""
    checks.flag("accept_internal_title", accept_internal_title)
    accepted = entry.title if accept_internal_title else None
    if client_title is None and entry.client_title is None and accepted is None:
        raise InternalTitleError(entry.title)
    return attrs.evolve(link, client_title=client_title, accepted_title=accepted)


def changed_sections(
    kind: ResourceKind, link: ReadLink, sections: Several[str] | Unset, add_sections: Several[str]
) -> frozenset[str]:
    """Return what a link shows after a change; refuse one that widens without saying so (R-LINK-1)."""
    kept = link.sections if sections is UNSET else SectionPolicy.checked(kind, sections).shown
    added = SectionPolicy.checked(kind, add_sections).shown
    if not kept <= link.sections | added:
        raise WideningError(kept - link.sections - added)
    return frozenset(kept | added)


def links_of(target: object) -> Condition:
    """Return the condition that finds the links to a resource, for a contact, or by a member of staff."""
    if isinstance(target, ResourceRef):
        return Eq(ReadLinkKeys.RESOURCE, target.key)
    if isinstance(target, Contact):
        return Eq(ReadLinkKeys.RECIPIENT, target.key)
    if isinstance(target, Staff):
        return Eq(ReadLinkKeys.CREATED_BY, target.key)
    raise InvalidInputError("target", "needs a ResourceRef, a Contact, an Organization or a Staff")


def links_to(wiring: Wiring, unit: Unit, target: object) -> Condition:
    """Return the same, also for everybody who belongs to an organisation now."""
    if not isinstance(target, Organization):
        return links_of(target)
    known_organization(wiring, unit, target)
    return In(ReadLinkKeys.RECIPIENT, [Contact(id_).key for id_ in sorted(member_ids_of(wiring, unit, target))])


def take_back(unit: Unit, link: ReadLink, by: Principal) -> ReadLink:
    """Revoke a link unless it is revoked already, and return it as it is now."""
    if link.revoked_at is not None:
        return attrs.evolve(link, as_of=unit.now)
    dead = attrs.evolve(link, revoked_at=unit.now, revoked_by=by.key, generation=link.generation + 1, as_of=unit.now)
    unit.put(READ_LINK, dead)
    unit.emit(events.LinkRevoked(tenant=unit.tenant, at=unit.now, by=by, ref=link.ref, link=link.id))
    return dead


def changed_fields(before: ReadLink, after: ReadLink) -> frozenset[str]:
    """Return the names of the fields that a change touched."""
    return frozenset(name for name in _CHANGING if getattr(before, name) != getattr(after, name))
