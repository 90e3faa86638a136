"""
Having letters come again: whoever reads the mail has the last word (double opt-in).

Letters can be ended by one click of whoever reads them. So neither a session of the portal nor the address in an
old letter, which both can be in other hands, has them come again by itself: a letter goes to the person's address
and asks. Until that is confirmed nothing of these kinds is mailed.
"""

from collections.abc import Mapping

import attrs

from sharekit.codec.kinds import email_claim_id
from sharekit.codec.kinds_of_notices import NOTICE_PREFERENCES
from sharekit.errors import InvalidTokenError, NotFoundError, TooManyAttemptsError
from sharekit.features._feed import check_party
from sharekit.features._heirs import heir_of
from sharekit.features._preferences import kinds_in, mask_of, preferences_of
from sharekit.features._readers import reader_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId
from sharekit.ports import Eq
from sharekit.records import events
from sharekit.records.notices import Cadence, News, NoticePreferences, PreferenceKeys
from sharekit.records.parties import Party, Principal, System
from sharekit.records.subscriptions import LASTS, MOST_LETTERS, PER, Subscription, SubscriptionView
from sharekit.tokens import Claims, Purpose

__all__ = ["Subscribing", "address_of", "asked", "asked_again", "confirmation_token", "preferences_named"]

_LETTER = System("letter")


def preferences_named(wiring: Wiring, unit: Unit, claims: Claims, *, heirs: bool = True) -> NoticePreferences:
    """
    Return the preferences that a genuine token of a letter names, or raise `InvalidTokenError`.

    Args:
        wiring: Where.
        unit: Where.
        claims: What the token says.
        heirs: Whether it speaks for whom the person was merged into since; what confirms does not.
    """
    if claims.tenant != wiring.tenant or len(claims.extra) != 1:
        raise InvalidTokenError
    found = unit.find(NOTICE_PREFERENCES, Eq(PreferenceKeys.HANDLE, claims.id))
    heir = heir_of(unit, found[0].person) if found else None
    if heir is None or (heir != found[0].person and not heirs):
        raise InvalidTokenError
    return found[0] if heir == found[0].person else preferences_of(unit, heir)


def asked(
    wiring: Wiring, unit: Unit, before: NoticePreferences, wanted: Mapping[News, Cadence], by: Principal
) -> NoticePreferences:
    """
    Return preferences by which these letters come once that is confirmed, and have a letter ask for it.

    Those that wait already are only changed: the letter that asks was sent.

    Raises:
        NotFoundError: There is nobody to whom it could go.
        TooManyAttemptsError: It was asked three times within a day.
    """
    address = address_of(wiring, unit, before)
    earlier = before.asked
    waiting: Mapping[News, Cadence] = {}
    if earlier is not None and earlier.awaits(unit.now) and earlier.address == address:
        waiting = earlier.cadences
    together = {**waiting, **wanted}
    if earlier is not None and waiting.keys() >= wanted.keys():
        return attrs.evolve(before, asked=attrs.evolve(earlier, cadences=together))
    return _with_letter(unit, before, address, together, by)


def asked_again(wiring: Wiring, unit: Unit, before: NoticePreferences, by: Principal) -> NoticePreferences:
    """Have another letter ask for what waits; raise as `asked` does. Where nothing waits, nothing changes."""
    waiting = before.awaited(unit.now)
    return _with_letter(unit, before, address_of(wiring, unit, before), waiting, by) if waiting else before


def _with_letter(
    unit: Unit, before: NoticePreferences, address: str, wanted: Mapping[News, Cadence], by: Principal
) -> NoticePreferences:
    earlier = before.asked
    recent = earlier.recent(unit.now) if earlier is not None else ()
    if len(recent) >= MOST_LETTERS:
        raise TooManyAttemptsError((min(recent) + PER - unit.now).total_seconds())
    number = 1 if earlier is None else earlier.number + 1
    unit.emit(
        events.SubscriptionAsked(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            party=before.person,
            number=number,
            news=frozenset(map(str, wanted)),
        )
    )
    subscription = Subscription(
        cadences=wanted,
        address=address,
        number=number,
        expires_at=unit.now + LASTS,
        letters=(*recent, unit.now),
    )
    return attrs.evolve(before, asked=subscription)


def address_of(wiring: Wiring, unit: Unit, preferences: NoticePreferences) -> str:
    """Return what tells the address that has to confirm; raise `NotFoundError` where there is none."""
    reader = reader_of(wiring, unit, preferences.person)
    if reader is None or reader.email is None:
        raise NotFoundError("party")
    return email_claim_id(reader.email)


def confirmation_token(wiring: Wiring, preferences: NoticePreferences, waiting: Mapping[News, Cadence]) -> str:
    """Return the token by which these letters, which wait, are confirmed, and nothing that is asked for later."""
    number = 0 if preferences.asked is None else preferences.asked.number
    claims = Claims(wiring.tenant, preferences.handle, number, (mask_of(waiting),))
    return wiring.seals.seal(Purpose.SUBSCRIBE, claims)


