"""
Gathers what decides about a client and a thing, in three readings.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT
from sharekit.codec.kinds_of_sharing import GRANT, PORTAL_SETTINGS, SETTINGS_ID
from sharekit.features._parties import (
    contact_of,
    contacts_of_host,
    member_ids_of,
    memberships_of,
    organization_of,
    organizations_of_host,
)
from sharekit.features._predicates import held
from sharekit.features._tree import as_it_lies
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId, random_id
from sharekit.policies.access import ClientFacts, Viewer
from sharekit.policies.organizations import counted, counts_for_some
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.grants import Grant, grant_id
from sharekit.records.parties import Contact, ContactProfile, Organization
from sharekit.records.scopes import PortalScope, parse_scope
from sharekit.records.settings import PortalSettings

__all__ = [
    "ListReader",
    "ReadTogether",
    "client_facts",
    "confidential_kinds",
    "list_reader",
    "member_of",
    "read_together",
    "scope_of",
    "settings_of",
    "unsaid_settings",
    "viewer_of",
]

_IDS_AT_ONCE = 200


def settings_of(unit: Unit) -> PortalSettings:
    """Return the settings of the tenant's portal."""
    return unit.get(PORTAL_SETTINGS, SETTINGS_ID) or unsaid_settings(unit.tenant)


@lru_cache(maxsize=256)
def unsaid_settings(tenant: TenantId) -> PortalSettings:
    """Return the settings of a tenant that has none."""
    return PortalSettings(tenant=tenant)


def scope_of(wiring: Wiring, settings: PortalSettings) -> PortalScope:
    """Return what the tenant's portal shows at all."""
    return wiring.scope if settings.scope is None else _parse_scope(settings.scope)


_parse_scope = lru_cache(maxsize=256)(parse_scope)


def viewer_of(
    wiring: Wiring, unit: Unit, contact: Contact, settings: PortalSettings, *, with_colleagues: bool = False
) -> Viewer | None:
    """
    Return a contact as policies know one, or None when they are unknown or not active.

    Args:
        wiring: Says whose people they are.
        unit: Where to read.
        contact: Who.
        settings: Say for whom of an organisation its grants count.
        with_colleagues: Whether to ask the host for everybody in their organisations, which a list
            needs, and one decision does not.
    """
    return _viewer(wiring, unit, contact_of(wiring, unit, contact.id), settings, with_colleagues=with_colleagues)


@attrs.frozen
class ListReader:
    """
    Who asks for a list.

    Attributes:
        settings: Those of the portal.
        viewer: A contact as policies know one, with everybody in their organisations; None when they are
            unknown or not active.
    """

    settings: PortalSettings
    viewer: Viewer | None


def list_reader(wiring: Wiring, unit: Unit, contact: Contact) -> ListReader:
    """Return what is known of a contact who asks for a list."""
    if contacts_of_host(wiring) is None:
        found, profile = unit.get_together([(PORTAL_SETTINGS, SETTINGS_ID), (CONTACT, contact.id)])
        settings = found or unsaid_settings(unit.tenant)
    else:
        settings, profile = settings_of(unit), contact_of(wiring, unit, contact.id)
    return ListReader(settings, _viewer(wiring, unit, profile, settings, with_colleagues=True))


def member_of(wiring: Wiring, unit: Unit, organization: Organization, settings: PortalSettings) -> Viewer | None:
    """
    Return somebody of an organisation to whom nothing else was given, as policies know one.

    None when the organisation is not active, or when what is granted to it counts for nobody.
    """
    profile = organization_of(wiring, unit, organization.id)
    if profile is None or not profile.active or not counts_for_some(settings):
        return None
    theirs = frozenset({Organization(profile.id)})
    return Viewer(
        contact=Contact(random_id()),  # nobody's, so that nothing is granted to it
        organizations=theirs,
        colleagues=_colleagues(wiring, unit, theirs),
        confidential=confidential_kinds(wiring),
        amid_moves=bool(settings.moving),
    )


