"""
Decides at a glance, where the store can find rows of several kinds by one statement.

What has to be looked for follows from what is found: the grants from the organisations of the contact, and
from what the thing lies in. So these are guessed, and what is found tells whether the guess was right; if it
was not, the same is asked again with the right one. Every decision is formed from what one glance saw alone.
Where the store says that nothing was committed since, that is what it would see now.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT
from sharekit.codec.kinds_of_people import MEMBERSHIP, ORGANIZATION
from sharekit.codec.kinds_of_sharing import GRANT, PORTAL_SETTINGS, SETTINGS_ID
from sharekit.features._access_facts import confidential_kinds, scope_of, unsaid_settings
from sharekit.features._guesses import Asked, Lying, Sight
from sharekit.features._parties import contacts_of_host, organizations_of_host
from sharekit.features._stillness import NO_STAMPS, Stamps, Stillness
from sharekit.features._unit import Wiring
from sharekit.ids import TenantId
from sharekit.policies.access import AccessReason, ClientFacts, Viewer, judge
from sharekit.policies.organizations import counted
from sharekit.ports import Glance, RecordStore, Sought, SupportsGlance
from sharekit.records.catalog import CatalogEntry, ResourceRef, node_of
from sharekit.records.decisions import Action, Decision
from sharekit.records.grants import Grant, grant_id
from sharekit.records.parties import Contact, ContactProfile, Organization
from sharekit.records.people import Membership, MembershipKeys
from sharekit.records.scopes import PortalScope, is_union, predicates_in
from sharekit.records.settings import PortalSettings

__all__ = ["DECIDING", "Beside", "Glancing"]

_KINDS: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    PORTAL_SETTINGS,
    CATALOG_ENTRY,
    CONTACT,
    MEMBERSHIP,
    GRANT,
    ORGANIZATION,
)
_FOUND_BY: Final = {MEMBERSHIP.name: MembershipKeys.CONTACT}
DECIDING: Final = len(_KINDS)
"""How many places there are of what decides; that of the first of what is seen besides."""

_SOUGHT: Final = [Sought(kind.name, _FOUND_BY.get(kind.name, "id"), kind.counters) for kind in _KINDS]
_MEMBERSHIPS, _GRANTS, _ORGANIZATIONS = map(_KINDS.index, (MEMBERSHIP, GRANT, ORGANIZATION))
_COUNTS: Final = [slice(5, 5 + len(kind.counters)) for kind in _KINDS]
"""Where counters stand in a line."""

_FIRST_LIFE: Final = 1
"""Which life of an unknown thing is looked for; few were removed and put again."""

_ROUNDS: Final = 3
"""Who guessed wrong so often met a change each time."""

_WHENEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The instant of facts to which it makes no difference: whatever ends has ended then."""

_NOT_ASKED: Final = MappingProxyType[str, bool]({})
_WHATEVER_IS_GRANTED: Final = frozenset(
    {
        AccessReason.INACTIVE,
        AccessReason.ABSENT,
        AccessReason.REMOVED,
        AccessReason.INTERNAL,
        AccessReason.INSIDE_INTERNAL,
        AccessReason.UNKNOWN_ACTION,
    }
)


