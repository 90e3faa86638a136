"""
Deletes what was told long ago: notices, which are the rows of the feed, and deliveries of letters and to webhooks.

What is still to be delivered stays, and so does what was given up and nobody looked at. Whatever an event made that
is still in the outbox stays too: by these rows a relay that does it again knows what it did.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final, Generic, TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, OUTBOX_ENTRY
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import AllOf, AnyOf, Condition, Eq, OrderBy, Position, Range
from sharekit.records.notices import (
    Carrier,
    Delivery,
    DeliveryKeys,
    DeliveryState,
    Notice,
    NoticeKeys,
    NoticeState,
)
from sharekit.records.relaying import PruneReport

__all__ = ["Ages", "prune"]

_AT_ONCE: Final = 200
_TOLD: Final = (NoticeState.SENT, NoticeState.DROPPED)
_OVER: Final = (DeliveryState.SENT, DeliveryState.DROPPED, DeliveryState.DISMISSED)

R = TypeVar("R", Notice, Delivery)


@attrs.frozen(kw_only=True)
class Ages:
    """
    Before when something is old.

    Attributes:
        told: News that its reader saw, and deliveries.
        unseen: News that nobody saw in the portal.
    """

    told: datetime
    unseen: datetime

    def notice(self, notice: Notice) -> bool:
        """Say whether a notice goes."""
        before = self.unseen if notice.seen_at is None else self.told
        return notice.state in _TOLD and notice.due_at <= before and notice.at <= before

    def delivery(self, delivery: Delivery) -> bool:
        """Say whether a delivery goes."""
        settled = delivery.settled_at
        return delivery.state in _OVER and settled is not None and max(settled, delivery.created_at) <= self.told


@attrs.frozen(kw_only=True)
class _Shelf(Generic[R]):
    """
    One kind of rows that grow old.

    Attributes:
        kind: The kind.
        key: By which key the oldest come first.
        at: What that key says of one.
        goes: Whether one goes.
        entry: The id of the event of which one came, or None where others speak for it.
    """

    kind: RecordKind[R]
    key: str
    at: Callable[[R], datetime]
    goes: Callable[[R], bool]
    entry: Callable[[R], str | None]

    def going(self, unit: Unit, found: Sequence[R]) -> list[R]:
        """Return those that go: of the others the event is still in the outbox, or something became of them since."""
        entries = {entry for each in found if (entry := self.entry(each)) is not None}
        waiting = {each.id for each in unit.get_many(OUTBOX_ENTRY, sorted(entries))}
        return [each for each in found if self.goes(each) and self.entry(each) not in waiting]

    def old(self, wiring: Wiring, where: Condition) -> Iterator[tuple[str, R]]:
        """Yield what goes with its id, the oldest first, each page in a transaction of its own."""
        after: Position | None = None
        while True:
            with wiring.reading() as unit:
                found = unit.find(self.kind, where, order=OrderBy(self.key), after=after, limit=_AT_ONCE)
                gone = self.going(unit, found)
            yield from ((each.id, each) for each in gone)
            if len(found) < _AT_ONCE:
                return
            after = Position(self.at(found[-1]), found[-1].id)

    def delete(self, wiring: Wiring, ids: Sequence[str]) -> None:
        """Delete those that go still."""

        def some(unit: Unit, part: Sequence[str]) -> None:
            for each in self.going(unit, unit.get_many(self.kind, part)):
                unit.delete(self.kind, each.id)

        for start in range(0, len(ids), _AT_ONCE):
            wiring.write(partial(some, part=ids[start : start + _AT_ONCE]))


def prune(wiring: Wiring, ages: Ages, *, dry_run: bool, limit: int) -> PruneReport:
    """Delete what is old in a tenant, at most so many rows, or only count it; see `Relay.prune`."""
    news = _Shelf(
        kind=NOTICE,
        key=NoticeKeys.DUE_AT,
        at=lambda notice: notice.due_at,
        goes=ages.notice,
        entry=lambda notice: notice.entry,
    )
    post = _Shelf(
        kind=DELIVERY,
        key=DeliveryKeys.CREATED_AT,
        at=lambda delivery: delivery.created_at,
        goes=ages.delivery,
        entry=_entry_of_call,
    )
    old_news = [id_ for id_, _ in islice(_each(wiring, news, _notices(ages)), limit + 1)]
    old_post = list(islice(_each(wiring, post, _deliveries(ages)), limit + 1 - len(old_news)))
    more = len(old_news) + len(old_post) > limit
    old_news = old_news[:limit]
    old_post = old_post[: limit - len(old_news)]
    if not dry_run:
        news.delete(wiring, old_news)
        post.delete(wiring, [id_ for id_, _ in old_post])
    calls = sum(delivery.carrier is Carrier.WEBHOOK for _, delivery in old_post)
    return PruneReport(
        dry_run=dry_run, tenants=1, notices=len(old_news), letters=len(old_post) - calls, calls=calls, more=more
    )


def _each(wiring: Wiring, shelf: _Shelf[R], questions: Iterable[Condition]) -> Iterator[tuple[str, R]]:
    for where in questions:
        yield from shelf.old(wiring, where)


def _notices(ages: Ages) -> Iterator[Condition]:
    seen = AnyOf([Eq(NoticeKeys.SEEN, value=True), Range(NoticeKeys.DUE_AT, at_most=ages.unseen)])
    for state in _TOLD:  # one after the other, as the index has them
        yield AllOf([Eq(NoticeKeys.STATE, str(state)), Range(NoticeKeys.DUE_AT, at_most=ages.told), seen])


def _deliveries(ages: Ages) -> Iterator[Condition]:
    for state in _OVER:
        yield AllOf([Eq(DeliveryKeys.STATE, str(state)), Range(DeliveryKeys.CREATED_AT, at_most=ages.told)])


def _entry_of_call(delivery: Delivery) -> str | None:
    """Return the id of the event that a webhook was told of; for a letter its notices speak."""
    return None if delivery.body is None else str(json.loads(delivery.body)["data"]["id"])
