"""
What becomes of a delivery: taken again, tried later, or given up.
"""

import logging
from typing import Final

import attrs

from sharekit.codec.kinds_of_notices import DELIVERY
from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError
from sharekit.features._unit import Unit
from sharekit.records.notices import Delivery, DeliveryState
from sharekit.records.relaying import RelayReport
from sharekit.relay._turns import LEASE, MOST_TRIES, pause_after

__all__ = ["postponed", "taken_again"]

_log = logging.getLogger("sharekit.relay")

_LONGEST_ERROR: Final = 200


def taken_again(unit: Unit, id_: str) -> Delivery | None:
    """Take a delivery whose turn it is: a new call, one that failed before, or one that a relay did not finish."""
    found = unit.get(DELIVERY, id_)
    if found is None or found.state is not DeliveryState.WAITING or found.due_at > unit.now:
        return None
    if found.attempts >= MOST_TRIES:  # each time the relay died over it
        unit.put(DELIVERY, attrs.evolve(found, state=DeliveryState.DEAD, settled_at=unit.now, error="never finished"))
        return None
    taken = attrs.evolve(found, due_at=unit.now + LEASE, attempts=found.attempts + 1)
    unit.put(DELIVERY, taken)
    return taken


def postponed(unit: Unit, taken: Delivery, error: Exception) -> RelayReport:
    """Note that a delivery failed, and when to try again, if at all."""
    delivery = unit.get(DELIVERY, taken.id)
    if delivery is None or delivery.state is not DeliveryState.WAITING or delivery.attempts != taken.attempts:
        return RelayReport()  # another relay has it by now
    if isinstance(error, PermanentDeliveryError | TemporaryDeliveryError):
        said = error.reason
    else:
        said = type(error).__name__
        _log.error("delivery %s... could not be made: %s", delivery.id[:8], said, exc_info=error)
    after = attrs.evolve(delivery, error=said[:_LONGEST_ERROR])
    if isinstance(error, PermanentDeliveryError) or delivery.attempts >= MOST_TRIES:
        unit.put(DELIVERY, attrs.evolve(after, state=DeliveryState.DEAD, settled_at=unit.now))
        _log.info("delivery %s... is given up after %s attempts: %s", delivery.id[:8], delivery.attempts, after.error)
        return RelayReport(dead=1)
    asked = error.retry_after if isinstance(error, TemporaryDeliveryError) else None
    due = unit.now + pause_after(delivery.attempts, asked)
    unit.put(DELIVERY, attrs.evolve(after, due_at=due))
    _log.info("delivery %s... failed, and is tried again at %s: %s", delivery.id[:8], due.isoformat(), after.error)
    return RelayReport(postponed=1)
