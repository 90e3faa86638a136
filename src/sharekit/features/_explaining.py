"""
Explains decisions, and turns them round: who can see a thing, and what somebody can see.
"""

from collections.abc import Iterator, Sequence, Sized
from itertools import islice

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK
from sharekit.codec.kinds_of_sharing import GRANT
from sharekit.features._access_facts import client_facts, confidential_kinds, scope_of, settings_of, viewer_of
from sharekit.features._credentials import correspondents_on, requests_on
from sharekit.features._facts import chain_of
from sharekit.features._link_documents import decide_for_link
from sharekit.features._link_facts import judge as judge_link
from sharekit.features._link_facts import read_link_facts, with_recipient
from sharekit.features._parties import member_ids_of, memberships_of, organization_of
from sharekit.features._predicates import worded
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import AccessReason, ClientFacts, Viewer, judge, misses, reasons, unmet
from sharekit.policies.organizations import counted, counts_for_some
from sharekit.ports import AllOf, Eq, In, Position
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.decisions import Action, Decision
from sharekit.records.documents import DOCUMENT
from sharekit.records.explanations import Cause, Explanation, NearMiss, Onlooker, Onlookers
from sharekit.records.grants import Access, Grant, GrantKeys, parse_grantee
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import Contact, ContactProfile, LinkHolder, Organization
from sharekit.records.scopes import PortalScope, is_union, may_hold_for_anybody, predicates_in
from sharekit.records.settings import PortalSettings

__all__ = [
    "Candidates",
    "candidates_for",
    "causes_of",
    "everybody",
    "explain_to_staff",
    "onlookers",
    "opens",
    "parties_seeing",
]

_AT_ONCE = 500
_BY_LEVEL = {access.level: access for access in Access}


def causes_of(wiring: Wiring, scope: PortalScope, facts: ClientFacts) -> tuple[Cause, ...]:
    """Return what speaks for a client."""
    wording = {str(named): worded(wiring, name, holds=True) for name, named in predicates_in(scope).items()}
    return tuple(
        Cause(reason=str(reason), access=_BY_LEVEL[level], grant=grant, wording=wording.get(reason, {}))
        for reason, level, grant in reasons(scope, facts)
    )


def explain_to_staff(wiring: Wiring, unit: Unit, contact: Contact, action: Action, ref: ResourceRef) -> Explanation:
    """Return why a client may do something with a thing, or what nearly lets them."""
    settings = settings_of(unit)
    viewer = viewer_of(wiring, unit, contact, settings)
    chain = chain_of(unit, ref)
    scope = scope_of(wiring, settings)
    facts = client_facts(wiring, unit, scope, viewer, chain[0] if chain else None)
    decision = judge(scope, action, facts)
    wider = attrs.evolve(facts, grants=_grants_around(wiring, unit, viewer, chain)) if viewer and chain else facts
    return Explanation(
        decision=decision,
        causes=causes_of(wiring, scope, facts),
        near_misses=() if decision.allowed else tuple(_near_misses(wiring, scope, decision, wider)),
    )


def _near_misses(wiring: Wiring, scope: PortalScope, decision: Decision, facts: ClientFacts) -> Iterator[NearMiss]:
    if decision.reason == AccessReason.OUT_OF_SCOPE:
        for predicate in unmet(scope, facts):
            holds = facts.predicates.get(predicate.name, False)
            yield NearMiss(reason=str(predicate), wording=worded(wiring, predicate.name, holds=holds))
    for miss, grant in misses(facts):
        yield NearMiss(reason=str(miss), grant=grant)


def _grants_around(wiring: Wiring, unit: Unit, viewer: Viewer, chain: Sequence[CatalogEntry]) -> list[Grant]:
    nodes = [entry.node for entry in chain]
    # Every organisation that they belong to, also where its grants do not count for them.
    memberships = memberships_of(wiring, unit, viewer.contact)
    parties = [viewer.contact.key, *sorted(membership.organization.key for membership in memberships)]
    return unit.find(GRANT, AllOf((In(GrantKeys.NODE, nodes), In(GrantKeys.GRANTEE, parties))))


def onlookers(wiring: Wiring, unit: Unit, ref: ResourceRef) -> Onlookers:
    """Return every contact, organisation and link by which a thing can be seen now, and what else is held for it."""
    entry = unit.get(CATALOG_ENTRY, ref.key)
    if entry is None:
        return Onlookers(parties=(), links=())
    settings = settings_of(unit)
    return Onlookers(
        parties=tuple(parties_seeing(wiring, unit, settings, entry, candidates_for(wiring, unit, settings, entry))),
        links=tuple(link for link in _links(wiring, unit, entry) if opens(wiring, unit, link)),
        requests=requests_on(wiring, unit, entry),
        correspondents=correspondents_on(unit, entry),
    )


@attrs.frozen
class Candidates:
    """
    Whoever could see a thing: everybody who does is among them, or in one of them.

    Attributes:
        contacts: People.
        organizations: Organisations.
        cut: Whether some were left out, since they were to be no more than so many.
    """

    contacts: Sequence[Contact]
    organizations: Sequence[Organization]
    cut: bool = False


