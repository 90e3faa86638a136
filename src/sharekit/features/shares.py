"""
Sharing: give things to contacts and organisations, and take them back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, READ_LINK, STAFF
from sharekit.codec.kinds_of_sharing import FOLLOW, GRANT
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._declining import declinable
from sharekit.features._facts import chain_of, require, require_active, require_staff
from sharekit.features._grants import GrantTerms, decline, followed, give, grants_on, take, unfollowed
from sharekit.features._parties import active_contact, active_organization
from sharekit.features._request_rules import hand_over_requests
from sharekit.features._tree import as_it_lies
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import GrantId
from sharekit.policies.staff import is_barred
from sharekit.ports import Eq
from sharekit.records import checks, events
from sharekit.records.catalog import CatalogEntry, EntryKeys, ResourceRef, Visibility
from sharekit.records.decisions import Revision
from sharekit.records.grants import Access, Children, Declinable, Follow, FollowKeys, Grant
from sharekit.records.instants import utc
from sharekit.records.links import ReadLinkKeys
from sharekit.records.parties import Contact, Organization, Principal, Right, Staff

__all__ = ["Shares"]

Recipient = Contact | Organization


class Shares:
    """What is shared in one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def grant(
        self,
        refs: ResourceRef | Iterable[ResourceRef],
        *,
        to: Recipient | Iterable[Recipient],
        by: Principal,
        access: Access = Access.VIEW,
        visibility: Visibility = Visibility.CLIENT,
        expires_at: datetime | None = None,
        follow: bool = True,
        children: Children = Children.FUTURE,
    ) -> list[Grant]:
        """
        Share one or several things with one or several contacts and organisations, all or nothing.

        There is one grant for each thing and recipient: granting again renews it on these terms.
        An organisation is one recipient, however many belong to it, now and later.

        Args:
            refs: Things that are in the catalog.
            to: Active contacts and organisations of this tenant.
            by: Who shares: needs VIEW and SHARE on each thing, and EDIT to let clients contribute.
            access: What the recipients may do.
            visibility: INTERNAL files the things under the recipients, for staff, and lets nobody in.
            expires_at: An aware time; from then on the grant gives nothing.
            follow: Whether the recipients are to hear of what happens to the things.
            children: What the grant says of the things that lie in these.

        Returns:
            The grants on the things named, for each thing in turn one for each recipient.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not share one of the things.
            NotFoundError: A thing is not in the catalog, or a recipient is unknown or inactive.
        """
        require_staff(by)
        wanted = self._refs(refs)
        recipients = _recipients(to)
        terms = self._terms(access, visibility, expires_at, children)
        checks.flag("follow", follow)

        def work(unit: Unit) -> list[Grant]:
            self._require(unit, recipients)
            made: list[Grant] = []
            for ref in wanted:
                entry = self._shareable(unit, ref, terms, by)
                for recipient in recipients:
                    made.append(give(self._wiring, unit, entry, recipient, terms, by=by))
                    if follow and visibility is Visibility.CLIENT:
                        followed(unit, entry, recipient, by)
            return made

        return self._wiring.write(work)

    def revoke(self, grant: Grant | GrantId, *, by: Principal) -> Revision:
        """
        Take a grant back, with what it gave on the things inside: after this returns it lets nobody in.

        Revoking again changes nothing.

        Args:
            grant: The grant or its id.
            by: Anybody with the right SHARE on the thing; its owner always has it.

        Returns:
            What `Access.decide` takes as ``at_least``, where a store may be behind.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such grant in this tenant.
        """
        require_staff(by)
        wanted = self._id(grant)

        def work(unit: Unit) -> Revision:
            found = _found(unit, wanted)
            require_active(unit, by)
            require(self._wiring, unit, by, Right.SHARE, found.ref, chain=chain_of(unit, found.ref))
            dead = take(unit, found, by)
            return Revision(GRANT.name, dead.id, unit.revision(GRANT, dead.id))

        return self._wiring.write(work)

    def declinable(self, ref: ResourceRef, *, by: Contact) -> Declinable | None:
        """
        Return what a contact can give back of a thing by `decline`, and whether they would see it all the same.

        Returns:
            None where nothing on the thing itself was granted to them alone, and where they may not view it; the
            two look alike.

        Raises:
            InvalidInputError: *by* is no contact, or the kind of the thing was not declared.
        """
        self._wiring.kind_of(ref)
        if not isinstance(by, Contact):
            raise InvalidInputError("by", "needs the Contact who declines")
        with self._wiring.reading() as unit:
            return declinable(self._wiring, unit, by, ref)

    def decline(self, grant: Grant | GrantId, *, by: Contact) -> Revision:
        """
        Give back what was granted to oneself; staff are told by a signal, and may grant again.

        Raises:
            NotFoundError: There is no such grant to this contact, or it lets them see nothing now; the
                two look alike.
        """
        if not isinstance(by, Contact):
            raise InvalidInputError("by", "needs the Contact who declines")
        wanted = self._id(grant)

        def work(unit: Unit) -> Revision:
            found = unit.get(GRANT, wanted)
            if found is None or found.grantee != by.key or not _is_known_to_grantee(unit, found):
                raise NotFoundError(GRANT.name)
            active_contact(self._wiring, unit, by)
            declined = decline(unit, found, by)
            return Revision(GRANT.name, declined.id, unit.revision(GRANT, declined.id))

        return self._wiring.write(work)

    def get(self, grant: Grant | GrantId) -> Grant:
        """
        Return a grant as it is now.

        Raises:
            NotFoundError: There is no such grant in this tenant.
        """
        wanted = self._id(grant)
        with self._wiring.reading() as unit:
            return _found(unit, wanted)

    def of(self, ref: ResourceRef) -> list[Grant]:
        """
        Return the grants on a thing itself that were neither revoked nor declined, the oldest first.

        Raises:
            InvalidInputError: The kind of the thing was not declared.
        """
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            entry = unit.get(CATALOG_ENTRY, ref.key)
            return [] if entry is None else grants_on(unit, entry)

    def follow(self, ref: ResourceRef, party: Recipient | Staff, *, by: Principal) -> Follow:
        """
        Have a party hear of what happens to a thing; that gives no access.

        Raises:
            NotAllowedError: *by* lacks the right VIEW on the thing.
            NotFoundError: The thing is not in the catalog, or the party is unknown.
        """
        require_staff(by)
        self._wiring.kind_of(ref)

        def work(unit: Unit) -> Follow:
            entry = self._present(unit, ref, by)
            self._require(unit, [party])
            return followed(unit, entry, party, by)

        return self._wiring.write(work)

    def unfollow(self, ref: ResourceRef, party: Recipient | Staff, *, by: Principal) -> None:
        """
        Have a party hear no more of a thing. Doing it again changes nothing.

        Raises:
            NotAllowedError: *by* is not the party, and lacks the right VIEW on the thing.
            NotFoundError: The thing is not in the catalog; a client is not told that.
        """
        self._wiring.kind_of(ref)
        if not isinstance(party, Contact | Organization | Staff):
            raise InvalidInputError("party", "needs a Contact, an Organization or a Staff")
        own = isinstance(by, Contact) and by == party
        if not own:
            require_staff(by)

        def work(unit: Unit) -> None:
            entry = unit.get(CATALOG_ENTRY, ref.key) if own else self._present(unit, ref, by)
            if entry is not None:
                unfollowed(unit, entry, party, by)

        self._wiring.write(work)

    def followers(self, ref: ResourceRef) -> list[Follow]:
        """Return who follows a thing, in no order that means anything."""
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            entry = unit.get(CATALOG_ENTRY, ref.key)
            return [] if entry is None else unit.find(FOLLOW, Eq(FollowKeys.NODE, entry.node))

    def handover(self, owner: Staff, *, to: Staff, by: Principal) -> list[CatalogEntry]:
        """
        Give everything that one member of staff owns to another, with their links and requests to it or into it.

        Args:
            owner: Who answered for it.
            to: Who does from now on.
            by: A `System`, the owner, or somebody with MANAGE on each thing.

        Returns:
            The entries that changed hands.

        Raises:
            InvalidInputError: Both are the same, or *to* was deactivated.
            NotAllowedError: *by* may not; nothing changed hands.
        """
        require_staff(by)
        _require_staff_member("owner", owner)
        _require_staff_member("to", to)
        if owner == to:
            raise InvalidInputError("to", "needs somebody else")

        def work(unit: Unit) -> list[CatalogEntry]:
            require_active(unit, by)
            if is_barred(unit.get(STAFF, to.id)):
                raise InvalidInputError("to", "was deactivated")
            moved: list[CatalogEntry] = []
            for entry in unit.find(CATALOG_ENTRY, Eq(EntryKeys.OWNER, owner.key)):
                if entry.removed_at is not None:
                    continue
                require(self._wiring, unit, by, Right.MANAGE, entry.ref, chain=chain_of(unit, entry.ref))
                moved.append(attrs.evolve(entry, owner=to.key))
            for entry in moved:
                unit.put(CATALOG_ENTRY, entry)
                unit.emit(
                    events.ResourceHandedOver(
                        tenant=unit.tenant, at=unit.now, by=by, ref=entry.ref, owner=to.key, previous=owner.key
                    )
                )
            _hand_over_links(unit, moved, owner, to)
            hand_over_requests(unit, moved, owner, to)
            return moved

        return self._wiring.write(work)

    def _require(self, unit: Unit, parties: Iterable[object]) -> None:
        for party in parties:
            if isinstance(party, Organization):
                active_organization(self._wiring, unit, party)
            elif isinstance(party, Contact):
                active_contact(self._wiring, unit, party)
            elif not isinstance(party, Staff):
                raise InvalidInputError("party", "needs a Contact, an Organization or a Staff")

    def _refs(self, refs: object) -> list[ResourceRef]:
        given = list(refs) if isinstance(refs, Iterable) else [refs]
        found = [each for each in given if isinstance(each, ResourceRef)]
        if not given or len(found) != len(given):
            raise InvalidInputError("refs", "needs a ResourceRef, or several")
        wanted = list(dict.fromkeys(found))
        for ref in wanted:
            self._wiring.kind_of(ref)
        return wanted

    def _terms(
        self, access: Access, visibility: Visibility, expires_at: datetime | None, children: Children
    ) -> GrantTerms:
        ends = None if expires_at is None else utc("expires_at", expires_at)
        if ends is not None and ends <= self._wiring.clock.now():
            raise InvalidInputError("expires_at", "is over already")
        return GrantTerms.checked(access, visibility, children, ends)

    def _shareable(self, unit: Unit, ref: ResourceRef, terms: GrantTerms, by: Principal) -> CatalogEntry:
        chain = chain_of(unit, ref)
        entry = _in_catalog(chain, ref)
        for right in terms.rights_needed:
            require(self._wiring, unit, by, right, ref, chain=chain)
        return entry

    def _present(self, unit: Unit, ref: ResourceRef, by: Principal) -> CatalogEntry:
        chain = chain_of(unit, ref)
        entry = _in_catalog(chain, ref)
        require(self._wiring, unit, by, Right.VIEW, ref, chain=chain)
        return entry

    def _id(self, grant: object) -> str:
        if isinstance(grant, Grant):
            if grant.tenant != self._wiring.tenant:
                raise NotFoundError(GRANT.name)
            return grant.id
        try:
            checks.identifier("grant", grant)
        except InvalidInputError:
            if isinstance(grant, str):
                raise NotFoundError(GRANT.name) from None
            raise InvalidInputError("grant", "needs a Grant or its id") from None
        return str(grant)


