"""
The relay: makes notices of what happened, sends letters, calls webhooks, and seals the audit trail.

It is called again and again: by ``sharekit relay --loop``, by a task of the host's queue, or by a timer. Several
may run side by side, in any processes that share the store: each thing is done once. It sees only what was
committed, asks at the moment of sending what its reader may open, and does at least once what it was told to do.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final

import attrs

from sharekit.codec.kinds import AUDIT_ENTRY
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, OUTBOX_ENTRY
from sharekit.errors import ConflictError, InvalidInputError, RetryTransaction, StorageError
from sharekit.features._sealing import seal
from sharekit.features._unit import Wiring
from sharekit.ids import TenantId
from sharekit.ports import Eq, Notifier, WebhookCaller
from sharekit.records import checks
from sharekit.records.notices import Carrier, Delivery, DeliveryKeys
from sharekit.records.relaying import PruneReport, RelayReport
from sharekit.relay._mailing import resend, send
from sharekit.relay._planning import plan
from sharekit.relay._post import Post
from sharekit.relay._pruning import Ages, prune
from sharekit.relay._settling import taken_again
from sharekit.relay._turns import due_ids, due_notices
from sharekit.relay._webhooks import call

__all__ = ["Post", "PruneReport", "Relay", "RelayReport"]

_log = logging.getLogger("sharekit.relay")

_MOST: Final = 1_000_000
_MISSES: Final = 2
_NOTHING: Final = RelayReport()
_SHORTEST: Final = timedelta(days=7)
_LONGEST: Final = timedelta(days=36500)


class Relay:
    """Delivers the news of every tenant."""

    def __init__(
        self, wiring: Wiring, notifier: Notifier | None, post: Post | None, caller: WebhookCaller | None
    ) -> None:
        # A relay joins nothing: what the host may still undo is no news.
        self._wiring = wiring.on_its_own()
        self._notifier = notifier
        self._post = post
        self._caller = caller

    def run_once(self, *, limit: int = 1000) -> RelayReport:
        """
        Do what is due now, in every tenant, and return what was done.

        One failure never stops the rest. What fails for now is tried again by a later run, after a time that
        grows; what fails for good, or ten times, is given up and can be listed by `Notifications.dead_letters`.
        Without a notifier no letter is sent, and the notices wait in the portal; without a caller no webhook is called.

        Args:
            limit: About how many events and letters to do at most in each tenant, so that a run ends.

        Raises:
            StorageError: The store failed.
        """
        checks.whole("limit", limit, 1, _MOST)
        report = RelayReport()
        for wiring in self._tenants():
            report += self._run(wiring, limit) + RelayReport(tenants=1)
        return report

    def prune(
        self,
        *,
        dry_run: bool = True,
        older_than: timedelta = timedelta(days=180),
        unseen_older_than: timedelta = timedelta(days=730),
        limit: int = 10_000,
    ) -> PruneReport:
        """
        Delete what was told long ago, in every tenant: notices with their rows of the feed, letters, calls of webhooks.

        Nothing goes that is still to be delivered, or was given up before somebody dismissed it; see
        `Notifications.dismiss`. The audit trail stays as it is. It may run beside everything else.

        Args:
            dry_run: Only say how much would go.
            older_than: How long news are kept that their reader saw, and deliveries; at least seven days.
            unseen_older_than: How long news are kept that their reader did not see in the portal; no less.
            limit: How many rows to delete at most in each tenant, so that a run ends; what is left the next one takes.

        Raises:
            InvalidInputError: An argument cannot be used.
            StorageError: The store failed.
        """
        checks.flag("dry_run", dry_run)
        checks.duration("older_than", older_than, _LONGEST)
        checks.duration("unseen_older_than", unseen_older_than, _LONGEST)
        checks.whole("limit", limit, 1, _MOST)
        if older_than < _SHORTEST:
            raise InvalidInputError("older_than", "needs at least seven days")
        if unseen_older_than < older_than:
            raise InvalidInputError("unseen_older_than", "needs no less than older_than")
        now = self._wiring.clock.now()
        ages = Ages(told=now - older_than, unseen=now - unseen_older_than)
        report = PruneReport(dry_run=dry_run)
        for wiring in self._tenants():
            some = prune(wiring, ages, dry_run=dry_run, limit=limit)
            report = PruneReport(
                dry_run=dry_run,
                tenants=report.tenants + 1,
                notices=report.notices + some.notices,
                letters=report.letters + some.letters,
                calls=report.calls + some.calls,
                more=report.more or some.more,
            )
        return report

    def _tenants(self) -> Iterable[Wiring]:
        named: dict[TenantId, None] = {self._wiring.tenant: None}
        for kind in (OUTBOX_ENTRY, NOTICE, DELIVERY, AUDIT_ENTRY):
            named |= dict.fromkeys(self._wiring.records.tenants(kind.name))
        for tenant in named:
            yield attrs.evolve(self._wiring, tenant=tenant)

    def _run(self, wiring: Wiring, limit: int) -> RelayReport:
        post, notifier, caller = self._post, self._notifier, self._caller
        gather = None if post is None else post.gather
        report = _each(wiring, limit, partial(due_ids, wiring, OUTBOX_ENTRY), lambda id_: plan(wiring, id_, gather))
        if post is not None and notifier is not None:
            mail = post, notifier
            report += _each(wiring, limit, partial(due_notices, wiring), lambda id_: send(wiring, *mail, id_))
            report += _again(wiring, limit, Carrier.MAIL, lambda taken: resend(wiring, *mail, taken))
        if caller is not None:
            report += _again(wiring, limit, Carrier.WEBHOOK, lambda taken: call(wiring, caller, taken))
        return report + RelayReport(sealed=_sealed(wiring, limit))


def _sealed(wiring: Wiring, limit: int) -> int:
    sealed = 0
    while sealed < limit:
        try:
            some = seal(wiring)
        except (ConflictError, RetryTransaction):
            break  # another relay seals
        sealed += some
        if not some:
            break
    return sealed


def _again(wiring: Wiring, limit: int, carrier: Carrier, deliver: Callable[[Delivery], RelayReport]) -> RelayReport:
    def one(id_: str) -> RelayReport:
        taken = wiring.write(lambda unit: taken_again(unit, id_))
        return RelayReport() if taken is None else deliver(taken)

    return _each(wiring, limit, partial(due_ids, wiring, DELIVERY, Eq(DeliveryKeys.CARRIER, str(carrier))), one)


def _each(wiring: Wiring, limit: int, find: Callable[[], list[str]], do: Callable[[str], RelayReport]) -> RelayReport:
    """Do what is due, some at a time, until nothing is, or enough was done."""
    report, tried = RelayReport(), set[str]()
    while len(tried) < limit:
        ids = [id_ for id_ in find() if id_ not in tried]
        if not ids:
            break
        missed = 0
        for id_ in ids:
            tried.add(id_)
            done = _tried(wiring, id_, do)
            report += done
            missed = 0 if done != _NOTHING else missed + 1
            if missed == _MISSES:
                break  # others have worked on these; what nobody has taken yet is found by asking again
    return report


def _tried(wiring: Wiring, id_: str, do: Callable[[str], RelayReport]) -> RelayReport:
    """Do one thing, whatever becomes of it."""
    try:
        return do(id_)
    except (ConflictError, RetryTransaction):
        # Another relay has it, or the store is busy; what was committed stays, and the rest waits its turn.
        _log.info("%s... is with another relay of tenant %s", id_[:8], wiring.tenant)
    except StorageError:
        raise
    except Exception:  # noqa: BLE001  # a damaged row, such as nobody expects, stops nothing else
        _log.exception("%s... of tenant %s failed", id_[:8], wiring.tenant)
        return RelayReport(failed=1)
    return _NOTHING
