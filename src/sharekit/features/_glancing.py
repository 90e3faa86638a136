"""
Decides at a glance what four rows settle, where the store can read them by one statement.

They are the settings of the portal, the thing, the client, and what was granted to that one on that
very thing. Whatever else there may be then, it changes neither answer nor reason.
"""

from types import MappingProxyType
from typing import Final

from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT
from sharekit.codec.kinds_of_sharing import GRANT, PORTAL_SETTINGS, SETTINGS_ID
from sharekit.features._access_facts import scope_of
from sharekit.features._parties import contacts_of_host
from sharekit.features._unit import Wiring
from sharekit.policies.access import AccessReason, ClientFacts, Viewer, judge
from sharekit.ports import Glance, RecordStore, SupportsGlance
from sharekit.records.catalog import ResourceRef, node_of
from sharekit.records.decisions import Action, Decision
from sharekit.records.grants import grant_id
from sharekit.records.parties import Contact
from sharekit.records.scopes import PortalScope, is_union

__all__ = ["Glancing"]

_KINDS: Final = (
    (PORTAL_SETTINGS.name, ()),
    (CATALOG_ENTRY.name, CATALOG_ENTRY.counters),
    (CONTACT.name, ()),
    (GRANT.name, ()),
)
_FIRST_LIFE: Final = 1
"""Which life of a thing the grant is looked for; few things were removed and put again."""

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
        self._latest: tuple[PortalScope | None, bool] = (None, False)

    def decided(self, wiring: Wiring, contact: Contact, action: Action, ref: ResourceRef) -> Decision | None:
        """Return the decision about a client and a thing as the store has them now, or None where it takes more."""
        if self._store is None or contacts_of_host(wiring) is not None:
            return None
        if self._glance is None:
            self._glance = self._store.glance(_KINDS)
        tenant, now = wiring.tenant, wiring.clock.now()
        viewer = Viewer(contact=contact if type(contact) is Contact else Contact(contact.id))
        granted = grant_id(tenant, node_of(ref, _FIRST_LIFE), viewer.contact.key)
        ids = (SETTINGS_ID, ref.key, contact.id, granted)
        seen = self._glance.see(tenant, ids)
        _, settings_schema, settings_body, _, entry_schema, entry_body, children, *people = seen
        _, contact_schema, contact_body, _, grant_schema, grant_body = people
        profile = None if contact_body is None else CONTACT.load_seen(tenant, contact.id, contact_schema, contact_body)
        entry = (
            None
            if entry_body is None
            else CATALOG_ENTRY.load_seen(tenant, ids[1], entry_schema, entry_body, (children,))
        )
        scope = wiring.scope
        if settings_body is not None:
            settings = PORTAL_SETTINGS.load_seen(tenant, SETTINGS_ID, settings_schema, settings_body)
            if settings.moving:
                # What an entry says may follow from its old place.
                return None
            scope = scope_of(wiring, settings)
        facts = ClientFacts(
            viewer=viewer if profile is not None and profile.active else None,
            entry=entry,
            grants=() if grant_body is None else (GRANT.load_seen(tenant, granted, grant_schema, grant_body),),
            predicates=_NOT_ASKED,
            now=now,
        )
        decision = judge(scope, action, facts)
        return decision if self._is_settled(scope, decision) else None

    def _is_settled(self, scope: PortalScope, decision: Decision) -> bool:
        """Say whether what else may be granted changes nothing."""
        if not decision.allowed:
            return decision.reason in _WHATEVER_IS_GRANTED
        if self._latest[0] is not scope:
            self._latest = (scope, is_union(scope))
        # Its own grant is the strongest reason, and where a scope only adds, no other takes it away.
        return decision.reason is AccessReason.SHARED and self._latest[1]
