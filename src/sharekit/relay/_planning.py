"""
Makes notices of events: one for each person who hears of it, whichever relay does it and however often.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds_of_notices import NOTICE, OUTBOX_ENTRY
from sharekit.codec.kinds_of_people import MEMBERSHIP
from sharekit.errors import ConflictError, RetryTransaction, StorageError
from sharekit.features._heirs import heirs_of
from sharekit.features._parties import member_ids_of, organization_of, organizations_of_host
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import Eq, OrderBy, Position
from sharekit.records.notices import Notice, NoticeState, notice_id
from sharekit.records.outbox import OutboxEntry, OutboxState
from sharekit.records.parties import Contact, Organization
from sharekit.records.people import MembershipKeys, membership_id
from sharekit.records.relaying import RelayReport
from sharekit.relay._audience import Audience, audience_of
from sharekit.relay._turns import LEASE, MOST_TRIES, pause_after
from sharekit.relay._webhooks import calls_for

__all__ = ["plan"]

_log = logging.getLogger("sharekit.relay")

_AT_ONCE: Final = 200
_DIRECTLY: Final = "0"  # those who are named themselves come first


@attrs.frozen
class _Step:
    """
    Some of the people who hear of an event.

    Attributes:
        persons: Their keys.
        reached: Where to go on after them, or None when there is nobody else.
    """

    persons: Sequence[str]
    reached: str | None


def plan(wiring: Wiring, entry_id: str, gather: timedelta | None) -> RelayReport:
    """
    Tell one event to everybody who hears of it, some people at a time, and forget it then.

    Args:
        wiring: Where.
        entry_id: Which.
        gather: How long a letter waits for more of the same; None where no letters are sent at all.
    """
    notices = 0
    try:
        # The first to put it has it; a step that others did meanwhile is not done again.
        if not wiring.write(lambda unit: _taken(unit, entry_id)):
            return RelayReport()
        while True:
            made, goes_on = wiring.write(lambda unit: _step(wiring, unit, entry_id, gather))
            notices += made
            if not goes_on:
                return RelayReport(planned=1, notices=notices)
    except (ConflictError, RetryTransaction, StorageError):
        raise  # that is no fault of the event, which is due again when the lease is over
    except Exception as error:  # noqa: BLE001  # whatever the host's directory, or a damaged row, does to one event
        code = getattr(error, "code", type(error).__name__)
        _log.error("event %s... could not be told: %s", entry_id[:15], code, exc_info=error)
        wiring.write(lambda unit: _failed(unit, entry_id, code))
        return RelayReport(notices=notices, failed=1)


def _taken(unit: Unit, id_: str) -> bool:
    entry = unit.get(OUTBOX_ENTRY, id_)
    if entry is None or entry.state is not OutboxState.WAITING or entry.due_at > unit.now:
        return False
    unit.put(OUTBOX_ENTRY, attrs.evolve(entry, due_at=unit.now + LEASE, attempts=entry.attempts + 1))
    return True


def _failed(unit: Unit, id_: str, error: str) -> None:
    entry = unit.get(OUTBOX_ENTRY, id_)
    if entry is None:
        return
    state = OutboxState.DEAD if entry.attempts >= MOST_TRIES else OutboxState.WAITING
    due = unit.now + pause_after(entry.attempts)
    unit.put(OUTBOX_ENTRY, attrs.evolve(entry, state=state, due_at=due, error=error))


def _step(wiring: Wiring, unit: Unit, id_: str, gather: timedelta | None) -> tuple[int, bool]:
    """Tell some people more; return how many, and whether there are others."""
    entry = unit.get(OUTBOX_ENTRY, id_)
    if entry is None:
        return 0, False
    if entry.reached is None:
        calls_for(unit, entry)
    audience = audience_of(unit, entry)
    step = _Step((), None) if audience is None else _next(wiring, unit, audience, entry.reached)
    made = 0 if audience is None else _notify(unit, entry, audience, _as_now(unit, audience, step.persons), gather)
    if step.reached is None:
        unit.delete(OUTBOX_ENTRY, entry.id)
        return made, False
    unit.put(OUTBOX_ENTRY, attrs.evolve(entry, reached=step.reached, due_at=unit.now + LEASE))
    return made, True


def _as_now(unit: Unit, audience: Audience, persons: Sequence[str]) -> list[str]:
    """Return who these people are now, each once: whoever was merged into another since hears as that one."""
    heirs = heirs_of(unit, [*persons, audience.actor]) if persons else {}
    hear = [heirs[key] for key in persons if heirs[key] == key or audience.news.can_be_chosen]
    return [key for key in dict.fromkeys(hear) if key != heirs[audience.actor]]


def _notify(
    unit: Unit, entry: OutboxEntry, audience: Audience, persons: Sequence[str], gather: timedelta | None
) -> int:
    waits = NoticeState.WAITING if gather is not None else NoticeState.DROPPED
    pause = gather if gather is not None and audience.gathers else timedelta(0)
    there = {each.id for each in unit.get_many(NOTICE, [notice_id(unit.tenant, entry.id, key) for key in persons])}
    made = 0
    for person in persons:
        notice = Notice(
            tenant=unit.tenant,
            entry=entry.id,
            person=person,
            news=audience.news,
            event=audience.event,
            at=entry.at,
            actor=audience.actor,
            resource=entry.resource,
            subject=audience.subject,
            details=entry.details,
            state=waits,
            due_at=max(entry.at + pause, audience.not_before or entry.at),
            reason=None if gather is not None else "no-letters",
        )
        if notice.id not in there:
            unit.put(NOTICE, notice)
            made += 1
    return made


def _next(wiring: Wiring, unit: Unit, audience: Audience, reached: str | None) -> _Step:
    """Return who comes next: those who are named, then organisation after organisation, by their ids."""
    source, _, last = (reached or f"{_DIRECTLY} ").partition(" ")
    if source == _DIRECTLY:
        rest = [person for person in audience.persons if person > last]
        if len(rest) > _AT_ONCE:
            return _Step(rest[:_AT_ONCE], f"{_DIRECTLY} {rest[_AT_ONCE - 1]}")
        persons: list[str] = rest
        following = audience.organizations
        last = ""
    else:
        persons = []
        following = [each for each in audience.organizations if each.key >= source]
        if not following or following[0].key != source:
            last = ""
    if not following:
        return _Step(persons, None)
    first, *others = following
    members = _members(wiring, unit, first, last)
    people = [Contact(each).key for each in members if Contact(each).key != audience.actor]
    if len(members) == _AT_ONCE:
        return _Step([*persons, *people], f"{first.key} {members[-1]}")
    return _Step([*persons, *people], f"{others[0].key} " if others else None)


def _members(wiring: Wiring, unit: Unit, organization: Organization, last: str) -> list[str]:
    """Return the ids of the next members of an organisation after one of them; none where it is not active."""
    found = organization_of(wiring, unit, organization.id)
    if found is None or not found.active:
        return []
    if organizations_of_host(wiring) is not None:
        return sorted(each for each in member_ids_of(wiring, unit, organization) if each > last)[:_AT_ONCE]
    rows = unit.find(
        MEMBERSHIP,
        Eq(MembershipKeys.ORGANIZATION, organization.id),
        order=OrderBy(MembershipKeys.CONTACT),
        after=Position(last, membership_id(Contact(last), organization)) if last else None,
        limit=_AT_ONCE,
    )
    return [row.contact.id for row in rows]