def candidates_for(
    wiring: Wiring, unit: Unit, settings: PortalSettings, entry: CatalogEntry, *, most: int | None = None
) -> Candidates:
    """Return whoever could see a thing, of each kind and for each reason no more than *most*."""
    scope, enough = scope_of(wiring, settings), None if most is None else most + 1
    on = AllOf((In(GrantKeys.NODE, (entry.node, *entry.reached_from)), Eq(GrantKeys.LIVE, value=True)))
    granted = unit.find(GRANT, on, limit=enough)
    parties = {parse_grantee(grant.grantee): None for grant in granted[:most]}
    cut = _goes_on(granted, most)
    if entry.requester is not None:
        parties[entry.requester] = None
        parties |= dict.fromkeys(counted(memberships_of(wiring, unit, entry.requester), settings))
    contacts = {party.id: party for party in parties if isinstance(party, Contact)}
    organizations = [party for party in parties if isinstance(party, Organization)]
    if may_hold_for_anybody(scope):
        # Such a scope may hold for somebody of whom nothing is known.
        anybody = list(islice(everybody(unit), enough))
        cut = cut or _goes_on(anybody, most)
        contacts |= {contact.id: Contact(contact.id) for contact in anybody[:most]}
    if not is_union(scope):
        # Two organisations together may give what neither gives alone.
        for organization in organizations:
            ids = sorted(member_ids_of(wiring, unit, organization, limit=enough))
            cut = cut or _goes_on(ids, most)
            contacts |= {id_: Contact(id_) for id_ in ids[:most]}
    return Candidates(list(contacts.values()), organizations, cut)


def _goes_on(found: Sized, most: int | None) -> bool:
    return most is not None and len(found) > most


def parties_seeing(
    wiring: Wiring, unit: Unit, settings: PortalSettings, entry: CatalogEntry, candidates: Candidates
) -> Iterator[Onlooker]:
    """Yield those of the candidates who see a thing now, and why."""
    scope = scope_of(wiring, settings)
    for contact in candidates.contacts:
        viewer = viewer_of(wiring, unit, contact, settings)
        yield from _seeing(wiring, unit, entry, scope, (contact, viewer))
    if predicates_in(scope):  # which speak of somebody, and not of anybody
        return
    for organization in candidates.organizations:
        if _counts(wiring, unit, settings, organization):
            yield from _seeing(wiring, unit, entry, scope, (organization, _member(wiring, settings, organization)))


def _counts(wiring: Wiring, unit: Unit, settings: PortalSettings, organization: Organization) -> bool:
    """Say whether what is granted to an organisation counts for anybody in it."""
    profile = organization_of(wiring, unit, organization.id)
    return profile is not None and profile.active and counts_for_some(settings)


def everybody(unit: Unit) -> Iterator[ContactProfile]:
    """Return every contact that we keep."""
    after: Position | None = None
    while True:
        some = unit.find(CONTACT, AllOf(), after=after, limit=_AT_ONCE)
        yield from some
        if len(some) < _AT_ONCE:
            return
        after = Position(some[-1].id, some[-1].id)


def _member(wiring: Wiring, settings: PortalSettings, organization: Organization) -> Viewer:
    """Return somebody of whom nothing is known but that they belong to an organisation."""
    return Viewer(
        contact=Contact("-"),
        organizations=frozenset({organization}),
        confidential=confidential_kinds(wiring),
        amid_moves=bool(settings.moving),
    )


def _seeing(
    wiring: Wiring,
    unit: Unit,
    entry: CatalogEntry,
    scope: PortalScope,
    candidate: tuple[Contact | Organization, Viewer | None],
) -> Iterator[Onlooker]:
    party, viewer = candidate
    facts = client_facts(wiring, unit, scope, viewer, entry)
    if judge(scope, Action.VIEW, facts):
        causes = causes_of(wiring, scope, facts)
        let_into = next((cause.grant.ref for cause in causes if cause.grant is not None), entry.ref)
        yield Onlooker(party=party, ref=let_into, causes=causes)


def _links(wiring: Wiring, unit: Unit, entry: CatalogEntry) -> list[ReadLink]:
    """Return the links to a thing, and of a document those that list it."""
    links = unit.find(READ_LINK, Eq(ReadLinkKeys.RESOURCE, entry.ref.key))
    if entry.ref.kind == DOCUMENT and entry.reached_from:
        above = [node.rpartition("#")[0] for node in entry.reached_from]
        around = unit.find(READ_LINK, In(ReadLinkKeys.RESOURCE, above))
        links += [link for link in around if decide_for_link(wiring, unit, LinkHolder(link.id), entry.ref)]
    return links


def opens(wiring: Wiring, unit: Unit, link: ReadLink) -> bool:
    """Say whether a link opens now."""
    facts = with_recipient(wiring, read_link_facts(wiring, unit.tx, link.id))
    return judge_link(wiring, facts, link.generation, unit.now) is None
