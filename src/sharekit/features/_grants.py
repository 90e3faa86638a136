"""
Gives and takes grants and follows within a unit.
"""

from datetime import datetime

import attrs

from sharekit.codec.kinds_of_sharing import FOLLOW, GRANT
from sharekit.errors import InvalidInputError
from sharekit.features._access_facts import settings_of
from sharekit.features._facts import chain_of, require
from sharekit.features._tree import as_it_lies, descendants_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import Eq, OrderBy
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, Visibility
from sharekit.records.grants import Access, Children, Follow, Grant, GrantKeys, follow_id, grant_id
from sharekit.records.parties import Principal, Reference, Right

__all__ = ["GrantTerms", "decline", "followed", "give", "grants_on", "revoked", "said", "take", "unfollowed"]


@attrs.frozen
class GrantTerms:
    """What a grant says, but for what and to whom."""

    access: Access
    visibility: Visibility
    children: Children
    expires_at: datetime | None

    @classmethod
    def checked(
        cls, access: Access, visibility: Visibility, children: Children, expires_at: datetime | None
    ) -> "GrantTerms":
        """Return these terms; refuse values of other types."""
        given: tuple[tuple[str, object, type], ...] = (
            ("access", access, Access),
            ("visibility", visibility, Visibility),
            ("children", children, Children),
        )
        for field, value, wanted in given:
            if not isinstance(value, wanted):
                raise InvalidInputError(field, f"needs {wanted.__name__}")
        return cls(access, visibility, children, expires_at)

    @property
    def rights_needed(self) -> tuple[Right, ...]:
        """The rights that whoever grants must have: nobody grants more than they hold (R-AUTH-5)."""
        held = (Right.VIEW, Right.SHARE)
        return (*held, Right.EDIT) if self.access is Access.CONTRIBUTE else held


def give(
    wiring: Wiring, unit: Unit, entry: CatalogEntry, grantee: Reference, terms: GrantTerms, *, by: Principal
) -> Grant:
    """Grant a thing, and by the terms what lies in it now, on these terms; return the grant of the thing itself."""
    grant = _given(unit, entry, grantee, terms, by=by, via=None)
    before = [] if grant.generation == 1 else _brought_by(unit, grant)
    renewed: set[str] = set()
    if terms.children is Children.NOW:
        of_one = attrs.evolve(terms, children=Children.NONE)
        amid_moves = bool(settings_of(unit).moving)
        for child in descendants_of(unit, entry):
            lying = as_it_lies(unit, child) if amid_moves else child
            # What was restricted, or waits to be opened, is not reached by what is said of its container.
            if lying.shown and entry.node in lying.reached_from:
                chain = chain_of(unit, child.ref)
                for right in terms.rights_needed:
                    require(wiring, unit, by, right, child.ref, chain=chain)
                renewed.add(_given(unit, child, grantee, of_one, by=by, via=grant.id).id)
    for each in before:
        if each.id not in renewed:
            revoked(unit, each, by)
    return grant


def _given(
    unit: Unit, entry: CatalogEntry, grantee: Reference, terms: GrantTerms, *, by: Principal, via: str | None
) -> Grant:
    before = unit.get(GRANT, grant_id(unit.tenant, entry.node, grantee.key))
    if before is not None and via is not None and before.via is None and before.allows_at(unit.now):
        return before  # what was granted by itself is not made to depend on another
    grant = Grant(
        tenant=unit.tenant,
        ref=entry.ref,
        incarnation=entry.incarnation,
        grantee=grantee.key,
        access=terms.access,
        visibility=terms.visibility,
        children=terms.children,
        expires_at=terms.expires_at,
        via=via,
        granted_at=unit.now,
        granted_by=by.key,
        generation=1 if before is None else before.generation + 1,
    )
    unit.put(GRANT, grant)
    said(unit, grant, by)
    return grant


def said(unit: Unit, grant: Grant, by: Principal, *, merged_from: str | None = None) -> None:
    """Announce that something was granted; or that it came over from a contact who was merged into the grantee."""
    unit.emit(
        events.ResourceShared(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            ref=grant.ref,
            grant=grant.id,
            party=grant.grantee,
            access=grant.access,
            visibility=grant.visibility,
            children=grant.children,
            expires_at=grant.expires_at,
            generation=grant.generation,
            merged_from=merged_from,
        )
    )


def take(unit: Unit, grant: Grant, by: Principal) -> Grant:
    """Revoke a grant, and those that were made with it, unless they are revoked already; return it as it is now."""
    for each in _brought_by(unit, grant):
        revoked(unit, each, by)
    return revoked(unit, grant, by)


def revoked(unit: Unit, grant: Grant, by: Principal) -> Grant:
    """Revoke this one grant unless it is revoked already, and return it as it is now."""
    if grant.revoked_at is not None:
        return grant
    dead = attrs.evolve(grant, revoked_at=unit.now, revoked_by=by.key, generation=grant.generation + 1)
    unit.put(GRANT, dead)
    unit.emit(
        events.ShareRevoked(tenant=unit.tenant, at=unit.now, by=by, ref=grant.ref, grant=grant.id, party=grant.grantee)
    )
    return dead


def decline(unit: Unit, grant: Grant, by: Principal) -> Grant:
    """Note that the grantee declined a grant, and those that were made with it; return it as it is now."""
    for each in (grant, *_brought_by(unit, grant)):
        if each.declined_at is None and each.revoked_at is None:
            declined = attrs.evolve(each, declined_at=unit.now, generation=each.generation + 1)
            unit.put(GRANT, declined)
            unit.emit(
                events.ShareDeclined(
                    tenant=unit.tenant, at=unit.now, by=by, ref=each.ref, grant=each.id, party=each.grantee
                )
            )
            grant = declined if each.id == grant.id else grant
    return grant


def _brought_by(unit: Unit, grant: Grant) -> list[Grant]:
    return unit.find(GRANT, Eq(GrantKeys.VIA, grant.id))


def grants_on(unit: Unit, entry: CatalogEntry) -> list[Grant]:
    """Return the grants on a thing itself that were neither revoked nor declined, the oldest first."""
    found = unit.find(GRANT, Eq(GrantKeys.NODE, entry.node), order=OrderBy(GrantKeys.GRANTED_AT))
    return [grant for grant in found if grant.revoked_at is None and grant.declined_at is None]


def followed(unit: Unit, entry: CatalogEntry, party: Reference, by: Principal) -> Follow:
    """Have a party follow a thing, unless it does already."""
    known = unit.get(FOLLOW, follow_id(unit.tenant, entry.node, party.key))
    if known is not None:
        return known
    follow = Follow(tenant=unit.tenant, ref=entry.ref, incarnation=entry.incarnation, party=party.key, since=unit.now)
    unit.put(FOLLOW, follow)
    unit.emit(events.ResourceFollowed(tenant=unit.tenant, at=unit.now, by=by, ref=entry.ref, party=party.key))
    return follow


def unfollowed(unit: Unit, entry: CatalogEntry, party: Reference, by: Principal) -> None:
    """Have a party follow a thing no more, if it does."""
    known = unit.get(FOLLOW, follow_id(unit.tenant, entry.node, party.key))
    if known is not None:
        unit.delete(FOLLOW, known.id)
        unit.emit(events.ResourceUnfollowed(tenant=unit.tenant, at=unit.now, by=by, ref=entry.ref, party=party.key))
