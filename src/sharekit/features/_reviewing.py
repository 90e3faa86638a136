"""
Finds grants and links that may have outlived their reason.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import attrs

from sharekit.codec import Kept, RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY, READ_LINK
from sharekit.codec.kinds_of_sharing import GRANT
from sharekit.features._facts import chain_of, rights_on
from sharekit.features._link_facts import judge, read_link_facts, with_recipient
from sharekit.features._parties import contact_of, member_ids_of, organization_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.links import LinkRefusal
from sharekit.ports import AllOf, Condition, Eq, Position
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.grants import Grant, GrantKeys, parse_grantee
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Organization, Principal, Right
from sharekit.records.reviews import ReviewItem, ReviewReason

__all__ = ["Limits", "stale_grants", "stale_links"]

R = TypeVar("R", bound=Kept)

_AT_ONCE = 100
_BY_REFUSAL = {
    LinkRefusal.REMOVED: ReviewReason.REMOVED,
    LinkRefusal.CREATOR: ReviewReason.MAKER,
    LinkRefusal.RECIPIENT: ReviewReason.LEFT,
    LinkRefusal.EXPIRED: ReviewReason.EXPIRED,
}


@attrs.frozen
class Limits:
    """
    What counts as long, and as soon.

    Attributes:
        idle: How long something may go unused.
        expiring: How far ahead an end is soon.
    """

    idle: timedelta
    expiring: timedelta

    def of_time(self, now: datetime, ends: datetime | None, used: datetime) -> Iterator[ReviewReason]:
        """Yield what the clock says of something that ends then, and was last used then."""
        if ends is not None and ends <= now:
            yield ReviewReason.EXPIRED
        elif ends is not None and ends - now <= self.expiring:
            yield ReviewReason.EXPIRING
        if now - used >= self.idle:
            yield ReviewReason.UNUSED


def stale_grants(wiring: Wiring, limits: Limits, by: Principal | None = None) -> Iterator[ReviewItem]:
    """Yield the live grants to look at, on what *by* may view; each some are read in a transaction of their own."""
    alive = Eq(GrantKeys.LIVE, value=True)
    yield from _looked_at(wiring, by, GRANT, alive, lambda unit, grant: _grant(wiring, unit, grant, limits))


def stale_links(wiring: Wiring, limits: Limits, by: Principal | None = None) -> Iterator[ReviewItem]:
    """Yield the links to look at, on what *by* may view, those that were taken back left out."""
    yield from _looked_at(wiring, by, READ_LINK, AllOf(), lambda unit, link: _link(wiring, unit, link, limits))


def _looked_at(
    wiring: Wiring,
    by: Principal | None,
    kind: RecordKind[R],
    where: Condition,
    look: Callable[[Unit, R], ReviewItem],
) -> Iterator[ReviewItem]:
    after: str | None = None
    while True:
        with wiring.reading() as unit:
            place = None if after is None else Position(after, after)
            some = unit.find(kind, where, after=place, limit=_AT_ONCE)
            stale = [item for record in some if (item := look(unit, record)).reasons]
            items = [item for item in stale if by is None or _may_view(wiring, unit, by, item.subject.ref)]
        # Outside the transaction: whoever reads on may write in between.
        yield from items
        if len(some) < _AT_ONCE:
            return
        after = kind.dump(wiring.tenant, some[-1], 0).id


def _may_view(wiring: Wiring, unit: Unit, by: Principal, ref: ResourceRef) -> bool:
    return Right.VIEW in rights_on(wiring, unit, by, ref, chain_of(unit, ref))


def _grant(wiring: Wiring, unit: Unit, grant: Grant, limits: Limits) -> ReviewItem:
    chain = chain_of(unit, grant.ref)
    gone = not chain or chain[0].node != grant.node or _is_removed(chain)
    party = parse_grantee(grant.grantee)
    name, here = _recipient(wiring, unit, party)
    heard = chain[0].client_activity if chain else None
    used = max(at for at in (grant.granted_at, grant.reviewed_at, heard) if at is not None)
    reasons = [ReviewReason.REMOVED] if gone else []
    reasons += [] if here else [ReviewReason.LEFT]
    reasons += limits.of_time(unit.now, grant.expires_at, used)
    return ReviewItem(subject=grant, reasons=tuple(reasons), title=_title(unit, grant.ref), recipient=name)


def _link(wiring: Wiring, unit: Unit, link: ReadLink, limits: Limits) -> ReviewItem:
    if link.revoked_at is not None:
        return ReviewItem(subject=link, reasons=(), title=link.ref.key, recipient=None)
    facts = with_recipient(wiring, read_link_facts(wiring, unit.tx, link.id))
    refusal = judge(wiring, facts, link.generation, unit.now)
    used = max(at for at in (link.created_at, link.reviewed_at, link.last_opened_at) if at is not None)
    found = [] if refusal is None or refusal not in _BY_REFUSAL else [_BY_REFUSAL[refusal]]
    reasons = dict.fromkeys([*found, *limits.of_time(unit.now, link.expires_at, used)])
    name = None if link.recipient is None else _recipient(wiring, unit, link.recipient)[0]
    return ReviewItem(subject=link, reasons=tuple(reasons), title=_title(unit, link.ref), recipient=name)


def _is_removed(chain: tuple[CatalogEntry, ...]) -> bool:
    return chain[-1].container is not None or any(entry.removed_at is not None for entry in chain)


def _recipient(wiring: Wiring, unit: Unit, party: Contact | Organization) -> tuple[str, bool]:
    """Return the name of a recipient, and whether anybody is there."""
    if isinstance(party, Contact):
        contact = contact_of(wiring, unit, party.id)
        return (party.key, False) if contact is None else (contact.name, contact.active)
    organization = organization_of(wiring, unit, party.id)
    if organization is None:
        return party.key, False
    return organization.name, organization.active and bool(member_ids_of(wiring, unit, party))


def _title(unit: Unit, ref: ResourceRef) -> str:
    entry = unit.get(CATALOG_ENTRY, ref.key)
    return ref.key if entry is None else entry.title
