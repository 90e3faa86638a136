"""
Decides at a glance, where the store can find rows of several kinds by one statement.

What has to be looked for follows from what is found: the grants from the organisations of the contact, and
from what the thing lies in. So these are guessed, and what is found tells whether the guess was right; if it
was not, the same is asked again with the right one. Every decision is formed from what one glance saw alone.
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

__all__ = ["Glancing"]

_KINDS: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    PORTAL_SETTINGS,
    CATALOG_ENTRY,
    CONTACT,
    MEMBERSHIP,
    GRANT,
    ORGANIZATION,
)
_FOUND_BY: Final = {MEMBERSHIP.name: MembershipKeys.CONTACT}
_SOUGHT: Final = [Sought(kind.name, _FOUND_BY.get(kind.name, "id"), kind.counters) for kind in _KINDS]
_COUNTS: Final = [slice(5, 5 + len(kind.counters)) for kind in _KINDS]
"""Where counters stand in a line."""

_FIRST_LIFE: Final = 1
"""Which life of an unknown thing is looked for; few were removed and put again."""

_ROUNDS: Final = 3
"""Who guessed wrong so often met a change each time."""

_WHENEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Facts are remembered without their instant."""

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


class Glancing:
    """What is prepared for deciding at a glance on one store."""

    def __init__(self, records: RecordStore) -> None:
        self._store = records if isinstance(records, SupportsGlance) else None
        self._glance: Glance | None = None
        self._latest: tuple[PortalScope | None, bool, bool] = (None, False, False)

    def decided(self, wiring: Wiring, contact: Contact, action: Action, ref: ResourceRef) -> Decision | None:
        """Return the decision about a client and a thing as the store has them now, or None where it takes more."""
        if self._store is None or contacts_of_host(wiring) is not None:
            return None
        if self._glance is None:
            self._glance = self._store.glance(_SOUGHT)
        if type(contact) is not Contact:
            contact = Contact(contact.id)
        thing = ref.key
        before = wiring.guesses.sight(wiring.tenant, contact.id, thing)
        asked = _guessed(wiring, contact, ref) if before is None else before.asked
        for _ in range(_ROUNDS):
            now = wiring.clock.now()
            lines = self._glance.see(wiring.tenant, asked.values)
            known = before is not None and lines == before.lines
            sight = before if before is not None and known else _seen(wiring, contact, asked, lines)
            if sight.settings.moving:
                # What an entry says may follow from its old place.
                return None
            scope = scope_of(wiring, sight.settings)
            decision = judge(scope, action, _as_of(now, sight.facts))
            only_adds, asks_host = self._about(scope)
            is_settled = _is_settled(decision, only_adds=only_adds)
            if is_settled or (sight.is_whole and not asks_host):
                if not known:
                    alone = is_settled and _takes_own_grant_alone(sight.facts, contact, now)
                    _remember(wiring, contact, thing, sight, alone=alone)
                return decision
            if asks_host or organizations_of_host(wiring) is not None:
                return None
            before, asked = None, _next(wiring, contact, thing, sight)
        return None

    def _about(self, scope: PortalScope) -> tuple[bool, bool]:
        """Say whether a scope only adds, and whether it takes the host's word; a portal has one scope."""
        known, only_adds, asks_host = self._latest
        if known is not scope:
            only_adds, asks_host = is_union(scope), bool(predicates_in(scope))
            self._latest = (scope, only_adds, asks_host)
        return only_adds, asks_host


def _is_settled(decision: Decision, *, only_adds: bool) -> bool:
    """Say whether what was not looked for changes nothing."""
    if not decision.allowed:
        return decision.reason in _WHATEVER_IS_GRANTED
    # A grant on the thing is the strongest reason, and where a scope only adds, no other takes it away.
    return only_adds and decision.reason is AccessReason.SHARED


def _as_of(now: datetime, facts: ClientFacts) -> ClientFacts:
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
    parties = [contact.key, *[Organization(id_).key for id_ in belonging]]
    granted = [grant_id(tenant, node, party) for node in lying.nodes for party in parties]
    people = (contact.id, *lying.requesters)
    return Asked(((SETTINGS_ID,), (thing,), (contact.id,), people, granted, belonging), lying, belonging, belonging)


def _asked_alone(tenant: TenantId, contact: Contact, thing: str, lying: Lying) -> Asked:
    """Return what to look for where at most a grant of the contact's own, on the thing itself, decides."""
    granted = (grant_id(tenant, lying.nodes[0], contact.key),)
    return Asked(((SETTINGS_ID,), (thing,), (contact.id,), (), granted, ()), lying, None, ())


def _remember(wiring: Wiring, contact: Contact, thing: str, sight: Sight, *, alone: bool) -> None:
    """Remember what was seen, or what will be looked for instead the next time, which is no more than it takes."""
    tenant, asked, entry = wiring.tenant, sight.asked, sight.facts.entry
    if asked.belonging is not None and asked.belonging != wiring.guesses.belonging(tenant, contact.id):
        wiring.guesses.belongs(tenant, contact.id, sight.belonging)
    if entry is not None:
        wiring.guesses.lies(tenant, thing, sight.lying)
    better = asked
    if alone:
        better = asked if asked.belonging is None else _asked_alone(tenant, contact, thing, sight.lying)
    elif sight.weighty != asked.weighed:
        values = (*asked.values[:-1], sight.weighty)
        better = attrs.evolve(asked, values=values, weighed=sight.weighty)
    wiring.guesses.saw(
        tenant, contact.id, thing, sight if better is asked else attrs.evolve(sight, asked=better, lines=None)
    )


def _takes_own_grant_alone(facts: ClientFacts, contact: Contact, now: datetime) -> bool:
    entry = facts.entry
    if facts.viewer is None or entry is None or not entry.shown:
        return True
    node = entry.node
    return any(each.grantee == contact.key and each.node == node and each.allows_at(now) for each in facts.grants)


# --- what was seen -------------------------------------------------------------------------


def _seen(
    wiring: Wiring,
    contact: Contact,
    asked: Asked,
    lines: Sequence[Sequence[Any]],  # of every type
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
    return Sight(asked, lines, settings, facts, lying, belonging, _weighty(entry, own, grants))


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