class Beside:
    """
    A glance at what decides, and at more in the same state of the store.

    Attributes:
        lines: What was found besides, the last time, in the places after those of what decides.
    """

    def __init__(self, glance: Glance, values: tuple[Sequence[str], ...]) -> None:
        self._glance = glance
        self._values = values
        self.lines: list[Sequence[Any]] = []  # of every type

    def see(self, tenant: TenantId, values: Sequence[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """Return a line for each row that decides, and keep the others."""
        found = self._glance.see(tenant, (*values, *self._values))
        self.lines = [line for line in found if line[0] >= DECIDING]
        return [line for line in found if line[0] < DECIDING]


class Glancing:
    """What is prepared for deciding at a glance on one store."""

    def __init__(self, records: RecordStore, beside: Sequence[Sought] = ()) -> None:
        """
        Prepare nothing yet.

        Args:
            records: The store.
            beside: What `seeing` looks for besides what decides.
        """
        self._store = records if isinstance(records, SupportsGlance) else None
        self._sought = [*_SOUGHT, *beside]
        self._glance: Glance | None = None
        self._stillness = Stillness(records)
        self._latest: tuple[PortalScope | None, bool, bool] = (None, False, False)

    def seeing(self, values: tuple[Sequence[str], ...]) -> "Beside | None":
        """Return a glance that finds these rows beside those that decide; None where the store has none."""
        glance = self._prepared()
        return None if glance is None else Beside(glance, values)

    def _prepared(self) -> Glance | None:
        if self._glance is None and self._store is not None:
            self._glance = self._store.glance(self._sought)
        return self._glance

    def decided(
        self, wiring: Wiring, contact: Contact, action: Action, ref: ResourceRef, through: Glance | None = None
    ) -> Decision | None:
        """Return the decision about a client and a thing as the store has them now, or None where it takes more."""
        through = through or self._prepared()
        if through is None or contacts_of_host(wiring) is not None:
            return None
        if type(contact) is not Contact:
            contact = Contact(contact.id)
        thing = ref.key
        before = wiring.guesses.sight(wiring.tenant, contact.id, thing)
        asked = _guessed(wiring, contact, ref) if before is None else before.asked
        for _ in range(_ROUNDS):
            now = wiring.clock.now()  # before what is seen, which may be a little newer
            sight = self._sighted(through, wiring, contact, asked, before)
            if sight.settings.moving:
                # What an entry says may follow from its old place.
                return None
            decision = self._judged(wiring, contact, action, now, sight, is_new=sight is not before)
            if decision is not None:
                return decision
            _, asks_host = self._about(scope_of(wiring, sight.settings))
            if asks_host or organizations_of_host(wiring) is not None:
                return None
            before, asked = None, _next(wiring, contact, thing, sight)
        return None

    def _judged(
        self, wiring: Wiring, contact: Contact, action: Action, now: datetime, sight: Sight, *, is_new: bool
    ) -> Decision | None:
        """Return what follows from what was seen, and remember it; None where more has to be looked for."""
        scope = scope_of(wiring, sight.settings)
        known = sight.answered(scope, action)
        if known is not None:
            return known
        decision = judge(scope, action, _facts_at(now, sight))
        only_adds, asks_host = self._about(scope)
        is_settled = _is_settled(decision, sight, only_adds=only_adds)
        if not is_settled and (asks_host or not sight.is_whole):
            return None
        if is_new:
            kept, enough = sight, [_enough(wiring.tenant, contact, sight, decision)] if is_settled else []
            for asked in (*enough, _needed(sight), sight.asked):
                kept = _kept(wiring, contact, sight, asked)
                if judge(scope, action, _facts_at(now, kept)) == decision:
                    break
            _remember(wiring, contact, sight, kept)
            sight = kept
        if not sight.expires:
            sight.answer = (scope, action, decision)
        return decision

    def _sighted(self, glance: Glance, wiring: Wiring, contact: Contact, asked: Asked, before: Sight | None) -> Sight:
        """
        Return what is to be seen now, which is what was seen before where nothing of it changed.

        A glance at more than what decides always looks.
        """
        if before is not None and glance is self._glance and self._stillness.since(before.stamps):
            return before
        stamps = self._stillness.noted(NO_STAMPS if before is None else before.stamps)
        lines = glance.see(wiring.tenant, asked.values)
        if before is not None and lines == before.lines:
            before.stamps = stamps
            return before
        return _seen(wiring, contact, asked, lines, stamps)

    def _about(self, scope: PortalScope) -> tuple[bool, bool]:
        """Say whether a scope only adds, and whether it takes the host's word; a portal has one scope."""
        known, only_adds, asks_host = self._latest
        if known is not scope:
            only_adds, asks_host = is_union(scope), bool(predicates_in(scope))
            self._latest = (scope, only_adds, asks_host)
        return only_adds, asks_host


def _is_settled(decision: Decision, sight: Sight, *, only_adds: bool) -> bool:
    """Say whether what was not looked for changes nothing."""
    if not decision.allowed:
        return decision.reason in _WHATEVER_IS_GRANTED
    # A grant on the thing is the strongest reason, and one on what it lies in the next. Where a scope only
    # adds, nothing else takes them away.
    return only_adds and (
        decision.reason is AccessReason.SHARED or (decision.reason is AccessReason.IN_SHARED and sight.is_near)
    )


def _facts_at(now: datetime, sight: Sight) -> ClientFacts:
    """Return what was seen as the facts of an instant; most are the same at any."""
    facts = sight.facts
    if not sight.expires:
        return facts
    return ClientFacts(
        viewer=facts.viewer,
        entry=facts.entry,
        grants=facts.grants,
        by_colleague=facts.by_colleague,
        predicates=_NOT_ASKED,
        now=now,
    )


# --- for what to look ----------------------------------------------------------------------


def _guessed(wiring: Wiring, contact: Contact, ref: ResourceRef) -> Asked:
    """Return what to look for where nothing was seen of these two together."""
    tenant, thing = wiring.tenant, ref.key
    lying = wiring.guesses.lying(tenant, thing) or Lying((node_of(ref, _FIRST_LIFE),))
    return _asked(tenant, contact, thing, lying, wiring.guesses.belonging(tenant, contact.id))


def _next(wiring: Wiring, contact: Contact, thing: str, sight: Sight) -> Asked:
    """Return what to look for when what was seen says that more can matter."""
    known = sight.asked.belonging is not None
    belonging = sight.belonging if known else wiring.guesses.belonging(wiring.tenant, contact.id)
    return _asked(wiring.tenant, contact, thing, sight.lying, belonging)


def _asked(tenant: TenantId, contact: Contact, thing: str, lying: Lying, belonging: tuple[str, ...]) -> Asked:
    granted = [grant_id(tenant, node, party) for node in lying.nodes for party in _parties(contact, belonging)]
    people = (contact.id, *lying.requesters)
    return Asked(((SETTINGS_ID,), (thing,), (contact.id,), people, granted, belonging), lying, belonging, belonging)


def _needed(sight: Sight) -> Asked:
    """Return what to look for the next time, where everything was looked for."""
    asked = sight.asked
    if sight.weighty == asked.weighed:
        return asked
    return attrs.evolve(asked, values=(*asked.values[:-1], sight.weighty), weighed=sight.weighty)


def _enough(tenant: TenantId, contact: Contact, sight: Sight, decision: Decision) -> Asked:
    """Return what to look for the next time, where less than everything settled it."""
    asked, (node, *_) = sight.asked, sight.lying.nodes
    if decision.allowed and not any(each.node == node and each.grantee == contact.key for each in sight.facts.grants):
        on_it = [grant_id(tenant, node, party) for party in _parties(contact, sight.belonging)]
        granted = [*on_it, *[each.id for each in sight.facts.grants if each.node != node]]
        if sight.asked.belonging is None or len(granted) >= len(asked.values[_GRANTS]):
            return _needed(sight)
        values = (*asked.values[:_GRANTS], granted, sight.weighty)
        return Asked(values, sight.lying, sight.belonging, sight.weighty, leaves_out=True)
    if asked.belonging is None:
        return asked
    # At most a grant of the contact's own, on the thing itself, decides.
    alone = (grant_id(tenant, node, contact.key),)
    return Asked((*asked.values[: _GRANTS - 1], (), alone, ()), sight.lying, None, ())


def _parties(contact: Contact, belonging: tuple[str, ...]) -> list[str]:
    return [contact.key, *[Organization(id_).key for id_ in belonging]]


def _kept(wiring: Wiring, contact: Contact, sight: Sight, asked: Asked) -> Sight:
    """Return what would have been seen if it had been looked for this, which is not more."""
    if asked is sight.asked:
        return sight
    return _seen(wiring, contact, asked, _of_them(sight.lines, asked), sight.stamps)


def _remember(wiring: Wiring, contact: Contact, sight: Sight, kept: Sight) -> None:
    """Remember what was seen, as far as it has to be looked for the next time."""
    tenant, guesses, (_, (thing,), *_) = wiring.tenant, wiring.guesses, sight.asked.values
    if sight.asked.belonging not in {None, guesses.belonging(tenant, contact.id)}:
        guesses.belongs(tenant, contact.id, sight.belonging)
    if sight.facts.entry is not None:
        guesses.lies(tenant, thing, sight.lying)
    guesses.saw(tenant, contact.id, thing, kept)


def _of_them(lines: Sequence[Sequence[Any]], asked: Asked) -> Sequence[Sequence[Any]]:  # of every type
    """Return which of the lines would have been seen if it had been looked for less."""
    _, _, _, people, granted, weighed = asked.values
    left_out = {_MEMBERSHIPS} if not people else set[int]()
    among = {_GRANTS: {*granted}, _ORGANIZATIONS: {*weighed}}
    return [line for line in lines if line[0] not in left_out and (line[0] not in among or line[1] in among[line[0]])]


# --- what was seen -------------------------------------------------------------------------


def _seen(
    wiring: Wiring,
    contact: Contact,
    asked: Asked,
    lines: Sequence[Sequence[Any]],  # of every type
    stamps: Stamps,
) -> Sight:
    """Return what was seen, and what it means."""
    tenant = wiring.tenant
    found: list[list[Any]] = [[] for _ in _KINDS]  # records of every class, by their places
    for line in lines:
        place = line[0]
        found[place].append(_KINDS[place].load_seen(tenant, line[1], line[3], line[4], line[_COUNTS[place]]))
    settings: PortalSettings = found[0][0] if found[0] else unsaid_settings(tenant)
    entry: CatalogEntry | None = found[1][0] if found[1] else None
    profile: ContactProfile | None = found[2][0] if found[2] else None
    memberships: list[Membership] = found[3] if organizations_of_host(wiring) is None else []
    grants: list[Grant] = found[4]
    active = {organization.id for organization in found[5] if organization.active}
    own = [each for each in memberships if each.contact.id == contact.id]
    viewer = None
    if profile is not None and profile.active:
        viewer = Viewer(
            contact=contact,
            organizations=counted([each for each in own if each.organization.id in active], settings),
            confidential=confidential_kinds(wiring),
        )
    facts = ClientFacts(
        viewer=viewer,
        entry=entry,
        grants=grants,
        by_colleague=_by_colleague(entry, viewer, memberships),
        predicates=_NOT_ASKED,
        now=_WHENEVER,
    )
    lying = asked.lying if entry is None else _where(entry)
    belonging = tuple(sorted([each.organization.id for each in own]))
    return Sight(
        asked=asked,
        lines=lines,
        settings=settings,
        facts=facts,
        expires=any(grant.expires_at is not None for grant in grants),
        lying=lying,
        belonging=belonging,
        weighty=_weighty(entry, own, grants),
        stamps=stamps,
    )


def _where(entry: CatalogEntry) -> Lying:
    requester = entry.requester
    return Lying((entry.node, *entry.reached_from), () if requester is None else (requester.id,))


def _by_colleague(entry: CatalogEntry | None, viewer: Viewer | None, memberships: Sequence[Membership]) -> bool:
    requester = None if entry is None else entry.requester
    return (
        requester is not None
        and viewer is not None
        and any(each.organization in viewer.organizations for each in memberships if each.contact.id == requester.id)
    )


def _weighty(entry: CatalogEntry | None, own: Sequence[Membership], grants: Sequence[Grant]) -> tuple[str, ...]:
    """Return the ids of the organisations on which it depends whether they are active, sorted."""
    if not own:
        return ()
    if entry is not None and entry.requester is not None:
        return tuple(sorted([each.organization.id for each in own]))
    grantees = {grant.grantee for grant in grants}
    return tuple(sorted([each.organization.id for each in own if each.organization.key in grantees]))
