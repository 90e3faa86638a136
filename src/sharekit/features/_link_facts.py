"""
Reads what decides about a read link: its row, its resource with the containers above it, its maker and its recipient.

The rows are read from the store each time. What is remembered is what they meant: while the store
says that every one of them is still exactly as it was, nothing is decoded again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK, STAFF
from sharekit.features._facts import MAX_DEPTH
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId, TenantId
from sharekit.policies.links import LinkRefusal, judge_link
from sharekit.policies.staff import NO_RIGHTS, is_barred, rights_by_rule, rights_without_directory
from sharekit.ports import RecordStore, Row, RowKey, SupportsRecheck, Transaction
from sharekit.records.catalog import CatalogEntry
from sharekit.records.links import ReadLink
from sharekit.records.parties import ContactProfile, LinkHolder, Principal, Right, Staff, StaffProfile, parse_party

__all__ = ["LinkFacts", "LinkMemory", "judge", "read_link_facts"]

_MAX_REMEMBERED = 4096
_NOBODY = "-"


@attrs.frozen
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
        locale: The language of its recipient.
    """

    link: ReadLink | None
    holder: LinkHolder
    chain: Sequence[CatalogEntry]
    creator: Principal | None
    rights: frozenset[Right]
    barred: bool
    recipient: ContactProfile | None
    locale: str | None


class LinkMemory:
    """
    What the rows of some links meant when they were last read, for the kits of all tenants.

    It answers only when the store has just compared those rows with what it holds.
    """

    def __init__(self, records: RecordStore) -> None:
        self._store = records if isinstance(records, SupportsRecheck) else None
        self._remembered: dict[ReadLinkId, tuple[TenantId, Callable[[], bool], LinkFacts]] = {}

    def recall(self, tenant: TenantId, link_id: ReadLinkId) -> LinkFacts | None:
        """Return what is remembered of a link, if it is true now."""
        remembered = self._remembered.get(link_id)
        if remembered is None or remembered[0] != tenant or not remembered[1]():
            return None
        return remembered[2]

    def remember(self, tenant: TenantId, facts: LinkFacts, seen: Sequence[tuple[RowKey, Row | None]]) -> None:
        """Remember what these rows meant; forget everything when that becomes too much."""
        if self._store is None or facts.link is None:
            return
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[facts.link.id] = (tenant, self._store.recheck(tenant, seen), facts)


def read_link_facts(tx: Transaction, link_id: ReadLinkId) -> tuple[LinkFacts, Sequence[tuple[RowKey, Row | None]]]:
    """
    Return the facts about a link as the transaction sees them, and the rows that they were read from.

    For an unknown link as many rows are looked for as for a known one, so that time does not tell
    them apart (R-ENUM-1).
    """
    row = tx.get(READ_LINK.name, link_id)
    link = None if row is None else READ_LINK.load(row)
    creator = None if link is None else parse_party(link.created_by)
    wanted = _companions(link, creator)
    rows = tx.get_many(wanted)
    seen = [((READ_LINK.name, link_id), row), *zip(wanted, rows, strict=True)]
    chain = _chain(tx, rows[0], seen)
    staff_row = rows[1]
    contact_row = rows[2] if len(rows) > 2 else None
    maker = None if staff_row is None else STAFF.load(staff_row)
    recipient = None if contact_row is None else CONTACT.load(contact_row)
    facts = LinkFacts(
        link,
        LinkHolder(link_id),
        chain,
        creator,
        _rights(creator, maker, chain),
        is_barred(maker),
        recipient,
        None if recipient is None else recipient.locale,
    )
    return facts, seen


def judge(wiring: Wiring, facts: LinkFacts, generation: int, now: datetime) -> LinkRefusal | None:
    """Say why the link opens nothing for a token of this generation at this instant, or None when it opens."""
    link = facts.link
    if link is None:
        return LinkRefusal.ABSENT
    rights = facts.rights
    if wiring.directory is not None and isinstance(facts.creator, Staff) and not facts.barred:
        rights = frozenset(wiring.directory.rights(facts.creator, link.ref))
    return judge_link(link, facts.chain, rights, facts.recipient, generation=generation, now=now)


def _companions(link: ReadLink | None, creator: Principal | None) -> list[RowKey]:
    """Return the rows that are wanted besides the link's: its resource, its maker, and its recipient if it has one."""
    if link is None or creator is None:
        return [(CATALOG_ENTRY.name, _NOBODY), (STAFF.name, _NOBODY)]
    staff_id = creator.id if isinstance(creator, Staff) else _NOBODY
    wanted = [(CATALOG_ENTRY.name, link.ref.key), (STAFF.name, staff_id)]
    if link.recipient is not None:
        wanted.append((CONTACT.name, link.recipient.id))
    return wanted


def _chain(tx: Transaction, row: Row | None, seen: list[tuple[RowKey, Row | None]]) -> list[CatalogEntry]:
    chain: list[CatalogEntry] = []
    while row is not None:
        entry = CATALOG_ENTRY.load(row)
        chain.append(entry)
        if entry.container is None or len(chain) > MAX_DEPTH:
            break
        above = (CATALOG_ENTRY.name, entry.container.key)
        row = tx.get(*above)
        seen.append((above, row))
    return chain


def _rights(creator: Principal | None, maker: StaffProfile | None, chain: Sequence[CatalogEntry]) -> frozenset[Right]:
    if creator is None:
        return NO_RIGHTS
    settled = rights_without_directory(creator)
    return rights_by_rule(creator.key, maker, chain) if settled is None else settled
