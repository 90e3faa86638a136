"""
The verbs about organizations of the built-in directory, and about who belongs to them.
"""

from collections.abc import Sequence

import attrs

from sharekit.codec.kinds_of_people import MEMBERSHIP, NAME_CLAIM, ORGANIZATION, name_claim_id
from sharekit.errors import DuplicateOrganizationError, InvalidInputError, NotFoundError
from sharekit.features._facts import require_active
from sharekit.features._memberships import joined, left, members_of
from sharekit.features._parties import (
    active_contact,
    active_organization,
    known_contact,
    known_organization,
    memberships_of,
    require_own_organizations,
)
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import OrganizationId, random_id
from sharekit.records import checks, events
from sharekit.records.parties import Contact, Organization, Principal
from sharekit.records.people import Member, Membership, NameClaim, OrganizationProfile, membership_id
from sharekit.records.several import Several
from sharekit.records.unset import UNSET, Unset

__all__ = ["Organizations"]

_MAX_LIMIT = 1000


class Organizations:
    """The organizations of one tenant."""

    _wiring: Wiring

    def add_organization(self, name: str, *, by: Principal) -> OrganizationProfile:
        """
        Add an organization outside.

        Args:
            name: As pages and mails show it; unique in the tenant without regard to case, so that
                nobody shares with the wrong one of two that read alike.
            by: Any active staff.

        Returns:
            The organization; it can be passed wherever an `Organization` is wanted.

        Raises:
            DuplicateOrganizationError: Another organization has this name; ``existing`` names it.
            NotAllowedError: *by* may not, or organizations are the host's.
            InvalidInputError: An argument cannot be used.
        """

        def work(unit: Unit) -> OrganizationProfile:
            require_active(unit, by)
            require_own_organizations(self._wiring)
            organization = OrganizationProfile(id=random_id(), tenant=unit.tenant, name=name)
            _claim(unit, organization)
            unit.put(ORGANIZATION, organization)
            unit.emit(events.OrganizationAdded(tenant=unit.tenant, at=unit.now, by=by, party=organization.key))
            return organization

        return self._wiring.write(work)

    def get_organization(self, organization: Organization) -> OrganizationProfile:
        """
        Return what sharekit knows of an organization.

        Raises:
            NotFoundError: There is no such organization in this tenant.
        """
        with self._wiring.reading() as unit:
            return known_organization(self._wiring, unit, organization)

    def update_organization(self, organization: Organization, *, name: str, by: Principal) -> OrganizationProfile:
        """
        Change the name of an organization.

        Raises:
            DuplicateOrganizationError: Another organization has this name; ``existing`` names it.
            NotFoundError: There is no such organization in this tenant.
            NotAllowedError: *by* may not, or organizations are the host's.
            InvalidInputError: An argument cannot be used.
        """

        def work(unit: Unit) -> OrganizationProfile:
            require_active(unit, by)
            require_own_organizations(self._wiring)
            before = known_organization(self._wiring, unit, organization)
            after = attrs.evolve(before, name=name)
            if after.name != before.name:
                _claim(unit, after, instead_of=before)
                unit.put(ORGANIZATION, after)
                changed = frozenset({"name"})
                unit.emit(
                    events.OrganizationUpdated(tenant=unit.tenant, at=unit.now, by=by, party=after.key, changed=changed)
                )
            return after

        return self._wiring.write(work)

    def join(
        self,
        contact: Contact,
        organization: Organization,
        *,
        by: Principal,
        role: str | None | Unset = UNSET,
        sees_shared: bool | Unset = UNSET,
    ) -> Membership:
        """
        Have a contact belong to an organization: what is shared with it is theirs from now on.

        Joining again changes nothing but what is named.

        Args:
            contact: Who.
            organization: What they belong to.
            by: Any active staff.
            role: What they are there, a slug such as ``"manager"``, or None.
            sees_shared: Whether they see what is shared with the organization where its members are
                chosen one by one, which is `OrganizationMode.PER_MEMBER`.

        Raises:
            NotFoundError: One of the two is not there, or not active.
            MergedContactError: The contact was merged; ``into`` names the other.
            NotAllowedError: *by* may not, or organizations are the host's.
            InvalidInputError: An argument cannot be used.
        """
        if role is not None and not isinstance(role, Unset):
            checks.slug("role", role)
        if not isinstance(sees_shared, Unset):
            checks.flag("sees_shared", sees_shared)

        def work(unit: Unit) -> Membership:
            require_active(unit, by)
            require_own_organizations(self._wiring)
            person = active_contact(self._wiring, unit, contact)
            company = active_organization(self._wiring, unit, organization)
            return joined(unit, person, company, role, by, sees_shared=sees_shared)

        return self._wiring.write(work)

    def choose(
        self,
        organization: Organization,
        *,
        by: Principal,
        seeing: Several[Contact] = (),
        not_seeing: Several[Contact] = (),
    ) -> list[Membership]:
        """
        Choose which members see what is shared with an organization, all or nothing; of the others nothing changes.

        It counts where members are chosen one by one, which is `OrganizationMode.PER_MEMBER`.

        Args:
            organization: Which.
            by: Any active staff.
            seeing: Members who do from now on.
            not_seeing: Members who do not.

        Returns:
            The memberships of all who were named.

        Raises:
            NotFoundError: There is no such organization, or somebody does not belong to it.
            NotAllowedError: *by* may not, or organizations are the host's.
            InvalidInputError: An argument cannot be used, or somebody comes twice.
        """
        chosen = [(contact, sees) for given, sees in ((seeing, True), (not_seeing, False)) for contact in given]
        if not all(isinstance(contact, Contact) for contact, _ in chosen):
            raise InvalidInputError("seeing", "needs Contacts")
        if len({contact.id for contact, _ in chosen}) < len(chosen):
            raise InvalidInputError("seeing", "names somebody twice")

        def work(unit: Unit) -> list[Membership]:
            require_active(unit, by)
            require_own_organizations(self._wiring)
            company = known_organization(self._wiring, unit, organization)
            if any(unit.get(MEMBERSHIP, membership_id(contact, company)) is None for contact, _ in chosen):
                raise NotFoundError(MEMBERSHIP.name)
            return [joined(unit, contact, company, UNSET, by, sees_shared=sees) for contact, sees in chosen]

        return self._wiring.write(work)

    def leave(self, contact: Contact, organization: Organization, *, by: Principal) -> None:
        """
        Have a contact belong to an organization no more: what they had through it ends with this call.

        Leaving what one does not belong to changes nothing.

        Raises:
            NotFoundError: One of the two is not there.
            NotAllowedError: *by* may not, or organizations are the host's.
        """

        def work(unit: Unit) -> None:
            require_active(unit, by)
            require_own_organizations(self._wiring)
            person = known_contact(self._wiring, unit, contact)
            left(unit, person, known_organization(self._wiring, unit, organization), by)

        self._wiring.write(work)

    def members(self, organization: Organization, *, after: Contact | None = None, limit: int = 50) -> Sequence[Member]:
        """
        Return the people of an organization by name, those who are not active too.

        Args:
            organization: Which.
            after: The last contact of the page before; None for the first page.
            limit: At most so many, 1 to 1000.

        Raises:
            NotFoundError: There is no such organization in this tenant.
            NotAllowedError: Organizations are the host's, who knows.
            InvalidInputError: An argument cannot be used.
        """
        checks.whole("limit", limit, 1, _MAX_LIMIT)
        if after is not None and not isinstance(after, Contact):
            raise InvalidInputError("after", "needs a Contact, or None")
        require_own_organizations(self._wiring)
        with self._wiring.reading() as unit:
            known = known_organization(self._wiring, unit, organization)
            return members_of(self._wiring, unit, known, after, limit)

    def organizations_of(self, contact: Contact) -> Sequence[Membership]:
        """
        Return what a contact belongs to now; organizations that are not active do not count.

        Raises:
            NotFoundError: There is no such contact in this tenant.
        """
        with self._wiring.reading() as unit:
            return memberships_of(self._wiring, unit, known_contact(self._wiring, unit, contact))


def _claim(unit: Unit, organization: OrganizationProfile, *, instead_of: OrganizationProfile | None = None) -> None:
    """Have the name be the organization's, in place of the one before; refuse one that is another's."""
    claim_id = name_claim_id(organization.name)
    claimed = unit.get(NAME_CLAIM, claim_id)
    if claimed is None:
        mine = OrganizationId(organization.id)
        unit.put(NAME_CLAIM, NameClaim(tenant=unit.tenant, id=claim_id, organization=mine))
    elif claimed.organization != organization.id:
        raise DuplicateOrganizationError(claimed.organization)
    if instead_of is None or name_claim_id(instead_of.name) == claim_id:
        return
    before = unit.get(NAME_CLAIM, name_claim_id(instead_of.name))
    if before is not None:
        unit.delete(NAME_CLAIM, before.id)
