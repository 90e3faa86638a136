"""
Who belongs to what: the rows of memberships, inside a unit.
"""

import attrs

from sharekit.codec import fold
from sharekit.codec.kinds import CONTACT
from sharekit.codec.kinds_of_people import MEMBERSHIP
from sharekit.errors import NotFoundError
from sharekit.features._parties import contact_of, contacts_of_host
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import Eq, In, InSelect, OrderBy, Position, Select
from sharekit.records import events
from sharekit.records.parties import Contact, ContactKeys, ContactProfile, Organization, Principal
from sharekit.records.people import Member, Membership, MembershipKeys, membership_id
from sharekit.records.unset import UNSET, Unset

__all__ = ["joined", "left", "members_of"]


def joined(
    unit: Unit,
    contact: Contact,
    organization: Organization,
    role: str | None | Unset,
    by: Principal,
    *,
    sees_shared: bool | Unset = UNSET,
) -> Membership:
    """Have the contact belong to the organization, on these terms; what is not named stays as it is."""
    before = unit.get(MEMBERSHIP, membership_id(contact, organization))
    here, party, other = unit.tenant, contact.key, organization.key
    if before is None:
        after = Membership(
            tenant=here,
            contact=Contact(contact.id),
            organization=Organization(organization.id),
            role=None if isinstance(role, Unset) else role,
            sees_shared=False if isinstance(sees_shared, Unset) else sees_shared,
            since=unit.now,
        )
        unit.put(MEMBERSHIP, after)
        unit.emit(
            events.MemberJoined(
                tenant=here,
                at=unit.now,
                by=by,
                party=party,
                organization=other,
                role=after.role,
                sees_shared=after.sees_shared,
            )
        )
        return after
    after = attrs.evolve(
        before,
        role=before.role if isinstance(role, Unset) else role,
        sees_shared=before.sees_shared if isinstance(sees_shared, Unset) else sees_shared,
    )
    if after == before:
        return before
    unit.put(MEMBERSHIP, after)
    unit.emit(
        events.MemberRoleChanged(
            tenant=here,
            at=unit.now,
            by=by,
            party=party,
            organization=other,
            role=after.role,
            sees_shared=after.sees_shared,
        )
    )
    return after


def left(unit: Unit, contact: Contact, organization: Organization, by: Principal) -> bool:
    """Have the contact belong to the organization no more, and say whether they did before."""
    before = unit.get(MEMBERSHIP, membership_id(contact, organization))
    if before is None:
        return False
    unit.delete(MEMBERSHIP, before.id)
    unit.emit(
        events.MemberLeft(tenant=unit.tenant, at=unit.now, by=by, party=contact.key, organization=organization.key)
    )
    return True


def members_of(
    wiring: Wiring, unit: Unit, organization: Organization, after: Contact | None, limit: int
) -> list[Member]:
    """Return the people of an organization of ours by name, or by id where people are the host's."""
    belongs = Eq(MembershipKeys.ORGANIZATION, organization.id)
    if contacts_of_host(wiring) is not None:
        place = None if after is None else Position(after.id, membership_id(after, organization))
        order = OrderBy(MembershipKeys.CONTACT)
        rows = unit.find(MEMBERSHIP, belongs, order=order, after=place, limit=limit)
        known = [(row, contact_of(wiring, unit, row.contact.id)) for row in rows]
        return [_member(contact, row) for row, contact in known if contact is not None]
    people = unit.find(
        CONTACT,
        InSelect("id", Select(MEMBERSHIP.name, MembershipKeys.CONTACT, belongs)),
        order=OrderBy(ContactKeys.NAME),
        after=_place_of(unit, after),
        limit=limit,
    )
    rows = unit.find(MEMBERSHIP, In("id", [membership_id(contact, organization) for contact in people]))
    by_contact = {row.contact.id: row for row in rows}
    return [_member(contact, by_contact[contact.id]) for contact in people]


def _place_of(unit: Unit, after: Contact | None) -> Position | None:
    if after is None:
        return None
    profile = unit.get(CONTACT, after.id)
    if profile is None:
        raise NotFoundError(CONTACT.name, after.key)
    return Position(fold(profile.name), profile.id)


def _member(contact: ContactProfile, membership: Membership) -> Member:
    return Member(contact=contact, role=membership.role, since=membership.since, sees_shared=membership.sees_shared)
