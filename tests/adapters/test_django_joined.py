"""What sharekit does inside the host's `atomic` is committed or rolled back with it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django.test
import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.core.management import call_command
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from sharekit import ReadLink, ResourceRef, Staff, System, signals
from sharekit.adapters.django import kit
from sharekit.backends.django import DjangoRecordStore
from sharekit.codec.kinds import ALL, STAFF
from sharekit.errors import ConflictError, NotFoundError, RetryTransaction, StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import In, Not, Query, Row
from sharekit.records.events import LinkCreated
from tests.django_host import project, sharing
from tests.django_host.models import Matter

BY = System("test")
M1 = ResourceRef("matter", "1")
TENANT = TenantId("default")
STOP = "the host's part failed"


class HostError(Exception):
    """What goes wrong in the host's own part."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table of the host, to be copied."""
    file = tmp_path_factory.mktemp("template") / "host.sqlite3"
    with project.database({**project.sqlite_settings(file), "OPTIONS": {}}) as alias:
        call_command("migrate", database=alias, verbosity=0)
    return file


@pytest.fixture
def alias(tmp_path: Path, template: Path) -> Iterator[str]:
    """A database of the host in one file, with every table, which the setting names."""
    file = shutil.copy(template, tmp_path / "host.sqlite3")
    with project.database(project.sqlite_settings(Path(file))) as alias:
        given = {"SECRET_KEYS": sharing.KEYS, "KINDS": sharing.KINDS, "DATABASE": alias}
        with override_settings(SHAREKIT=given):
            yield alias


@pytest.fixture
def store(alias: str) -> Iterator[DjangoRecordStore]:
    """A store on it, open."""
    store = DjangoRecordStore(alias)
    store.open([kind.spec for kind in ALL])
    yield store
    store.close()


def open_matter(alias: str) -> ReadLink:
    """Both parts of what a host does at once: its own row, and sharekit's."""
    Matter.objects.using(alias).create(title="Lease")
    kit().catalog.put(M1, title="Lease", client_title="Lease", by=BY)
    return kit().links.create(M1, by=BY, sections={"summary"})


def there(alias: str) -> tuple[int, int, int]:
    """How many rows the host has, how many entries there are in the audit trail, and how many links."""
    try:
        links = len(kit().links.of(M1))
    except NotFoundError:
        links = 0
    return Matter.objects.using(alias).count(), len(kit().audit.entries()), links


def row(id_: str, *, revision: int = 0, body: str = "{}") -> Row:
    """A row of a kind without keys."""
    return Row(tenant=TENANT, kind=STAFF.name, id=id_, revision=revision, schema=1, keys={}, body=body)


def put(store: DjangoRecordStore, given: Row) -> None:
    """Put a row in a transaction."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(given)


def ids(store: DjangoRecordStore) -> list[str]:
    """The ids of the rows."""
    with store.transaction(TENANT) as tx:
        return [found.id for found in tx.find(Query(STAFF.name))]


def elsewhere(call: Callable[[], object]) -> object:
    """What a call returns in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(60)


# --- one fate ----------------------------------------------------------------------------------


def test_both_parts_are_committed_together(alias: str) -> None:
    """Nobody sees a part of it before the host's commit, and everybody the whole after it."""
    with transaction.atomic(alias):
        open_matter(alias)
        inside, outside = there(alias), elsewhere(lambda: there(alias))

    assert inside == (1, 2, 1)
    assert outside == (0, 0, 0)
    assert elsewhere(lambda: there(alias)) == (1, 2, 1)


def test_when_the_hosts_part_fails_nothing_is_left(alias: str) -> None:
    """An exception of the host's takes the catalog entry, the link and the audit trail with it."""

    def fail() -> None:
        with transaction.atomic(alias):
            open_matter(alias)
            raise HostError(STOP)

    with pytest.raises(HostError):
        fail()

    assert there(alias) == (0, 0, 0)


def test_when_sharekits_part_fails_the_host_may_go_on(alias: str) -> None:
    """A verb that is refused leaves its savepoint, and the host decides about its own rows."""
    with transaction.atomic(alias):
        Matter.objects.using(alias).create(title="Lease")
        with pytest.raises(NotFoundError):
            kit().links.create(M1, by=BY, sections={"summary"})
        Matter.objects.using(alias).create(title="Will")

    assert there(alias) == (2, 0, 0)


