"""
Reads a link with what decides about it, each time anew, and decodes only what changed since.

A store that can look at a row and its companions does so in one round trip. What it then sees is
compared with what was seen before: while nothing differs, the rows mean what they meant.
A store that can say that nothing was committed since is asked for that first, which costs less.
Any other store is read in a transaction.
"""

import itertools
from collections.abc import Sequence
from typing import Any, Final

from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK, STAFF
from sharekit.features._facts import MAX_DEPTH
from sharekit.features._link_facts import LinkFacts, absent_from_a_look, chain_from, gathered, read_link_facts
from sharekit.features._recent_entries import RecentEntries
from sharekit.features._stillness import Stamps, Stillness
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId, TenantId
from sharekit.ports import Companion, Look, RecordStore, Row, Sight, SupportsLook
from sharekit.records.catalog import CatalogEntry, EntryKeys
from sharekit.records.links import ReadLinkKeys
from sharekit.records.parties import Contact, ContactProfile, Staff

__all__ = ["LinkMemory"]

_MAX_REMEMBERED: Final = 4096
_DEPTHS: Final = (2, MAX_DEPTH)
"""How many containers the looks go up that follow one of none. The wider the look, the slower."""

_KEYS: Final = (ReadLinkKeys.USES, ReadLinkKeys.RESOURCE, ReadLinkKeys.CREATED_BY)
_OF_ENTRIES: Final = (EntryKeys.CHILDREN,)
_BEFORE_STAFF: Final = f"{Staff.type}:"
_NEAR: Final = (
    Companion(CATALOG_ENTRY.name, ReadLinkKeys.RESOURCE, keys=_OF_ENTRIES),
    Companion(STAFF.name, ReadLinkKeys.CREATED_BY, after=_BEFORE_STAFF),
)
_RECIPIENT: Final = Companion(CONTACT.name, ReadLinkKeys.RECIPIENT, after=f"{Contact.type}:")


_Remembered = tuple[TenantId, Look, Sight, LinkFacts, Stamps]
"""
Whose a link is, what it takes to see it, what was seen so, what that means, and the stamps it was noted with.

A tuple, since one is made at each first opening.
"""


class LinkMemory:
    """Reads links for the kits of all tenants, and remembers what the rows of some meant when they were last read."""

    def __init__(self, records: RecordStore) -> None:
        self._store = records if isinstance(records, SupportsLook) else None
        self._stillness = Stillness(records)
        self._entries = RecentEntries()
        self._near: Look | None = None
        self._looks: dict[int, Look] = {}
        self._remembered: dict[ReadLinkId, _Remembered] = {}

    def read(self, wiring: Wiring, link_id: ReadLinkId) -> LinkFacts:
        """Return what decides about a link, all of it as the store has it now."""
        if self._store is None:
            return _read_in_transaction(wiring, link_id)
        tenant, remembered = wiring.tenant, self._remembered.get(link_id)
        if remembered is not None and remembered[0] == tenant:
            if self._is_as_before(remembered, link_id):
                return remembered[3]
            self.forget(link_id)
        return self._read_anew(self._store, wiring, link_id)

    def forget(self, link_id: ReadLinkId) -> None:
        """
        Forget a link that did not open.

        A refusal is never quicker for being repeated, so that time does not tell why (R-LINK-7).
        """
        self._remembered.pop(link_id, None)

    def _is_as_before(self, remembered: _Remembered, link_id: ReadLinkId) -> bool:
        """Ask the store whether what decides about a link is what it was."""
        tenant, look, sight, facts, stamps = remembered
        if self._stillness.since(stamps):
            return True
        noted = self._stillness.noted(stamps)
        if look.see(tenant, link_id) != sight:
            return False
        if noted is not stamps:
            self._remembered[link_id] = (tenant, look, sight, facts, noted)
        return True

    def _read_anew(self, store: SupportsLook, wiring: Wiring, link_id: ReadLinkId) -> LinkFacts:
        # Most links are to what lies in nothing: no loop over the depths for them.
        tenant, stamps, look = wiring.tenant, self._stillness.noted(), self._near
        if look is None:
            look = self._near = self._look(store, 0)
        sight = look.see(tenant, link_id)
        values = look.values(sight)
        if not values:
            return absent_from_a_look(wiring, link_id)
        facts = _meaning_nearby(wiring, self._entries, link_id, values)
        if facts is None:
            return self._read_further(store, wiring, link_id)
        self._remember(link_id, (tenant, look, sight, facts, stamps))
        return facts

    def _read_further(self, store: SupportsLook, wiring: Wiring, link_id: ReadLinkId) -> LinkFacts:
        """Read a link that has a recipient, or whose resource lies in something."""
        tenant, stamps = wiring.tenant, self._stillness.noted()
        for depth in _DEPTHS:
            look = self._look(store, depth)
            sight = look.see(tenant, link_id)
            row, *companions = look.rows(tenant, link_id, sight)
            if row is None:
                return absent_from_a_look(wiring, link_id)
            facts = _meaning(wiring, row, companions, depth)
            if facts is not None:
                self._remember(link_id, (tenant, look, sight, facts, stamps))
                return facts
        return _read_in_transaction(wiring, link_id)

    def _remember(self, link_id: ReadLinkId, remembered: _Remembered) -> None:
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[link_id] = remembered

    def _look(self, store: SupportsLook, depth: int) -> Look:
        look = self._looks.get(depth)
        if look is None:
            look = self._looks[depth] = store.look(READ_LINK.name, _KEYS, _companions(depth))
        return look


