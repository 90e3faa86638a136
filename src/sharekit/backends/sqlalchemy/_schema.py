"""Whether a database has our tables, and how it gets them."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.schema import CreateColumn

from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._sqlite_turns import begin_sqlite, end_sqlite
from sharekit.backends.sqlalchemy._tables import PREFIX, TURN, table_of, turn_table
from sharekit.errors import ConfigurationError, SharekitError
from sharekit.ports.rows import KindSpec

_LOCK: Final = 7_254_317_885_411_002_961  # any number, the same in every process
_LOCK_NAME: Final = "sharekit_schema"
_PATIENCE: Final = 600  # seconds that one process waits for another's changes of the schema


@contextmanager
def changing(engine: sa.Engine, dialect: str) -> Generator[sa.Connection]:
    """
    Give a connection for changes of the schema, to one process at a time, and commit them.

    Raises:
        StorageError: The database refused a change.
    """
    try:
        with engine.connect() as connection, _alone(connection, dialect):
            yield connection
    except SharekitError:
        raise
    except exc.SQLAlchemyError as error:
        raise meaning(error, "changing the schema") from error


@contextmanager
def _alone(connection: sa.Connection, dialect: str) -> Generator[None]:
    if dialect == "sqlite":
        connection.begin()
        begin_sqlite(connection, immediate=True)
        yield
        end_sqlite(connection, "COMMIT")
        connection.commit()
    elif dialect == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield
        connection.commit()
    else:
        # A change of the schema is a commit of its own here: the lock belongs to the connection.
        got = connection.execute(sa.select(sa.func.get_lock(_LOCK_NAME, _PATIENCE))).scalar()
        if got != 1:
            raise ConfigurationError("engine", "another process has been changing the schema for too long")
        try:
            yield
            connection.commit()
        finally:
            connection.execute(sa.select(sa.func.release_lock(_LOCK_NAME)))


def prepare(engine: sa.Engine, dialect: str, kinds: Sequence[KindSpec], *, create: bool) -> None:
    """
    See to it that the database has what these kinds need.

    Raises:
        ConfigurationError: It has not, and *create* is false; or it cannot be used at all.
    """
    with engine.connect() as connection:
        check_database(connection, dialect)
        lacking = differences(connection, dialect, kinds)
    if not lacking:
        return
    if not create:
        raise ConfigurationError(
            "records", f"the database lacks {lacking[0]}; call sharekit.backends.sqlalchemy.upgrade(engine) once"
        )
    with changing(engine, dialect) as connection:
        _make_missing(connection, dialect, kinds)
        lacking = differences(connection, dialect, kinds)
    if lacking:
        raise ConfigurationError("kinds", f"the database has another shape than what is declared: {lacking[0]}")


def check_database(connection: sa.Connection, dialect: str) -> None:
    """
    Refuse what cannot keep our rows.

    Raises:
        ConfigurationError: It is MySQL, or does not keep text in UTF-8.
    """
    questions: dict[str, tuple[str, Callable[[object], bool], str]] = {
        "sqlite": ("PRAGMA encoding", lambda found: found == "UTF-8", "SQLite has to keep its text in UTF-8"),
        "postgresql": ("SHOW server_encoding", lambda found: found == "UTF8", "PostgreSQL has to keep text in UTF8"),
        "mariadb": ("SELECT version()", lambda found: "maria" in str(found).lower(), "MySQL is not MariaDB"),
    }
    question, is_good, problem = questions[dialect]
    if not is_good(connection.exec_driver_sql(question).scalar()):
        raise ConfigurationError("records", problem)


def differences(connection: sa.Connection, dialect: str, kinds: Sequence[KindSpec]) -> list[str]:
    """Return what the database lacks or has otherwise, in words; nothing when it is as it should be."""
    wanted = _wanted(dialect, kinds)
    inspector = sa.inspect(connection)
    there = inspector.get_table_names()
    names = [table.name for table in wanted if table.name in there]
    types = _types(connection, dialect)
    # Any: what SQLAlchemy reads of a catalogue. All tables are asked for together, as a store opens often.
    keys: dict[Any, Any] = dict(inspector.get_multi_pk_constraint(filter_names=names))
    indexes: dict[Any, Any] = dict(inspector.get_multi_indexes(filter_names=names))
    found: list[str] = []
    for table in wanted:
        if table.name not in names:
            found.append(f"the table {table.name!r}")
            continue
        found += _columns_differ(connection, table, types.get(table.name, {}))
        key = [column.name for column in table.primary_key.columns]
        if keys[None, table.name]["constrained_columns"] != key:
            found.append(f"the primary key {key} of {table.name!r}")
        found += _indexes_differ(table, {index["name"]: index["column_names"] for index in indexes[None, table.name]})
    return found


def _wanted(dialect: str, kinds: Sequence[KindSpec]) -> list[sa.Table]:
    tables = {table.name: table for table in (turn_table(), *(table_of(spec, dialect).table for spec in kinds))}
    return [tables[name] for name in sorted(tables)]


def _columns_differ(connection: sa.Connection, table: sa.Table, found: Mapping[str, str]) -> Iterator[str]:
    for column in table.columns:
        is_type, wanted = found.get(column.name), _spelled(column, connection.dialect)
        if is_type is None:
            yield f"the column {column.name!r} of {table.name!r}"
        elif is_type != wanted:
            yield f"the column {column.name!r} of {table.name!r} as {wanted} (it is {is_type})"


def _indexes_differ(table: sa.Table, found: Mapping[object, object]) -> Iterator[str]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        columns = [_plain_name(expression) for expression in index.expressions]
        if index.name not in found:
            yield f"the index {index.name!r} of {table.name!r}"
        elif found[index.name] != columns:
            yield f"the index {index.name!r} of {table.name!r} on {columns}"


def _plain_name(expression: sa.ColumnElement[object] | str) -> str:
    while isinstance(expression, sa.UnaryExpression):
        expression = expression.element
    return str(getattr(expression, "name", expression))


def _types(connection: sa.Connection, dialect: str) -> dict[str, dict[str, str]]:
    """Return what the database itself says of the columns of our tables, as `_spelled` spells them."""
    if dialect == "sqlite":
        asked = (
            "SELECT t.name, c.name, c.type, NULL, NULL, iif(c.\"notnull\" OR c.pk, 'NO', 'YES')"
            " FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name LIKE :ours"
        )
    else:
        schema = "database()" if dialect == "mariadb" else "current_schema()"
        asked = (
            "SELECT table_name, column_name, data_type, character_maximum_length, collation_name, is_nullable"  # noqa: S608  # constants
            f" FROM information_schema.columns WHERE table_schema = {schema} AND table_name LIKE :ours"  # constants
        )
    types: dict[str, dict[str, str]] = {}
    for table, name, of, length, collation, nullable in connection.execute(sa.text(asked), {"ours": f"{PREFIX}%"}):
        types.setdefault(table, {})[name] = _said(str(of).lower(), length, collation, nullable=nullable == "YES")
    return types


def _said(of: str, length: int | None, collation: str | None, *, nullable: bool) -> str:
    parts = [of if length is None or of == "longtext" else f"{of}({length})"]
    if collation is not None:
        parts.append(f"collate {collation}")
    if not nullable:
        parts.append("not null")
    return " ".join(parts)


def _spelled(column: sa.Column[object], dialect: sa.Dialect) -> str:
    spelled = (
        column.type.compile(dialect).lower().replace("varchar(", "character varying(", dialect.name == "postgresql")
    )
    spelled = spelled.replace(" character set utf8mb4", "").replace('"', "")
    spelled = (
        {"bool": "tinyint", "integer": "int"}.get(spelled, spelled) if dialect.name in {"mysql", "mariadb"} else spelled
    )
    spelled = spelled.replace("collate c", "collate C")
    return spelled if column.nullable else f"{spelled} not null"


def _make_missing(connection: sa.Connection, dialect: str, kinds: Sequence[KindSpec]) -> None:
    wanted = _wanted(dialect, kinds)
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names())
    for table in wanted:
        if table.name not in there:
            table.create(connection)
            if table.name == TURN:
                connection.execute(table.insert().values(id=1))
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        quote = connection.dialect.identifier_preparer.quote
        for column in table.columns:
            if column.name not in columns:
                described = str(CreateColumn(column).compile(dialect=connection.dialect))
                connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} ADD COLUMN {described}")
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in indexes:
                index.create(connection)


def include_name(name: str | None, type_: str, parent_names: object = None) -> bool:  # noqa: ARG001  # as Alembic calls it
    """
    Say whether a thing in the database is the host's: the hook for the ``env.py`` of its own Alembic.

        context.configure(..., include_name=sharekit.backends.sqlalchemy.include_name)

    Without it ``alembic revision --autogenerate`` would write a revision that drops sharekit's tables.
    """
    return not (type_ == "table" and name is not None and name.startswith(PREFIX))