def test_a_verb_is_undone_with_the_savepoint_around_it(alias: str) -> None:
    """What the host rolls back within its transaction is gone, and what came before is kept."""

    def share_and_fail() -> None:
        with transaction.atomic(alias):
            kit().links.create(M1, by=BY, sections={"summary"}, accept_internal_title=True)
            raise HostError(STOP)

    with transaction.atomic(alias):
        kit().catalog.put(M1, title="Lease", by=BY)
        with pytest.raises(HostError):
            share_and_fail()

    assert there(alias) == (0, 1, 0)


# --- news ----------------------------------------------------------------------------------------


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """The links of which somebody was told that they were created."""
    told: list[object] = []

    def listen(event: LinkCreated) -> None:
        told.append(event.link)

    with signals.link_created.connected(listen):
        yield told


def test_news_waits_for_the_outermost_commit(alias: str, heard: list[object]) -> None:
    """A signal comes when the host's transaction is durable, and not with the savepoint."""
    with transaction.atomic(alias):
        with transaction.atomic(alias):
            link = open_matter(alias)
        early = list(heard)

    assert early == []
    assert heard == [link.id]


@pytest.mark.parametrize("inner", [False, True])
def test_news_of_what_was_undone_is_dropped(alias: str, heard: list[object], *, inner: bool) -> None:
    """Neither a rollback of the whole nor one of a savepoint is followed by a signal."""

    def fail() -> None:
        with transaction.atomic(alias):
            open_matter(alias)
            raise HostError(STOP)

    def fail_in_a_savepoint() -> None:
        with transaction.atomic(alias):
            Matter.objects.using(alias).create(title="Will")
            fail()

    with pytest.raises(HostError):
        (fail_in_a_savepoint if inner else fail)()

    assert heard == []


# --- transactions of its own -----------------------------------------------------------------------


def test_what_must_be_durable_at_once_refuses_the_hosts_transaction(alias: str, store: DjangoRecordStore) -> None:
    """A store apart does not change rows that the host may still roll back, and reads them all the same."""
    put(store, row("a"))
    with transaction.atomic(alias):
        with pytest.raises(TransactionUsageError, match="non_atomic_requests"):
            put(store.apart(), row("b"))
        seen = ids(store.apart())
    put(store.apart(), row("b"))

    assert seen == ["a"]
    assert ids(store) == ["a", "b"]


def test_a_store_apart_is_no_way_around_one_transaction_at_a_time(alias: str, store: DjangoRecordStore) -> None:
    """A transaction of the store apart inside one of the store is refused."""
    with store.transaction(TENANT) as tx:
        with pytest.raises(TransactionUsageError):
            ids(store.apart())
        seen = tx.get(STAFF.name, "a")

    assert seen is None


def test_a_broken_transaction_of_the_hosts_is_not_joined(alias: str, store: DjangoRecordStore) -> None:
    """Where the host has to roll back, sharekit says so and asks the database nothing."""
    with transaction.atomic(alias):
        transaction.set_rollback(True, alias)
        with pytest.raises(TransactionUsageError, match="roll it back"):
            put(store, row("a"))

    assert ids(store) == []


def test_a_transaction_that_somebody_inside_has_doomed_is_not_taken_for_kept(
    alias: str, store: DjangoRecordStore
) -> None:
    """When something within marks the transaction for rollback, leaving it raises and calls nobody back."""
    called: list[str] = []

    def doom() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(row("a"))
            tx.after_commit(lambda: called.append("a"))
            transaction.set_rollback(True, alias)

    with pytest.raises(StorageError):
        doom()

    assert (ids(store), called) == ([], [])


def test_transactions_by_hand_are_refused(alias: str, store: DjangoRecordStore) -> None:
    """A host that switched autocommit off is told to use `atomic`."""
    transaction.set_autocommit(False, alias)
    try:
        with pytest.raises(TransactionUsageError, match="atomic"):
            ids(store)
    finally:
        transaction.set_autocommit(True, alias)


def test_an_event_loop_is_refused(alias: str, store: DjangoRecordStore) -> None:
    """Inside a running event loop the error names the way out, and the thread is free again."""
    import asyncio

    async def read() -> None:
        ids(store)

    connections[alias].close()
    with pytest.raises(TransactionUsageError, match="sync_to_async") as caught:
        asyncio.run(read())

    assert isinstance(caught.value.__cause__, SynchronousOnlyOperation)
    assert ids(store) == []


