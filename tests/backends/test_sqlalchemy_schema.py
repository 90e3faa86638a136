"""The tables in the host's database: made by revisions, looked after, and left alone by the host's own Alembic."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations.ops import DropTableOp
from sqlalchemy import exc, orm
from sqlalchemy.ext.asyncio import create_async_engine

from sharekit import Staff
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, drift, include_name, upgrade
from sharekit.backends.sqlalchemy._tables import index_name
from sharekit.codec.kinds import ALL
from sharekit.errors import ConfigurationError, StorageError
from sharekit.ports import Int, KindSpec, Text
from sharekit.testing import kit
from tests.backends._databases import engine_of, sweep

SPECS = [kind.spec for kind in ALL]


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database of each sort."""
    fixtures: dict[str, Callable[[], str]] = {
        "postgresql": lambda: str(request.getfixturevalue("postgres_database")),
        "mariadb": lambda: str(request.getfixturevalue("mariadb_database")),
        "sqlite": lambda: f"sqlite:///{tmp_path / 'host.db'}",
    }
    with engine_of(fixtures[request.param]()) as made:
        sweep(made)
        yield made
        sweep(made)


def names(engine: sa.Engine) -> set[str]:
    """The tables that are there."""
    return set(sa.inspect(engine).get_table_names())


def test_one_call_is_all_that_a_host_does(engine: sa.Engine) -> None:
    """After `upgrade` the store opens, nothing is missing, and the next call changes nothing."""
    upgrade(engine)
    first = names(engine)
    upgrade(engine)
    made = kit(records=SqlAlchemyRecordStore(engine))

    assert [] == drift(engine, SPECS)
    assert first == names(engine)
    assert {name for name in first if not name.startswith("sharekit_")} == set()
    made.close()


def test_the_revisions_agree_with_the_kinds(engine: sa.Engine) -> None:
    """Whoever adds a kind, key or index to `codec/kinds.py` writes a revision in `backends/sqlalchemy/migrations/`."""
    upgrade(engine)
    kept = {f"sharekit_{spec.kind.replace('-', '_')}" for spec in SPECS}
    own = {"sharekit_alembic_version", "sharekit_turn"}
    extra = {
        f"{table}.{column['name']}"
        for table in kept
        for column in sa.inspect(engine).get_columns(table)
        if column["name"] not in {"tenant", "id", "revision", "schema", "body"}
    } - {f"sharekit_{spec.kind.replace('-', '_')}.{key}" for spec in SPECS for key in spec.keys}

    assert [] == drift(engine, SPECS), "write a revision that makes these"
    assert kept | own == names(engine)
    assert set() == extra


