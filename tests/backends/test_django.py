"""The Django store keeps every law on each database that Django knows."""

import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from sharekit.backends.django import DjangoRecordStore
from sharekit.errors import RetryTransaction, StorageError, TransactionUsageError
from sharekit.ports import Companion, RecordStore, Transaction
from sharekit.testing.record_store import BackDoor, RecordStoreContract
from sharekit.testing.record_store._frame import ACME, KINDS, got, keep, tag, thing, together, within
from tests.backends._django import MadeTables, TableDoor
from tests.backends._sampling import Sampled, stories
from tests.django_host import project


def tries(store: RecordStore, work: Callable[[Transaction], object]) -> int:
    """How many transactions it takes until one is kept."""
    for count in itertools.count(1):
        try:
            with store.transaction(ACME, write=True) as tx:
                work(tx)
        except RetryTransaction:
            continue
        return count
    raise AssertionError


class AtomicDoor:
    """The host's own transactions."""

    def __init__(self, alias: str) -> None:
        self._alias = alias

    @contextmanager
    def transaction(self) -> Generator[object]:
        """Begin one, and name the connection that it is on."""
        with transaction.atomic(self._alias, durable=True):
            yield connections[self._alias]

    @contextmanager
    def savepoint(self, host: object) -> Generator[object]:
        """Begin a savepoint in it."""
        with transaction.atomic(self._alias):
            yield host


class _OnDjango(Sampled, RecordStoreContract):
    """The contract on one database; each store has a connection of its own for each thread."""

    __test__ = False

    machine_examples = stories(5, 100)

    @pytest.fixture
    def settings(self, tmp_path: Path) -> project.Settings:
        """How Django reaches the database: a host's transaction begins without the lock, as Django's do unless told."""
        return project.without_immediate(project.sqlite_settings(tmp_path / "records.sqlite3"))

    @pytest.fixture
    def door(self, settings: project.Settings) -> Iterator[TableDoor]:
        """A connection that knows nothing of sharekit, to an empty database."""
        with project.database(settings) as alias:
            door = TableDoor(alias, KINDS)
            door.clear()
            yield door

    @pytest.fixture
    def alias(self, settings: project.Settings, door: TableDoor) -> Iterator[str]:
        """The database of the store and of its host, empty."""
        with project.database(settings) as alias:
            yield alias

    @pytest.fixture
    def store(self, alias: str) -> RecordStore:
        """A store on an empty database."""
        return DjangoRecordStore(alias, models=MadeTables(alias))

    @pytest.fixture
    def host_door(self, alias: str) -> AtomicDoor:
        """What `atomic` does on the same connection."""
        return AtomicDoor(alias)

    @pytest.fixture
    def reopen(self, settings: project.Settings) -> Iterator[Callable[[], RecordStore]]:
        """A second store on the same database."""
        with project.database(settings) as alias:
            yield lambda: DjangoRecordStore(alias, models=MadeTables(alias))

    @pytest.fixture
    def back_door(self, door: TableDoor) -> BackDoor:
        """The tables themselves."""
        return door

    @pytest.fixture
    def sabotage(self, door: TableDoor) -> Callable[[], None]:
        """Drop a table behind the store's back."""
        return door.drop

    def test_a_look_is_one_statement(self, store: DjangoRecordStore, alias: str) -> None:
        """Nothing is begun for it and nothing ended; inside `atomic` it has a savepoint of its own, as any reading."""
        store.open(KINDS)
        keep(store, tag("t", thing="a"), thing("a"))
        look = store.look("tag", [], [Companion("thing", "thing")])
        with CaptureQueriesContext(connections[alias]) as outside:
            seen = look.see(ACME, "t")
        with transaction.atomic(alias), CaptureQueriesContext(connections[alias]) as inside:
            again = look.see(ACME, "t")

        assert [query["sql"].split()[0] for query in outside] == ["SELECT"]
        assert [query["sql"].split()[0] for query in inside] == ["SAVEPOINT", "SELECT", "RELEASE"]
        assert again == seen

    def test_a_look_is_part_of_atomic(self, store: DjangoRecordStore, alias: str) -> None:
        """It sees what the host's own queries see, and is refused where the host manages transactions by hand."""
        store.open(KINDS)
        look = store.look("thing", [], [])
        with transaction.atomic(alias):
            keep(store, thing("a"))
            within = look.see(ACME, "a")
            transaction.set_rollback(True, alias)
        transaction.set_autocommit(False, alias)
        try:
            with pytest.raises(TransactionUsageError):
                look.see(ACME, "a")
        finally:
            transaction.set_autocommit(True, alias)

        assert within
        assert look.see(ACME, "a") == ()

    @pytest.mark.parametrize(
        "lacking", ["DROP TABLE sharekit_thing", "ALTER TABLE sharekit_thing RENAME COLUMN size TO weight"]
    )
    def test_a_database_that_was_not_migrated_names_the_command(
        self, store: DjangoRecordStore, alias: str, lacking: str
    ) -> None:
        """Where a table or a column is missing, the error says what makes it."""
        verbs: list[Callable[[Transaction], object]] = [lambda tx: tx.get("thing", "a"), lambda tx: tx.put(thing("a"))]
        store.open(KINDS)
        with connections[alias].cursor() as cursor:
            cursor.execute(lacking)
        for verb in verbs:
            with pytest.raises(StorageError, match=r"manage\.py migrate"):
                within(store, verb, write=True)


class TestDjangoOnSqlite(_OnDjango):
    """`DjangoRecordStore` keeps the contract on SQLite."""

    __test__ = True
    shown_elsewhere = ()


@pytest.mark.slow
class TestDjangoOnPostgresql(_OnDjango):
    """`DjangoRecordStore` keeps the contract on PostgreSQL."""

    __test__ = True

    @pytest.fixture
    def settings(self, postgres_database: str) -> project.Settings:
        """How Django reaches the server."""
        return project.server_settings(postgres_database)

    def test_a_writer_is_beaten_once_at_most(self, records: RecordStore) -> None:
        """Of many that change one row at once, each gets through at its second try, since it waits for its turn."""
        keep(records, thing("a", size=0))

        def add() -> list[int]:
            return [tries(records, lambda tx: tx.bump("thing", "a", "size", None)) for _ in range(5)]

        needed = [count for counts in together([add] * 8) for count in counts]

        assert max(needed) <= 2
        assert got(records, "thing", "a") == thing("a", revision=41, size=40)


@pytest.mark.slow
class TestDjangoOnMariadb(_OnDjango):
    """`DjangoRecordStore` keeps the contract on MariaDB."""

    __test__ = True

    @pytest.fixture
    def settings(self, mariadb_database: str) -> project.Settings:
        """How Django reaches the server."""
        return project.server_settings(mariadb_database)

    def test_a_dirty_read_is_none_of_a_look(self, store: DjangoRecordStore, alias: str, mariadb_database: str) -> None:
        """On a connection that reads what is not committed a look sees what is."""
        store.open(KINDS)
        keep(store, thing("a"))
        hasty = project.server_settings(mariadb_database)
        options = {"charset": "utf8mb4", "isolation_level": "read uncommitted"}
        with project.database({**hasty, "OPTIONS": options}) as other, transaction.atomic(alias):
            dirty = DjangoRecordStore(other, models=MadeTables(other))
            dirty.open(KINDS)
            look = dirty.look("thing", [], [])
            before = look.see(ACME, "a")
            keep(store, thing("a", revision=1, body="[]"))

            assert look.see(ACME, "a") == before != ()
