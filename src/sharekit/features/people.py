"""
The built-in directory: contacts and organizations, and what must be known of staff where the host does not say.
"""

from collections.abc import Collection
from typing import TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CONTACT, STAFF
from sharekit.codec.kinds_of_people import ORGANIZATION
from sharekit.errors import InvalidInputError, MergedContactError
from sharekit.features._contacts import Contacts
from sharekit.features._facts import require_active, require_admin
from sharekit.features._merging import MOVERS
from sharekit.features._organizations import Organizations
from sharekit.features._parties import (
    active_contact,
    known_contact,
    known_organization,
    require_own_contacts,
    require_own_organizations,
)
from sharekit.features._people_search import Sort, Wanted, search
from sharekit.features._portal import Doorway
from sharekit.features._portal_access import end_access
from sharekit.features._readers import name_of
from sharekit.features._unit import Unit, Wiring
from sharekit.records import checks, events
from sharekit.records.parties import (
    Contact,
    ContactProfile,
    Organization,
    Principal,
    Staff,
    StaffProfile,
)
from sharekit.records.people import OrganizationProfile, PersonFound
from sharekit.records.several import Several

__all__ = ["People"]

P = TypeVar("P", ContactProfile, OrganizationProfile, StaffProfile)


class People(Contacts, Organizations, Doorway):
    """The people of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def search(
        self,
        text: str,
        *,
        limit: int = 20,
        kinds: Collection[Sort] = ("contact", "organization"),
        organization: Organization | None = None,
        with_access: bool | None = None,
        active: bool | None = True,
    ) -> list[PersonFound]:
        """
        Find contacts and organizations while somebody types.

        Each word of the text must begin a word of the name, or of a tag, or the e-mail address or
        its domain; case and accents make no difference, and no sign is special. Names that begin
        with the text come first, then all by name. An empty text gives the first by name.

        Args:
            text: What was typed so far, at most 200 characters.
            limit: At most so many, 1 to 100.
            kinds: Whether to find contacts, organizations, or both.
            organization: Only contacts that are members of this one.
            with_access: True for contacts with access to the portal alone, invited ones included;
                False for the others.
            active: True for those that are active, False for the others, None for all.

        Raises:
            InvalidInputError: An argument cannot be used.
        """
        wanted = Wanted(
            text=text, limit=limit, kinds=kinds, organization=organization, with_access=with_access, active=active
        )
        with self._wiring.reading() as unit:
            return search(self._wiring, unit, wanted)

    def add_staff(
        self,
        staff: Staff,
        *,
        by: Principal,
        name: str,
        roles: Several[str] = (),
        email: str | None = None,
        locale: str | None = None,
    ) -> StaffProfile:
        """
        Describe a member of staff to the built-in directory, or describe them anew; that also makes them active.

        Args:
            staff: The host's user.
            by: A `System`, or somebody with the role ``admin``.
            name: As pages show it.
            roles: ``"admin"`` gives every right on every resource.
            email: Where letters to them go, unless the host's directory says so; None for nowhere.
            locale: The language of their letters, or None.

        Raises:
            NotAllowedError: *by* may not do this.
            InvalidInputError: An argument cannot be used.
        """
        if not isinstance(staff, Staff):
            raise InvalidInputError("staff", "needs a Staff")
        checks.names("roles", roles)

        def work(unit: Unit) -> StaffProfile:
            require_admin(unit, by)
            unit.get(STAFF, staff.id)
            profile = StaffProfile(
                id=staff.id, tenant=unit.tenant, name=name, roles=frozenset(roles), email=email, locale=locale
            )
            unit.put(STAFF, profile)
            unit.emit(events.StaffAdded(tenant=unit.tenant, at=unit.now, by=by, party=profile.key, roles=profile.roles))
            return profile

        return self._wiring.write(work)

    def staff_name(self, staff: Staff) -> str | None:
        """
        Return what a member of staff is called: by the host's directory, or as they were described; None for neither.

        Raises:
            DirectoryError: The host's own code failed.
        """
        if not isinstance(staff, Staff):
            raise InvalidInputError("staff", "needs a Staff")
        with self._wiring.reading() as unit:
            return name_of(self._wiring, unit, staff.key) or None

    def deactivate(self, party: Contact | Organization | Staff, *, by: Principal) -> None:
        """
        End what somebody can do: links made by this member of staff, or for this contact, open nothing from now on.

        A contact's access to the portal is withdrawn with it, so nobody comes back by being
        reactivated alone. To belong to an organization that is not active means nothing.
        Deactivating again changes nothing. A member of staff need not have been described before.

        Args:
            party: A `Contact`, an `Organization` or a `Staff`.
            by: Any active staff; for staff a `System`, or somebody with the role ``admin``.

        Raises:
            NotAllowedError: *by* may not do this, or the people are the host's.
            NotFoundError: There is no such contact or organization in this tenant.
        """
        if not isinstance(party, Staff | Contact | Organization):
            raise InvalidInputError("party", "needs a Contact, an Organization or a Staff")

        def work(unit: Unit) -> None:
            if isinstance(party, Staff):
                require_admin(unit, by)
                profile = unit.get(STAFF, party.id)
                undescribed = StaffProfile(id=party.id, tenant=unit.tenant, name=party.id)
                changed = _turned(unit, STAFF, profile or undescribed, active=False)
            else:
                changed = self._turn(unit, party, by, active=False)
            if changed:
                unit.emit(events.PartyDeactivated(tenant=unit.tenant, at=unit.now, by=by, party=party.key))

        self._wiring.write(work)

    def reactivate(self, party: Contact | Organization, *, by: Principal) -> None:
        """
        Have a contact or an organization be active again; `add_staff` does that for staff.

        A contact has to be invited again to come into the portal.

        Raises:
            MergedContactError: The contact was merged; ``into`` names the other.
            NotAllowedError: *by* may not do this, or the people are the host's.
            NotFoundError: There is no such contact or organization in this tenant.
        """
        if not isinstance(party, Contact | Organization):
            raise InvalidInputError("party", "needs a Contact or an Organization")

        def work(unit: Unit) -> None:
            if self._turn(unit, party, by, active=True):
                unit.emit(events.PartyReactivated(tenant=unit.tenant, at=unit.now, by=by, party=party.key))

        self._wiring.write(work)

    def merge(self, contact: Contact, *, into: Contact, by: Principal) -> ContactProfile:
        """
        Have a contact be another one, who gets their memberships, tags, addresses, links, conversations and news.

        The contact is deactivated, and remembers the other in ``merged_into``. Each event is in the feed once,
        seen when either saw it; a conversation is read as far as either read it; preferences are those of
        who stays, and where those say nothing, the other's. Access to the portal does not move: whoever came in
        as the one has to be invited as the other.

        Args:
            contact: Who is a duplicate.
            into: Who stays; active, and another.
            by: Any active staff.

        Returns:
            The one who stays.

        Raises:
            MergedContactError: One of the two was merged already.
            NotFoundError: One of the two is not there, or *into* is not active.
            NotAllowedError: *by* may not do this, or the people are the host's.
            InvalidInputError: Both are the same.
        """

        def work(unit: Unit) -> ContactProfile:
            require_active(unit, by)
            require_own_contacts(self._wiring)
            require_own_organizations(self._wiring)
            gone = self._own(unit, contact)
            kept = active_contact(self._wiring, unit, into, field="into")
            if gone == kept:
                raise InvalidInputError("into", "needs another contact")
            for move in MOVERS:
                move(unit, gone, kept, by)
            end_access(unit, gone, by)
            unit.put(CONTACT, attrs.evolve(gone, active=False, merged_into=Contact(kept.id)))
            unit.emit(events.ContactMerged(tenant=unit.tenant, at=unit.now, by=by, party=gone.key, into=kept.key))
            return kept

        return self._wiring.write(work)

    def _turn(self, unit: Unit, party: Contact | Organization, by: Principal, *, active: bool) -> bool:
        """Have a contact or an organization be active or not, and say whether that changed anything."""
        require_active(unit, by)
        if isinstance(party, Organization):
            require_own_organizations(self._wiring)
            return _turned(unit, ORGANIZATION, known_organization(self._wiring, unit, party), active=active)
        require_own_contacts(self._wiring)
        profile = known_contact(self._wiring, unit, party)
        if active and profile.merged_into is not None:
            raise MergedContactError(profile.merged_into.id)
        changed = _turned(unit, CONTACT, profile, active=active)
        if not active:
            end_access(unit, profile, by)
        return changed


def _turned(unit: Unit, kind: RecordKind[P], profile: P, *, active: bool) -> bool:
    if profile.active is active:
        return False
    unit.put(kind, attrs.evolve(profile, active=active))
    return True
