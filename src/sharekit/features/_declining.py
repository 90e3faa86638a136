"""
Says what a contact can give back of a thing, and whether they would see it all the same.
"""

from collections.abc import Sequence

import attrs

from sharekit.features._access_facts import client_facts, read_together, scope_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import ClientFacts, judge
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.grants import Declinable, Grant, grant_id
from sharekit.records.parties import Contact

__all__ = ["declinable"]


def declinable(wiring: Wiring, unit: Unit, contact: Contact, ref: ResourceRef) -> Declinable | None:
    """Return what a contact can give back of a thing; None where there is nothing, or they may not view it."""
    read = read_together(wiring, unit, contact, ref)
    if read.entry is None:
        return None
    scope = scope_of(wiring, read.settings)
    facts = client_facts(wiring, unit, scope, read.viewer, read.entry)
    own = grant_id(unit.tenant, read.entry.node, contact.key)
    held = any(grant.id == own and grant.allows_at(unit.now) for grant in facts.grants)
    if not held or not judge(scope, Action.VIEW, facts):
        return None
    return Declinable(grant=own, still_sees=judge(scope, Action.VIEW, _without(facts, own)).allowed)


def _without(facts: ClientFacts, own: str) -> ClientFacts:
    def others(grants: Sequence[Grant]) -> list[Grant]:
        return [grant for grant in grants if grant.id != own]

    moved = None if facts.moved is None else attrs.evolve(facts.moved, grants=others(facts.moved.grants))
    return attrs.evolve(facts, grants=others(facts.grants), moved=moved)