def test_a_thread_that_ends_leaves_no_connection(alias: str, store: DjangoRecordStore) -> None:
    """A connection that was opened for a transaction is closed with its thread, which nobody else would do."""

    def use() -> BaseDatabaseWrapper:
        put(store, row("a"))
        return connections[alias]

    left = elsewhere(use)

    assert isinstance(left, BaseDatabaseWrapper)
    assert left is not connections[alias]
    assert left.connection is None


def test_the_hosts_own_connection_stays_open(alias: str, store: DjangoRecordStore) -> None:
    """A connection that was there before the store's first transaction is left to the host when the store closes."""
    connections[alias].ensure_connection()
    put(store, row("a"))
    store.close()

    assert connections[alias].connection is not None


def test_more_values_than_parameters_can_be_asked_for(store: DjangoRecordStore) -> None:
    """A list of any length is one question, text and numbers alike."""
    put(store, row("a"))
    link = Row(
        tenant=TENANT,
        kind="read-link",
        id="l",
        revision=0,
        schema=1,
        keys={"resource": "ł", "created_at": None, "created_by": None, "recipient": None, "uses": 7},
        body="{}",
    )
    put(store, link)
    many = [str(number) for number in range(300_000)]
    with store.transaction(TENANT) as tx:
        found = [
            [row.id for row in tx.find(Query(STAFF.name, where=In("id", [*many, "a"])))],
            [row.id for row in tx.find(Query("read-link", where=In("resource", [*many, "ł"])))],
            [row.id for row in tx.find(Query("read-link", where=In("uses", range(300_000))))],
            [row.id for row in tx.find(Query("read-link", where=Not(In("uses", range(8, 300_000)))))],
        ]

    assert found == [["a"], ["l"], ["l"], ["l"]]


# --- several writers ---------------------------------------------------------------------------------


def test_a_reader_keeps_no_writer_waiting(alias: str, store: DjangoRecordStore) -> None:
    """Though the host begins every transaction with the lock, reading takes none, and afterwards it is as before."""
    with store.transaction(TENANT) as tx:
        before = tx.find(Query(STAFF.name))
        elsewhere(lambda: put(store, row("a")))
        after = tx.find(Query(STAFF.name))
    mode = vars(connections[alias])["transaction_mode"]

    assert before == after == []
    assert ids(store) == ["a"]
    assert mode == "IMMEDIATE"


@pytest.fixture
def late(tmp_path: Path, template: Path) -> Iterator[str]:
    """A database whose transactions begin without the lock, as Django's do unless told."""
    given = project.sqlite_settings(Path(shutil.copy(template, tmp_path / "late.sqlite3")))
    with project.database(project.without_immediate(given)) as alias:
        yield alias


def test_without_the_lock_the_host_must_run_its_transaction_again(late: str) -> None:
    """Where the host's transaction read before another wrote, joining it to write asks for its repetition."""
    store = DjangoRecordStore(late)
    store.open([kind.spec for kind in ALL])

    def write_too_late() -> None:
        with transaction.atomic(late):
            Matter.objects.using(late).count()
            elsewhere(lambda: put(store, row("a")))
            put(store, row("b"))

    with pytest.raises(RetryTransaction) as caught:
        write_too_late()

    assert caught.value.joined
    assert ids(store) == ["a"]
    store.close()


def test_without_the_lock_sharekits_own_writers_wait_for_one_another(late: str) -> None:
    """A transaction of the store's own begins with the lock whatever the host's settings say, so nothing is lost."""
    store = DjangoRecordStore(late)
    store.open([kind.spec for kind in ALL])
    put(store, row("a", body="0"))

    def add() -> None:
        for _ in range(5):
            with store.transaction(TENANT, write=True) as tx:
                found = tx.get(STAFF.name, "a")

                assert found is not None
                tx.put(row("a", revision=found.revision, body=str(int(found.body) + 1)))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add) for _ in range(4)]:
            done.result(60)
    with store.transaction(TENANT) as tx:
        found = tx.get(STAFF.name, "a")

    assert found is not None
    assert found.body == "20"
    store.close()


