"""
Dates, times, durations and numbers as a reader writes them.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final

import attrs

from sharekit.errors import MissingExtraError
from sharekit.web.locales import Language

try:
    from babel import dates, lists, numbers
    from babel.core import Locale
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("babel", "pages") from _missing

__all__ = ["Formats"]

_MAX_DECIMALS: Final = 6
_MINUTE: Final = 60
_MINUS: Final = "\N{MINUS SIGN}"
_NO_NUMBER: Final = "\N{EN DASH}"
_GLUE: Final = "\N{NO-BREAK SPACE}"


@attrs.frozen
class Formats:
    """
    How values are written for one reader.

    Attributes:
        language: The reader's language.
        zone: The zone in which instants are told.
    """

    language: Language
    zone: tzinfo
    _locale: Locale = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_locale", Locale.parse(self.language.identifier))

    def number(self, value: float | Decimal) -> str:
        """Write a number: digits in groups; a `Decimal` keeps its places, a float has at most three."""
        if not isinstance(value, int) and not math.isfinite(value):
            return _NO_NUMBER
        pattern = "#,##0.###"
        if isinstance(value, Decimal):
            places = max(0, -int(value.as_tuple().exponent))
            pattern = "#,##0." + "0" * min(places, _MAX_DECIMALS) if places else "#,##0"
        return numbers.format_decimal(value, pattern, locale=self._locale)

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

    def listed(self, texts: Sequence[str]) -> str:
        """Write several texts as one enumeration: ``"Ana, Bo and Cleo"``."""
        return str(lists.format_list(list(texts), locale=self._locale)) if texts else ""

    def language_name(self, code: str) -> str:
        """Write the name of a language."""
        return str(self._locale.languages.get(code, code))

    def local(self, value: datetime) -> datetime:
        """Return an instant in the zone; a naive one, and one at the very end of time, as it is."""
        if value.utcoffset() is None:
            return value
        try:
            return value.astimezone(self.zone)
        except OverflowError:  # "never", said with `datetime.max`
            return value

    def duration(self, value: timedelta) -> str:
        """Write a duration to the minute, in hours however many; seconds only below a minute."""
        # The texts are ours: abbreviations that are the same for one and for many in each language.
        # Those of CLDR are not ("1 horas"), and change from one release to the next.
        gettext = self.language.gettext
        seconds = abs(round(value.total_seconds()))
        sign = _MINUS if value < timedelta() and seconds else ""
        if 0 < seconds < _MINUTE:
            return sign + self._amount(gettext("%(number)s sec"), seconds)
        hours, minutes = divmod((seconds + _MINUTE // 2) // _MINUTE, 60)
        parts = [self._amount(gettext("%(number)s hr"), hours)] if hours else []
        if minutes or not hours:
            parts.append(self._amount(gettext("%(number)s min"), minutes))
        return sign + " ".join(parts)

    def wait(self, seconds: float) -> str:
        """Write how long to wait, roughly and in words: ``"12 minutes"``."""
        return dates.format_timedelta(timedelta(seconds=max(1, math.ceil(seconds))), locale=self._locale)

    def _amount(self, text: str, amount: int) -> str:
        return text.replace(" ", _GLUE) % {"number": self.number(amount)}

    def _zone_name(self, local: datetime) -> str:
        name = dates.get_timezone_name(local, "short", locale=self._locale)
        # Where the language has no name for it, that of the time zone database is at least familiar.
        return local.tzname() or name if name.startswith(("+", "-")) else name
