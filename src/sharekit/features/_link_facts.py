"""
Reads what decides about a read link: its row, its resource with the containers above it, its maker and its recipient.

Every row is read from the store each time. What is remembered is which rows were wanted the last
time, so that they are asked for together, and what their bodies meant, so that the same bodies
need not be decoded again. A row that says something else is decoded, and any other row that it
names is read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK, STAFF
from sharekit.features._facts import MAX_DEPTH
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId, TenantId
from sharekit.policies.links import LinkRefusal, judge_link
from sharekit.policies.staff import is_barred, rights_by_rule, rights_without_directory
from sharekit.ports import KeyValue, Row, Transaction
from sharekit.records.catalog import CatalogEntry
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import ContactProfile, LinkHolder, Principal, Right, Staff, StaffProfile, parse_party

__all__ = ["LinkFacts", "LinkMemory", "judge", "read_link_facts"]

R = TypeVar("R")
RowKey = tuple[str, str]

_MAX_REMEMBERED = 4096
_NOBODY = "-"


@attrs.frozen(kw_only=True)
class LinkFacts:
    """
    What decides about a link, apart from the time.

    Attributes:
        link: The link, or None when there is none of that id.
        holder: Whoever holds it.
        chain: Its resource's entry, then each container above it.
        creator: Its maker.
        rights: What the built-in rule gives its maker.
        barred: Whether its maker was deactivated.
        recipient: The profile of its recipient.
    """

    link: ReadLink | None
    holder: LinkHolder
    chain: Sequence[CatalogEntry]
    creator: Principal | None
    rights: frozenset[Right]
    barred: bool
    recipient: ContactProfile | None

    @property
    def locale(self) -> str | None:
        """The language of its recipient."""
        return self.recipient.locale if self.recipient is not None else None


@attrs.frozen
class _Remembered:
    wanted: tuple[RowKey, ...]
    bodies: list[tuple[int, str] | None]
    uses: KeyValue
    facts: LinkFacts


class LinkMemory:
    """
    What the rows of some links meant when they were last read, for the kits of all tenants.

    It is asked only after the rows were read, and answers only for the very same bodies.
    """

    def __init__(self) -> None:
        self._remembered: dict[tuple[TenantId, str], _Remembered] = {}

    def recall(self, tenant: TenantId, link_id: ReadLinkId) -> _Remembered | None:
        """Return what is remembered of a link."""
        return self._remembered.get((tenant, link_id))

    def remember(self, tenant: TenantId, link_id: ReadLinkId, rows: dict[RowKey, Row | None], facts: LinkFacts) -> None:
        """Remember what these rows meant; forget everything when that becomes too much."""
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        wanted = tuple(rows)
        found = list(rows.values())
        self._remembered[tenant, link_id] = _Remembered(wanted, _bodies(found), _uses(found), facts)


def read_link_facts(wiring: Wiring, memory: LinkMemory, tx: Transaction, link_id: ReadLinkId) -> LinkFacts:
    """
    Return the facts about a link as the transaction sees them.

    For an unknown link as many rows are looked for as for a known one, so that time does not tell
    them apart (R-ENUM-1).
    """
    remembered = memory.recall(wiring.tenant, link_id)
    if remembered is None:
        rows = _Rows(tx, {})
    else:
        found = tx.get_many(remembered.wanted)
        if _bodies(found) == remembered.bodies and _uses(found) == remembered.uses:
            return remembered.facts
        rows = _Rows(tx, dict(zip(remembered.wanted, found, strict=True)))
    facts = _gather(rows, link_id)
    if facts.link is not None:
        memory.remember(wiring.tenant, link_id, rows.found, facts)
    return facts


def judge(wiring: Wiring, facts: LinkFacts, generation: int, now: datetime) -> LinkRefusal | None:
    """Say why the link opens nothing for a token of this generation at this instant, or None when it opens."""
    link = facts.link
    if link is None:
        return LinkRefusal.ABSENT
    rights = facts.rights
    if wiring.directory is not None and isinstance(facts.creator, Staff) and not facts.barred:
        rights = frozenset(wiring.directory.rights(facts.creator, link.ref))
    return judge_link(link, facts.chain, rights, facts.recipient, generation=generation, now=now)


class _Rows:
    """The rows of one reading."""

    def __init__(self, tx: Transaction, found: dict[RowKey, Row | None]) -> None:
        self._tx = tx
        self.found = found

    def fetch(self, kind: RecordKind[R], id_: str) -> R | None:
        key = (kind.name, id_)
        if key not in self.found:
            self.prefetch([key])
        row = self.found[key]
        return None if row is None else kind.load(row)

    def prefetch(self, keys: Sequence[RowKey]) -> None:
        missing = [key for key in keys if key not in self.found]
        if missing:
            self.found.update(zip(missing, self._tx.get_many(missing), strict=True))


def _gather(rows: _Rows, link_id: ReadLinkId) -> LinkFacts:
    link = rows.fetch(READ_LINK, link_id)
    creator = parse_party(link.created_by) if link is not None else None
    entry_key = link.ref.key if link is not None else _NOBODY
    rows.prefetch(_companions(link, creator, entry_key))
    chain = _chain(rows, entry_key)
    maker = rows.fetch(STAFF, creator.id) if isinstance(creator, Staff) else None
    return LinkFacts(
        link=link,
        holder=LinkHolder(link_id),
        chain=chain,
        creator=creator,
        rights=_rights(creator, maker, chain),
        barred=is_barred(maker),
        recipient=rows.fetch(CONTACT, link.recipient.id) if link is not None and link.recipient is not None else None,
    )


def _companions(link: ReadLink | None, creator: Principal | None, entry_key: str) -> list[RowKey]:
    wanted = [(CATALOG_ENTRY.name, entry_key)]
    if creator is None or isinstance(creator, Staff):
        wanted.append((STAFF.name, creator.id if creator is not None else _NOBODY))
    if link is not None and link.recipient is not None:
        wanted.append((CONTACT.name, link.recipient.id))
    return wanted


def _chain(rows: _Rows, entry_key: str) -> tuple[CatalogEntry, ...]:
    chain: list[CatalogEntry] = []
    while len(chain) <= MAX_DEPTH:
        entry = rows.fetch(CATALOG_ENTRY, entry_key)
        if entry is None:
            break
        chain.append(entry)
        if entry.container is None:
            break
        entry_key = entry.container.key
    return tuple(chain)


def _rights(creator: Principal | None, maker: StaffProfile | None, chain: Sequence[CatalogEntry]) -> frozenset[Right]:
    if creator is None:
        return frozenset()
    settled = rights_without_directory(creator)
    return rights_by_rule(creator.key, maker, chain) if settled is None else settled


def _bodies(rows: Sequence[Row | None]) -> list[tuple[int, str] | None]:
    return [None if row is None else (row.schema, row.body) for row in rows]


def _uses(rows: Sequence[Row | None]) -> KeyValue:
    # The link's own row comes first; its body leaves the counter out.
    return rows[0].keys[ReadLinkKeys.USES] if rows and rows[0] is not None else None
