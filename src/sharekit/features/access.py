"""
Who may see what: decide, list and show by one policy.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_sharing import GRANT
from sharekit.errors import InvalidInputError, NotFoundError, ReplicaBehindError
from sharekit.features._access_facts import (
    client_facts,
    member_of,
    read_together,
    scope_of,
    settings_of,
    viewer_of,
)
from sharekit.features._deciding import decide, judge_read
from sharekit.features._document_sections import with_documents
from sharekit.features._explaining import causes_of, explain_to_staff, onlookers
from sharekit.features._facts import chain_of, require, require_active, require_staff, rights_on
from sharekit.features._glancing import Glancing
from sharekit.features._known_readers import KnownReaders
from sharekit.features._lists import ListRequest, list_for, list_for_client, list_for_organization
from sharekit.features._other_onlookers import others_seeing
from sharekit.features._planning import planned
from sharekit.features._reviews import Reviews
from sharekit.features._sections import load_properties, load_sections
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import Viewer
from sharekit.policies.sections import PartPolicy
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action, Decision, Revision
from sharekit.records.declarations import ResourceKind, SectionContext
from sharekit.records.explanations import Explanation, Onlookers, OtherOnlookers
from sharekit.records.lists import Order, Page, PortalItem
from sharekit.records.parties import Contact, Organization, Principal, Right
from sharekit.records.plans import AccessDiff
from sharekit.records.scopes import PortalScope
from sharekit.records.views import Projection

__all__ = ["Access"]

K = TypeVar("K")


class Access(Reviews, Generic[K]):
    """The decisions of one tenant; `K` is the kit that they belong to."""

    def __init__(self, wiring: Wiring, kit_on: Callable[[Wiring], K]) -> None:
        self._wiring = wiring
        self._kit_on = kit_on
        self._glancing = wiring.guesses.prepared(Glancing, wiring.records)
        self._readers = wiring.guesses.prepared(KnownReaders, wiring.records)

    def decide(
        self, principal: Principal, action: Action, ref: ResourceRef, *, at_least: Revision | None = None
    ) -> Decision:
        """
        Decide whether somebody may do something with a thing now, and why.

        A client is judged by grants and by the scope of the portal, staff by their rights. What is
        unknown is denied; every answer is that of the store as it is now.

        Args:
            principal: Who wants to.
            action: What.
            ref: With what.
            at_least: What `Shares.revoke` returned, to be sure that a store that may be behind has
                seen it.

        Returns:
            A decision whose reason is for staff and logs; denied and absent look alike to a client.

        Raises:
            InvalidInputError: An argument is of another type, or the kind was not declared.
            ReplicaBehindError: The store has not seen *at_least* yet.
        """
        self._check(principal, action, ref)
        if at_least is None and isinstance(principal, Contact):
            decision = self._glancing.decided(self._wiring, principal, action, ref)
            if decision is not None:
                return decision
        with self._wiring.reading() as unit:
            _require_seen(unit, at_least)
            return decide(self._wiring, unit, principal, action, ref)

    def can(self, principal: Principal, action: Action, ref: ResourceRef) -> bool:
        """Say whether somebody may do something with a thing now; see `decide`."""
        return self.decide(principal, action, ref).allowed

    def explain(
        self, principal: Principal, action: Action, ref: ResourceRef, *, by: Principal | None = None
    ) -> Explanation:
        """
        Say what a decision rests on, and what nearly would have made another one; for staff.

        Args:
            principal: Who wants to do something.
            action: What.
            ref: With what.
            by: Who asks: somebody with the right VIEW on the thing; None for the host's own code.

        Raises:
            InvalidInputError: An argument is of another type, or the kind was not declared.
            NotAllowedError: *by* may not ask.
        """
        self._check(principal, action, ref)
        with self._wiring.reading() as unit:
            self._require_view(unit, by, ref)
            if isinstance(principal, Contact):
                return explain_to_staff(self._wiring, unit, principal, action, ref)
            return Explanation(decision=decide(self._wiring, unit, principal, action, ref))

    def who_can_see(self, ref: ResourceRef, *, by: Principal | None = None) -> Onlookers:
        """
        Return every contact, organisation and read link by which a thing can be seen now, and why (R-LINK-8).

        Besides, it tells whose upload pages are there, and who can answer by mail in conversations about it.

        Args:
            ref: The thing.
            by: Who asks: somebody with the right VIEW on it; None for the host's own code.

        Raises:
            InvalidInputError: The kind was not declared.
            NotAllowedError: *by* may not ask.
        """
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            self._require_view(unit, by, ref)
            return onlookers(self._wiring, unit, ref)

    def who_else_can_see(self, ref: ResourceRef, *, by: Contact) -> OtherOnlookers:
        """
        Tell a client who else sees a thing, by name, where `PortalRules.configure` says that clients are told.

        Whoever is named could view it now. Whoever views it is named, or belongs to an organisation that is, unless
        there are so many that the answer says so. Neither staff nor what only they know is in it: not under whom the
        thing is filed, who follows it, who was given a read link, or who was asked for something about it.

        Args:
            ref: The thing.
            by: The contact who reads.

        Raises:
            InvalidInputError: *by* is no contact, or the kind was not declared.
            NotFoundError: There is no such thing, or the contact may not view it; the two look alike.
        """
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            return others_seeing(self._wiring, unit, by, ref)

    def what_can_see(
        self,
        principal: Principal | Organization,
        *,
        order: Order = Order.NAME,
        after: str | None = None,
        limit: int = 50,
        locale: str | None = None,
        by: Principal | None = None,
    ) -> Page:
        """
        List what somebody can see, each thing with the reasons where it is a client; for staff.

        Args:
            principal: Whose view it is. An organisation stands for somebody who belongs to it and was given
                nothing else.
            order: What the list is sorted by.
            after: The `Page.next` or `Page.previous` of a page of the same list.
            limit: At most so many, 1 to 200.
            locale: The language of what kinds are called.
            by: Who asks: active staff, who find only the things on which they have the right VIEW, so that
                a page may be shorter than it could be; None for the host's own code.

        Raises:
            InvalidInputError: An argument cannot be used.
            NotAllowedError: *by* may not ask.
        """
        if not isinstance(principal, Principal | Organization):
            raise InvalidInputError("principal", "needs a Principal or an Organization")
        if by is not None:
            require_staff(by)
        request = ListRequest(order=order, after=after, limit=limit, locale=locale)
        with self._wiring.reading() as unit:
            if by is not None:
                require_active(unit, by)
            if isinstance(principal, Organization):
                page = list_for_organization(self._wiring, unit, principal, request)
            else:
                page = list_for(self._wiring, unit, principal, request)
            items = [item for item in page.items if by is None or self._may_view(unit, by, item.ref)]
            return attrs.evolve(page, items=tuple(self._reasoned(unit, principal, items)))

    def _reasoned(self, unit: Unit, principal: Principal | Organization, items: list[PortalItem]) -> list[PortalItem]:
        settings = settings_of(unit)
        scope = scope_of(self._wiring, settings)
        if isinstance(principal, Organization):
            viewer = member_of(self._wiring, unit, principal, settings)
        elif isinstance(principal, Contact):
            viewer = viewer_of(self._wiring, unit, principal, settings)
        else:
            return items
        return [_reasoned(self._wiring, unit, scope, viewer, item) for item in items]

    def plan(self, change: Callable[[K], object], *, by: Principal | None = None) -> AccessDiff:
        """
        Say what a change would reveal and hide, without making it.

        The change is rehearsed in a transaction that is rolled back: nothing is kept, and no signal
        is sent. It holds the store's write lock for as long as that takes.

        Args:
            change: Is called, twice, with a kit to make the change on, for example
                ``lambda kit: kit.shares.grant(ref, to=ana, by=maria)``. Reading what it gets back
                is no use: none of it lasts. What it does is judged as ever, by the *by* that it names itself.
            by: Who asks to be told: active staff; None for the host's own code.

        Raises:
            NotAllowedError: *by* may not ask.
            SharekitError: Whatever the change itself would raise.
        """
        if by is not None:
            require_staff(by)
            with self._wiring.reading() as unit:
                require_active(unit, by)
        return planned(self._wiring, lambda rehearsal: change(self._kit_on(rehearsal)))

    def preview_as(
        self, principal: Principal, ref: ResourceRef, *, locale: str | None = None, by: Principal | None = None
    ) -> Projection:
        """
        Show staff a thing as somebody else sees it; nothing is counted, and no news is made of it.

        Args:
            principal: Whose view it is.
            ref: The thing.
            locale: The language of titles, where that one has none of their own.
            by: Who asks: somebody with the right VIEW on the thing; None for the host's own code.

        Raises:
            NotAllowedError: *by* may not ask.
            NotFoundError: That one may not view it.
        """
        self._check(principal, Action.VIEW, ref)
        if by is not None:
            with self._wiring.reading() as unit:
                self._require_view(unit, by, ref)
        return self.view(principal, ref, locale=locale)

    def visible(
        self,
        principal: Principal,
        *,
        kind: str | None = None,
        container: ResourceRef | None = None,
        order: Order = Order.NAME,
        descending: bool = False,
        search: str | None = None,
        after: str | None = None,
        limit: int = 50,
        count: bool = False,
        locale: str | None = None,
    ) -> Page:
        """
        List exactly the things that somebody may view, a page at a time.

        Clients' lists are searched and sorted by what clients may read and know.

        Args:
            principal: Who reads: a contact or a member of staff.
            kind: Only things of this kind.
            container: Only what lies directly in this.
            order: What the list is sorted by, then by id.
            descending: Whether to begin at the end.
            search: Only things with this text in their title, whatever its case and accents.
            after: The `Page.next` or `Page.previous` of a page of the same list.
            limit: At most so many, 1 to 200.
            count: Whether to count them all, up to 1 000.
            locale: The language of what kinds are called; a thing without a title for clients is called by its
                kind, and comes after those that have one.

        Raises:
            InvalidInputError: An argument cannot be used, or *after* belongs to another list or
                another reader.
        """
        request = ListRequest(
            kind=kind,
            container=container,
            order=order,
            descending=descending,
            search=search,
            after=after,
            limit=limit,
            count=count,
            locale=locale,
        )
        if kind is not None and kind not in self._wiring.kinds:
            raise InvalidInputError("kind", "is not among the kinds that the kit was given")
        if isinstance(principal, Contact):
            return self._readers.reading(
                self._wiring,
                principal,
                lambda unit, reader: list_for_client(self._wiring, unit, principal, request, reader),
            )
        with self._wiring.reading() as unit:
            return list_for(self._wiring, unit, principal, request)

    def view(self, principal: Principal, ref: ResourceRef, *, locale: str | None = None) -> Projection:
        """
        Show a thing as one reader may see it: hidden sections are absent, and were not loaded.

        Args:
            principal: Who reads.
            ref: What.
            locale: The language of titles, where the reader has none of their own.

        Raises:
            NotFoundError: There is no such thing, or the reader may not view it; the two look alike.
        """
        self._check(principal, Action.VIEW, ref)
        kind = self._wiring.kind_of(ref)
        if isinstance(principal, Contact):
            return self._view_for_client(kind, principal, ref, locale)
        with self._wiring.reading() as unit:
            entry = unit.get(CATALOG_ENTRY, ref.key)
            if entry is None or not decide(self._wiring, unit, principal, Action.VIEW, ref):
                raise NotFoundError("resource", ref.key)
            context = SectionContext(self._wiring.tenant, principal, unit.now, locale)
        return self._projected(kind, ref, entry.title, PartPolicy.for_staff(kind), context)

    def _view_for_client(
        self, kind: ResourceKind, contact: Contact, ref: ResourceRef, locale: str | None
    ) -> Projection:
        with self._wiring.reading() as unit:
            read = read_together(self._wiring, unit, contact, ref)
            if read.entry is None or not judge_read(self._wiring, unit, read, Action.VIEW):
                raise NotFoundError("resource", ref.key)
            spoken = locale if read.profile is None or read.profile.locale is None else read.profile.locale
            context = SectionContext(self._wiring.tenant, contact, unit.now, spoken)
        title = read.entry.client_title or kind.title_in(spoken)
        return self._projected(kind, ref, title, PartPolicy.for_clients(kind, read.settings), context)

    def _projected(
        self, kind: ResourceKind, ref: ResourceRef, title: str, shown: PartPolicy, context: SectionContext
    ) -> Projection:
        return Projection(
            ref=ref,
            kind_title=kind.title_in(context.locale),
            title=title,
            sections=load_sections(with_documents(self._wiring, shown.sections(kind)), ref, context),
            properties=load_properties(shown.properties(kind), ref, context),
        )

    def _require_view(self, unit: Unit, by: Principal | None, ref: ResourceRef) -> None:
        if by is not None:
            require_staff(by)
            require(self._wiring, unit, by, Right.VIEW, ref, chain=chain_of(unit, ref))

    def _may_view(self, unit: Unit, by: Principal, ref: ResourceRef) -> bool:
        return Right.VIEW in rights_on(self._wiring, unit, by, ref, chain_of(unit, ref))

    def _check(self, principal: object, action: object, ref: ResourceRef) -> None:
        if not isinstance(principal, Principal):
            raise InvalidInputError("principal", "needs a Principal")
        if not isinstance(action, Action):
            raise InvalidInputError("action", "needs an Action")
        self._wiring.kind_of(ref)


def _reasoned(wiring: Wiring, unit: Unit, scope: PortalScope, viewer: Viewer | None, item: PortalItem) -> PortalItem:
    facts = client_facts(wiring, unit, scope, viewer, unit.get(CATALOG_ENTRY, item.ref.key))
    return attrs.evolve(item, reasons=tuple(dict.fromkeys(cause.reason for cause in causes_of(wiring, scope, facts))))


def _require_seen(unit: Unit, at_least: Revision | None) -> None:
    if at_least is None:
        return
    if not isinstance(at_least, Revision):
        raise InvalidInputError("at_least", "needs a Revision")
    if at_least.kind != GRANT.name:
        raise InvalidInputError("at_least", "needs what Shares.revoke returned")
    row = unit.tx.get(at_least.kind, at_least.id)
    if row is None or row.revision < at_least.number:
        raise ReplicaBehindError(at_least.kind)
