"""
How people want to hear of news, and when that lets a letter go.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sharekit.codec.kinds_of_notices import NOTICE_PREFERENCES
from sharekit.errors import InvalidInputError
from sharekit.features._unit import Unit
from sharekit.ids import random_id
from sharekit.records.notices import Cadence, News, Notice, NoticePreferences, preferences_id

__all__ = ["kinds_given", "kinds_in", "mask_of", "preferences_of", "when"]

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

# What a token says of kinds of news is a sum of these; a number is never given to another kind.
_BITS: Final = {
    News.SHARED: 1,
    News.DOCUMENTS: 2,
    News.REQUESTS: 4,
    News.SUBMISSIONS: 8,
    News.MESSAGES: 16,
    News.ACCESS: 32,
}


def mask_of(kinds: Iterable[News]) -> int:
    """Return the number that stands for these kinds in a token."""
    return sum(_BITS[news] for news in set(kinds) if news in _BITS)


def kinds_given(given: object) -> frozenset[News]:
    """Return the kinds that somebody named; refuse anything but some kinds that a person can choose."""
    kinds: list[object] = [] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    found = [each for each in kinds if isinstance(each, News) and each.can_be_chosen]
    if not found or len(found) < len(kinds):
        raise InvalidInputError("news", "needs a list of kinds of News that can be chosen, such as [News.MESSAGES]")
    return frozenset(found)


def kinds_in(mask: int) -> frozenset[News]:
    """Return the kinds that a number stands for."""
    return frozenset(news for news, bit in _BITS.items() if mask & bit)


def preferences_of(unit: Unit, person: str) -> NoticePreferences:
    """Return the preferences of a person; fresh ones, which are not kept, when there are none."""
    kept = unit.get(NOTICE_PREFERENCES, preferences_id(person))
    return kept or NoticePreferences(tenant=unit.tenant, person=person, handle=random_id())


def when(notice: Notice, preferences: NoticePreferences, now: datetime, zone: str) -> datetime | None:
    """
    Return from when on a letter may tell of a notice, by what its reader wants; None for never.

    Args:
        notice: The notice.
        preferences: What its reader wants.
        now: The instant of asking.
        zone: The zone of readers who chose none.
    """
    cadence = preferences.cadence(notice.news)
    if cadence is Cadence.OFF:
        return None
    info = ZoneInfo(preferences.time_zone or zone)
    earliest = notice.at
    if cadence is Cadence.HOURLY:
        local = notice.at.astimezone(info)
        earliest = (local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)) + _HOUR
    elif cadence is Cadence.DAILY:
        earliest = _next(notice.at, preferences.daily_at, info)
    if not notice.news.can_be_chosen:
        return earliest
    return _after_quiet(max(earliest, now), preferences, info)


def _after_quiet(moment: datetime, preferences: NoticePreferences, info: ZoneInfo) -> datetime:
    start, end = preferences.quiet_from, preferences.quiet_until
    if start is None or end is None or start == end:
        return moment
    local = moment.astimezone(info)
    minute = local.hour * 60 + local.minute
    quiet = start <= minute < end if start < end else minute >= start or minute < end
    return _next(moment, end, info) if quiet else moment


def _next(moment: datetime, minute: int, info: ZoneInfo) -> datetime:
    """Return the next time after a moment at which clocks in a zone show this minute of the day."""
    local = moment.astimezone(info)
    for days in range(3):
        day = local.date() + days * _DAY
        found = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=info).astimezone(UTC)
        if found > moment:
            return found
    raise AssertionError  # pragma: no cover  # a day has every minute of it within two days
