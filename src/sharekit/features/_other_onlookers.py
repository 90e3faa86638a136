"""
Tells a client who else sees a thing, where staff said that clients are told: names alone, and few of very many.

It is told what a decision would say of each, and nothing of how they come to see it. Whom it would be wrong to name
is not among them: staff, those under whom a thing is filed, followers, those who correspond about it, and whoever
holds a read link or an upload page.
"""

from collections.abc import Iterator
from typing import Final

from sharekit.codec import fold
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._access_facts import read_together
from sharekit.features._deciding import judge_read
from sharekit.features._explaining import candidates_for, parties_seeing
from sharekit.features._parties import contact_of, organization_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import Viewer
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.explanations import OtherOnlooker, OtherOnlookers
from sharekit.records.parties import Contact, Organization

__all__ = ["MOST_NAMED", "others_seeing"]

MOST_NAMED: Final = 50
"""So many are looked at; a page names no crowd, and each takes some readings."""


def others_seeing(wiring: Wiring, unit: Unit, reader: Contact, ref: ResourceRef) -> OtherOnlookers:
    """Return who else sees a thing; see `Access.who_else_can_see`."""
    if not isinstance(reader, Contact):
        raise InvalidInputError("by", "needs the Contact who reads")
    read = read_together(wiring, unit, reader, ref)
    if read.entry is None or read.viewer is None or not judge_read(wiring, unit, read, Action.VIEW):
        raise NotFoundError("resource", ref.key)
    if ref.kind not in read.settings.onlookers:
        return OtherOnlookers(told=False)
    candidates = candidates_for(wiring, unit, read.settings, read.entry, most=MOST_NAMED)
    parties = [each.party for each in parties_seeing(wiring, unit, read.settings, read.entry, candidates)]
    others = [party for party in parties if party != reader]
    named = sorted(_named(wiring, unit, others, read.viewer), key=lambda each: (fold(each.name), each.is_organization))
    return OtherOnlookers(told=True, named=tuple(named), more=candidates.cut)


def _named(
    wiring: Wiring, unit: Unit, parties: list[Contact | Organization], reader: Viewer
) -> Iterator[OtherOnlooker]:
    for party in parties:
        if isinstance(party, Organization):
            organization = organization_of(wiring, unit, party.id)
            if organization is not None:
                own = Organization(organization.id) in reader.organizations
                yield OtherOnlooker(name=organization.name, is_organization=True, is_own=own)
        else:
            contact = contact_of(wiring, unit, party.id)
            if contact is not None:
                yield OtherOnlooker(name=contact.name, is_organization=False)