@attrs.frozen
class ReadTogether:
    """What was read of a client and a thing, besides the grants."""

    settings: PortalSettings
    profile: ContactProfile | None
    viewer: Viewer | None
    entry: CatalogEntry | None


def read_together(wiring: Wiring, unit: Unit, contact: Contact, ref: ResourceRef) -> ReadTogether:
    """Return the settings, the contact with what policies know of them, and an entry, by two readings."""
    wanted: list[tuple[RecordKind[Any], str]] = [  # any record classes
        (PORTAL_SETTINGS, SETTINGS_ID),
        (CATALOG_ENTRY, ref.key),
    ]
    if contacts_of_host(wiring) is None:
        wanted.append((CONTACT, contact.id))
        found, entry, profile = unit.get_together(wanted)
    else:
        found, entry = unit.get_together(wanted)
        profile = contact_of(wiring, unit, contact.id)
    settings = found or unsaid_settings(unit.tenant)
    return ReadTogether(settings, profile, _viewer(wiring, unit, profile, settings), entry)


def _viewer(
    wiring: Wiring,
    unit: Unit,
    profile: ContactProfile | None,
    settings: PortalSettings,
    *,
    with_colleagues: bool = False,
) -> Viewer | None:
    if profile is None or not profile.active:
        return None
    organizations = counted(memberships_of(wiring, unit, profile), settings)
    return Viewer(
        contact=Contact(profile.id),
        organizations=organizations,
        colleagues=_colleagues(wiring, unit, organizations) if with_colleagues else None,
        confidential=confidential_kinds(wiring),
        amid_moves=bool(settings.moving),
    )


def _colleagues(wiring: Wiring, unit: Unit, organizations: Iterable[Organization]) -> frozenset[str] | None:
    if organizations_of_host(wiring) is None:
        return None
    return frozenset(id_ for organization in organizations for id_ in member_ids_of(wiring, unit, organization))


def confidential_kinds(wiring: Wiring) -> frozenset[str]:
    """Return the kinds that are never reached through an organisation."""
    return frozenset(name for name, kind in wiring.kinds.items() if kind.confidential)


def client_facts(
    wiring: Wiring, unit: Unit, scope: PortalScope, viewer: Viewer | None, entry: CatalogEntry | None
) -> ClientFacts:
    """Return what decides about one client and one thing, by a scope."""
    if viewer is None or entry is None:
        return ClientFacts(viewer=viewer, entry=entry, now=unit.now)
    facts = _facts(wiring, unit, scope, viewer, entry)
    lying = as_it_lies(unit, entry) if viewer.amid_moves else entry
    return facts if lying == entry else attrs.evolve(facts, moved=_facts(wiring, unit, scope, viewer, lying))


def _facts(wiring: Wiring, unit: Unit, scope: PortalScope, viewer: Viewer, entry: CatalogEntry) -> ClientFacts:
    return ClientFacts(
        viewer=viewer,
        entry=entry,
        grants=_grants(unit, viewer, entry),
        by_colleague=_by_colleague(wiring, unit, viewer, entry),
        predicates=held(wiring, unit, scope, viewer, entry) if entry.shown else {},
        now=unit.now,
    )


def _grants(unit: Unit, viewer: Viewer, entry: CatalogEntry) -> Sequence[Grant]:
    nodes = (entry.node, *entry.reached_from)
    parties = (viewer.contact.key, *sorted(organization.key for organization in viewer.organizations))
    ids = [grant_id(unit.tenant, node, party) for node in nodes for party in parties]
    return [grant for some in _chunks(ids) for grant in unit.get_many(GRANT, some)]


def _by_colleague(wiring: Wiring, unit: Unit, viewer: Viewer, entry: CatalogEntry) -> bool:
    if entry.requester is None or not viewer.organizations:
        return False
    theirs = memberships_of(wiring, unit, entry.requester)
    return any(membership.organization in viewer.organizations for membership in theirs)


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        yield ids[start : start + _IDS_AT_ONCE]
