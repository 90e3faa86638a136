"""Transactions that only read, on PostgreSQL by psycopg: the same as SQLAlchemy's, in fewer round trips."""

import contextlib
import os
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event, exc

from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, _libpq
from sharekit.backends.sqlalchemy._readings import Reading
from sharekit.errors import StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import (
    AnyOf,
    Bool,
    Contains,
    Eq,
    In,
    Int,
    KeyValue,
    KindSpec,
    OrderBy,
    Prefix,
    Query,
    Ref,
    Row,
    Text,
    Time,
    Transaction,
)
from tests.backends._databases import engine_of, sweep
from tests.backends._hosts import MARIA, Agency, agency, project, share

__all__ = ["agency"]

TENANT = TenantId("acme")
NOTE = KindSpec("note", {"name": Text, "size": Int, "done": Bool, "at": Time, "owner": Ref}, indexes=[("name",)])
BY_NAME = Query("note", where=Eq("done", value=True), order=OrderBy("name"), limit=2)


def _note(id_: str, *, revision: int = 0, name: str = "n", done: bool = True) -> Row:
    keys: dict[str, KeyValue] = {"name": name, "size": 3, "done": done, "at": None, "owner": None}
    return Row(tenant=TENANT, kind="note", id=id_, revision=revision, schema=1, keys=keys, body=f'"{name}"')


@pytest.fixture
def url(postgres_database: str) -> str:
    """The address of the database."""
    return postgres_database


@pytest.fixture
def engine(postgres_database: str) -> Iterator[sa.Engine]:
    """A database with three notes."""
    with engine_of(postgres_database) as made:
        sweep(made)
        store = SqlAlchemyRecordStore(made, create=True)
        store.open([NOTE])
        with store.transaction(TENANT, write=True) as tx:
            for row in (_note("a", name="ä"), _note("b", name="b"), _note("c", name='"{c}"', done=False)):
                tx.put(row)
        yield made
        sweep(made)


