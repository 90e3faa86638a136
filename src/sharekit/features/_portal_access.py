"""
Access to the portal inside a unit: one row for each contact says where they stand, and others hang on it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from sharekit.codec.kinds import email_claim_id
from sharekit.codec.kinds_of_people import INVITATION, PORTAL_ACCESS
from sharekit.features._parties import contact_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import InvitationId, random_id
from sharekit.ports import Eq
from sharekit.records import events
from sharekit.records.invitations import (
    AccessState,
    Invitation,
    InvitationKeys,
    InvitationState,
    PortalAccess,
    PortalAccessKeys,
    portal_access_id,
)
from sharekit.records.parties import Contact, ContactProfile, Principal

__all__ = ["Entry", "Refusal", "access_by_handle", "end_access", "entered", "entry_of", "invited", "may_enter"]

_ONCE: Final = 1


class Refusal(StrEnum):
    """Why an invitation lets nobody in. Staff and logs are told; who holds it never is, but for the end of its time."""

    ABSENT = "absent"
    USED = "used"
    ENDED = "ended"
    CONTACT = "contact-inactive"
    ADDRESS = "address-changed"
    EXPIRED = "expired"


@attrs.frozen(kw_only=True)
class Entry:
    """
    What decides about an invitation at one instant.

    Attributes:
        invitation: The invitation, or None when there is none of that id.
        access: Where its contact stands, or None when that is not known.
        contact: Who is invited, or None when they are not known any more.
        refusal: Why it lets nobody in; None when it does.
    """

    invitation: Invitation | None = None
    access: PortalAccess | None = None
    contact: ContactProfile | None = None
    refusal: Refusal | None = Refusal.ABSENT


def entry_of(wiring: Wiring, unit: Unit, id_: str) -> Entry:
    """Return what decides about the invitation of this id now."""
    invitation = unit.get(INVITATION, id_)
    if invitation is None:
        return Entry()
    access = unit.get(PORTAL_ACCESS, portal_access_id(invitation.contact))
    contact = contact_of(wiring, unit, invitation.contact.id)
    refusal = _judge(invitation, access, contact, unit.now)
    return Entry(invitation=invitation, access=access, contact=contact, refusal=refusal)


def may_enter(unit: Unit, contact: Contact) -> bool:
    """Say whether a contact comes in to the portal, or was invited to."""
    access = unit.get(PORTAL_ACCESS, portal_access_id(contact))
    return access is not None and access.state in {AccessState.INVITED, AccessState.ACTIVE}


def _judge(
    invitation: Invitation, access: PortalAccess | None, contact: ContactProfile | None, now: datetime
) -> Refusal | None:
    # The end of its time comes last: who holds it is told of that, so only when it would let them in otherwise.
    if invitation.uses:
        return Refusal.USED
    if access is None or invitation.ended_at is not None or access.invitation != invitation.id:
        return Refusal.ENDED
    if contact is None or not contact.active:
        return Refusal.CONTACT
    if invitation.address != email_claim_id(contact.email):
        return Refusal.ADDRESS
    return Refusal.EXPIRED if invitation.state_at(now) is InvitationState.EXPIRED else None


def entered(unit: Unit, invitation: Invitation, access: PortalAccess) -> PortalAccess | None:
    """Use up an invitation, and return where its contact stands then; None when somebody else was faster."""
    if unit.bump(INVITATION, invitation.id, InvitationKeys.USES, _ONCE) is None:
        return None
    after = attrs.evolve(access, state=AccessState.ACTIVE, invitation=None, entered_at=unit.now)
    unit.put(PORTAL_ACCESS, after)
    unit.emit(events.PortalEntered(tenant=unit.tenant, at=unit.now, by=Contact(access.contact.id)))
    return after


def invited(unit: Unit, contact: ContactProfile, lasting: timedelta, by: Principal) -> Invitation:
    """Return the one open invitation of a contact: the one that was sent, made to last longer, or a new one."""
    access = unit.get(PORTAL_ACCESS, portal_access_id(contact))
    if access is None:
        access = PortalAccess(tenant=unit.tenant, contact=Contact(contact.id), handle=random_id())
    sent = None if access.invitation is None else unit.get(INVITATION, access.invitation)
    ends, address = unit.now + lasting, email_claim_id(contact.email)
    renewed = sent is not None and sent.address == address and sent.state_at(unit.now) is InvitationState.OPEN
    if sent is not None and renewed:
        invitation = attrs.evolve(sent, expires_at=max(ends, sent.expires_at))
    else:
        _end(unit, sent)
        invitation = Invitation(
            tenant=unit.tenant,
            id=InvitationId(random_id()),
            contact=Contact(contact.id),
            address=address,
            created_at=unit.now,
            created_by=by.key,
            expires_at=ends,
        )
        state = AccessState.ACTIVE if access.state is AccessState.ACTIVE else AccessState.INVITED
        unit.put(PORTAL_ACCESS, attrs.evolve(access, state=state, invitation=invitation.id))
    unit.put(INVITATION, invitation)
    unit.emit(
        events.ContactInvited(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            party=contact.key,
            expires_at=invitation.expires_at,
            renewed=renewed,
        )
    )
    return attrs.evolve(invitation, as_of=unit.now)


def end_access(unit: Unit, contact: Contact, by: Principal) -> None:
    """Have the contact come in no more: the invitation and every session end; nothing, where there is no access."""
    access = unit.get(PORTAL_ACCESS, portal_access_id(contact))
    if access is None or access.state is AccessState.WITHDRAWN:
        return
    if access.invitation is not None:
        _end(unit, unit.get(INVITATION, access.invitation))
    unit.put(
        PORTAL_ACCESS,
        attrs.evolve(access, state=AccessState.WITHDRAWN, epoch=access.epoch + 1, invitation=None, ended_at=unit.now),
    )
    unit.emit(events.PortalAccessWithdrawn(tenant=unit.tenant, at=unit.now, by=by, party=contact.key))


def access_by_handle(unit: Unit, handle: str) -> PortalAccess | None:
    """Return the access that the tickets of a contact's sessions name."""
    found = unit.find(PORTAL_ACCESS, Eq(PortalAccessKeys.HANDLE, handle), limit=1)
    return found[0] if found else None


def _end(unit: Unit, invitation: Invitation | None) -> None:
    if invitation is not None and not invitation.uses and invitation.ended_at is None:
        unit.put(INVITATION, attrs.evolve(invitation, ended_at=unit.now))
