"""
What the holder of a read link can do: open it, redeem it, and carry the visit on.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NoReturn

import attrs

from sharekit import signals
from sharekit.codec.kinds import READ_LINK
from sharekit.errors import (
    InvalidTokenError,
    LinkUnavailableError,
    NotFoundError,
    RedeemRequired,
    TooManyAttemptsError,
    VisitEndedError,
    WrongPasswordError,
)
from sharekit.features._document_sections import with_documents
from sharekit.features._link_facts import LinkFacts, judge, read_link_facts, with_recipient
from sharekit.features._link_memory import LinkMemory
from sharekit.features._sections import load_sections, preview_sections
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ReadLinkId
from sharekit.passwords import verify_password
from sharekit.policies.links import LinkRefusal
from sharekit.records import events
from sharekit.records.declarations import ResourceKind, SectionContext
from sharekit.records.drafts import directly
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import LinkHolder
from sharekit.records.views import LinkPreview, LinkView
from sharekit.tokens import Claims, Purpose

__all__ = ["Visits"]

_IDLE: Final = timedelta(minutes=30)
_SKEW: Final = 60.0  # seconds that the clocks of two processes may differ
_WRONG_PASSWORDS: Final = 10
_WRONG_PASSWORDS_WINDOW: Final = timedelta(hours=1)

_context = directly(SectionContext)
_link_view = directly(LinkView)
_log = logging.getLogger("sharekit.links")


class Visits:
    """
    The visits to the read links of one tenant.

    A visit is never part of a transaction of the host: it would see what may be undone, and its count
    could be. Only what staff look at themselves is.
    """

    def __init__(self, wiring: Wiring, memory: LinkMemory) -> None:
        self._joined = wiring
        self._wiring = wiring.on_its_own()
        self._memory = memory

    def open(self, token: str, locale: str | None) -> LinkView:
        """Show what a link shows, changing nothing."""
        claims = self._claims(Purpose.LINK, token)
        facts, now = self._read(claims.id)
        link = self._let_in(claims, facts, now)
        if link.must_be_redeemed:
            raise _redeem_required(link, facts)
        if signals.link_fetched:
            signals.link_fetched.send(
                events.LinkFetched(tenant=link.tenant, at=now, by=facts.holder, ref=link.ref, link=link.id)
            )
        return self._view(link, facts, now, locale, None)

    def holder(self, secret: str) -> LinkHolder:
        """Return who reads by a token, or by the ticket of a visit."""
        try:
            claims = self._wiring.seals.unseal(Purpose.LINK_SESSION, secret)
        except InvalidTokenError:
            claims = self._claims(Purpose.LINK, secret)
            facts, now = self._read(claims.id)
            link = self._let_in(claims, facts, now)
            if link.must_be_redeemed:
                raise _redeem_required(link, facts) from None
            return facts.holder
        return self._visited(claims)[1].holder

    def redeem(self, token: str, password: str | None, locale: str | None) -> LinkView:
        """Count one use of a link, if its password is right, and show what it shows."""
        claims = self._claims(Purpose.LINK, token)
        facts, now = self._read(claims.id)
        seen = self._let_in(claims, facts, now)
        if seen.password_hash is not None:
            self._check_password(seen, seen.password_hash, password, now)
        link, facts, now = self._change(claims, partial(_redeemed, seen))
        return self._view(link, facts, now, locale, self._ticket(link, now))

    def carry_on(self, ticket: str, locale: str | None) -> LinkView:
        """Show what a redeemed link shows now, and renew the ticket."""
        link, facts, now = self._visited(self._claims(Purpose.LINK_SESSION, ticket))
        return self._view(link, facts, now, locale, self._ticket(link, now))

    def _visited(self, claims: Claims) -> tuple[ReadLink, LinkFacts, datetime]:
        """Return what a visit is to, while it goes on."""
        facts, now = self._read(claims.id)
        link = self._let_in(claims, facts, now, redeemed=True)
        epoch, since = claims.extra if len(claims.extra) == 2 else (-1, 0)
        silence = now.timestamp() - since
        if epoch != link.password_epoch or not -_SKEW <= silence < _IDLE.total_seconds():
            raise VisitEndedError
        return link, facts, now

    def record(self, token: str) -> None:
        """Count that a person looked at the page of a link that needs no redeeming."""
        self._change(self._claims(Purpose.LINK, token), _viewed)

    def problem(self, link_id: ReadLinkId) -> str | None:
        """Say why a link opens nothing now."""
        return self._present(link_id)[3]

    def preview(self, link_id: ReadLinkId, locale: str | None) -> LinkPreview:
        """Show every section of a link, the visible ones loaded as for the client, the hidden ones only named."""
        link, facts, now, problem = self._present(link_id)
        spoken = facts.locale or locale
        kind = self._wiring.kind_of(link.ref)
        context = SectionContext(link.tenant, facts.holder, now, spoken)
        return LinkPreview(
            ref=link.ref,
            title=_title(kind, link, facts.client_title, spoken),
            sections=preview_sections(kind, with_documents(self._joined, facts.shown), link.ref, context),
            problem=problem,
        )

    def _present(self, link_id: ReadLinkId) -> tuple[ReadLink, LinkFacts, datetime, str | None]:
        facts, now = self._read(link_id) if self._joined is self._wiring else self._read_joined(link_id)
        if facts.link is None:
            raise NotFoundError(READ_LINK.name)
        problem = judge(self._wiring, facts, facts.link.generation, now)
        return facts.link, facts, now, None if problem is None else str(problem)

    def _claims(self, purpose: Purpose, token: str) -> Claims:
        try:
            return self._wiring.seals.unseal(purpose, token)
        except InvalidTokenError:
            raise LinkUnavailableError from None

    def _read(self, link_id: str) -> tuple[LinkFacts, datetime]:
        facts = self._memory.read(self._wiring, ReadLinkId(link_id))
        if facts.recipient is not None:
            facts = with_recipient(self._wiring, facts)
        return facts, self._wiring.clock.now()

    def _read_joined(self, link_id: ReadLinkId) -> tuple[LinkFacts, datetime]:
        with self._joined.records.transaction(self._joined.tenant) as tx:
            facts = read_link_facts(self._joined, tx, link_id)
        return with_recipient(self._joined, facts), self._joined.clock.now()

    def _let_in(self, claims: Claims, facts: LinkFacts, now: datetime, *, redeemed: bool = False) -> ReadLink:
        refusal, link = self._refusal(claims, facts, now), facts.link
        if link is None or not (refusal is None or (redeemed and refusal is LinkRefusal.EXHAUSTED)):
            self._refuse(facts, refusal or LinkRefusal.ABSENT, now)
        return link

    def _refusal(self, claims: Claims, facts: LinkFacts, now: datetime) -> LinkRefusal | None:
        # Another tenant's link was looked for all the same, so that time does not tell it from one that is absent.
        if claims.tenant != self._wiring.tenant:
            return LinkRefusal.ABSENT
        return judge(self._wiring, facts, claims.generation, now)

    def _refuse(self, facts: LinkFacts, reason: LinkRefusal, now: datetime) -> NoReturn:
        self._memory.forget(facts.id)
        self._report(facts.id, str(reason), now)
        raise LinkUnavailableError(expired=reason is LinkRefusal.EXPIRED)

    def _report(self, link: ReadLinkId, reason: str, now: datetime) -> None:
        _log.info("link %s... refused: %s", link[:4], reason)
        signals.link_refused.send(
            events.LinkRefused(tenant=self._wiring.tenant, at=now, by=LinkHolder(link), link=link, reason=reason)
        )

    # Any object: what a host takes from a request may be of any type, and is no password then.
    def _check_password(self, link: ReadLink, password_hash: str, password: object, now: datetime) -> None:
        if not isinstance(password, str):
            raise WrongPasswordError
        limiter, key = self._wiring.limiter, f"link-password:{link.tenant}:{link.id}"
        wait = limiter.acquire(key, limit=_WRONG_PASSWORDS, window=_WRONG_PASSWORDS_WINDOW)
        if wait is not None:
            raise TooManyAttemptsError(wait)
        if not verify_password(password, password_hash):
            self._report(link.id, "wrong-password", now)
            raise WrongPasswordError
        limiter.release(key)

    def _change(
        self, claims: Claims, change: Callable[[Unit, LinkFacts], ReadLink | None]
    ) -> tuple[ReadLink, LinkFacts, datetime]:
        """Judge a link again in the transaction that changes it, and change it; None says that no use was left."""
        link_id = ReadLinkId(claims.id)

        def work(unit: Unit) -> tuple[ReadLink | None, LinkFacts, LinkRefusal, datetime]:
            facts = with_recipient(self._wiring, read_link_facts(self._wiring, unit.tx, link_id))
            refusal = self._refusal(claims, facts, unit.now)
            if refusal is not None:
                return None, facts, refusal, unit.now
            return change(unit, facts), facts, LinkRefusal.EXHAUSTED, unit.now

        link, facts, refusal, now = self._wiring.write(work)
        if link is None:
            self._refuse(facts, refusal, now)
        return link, facts, now

    def _ticket(self, link: ReadLink, now: datetime) -> str:
        claims = Claims(link.tenant, link.id, link.generation, (link.password_epoch, int(now.timestamp())))
        return self._wiring.seals.seal(Purpose.LINK_SESSION, claims)

    def _view(
        self, link: ReadLink, facts: LinkFacts, now: datetime, locale: str | None, ticket: str | None
    ) -> LinkView:
        spoken = facts.locale or locale
        kind = facts.kind or self._wiring.kind_of(link.ref)
        context = _context(link.tenant, facts.holder, now, spoken)
        return _link_view(
            ref=link.ref,
            kind_title=kind.title_in(spoken),
            title=_title(kind, link, facts.client_title, spoken),
            sections=load_sections(with_documents(self._wiring, facts.shown), link.ref, context),
            link=link.id,
            at=now,
            locale=spoken,
            expires_at=link.expires_at,
            ticket=ticket,
        )


def _redeemed(seen: ReadLink, unit: Unit, facts: LinkFacts) -> ReadLink | None:
    used = unit.bump(READ_LINK, seen.id, ReadLinkKeys.USES, seen.max_uses)
    link = unit.get(READ_LINK, seen.id)
    if used is None or link is None:
        return None
    if link.password_epoch != seen.password_epoch:
        raise WrongPasswordError
    link = attrs.evolve(link, views=link.views + 1, last_opened_at=unit.now)
    unit.put(READ_LINK, link)
    unit.emit(
        events.LinkRedeemed(tenant=unit.tenant, at=unit.now, by=facts.holder, ref=link.ref, link=link.id, uses=used)
    )
    return link


def _viewed(unit: Unit, facts: LinkFacts) -> ReadLink | None:
    link = unit.get(READ_LINK, facts.id)
    if link is None:
        return None
    if link.must_be_redeemed:
        raise _redeem_required(link, facts)
    link = attrs.evolve(link, views=link.views + 1, last_opened_at=unit.now)
    unit.put(READ_LINK, link)
    unit.emit(
        events.LinkViewed(
            tenant=unit.tenant, at=unit.now, by=facts.holder, ref=link.ref, link=link.id, views=link.views
        )
    )
    return link


def _redeem_required(link: ReadLink, facts: LinkFacts) -> RedeemRequired:
    return RedeemRequired(password=link.has_password, counted=link.max_uses is not None, locale=facts.locale)


def _title(kind: ResourceKind, link: ReadLink, client_title: str | None, locale: str | None) -> str:
    """Return the title that the client reads: the link's, the entry's for clients, or one that gives nothing away."""
    if link.client_title is not None:
        return link.client_title
    if client_title is not None:
        return client_title
    if link.accepted_title is not None:
        return link.accepted_title
    return kind.title_in(locale)
