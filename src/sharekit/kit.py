"""
The facade: one object that a host makes once and asks for everything.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

import attrs

from sharekit.codec.kinds import ALL
from sharekit.errors import ConfigurationError
from sharekit.features._comparing import fsck
from sharekit.features._kit_arguments import (
    check_folder,
    check_parts,
    detectors_given,
    kinds_by_name,
    largest_given,
    policy_given,
    predicates_given,
    scope_given,
    tenant_given,
    window_given,
)
from sharekit.features._link_memory import LinkMemory
from sharekit.features._sweeping import sweep
from sharekit.features._unit import Wiring
from sharekit.features.access import Access
from sharekit.features.access_requests import AccessRequests
from sharekit.features.audit import Audit
from sharekit.features.catalog import Catalog
from sharekit.features.conversations import Conversations
from sharekit.features.documents import Documents
from sharekit.features.links import Links
from sharekit.features.notifications import Notifications
from sharekit.features.people import People
from sharekit.features.portal import PortalRules
from sharekit.features.requests import Requests
from sharekit.features.shares import Shares
from sharekit.features.webhooks import Webhooks
from sharekit.ids import TenantId
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
    SupportsJoining,
    SupportsOwnTransactions,
    SupportsTenants,
    WebhookCaller,
)
from sharekit.records import checks
from sharekit.records.declarations import ResourceKind
from sharekit.records.scopes import DEFAULT_SCOPE, PortalScope
from sharekit.records.several import SeveralInOrder
from sharekit.records.upkeep import FsckReport, SweepReport
from sharekit.records.uploads import UploadPolicy
from sharekit.relay import Post, Relay
from sharekit.screening import Detector
from sharekit.tokens import Seals

__all__ = ["Sharekit"]

GIBIBYTE: Final = 1024 * 1024 * 1024
UNDO_WINDOW: Final = timedelta(seconds=10)


class Sharekit:
    """
    Client sharing for one host application.

    Make one when the application starts, and share it between threads.

    Attributes:
        tenant: The tenant that this kit works in; another tenant's ids and tokens are unknown to it.
        kinds: The declared kinds by name.
        people: Contacts, and the built-in directory of staff.
        catalog: The host's things.
        shares: What is given to whom.
        documents: Files that lie in the host's things.
        requests: What contacts are asked for, and what they send.
        access: Who may see what.
        access_requests: Clients who ask to be let in.
        portal: What the portal shows, changed at run time.
        links: Read links.
        conversations: Talking with clients, and among staff about it.
        notifications: What people hear of, and how they want to.
        webhooks: Other systems that are told what happens.
        relay: What delivers all of that.
        audit: What was done.
    """

    def __init__(
        self,
        *,
        records: RecordStore,
        blobs: BlobStore | None = None,
        secret_keys: SeveralInOrder[str | bytes],
        kinds: Iterable[ResourceKind],
        scope: PortalScope = DEFAULT_SCOPE,
        predicates: Iterable[Predicate] = (),
        directory: Directory | None = None,
        clock: Clock | None = None,
        rate_limiter: RateLimiter | None = None,
        scanner: Scanner | None = None,
        uploads: UploadPolicy | None = None,
        max_staff_bytes: int = GIBIBYTE,
        plan_allows: PlanAllows | None = None,
        undo_window: timedelta = UNDO_WINDOW,
        inbox: MailReader | None = None,
        notifier: Notifier | None = None,
        post: Post | None = None,
        webhook_caller: WebhookCaller | None = None,
        detectors: Iterable[Detector] = (),
        tenant: str = "default",
    ) -> None:
        """
        Put a kit together.

        Args:
            records: Where records are kept; it is opened here and closed by `close`.
            blobs: Where the bytes of documents are kept; without one, verbs that need them raise `ConfigurationError`.
            secret_keys: Keys of at least 32 bytes, oldest first; the last one signs.
            kinds: What the host shares.
            scope: What the portal shows clients at all, until `portal.configure` says otherwise.
            predicates: Conditions of the host's own, besides those in *scope*, which a scope that is
                configured later may name.
            directory: What staff may do; without one the built-in rule holds: owners and admins
                everything, other staff viewing.
            clock: The time; the machine's own by default.
            rate_limiter: What slows down guessing; one in the memory of this process by default.
            scanner: What looks for viruses; until it calls a file clean, nobody gets the bytes of it.
            uploads: What people outside may send; documents and pictures of at most 20 MiB by default.
            max_staff_bytes: How large a file may be that staff add; 1 GiB by default.
            plan_allows: What the host's plan includes: called with the tenant and ``"messaging"``, it returns
                True, False, or a `Decision` whose reason staff read. Everything by default.
            undo_window: How long whoever wrote a message may take it back; until then nobody is told of it,
                and no client but its author sees it. 10 seconds by default, at most an hour; none for 0.
            inbox: What reads mail that comes in, such as `sharekit.mail.inbox.MailInbox`; without it none is taken.
            notifier: What takes letters, such as `sharekit.backends.smtp.SmtpNotifier`; without one news stands in
                the portal alone.
            post: What letters need besides: from whom they are, who writes them, where the portal is.
            webhook_caller: What calls webhooks, such as `sharekit.backends.webhook.HttpWebhookCaller`; without it
                none is called.
            detectors: Second opinions about files that people outside send and that passed; each gets the
                name, the open file and its size, and returns what it has against it, or None. One that
                raises is against it.
            tenant: The tenant, for a host that has several: letters, digits, ``_`` and ``-``.

        Raises:
            WeakSecretKeyError: No key, a short one, or a placeholder.
            ConfigurationError: Another argument cannot work.
            StorageError: The store cannot be opened.
        """
        check_parts(
            records=records,
            blobs=blobs,
            directory=directory,
            clock=clock,
            rate_limiter=rate_limiter,
            scanner=scanner,
            inbox=inbox,
            notifier=notifier,
            webhook_caller=webhook_caller,
        )
        if plan_allows is not None and not callable(plan_allows):
            raise ConfigurationError("plan_allows", "needs a function of a tenant and a feature")
        if post is not None and not isinstance(post, Post):
            raise ConfigurationError("post", "needs a sharekit.relay.Post")
        if (post is None) is not (notifier is None):
            missing = "post" if post is None else "notifier"
            raise ConfigurationError(missing, "is missing: a notifier takes the letters that a post describes")
        self._post, self._notifier = post, notifier
        self._caller = webhook_caller
        wiring = Wiring(
            tenant=tenant_given(tenant),
            seals=Seals(secret_keys),
            kinds=kinds_by_name(kinds),
            records=records,
            blobs=blobs,
            scope=scope_given(scope),
            predicates=predicates_given(scope, predicates),
            apart=_apart(records, records),
            directory=directory,
            clock=clock or _system_clock(),
            limiter=rate_limiter or _memory_limiter(),
            scanner=scanner,
            uploads=policy_given(uploads),
            max_staff_bytes=largest_given(max_staff_bytes),
            plan_allows=plan_allows,
            undo_window=window_given(undo_window),
            inbox=inbox,
            detectors=detectors_given(detectors),
        )
        records.open([kind.spec for kind in ALL])
        self._equip(wiring, LinkMemory(wiring.apart))

    @classmethod
    def at(
        cls,
        folder: str | Path,
        *,
        secret_keys: SeveralInOrder[str | bytes],
        kinds: Iterable[ResourceKind],
        scope: PortalScope = DEFAULT_SCOPE,
        predicates: Iterable[Predicate] = (),
        directory: Directory | None = None,
        clock: Clock | None = None,
        rate_limiter: RateLimiter | None = None,
        scanner: Scanner | None = None,
        uploads: UploadPolicy | None = None,
        max_staff_bytes: int = GIBIBYTE,
        plan_allows: PlanAllows | None = None,
        undo_window: timedelta = UNDO_WINDOW,
        inbox: MailReader | None = None,
        notifier: Notifier | None = None,
        post: Post | None = None,
        webhook_caller: WebhookCaller | None = None,
        detectors: Iterable[Detector] = (),
        tenant: str = "default",
    ) -> "Sharekit":
        """
        Put a kit together that keeps everything in one folder: records in SQLite, bytes in files beside them.

        Args:
            folder: A folder of sharekit's own; it is made when it is missing. One machine only:
                several processes may share it, a network file system may not.
            secret_keys: As for `Sharekit`.
            kinds: As for `Sharekit`.
            scope: As for `Sharekit`.
            predicates: As for `Sharekit`.
            directory: As for `Sharekit`.
            clock: As for `Sharekit`.
            rate_limiter: As for `Sharekit`.
            scanner: As for `Sharekit`.
            uploads: As for `Sharekit`.
            max_staff_bytes: As for `Sharekit`.
            plan_allows: As for `Sharekit`.
            undo_window: As for `Sharekit`.
            inbox: As for `Sharekit`.
            notifier: As for `Sharekit`.
            post: As for `Sharekit`.
            webhook_caller: As for `Sharekit`.
            detectors: As for `Sharekit`.
            tenant: As for `Sharekit`.
        """
        from sharekit.backends.fsspec import FsspecBlobStore
        from sharekit.backends.sqlite import SqliteRecordStore

        check_folder(folder)
        return cls(
            records=SqliteRecordStore(Path(folder) / "records.sqlite3"),
            blobs=FsspecBlobStore(Path(folder) / "blobs"),
            secret_keys=secret_keys,
            kinds=kinds,
            scope=scope,
            predicates=predicates,
            directory=directory,
            clock=clock,
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

    def for_tenant(self, tenant: str) -> "Sharekit":
        """
        Return this kit at work in another tenant; cheap, and sharing everything with this one.

        The directory is shared too, unless it can answer for each tenant by itself (`SupportsTenants`).

        Raises:
            ConfigurationError: The tenant is not 1 to 64 letters, digits, ``_`` or ``-``.
        """
        named, directory = tenant_given(tenant), self._wiring.directory
        able: object = directory
        if isinstance(able, SupportsTenants):
            directory = able.for_tenant(named)
        return self._on(attrs.evolve(self._wiring, tenant=named, directory=directory))

    def _on(self, wiring: Wiring, memory: LinkMemory | None = None) -> "Sharekit":
        other = object.__new__(type(self))
        other._post, other._notifier, other._caller = self._post, self._notifier, self._caller
        other._equip(wiring, memory or self._memory)
        return other

    def joined(self, host: object) -> "Sharekit":
        """
        Return this kit at work inside a transaction of the host; cheap, made anew for each.

        What its verbs write is committed or rolled back with what the host writes, and their signals
        are sent after the host's commit. A verb that fails undoes itself alone. Opening and redeeming
        links is no part of the host's transaction.

        Args:
            host: What the host's transaction belongs to: a session or connection of SQLAlchemy.

        Raises:
            ConfigurationError: The store of this kit joins no transactions, or not of such a host.
        """
        wiring = self._wiring
        able: object = wiring.records
        if not isinstance(able, SupportsJoining):
            raise ConfigurationError("records", "this store cannot work inside a transaction of the host")
        records = able.joined(host)
        apart = _apart(records, wiring.apart)
        memory = self._memory if apart is wiring.apart else LinkMemory(apart)
        return self._on(attrs.evolve(wiring, records=records, apart=apart), memory)

    def _rehearsing(self, wiring: Wiring) -> "Sharekit":
        # With a memory of its own: what a rehearsal reads is never true.
        return self._on(wiring, LinkMemory(wiring.records))

    def sweep(
        self,
        *,
        dry_run: bool = True,
        grace: timedelta = timedelta(hours=24),
        removed_grace: timedelta = timedelta(days=30),
    ) -> SweepReport:
        """
        Delete the blobs that nothing names, in every tenant: of removed documents, and what crashes left.

        What moves of large things left to do is done first; see `Catalog.move`.
        It lists, then asks the records, then deletes; an error before that ends it without deleting. It may
        run beside everything else, and again at any time. It also gives up files of requests that did not
        arrive whole in their time, removes documents that lie in things which were removed, and forgets
        idempotency keys that are over.

        Args:
            dry_run: Only say what would be deleted.
            grace: Nothing younger is touched, nor what was removed since. At least twice as long as an
                upload can take.
            removed_grace: How long documents stay that lie in something that was removed. Nobody can open
                them in that time, and whoever may manage one can move it elsewhere. Then they are removed,
                and their bytes go when *grace* has passed, too.

        Raises:
            ConfigurationError: Bytes are to be deleted, and the kit keeps none.
            StorageError: A store failed.
        """
        checks.flag("dry_run", dry_run)
        checks.duration("grace", grace, timedelta(days=3650))
        checks.duration("removed_grace", removed_grace, timedelta(days=3650))
        return sweep(self._wiring, dry_run=dry_run, grace=grace, removed_grace=removed_grace)

    def fsck(self, *, read: bool = False, repair: bool = False) -> FsckReport:
        """
        Say how records and bytes agree, in every tenant, as after a restore.

        Args:
            read: Read every byte and compare digests; otherwise only sizes.
            repair: Note of files whose bytes are lost that they are, so that they are refused at once;
                nothing is deleted.

        Raises:
            ConfigurationError: The kit keeps no bytes.
            StorageError: A store failed.
        """
        checks.flag("read", read)
        checks.flag("repair", repair)
        return fsck(self._wiring, read=read, repair=repair)

    def close(self) -> None:
        """Close the store; the kit, and its views of other tenants, cannot be used after it."""
        self._wiring.records.close()

    @property
    def tenant(self) -> TenantId:
        """The tenant that this kit works in."""
        return self._wiring.tenant

    @property
    def clock(self) -> Clock:
        """The clock that was given, or the machine's own."""
        return self._wiring.clock

    @property
    def inbox(self) -> MailReader | None:
        """What reads mail that comes in, or None when none does."""
        return self._wiring.inbox

    @property
    def rate_limiter(self) -> RateLimiter:
        """The limiter that was given, or the one in memory; web adapters count wrong secrets with it."""
        return self._wiring.limiter

    def _equip(self, wiring: Wiring, memory: LinkMemory) -> None:
        self._wiring: Wiring = wiring
        self._memory: LinkMemory = memory
        self.kinds: Mapping[str, ResourceKind] = wiring.kinds
        self.people: People = People(wiring)
        self.catalog: Catalog = Catalog(wiring)
        self.shares: Shares = Shares(wiring)
        self.documents: Documents = Documents(wiring)
        self.requests: Requests = Requests(wiring)
        self.access: Access[Sharekit] = Access(wiring, self._rehearsing)
        self.access_requests: AccessRequests = AccessRequests(wiring)
        self.portal: PortalRules = PortalRules(wiring)
        self.links: Links = Links(wiring, memory)
        self.conversations: Conversations = Conversations(wiring)
        self.notifications: Notifications = Notifications(wiring)
        self.webhooks: Webhooks = Webhooks(wiring)
        self.relay: Relay = Relay(wiring, self._notifier, self._post, self._caller)
        self.audit: Audit = Audit(wiring)


def _apart(records: object, otherwise: RecordStore) -> RecordStore:
    return records.apart() if isinstance(records, SupportsOwnTransactions) else otherwise


def _system_clock() -> Clock:
    from sharekit.backends.clock import SystemClock

    return SystemClock()


def _memory_limiter() -> RateLimiter:
    from sharekit.backends.limiter import MemoryRateLimiter

    return MemoryRateLimiter()