def _recipients(to: object) -> Sequence[Recipient]:
    given = list(to) if isinstance(to, Iterable) else [to]
    found = [each for each in given if isinstance(each, Contact | Organization)]
    if not given or len(found) != len(given):
        raise InvalidInputError("to", "needs a Contact or an Organization, or several")
    return list(dict.fromkeys(found))


def _require_staff_member(field: str, value: object) -> None:
    if not isinstance(value, Staff):
        raise InvalidInputError(field, "needs a Staff")


def _found(unit: Unit, id_: str) -> Grant:
    grant = unit.get(GRANT, id_)
    if grant is None:
        raise NotFoundError(GRANT.name)
    return grant


def _in_catalog(chain: Sequence[CatalogEntry], ref: ResourceRef) -> CatalogEntry:
    # What lies in something that was removed is dead: what is given of it now would be, too.
    if not chain or chain[0].removed_at is not None or chain[-1].container is not None:
        raise NotFoundError("resource", ref.key)
    return chain[0]


def _is_known_to_grantee(unit: Unit, grant: Grant) -> bool:
    """Say whether whoever holds a grant may know of it: of one that is filed, or hidden by now, they do not."""
    entry = unit.get(CATALOG_ENTRY, grant.ref.key)
    known = grant.visibility is Visibility.CLIENT and grant.revoked_at is None
    if not known or entry is None or entry.node != grant.node:
        return False
    return entry.shown and as_it_lies(unit, entry).shown


def _hand_over_links(unit: Unit, moved: Sequence[CatalogEntry], owner: Staff, to: Staff) -> None:
    """Have the links that the owner made to these things, and to what lies in them, be the other's."""
    handed = {entry.node for entry in moved}
    for link in unit.find(READ_LINK, Eq(ReadLinkKeys.CREATED_BY, owner.key)):
        if handed & {entry.node for entry in chain_of(unit, link.ref)}:
            unit.put(READ_LINK, attrs.evolve(link, created_by=to.key))
