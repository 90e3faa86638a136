"""
Notifications: what people hear of in the portal, how they want to hear of it by mail, and letters that failed.
"""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Final

import attrs

from sharekit.codec.kinds_of_notices import NOTICE_PREFERENCES
from sharekit.errors import InvalidInputError, InvalidTokenError, NotAllowedError
from sharekit.features._feed import Feed, check_party
from sharekit.features._lost_letters import LostLetters
from sharekit.features._preferences import kinds_given, kinds_in, mask_of, preferences_of
from sharekit.features._subscribing import Subscribing, asked, asked_again, preferences_named
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId
from sharekit.records.catalog import ResourceRef
from sharekit.records.notices import (
    Cadence,
    News,
    NoticePreferences,
)
from sharekit.records.parties import Contact, Party, Principal, System
from sharekit.records.several import Several
from sharekit.records.unset import UNSET, Unset
from sharekit.tokens import Claims, Purpose

__all__ = ["Notifications"]

_MOST: Final = 200


class Notifications(Subscribing, LostLetters, Feed):
    """The news of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def preferences(self, party: Party) -> NoticePreferences:
        """Return how a person wants to hear of news."""
        check_party(party)
        with self._wiring.reading() as unit:
            return preferences_of(unit, party.key)

    def choose(
        self,
        party: Party,
        *,
        by: Principal,
        cadences: Mapping[News, Cadence] | Unset = UNSET,
        quiet: tuple[time, time] | None | Unset = UNSET,
        daily_at: time | Unset = UNSET,
        time_zone: str | None | Unset = UNSET,
    ) -> NoticePreferences:
        """
        Change how a person wants to hear of news; what is not named stays.

        Letters that a contact ended, and has come again, come only once that is confirmed from a letter to their
        address; until then they stand in `NoticePreferences.awaited`. A `System` has confirmed it in its own way.

        Args:
            party: Whose preferences.
            by: The person, or a `System` that speaks for them.
            cadences: When letters of these kinds come.
            quiet: Between which times nothing is sent, on each day; None for no such times.
            daily_at: When the daily letter comes.
            time_zone: In which zone these times are; None for that of the site.

        Raises:
            NotAllowedError: *by* is somebody else.
            InvalidInputError: An argument cannot be used.
            NotFoundError: A letter has to ask, and there is nobody to whom it could go.
            TooManyAttemptsError: Letters asked three times within a day; nothing was changed.
        """
        changes: dict[str, object] = {}
        if not isinstance(cadences, Unset | Mapping):
            raise InvalidInputError("cadences", "needs a Cadence for each kind of News")
        if not isinstance(quiet, Unset):
            given: object = quiet
            if given is not None and not (isinstance(given, tuple) and len(given) == 2):  # from, until
                raise InvalidInputError("quiet", "needs two times of day, or None")
            start, end = (None, None) if quiet is None else (_minute("quiet", quiet[0]), _minute("quiet", quiet[1]))
            changes |= {"quiet_from": start, "quiet_until": end}
        if not isinstance(daily_at, Unset):
            changes["daily_at"] = _minute("daily_at", daily_at)
        if not isinstance(time_zone, Unset):
            changes["time_zone"] = time_zone

        def change(unit: Unit, before: NoticePreferences) -> NoticePreferences:
            given = {} if isinstance(cadences, Unset) else {**cadences}
            again = _again(before, given) if isinstance(by, Contact) else {}
            at_once = {news: cadence for news, cadence in given.items() if news not in again}
            before = attrs.evolve(before, asked=None if before.asked is None else before.asked.without({*at_once}))
            after = asked(self._wiring, unit, before, again, by) if again else before
            chosen = {**before.cadences, **at_once}
            return attrs.evolve(after, cadences=chosen, **changes)  # type: ignore[arg-type]  # each is of its field's type

        return self._change(party, by, change)

    def ask_again(self, party: Party, *, by: Principal) -> NoticePreferences:
        """
        Have another letter ask a person to confirm the letters that they had come again; the one before is dead.

        Raises:
            NotAllowedError: *by* is somebody else, and no `System`.
            NotFoundError: There is nobody to whom it could go.
            TooManyAttemptsError: It was asked three times within a day.
        """
        return self._change(party, by, lambda unit, before: asked_again(self._wiring, unit, before, by))

    def mute(self, party: Party, ref: ResourceRef, *, by: Principal) -> NoticePreferences:
        """
        Have no letter about a thing, and what lies in it, come to a person; the portal shows the news all the same.

        Raises:
            NotAllowedError: *by* is not the person, and no `System`.
            InvalidInputError: The kind of the thing was not declared.
        """
        self._wiring.kind_of(ref)
        return self._change(party, by, lambda _, before: attrs.evolve(before, muted=before.muted | {ref.key}))

    def unmute(self, party: Party, ref: ResourceRef, *, by: Principal) -> NoticePreferences:
        """Have letters about a thing come again."""
        self._wiring.kind_of(ref)
        return self._change(party, by, lambda _, before: attrs.evolve(before, muted=before.muted - {ref.key}))

    def tenant_of(self, token: str) -> TenantId | None:
        """Return the tenant that a genuine token to unsubscribe names, or None; reads nothing."""
        try:
            return self._wiring.seals.unseal(Purpose.UNSUBSCRIBE, token).tenant
        except InvalidTokenError:
            return None

    def unsubscribe(self, token: str) -> NoticePreferences:
        """
        End letters of the kinds that a letter's token names, as by one click (RFC 8058). Again, it changes nothing.

        Call it for a POST alone: programs that look at mail follow every address.

        Raises:
            InvalidTokenError: It is not ours, or another tenant's, or nobody's any more.
        """
        claims = self._wiring.seals.unseal(Purpose.UNSUBSCRIBE, token)

        def work(unit: Unit) -> NoticePreferences:
            before = preferences_named(self._wiring, unit, claims)
            ended = kinds_in(claims.extra[0])
            after = attrs.evolve(
                before,
                cadences={**before.cadences, **dict.fromkeys(ended, Cadence.OFF)},
                asked=None if before.asked is None else before.asked.without(ended),
            )
            if after != before:
                after = attrs.evolve(after, changed_at=unit.now)
                unit.put(NOTICE_PREFERENCES, after)
            return after

        return self._wiring.write(work)

    def unsubscribe_token(self, party: Party, news: Several[News]) -> str:
        """
        Return the token that ends letters of these kinds to a person; the same at every call.

        Raises:
            InvalidInputError: *news* holds none, or one that nobody can turn off.
        """
        check_party(party)
        mask = mask_of(kinds_given(news))
        kept = self._change(party, System("notices"), lambda _, before: before)
        return self._wiring.seals.seal(Purpose.UNSUBSCRIBE, Claims(kept.tenant, kept.handle, 1, (mask,)))

    def _change(
        self, party: Party, by: Principal, change: Callable[[Unit, NoticePreferences], NoticePreferences]
    ) -> NoticePreferences:
        check_party(party)
        if not isinstance(by, System) and by != party:
            raise NotAllowedError("own-preferences-only")

        def work(unit: Unit) -> NoticePreferences:
            before = preferences_of(unit, party.key)
            after = change(unit, before)
            if after == before and unit.get(NOTICE_PREFERENCES, before.id) is not None:
                return before
            after = attrs.evolve(after, changed_at=unit.now if after != before else before.changed_at)
            unit.put(NOTICE_PREFERENCES, after)
            return after

        return self._wiring.write(work)


def _again(before: NoticePreferences, given: Mapping[News, Cadence]) -> dict[News, Cadence]:
    """Return of what is chosen those letters that were ended and are to come again."""
    return {
        news: cadence
        for news, cadence in given.items()
        if cadence is not Cadence.OFF and before.cadence(news) is Cadence.OFF
    }


def _minute(field: str, value: object) -> int:
    if not isinstance(value, time) or value.tzinfo is not None:
        raise InvalidInputError(field, "needs a time of day without a zone")
    return value.hour * 60 + value.minute