def test_a_conflict_inside_the_hosts_transaction_is_one(alias: str, store: DjangoRecordStore) -> None:
    """Replacing a revision that is gone raises `ConflictError`, and the host's transaction is as good as before."""
    put(store, row("a"))
    with transaction.atomic(alias):
        with pytest.raises(ConflictError):
            put(store, row("a", revision=7))
        with pytest.raises(ConflictError):
            put(store, row("a"))
        put(store, row("b"))

    assert ids(store) == ["a", "b"]


def test_the_reason_of_an_error_is_djangos(alias: str, store: DjangoRecordStore) -> None:
    """When the database fails, what Django raised is the cause, and the driver's error the cause of that."""
    with connections[alias].cursor() as cursor:
        cursor.execute("DROP TABLE sharekit_staff")
    with pytest.raises(StorageError) as caught:
        ids(store)
    cause = caught.value.__cause__

    assert isinstance(cause, OperationalError)
    assert isinstance(cause.__cause__, sqlite3.OperationalError)


# --- Django's own test cases ---------------------------------------------------------------------------


@pytest.mark.usefixtures("migrated")
class TestUnderTestCase(django.test.TestCase):
    """Inside Django's `TestCase`, whose transaction is never committed."""

    def setUp(self) -> None:
        """Give the setting."""
        changed = override_settings(SHAREKIT={"SECRET_KEYS": sharing.KEYS, "KINDS": sharing.KINDS})
        changed.enable()
        self.addCleanup(changed.disable)

    def test_a_link_is_created_opened_and_redeemed(self) -> None:
        """Everything works in the test's own transaction, counting uses included."""
        open_matter("default")
        link = kit().links.create(M1, by=BY, sections={"summary"}, max_uses=2)
        view = kit().links.redeem(kit().links.token(link))

        assert view.title == "Lease"
        assert kit().links.get(link).uses == 1

    def test_every_test_begins_with_nothing(self) -> None:
        """What another test of the case did is gone."""
        assert there("default") == (0, 0, 0)
        open_matter("default")

    def test_news_comes_when_commits_are_captured(self) -> None:
        """`captureOnCommitCallbacks` sees what waits for the commit, and runs it when asked."""
        told: list[object] = []

        def listen(event: LinkCreated) -> None:
            told.append(event.link)

        with signals.link_created.connected(listen), self.captureOnCommitCallbacks(execute=True) as waiting:
            link = open_matter("default")
            early = list(told)

        assert early == []
        assert len(waiting) == 2
        assert told == [link.id]

    def test_a_store_apart_may_write(self) -> None:
        """The test's own transaction does not count as one of the host's."""
        store = DjangoRecordStore()
        store.open([kind.spec for kind in ALL])
        put(store.apart(), row("a"))

        assert ids(store) == ["a"]


@pytest.mark.usefixtures("migrated")
class TestUnderTransactionTestCase(django.test.TransactionTestCase):
    """Inside Django's `TransactionTestCase`, which empties the tables instead."""

    def test_news_comes_with_the_commit(self) -> None:
        """A verb has a transaction of its own, and its news comes by itself."""
        told: list[object] = []

        def listen(event: LinkCreated) -> None:
            told.append(event.link)

        with (
            override_settings(SHAREKIT={"SECRET_KEYS": sharing.KEYS, "KINDS": sharing.KINDS}),
            signals.link_created.connected(listen),
        ):
            link = open_matter("default")

        assert told == [link.id]


def test_staff_of_the_host_are_known_by_their_ids(alias: str) -> None:
    """Who did something inside the host's transaction stands in the audit trail."""
    with transaction.atomic(alias):
        kit().catalog.put(M1, title="Lease", owner=Staff("7"), by=Staff("7"))
    (entry,) = kit().audit.entries()

    assert entry.actor == "staff:7"


def test_a_use_is_never_counted_in_what_may_be_undone(alias: str) -> None:
    """Redeeming inside the host's `atomic` is refused, and counts nothing; outside of it the use is there."""
    kit().catalog.put(M1, title="Lease", client_title="Lease", by=BY)
    link = kit().links.create(M1, by=BY, sections={"summary"}, max_uses=1)
    token = kit().links.token(link)

    with transaction.atomic(alias), pytest.raises(TransactionUsageError):
        kit().links.redeem(token)
    assert kit().links.get(link).uses == 0
    kit().links.redeem(token)
    assert kit().links.get(link).uses == 1
