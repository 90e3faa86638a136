"""
A kit for tests: in memory, at a standing time, with a small project to share.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import attrs

from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.kit import Sharekit
from sharekit.ports import (
    BlobStore,
    Clock,
    Directory,
    MailReader,
    Notifier,
    PlanAllows,
    Predicate,
    RateLimiter,
    RecordStore,
    Scanner,
    WebhookCaller,
)
from sharekit.records.catalog import ResourceRef
from sharekit.records.declarations import ResourceKind, Section
from sharekit.records.instants import utc
from sharekit.records.scopes import DEFAULT_SCOPE, PortalScope
from sharekit.records.several import SeveralInOrder
from sharekit.records.uploads import UploadPolicy
from sharekit.relay import Post
from sharekit.screening import Detector

__all__ = ["FrozenClock", "SectionLoads", "kit", "project_kind"]

_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FrozenClock:
    """
    A clock that stands still until it is told otherwise.

    Args:
        start: The first instant, aware; a Monday morning by default.
    """

    def __init__(self, start: datetime = _START) -> None:
        self._now = utc("start", start)

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on, or back by a negative step; return the new instant."""
        self._now += by
        return self._now

    def set(self, to: datetime) -> None:
        """Stand at another instant."""
        self._now = utc("to", to)


@attrs.frozen
class SectionLoads:
    """
    The loaders of `project_kind`, which remember when they were called.

    Attributes:
        calls: The names of the sections that were loaded, in order.
    """

    calls: list[str] = attrs.field(factory=list)

    def progress(self, ref: ResourceRef) -> object:
        """Return how far a project is."""
        self.calls.append("progress")
        return {"done": 60, "project": ref.id}

    def hours(self, ref: ResourceRef) -> object:
        """Return the hours that were worked."""
        self.calls.append("hours")
        return [{"day": "2026-03-02", "hours": 3, "project": ref.id}]

    def notes(self, ref: ResourceRef) -> object:
        """Return a remark."""
        self.calls.append("notes")
        return f"a remark on {ref.id}"


def project_kind(loads: SectionLoads | None = None) -> ResourceKind:
    """Return a kind ``"project"`` with the sections ``progress``, ``hours`` and ``notes``."""
    load = loads or SectionLoads()
    return ResourceKind(
        "project",
        title="Project",
        titles={"nl": "Project", "de": "Projekt", "es": "Proyecto", "pl": "Projekt"},
        sections={
            "progress": Section("Progress", load=load.progress, titles={"de": "Fortschritt"}),
            "hours": Section("Hours", load=load.hours, titles={"de": "Stunden"}),
            "notes": Section("Notes", load=load.notes),
        },
    )


def kit(
    *,
    records: RecordStore | None = None,
    blobs: BlobStore | None = None,
    secret_keys: SeveralInOrder[str | bytes] | None = None,
    kinds: Iterable[ResourceKind] | None = None,
    scope: PortalScope = DEFAULT_SCOPE,
    predicates: Iterable[Predicate] = (),
    directory: Directory | None = None,
    clock: Clock | None = None,
    rate_limiter: RateLimiter | None = None,
    scanner: Scanner | None = None,
    uploads: UploadPolicy | None = None,
    max_staff_bytes: int = 16 * 1024 * 1024,
    plan_allows: PlanAllows | None = None,
    undo_window: timedelta = timedelta(0),
    inbox: MailReader | None = None,
    notifier: Notifier | None = None,
    post: Post | None = None,
    webhook_caller: WebhookCaller | None = None,
    detectors: Iterable[Detector] = (),
    tenant: str = "default",
) -> Sharekit:
    """
    Return a kit for a test; every part can be replaced.

    Args:
        records: A `MemoryRecordStore` of its own by default.
        blobs: A place of its own in memory by default.
        secret_keys: One fresh key by default.
        kinds: `project_kind` by default.
        scope: As for `Sharekit`.
        predicates: As for `Sharekit`.
        directory: None by default: the built-in rule.
        clock: A `FrozenClock` by default.
        rate_limiter: As for `Sharekit`.
        scanner: As for `Sharekit`.
        uploads: As for `Sharekit`.
        max_staff_bytes: As for `Sharekit`; 16 MiB by default.
        plan_allows: As for `Sharekit`.
        undo_window: As for `Sharekit`; none by default, so that what is written is seen at once.
        inbox: As for `Sharekit`.
        notifier: As for `Sharekit`.
        post: As for `Sharekit`.
        webhook_caller: As for `Sharekit`.
        detectors: As for `Sharekit`.
        tenant: As for `Sharekit`.
    """
    return Sharekit(
        records=records or MemoryRecordStore(),
        blobs=FsspecBlobStore("memory://") if blobs is None else blobs,
        secret_keys=secret_keys or [secrets.token_bytes(32)],
        kinds=[project_kind()] if kinds is None else kinds,
        scope=scope,
        predicates=predicates,
        directory=directory,
        clock=clock or FrozenClock(),
        rate_limiter=rate_limiter,
        scanner=scanner,
        uploads=uploads,
        max_staff_bytes=max_staff_bytes,
        plan_allows=plan_allows,
        undo_window=undo_window,
        inbox=inbox,
        notifier=notifier,
        post=post,
        webhook_caller=webhook_caller,
        detectors=detectors,
        tenant=tenant,
    )
