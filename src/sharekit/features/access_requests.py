"""
Requests for access: clients ask for what they were not given, and staff answer.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_sharing import ACCESS_REQUEST, GRANT
from sharekit.errors import InvalidInputError, NotFoundError, TooManyAttemptsError
from sharekit.features._access_facts import client_facts, scope_of, settings_of, viewer_of
from sharekit.features._facts import chain_of, require, require_staff
from sharekit.features._grants import GrantTerms, followed, give
from sharekit.features._parties import active_contact
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import judge
from sharekit.ports import AllOf, Condition, Eq, OrderBy
from sharekit.records import events
from sharekit.records.access_requests import AccessRequest, AccessRequestKeys, AccessRequestState
from sharekit.records.catalog import CatalogEntry, ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.grants import Access, Children, Grant, grant_id
from sharekit.records.parties import Contact, Principal, Right

__all__ = ["AccessRequests"]

_PER_HOUR: Final = 20
_AT_ONCE: Final = 200


class AccessRequests:
    """The requests for access of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def ask(self, ref: ResourceRef, *, by: Contact) -> None:
        """
        Ask staff to be let in to a thing.

        Asking again while the first request is open, or for what one may see already, changes nothing.

        It returns nothing, and nothing different for a thing that does not exist: who asks learns
        nothing about it (R-ENUM-1). The owner is told by the signal ``access_requested``.

        Args:
            ref: What the client wants to see; they know its address from elsewhere.
            by: Who asks.

        Raises:
            InvalidInputError: The kind was not declared, or *by* is no `Contact`.
            NotFoundError: The contact is unknown, or not active.
            TooManyAttemptsError: More than 20 requests in an hour.
        """
        self._wiring.kind_of(ref)
        if not isinstance(by, Contact):
            raise InvalidInputError("by", "needs the Contact who asks")
        key = f"access-request:{self._wiring.tenant}:{by.id}"
        wait = self._wiring.limiter.acquire(key, limit=_PER_HOUR, window=timedelta(hours=1))
        if wait is not None:
            raise TooManyAttemptsError(wait)

        def work(unit: Unit) -> None:
            contact = active_contact(self._wiring, unit, by)
            entry = unit.get(CATALOG_ENTRY, ref.key)
            if entry is None or not entry.shown or self._may_view(unit, by, entry):
                return
            asked = AccessRequest(
                tenant=unit.tenant,
                ref=ref,
                incarnation=entry.incarnation,
                contact=Contact(contact.id),
                asked_at=unit.now,
            )
            known = unit.get(ACCESS_REQUEST, asked.id)
            if known is not None and known.state is AccessRequestState.OPEN:
                return
            unit.put(ACCESS_REQUEST, asked)
            unit.emit(events.AccessRequested(tenant=unit.tenant, at=unit.now, by=Contact(by.id), ref=ref))

        self._wiring.write(work)

    def _may_view(self, unit: Unit, contact: Contact, entry: CatalogEntry) -> bool:
        settings = settings_of(unit)
        viewer = viewer_of(self._wiring, unit, contact, settings)
        scope = scope_of(self._wiring, settings)
        return judge(scope, Action.VIEW, client_facts(self._wiring, unit, scope, viewer, entry)).allowed

    def waiting(self, ref: ResourceRef | None = None) -> list[AccessRequest]:
        """
        Return the requests that wait for an answer, for one thing or for all, the oldest first.

        Those for things that were removed since are left out: nothing can be answered to them.
        """
        where: list[Condition] = [Eq(AccessRequestKeys.STATE, AccessRequestState.OPEN.value)]
        with self._wiring.reading() as unit:
            if ref is not None:
                self._wiring.kind_of(ref)
                entry = unit.get(CATALOG_ENTRY, ref.key)
                if entry is None:
                    return []
                where.append(Eq(AccessRequestKeys.NODE, entry.node))
            found = unit.find(ACCESS_REQUEST, AllOf(where), order=OrderBy(AccessRequestKeys.ASKED_AT))
            there = _nodes_of(unit, sorted({request.ref.key for request in found}))
            return [request for request in found if request.node in there]

    def approve(
        self,
        request: AccessRequest,
        *,
        by: Principal,
        access: Access = Access.VIEW,
        children: Children = Children.FUTURE,
    ) -> Grant:
        """
        Let a client in who asked; the grant is as one by `Shares.grant`.

        A grant that they got in the meantime, and that gives at least as much, stays as it is.

        Raises:
            InvalidInputError: The request was answered already, or an argument is of another type.
            NotAllowedError: *by* may not share the thing.
            NotFoundError: The request, the thing or the contact is not there any more.
        """
        require_staff(by)
        terms = GrantTerms.checked(access, Visibility.CLIENT, children, None)

        def work(unit: Unit) -> Grant:
            found, entry = self._open(unit, request, by, terms.rights_needed)
            active_contact(self._wiring, unit, found.contact)
            known = unit.get(GRANT, grant_id(unit.tenant, entry.node, found.contact.key))
            if known is not None and known.allows_at(unit.now) and known.access.level >= access.level:
                grant = known
            else:
                grant = give(self._wiring, unit, entry, found.contact, terms, by=by)
            followed(unit, entry, found.contact, by)
            self._answer(unit, found, AccessRequestState.APPROVED, by)
            return grant

        return self._wiring.write(work)

    def dismiss(self, request: AccessRequest, *, by: Principal) -> None:
        """
        Answer a request with no; the client may ask again.

        Raises:
            InvalidInputError: The request was answered already.
            NotAllowedError: *by* lacks the right SHARE on the thing.
            NotFoundError: The request or the thing is not there any more.
        """
        require_staff(by)

        def work(unit: Unit) -> None:
            found, _ = self._open(unit, request, by, (Right.SHARE,))
            self._answer(unit, found, AccessRequestState.DISMISSED, by)

        self._wiring.write(work)

    def _open(
        self, unit: Unit, request: object, by: Principal, rights: tuple[Right, ...]
    ) -> tuple[AccessRequest, CatalogEntry]:
        if not isinstance(request, AccessRequest):
            raise InvalidInputError("request", "needs an AccessRequest")
        found = unit.get(ACCESS_REQUEST, request.id) if request.tenant == unit.tenant else None
        chain = chain_of(unit, request.ref)
        if found is None or not chain or chain[0].removed_at is not None or chain[0].node != found.node:
            raise NotFoundError(ACCESS_REQUEST.name)
        for right in rights:
            require(self._wiring, unit, by, right, found.ref, chain=chain)
        if found.state is not AccessRequestState.OPEN:
            raise InvalidInputError("request", f"was {found.state} already")
        return found, chain[0]

    def _answer(self, unit: Unit, request: AccessRequest, state: AccessRequestState, by: Principal) -> None:
        unit.put(ACCESS_REQUEST, attrs.evolve(request, state=state, answered_at=unit.now, answered_by=by.key))
        unit.emit(
            events.AccessAnswered(
                tenant=unit.tenant, at=unit.now, by=by, ref=request.ref, party=request.contact.key, state=state
            )
        )


def _nodes_of(unit: Unit, keys: Sequence[str]) -> set[str]:
    """Return the things of these keys that are in the catalog, each in the life that it has now."""
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        entries = unit.get_many(CATALOG_ENTRY, keys[start : start + _AT_ONCE])
        found |= {entry.node for entry in entries if entry.removed_at is None}
    return found
