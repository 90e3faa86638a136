"""
Finds whom a rehearsed change concerns, and what it makes of what they see.
"""

from collections.abc import Callable, Iterable, Iterator

from sharekit.codec.kinds import READ_LINK
from sharekit.codec.kinds_of_sharing import GRANT
from sharekit.features._access_facts import scope_of, settings_of, viewer_of
from sharekit.features._explaining import everybody, opens
from sharekit.features._parties import member_ids_of, memberships_of
from sharekit.features._rehearsal import Rehearsal, rehearsing
from sharekit.features._unit import Unit, Wiring
from sharekit.features._visible import VisibleThings
from sharekit.ids import ReadLinkId
from sharekit.ports import In
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.grants import Grant, GrantKeys
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import Contact, ContactProfile, Organization
from sharekit.records.people import Membership, OrganizationProfile
from sharekit.records.plans import AccessChange, AccessDiff
from sharekit.records.scopes import may_hold_for_anybody
from sharekit.records.settings import PortalSettings

__all__ = ["planned"]

_AT_ONCE = 500


def planned(wiring: Wiring, change: Callable[[Rehearsal], object]) -> AccessDiff:
    """Return what a change would make of what clients see; nothing of it is kept, and nobody hears of it."""
    concerned, things = rehearsing(wiring, lambda rehearsal: _concerned(rehearsal, change))
    return rehearsing(wiring, lambda rehearsal: _difference(rehearsal, change, concerned, things))


def _concerned(rehearsal: Rehearsal, change: Callable[[Rehearsal], object]) -> tuple[list[str], list[str]]:
    """Return the ids of the contacts whom a change concerns, and the keys of the things that it changes."""
    before = _Reach(rehearsal)
    change(rehearsal)
    things = {record.ref.key for record in rehearsal.unit.touched if isinstance(record, CatalogEntry)}
    return sorted(before.of(rehearsal.unit.touched)), sorted(things)


def _difference(
    rehearsal: Rehearsal, change: Callable[[Rehearsal], object], concerned: Iterable[str], things: list[str]
) -> AccessDiff:
    unit = rehearsal.unit
    open_before = _open_links(rehearsal, things)
    contacts = [Contact(id_) for id_ in concerned]
    before = {contact.id: _seen(rehearsal, unit, contact) for contact in contacts}
    change(rehearsal)
    # Whom the change itself adds has another id in each rehearsal, and saw nothing before.
    added = [Contact(id_) for id_ in sorted(_Reach(rehearsal).of(unit.touched)) if id_ not in before]
    contacts += added
    before |= {contact.id: set() for contact in added}
    gains: list[AccessChange] = []
    losses: list[AccessChange] = []
    for contact in contacts:
        after = _seen(rehearsal, unit, contact)
        gains += [AccessChange(contact, ref) for ref in _sorted(after - before[contact.id])]
        losses += [AccessChange(contact, ref) for ref in _sorted(before[contact.id] - after)]
    made = [event for event in unit.events if isinstance(event, events.LinkCreated)]
    links = [record for record in unit.touched if isinstance(record, ReadLink)]
    titles = dict.fromkeys(link.accepted_title for link in links if link.client_title is None)
    return AccessDiff(
        every_gain=tuple(gains),
        every_loss=tuple(losses),
        titles=tuple(title for title in titles if title is not None),
        opened_links=tuple(event.link for event in made),
        ended_links=_ended(rehearsal, things, open_before),
    )


def _open_links(rehearsal: Rehearsal, things: list[str]) -> list[ReadLinkId]:
    links = [
        link for some in _chunks(things) for link in rehearsal.unit.find(READ_LINK, In(ReadLinkKeys.RESOURCE, some))
    ]
    return [link.id for link in links if opens(rehearsal, rehearsal.unit, link)]


def _ended(rehearsal: Rehearsal, things: list[str], open_before: list[ReadLinkId]) -> tuple[ReadLinkId, ...]:
    """Return the links that are taken back, and those that a thing takes along."""
    revoked = [event.link for event in rehearsal.unit.events if isinstance(event, events.LinkRevoked)]
    still = set(_open_links(rehearsal, things))
    return tuple(dict.fromkeys([*revoked, *(link for link in open_before if link not in still)]))


def _sorted(refs: Iterable[ResourceRef]) -> list[ResourceRef]:
    return sorted(refs, key=lambda ref: ref.key)


def _seen(wiring: Wiring, unit: Unit, contact: Contact) -> set[ResourceRef]:
    settings = settings_of(unit)
    viewer = viewer_of(wiring, unit, contact, settings, with_colleagues=True)
    if viewer is None:
        return set()
    return {entry.ref for entry in VisibleThings(wiring, unit, scope_of(wiring, settings), viewer).find()}


class _Reach:
    """Finds the contacts whom records concern, by the rows as they are in a unit."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._wiring = rehearsal
        self._unit = rehearsal.unit

    def of(self, touched: Iterable[object]) -> set[str]:
        """Return the ids of the contacts whose view of things these records can change."""
        parties: set[str] = set()
        nodes: set[str] = set()
        scope = scope_of(self._wiring, settings_of(self._unit))
        for record in touched:
            # Such a scope may include people of whom nothing is kept.
            if isinstance(record, PortalSettings) or (isinstance(record, CatalogEntry) and may_hold_for_anybody(scope)):
                return {contact.id for contact in everybody(self._unit)}
            parties |= set(self._named(record))
            if isinstance(record, CatalogEntry):
                nodes |= {record.node, *record.reached_from}
        for some in _chunks(sorted(nodes)):
            parties |= {grant.grantee for grant in self._unit.find(GRANT, In(GrantKeys.NODE, some))}
        return self._contacts(parties)

    def _named(self, record: object) -> Iterator[str]:
        if isinstance(record, Grant):
            yield record.grantee
        elif isinstance(record, CatalogEntry) and record.requester is not None:
            yield record.requester.key
            theirs = memberships_of(self._wiring, self._unit, record.requester)
            yield from (membership.organization.key for membership in theirs)
        elif isinstance(record, Membership):
            yield record.contact.key
            yield record.organization.key
        elif isinstance(record, ContactProfile | OrganizationProfile):
            yield record.key

    def _contacts(self, parties: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for key in parties:
            type_, _, id_ = key.partition(":")
            if type_ == Contact.type:
                found.add(id_)
            elif type_ == Organization.type:
                found |= member_ids_of(self._wiring, self._unit, Organization(id_))
        return found


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
