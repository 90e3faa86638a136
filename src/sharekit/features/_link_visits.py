"""
What the holder of a read link can do: open it, redeem it, and carry the visit on.
"""

import logging
from datetime import datetime, timedelta
from typing import Final, NoReturn

import attrs

from sharekit import signals
from sharekit.codec.kinds import READ_LINK
from sharekit.errors import (
    InvalidTokenError,
    LinkUnavailableError,
    RedeemRequired,
    TooManyAttemptsError,
    VisitEndedError,
    WrongPasswordError,
)
from sharekit.features._link_facts import LinkFacts, judge, read_link_facts
from sharekit.features._sections import load_sections
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ReadLinkId
from sharekit.passwords import verify_password
from sharekit.policies.links import LinkRefusal
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, SectionContext
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import LinkHolder
from sharekit.records.views import LinkView
from sharekit.tokens import Claims, Purpose

__all__ = ["carry_on", "open_link", "readable_title", "record_view", "redeem_link"]

_IDLE: Final = timedelta(minutes=30)
_WRONG_PASSWORDS: Final = 10
_WRONG_PASSWORDS_WINDOW: Final = timedelta(hours=1)

_log = logging.getLogger("sharekit.links")


def open_link(wiring: Wiring, token: str, locale: str | None) -> LinkView:
    """Show what a link shows, changing nothing."""
    claims = _claims(wiring, Purpose.LINK, token)
    with wiring.records.transaction(wiring.tenant) as tx:
        facts = read_link_facts(wiring, tx, ReadLinkId(claims.id))
    link = _let_in(wiring, claims, facts)
    if link.must_be_redeemed:
        raise _redeem_required(link, facts)
    signals.link_fetched.send(
        events.LinkFetched(tenant=wiring.tenant, at=facts.now, by=LinkHolder(link.id), ref=link.ref, link=link.id)
    )
    return _view(wiring, link, facts, locale)


def redeem_link(wiring: Wiring, token: str, password: str | None, locale: str | None) -> LinkView:
    """Count one use of a link, if its password is right, and show what it shows."""
    claims = _claims(wiring, Purpose.LINK, token)
    with wiring.records.transaction(wiring.tenant) as tx:
        seen = _let_in(wiring, claims, read_link_facts(wiring, tx, ReadLinkId(claims.id)))
    if seen.password_hash is not None:
        _check_password(wiring, seen, password)

    def count(unit: Unit) -> tuple[LinkFacts, LinkRefusal | None]:
        facts = read_link_facts(wiring, unit.tx, seen.id)
        refusal = judge(wiring, facts, claims.generation)
        if refusal is not None:
            return facts, refusal
        used = unit.bump(READ_LINK, seen.id, ReadLinkKeys.USES, seen.max_uses)
        link = unit.get(READ_LINK, seen.id)
        if used is None or link is None:
            return facts, LinkRefusal.EXHAUSTED
        if link.password_epoch != seen.password_epoch:
            raise WrongPasswordError
        unit.put(READ_LINK, attrs.evolve(link, views=link.views + 1, last_opened_at=unit.now))
        unit.emit(
            events.LinkRedeemed(
                tenant=unit.tenant, at=unit.now, by=LinkHolder(link.id), ref=link.ref, link=link.id, uses=used
            )
        )
        return attrs.evolve(facts, link=link), None

    facts, refusal = wiring.write(count)
    if refusal is not None or facts.link is None:
        _refuse(wiring, claims, refusal or LinkRefusal.ABSENT, facts.now)
    return attrs.evolve(
        _view(wiring, facts.link, facts, locale), ticket=_ticket(wiring, facts.link, facts.now)
    )


def carry_on(wiring: Wiring, ticket: str, locale: str | None) -> LinkView:
    """Show what a redeemed link shows now, and renew the ticket."""
    claims = _claims(wiring, Purpose.LINK_SESSION, ticket)
    with wiring.records.transaction(wiring.tenant) as tx:
        facts = read_link_facts(wiring, tx, ReadLinkId(claims.id))
    link = _let_in(wiring, claims, facts, redeemed=True)
    epoch, since = claims.extra if len(claims.extra) == 2 else (-1, 0)
    silence = facts.now.timestamp() - since
    if epoch != link.password_epoch or silence >= _IDLE.total_seconds():
        raise VisitEndedError
    return attrs.evolve(_view(wiring, link, facts, locale), ticket=_ticket(wiring, link, facts.now))


