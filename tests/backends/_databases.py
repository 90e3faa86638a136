"""Databases to keep rows in, and ways to look at them that know nothing of the store."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import event, exc, orm

from sharekit.ids import TenantId
from sharekit.ports import Bool, KeyValue, KindSpec, Row, Time
from sharekit.ports.evaluate import micros_of, time_of


@contextlib.contextmanager
def engine_of(url: str, **options: object) -> Iterator[sa.Engine]:
    """An engine as a host would make it, closed in the end."""
    engine = sa.create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        # A crash of the machine costs nothing here, and what a killed process costs is the same.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    try:
        yield engine
    finally:
        engine.dispose()


def sweep(engine: sa.Engine) -> None:
    """Drop every table."""
    quote = engine.dialect.identifier_preparer.quote
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}")


def empty(engine: sa.Engine, kinds: Iterable[KindSpec]) -> None:
    """Remove every row of these kinds, if their tables are there."""
    with contextlib.suppress(exc.DBAPIError), engine.begin() as connection:
        for spec in kinds:
            connection.exec_driver_sql(f"DELETE FROM {_table(spec.kind)}")  # noqa: S608  # a table of the contract


class TableDoor:
    """The rows as plain SQL sees them."""

    def __init__(self, engine: sa.Engine, kinds: tuple[KindSpec, ...]) -> None:
        self._engine = engine
        self._kinds = {spec.kind: spec for spec in kinds}

    def read(self, tenant: TenantId, kind: str, id: str) -> Row | None:
        """Read the columns of the kind's table."""
        where = sa.text(f"SELECT * FROM {_table(kind)} WHERE tenant = :tenant AND id = :id")  # noqa: S608  # the contract's
        with self._engine.connect() as connection:
            found = connection.execute(where, {"tenant": tenant, "id": id}).mappings().first()
        if found is None:
            return None
        keys = {key: _value(found[key], self._kinds[kind], key) for key in self._kinds[kind].keys}
        return Row(
            tenant=tenant,
            kind=kind,
            id=id,
            keys=keys,
            revision=found["revision"],
            schema=found["schema"],
            body=found["body"],
        )

    def write(self, row: Row) -> None:
        """Insert the columns."""
        keys = {key: micros_of(value) if isinstance(value, datetime) else value for key, value in row.keys.items()}
        given = {"tenant": row.tenant, "id": row.id, "revision": row.revision, "schema": row.schema, "body": row.body}
        values = {**given, **keys}
        quote = self._engine.dialect.identifier_preparer.quote
        named, marks = ", ".join(map(quote, values)), ", ".join(f":{name}" for name in values)
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"INSERT INTO {_table(row.kind)} ({named}) VALUES ({marks})"), values)  # noqa: S608  # the same


class SessionDoor:
    """A host that works in sessions."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextlib.contextmanager
    def transaction(self) -> Iterator[object]:
        """Begin a session's transaction."""
        with orm.Session(self._engine) as session, session.begin():
            yield session

    @contextlib.contextmanager
    def savepoint(self, host: object) -> Iterator[object]:
        """Begin a savepoint in it."""
        assert isinstance(host, orm.Session)
        with host.begin_nested():
            yield host


class ConnectionDoor:
    """A host that works on connections."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextlib.contextmanager
    def transaction(self) -> Iterator[object]:
        """Begin a connection's transaction."""
        with self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def savepoint(self, host: object) -> Iterator[object]:
        """Begin a savepoint in it."""
        assert isinstance(host, sa.Connection)
        with host.begin_nested():
            yield host


def _table(kind: str) -> str:
    return f"sharekit_{kind.replace('-', '_')}"


def _value(value: str | int | None, spec: KindSpec, key: str) -> KeyValue:
    if isinstance(value, int) and spec.keys[key] is Time:
        return time_of(value)
    return bool(value) if isinstance(value, int) and spec.keys[key] is Bool else value
