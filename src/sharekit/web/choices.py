"""
What the page is given on which a contact chooses how to hear of things.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final
from zoneinfo import available_timezones

import attrs

from sharekit.records.notices import Cadence, News, NoticePreferences

__all__ = ["CHOSEN", "ChoicesPage", "choices_page"]

CHOSEN: Final = (News.MESSAGES, News.REQUESTS, News.DOCUMENTS, News.SHARED, News.ACCESS)
"""The kinds of news that clients choose about."""

_REGIONS: Final = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@attrs.frozen(kw_only=True)
class ChoicesPage:
    """
    What the template ``choices.html`` is given, besides what every page of the client portal has.

    Attributes:
        cadences: For each kind of news by name, when letters come, or are to come.
        awaited: The kinds of which letters come once that is confirmed from a letter.
        quiet_from: From when on nothing is sent, ``"22:00"``, or empty.
        quiet_until: Until when, or empty.
        daily_at: When the daily letter comes.
        zone: The zone that was chosen, or empty.
        zones: Those that can be chosen.
        muted: The keys of things about which no letter comes, each with its title when the reader may still see it.
        saved: Whether it was just saved.
        problem: What is wrong with what was given, or None.
    """

    cadences: Sequence[tuple[str, str]]
    awaited: Sequence[str]
    quiet_from: str
    quiet_until: str
    daily_at: str
    zone: str
    zones: Sequence[str]
    muted: Sequence[tuple[str, str]]
    saved: bool
    problem: str | None


def choices_page(
    kept: NoticePreferences,
    *,
    muted: Sequence[tuple[str, str | None]],
    awaited: Mapping[News, Cadence],
    saved: bool,
    problem: str | None,
) -> ChoicesPage:
    """Return what the page is given; of muted things those that have a title."""
    zones = _zones()
    return ChoicesPage(
        cadences=[(str(news), str(awaited.get(news, kept.cadence(news)))) for news in CHOSEN],
        awaited=[str(news) for news in CHOSEN if news in awaited],
        quiet_from=_clock(kept.quiet_from),
        quiet_until=_clock(kept.quiet_until),
        daily_at=_clock(kept.daily_at),
        zone=kept.time_zone or "",
        zones=zones if kept.time_zone is None or kept.time_zone in zones else (kept.time_zone, *zones),
        muted=[(key, title) for key, title in muted if title is not None],
        saved=saved,
        problem=problem,
    )


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS and "/" in name))
