"""
The built-in directory: contacts, and what must be known of staff where the host brings no directory of its own.
"""

from typing import TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CONTACT, EMAIL_CLAIM, STAFF, email_claim_id
from sharekit.errors import DuplicateContactError, InvalidInputError, NotAllowedError, NotFoundError
from sharekit.features._facts import require_active
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ContactId, random_id
from sharekit.policies.staff import ADMIN
from sharekit.records import checks, events
from sharekit.records.parties import Contact, ContactProfile, EmailClaim, Party, Principal, Staff, StaffProfile, System
from sharekit.records.several import Several

__all__ = ["People"]

P = TypeVar("P", ContactProfile, StaffProfile)


class People:
    """The people of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def add_contact(self, name: str, email: str, *, by: Principal, locale: str | None = None) -> ContactProfile:
        """
        Add a person outside.

        Args:
            name: As pages and mails show it.
            email: One address; unique in the tenant without regard to case.
            by: Any active staff.
            locale: The language of pages and mails for this person, such as ``"nl"``.

        Returns:
            The contact; it can be passed wherever a `Contact` is wanted.

        Raises:
            DuplicateContactError: Another contact has this address; ``existing`` names it.
            InvalidInputError: An argument cannot be used.
        """

        def work(unit: Unit) -> ContactProfile:
            require_active(unit, by)
            contact = ContactProfile(id=random_id(), tenant=unit.tenant, name=name, email=email, locale=locale)
            claim_id = email_claim_id(email)
            claimed = unit.get(EMAIL_CLAIM, claim_id)
            if claimed is not None:
                raise DuplicateContactError(claimed.contact)
            unit.put(EMAIL_CLAIM, EmailClaim(tenant=unit.tenant, id=claim_id, contact=ContactId(contact.id)))
            unit.put(CONTACT, contact)
            unit.emit(events.ContactAdded(tenant=unit.tenant, at=unit.now, by=by, party=contact.key))
            return contact

        return self._wiring.write(work)

    def add_staff(self, staff: Staff, *, by: Principal, name: str, roles: Several[str] = ()) -> StaffProfile:
        """
        Describe a member of staff to the built-in directory, or describe them anew; that also makes them active.

        Args:
            staff: The host's user.
            by: A `System`, or somebody with the role ``admin``.
            name: As pages show it.
            roles: ``"admin"`` gives every right on every resource.

        Raises:
            NotAllowedError: *by* may not do this.
            InvalidInputError: An argument cannot be used.
        """
        if not isinstance(staff, Staff):
            raise InvalidInputError("staff", "needs a Staff")
        checks.names("roles", roles)

        def work(unit: Unit) -> StaffProfile:
            _require_admin(unit, by)
            unit.get(STAFF, staff.id)
            profile = StaffProfile(id=staff.id, tenant=unit.tenant, name=name, roles=frozenset(roles))
            unit.put(STAFF, profile)
            unit.emit(events.StaffAdded(tenant=unit.tenant, at=unit.now, by=by, party=profile.key, roles=profile.roles))
            return profile

        return self._wiring.write(work)

    def get(self, contact: Contact) -> ContactProfile:
        """
        Return what sharekit knows of a contact.

        Raises:
            NotFoundError: There is no such contact in this tenant.
        """
        if not isinstance(contact, Contact):
            raise InvalidInputError("contact", "needs a Contact")
        with self._wiring.reading() as unit:
            return _known(unit, CONTACT, contact.id)

    def deactivate(self, party: Party, *, by: Principal) -> None:
        """
        End what a person can do: links made by this member of staff, or for this contact, open nothing from now on.

        Deactivating again changes nothing. A member of staff need not have been described before.

        Args:
            party: A `Contact` or a `Staff`.
            by: Any active staff for a contact; for staff a `System`, or somebody with the role ``admin``.

        Raises:
            NotAllowedError: *by* may not do this.
            NotFoundError: There is no such contact in this tenant.
        """
        if not isinstance(party, Staff | Contact):
            raise InvalidInputError("party", "needs a Contact or a Staff")

        def work(unit: Unit) -> None:
            if isinstance(party, Contact):
                require_active(unit, by)
                changed = _deactivated(unit, CONTACT, _known(unit, CONTACT, party.id))
            else:
                _require_admin(unit, by)
                profile = unit.get(STAFF, party.id)
                undescribed = StaffProfile(id=party.id, tenant=unit.tenant, name=party.id)
                changed = _deactivated(unit, STAFF, profile or undescribed)
            if changed:
                unit.emit(events.PartyDeactivated(tenant=unit.tenant, at=unit.now, by=by, party=party.key))

        self._wiring.write(work)


def _deactivated(unit: Unit, kind: RecordKind[P], profile: P) -> bool:
    if not profile.active:
        return False
    unit.put(kind, attrs.evolve(profile, active=False))
    return True


def _known(unit: Unit, kind: RecordKind[P], id_: str) -> P:
    found = unit.get(kind, id_)
    if found is None:
        raise NotFoundError(kind.name)
    return found


def _require_admin(unit: Unit, by: Principal) -> None:
    require_active(unit, by)
    if isinstance(by, System):
        return
    profile = unit.get(STAFF, by.id)
    if profile is None or ADMIN not in profile.roles:
        raise NotAllowedError("needs-admin")
