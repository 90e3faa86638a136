"""
Reads what decides about a read link: its row, its resource with the containers above it, its maker and its recipient.

Everything is read from the store each time. What is remembered is only which rows were wanted the
last time, so that they are asked for together; a row that turns out to be needed besides is read too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK, STAFF
from sharekit.features._facts import MAX_DEPTH
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId
from sharekit.policies.links import LinkRefusal, judge_link
from sharekit.policies.staff import rights_by_rule, rights_without_directory
from sharekit.ports import Row, Transaction
from sharekit.records.catalog import CatalogEntry
from sharekit.records.links import ReadLink
from sharekit.records.parties import ContactProfile, Staff, StaffProfile, parse_party

__all__ = ["LinkFacts", "judge", "read_link_facts"]

R = TypeVar("R")

_MAX_ROUTES = 4096
_NOBODY = "-"


@attrs.frozen(kw_only=True)
class LinkFacts:
    """
    What decides about a link at one instant.

    Attributes:
        now: The instant.
        link: The link, or None when there is none of that id.
        chain: Its resource's entry, then each container above it.
        maker: What the built-in directory knows of its maker.
        recipient: The profile of its recipient.
    """

    now: datetime
    link: ReadLink | None
    chain: Sequence[CatalogEntry]
    maker: StaffProfile | None
    recipient: ContactProfile | None


def read_link_facts(wiring: Wiring, tx: Transaction, link_id: ReadLinkId) -> LinkFacts:
    """
    Return the facts about a link as the transaction sees them.

    For an unknown link as many rows are looked for as for a known one, so that time does not tell
    them apart (R-ENUM-1).
    """
    rows = _Rows(tx, wiring.routes.get((wiring.tenant, link_id), ()))
    link = rows.fetch(READ_LINK, link_id)
    entry_key = link.ref.key if link else _NOBODY
    maker_type, _, maker_id = (link.created_by if link else _NOBODY).partition(":")
    chain: list[CatalogEntry] = []
    while entry_key and len(chain) <= MAX_DEPTH:
        entry = rows.fetch(CATALOG_ENTRY, entry_key)
        if entry is None:
            break
        chain.append(entry)
        entry_key = entry.container.key if entry.container else ""
    maker = rows.fetch(STAFF, maker_id or _NOBODY) if maker_type != "system" else None
    recipient = rows.fetch(CONTACT, link.recipient.id) if link and link.recipient else None
    if rows.went_beyond and link is not None:
        if len(wiring.routes) >= _MAX_ROUTES:
            wiring.routes.clear()
        wiring.routes[wiring.tenant, link_id] = rows.route()
    return LinkFacts(now=wiring.clock.now(), link=link, chain=chain, maker=maker, recipient=recipient)


def judge(wiring: Wiring, facts: LinkFacts, generation: int) -> LinkRefusal | None:
    """Say why the link opens nothing for a token of this generation, or None when it opens."""
    link = facts.link
    if link is None:
        return LinkRefusal.ABSENT
    creator = parse_party(link.created_by)
    rights = rights_without_directory(creator)
    if rights is None:
        if wiring.directory is not None:
            rights = frozenset(wiring.directory.rights(Staff(creator.id), link.ref))
        else:
            rights = rights_by_rule(link.created_by, facts.maker, facts.chain)
    return judge_link(link, facts.chain, rights, facts.recipient, generation=generation, now=facts.now)


class _Rows:
    """The rows of one reading: those wanted the last time in one request, and any other when it is needed."""

    def __init__(self, tx: Transaction, wanted: Sequence[tuple[str, str]]) -> None:
        self._tx = tx
        self._rows: dict[tuple[str, str], Row | None] = (
            dict(zip(wanted, tx.get_many(wanted), strict=True)) if wanted else {}
        )
        self.went_beyond = False

    def fetch(self, kind: RecordKind[R], id_: str) -> R | None:
        key = (kind.name, id_)
        if key not in self._rows:
            self.went_beyond = True
            self._rows[key] = self._tx.get(*key)
        row = self._rows[key]
        return None if row is None else kind.load(row)

    def route(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._rows)