def _companions(depth: int) -> Sequence[Companion]:
    if depth == 0:
        return _NEAR
    above = [_container(1)]
    first = len(_NEAR) + 2  # the place of the first container, after the link, its companions and its recipient
    above += [_container(first + level) for level in range(depth - 1)]
    return [*_NEAR, _RECIPIENT, *above]


def _container(of: int) -> Companion:
    return Companion(CATALOG_ENTRY.name, EntryKeys.CONTAINER, of=of, keys=_OF_ENTRIES)


def _read_in_transaction(wiring: Wiring, link_id: ReadLinkId) -> LinkFacts:
    with wiring.records.transaction(wiring.tenant) as tx:
        return read_link_facts(wiring, tx, link_id)


# Any: what stands where is said by law K6.
def _meaning_nearby(
    wiring: Wiring, entries: RecentEntries, link_id: ReadLinkId, values: Sequence[Any]
) -> LinkFacts | None:
    """Do as `_meaning` does, of what a look of no depth saw; making rows would take a tenth of a first opening."""
    tenant = wiring.tenant
    uses, resource, maker, _, schema, body, *of_others = values
    link = READ_LINK.load_anew(tenant, link_id, schema, body, uses)
    if resource != link.ref.key or maker != link.created_by or link.recipient is not None:
        return None
    children, _, schema, body, _, maker_schema, maker_body = of_others
    entry = None if body is None else entries.of(tenant, resource, schema, body, children)
    if entry is not None and entry.container is not None:
        return None
    of_maker = None
    if maker_body is not None:
        of_maker = STAFF.load_seen(tenant, maker[len(_BEFORE_STAFF) :], maker_schema, maker_body)
    return gathered(wiring, link, () if entry is None else (entry,), of_maker, None)


def _meaning(wiring: Wiring, row: Row, companions: Sequence[Row | None], depth: int) -> LinkFacts | None:
    """
    Return what rows mean that a look of this depth saw, or None when they are not all that decides.

    What a body says is the truth; where a key names another row, a transaction has to follow the bodies.
    """
    entry, profile, *more = companions
    link = READ_LINK.load(row)
    if row.keys[ReadLinkKeys.RESOURCE] != link.ref.key or row.keys[ReadLinkKeys.CREATED_BY] != link.created_by:
        return None
    recipient = _recipient(more[0]) if more else None
    if link.recipient is not None and (not more or (recipient is not None and recipient.id != link.recipient.id)):
        return None
    above = iter(more[1:])
    chain = chain_from(entry, lambda _: next(above, None))
    if chain and chain[0].container is not None and not _is_whole(chain, depth):
        return None
    return gathered(wiring, link, chain, None if profile is None else STAFF.load(profile), recipient)


def _recipient(row: Row | None) -> ContactProfile | None:
    return None if row is None else CONTACT.load(row)


def _is_whole(chain: Sequence[CatalogEntry], depth: int) -> bool:
    """Say whether a chain that was looked for to this depth is as long as it is, and made of what its bodies name."""
    if any(lower.container != upper.ref for lower, upper in itertools.pairwise(chain)):
        return False
    return chain[-1].container is None or len(chain) <= depth or depth == MAX_DEPTH
