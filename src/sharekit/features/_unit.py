"""
The unit of work: what every verb runs in.

Facts are read, a policy judges, records are put, the event goes to the audit trail and the outbox in the
same transaction, then comes the commit, then the signals.
"""

import logging
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, TypeGuard, TypeVar

import attrs

from sharekit import signals
from sharekit.codec import Kept, RecordKind, plain
from sharekit.codec.kinds import AUDIT_ENTRY
from sharekit.codec.kinds_of_notices import OUTBOX_ENTRY
from sharekit.errors import ConfigurationError, ConflictError, IntegrityError, InvalidInputError, RetryTransaction
from sharekit.features._guesses import Guesses
from sharekit.features._openings import Openings
from sharekit.ids import AuditEntryId, TenantId, ordered_id
from sharekit.policies.sections import SectionChoices
from sharekit.ports import (
    BlobStore,
    Clock,
    Condition,
    Directory,
    MailReader,
    OrderBy,
    PlanAllows,
    Position,
    Predicate,
    Query,
    RateLimiter,
    RecordStore,
    Scanner,
    SupportsPick,
    Transaction,
)
from sharekit.records.audit import AuditEntry
from sharekit.records.catalog import ResourceRef
from sharekit.records.declarations import ResourceKind
from sharekit.records.events import Event
from sharekit.records.outbox import OutboxEntry
from sharekit.records.scopes import DEFAULT_SCOPE, PortalScope
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import Detector
from sharekit.tokens import Seals

__all__ = ["Unit", "Wiring"]

_log = logging.getLogger("sharekit.records")

R = TypeVar("R", bound=Kept)
T = TypeVar("T")

_TRIES = 5
_PATIENCE = 30.0  # seconds after which no further try begins; a store may wait long within one
_NO_DETAILS = frozenset({"tenant", "at", "by", "ref"})  # of an event; its entry says these apart
_FACTS: dict[type[Any], tuple[str, ...]] = {}  # by the classes of events, since looking at them takes long
_LAST_ENTRY = Query(AUDIT_ENTRY.name, order=OrderBy("id", descending=True), limit=1)
_FIRST_PAUSE = 0.002  # seconds; doubles with each try


@attrs.frozen(kw_only=True)
class Wiring:
    """
    Everything a feature works with, for one tenant.

    Attributes:
        records: The store, in which verbs may be part of the host's transaction.
        blobs: The store of bytes, if the kit was given one; `blob_store` asks for it.
        apart: The same store of records, or one on the same rows, whose transactions join nothing: for what
            must count at once, whatever the host goes on to do.
        scanner: What looks for viruses, or None.
        uploads: What people outside may send, unless something narrower is said.
        max_staff_bytes: How large a file may be that staff add.
        inbox: What reads mail that comes in, or None when none does.
        plan_allows: What the host's plan lets a tenant do, or None where everything is.
        undo_window: How long a message may be taken back.
        detectors: Second opinions about what people outside send; they can refuse and nothing else.
        openings: Which readings of parts were noted a short time ago.
        guesses: For what the latest decisions had to look.
        choices: Which sections links show.
    """

    tenant: TenantId
    records: RecordStore
    apart: RecordStore
    seals: Seals
    clock: Clock
    limiter: RateLimiter
    directory: Directory | None
    kinds: Mapping[str, ResourceKind]
    blobs: BlobStore | None = None
    scope: PortalScope = DEFAULT_SCOPE
    predicates: Mapping[str, Predicate] = MappingProxyType({})
    scanner: Scanner | None = None
    uploads: UploadPolicy = attrs.field(factory=UploadPolicy)
    max_staff_bytes: int = 1024 * 1024 * 1024
    inbox: MailReader | None = None
    plan_allows: PlanAllows | None = None
    undo_window: timedelta = timedelta(seconds=10)
    detectors: tuple[Detector, ...] = ()
    openings: Openings = attrs.field(factory=Openings)
    guesses: Guesses = attrs.field(factory=Guesses)
    choices: SectionChoices = attrs.field(factory=SectionChoices)

    def on_its_own(self) -> "Wiring":
        """Return this wiring with transactions that join nothing."""
        return self if self.records is self.apart else attrs.evolve(self, records=self.apart)

    def blob_store(self) -> BlobStore:
        """Return the store of bytes, or raise `ConfigurationError` when the kit was given none."""
        if self.blobs is None:
            raise ConfigurationError("blobs", "needs a BlobStore for the bytes, such as FsspecBlobStore(folder)")
        return self.blobs

    def kind_of(self, ref: ResourceRef) -> ResourceKind:
        """Return the declared kind of a resource, or raise `InvalidInputError`."""
        if not isinstance(ref, ResourceRef):
            raise InvalidInputError("ref", "needs a ResourceRef")
        kind = self.kinds.get(ref.kind)
        if kind is None:
            given = ", ".join(map(repr, sorted(self.kinds)))
            raise InvalidInputError("kind", f"{ref.kind!r} is not among the kinds that the kit was given: {given}")
        return kind

    @contextmanager
    def reading(self) -> Generator["Unit"]:
        """Open a unit that only reads."""
        with self.records.transaction(self.tenant) as tx:
            yield Unit(tx, self.tenant, self.clock.now())

    def write(self, work: Callable[["Unit"], T]) -> T:
        """
        Run a verb in a unit, again when somebody else was faster.

        Args:
            work: Reads, judges and puts by the unit alone, so that it can run several times.

        Raises:
            ConflictError: Each of several tries met a conflict.
            RetryTransaction: The store was busy for too long; or, at once, the transaction to run again
                is the host's.
        """
        deadline = time.monotonic() + _PATIENCE
        for attempt in range(_TRIES):
            try:
                with self.records.transaction(self.tenant, write=True) as tx:
                    return work(Unit(tx, self.tenant, self.clock.now()))
            except (ConflictError, RetryTransaction) as error:
                is_hosts = isinstance(error, RetryTransaction) and error.joined
                if is_hosts or attempt == _TRIES - 1 or time.monotonic() > deadline:
                    raise
            time.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret
        raise AssertionError  # pragma: no cover  # the last try returns or raises


