"""The store on SQLAlchemy keeps every law on PostgreSQL, in two isolations, on MariaDB, and on SQLite."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore
from sharekit.ports import RecordStore
from sharekit.testing.record_store import BackDoor, HostDoor, RecordStoreContract
from sharekit.testing.record_store._frame import KINDS
from tests.backends._databases import ConnectionDoor, SessionDoor, TableDoor, empty, engine_of, sweep
from tests.backends._sampling import Sampled, stories


class EngineContract(Sampled, RecordStoreContract):
    """What the four have in common: an engine that lives through the module, and empty tables for each test."""

    # The everyday run tells a few stories to each of the four, the deep run many.
    machine_examples = stories(5, 100)

    @pytest.fixture
    def engine(self) -> sa.Engine:
        """The engine; each subclass has its own."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, engine: sa.Engine, request: pytest.FixtureRequest) -> Iterator[RecordStore]:
        """
        A store whose database is empty.

        Making tables takes longer than most tests: only those that are about tables make them anew.
        """
        about_tables = request.function.__name__.startswith(("test_s1", "test_s6"))
        if about_tables:
            sweep(engine)
        else:
            empty(engine, KINDS)
        yield SqlAlchemyRecordStore(engine, create=True)
        if about_tables:
            sweep(engine)

    @pytest.fixture
    def reopen(self, engine: sa.Engine) -> Iterator[Callable[[], RecordStore]]:
        """A second store on the same database, with a pool of its own."""
        others: list[sa.Engine] = []

        def other() -> RecordStore:
            others.append(sa.create_engine(engine.url, isolation_level=_level(engine)))
            return SqlAlchemyRecordStore(others[-1])

        yield other
        for one in others:
            one.dispose()

    @pytest.fixture
    def back_door(self, engine: sa.Engine) -> BackDoor:
        """The tables themselves."""
        return TableDoor(engine, KINDS)

    @pytest.fixture(params=["session", "connection"])
    def host_door(self, engine: sa.Engine, request: pytest.FixtureRequest) -> HostDoor:
        """A host that works with the ORM, and one that does not."""
        return SessionDoor(engine) if request.param == "session" else ConnectionDoor(engine)

    @pytest.fixture
    def sabotage(self, engine: sa.Engine) -> Callable[[], None]:
        """Drop a table behind the store's back."""

        def drop() -> None:
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE sharekit_thing")

        return drop


def _level(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return connection.get_isolation_level()


@pytest.fixture(scope="module")
def read_committed(postgres_database: str) -> Iterator[sa.Engine]:
    """PostgreSQL as it comes."""
    with engine_of(postgres_database, pool_size=20) as engine:
        yield engine


@pytest.fixture(scope="module")
def serializable(postgres_database: str) -> Iterator[sa.Engine]:
    """PostgreSQL for a host that wants it strict."""
    with engine_of(postgres_database, pool_size=20, isolation_level="SERIALIZABLE") as engine:
        yield engine


@pytest.fixture(scope="module")
def mariadb(mariadb_database: str) -> Iterator[sa.Engine]:
    """MariaDB as it comes."""
    with engine_of(mariadb_database, pool_size=20) as engine:
        yield engine


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """SQLite as it comes."""
    with engine_of(f"sqlite:///{tmp_path_factory.mktemp('sqlalchemy') / 'host.db'}", pool_size=20) as engine:
        yield engine


class TestPostgresReadCommitted(EngineContract):
    """The store keeps the contract on PostgreSQL."""

    title = "sqlalchemy on postgresql, read committed"
    shown_elsewhere = ()

    @pytest.fixture
    def engine(self, read_committed: sa.Engine) -> sa.Engine:
        """The engine."""
        return read_committed


class TestPostgresSerializable(EngineContract):
    """The store keeps the contract on an engine that is SERIALIZABLE."""

    title = "sqlalchemy on postgresql, serializable"
    shown_elsewhere = ("test_t14", "test_q", "test_t9", "test_t7", "test_t8", "test_s1", "test_s6", "test_k", "test_g1")

    @pytest.fixture
    def engine(self, serializable: sa.Engine) -> sa.Engine:
        """The engine."""
        return serializable


class TestMariadb(EngineContract):
    """The store keeps the contract on MariaDB."""

    title = "sqlalchemy on mariadb"

    @pytest.fixture
    def engine(self, mariadb: sa.Engine) -> sa.Engine:
        """The engine."""
        return mariadb


class TestSqlite(EngineContract):
    """The store keeps the contract on SQLite."""

    title = "sqlalchemy on sqlite"

    @pytest.fixture
    def engine(self, sqlite: sa.Engine) -> sa.Engine:
        """The engine."""
        return sqlite
