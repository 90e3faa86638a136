"""
What decides about a read link: its row, its resource with the containers above it, its maker and its recipient.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY, CONTACT, READ_LINK, STAFF
from sharekit.errors import IntegrityError, InvalidInputError
from sharekit.features._facts import MAX_DEPTH, rights_of, still_containing
from sharekit.features._parties import contact_at, contacts_of_host
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId, TenantId
from sharekit.policies.links import LinkRefusal, judge_moment, judge_standing, may_go_on_sharing
from sharekit.policies.staff import is_barred, rights_by_rule, rights_without_directory
from sharekit.ports import Row, Transaction
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.declarations import ResourceKind, Section
from sharekit.records.drafts import directly
from sharekit.records.links import ReadLink
from sharekit.records.parties import (
    Contact,
    ContactProfile,
    LinkHolder,
    Principal,
    Staff,
    StaffProfile,
    parse_party,
)

__all__ = [
    "LinkFacts",
    "absent",
    "absent_from_a_look",
    "chain_from",
    "gathered",
    "judge",
    "maker_of",
    "read_link_facts",
    "with_recipient",
]

_NOBODY: Final = "-"


@attrs.frozen
class LinkFacts:
    """
    What decides about a link, apart from the moment.

    Attributes:
        link: The link, or None when there is none of that id.
        id: Its id.
        client_title: What its resource's entry is called to clients, if it is called so.
        kind: Its resource's kind, if that is declared.
        shown: The sections that it shows, by name.
        standing: Why it opens nothing at any time; where the host has a directory, without regard
            to the rights of its maker.
        maker: Its maker, where the host's directory has to be asked.
        locale: The language of its recipient.
        recipient: Its recipient, where the host's directory has to be asked.
    """

    link: ReadLink | None
    id: ReadLinkId
    client_title: str | None
    kind: ResourceKind | None
    shown: Sequence[tuple[str, Section]]
    standing: LinkRefusal | None
    maker: Staff | None
    locale: str | None
    recipient: Contact | None = None

    @property
    def holder(self) -> LinkHolder:
        """Whoever holds it."""
        return _holder(self.id)


_facts = directly(LinkFacts)
_holder = directly(LinkHolder)


def read_link_facts(wiring: Wiring, tx: Transaction, link_id: ReadLinkId) -> LinkFacts:
    """Return the facts about a link as the transaction sees them; the rows are wanted as their bodies name them."""
    row = tx.get(READ_LINK.name, link_id)
    if row is None:
        tx.get_many([(CATALOG_ENTRY.name, _NOBODY), (STAFF.name, _NOBODY)])
        return absent(wiring, link_id)
    link = READ_LINK.load(row)
    maker = maker_of(link)
    wanted = [(CATALOG_ENTRY.name, link.ref.key), (STAFF.name, maker.id if isinstance(maker, Staff) else _NOBODY)]
    if link.recipient is not None:
        wanted.append((CONTACT.name, link.recipient.id))
    entry, profile, *recipients = tx.get_many(wanted)
    return gathered(
        wiring,
        link,
        chain_from(entry, lambda container: tx.get(CATALOG_ENTRY.name, container.key)),
        None if profile is None else STAFF.load(profile),
        CONTACT.load(recipients[0]) if recipients and recipients[0] is not None else None,
    )


def absent(wiring: Wiring, link_id: ReadLinkId) -> LinkFacts:
    """Return the facts about a link that is not there, in the time that one takes that is (R-ENUM-1, R-LINK-7)."""
    link, entry = _DECOY
    gathered(wiring, READ_LINK.load(link), chain_from(entry, lambda _: None), None, None)
    return LinkFacts(None, link_id, None, None, (), LinkRefusal.ABSENT, None, None)


def absent_from_a_look(wiring: Wiring, link_id: ReadLinkId) -> LinkFacts:
    """Return the same where a look, which found nothing, took less time than one that finds three rows."""
    READ_LINK.load(_DECOY[0])
    return absent(wiring, link_id)


def gathered(
    wiring: Wiring,
    link: ReadLink,
    chain: Sequence[CatalogEntry],
    profile: StaffProfile | None,
    recipient: ContactProfile | None,
) -> LinkFacts:
    """
    Return the facts about a link.

    Args:
        wiring: The kit's.
        link: The link.
        chain: Its resource's entry, then each container above it.
        profile: What the built-in directory knows of its maker, if anything.
        recipient: Its recipient, if it has one that is there.
    """
    maker = maker_of(link)
    asked = maker if wiring.directory is not None and isinstance(maker, Staff) and not is_barred(profile) else None
    kind = wiring.kinds.get(link.ref.kind)
    hosted = link.recipient
    if hosted is not None and contacts_of_host(wiring) is None:
        hosted = None
    rights = rights_without_directory(maker)
    if rights is None:
        rights = rights_by_rule(link.created_by, profile, chain)
    return _facts(
        link,
        link.id,
        chain[0].client_title if chain else None,
        kind,
        () if kind is None else wiring.choices.of(kind, link.sections),
        judge_standing(
            link if hosted is None else attrs.evolve(link, recipient=None),
            chain,
            recipient,
            maker_may_share=asked is not None or may_go_on_sharing(rights),
        ),
        asked,
        None if recipient is None else recipient.locale,
        hosted,
    )


def chain_from(row: Row | None, above: Callable[[ResourceRef], Row | None]) -> list[CatalogEntry]:
    """Return the entry of this row and each container above it, as `_facts.chain_of` does."""
    chain: list[CatalogEntry] = []
    entry = None if row is None else CATALOG_ENTRY.load(row)
    while entry is not None:
        chain.append(entry)
        if entry.container is None or len(chain) > MAX_DEPTH:
            break
        row = above(entry.container)
        entry = still_containing(entry, None if row is None else CATALOG_ENTRY.load(row))
    return chain


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


def maker_of(link: ReadLink) -> Principal:
    """Return who made a link."""
    try:
        return _parse_party(link.created_by)
    except InvalidInputError:
        raise IntegrityError(READ_LINK.name, "it names no maker") from None


# Few people make many links.
_parse_party = functools.lru_cache(maxsize=1024)(parse_party)


def _decoy() -> tuple[Row, Row]:
    """Return the rows of a link that was never handed out, and of its resource."""
    tenant, made, maker = TenantId("nobody"), datetime(2026, 1, 1, tzinfo=UTC), Staff("nobody").key
    entry = CatalogEntry(
        tenant=tenant,
        ref=ResourceRef("nothing", "nothing"),
        title="Nothing",
        client_title="Nothing",
        owner=maker,
        created_at=made,
    )
    link = ReadLink(
        tenant=tenant,
        id=ReadLinkId("-" * 28),
        ref=entry.ref,
        sections=frozenset({"nothing"}),
        created_at=made,
        created_by=maker,
    )
    return READ_LINK.dump(tenant, link, 0), CATALOG_ENTRY.dump(tenant, entry, 0)


_DECOY: Final = _decoy()
