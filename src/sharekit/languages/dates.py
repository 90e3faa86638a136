"""
Dates and times as a reader writes them.
"""

import math
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Generic, TypeVar

import attrs

from sharekit.errors import MissingExtraError
from sharekit.languages import Language

try:
    from babel import dates
    from babel.core import Locale
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("babel", "pages") from _missing

__all__ = ["Dates"]


L = TypeVar("L", bound=Language)


@attrs.frozen
class Dates(Generic[L]):
    """
    How dates and times are written for one reader.

    Attributes:
        language: The reader's language.
        zone: The zone in which instants are told.
    """

    language: L
    zone: tzinfo
    _locale: Locale = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_locale", Locale.parse(self.language.identifier))

    def day(self, value: date, *, wordy: bool = False) -> str:
        """Write a date; with the month's full name when *wordy*."""
        return dates.format_date(value, "long" if wordy else "medium", locale=self._locale)

    def clock(self, value: time) -> str:
        """Write a time of day, without seconds."""
        return dates.format_time(value, "short", locale=self._locale)

    def instant(self, value: datetime, *, wordy: bool = False, zone: bool = False) -> str:
        """Write a date and a time of day; a naive one as it is, any other in the zone, named when *zone*."""
        local = self.local(value)
        form = str(dates.get_datetime_format("medium", locale=self._locale)).replace("'", "")
        written = form.format(self.clock(local.time()), self.day(local.date(), wordy=wordy))
        return f"{written} {self._zone_name(local)}" if zone and local.tzinfo else written

    def local(self, value: datetime) -> datetime:
        """Return an instant in the zone; a naive one, and one at the very end of time, as it is."""
        if value.utcoffset() is None:
            return value
        try:
            return value.astimezone(self.zone)
        except OverflowError:  # "never", said with `datetime.max`
            return value

    def wait(self, seconds: float) -> str:
        """Write how long to wait, roughly and in words: ``"12 minutes"``."""
        return dates.format_timedelta(timedelta(seconds=max(1, math.ceil(seconds))), locale=self._locale)

    def _zone_name(self, local: datetime) -> str:
        name = dates.get_timezone_name(local, "short", locale=self._locale)
        # Where the language has no name for it, that of the time zone database is at least familiar.
        return local.tzname() or name if name.startswith(("+", "-")) else name
