"""
What did not arrive: letters and calls that were given up, and events of which nobody could be told.
"""

from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, OUTBOX_ENTRY
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._facts import require_admin
from sharekit.features._readers import reader_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import Eq, OrderBy
from sharekit.records import checks, events
from sharekit.records.notices import Carrier, Delivery, DeliveryKeys, DeliveryState, NoticeState
from sharekit.records.outbox import OutboxEntry, OutboxKeys, OutboxState
from sharekit.records.parties import Principal
from sharekit.records.reach import bounce_id

__all__ = ["LostLetters"]

_MOST: Final = 200


class LostLetters:
    """The part of `Notifications` that is about what did not arrive."""

    _wiring: Wiring

    def dead_letters(self, *, by: Principal, limit: int = 100) -> list[Delivery]:
        """
        Return the deliveries that were given up and that nobody dismissed, the latest first.

        Args:
            by: A `System`, or somebody with the role ``admin``.
            limit: At most so many, 1 to 200.

        Raises:
            NotAllowedError: *by* may not.
        """
        checks.whole("limit", limit, 1, _MOST)
        with self._wiring.reading() as unit:
            require_admin(unit, by)
            return unit.find(
                DELIVERY,
                Eq(DeliveryKeys.STATE, str(DeliveryState.DEAD)),
                order=OrderBy(DeliveryKeys.CREATED_AT, descending=True),
                limit=limit,
            )

    def retry(self, delivery: Delivery | str, *, by: Principal) -> Delivery:
        """
        Have a delivery that was given up tried again by the next run of the relay.

        An address that was refused is taken to be good again. Whether its reader may be told is asked then, as for
        every letter.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such delivery that was given up.
        """

        def work(unit: Unit) -> Delivery:
            found = _lost(unit, delivery, by)
            after = attrs.evolve(
                found, state=DeliveryState.WAITING, due_at=unit.now, attempts=0, error=None, settled_at=None
            )
            unit.put(DELIVERY, after)
            reader = reader_of(self._wiring, unit, found.party) if found.carrier is Carrier.MAIL else None
            bounced = None if reader is None or reader.email is None else bounce_id(reader.email)
            if bounced is not None and unit.get(ADDRESS_BOUNCE, bounced) is not None:
                unit.delete(ADDRESS_BOUNCE, bounced)
            return after

        return self._wiring.write(work)

    def dismiss(self, delivery: Delivery | str, *, by: Principal) -> Delivery:
        """
        Have a delivery that was given up be done with: somebody looked at it, and it is not tried again.

        What it told of stays in the portal. `Relay.prune` deletes it when it is old.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such delivery that was given up.
        """

        def work(unit: Unit) -> Delivery:
            found = _lost(unit, delivery, by)
            after = attrs.evolve(found, state=DeliveryState.DISMISSED, settled_at=unit.now)
            unit.put(DELIVERY, after)
            for notice in unit.get_many(NOTICE, found.notices):
                unit.put(NOTICE, attrs.evolve(notice, state=NoticeState.DROPPED, reason="given-up"))
            unit.emit(
                events.DeliveryDismissed(
                    tenant=unit.tenant, at=unit.now, by=by, delivery=found.id, party=found.party, carrier=found.carrier
                )
            )
            return after

        return self._wiring.write(work)

    def dead_events(self, *, by: Principal, limit: int = 100) -> list[OutboxEntry]:
        """
        Return the events of which no notices could be made, ten times over, the oldest first.

        Raises:
            NotAllowedError: *by* is no `System`, and has not the role ``admin``.
        """
        checks.whole("limit", limit, 1, _MOST)
        with self._wiring.reading() as unit:
            require_admin(unit, by)
            return unit.find(OUTBOX_ENTRY, Eq(OutboxKeys.STATE, str(OutboxState.DEAD)), limit=limit)

    def retry_event(self, event: OutboxEntry, *, by: Principal) -> None:
        """
        Have the relay make notices of an event again; whoever has theirs gets no other.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such event that was given up.
        """

        def work(unit: Unit) -> None:
            found = _untold(unit, event, by)
            again = attrs.evolve(found, state=OutboxState.WAITING, due_at=unit.now, attempts=0, error=None)
            unit.put(OUTBOX_ENTRY, again)

        self._wiring.write(work)

    def dismiss_event(self, event: OutboxEntry, *, by: Principal) -> None:
        """
        Have an event that was given up be done with: whoever has no notice of it gets none.

        The audit trail keeps it.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such event that was given up.
        """

        def work(unit: Unit) -> None:
            found = _untold(unit, event, by)
            unit.delete(OUTBOX_ENTRY, found.id)
            unit.emit(
                events.EventDismissed(tenant=unit.tenant, at=unit.now, by=by, entry=found.id, happened=found.event)
            )

        self._wiring.write(work)


def _untold(unit: Unit, event: object, by: Principal) -> OutboxEntry:
    """Return an event that was given up, as it is kept."""
    if not isinstance(event, OutboxEntry):
        raise InvalidInputError("event", "needs an OutboxEntry")
    require_admin(unit, by)
    found = unit.get(OUTBOX_ENTRY, event.id)
    if found is None or found.state is not OutboxState.DEAD:
        raise NotFoundError(OUTBOX_ENTRY.name)
    return found


def _lost(unit: Unit, delivery: object, by: Principal) -> Delivery:
    """Return a delivery that was given up, as it is kept."""
    id_ = delivery.id if isinstance(delivery, Delivery) else delivery
    checks.text("delivery", id_)
    require_admin(unit, by)
    found = unit.get(DELIVERY, str(id_))
    if found is None or found.state is not DeliveryState.DEAD:
        raise NotFoundError(DELIVERY.name, str(id_))
    return found