class Unit:
    """
    One transaction, in terms of records.

    Attributes:
        tx: The transaction itself.
        tenant: The tenant it is bound to.
        now: The instant for everything that this unit does.
        at_once: How many entries a thing that moves may bring along in this unit; None for all.
    """

    at_once: int | None = 500

    def __init__(self, tx: Transaction, tenant: TenantId, now: datetime) -> None:
        self.tx = tx
        self.tenant = tenant
        self.now = now
        self._revisions: dict[tuple[str, str], int] = {}
        self._last_entry: str | None = None

    def get(self, kind: RecordKind[R], id_: str) -> R | None:
        """Return the record, or None; `put` will replace just this revision."""
        row = self.tx.get(kind.name, id_)
        if row is None:
            return None
        self._revisions[kind.name, id_] = row.revision
        return kind.load(row)

    def get_many(self, kind: RecordKind[R], ids: Sequence[str]) -> list[R]:
        """Return those of these records that are there."""
        rows = [row for row in self.tx.get_many([(kind.name, id_) for id_ in ids]) if row is not None]
        for row in rows:
            self._revisions[kind.name, row.id] = row.revision
        return [kind.load(row) for row in rows]

    def get_together(self, wanted: Sequence[tuple[RecordKind[Any], str]]) -> list[Any]:  # any record classes
        """Return the record of each, or None, by one reading of a store that can."""
        rows = self.tx.get_many([(kind.name, id_) for kind, id_ in wanted])
        for row in rows:
            if row is not None:
                self._revisions[row.kind, row.id] = row.revision
        return [None if row is None else kind.load(row) for (kind, _), row in zip(wanted, rows, strict=True)]

    def count(self, kind: RecordKind[Any], where: Condition, limit: int | None = None) -> int:  # any record class
        """Return how many records meet a condition, and count no further than the limit."""
        return self.tx.count(Query(kind.name, where=where, limit=limit))

    def find(
        self,
        kind: RecordKind[R],
        where: Condition,
        *,
        order: OrderBy | None = None,
        after: Position | None = None,
        limit: int | None = None,
    ) -> list[R]:
        """Return the records that meet a condition; `put` will replace just these revisions."""
        rows = self.tx.find(Query(kind.name, where=where, order=order or OrderBy(), after=after, limit=limit))
        for row in rows:
            self._revisions[kind.name, row.id] = row.revision
        return [kind.load(row) for row in rows]

    def pick(self, query: Query, keys: Sequence[str]) -> Sequence[Sequence[Any]]:  # values of every key type
        """Return lines that begin with these keys of the rows that a query describes, of which ``"id"`` is one."""
        if _can_pick(self.tx):
            return self.tx.pick(query, keys)
        return [[row.id if key == "id" else row.keys[key] for key in keys] for row in self.tx.find(query)]

    def find_readable(self, kind: RecordKind[R], where: Condition, *, order: OrderBy | None = None) -> list[R]:
        """Return what `find` would, without the records that are damaged, each of which is logged."""
        found: list[R] = []
        for row in self.tx.find(Query(kind.name, where=where, order=order or OrderBy())):
            try:
                found.append(kind.load(row))
            except IntegrityError:
                _log.error("%s %s... is damaged and was passed over", kind.name, row.id[:4])  # no body
            else:
                self._revisions[kind.name, row.id] = row.revision
        return found

    def put(self, kind: RecordKind[R], record: R) -> None:
        """Keep a record: in place of the one that this unit read, or as a new one when it read none."""
        row = kind.dump(self.tenant, record, 0)
        seen = self._revisions.get((kind.name, row.id), 0)
        self._revisions[kind.name, row.id] = self.tx.put(attrs.evolve(row, revision=seen) if seen else row)

    def revision(self, kind: RecordKind[Any], id_: str) -> int:  # any record class
        """Return the revision of a record that this unit read or put."""
        return self._revisions[kind.name, id_]

    def delete(self, kind: RecordKind[Any], id_: str) -> None:  # any record class
        """Remove a record that this unit read or put."""
        self.tx.delete(kind.name, id_, self._revisions.pop((kind.name, id_)))

    def bump(
        self,
        kind: RecordKind[Any],  # any record class
        id_: str,
        counter: str,
        limit: int | None,
        amount: int = 1,
    ) -> int | None:
        """Count so many, unless that would exceed *limit*; read the record again before putting it."""
        return self.tx.bump(kind.name, id_, counter, limit, amount)

    def emit(self, event: Event) -> None:
        """Write an event to the audit trail and the outbox now, and announce it after the commit."""
        facts = {name: plain(getattr(event, name)) for name in _facts_of(event)}
        ref: ResourceRef | None = getattr(event, "ref", None)
        entry = AuditEntry(
            tenant=event.tenant,
            id=self._next_entry(event.at),
            at=event.at,
            actor=event.by.key,
            action=event.name,
            resource=ref.key if ref else None,
            details=facts,
        )
        self.put(AUDIT_ENTRY, entry)
        if event.heard:
            self.put(OUTBOX_ENTRY, _to_be_told(event, entry))
        self.tx.after_commit(partial(signals.announce, event))

    def _next_entry(self, at: datetime) -> AuditEntryId:
        # After the last one, also when the clock was set back, or is behind in this process.
        last = self._last_entry
        if last is None:
            found = self.pick(_LAST_ENTRY, ["id"])
            last = str(found[0][0]) if found else ""
        self._last_entry = ordered_id(at, after=last)
        return AuditEntryId(self._last_entry)


def _can_pick(tx: Transaction) -> TypeGuard[SupportsPick]:
    return _has_pick(type(tx))


@lru_cache(maxsize=64)
def _has_pick(of: type[Transaction]) -> bool:
    """Look once for each class; looking at each transaction would take longer than picking."""
    return issubclass(of, SupportsPick)


def _facts_of(event: Event) -> tuple[str, ...]:
    """Return the names of what the audit trail says in the details of an event."""
    of = type(event)
    if of not in _FACTS:
        _FACTS[of] = tuple(field.name for field in attrs.fields(of) if field.name not in _NO_DETAILS)
    return _FACTS[of]


def _to_be_told(event: Event, entry: AuditEntry) -> OutboxEntry:
    return OutboxEntry(
        tenant=entry.tenant,
        id=entry.id,
        at=entry.at,
        event=entry.action,
        actor=entry.actor,
        resource=entry.resource,
        details=entry.details,
        due_at=event.settles_at or entry.at,
    )
