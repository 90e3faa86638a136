"""Tables, columns and indexes: made when they are missing, never dropped."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sharekit.backends._sqlite_handles import patiently
from sharekit.backends._sqlite_tables import carried_name, column, index_columns, index_name, table_name
from sharekit.errors import ConfigurationError
from sharekit.ports.rows import KeyType, KindSpec

_BASE: Final = {
    "tenant": "TEXT NOT NULL",
    "id": "TEXT NOT NULL",
    "revision": "INTEGER NOT NULL",
    "schema": "INTEGER NOT NULL",
    "body": "TEXT NOT NULL",
}
_TYPES: Final = {
    KeyType.TEXT: "TEXT",
    KeyType.REF: "TEXT",
    KeyType.INT: "INTEGER",
    KeyType.TIME: "INTEGER",
    KeyType.BOOL: "INTEGER",
}


def make_file(path: Path) -> None:
    """Make the file, and its folder, readable by the owner alone; leave them as they are when they exist."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # Only a file that nobody can have open: closing a second descriptor of an open one drops its locks.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def prepare(connection: sqlite3.Connection, specs: Sequence[KindSpec]) -> None:
    """
    Make what these kinds need and the database does not have; processes may do so at the same time.

    Raises:
        ConfigurationError: The file, a table of it, or a key is of another sort than ours.
    """
    cursor = connection.cursor()
    if cursor.execute("PRAGMA encoding").fetchone() != ("UTF-8",):
        raise ConfigurationError("path", "is a database that is not in UTF-8, which orders texts in another way")
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        patiently(cursor, "PRAGMA journal_mode = WAL")
    if not missing(connection, specs):
        return
    patiently(cursor, "BEGIN IMMEDIATE")
    for statement in missing(connection, specs):
        cursor.execute(statement)
    cursor.execute("COMMIT")


def missing(connection: sqlite3.Connection, specs: Sequence[KindSpec]) -> list[str]:
    """
    Return the statements that make what these kinds need and the database does not have.

    Raises:
        ConfigurationError: A table of that name is not ours, or a key had another type before.
    """
    return [statement for spec in specs for statement in _missing(connection, spec)]


def _missing(connection: sqlite3.Connection, spec: KindSpec) -> Iterator[str]:
    table = table_name(spec.kind)
    wanted = {key: _TYPES[of] for key, of in spec.keys.items()}
    found = dict(connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall())
    if not found:
        columns = [*_BASE.items(), *((column(key), of) for key, of in wanted.items())]
        listed = ", ".join(f"{name} {of}" for name, of in columns)
        # Without row ids, and with the id first: one quick descent for each look-up. With our bodies of
        # some 200 bytes that is faster at a million rows; at 500 bytes and more it would turn around.
        yield f"CREATE TABLE {column(table)} ({listed}, PRIMARY KEY (id, tenant)) WITHOUT ROWID"
    else:
        _check_columns(spec, wanted, found)
        for key in wanted.keys() - found.keys():
            yield f"ALTER TABLE {column(table)} ADD COLUMN {column(key)} {wanted[key]}"
    indexes = {name for (name,) in connection.execute("SELECT name FROM pragma_index_list(?)", (table,))}
    # The one without keys finds a tenant's rows in the order of their ids. `tenant` is no key's name.
    for keys in dict.fromkeys([(), *spec.indexes]):
        name = index_name(spec.kind, keys)
        if name not in indexes:
            listed = ", ".join(map(column, index_columns(spec, keys)))
            yield f"CREATE INDEX {column(name)} ON {column(table)} ({listed})"
    if spec.carried and (name := carried_name(spec)) not in indexes:
        listed = ", ".join(map(column, ["id", "tenant", *spec.carried]))
        yield f"CREATE INDEX {column(name)} ON {column(table)} ({listed})"


def _check_columns(spec: KindSpec, wanted: dict[str, str], found: dict[str, str]) -> None:
    if not _BASE.keys() <= found.keys():
        raise ConfigurationError("path", f"the table {table_name(spec.kind)!r} in this file is not one of sharekit's")
    for key, of in wanted.items():
        if found.get(key, of) != of:
            raise ConfigurationError("kinds", f"the key {key!r} of {spec.kind!r} was of another type before")