@pytest.fixture
def store(engine: sa.Engine) -> SqlAlchemyRecordStore:
    """A store on it."""
    return _opened(engine)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The answers that were waited for, by their status."""
    waited: list[bytes] = []
    answer = _libpq.Wire.answer

    def wait(wire: _libpq.Wire) -> object:
        result = answer(wire)
        waited.append(result.command_status or b"prepared")
        return result

    monkeypatch.setattr(_libpq.Wire, "answer", wait)
    return waited


def _opened(engine: sa.Engine) -> SqlAlchemyRecordStore:
    store = SqlAlchemyRecordStore(engine)
    store.open([NOTE])
    return store


def _read(store: SqlAlchemyRecordStore) -> list[str]:
    """What a transaction reads in several ways."""
    with store.transaction(TENANT) as tx:
        (one, none), alone = tx.get_many([("note", "a"), ("note", "absent")]), tx.get("note", "c")
        page, number = tx.find(BY_NAME), tx.count(BY_NAME)
        named = tx.find(Query("note", where=AnyOf((Contains("name", '"'), Prefix("name", "b")))))
        many = tx.find(Query("note", where=In("size", range(40))))
    assert one is not None
    assert alone is not None
    assert none is None
    return [one.body, alone.body, *[row.id for row in page], str(number), *[row.id for row in named], str(len(many))]


READ = ['"ä"', '""{c}""', "b", "a", "2", "b", "c", "3"]


def test_a_transaction_that_is_heard_reads_the_same(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """A host that hears of transactions or statements hears of ours, which SQLAlchemy then asks for."""
    read = [_read(store) for _ in range(4)]
    heard: list[str] = []

    def hear(*_: object) -> None:
        heard.append("heard")

    for name in ("begin", "commit", "after_cursor_execute", "engine_connect"):
        event.listen(engine, name, hear)
        read.append(_read(store))
        event.remove(engine, name, hear)

    assert read == [READ] * 8
    assert len(heard) >= 4


def test_a_page_takes_five_round_trips(agency: Agency, trips: list[bytes]) -> None:
    """
    It begins, reads who reads, then their organisations, then the page, and ends.

    What it could start from is counted at first, and again every sixteenth time, so that no way stays slow for ever.
    """
    ana = agency.kit.people.add_contact("Ana", "ana@x.test", by=MARIA)
    for number in range(5):
        share(agency.kit, number)
        agency.kit.shares.grant(project(number), to=ana, by=MARIA)
    asked: list[list[bytes]] = []
    titles: list[list[str]] = []
    for _ in range(34):
        trips.clear()
        titles.append([item.title for item in agency.kit.access.visible(ana, limit=2).items])
        asked.append([each for each in trips if each != b"prepared"])

    assert titles == [["Yours", "Yours"]] * 34
    assert asked[1] == [b"BEGIN", b"SELECT 1", b"SELECT 0", b"SELECT 3", b"COMMIT"]
    assert asked[16] == [b"BEGIN", b"SELECT 1", b"SELECT 0", b"SELECT 1", b"SELECT 3", b"COMMIT"]
    assert [number for number, each in enumerate(asked) if each != asked[1]] == [0, 16, 32]


@pytest.mark.parametrize("level", ["READ COMMITTED", "SERIALIZABLE", "AUTOCOMMIT"])
def test_a_transaction_sees_one_state_on_any_engine(postgres_database: str, engine: sa.Engine, level: str) -> None:
    """Whatever isolation the host chose for its own work, and the next one sees what was committed meanwhile."""
    with engine_of(postgres_database, isolation_level=level) as other:
        store = _opened(other)
        for revision in (1, 2, 3):
            with store.transaction(TENANT) as tx:
                before = tx.get("note", "a")
                with _opened(engine).transaction(TENANT, write=True) as writing:
                    writing.put(_note("a", revision=revision, name=f"n{revision}"))

                assert tx.get("note", "a") == before
                assert tx.find(Query("note", where=Eq("name", f"n{revision}"))) == []
            with store.transaction(TENANT) as tx:
                assert [row.id for row in tx.find(Query("note", where=Eq("name", f"n{revision}")))] == ["a"]


@pytest.mark.parametrize("lost", ["DEALLOCATE ALL", "DISCARD ALL"])
def test_statements_that_the_connection_lost_are_prepared_again(
    engine: sa.Engine, store: SqlAlchemyRecordStore, lost: str
) -> None:
    """Whoever lets go of all statements, as psycopg does when it rolls back, does no harm, again and again."""
    read: list[list[str]] = []
    for _ in range(3):
        read += [_read(store) for _ in range(3)]
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(lost)

    assert read == [READ] * 9


def test_a_host_that_prepares_nothing_is_heeded(postgres_database: str, engine: sa.Engine) -> None:
    """Behind some proxies nothing can be prepared, which psycopg is told by `prepare_threshold`."""
    assert engine.url.database
    with engine_of(postgres_database, connect_args={"prepare_threshold": None}) as other:
        store = _opened(other)
        read = [_read(store) for _ in range(4)]
        with other.connect() as connection:
            prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()

    assert read == [READ] * 4
    assert prepared == 0


def test_text_in_another_encoding_is_read(postgres_database: str, engine: sa.Engine) -> None:
    """A connection that speaks another encoding gives the same text."""
    assert engine.url.database
    with engine_of(postgres_database, connect_args={"client_encoding": "latin1"}) as other:
        assert _read(_opened(other)) == READ


def test_a_refusal_ends_the_transaction(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """What the driver says of it is the cause; the transaction is over, and the next one is whole."""
    missing = "a table is missing, which sharekit.backends.sqlalchemy.upgrade"
    _read(store)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sharekit_note RENAME TO away")
    with pytest.raises(StorageError, match=missing) as caught:
        _swallow(store)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO sharekit_note")

    assert getattr(caught.value.__cause__, "sqlstate", None) == "42P01"
    assert _read(store) == READ


def _swallow(store: SqlAlchemyRecordStore) -> None:
    """Go on where nothing goes on: leaving the block says so once more."""
    with store.transaction(TENANT) as tx:
        for error in (StorageError, TransactionUsageError):
            with pytest.raises(error):
                tx.get("note", "a")


def test_a_connection_that_ends_is_a_storage_error(postgres_database: str, store: SqlAlchemyRecordStore) -> None:
    """In the middle of a transaction nothing can stand in for it; the next one has another."""
    _read(store)
    with contextlib.suppress(StorageError), store.transaction(TENANT) as tx:
        assert tx.get("note", "a") is not None
        with engine_of(postgres_database) as other, other.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(StorageError):
            tx.get("note", "a")
        raise StorageError("the test")

    assert _read(store) == READ


def test_an_interrupt_leaves_no_connection_behind(
    engine: sa.Engine, store: SqlAlchemyRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection on which an answer is under way is not given to the next."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    _read(store)
    with monkeypatch.context() as patched:
        patched.setattr(engine.dialect.loaded_dbapi.Connection, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            _read(store)
    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt), store.transaction(TENANT) as tx:
        patched.setattr(engine.dialect.loaded_dbapi.Connection, "wait", interrupt)
        tx.get("note", "a")

    assert isinstance(engine.pool, sa.pool.QueuePool)
    assert engine.pool.checkedout() == 0
    assert _read(store) == READ


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # other threads run in some tests
def test_a_fork_in_the_middle_is_refused_there(store: SqlAlchemyRecordStore) -> None:
    """The child can neither go on reading in the parent's transaction nor end it, and begins one of its own."""
    with store.transaction(TENANT) as tx:
        assert tx.get("note", "a") is not None
        pid = os.fork()
        if pid == 0:
            os._exit(_in_child(store, tx))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

        assert tx.get("note", "b") is not None
    assert code == 0
    assert _read(store) == READ


def _in_child(store: SqlAlchemyRecordStore, tx: Transaction) -> int:
    with contextlib.suppress(BaseException):
        try:
            tx.get("note", "b")
        except StorageError:
            assert isinstance(tx, Reading)
            with contextlib.suppress(StorageError):
                tx.__exit__(None, None, None)
            return int(_read(store) != READ)
    return 1


def test_a_database_that_is_gone_is_a_storage_error(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """Where no connection is to be had, SQLAlchemy says why."""
    gone = engine.url.set(database="sharekit_absent")
    away = sa.create_engine(gone)
    with pytest.raises(StorageError) as caught:
        _opened(away)

    assert isinstance(caught.value.__cause__, exc.OperationalError)
    assert _read(store) == READ


def test_it_writes_nothing_and_reads_what_is_declared(store: SqlAlchemyRecordStore) -> None:
    """Inside it, a change and another transaction are refused, and it goes on."""
    with store.transaction(TENANT) as tx:
        for change in (
            lambda: tx.put(_note("z")),
            lambda: tx.delete("note", "a", 1),
            lambda: tx.bump("note", "a", "size", None),
            lambda: store.transaction(TENANT).__enter__(),
        ):
            with pytest.raises(TransactionUsageError):
                change()

        assert tx.get("note", "a") is not None
