"""
The feed of the portal: what a person may hear of now, the latest first.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.codec.kinds_of_notices import NOTICE
from sharekit.errors import InvalidInputError, InvalidTokenError
from sharekit.features._news import Told, tell
from sharekit.features._readers import name_of, reader_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import place_at
from sharekit.ports import AllOf, Condition, Eq, OrderBy, Position
from sharekit.records import checks
from sharekit.records.notices import FeedItem, FeedPage, Notice, NoticeKeys
from sharekit.records.parties import Contact, Party, Staff
from sharekit.records.several import Several
from sharekit.tokens import Purpose

__all__ = ["Feed", "check_party"]

_MOST: Final = 200
_LOOKED_AT: Final = 1000  # notices for one page, however few of them may be shown
_COUNTED: Final = 100
_FEED: Final = "feed"
_ID: Final = re.compile(r"[0-9a-f]{64}")
_SHOWN: Final = ("request", "conversation", "message")


def check_party(party: object) -> None:
    """Refuse anybody but a contact or a member of staff."""
    if not isinstance(party, Contact | Staff):
        raise InvalidInputError("party", "needs a Contact or a Staff")


def _ids_of(items: object) -> list[str]:
    given: list[object] = [items] if isinstance(items, str) or not isinstance(items, Iterable) else list(items)
    ids = [each.id if isinstance(each, FeedItem) else each for each in given]
    texts = [each for each in ids if isinstance(each, str) and _ID.fullmatch(each)]
    if len(texts) < len(ids) or not isinstance(items, Iterable) or isinstance(items, str):
        raise InvalidInputError("items", "needs the items of a page of the feed, page.items, or their ids")
    return texts


class Feed:
    """The part of `Notifications` that the portal shows."""

    _wiring: Wiring

    def feed(self, party: Party, *, unseen: bool = False, after: str | None = None, limit: int = 50) -> FeedPage:
        """
        Return the news of a person, the latest first: what they may open at this moment, and nothing else.

        A message that they have read in its conversation is seen.

        Args:
            party: The contact or member of staff who reads.
            unseen: Only what they have not seen.
            after: `FeedPage.next` of the page before.
            limit: At most so many, 1 to 200.

        Raises:
            InvalidInputError: An argument cannot be used.
            InvalidTokenError: *after* is of another feed, or not ours.
        """
        check_party(party)
        checks.flag("unseen", unseen)
        checks.whole("limit", limit, 1, _MOST)
        place = None if after is None else self._place(party, after)
        items: list[FeedItem] = []
        with self._wiring.reading() as unit:
            position = None if place is None else _position(unit, *place)
            reader = reader_of(self._wiring, unit, party.key)
            looked, latest = 0, None
            if reader is None:
                return FeedPage(items=())
            while True:
                notices = self._notices(unit, party, unseen=unseen, after=position, limit=limit)
                for notice in notices:
                    latest, position = notice, Position(notice.place, notice.id)
                    told = tell(self._wiring, unit, notice, reader)
                    if told.refusal is None and not notice.news.by_letter_alone and not (unseen and told.is_read):
                        items.append(self._item(unit, notice, told))
                    if len(items) == limit:
                        break
                looked += len(notices)
                if len(notices) < limit and len(items) < limit:
                    return FeedPage(items=tuple(items))
                if len(items) == limit or looked >= _LOOKED_AT:
                    break
        return FeedPage(items=tuple(items), next=self._cursor(party, latest))

    def unseen(self, party: Party) -> int:
        """Return how much news a person has not seen or read and may open now; 100 stands for at least so much."""
        check_party(party)
        count, position = 0, None
        with self._wiring.reading() as unit:
            reader = reader_of(self._wiring, unit, party.key)
            for _ in range(_LOOKED_AT // _COUNTED):
                notices = self._notices(unit, party, unseen=True, after=position, limit=_COUNTED)
                if reader is None or not notices:
                    break
                position = Position(notices[-1].place, notices[-1].id)
                shown = [each for each in notices if not each.news.by_letter_alone]
                told = [tell(self._wiring, unit, each, reader) for each in shown]
                count += sum(1 for each in told if each.refusal is None and not each.is_read)
                if count >= _COUNTED:
                    break
        return min(count, _COUNTED)

    def mark_seen(self, party: Party, items: Several[FeedItem | str] | None = None) -> None:
        """
        Note that a person saw news, so that no letter tells of it any more; all of it when none is named.

        What is not theirs, or not there, is passed over.

        Args:
            party: Who saw it.
            items: Items of a page of the feed, as in ``page.items``, or their ids.

        Raises:
            InvalidInputError: *items* are something else.
        """
        check_party(party)
        wanted = None if items is None else _ids_of(items)

        def work(unit: Unit) -> int:
            if wanted is None:
                found = self._notices(unit, party, unseen=True, after=None, limit=_MOST)
            else:
                found = unit.get_many(NOTICE, wanted[:_MOST])
            mine = [each for each in found if each.person == party.key and each.seen_at is None]
            for notice in mine:
                unit.put(NOTICE, attrs.evolve(notice, seen_at=unit.now))
            return len(found) if wanted is None else 0

        while self._wiring.write(work) == _MOST:
            pass

    def _notices(self, unit: Unit, party: Party, *, unseen: bool, after: Position | None, limit: int) -> list[Notice]:
        where: list[Condition] = [Eq(NoticeKeys.PERSON, party.key)]
        if unseen:
            where.append(Eq(NoticeKeys.SEEN, value=False))
        order = OrderBy(NoticeKeys.PLACE, descending=True)
        return unit.find(NOTICE, AllOf(where), order=order, after=after, limit=limit)

    def _item(self, unit: Unit, notice: Notice, told: Told) -> FeedItem:
        return FeedItem(
            id=notice.id,
            news=notice.news,
            event=notice.event,
            at=notice.at,
            actor=name_of(self._wiring, unit, notice.actor),
            ref=told.ref,
            title=told.title,
            details=MappingProxyType({name: notice.text(name) for name in _SHOWN if notice.text(name)}),
            seen=notice.seen_at is not None or told.is_read,
        )

    def _cursor(self, party: Party, last: Notice | None) -> str | None:
        if last is None:
            return None
        text = json.dumps([_FEED, self._wiring.tenant, party.key, last.at.isoformat(), last.id])
        return self._wiring.seals.seal_text(Purpose.CURSOR, text)

    def _place(self, party: Party, cursor: str) -> tuple[datetime, str]:
        what, *whose, at, id_ = json.loads(self._wiring.seals.unseal_text(Purpose.CURSOR, cursor))
        if what != _FEED or whose != [self._wiring.tenant, party.key]:
            raise InvalidTokenError
        return datetime.fromisoformat(at), id_


def _position(unit: Unit, at: datetime, id_: str) -> Position:
    """Return the place of a notice, which was then; of one that was pruned since, the place of its instant."""
    last = unit.get(NOTICE, id_)
    return Position(place_at(at), "") if last is None else Position(last.place, last.id)