class Subscribing:
    """The part of `Notifications` that has letters come again."""

    _wiring: Wiring

    def subscription_tenant_of(self, token: str) -> TenantId | None:
        """Return the tenant that a genuine token to confirm letters names, or None; reads nothing."""
        try:
            return self._wiring.seals.unseal(Purpose.SUBSCRIBE, token).tenant
        except InvalidTokenError:
            return None

    def subscribe(self, token: str) -> NoticePreferences:
        """
        Have a letter ask whether those letters are to come again that the token of an earlier letter ended.

        Call it for a POST of a page of one's own. Nothing comes before `confirm`.

        Args:
            token: What `unsubscribe` takes.

        Raises:
            InvalidTokenError: It is not ours, or another tenant's, or nobody's any more.
            NotFoundError: There is nobody to whom a letter could go.
            TooManyAttemptsError: It was asked three times within a day.
        """
        claims = self._wiring.seals.unseal(Purpose.UNSUBSCRIBE, token)

        def work(unit: Unit) -> NoticePreferences:
            before = preferences_named(self._wiring, unit, claims)
            ended = [news for news in kinds_in(claims.extra[0]) if before.cadence(news) is Cadence.OFF]
            if not ended:
                return before
            waiting = before.awaited(unit.now)
            wanted = {news: waiting.get(news, Cadence.IMMEDIATE) for news in ended}
            after = asked(self._wiring, unit, before, wanted, _LETTER)
            if after != before:
                unit.put(NOTICE_PREFERENCES, after)
            return after

        return self._wiring.write(work)

    def subscription_token(self, party: Party) -> str:
        """
        Return the token by which a person confirms what they asked for, for a letter of the host's own.

        It goes to their address and nowhere else: who has it can confirm.

        Raises:
            NotFoundError: Nothing waits to be confirmed.
        """
        check_party(party)
        with self._wiring.reading() as unit:
            kept = preferences_of(unit, party.key)
        waiting = kept.awaited(self._wiring.clock.now())
        if not waiting:
            raise NotFoundError("subscription")
        return confirmation_token(self._wiring, kept, waiting)

    def subscription(self, token: str) -> SubscriptionView:
        """
        Return what the address in a letter would confirm; it changes nothing.

        Raises:
            InvalidTokenError: It is not ours, or over: too late, confirmed already, or asked anew since.
        """
        claims = self._wiring.seals.unseal(Purpose.SUBSCRIBE, token)
        with self._wiring.reading() as unit:
            before = preferences_named(self._wiring, unit, claims, heirs=False)
            waiting = self._waiting(unit, before, claims)
            reader = reader_of(self._wiring, unit, before.person)
        if not waiting:
            raise InvalidTokenError
        return SubscriptionView(news=frozenset(waiting), locale=None if reader is None else reader.locale)

    def confirm(self, token: str) -> NoticePreferences:
        """
        Have the letters come that the token in a letter speaks of. Again, while they come, it changes nothing.

        Call it for a POST alone: programs that look at mail follow every address.

        Raises:
            InvalidTokenError: It is not ours, or over: too late, for another address than the person has now,
                asked anew since, or what it had come was ended since.
        """
        claims = self._wiring.seals.unseal(Purpose.SUBSCRIBE, token)

        def work(unit: Unit) -> NoticePreferences:
            before = preferences_named(self._wiring, unit, claims, heirs=False)
            known, kinds = before.asked, kinds_in(claims.extra[0])
            coming = all(before.cadence(news) is not Cadence.OFF for news in kinds)
            if known is not None and known.number == claims.generation and not known.cadences and coming:
                return before
            waiting = self._waiting(unit, before, claims)
            if known is None or not waiting:
                raise InvalidTokenError
            after = attrs.evolve(
                before,
                cadences={**before.cadences, **waiting},
                asked=known.without(frozenset(waiting)),
                changed_at=unit.now,
            )
            unit.put(NOTICE_PREFERENCES, after)
            unit.emit(
                events.SubscriptionConfirmed(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=_LETTER,
                    party=before.person,
                    number=known.number,
                    news=frozenset(map(str, waiting)),
                )
            )
            return after

        return self._wiring.write(work)

    def _waiting(self, unit: Unit, before: NoticePreferences, claims: Claims) -> Mapping[News, Cadence]:
        """Return what a genuine token can confirm now: what its letter spoke of, and nothing that came later."""
        known = before.asked
        if known is None or known.number != claims.generation or not known.awaits(unit.now):
            return {}
        try:
            same = known.address == address_of(self._wiring, unit, before)
        except NotFoundError:
            return {}
        spoken = kinds_in(claims.extra[0])
        return {news: cadence for news, cadence in known.cadences.items() if news in spoken} if same else {}
