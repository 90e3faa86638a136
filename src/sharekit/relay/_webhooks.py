"""
Tells webhooks what happened: each active one that wants to hear of an event, once, and again while it fails.

A call says what the audit trail says: ids and plain facts, no secret, and no text that people wrote. It is signed
as Standard Webhooks has it.
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC
from functools import partial

import attrs

from sharekit.codec.kinds_of_notices import DELIVERY, WEBHOOK
from sharekit.errors import PermanentDeliveryError
from sharekit.features._unit import Unit, Wiring
from sharekit.features._webhook_secrets import secrets_of
from sharekit.ports import Eq, WebhookCaller
from sharekit.records.notices import Carrier, Delivery, DeliveryState, delivery_id
from sharekit.records.outbox import OutboxEntry
from sharekit.records.relaying import RelayReport
from sharekit.records.webhooks import WebhookKeys
from sharekit.relay._settling import postponed

__all__ = ["call", "calls_for"]


def calls_for(unit: Unit, entry: OutboxEntry) -> None:
    """Put a call for each webhook that hears of an event; again, it changes nothing."""
    hooks = [hook for hook in unit.find(WEBHOOK, Eq(WebhookKeys.ACTIVE, value=True)) if hook.hears(entry.event)]
    if not hooks:
        return
    body = json.dumps(
        {
            "type": entry.event,
            "timestamp": entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {
                "id": entry.id,
                "tenant": entry.tenant,
                "actor": entry.actor,
                "resource": entry.resource,
                "details": dict(entry.details),
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    for hook in hooks:
        id_ = delivery_id(unit.tenant, Carrier.WEBHOOK, entry.id, hook.id)
        if unit.get(DELIVERY, id_) is None:
            unit.put(
                DELIVERY,
                Delivery(
                    tenant=unit.tenant,
                    id=id_,
                    carrier=Carrier.WEBHOOK,
                    party=hook.id,
                    body=body,
                    created_at=unit.now,
                    due_at=unit.now,
                ),
            )


def call(wiring: Wiring, caller: WebhookCaller, delivery: Delivery) -> RelayReport:
    """Make a call that one has taken."""
    now = wiring.clock.now()
    with wiring.reading() as unit:
        hook = unit.get(WEBHOOK, delivery.party)
    if hook is None or not hook.active or delivery.body is None:
        return wiring.write(lambda unit: _settled(unit, delivery, DeliveryState.DROPPED))
    body = delivery.body.encode("utf-8")
    stamp = str(int(now.timestamp()))
    signed = f"{delivery.id}.{stamp}.".encode("ascii") + body
    headers = {
        "content-type": "application/json",
        "user-agent": "sharekit",
        "webhook-id": delivery.id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets_of(wiring.seals, hook, now)),
    }
    try:
        caller.call(hook.url, headers, body)
    except Exception as error:  # noqa: BLE001  # whatever a caller does to one call
        return wiring.write(partial(_failed, delivery=delivery, error=error))
    return wiring.write(lambda unit: _settled(unit, delivery, DeliveryState.SENT))


def _signature(secret: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode("ascii")


def _failed(unit: Unit, delivery: Delivery, error: Exception) -> RelayReport:
    if isinstance(error, PermanentDeliveryError) and error.recipient:
        hook = unit.get(WEBHOOK, delivery.party)
        if hook is not None and hook.active:
            unit.put(WEBHOOK, attrs.evolve(hook, active=False))  # it said that it is gone
    return postponed(unit, delivery, error)


def _settled(unit: Unit, taken: Delivery, state: DeliveryState) -> RelayReport:
    delivery = unit.get(DELIVERY, taken.id)
    if delivery is None or delivery.state is not DeliveryState.WAITING:
        return RelayReport()
    unit.put(DELIVERY, attrs.evolve(delivery, state=state, settled_at=unit.now, error=None))
    return RelayReport(called=1) if state is DeliveryState.SENT else RelayReport(dropped=1)
