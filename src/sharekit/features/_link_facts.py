"""
Reads what decides about a read link: its row, its resource with the containers above it, its maker and its recipient.

The rows are read from the store each time. What is remembered is what they meant: while the store
says that every one of them is still exactly as it was, nothing is decoded again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK, STAFF
from sharekit.errors import IntegrityError, InvalidInputError
from sharekit.features._facts import MAX_DEPTH, rights_of, still_containing
from sharekit.features._parties import contact_at, contacts_of_host
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId, TenantId
from sharekit.policies.links import LinkRefusal, judge_moment, judge_standing, may_go_on_sharing
from sharekit.policies.sections import SectionPolicy
from sharekit.policies.staff import is_barred, rights_by_rule, rights_without_directory
from sharekit.ports import RecordStore, Row, RowKey, SupportsRecheck, Transaction
from sharekit.records.catalog import CatalogEntry, ResourceKind, Section
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, LinkHolder, Principal, Right, Staff, StaffProfile, parse_party

__all__ = ["LinkFacts", "LinkMemory", "judge", "read_link_facts", "with_recipient"]

Seen = Sequence[tuple[RowKey, Row | None]]

_MAX_REMEMBERED = 4096
_NOBODY = "-"


@attrs.frozen
class LinkFacts:
    """
    What decides about a link, apart from the moment.

    Attributes:
        link: The link, or None when there is none of that id.
        holder: Whoever holds it.
        entry: Its resource's entry, if there is one.
        kind: Its resource's kind, if that is declared.
        shown: The sections that it shows, by name.
        standing: Why it opens nothing at any time; where the host has a directory, without regard
            to the rights of its maker.
        maker: Its maker, where the host's directory has to be asked.
        locale: The language of its recipient.
        recipient: Its recipient, where the host's directory has to be asked.
    """

    link: ReadLink | None
    holder: LinkHolder
    entry: CatalogEntry | None
    kind: ResourceKind | None
    shown: Sequence[tuple[str, Section]]
    standing: LinkRefusal | None
    maker: Staff | None
    locale: str | None
    recipient: Contact | None = None


@attrs.define
class _Remembered:
    tenant: TenantId
    facts: LinkFacts
    seen: Seen
    still_so: Callable[[], bool] | None = None


class LinkMemory:
    """
    What the rows of some links meant when they were last read, for the kits of all tenants.

    It answers only when the store has just compared those rows with what it holds.
    """

    def __init__(self, records: RecordStore) -> None:
        self._store = records if isinstance(records, SupportsRecheck) else None
        self._remembered: dict[ReadLinkId, _Remembered] = {}

    def recall(self, tenant: TenantId, link_id: ReadLinkId) -> LinkFacts | None:
        """Return what is remembered of a link, if it is true now."""
        remembered = self._remembered.get(link_id)
        if remembered is None or remembered.tenant != tenant or self._store is None:
            return None
        still_so = remembered.still_so
        if still_so is None:
            # Only now: most links are opened once.
            still_so = remembered.still_so = self._store.recheck(tenant, remembered.seen)
        return remembered.facts if still_so() else None

    def remember(self, tenant: TenantId, facts: LinkFacts, seen: Seen) -> None:
        """Remember what these rows meant; forget everything when that becomes too much."""
        if self._store is None or facts.link is None:
            return
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[facts.link.id] = _Remembered(tenant, facts, seen)


def read_link_facts(wiring: Wiring, tx: Transaction, link_id: ReadLinkId) -> tuple[LinkFacts, Seen]:
    """
    Return the facts about a link as the transaction sees them, and the rows that they were read from.

    For an unknown link as many rows are looked for as for a known one, so that time does not tell
    them apart (R-ENUM-1).
    """
    row = tx.get(READ_LINK.name, link_id)
    link = None if row is None else READ_LINK.load(row)
    creator = None if link is None else _creator(link)
    wanted = _companions(link, creator)
    rows = tx.get_many(wanted)
    seen = [((READ_LINK.name, link_id), row), *zip(wanted, rows, strict=True)]
    chain = _chain(tx, rows[0], seen)
    if link is None or creator is None:
        return LinkFacts(None, LinkHolder(link_id), None, None, (), LinkRefusal.ABSENT, None, None), seen
    profile = None if rows[1] is None else STAFF.load(rows[1])
    recipient = None if len(rows) < 3 or rows[2] is None else CONTACT.load(rows[2])
    hosted = link.recipient if contacts_of_host(wiring) is not None else None
    ask = wiring.directory is not None and isinstance(creator, Staff) and not is_barred(profile)
    kind = wiring.kinds.get(link.ref.kind)
    facts = LinkFacts(
        link,
        LinkHolder(link_id),
        chain[0] if chain else None,
        kind,
        () if kind is None else SectionPolicy(link.sections).choose(kind),
        judge_standing(
            link if hosted is None else attrs.evolve(link, recipient=None),
            chain,
            recipient,
            maker_may_share=ask or may_go_on_sharing(_rights(creator, profile, chain)),
        ),
        creator if ask and isinstance(creator, Staff) else None,
        None if recipient is None else recipient.locale,
        hosted,
    )
    return facts, seen


def with_recipient(wiring: Wiring, facts: LinkFacts) -> LinkFacts:
    """Return the facts with what the host's directory says now of the recipient, where it has to be asked."""
    if facts.recipient is None:
        return facts
    host = contacts_of_host(wiring)
    contact = None if host is None else contact_at(host, wiring.tenant, facts.recipient.id)
    if contact is not None and contact.active:
        return attrs.evolve(facts, locale=contact.locale)
    return attrs.evolve(facts, locale=None, standing=facts.standing or LinkRefusal.RECIPIENT)


def judge(wiring: Wiring, facts: LinkFacts, generation: int, now: datetime) -> LinkRefusal | None:
    """Say why the link opens nothing for a token of this generation at this instant, or None when it opens."""
    link = facts.link
    if link is None or facts.standing is not None:
        return facts.standing
    if facts.kind is None:
        return LinkRefusal.REMOVED
    if facts.maker is not None and not _directory_allows(wiring, facts.maker, link):
        return LinkRefusal.CREATOR
    return judge_moment(link, generation, now)


def _directory_allows(wiring: Wiring, maker: Staff, link: ReadLink) -> bool:
    directory = wiring.directory
    return directory is not None and may_go_on_sharing(rights_of(directory, maker, link.ref))


def _creator(link: ReadLink) -> Principal:
    try:
        return parse_party(link.created_by)
    except InvalidInputError:
        raise IntegrityError(READ_LINK.name, "it names no maker") from None


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
    entry = None if row is None else CATALOG_ENTRY.load(row)
    while entry is not None:
        chain.append(entry)
        if entry.container is None or len(chain) > MAX_DEPTH:
            break
        above = (CATALOG_ENTRY.name, entry.container.key)
        row = tx.get(*above)
        seen.append((above, row))
        entry = still_containing(entry, None if row is None else CATALOG_ENTRY.load(row))
    return chain


def _rights(creator: Principal, maker: StaffProfile | None, chain: Sequence[CatalogEntry]) -> frozenset[Right]:
    settled = rights_without_directory(creator)
    return rights_by_rule(creator.key, maker, chain) if settled is None else settled
