"""
Has the contact who stays hear what the other one heard, once, and in the way that both have chosen.
"""

from datetime import datetime
from typing import Final

import attrs

from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, NOTICE_PREFERENCES
from sharekit.features._preferences import preferences_of
from sharekit.features._unit import Unit
from sharekit.ports import AllOf, Eq, In
from sharekit.records.notices import (
    MOST_MUTED,
    DeliveryKeys,
    DeliveryState,
    Notice,
    NoticeKeys,
    NoticePreferences,
    NoticeState,
)
from sharekit.records.parties import ContactProfile, Principal

__all__ = ["move_notices", "move_preferences"]

_UNDER_WAY: Final = (str(DeliveryState.WAITING), str(DeliveryState.DEAD))


def move_notices(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """
    Have the second contact's feed be that of both, each event once, and letters that are under way be theirs.

    What one of the two did is no news to the other any more. What either saw, or had a letter about, both did.
    """
    ids: dict[str, str | None] = {}
    for notice in unit.find(NOTICE, Eq(NoticeKeys.PERSON, contact.key)):
        ids[notice.id] = _moved(unit, notice, into)
    for notice in unit.find(NOTICE, Eq(NoticeKeys.PERSON, into.key)):
        if notice.actor == contact.key:
            unit.delete(NOTICE, notice.id)
    theirs = AllOf([Eq(DeliveryKeys.PARTY, contact.key), In(DeliveryKeys.STATE, _UNDER_WAY)])
    for delivery in unit.find(DELIVERY, theirs):
        moved = [ids.get(id_) for id_ in delivery.notices]
        kept = tuple(id_ for id_ in moved if id_ is not None)
        unit.put(DELIVERY, attrs.evolve(delivery, party=into.key, notices=kept))


def _moved(unit: Unit, notice: Notice, into: ContactProfile) -> str | None:
    """Move a notice; return its new id when it is what its letter tells of still."""
    unit.delete(NOTICE, notice.id)
    if notice.actor == into.key or not notice.news.can_be_chosen:
        return None  # an invitation, or a confirmation, was for the one who is gone
    moved = attrs.evolve(notice, person=into.key)
    known = unit.get(NOTICE, moved.id)
    if known is None:
        unit.put(NOTICE, moved)
        return moved.id
    seen = _earliest(known.seen_at, notice.seen_at)
    told = notice.state is NoticeState.SENT and known.state is NoticeState.WAITING
    unit.put(NOTICE, attrs.evolve(known, seen_at=seen, state=NoticeState.SENT if told else known.state))
    return None


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def move_preferences(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """
    Have the second contact hear of news as they chose, and where they chose nothing, as the first did.

    What the first asked for and did not confirm is over. The first's row stays, so that the addresses in letters
    which they have end letters still: to who they are now.
    """
    theirs = preferences_of(unit, contact.key)
    if theirs.changed_at is None:
        return
    mine = preferences_of(unit, into.key)
    first = mine if mine.changed_at is not None else theirs
    quiet = mine if mine.quiet_from is not None else theirs
    after = attrs.evolve(
        mine,
        cadences={**theirs.cadences, **mine.cadences},
        muted=_muted(mine, theirs),
        quiet_from=quiet.quiet_from,
        quiet_until=quiet.quiet_until,
        daily_at=first.daily_at,
        time_zone=mine.time_zone or theirs.time_zone,
        changed_at=unit.now,
    )
    unit.put(NOTICE_PREFERENCES, after)


def _muted(mine: NoticePreferences, theirs: NoticePreferences) -> frozenset[str]:
    others = sorted(theirs.muted - mine.muted)
    return mine.muted | frozenset(others[: MOST_MUTED - len(mine.muted)])
