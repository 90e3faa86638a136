"""
Moves what was shared with a contact, and what they asked for, to the contact that they turned out to be.
"""

from datetime import UTC, datetime
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_sharing import ACCESS_REQUEST, FOLLOW, GRANT
from sharekit.features._grants import revoked, said
from sharekit.features._unit import Unit
from sharekit.ports import Eq
from sharekit.records.access_requests import AccessRequestKeys, AccessRequestState
from sharekit.records.catalog import EntryKeys, Visibility
from sharekit.records.grants import Children, FollowKeys, Grant, GrantKeys, grant_id
from sharekit.records.parties import Contact, ContactProfile, Principal

__all__ = ["move_follows", "move_grants", "move_requesters", "move_requests"]

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_REACH: Final = {Children.NONE: 0, Children.NOW: 1, Children.FUTURE: 2}


def move_grants(unit: Unit, contact: ContactProfile, into: ContactProfile, by: Principal) -> None:
    """
    Have the second contact hold what the first holds.

    Where both hold a thing the second's grant stays, unless the first's gives at least as much in
    every respect: so a merger takes nothing from who stays, and gives nothing that neither had.
    """
    for grant in unit.find(GRANT, Eq(GrantKeys.GRANTEE, contact.key)):
        if grant.revoked_at is not None or grant.declined_at is not None:
            continue
        theirs = unit.get(GRANT, grant_id(unit.tenant, grant.node, into.key))
        if theirs is None or _replaces(grant, theirs, unit.now):
            moved = attrs.evolve(
                grant,
                grantee=into.key,
                via=_via(unit, grant, into),
                generation=1 if theirs is None else theirs.generation + 1,
            )
            unit.put(GRANT, moved)
            said(unit, moved, by, merged_from=contact.key)
        revoked(unit, grant, by)


def _via(unit: Unit, grant: Grant, into: ContactProfile) -> str | None:
    whole = None if grant.via is None else unit.get(GRANT, grant.via)
    return None if whole is None else grant_id(unit.tenant, whole.node, into.key)


def _replaces(grant: Grant, theirs: Grant, now: datetime) -> bool:
    if not theirs.allows_at(now):
        return grant.visibility is Visibility.CLIENT or theirs.revoked_at is not None
    if grant.via is not None and theirs.via is None:
        return False
    return (
        grant.live
        and grant.access.level >= theirs.access.level
        and _REACH[grant.children] >= _REACH[theirs.children]
        and (grant.expires_at or _NEVER) >= (theirs.expires_at or _NEVER)
    )


def move_follows(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """Have the second contact follow what the first follows."""
    for follow in unit.find(FOLLOW, Eq(FollowKeys.PARTY, contact.key)):
        unit.delete(FOLLOW, follow.id)
        moved = attrs.evolve(follow, party=into.key)
        if unit.get(FOLLOW, moved.id) is None:
            unit.put(FOLLOW, moved)


def move_requests(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """Have the second contact wait for what the first waits for."""
    for request in unit.find(ACCESS_REQUEST, Eq(AccessRequestKeys.CONTACT, contact.id)):
        unit.delete(ACCESS_REQUEST, request.id)
        moved = attrs.evolve(request, contact=Contact(into.id))
        theirs = unit.get(ACCESS_REQUEST, moved.id)
        if request.state is AccessRequestState.OPEN and (theirs is None or theirs.state is not request.state):
            unit.put(ACCESS_REQUEST, moved)


def move_requesters(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """Have the second contact be who asked for what the first asked for."""
    for entry in unit.find(CATALOG_ENTRY, Eq(EntryKeys.REQUESTER, contact.id)):
        unit.put(CATALOG_ENTRY, attrs.evolve(entry, requester=Contact(into.id)))