CHANGES = {
    "a lost column": "ALTER TABLE sharekit_read_link DROP COLUMN uses",
    "a lost index": {
        "mariadb": "DROP INDEX sharekit_contact__name ON sharekit_contact",
        "": "DROP INDEX sharekit_contact__name",
    },
    "a lost table": "DROP TABLE sharekit_staff",
    "a narrow column": {
        "mariadb": "ALTER TABLE sharekit_contact MODIFY name VARCHAR(100) COLLATE utf8mb4_nopad_bin",
        "postgresql": 'ALTER TABLE sharekit_contact ALTER name TYPE VARCHAR(100) COLLATE "C"',
    },
    "another collation": {
        "mariadb": "ALTER TABLE sharekit_contact MODIFY name VARCHAR(255) COLLATE utf8mb4_general_ci",
        "postgresql": 'ALTER TABLE sharekit_contact ALTER name TYPE VARCHAR(255) COLLATE "default"',
    },
    "another type": {
        "mariadb": "ALTER TABLE sharekit_read_link MODIFY uses INT",
        "postgresql": "ALTER TABLE sharekit_read_link ALTER uses TYPE INT",
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_drift_is_found_and_the_store_does_not_open(engine: sa.Engine, change: str) -> None:
    """Whatever somebody has changed by hand is named, and no store opens on it."""
    upgrade(engine)
    given: Any = CHANGES[change]  # a statement, or one for each dialect
    statement = given if isinstance(given, str) else given.get(engine.dialect.name, given.get(""))
    if statement is None:
        statement = "ALTER TABLE sharekit_contact RENAME COLUMN name TO title"  # SQLite changes no types
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    found = drift(engine, SPECS)

    assert found
    with pytest.raises(ConfigurationError, match="upgrade"):
        SqlAlchemyRecordStore(engine).open(SPECS)


def test_a_database_that_was_not_upgraded_says_what_to_call(engine: sa.Engine) -> None:
    """A kit on an empty database raises `ConfigurationError` that names `upgrade`, and makes nothing."""
    with pytest.raises(ConfigurationError, match=r"sharekit\.backends\.sqlalchemy\.upgrade\(engine\)"):
        kit(records=SqlAlchemyRecordStore(engine))

    assert names(engine) == set()


def test_processes_may_upgrade_at_once(engine: sa.Engine) -> None:
    """Of several that deploy at the same time one does the work, and none fails."""
    failures: list[BaseException] = []

    def deploy() -> None:
        with engine_of(engine.url.render_as_string(hide_password=False)) as own:
            try:
                upgrade(own)
            except BaseException as error:  # noqa: BLE001  # shown below
                failures.append(error)

    deploying = [threading.Thread(target=deploy) for _ in range(4)]
    for one in deploying:
        one.start()
    for one in deploying:
        one.join()

    assert failures == []
    assert drift(engine, SPECS) == []


def test_an_upgrade_that_died_midway_goes_on(engine: sa.Engine) -> None:
    """Where some of the tables are there, and no note of the revision, the next call makes the rest."""
    upgrade(engine)
    with engine.begin() as connection:
        for statement in ("DROP TABLE sharekit_staff", "DELETE FROM sharekit_alembic_version"):
            connection.exec_driver_sql(statement)
    upgrade(engine)

    assert drift(engine, SPECS) == []


def test_a_refused_upgrade_is_a_storage_error(tmp_path: Path) -> None:
    """What the database says is the cause."""
    with engine_of(f"sqlite:///file:{tmp_path / 'host.db'}?mode=ro&uri=true") as engine:
        with pytest.raises(StorageError) as caught:
            upgrade(engine)

        assert isinstance(caught.value.__cause__, exc.SQLAlchemyError)


def _dropped(engine: sa.Engine, **options: object) -> set[str]:
    """The tables that the host's `alembic revision --autogenerate` would drop."""
    metadata = sa.MetaData()
    sa.Table("invoice", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, **options})
        operations = produce_migrations(context, metadata).upgrade_ops

    assert operations is not None
    return {operation.table_name for operation in operations.ops if isinstance(operation, DropTableOp)}


def test_the_hosts_autogenerate_leaves_our_tables_alone(engine: sa.Engine) -> None:
    """Without the hook it would drop them all, with it none, and it still sees the host's own."""
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE old_invoice (id INTEGER PRIMARY KEY)")

    assert names(engine) == _dropped(engine)
    assert {"old_invoice"} == _dropped(engine, include_name=include_name)


def test_own_kinds_get_their_tables_on_request(engine: sa.Engine) -> None:
    """A store that may create makes what is missing, also to a table that is there, and nothing else."""
    store = SqlAlchemyRecordStore(engine, create=True)
    store.open([KindSpec("note", {"title": Text}, indexes=[("title",)])])
    store.open([KindSpec("note", {"title": Text, "size": Int}, indexes=[("title",), ("size", "title")])])
    columns = {column["name"] for column in sa.inspect(engine).get_columns("sharekit_note")}

    assert {"sharekit_note", "sharekit_turn"} == names(engine)
    assert {"tenant", "id", "revision", "schema", "body", "title", "size"} == columns
    assert 2 == len(sa.inspect(engine).get_indexes("sharekit_note"))
    with pytest.raises(ConfigurationError, match="title"):
        store.open([KindSpec("note", {"title": Int})])


def test_names_fit_every_database() -> None:
    """The longest names are cut, no two indexes share one, and a long index is one that InnoDB takes."""
    long = KindSpec(
        "k" * 40,
        {f"{letter * 40}": Text for letter in "abcd"},
        indexes=[tuple(letter * 40 for letter in keys) for keys in ("abcd", "abc", "abd", "dcba")],
    )
    table = f"sharekit_{long.kind}"
    found = [index_name(table, keys) for keys in long.indexes]

    assert len(set(found)) == len(found)
    assert all(len(name) <= 60 and re.fullmatch(r"[a-z0-9_]+", name) for name in [table, *found])
    assert index_name("sharekit_a", ["b__c"]) != index_name("sharekit_a", ["b", "c"])
    assert index_name("sharekit_a_b", ["c"]) != index_name("sharekit_a", ["b_c"])


def test_the_longest_kind_can_be_kept(engine: sa.Engine) -> None:
    """Names at the limit and an index over four texts are made on each database."""
    keys = {letter * 40: Text for letter in "abcd"}
    spec = KindSpec("k" * 40, keys, indexes=[tuple(keys), tuple(reversed(keys))])
    SqlAlchemyRecordStore(engine, create=True).open([spec])

    assert 2 == len(sa.inspect(engine).get_indexes(f"sharekit_{spec.kind}"))


@pytest.mark.parametrize("name", ["oracle", "mssql"])
def test_another_database_is_refused(name: str) -> None:
    """The error names the three that are supported."""
    engine = sa.create_engine("sqlite://")
    engine.dialect.name = name
    with pytest.raises(ConfigurationError, match="PostgreSQL, MariaDB and SQLite"):
        SqlAlchemyRecordStore(engine)


def test_what_is_no_engine_is_refused_by_name(tmp_path: Path) -> None:
    """A text, a connection and an asynchronous engine are refused by everything that takes an engine."""
    synchronous: Any = sa.create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    asynchronous: Any = create_async_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    takes: list[Callable[[Any], object]] = [upgrade, lambda given: drift(given, SPECS)]
    with synchronous.connect() as connection:
        for take in takes:
            for given, problem in (
                ("sqlite://", "not str"),
                (connection, "not Connection"),
                (asynchronous, "run_sync"),
            ):
                with pytest.raises(ConfigurationError, match=problem):
                    take(given)
    with pytest.raises(ConfigurationError, match="run_sync"):
        SqlAlchemyRecordStore(asynchronous)
    with pytest.raises(ConfigurationError, match="one of Engine"):
        kit(records=synchronous)
    synchronous.dispose()


def test_a_table_that_is_not_there_names_what_makes_it(engine: sa.Engine) -> None:
    """Joining a database that was never upgraded says what to call."""
    upgrade(engine)
    made = kit(records=SqlAlchemyRecordStore(engine))
    sweep(engine)
    with (
        orm.Session(engine) as session,
        pytest.raises(StorageError, match=re.escape("sharekit.backends.sqlalchemy.upgrade(engine)")),
    ):
        made.joined(session).people.add_contact("Ana", "ana@acme.test", by=Staff("maria"))
    made.close()
