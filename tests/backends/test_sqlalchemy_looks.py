"""Looks on a host's engine, however the host has made it: right everywhere, and quick where nobody could tell."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event, exc, orm, pool
from sqlalchemy.ext.asyncio import create_async_engine

from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore
from sharekit.errors import StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import Bool, Companion, Int, KindSpec, Look, Ref, Row, Sight, Time
from tests.backends._databases import engine_of, sweep
from tests.backends._hosts import url

__all__ = ["url"]

TENANT = TenantId("acme")
NOTE = KindSpec("note", {"size": Int, "done": Bool, "at": Time, "owner": Ref}, indexes=[("size",)])
BY_OWNER = [Companion("note", "owner", after="note:", keys=("size", "done"))]


def note(id_: str, *, revision: int = 0, body: str = "{}", owner: str | None = None, size: int | None = None) -> Row:
    """A note."""
    keys = {"size": size, "done": True, "at": None, "owner": owner}
    return Row(tenant=TENANT, kind="note", id=id_, revision=revision, schema=1, keys=keys, body=body)


def keep(store: SqlAlchemyRecordStore, *rows: Row) -> None:
    """Commit rows."""
    with store.transaction(TENANT, write=True) as tx:
        for row in rows:
            tx.put(row)


def look_of(store: SqlAlchemyRecordStore) -> Look:
    """A look at a note and the note that owns it."""
    return store.look("note", ["size", "done", "at"], BY_OWNER)


def opened(engine: sa.Engine) -> SqlAlchemyRecordStore:
    """A store on the notes that are there."""
    store = SqlAlchemyRecordStore(engine)
    store.open([NOTE])
    return store


def bodies(store: SqlAlchemyRecordStore, id_: str = "a") -> list[str | None]:
    """What a new look shows of a note and its owner."""
    look = look_of(store)
    return [None if row is None else row.body for row in look.rows(TENANT, id_, look.see(TENANT, id_))]


@contextlib.contextmanager
def asked(engine: sa.Engine) -> Iterator[list[str]]:
    """Hear what SQLAlchemy executes; an engine that is listened to is asked in the ordinary way."""
    heard: list[str] = []

    def hear(*args: object) -> None:
        heard.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """A database of each sort with two notes, and one that owns the other."""
    with engine_of(url) as made:
        sweep(made)
        store = SqlAlchemyRecordStore(made, create=True)
        store.open([NOTE])
        keep(store, note("a", owner="note:b", size=1, body='"ä"'), note("b", size=-2, body='"b"'))
        yield made
        sweep(made)


@pytest.fixture
def store(engine: sa.Engine) -> SqlAlchemyRecordStore:
    """A store on it."""
    return opened(engine)


@pytest.fixture
def postgres(engine: sa.Engine) -> sa.Engine:
    """The engine, where psycopg is the driver."""
    if engine.dialect.driver != "psycopg":
        pytest.skip("platform: this is about psycopg")
    return engine


# --- every way sees the same ----------------------------------------------------------------------


def test_the_ways_see_the_same(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """Asked by the driver once and again, by SQLAlchemy, and in the host's transaction, the sights are equal."""
    look = look_of(store)
    sights: list[Sight] = [look.see(TENANT, "a") for _ in range(10)]
    with asked(engine) as heard:
        sights.append(look.see(TENANT, "a"))
    with orm.Session(engine) as session:
        sights.append(look_of(store.joined(session)).see(TENANT, "a"))
    rows = look.rows(TENANT, "a", sights[0])

    assert len(heard) == 1
    assert sights == [sights[0]] * 12
    assert [row and (row.id, row.body, row.keys["size"], row.keys["done"]) for row in rows] == [
        ("a", '"ä"', 1, True),
        ("b", '"b"', -2, True),
    ]
    assert [look.see(TENANT, id_) for id_ in ("absent", "\ud800", "a\x00", "ä")] == [()] * 4