def record_view(wiring: Wiring, token: str) -> None:
    """Count that a person looked at the page of a link that needs no redeeming."""
    claims = _claims(wiring, Purpose.LINK, token)

    def count(unit: Unit) -> tuple[LinkFacts, LinkRefusal | None]:
        facts = read_link_facts(wiring, unit.tx, ReadLinkId(claims.id))
        refusal = judge(wiring, facts, claims.generation)
        link = unit.get(READ_LINK, claims.id)
        if refusal is not None or link is None:
            return facts, refusal or LinkRefusal.ABSENT
        if link.must_be_redeemed:
            raise _redeem_required(link, facts)
        unit.put(READ_LINK, attrs.evolve(link, views=link.views + 1, last_opened_at=unit.now))
        unit.emit(
            events.LinkViewed(
                tenant=unit.tenant, at=unit.now, by=LinkHolder(link.id), ref=link.ref, link=link.id, views=link.views + 1
            )
        )
        return facts, None

    facts, refusal = wiring.write(count)
    if refusal is not None:
        _refuse(wiring, claims, refusal, facts.now)


def readable_title(wiring: Wiring, link: ReadLink, entry: CatalogEntry | None, locale: str | None) -> str:
    """Return the title that the client reads: the link's, the entry's for clients, or one that gives nothing away."""
    if link.client_title is not None:
        return link.client_title
    if entry is not None and entry.client_title is not None:
        return entry.client_title
    if entry is not None and link.accepts_internal_title:
        return entry.title
    return wiring.kind_of(link.ref).title_in(locale)


def _claims(wiring: Wiring, purpose: Purpose, token: str) -> Claims:
    try:
        claims = wiring.seals.unseal(purpose, token)
    except InvalidTokenError:
        raise LinkUnavailableError from None
    if claims.tenant != wiring.tenant:
        raise LinkUnavailableError
    return claims


def _let_in(wiring: Wiring, claims: Claims, facts: LinkFacts, *, redeemed: bool = False) -> ReadLink:
    refusal = judge(wiring, facts, claims.generation)
    if redeemed and refusal is LinkRefusal.EXHAUSTED:
        refusal = None
    if refusal is not None or facts.link is None:
        _refuse(wiring, claims, refusal or LinkRefusal.ABSENT, facts.now)
    return facts.link


def _refuse(wiring: Wiring, claims: Claims, reason: LinkRefusal, now: datetime) -> NoReturn:
    link = ReadLinkId(claims.id)
    _log.info("link %s... refused: %s", link[:4], reason)
    signals.link_refused.send(
        events.LinkRefused(tenant=wiring.tenant, at=now, by=LinkHolder(link), link=link, reason=str(reason))
    )
    raise LinkUnavailableError(expired=reason is LinkRefusal.EXPIRED)


def _check_password(wiring: Wiring, link: ReadLink, password: str | None) -> None:
    if password is None or link.password_hash is None:
        raise WrongPasswordError
    key = f"link-password:{link.tenant}:{link.id}"
    wait = wiring.limiter.acquire(key, limit=_WRONG_PASSWORDS, window=_WRONG_PASSWORDS_WINDOW)
    if wait is not None:
        raise TooManyAttemptsError(wait)
    if not verify_password(password, link.password_hash):
        raise WrongPasswordError
    wiring.limiter.release(key)


def _redeem_required(link: ReadLink, facts: LinkFacts) -> RedeemRequired:
    return RedeemRequired(
        password=link.has_password,
        counted=link.max_uses is not None,
        locale=facts.recipient.locale if facts.recipient else None,
    )


def _ticket(wiring: Wiring, link: ReadLink, now: datetime) -> str:
    claims = Claims(link.tenant, link.id, link.generation, (link.password_epoch, int(now.timestamp())))
    return wiring.seals.seal(Purpose.LINK_SESSION, claims)


def _view(wiring: Wiring, link: ReadLink, facts: LinkFacts, locale: str | None) -> LinkView:
    spoken = (facts.recipient.locale if facts.recipient else None) or locale
    kind = wiring.kind_of(link.ref)
    context = SectionContext(tenant=wiring.tenant, principal=LinkHolder(link.id), at=facts.now, locale=spoken)
    return LinkView(
        ref=link.ref,
        kind_title=kind.title_in(spoken),
        title=readable_title(wiring, link, facts.chain[0], spoken),
        sections=load_sections(kind, link.ref, link.sections, context),
        link=link.id,
        locale=spoken,
        expires_at=link.expires_at,
    )
