"""
Conversations are started: who takes part from the beginning, and about what.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError, TooManyAttemptsError
from sharekit.features._deciding import decide
from sharekit.features._documents import Once, owner_above
from sharekit.features._facts import chain_of, require, require_active, require_staff
from sharekit.features._reaching import require_plan
from sharekit.features._taking_part import Joining, founding, parties_given
from sharekit.features._tree import held
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId, random_id
from sharekit.records import checks, events
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.conversations import Conversation
from sharekit.records.decisions import Action
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import Contact, Organization, Principal, Right, Staff, parse_party
from sharekit.records.several import Several

__all__ = ["Starting", "acting", "count_act"]

_MOST: Final = 2**31
_STARTS_PER_HOUR: Final = 20


class Starting:
    """The part of `Conversations` that is about starting them."""

    _wiring: Wiring

    def start(
        self,
        *,
        subject: str,
        by: Principal,
        with_: Contact | Organization | Staff | Several[Contact | Organization | Staff] = (),
        about: ResourceRef | None = None,
        version: int | None = None,
        requester: Contact | None = None,
        with_followers: bool = False,
        idempotency_key: str | None = None,
    ) -> Conversation:
        """
        Start a conversation; nothing is written in it yet, and nobody is told of it before something is.

        A client may start one about a thing on which they may comment; whoever answers for the thing takes part.
        What lets them is a grant with ``access=Access.COMMENT``, or more.

        Args:
            subject: What it is about, in one line, which everybody who takes part reads.
            by: Who starts it. Staff need the right VIEW on *about*, and take part.
            with_: Who takes part: contacts, organisations with all their people, and staff. Empty for a client.
            about: What it is about: a document, or any thing in the catalog. Taking part gives nothing on it.
            version: The version of a document that it is about.
            requester: The contact whose matter it is; they take part.
            with_followers: Whether every client who follows *about*, and may view it, takes part from when they
                began to follow.
            idempotency_key: Any short text, so that a retry within 24 hours finds what was started, as it was then.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not; of a client who may view *about*, but not comment on it, ``reason`` is
                ``"access-too-low"``.
            NotFoundError: Somebody, or what it is about, is not there; or a client may not view it.
            MessagingRefusedError: Messages do not reach one of the contacts from here; see `reach`.
            KeyReusedError: The key was used by the same principal to start another one.
            TooManyAttemptsError: A client has started 20 within an hour.
        """
        parties = parties_given(with_)
        _check_start(subject, by, about, version, requester, with_followers=with_followers)
        if about is not None:
            self._wiring.kind_of(about)
        if isinstance(by, Contact) and (parties or requester is not None or with_followers):
            raise NotAllowedError("staff-choose-participants")
        if requester is not None and requester not in parties:
            parties = (*parties, Contact(requester.id))
        this = Once.checked("start", acting(by), idempotency_key).of(
            subject.strip(),
            "" if about is None else about.key,
            str(version),
            "" if requester is None else requester.key,
            str(with_followers),
            *sorted(party.key for party in parties),
        )
        with self._wiring.reading() as unit:
            known = this.earlier(unit) is not None
        if not known:  # a retry is no further start
            count_act(self._wiring, by, "start", _STARTS_PER_HOUR)

        def work(unit: Unit) -> Conversation:
            require_plan(self._wiring)
            held(unit, about)
            chain = () if about is None else chain_of(unit, about)
            who = self._starters(unit, by, parties, about, chain)
            earlier = this.earlier(unit)
            if earlier is not None:
                return _as_started(unit, earlier)
            conversation = Conversation(
                tenant=unit.tenant,
                id=ConversationId(random_id()),
                subject=subject.strip(),
                about=about,
                incarnation=chain[0].incarnation if chain else 1,
                version=version,
                requester=by.key if isinstance(by, Contact) else None if requester is None else requester.key,
                with_followers=with_followers,
                created_at=unit.now,
                created_by=by.key,
                activity=unit.now,
                client_activity=unit.now,
            )
            unit.put(CONVERSATION, conversation)
            this.note(unit, conversation.id)
            founding(self._wiring, unit, conversation, who, by)
            unit.emit(
                events.ConversationStarted(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    conversation=conversation.id,
                    ref=about,
                    parties=frozenset(party.key for party in who),
                )
            )
            return conversation

        return self._wiring.write(work)

    def _starters(
        self,
        unit: Unit,
        by: Principal,
        parties: Sequence[Joining],
        about: ResourceRef | None,
        chain: Sequence[CatalogEntry],
    ) -> tuple[Joining, ...]:
        """Return who takes part from the beginning, when *by* may start it."""
        if isinstance(by, Contact):
            return _founders(self._wiring, unit, by, about, chain)
        require_active(unit, by)
        if about is not None:
            if not chain or chain[0].removed_at is not None:
                raise NotFoundError("resource", about.key)
            require(self._wiring, unit, by, Right.VIEW, about, chain=chain)
        own = (Staff(by.id),) if isinstance(by, Staff) else ()
        return tuple(dict.fromkeys((*own, *parties)))


def count_act(wiring: Wiring, by: Principal, verb: str, limit: int) -> None:
    """Refuse a client who does so more often than a person does."""
    if not isinstance(by, Contact):
        return
    key = f"{verb}-message:{wiring.tenant}:{by.id}"
    wait = wiring.limiter.acquire(key, limit=limit, window=timedelta(hours=1))
    if wait is not None:
        raise TooManyAttemptsError(wait)


def acting(by: object) -> Principal:
    """Return who acts; refuse anything but a principal."""
    if not isinstance(by, Principal):
        raise InvalidInputError("by", "needs the principal who writes")
    return by


def _founders(
    wiring: Wiring, unit: Unit, by: Contact, about: ResourceRef | None, chain: Sequence[CatalogEntry]
) -> tuple[Joining, ...]:
    """Return who takes part in a conversation that a client starts; refuse where they may not comment."""
    if about is None:
        raise InvalidInputError("about", "needs a thing on which the client may comment")
    may = decide(wiring, unit, by, Action.COMMENT, about)
    if not may:
        # Who may view it knows of it already; for everybody else it is not there (R-ENUM-1).
        seen = decide(wiring, unit, by, Action.VIEW, about)
        raise NotAllowedError(str(may.reason)) if seen else NotFoundError("resource", about.key)
    owner = owner_above(tuple(chain))
    answering = None if owner is None else parse_party(owner)
    return (by, answering) if isinstance(answering, Staff) else (by,)


def _check_start(
    subject: object,
    by: Principal,
    about: object,
    version: object,
    requester: object,
    *,
    with_followers: object,
) -> None:
    checks.title("subject", subject)
    if not isinstance(by, Contact):
        require_staff(by)
    if about is not None and not isinstance(about, ResourceRef):
        raise InvalidInputError("about", "needs a ResourceRef, or None")
    if version is not None:
        checks.whole("version", version, 1, _MOST)
        if about is None or about.kind != DOCUMENT:
            raise InvalidInputError("version", "goes with a document that it is about")
    if requester is not None and not isinstance(requester, Contact):
        raise InvalidInputError("requester", "needs a Contact, or None")
    checks.flag("with_followers", with_followers)
    if with_followers and about is None:
        raise InvalidInputError("with_followers", "goes with a thing that it is about")


def _as_started(unit: Unit, id_: str) -> Conversation:
    """Return a conversation as it was when it began: what came since is for those to read who may."""
    found = unit.get(CONVERSATION, id_)
    if found is None:
        raise NotFoundError(CONVERSATION.name)
    return attrs.evolve(
        found,
        closed_at=None,
        messages=0,
        client_messages=0,
        settled_at=None,
        activity=found.created_at,
        client_activity=found.created_at,
        turns=0,
    )