def test_a_joined_look_sees_what_the_host_has_not_committed(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """It is part of the host's transaction; a look on the engine is not."""
    with orm.Session(engine) as session, session.begin():
        joined = store.joined(session)
        keep(joined, note("c"))

        assert bodies(joined, "c") == ["{}", None]
        if engine.dialect.name != "sqlite":
            assert bodies(store, "c") == [None, None]


def test_a_look_is_refused_by_a_store_that_is_closed(store: SqlAlchemyRecordStore) -> None:
    """What it was made by has to be open."""
    look = look_of(store)
    store.close()

    with pytest.raises(TransactionUsageError):
        look.see(TENANT, "a")


# --- hosts that hear, rewrite and configure -------------------------------------------------------


@pytest.mark.parametrize("name", ["begin", "engine_connect", "before_execute", "before_cursor_execute"])
def test_what_a_host_does_at_its_events_is_done(engine: sa.Engine, store: SqlAlchemyRecordStore, name: str) -> None:
    """A host that sets something before whatever runs, such as the tenant of a row's policy, is not passed by."""
    look = look_of(store)
    before = look.see(TENANT, "a")
    heard: list[str] = []

    def hear(*_: object) -> None:
        heard.append(name)

    event.listen(engine, name, hear)
    after = look.see(TENANT, "a")
    event.remove(engine, name, hear)

    assert heard
    assert after == before


def test_tables_of_another_schema_are_found(engine: sa.Engine) -> None:
    """A host that keeps our tables in a schema of its own says so once, for its engine."""
    if engine.dialect.name != "postgresql":
        pytest.skip("platform: only PostgreSQL here has schemas beside one another")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS apart CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA apart")
        connection.exec_driver_sql("CREATE TABLE apart.sharekit_note (LIKE public.sharekit_note INCLUDING ALL)")
    seen = bodies(opened(engine.execution_options(schema_translate_map={None: "apart"})))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA apart CASCADE")

    assert seen == [None, None]


def test_a_dirty_read_is_none_of_a_look(url: str, engine: sa.Engine) -> None:
    """On an engine that reads what is not committed a look sees what is."""
    with engine_of(url, isolation_level="READ UNCOMMITTED") as hasty, engine.begin() as connection:
        store = opened(hasty) if engine.dialect.name == "sqlite" else None
        connection.exec_driver_sql("UPDATE sharekit_note SET body = 'dirty' WHERE id = 'a'")
        seen = bodies(store or opened(hasty))

    assert seen == ['"ä"', '"b"']


@pytest.mark.parametrize("level", ["SERIALIZABLE", "AUTOCOMMIT"])
def test_a_look_does_at_any_level(url: str, engine: sa.Engine, level: str) -> None:
    """It neither locks what it saw nor leaves a transaction behind."""
    with engine_of(url, isolation_level=level) as other:
        store = opened(other)
        seen = [bodies(store) for _ in range(3)]
        keep(opened(engine), note("a", revision=1, body="{}", owner="note:b"))

        assert seen == [['"ä"', '"b"']] * 3
        assert bodies(store) == ["{}", '"b"']


@pytest.mark.parametrize("pooled", [pool.NullPool, pool.StaticPool, pool.QueuePool])
def test_a_look_does_with_any_pool(url: str, engine: sa.Engine, pooled: type[pool.Pool]) -> None:
    """Connections that are kept, shared or made each time give the same, tested before use or not."""
    with engine_of(url, poolclass=pooled, pool_pre_ping=pooled is not pool.StaticPool) as other:
        store = opened(other)

        assert [bodies(store) for _ in range(4)] == [['"ä"', '"b"']] * 4


@pytest.mark.usefixtures("postgres")
def test_what_a_host_has_psycopg_do_is_not_done_to_our_rows(url: str) -> None:
    """Row factories and loaders of the host's connections are for the host's own questions."""
    import psycopg  # only where it is used
    from psycopg.rows import dict_row  # the same
    from psycopg.types.string import TextBinaryLoader  # the same

    with engine_of(url) as other:
        store = opened(other)
        look = look_of(store)
        before = look.see(TENANT, "a")

        def configure(driver: "psycopg.Connection[dict[str, object]]", *_: object) -> None:
            driver.row_factory = dict_row
            driver.adapters.register_loader("int8", TextBinaryLoader)

        other.dispose()
        event.listen(other, "connect", configure)

        assert [look.see(TENANT, "a") for _ in range(4)] == [before] * 4


def test_an_asynchronous_engine_does_too(postgres: sa.Engine) -> None:
    """Inside `run_sync` the store works on what is beneath an engine that is asynchronous, psycopg's own or not."""

    async def see() -> Sight:
        asynchronous = create_async_engine(postgres.url)
        try:
            async with asynchronous.connect() as connection:
                return await connection.run_sync(lambda _: look_of(opened(asynchronous.sync_engine)).see(TENANT, "a"))
        finally:
            await asynchronous.dispose()

    assert asyncio.run(see()) == look_of(opened(postgres)).see(TENANT, "a") != ()


# --- connections that end -------------------------------------------------------------------------


def cut(engine: sa.Engine) -> Callable[[], None]:
    """Return what ends every connection to the database but its own."""
    if engine.dialect.name == "postgresql":
        return lambda: _execute(
            engine,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    ids = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"

    def kill() -> None:
        with engine.connect() as connection:
            for (id_,) in connection.exec_driver_sql(ids).all():
                connection.exec_driver_sql(f"KILL {id_}")

    return kill


def _execute(engine: sa.Engine, sql: str) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(sql).all()


def test_a_look_outlives_its_connections(url: str, engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """After a restart of the server, every pooled connection is dead, and the next look has its answer all the same."""
    if engine.dialect.name == "sqlite":
        pytest.skip("platform: nobody can end a connection of SQLite")
    with engine_of(url, pool_size=5) as other:
        store = opened(other)
        look = look_of(store)
        held = [other.connect() for _ in range(4)]
        for connection in held:
            connection.close()
        before = [look.see(TENANT, "a") for _ in range(3)]
        cut(engine)()

        assert [look.see(TENANT, "a") for _ in range(6)] == before * 2


def test_a_database_that_is_gone_is_a_storage_error(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """What SQLAlchemy says of it is the cause."""
    look = look_of(store)
    look.see(TENANT, "a")
    sweep(engine)

    with pytest.raises(StorageError) as caught:
        look.see(TENANT, "a")
    assert isinstance(caught.value.__cause__, exc.DBAPIError)


def test_an_interrupt_leaves_no_connection_behind(postgres: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which an answer is under way is not given to the next."""
    look = look_of(opened(postgres))
    before = look.see(TENANT, "a")
    look.see(TENANT, "a")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(postgres.dialect.loaded_dbapi.Connection, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            look.see(TENANT, "a")

    assert postgres.pool.status().endswith("Current Checked out connections: 0")
    assert look.see(TENANT, "a") == before


# --- statements that are prepared -----------------------------------------------------------------


def prepared(engine: sa.Engine) -> int:
    """How many statements of ours the pooled connection has."""
    with engine.connect() as connection:
        sql = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'sharekit%%'"
        return int(connection.exec_driver_sql(sql).scalar_one())


def test_a_statement_is_prepared_on_a_connection_that_is_used_again(postgres: sa.Engine) -> None:
    """The first look takes it as it comes; the second prepares it, and a look of the same shape shares it."""
    store = opened(postgres)
    postgres.dispose()
    look_of(store).see(TENANT, "a")
    once = prepared(postgres)
    sights = [look_of(store).see(TENANT, "a") for _ in range(3)]

    assert (once, prepared(postgres)) == (0, 1)
    assert sights == [sights[0]] * 3


@pytest.mark.parametrize("lost", ["DEALLOCATE ALL", "DISCARD ALL"])
def test_a_statement_that_the_connection_lost_is_prepared_again(postgres: sa.Engine, lost: str) -> None:
    """Whoever lets go of all statements, as psycopg does when it rolls back, does no harm."""
    store = opened(postgres)
    look = look_of(store)
    before = [look.see(TENANT, "a") for _ in range(3)]
    with postgres.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(lost)
    after = [look.see(TENANT, "a") for _ in range(3)]

    assert after == before
    assert prepared(postgres) == 1


def test_a_host_that_prepares_nothing_is_heeded(url: str, postgres: sa.Engine) -> None:
    """Behind some proxies nothing can be prepared, which psycopg is told by `prepare_threshold`."""
    with engine_of(url, connect_args={"prepare_threshold": None}) as other:
        store = opened(other)
        sights = [look_of(store).see(TENANT, "a") for _ in range(4)]

        assert sights == [sights[0]] * 4
        assert prepared(other) == 0


def test_text_in_another_encoding_is_read(url: str, postgres: sa.Engine) -> None:
    """A connection that speaks another encoding gives the same text."""
    with engine_of(url, connect_args={"client_encoding": "latin1"}) as other:
        assert bodies(opened(other)) == ['"ä"', '"b"']
