"""
Dates, times, durations and numbers as a reader writes them.
"""

import math
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

import attrs

from sharekit.errors import MissingExtraError
from sharekit.languages.dates import Dates
from sharekit.web.locales import Language

try:
    from babel import lists, numbers, units
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("babel", "pages") from _missing

__all__ = ["Formats"]

_MAX_DECIMALS: Final = 6
_MINUTE: Final = 60
_MINUS: Final = "\N{MINUS SIGN}"
_NO_NUMBER: Final = "\N{EN DASH}"
_GLUE: Final = "\N{NO-BREAK SPACE}"


@attrs.frozen
class Formats(Dates[Language]):
    """How values are written for one reader: dates and times, and what else a page shows."""

    def number(self, value: float | Decimal) -> str:
        """Write a number: digits in groups; a `Decimal` keeps its places, a float has at most three."""
        if not isinstance(value, int) and not math.isfinite(value):
            return _NO_NUMBER
        pattern = "#,##0.###"
        if isinstance(value, Decimal):
            places = max(0, -int(value.as_tuple().exponent))
            pattern = "#,##0." + "0" * min(places, _MAX_DECIMALS) if places else "#,##0"
        return numbers.format_decimal(value, pattern, locale=self._locale)

    def size(self, size: int) -> str:
        """Return a number of bytes as people say it: ``"1.2 MB"``."""
        for unit, scale in (("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3)):
            if size >= scale:
                rounded = round(size / scale, 1)
                return units.format_unit(rounded, f"digital-{unit}", "short", locale=self._locale)
        return units.format_unit(size, "digital-byte", "long", locale=self._locale)

    def listed(self, texts: Sequence[str]) -> str:
        """Write several texts as one enumeration: ``"Ana, Bo and Cleo"``."""
        return str(lists.format_list(list(texts), locale=self._locale)) if texts else ""

    def language_name(self, code: str) -> str:
        """Write the name of a language."""
        return str(self._locale.languages.get(code, code))

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

    def _amount(self, text: str, amount: int) -> str:
        return text.replace(" ", _GLUE) % {"number": self.number(amount)}
