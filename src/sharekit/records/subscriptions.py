"""
Subscriptions: letters that somebody asked for again, and has yet to confirm from the letter that asks them to.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.records.news import Cadence, News

__all__ = ["LASTS", "MOST_LETTERS", "PER", "Subscription", "SubscriptionView"]

LASTS: Final = timedelta(days=3)
"""How long a letter that asks for confirmation can be used."""
MOST_LETTERS: Final = 3
"""So many such letters go to one person at most."""
PER: Final = timedelta(days=1)
"""In this time."""


def _cadences(given: Mapping[News, Cadence]) -> Mapping[News, Cadence]:
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class Subscription:
    """
    What one person asked for, and whether it was confirmed.

    Attributes:
        cadences: When letters of each kind are to come, once that is confirmed; of none when nothing waits.
        address: What tells the address that has to confirm; a change of address ends the asking.
        number: Of the asking; the letter of an earlier one confirms nothing.
        expires_at: Until when it can be confirmed.
        letters: When letters were asked for that ask to confirm, of the last day.
    """

    cadences: Mapping[News, Cadence] = attrs.field(converter=_cadences, factory=dict[News, Cadence])
    address: str
    number: int
    expires_at: datetime
    letters: tuple[datetime, ...] = ()

    def awaits(self, now: datetime) -> bool:
        """Say whether something waits to be confirmed, and still can be."""
        return bool(self.cadences) and now < self.expires_at

    def recent(self, now: datetime) -> tuple[datetime, ...]:
        """Return when letters were asked for that still count."""
        return tuple(at for at in self.letters if at > now - PER)

    def without(self, kinds: Collection[News]) -> "Subscription":
        """Return it without the asking for these kinds."""
        return attrs.evolve(self, cadences={news: at for news, at in self.cadences.items() if news not in kinds})


@attrs.frozen(kw_only=True)
class SubscriptionView:
    """
    What is to be confirmed, as a page shows it to whoever opened the address in the letter; it names nobody.

    Attributes:
        news: Of which kinds letters are to come.
        locale: The language of the person, or None.
    """

    news: frozenset[News]
    locale: str | None
