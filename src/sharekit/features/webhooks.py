"""
Webhooks: other systems of the host that are told what happens, by signed calls (Standard Webhooks).
"""

from collections.abc import Callable
from typing import Final

import attrs

from sharekit.codec.kinds_of_notices import WEBHOOK
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._facts import require_admin
from sharekit.features._unit import Unit, Wiring
from sharekit.features._webhook_secrets import secret_text
from sharekit.ids import random_id
from sharekit.ports import Eq, OrderBy
from sharekit.records import checks, events
from sharekit.records.parties import Principal
from sharekit.records.several import Several
from sharekit.records.webhooks import Webhook, WebhookKeys, check_webhook_url

__all__ = ["HEARD", "Webhooks"]

_MOST: Final = 50

HEARD: Final = frozenset(
    event.name
    for event in (getattr(events, name) for name in events.__all__)
    if issubclass(event, events.Event) and event.heard
)
"""The names of the events that anybody can be notified of."""


class Webhooks:
    """The webhooks of one tenant; all of it is for a `System`, or somebody with the role ``admin``."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def add(self, url: str, *, by: Principal, events: Several[str] = ()) -> Webhook:
        """
        Have an address be told what happens from now on.

        Args:
            url: A whole http or https address. Whether it may be called at all is asked when it is.
            by: Who adds it.
            events: The names of events, such as ``"resource-shared"``; none for all that anybody can be notified of.

        Raises:
            NotAllowedError: *by* may not.
            InvalidInputError: The address or an event cannot be used, or there are 50 already.
        """
        check_webhook_url(url)
        checks.names("events", events)
        unknown = sorted(set(events) - HEARD)
        if unknown:
            known = ", ".join(sorted(HEARD))
            raise InvalidInputError("events", f"has {unknown[0]!r}, which nobody can be notified of; there are {known}")

        def work(unit: Unit) -> Webhook:
            require_admin(unit, by)
            if unit.count(WEBHOOK, Eq(WebhookKeys.ACTIVE, value=True), limit=_MOST) >= _MOST:
                raise InvalidInputError("url", f"cannot be added: there are {_MOST} webhooks already")
            hook = Webhook(
                tenant=unit.tenant,
                id=random_id(),
                url=url,
                events=frozenset(events),
                created_at=unit.now,
                created_by=by.key,
            )
            unit.put(WEBHOOK, hook)
            return hook

        return self._wiring.write(work)

    def all(self, *, by: Principal) -> list[Webhook]:
        """Return the webhooks that are told what happens, the oldest first."""
        with self._wiring.reading() as unit:
            require_admin(unit, by)
            return unit.find(
                WEBHOOK, Eq(WebhookKeys.ACTIVE, value=True), order=OrderBy(WebhookKeys.CREATED_AT), limit=_MOST
            )

    def secret(self, webhook: Webhook | str, *, by: Principal) -> str:
        """
        Return the secret by which a receiver checks signatures, ``"whsec_..."``; it is computed, never stored.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such webhook.
        """
        with self._wiring.reading() as unit:
            require_admin(unit, by)
            return secret_text(self._wiring.seals, _found(unit, webhook))

    def rotate(self, webhook: Webhook | str, *, by: Principal) -> Webhook:
        """Give a webhook another secret; for a day calls are signed with the one before too."""
        return self._changed(
            webhook, by, lambda unit, hook: attrs.evolve(hook, generation=hook.generation + 1, rotated_at=unit.now)
        )

    def remove(self, webhook: Webhook | str, *, by: Principal) -> None:
        """Have an address be told nothing more, also of what waits."""
        self._changed(webhook, by, lambda _, hook: attrs.evolve(hook, active=False))

    def _changed(self, webhook: Webhook | str, by: Principal, change: Callable[[Unit, Webhook], Webhook]) -> Webhook:
        def work(unit: Unit) -> Webhook:
            require_admin(unit, by)
            after = change(unit, _found(unit, webhook))
            unit.put(WEBHOOK, after)
            return after

        return self._wiring.write(work)


def _found(unit: Unit, webhook: Webhook | str) -> Webhook:
    id_ = webhook.id if isinstance(webhook, Webhook) else webhook
    checks.text("webhook", id_)
    found = unit.get(WEBHOOK, id_)
    if found is None or not found.active:
        raise NotFoundError(WEBHOOK.name)
    return found
