"""The table of one kind: its columns and indexes, its statements, and the way between rows and columns."""

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from sharekit.backends.sqlalchemy._types import BODY, TENANT, TYPES
from sharekit.errors import IntegrityError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row, new_row

PREFIX: Final = "sharekit_"
TURN: Final = "sharekit_turn"
"""The table that writers lock to wait for one another; see `_turns`."""

MYSQL: Final = frozenset({"mariadb", "mysql"})
"""What SQLAlchemy calls MariaDB, depending on the address."""

_LONGEST_NAME = 60  # PostgreSQL cuts names at 63 bytes, MariaDB refuses more than 64 characters
_WIDEST_INDEX = 3072  # bytes, in InnoDB
_WIDTHS: Final = {KeyType.TEXT: 1020, KeyType.REF: 1020, KeyType.INT: 8, KeyType.TIME: 8, KeyType.BOOL: 1}
_TENANT_WIDTH = 256
READERS: Final[Mapping[KeyType, Callable[[int], KeyValue]]] = {KeyType.TIME: time_of, KeyType.BOOL: bool}
_OPTIONS: Final = {
    f"{dialect}_{option}": value
    for dialect in sorted(MYSQL)
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_nopad_bin"}.items()
}


def table_name(kind: str) -> str:
    """Return the name of the kind's table."""
    return f"{PREFIX}{kind.replace('-', '_')}"


def index_name(table: str, keys: Sequence[str]) -> str:
    """Return the name of an index, which no index of another table or of other keys has."""
    name = "__".join([table, *keys])
    if len(name) > _LONGEST_NAME or any("__" in part for part in (table, *keys)):
        digest = hashlib.sha256("-".join([table, *keys]).encode()).hexdigest()[:12]
        name = f"{name[: _LONGEST_NAME - 13].rstrip('_')}_{digest}"
    return name


def param(value: KeyValue) -> str | int | None:
    """Return the value as its column takes it."""
    return micros_of(value) if isinstance(value, datetime) else value


class KindTable:
    """
    Where the rows of one kind are kept.

    Attributes:
        kind: The kind.
        table: SQLAlchemy's idea of it.
        held: The columns of the keys, then revision, schema and body: what `row` takes.
        leading: The keys by which an index finds rows.
        by_id: SELECT of `held` of one row.
        update: UPDATE of a row at its revision.
        delete: DELETE of a row at its revision.
        insert: INSERT of a row.

    The statements take the parameters ``_tenant``, ``_id`` and ``_revision``, which no key is called.
    """

    def __init__(self, spec: KindSpec, dialect: str) -> None:
        self.kind = spec.kind
        self._keys = tuple(spec.keys)
        self.leading = frozenset(
            {"id", *(index[0] for index in spec.indexes if spec.keys[index[0]] is not KeyType.BOOL)}
        )
        self._readers = tuple((key, READERS[of]) for key, of in spec.keys.items() if of in READERS)
        self.table: sa.Table = _make_table(spec, dialect)
        columns = self.table.c
        self.tenant, self.id = columns["tenant"], columns["id"]
        self.held: tuple[sa.Column[Any], ...] = tuple(
            columns[name] for name in (*spec.keys, "revision", "schema", "body")
        )
        self.here = sa.and_(self.tenant == sa.bindparam("_tenant"), self.id == sa.bindparam("_id"))
        self._at_revision = sa.and_(self.here, columns["revision"] == sa.bindparam("_revision"))
        self.by_id = sa.select(*self.held).where(self.here)
        self.insert = insertion(self.table, dialect).execution_options(preserve_rowcount=True)
        self.update = self.table.update().where(self._at_revision)
        self.delete = self.table.delete().where(self._at_revision)

    # Any: a database gives what was stored, and only `written` stores.
    def row(self, tenant: TenantId, id_: str, values: Sequence[Any]) -> Row:
        """Return the row that `held` hold; whatever follows them is left alone."""
        keys: dict[str, Any] = dict(zip(self._keys, values, strict=False))
        for key, reader in self._readers:
            if keys[key] is not None:
                try:
                    keys[key] = reader(keys[key])
                except (OverflowError, TypeError) as error:
                    raise IntegrityError(self.kind, f"the key {key!r} is not what was stored") from error
        rest = len(keys)
        return new_row(
            tenant=tenant,
            kind=self.kind,
            id=id_,
            revision=values[rest],
            schema=values[rest + 1],
            body=values[rest + 2],
            keys=keys,
        )

    def written(self, row: Row, revision: int) -> dict[str, str | int | None]:
        """Return the values of a checked row at its new revision, without tenant and id."""
        values = {key: param(value) for key, value in row.keys.items()}
        return {**values, "revision": revision, "schema": row.schema, "body": row.body}


def table_of(spec: KindSpec, dialect: str) -> KindTable:
    """Return where the rows of a kind are kept; for kinds of one shape it is made once, as it never changes."""
    return _table_of(spec.kind, tuple(spec.keys.items()), spec.indexes, dialect)


@functools.lru_cache(maxsize=1024)
def _table_of(
    kind: str, keys: tuple[tuple[str, KeyType], ...], indexes: tuple[tuple[str, ...], ...], dialect: str
) -> KindTable:
    return KindTable(KindSpec(kind, dict(keys), indexes), dialect)


def _make_table(spec: KindSpec, dialect: str) -> sa.Table:
    """Return the table of a kind as this dialect is to have it."""
    name = table_name(spec.kind)
    table: sa.Table = sa.Table(
        name,
        sa.MetaData(),
        sa.Column("tenant", TENANT, primary_key=True),
        sa.Column("id", TYPES[KeyType.REF], primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("schema", sa.BigInteger, nullable=False),
        sa.Column("body", BODY, nullable=False),
        *[sa.Column(key, TYPES[of], nullable=True) for key, of in spec.keys.items()],
    )
    table.kwargs.update(_OPTIONS)
    for keys in dict.fromkeys(spec.indexes):
        sa.Index(index_name(name, keys), *_indexed(table, spec, keys, dialect))
    return table


@functools.cache
def turn_table() -> sa.Table:
    """Return the table that writers lock."""
    turn = sa.Table(TURN, sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    turn.kwargs.update(_OPTIONS)
    return turn


def insertion(table: sa.Table, dialect: str) -> sa.Insert:
    """Return the INSERT that changes nothing where the id is taken, or on MariaDB fails alone."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as for_postgresql  # noqa: PLC0415  # one of the two

        return for_postgresql(table).on_conflict_do_nothing().inline()
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as for_sqlite  # noqa: PLC0415  # the other

        return for_sqlite(table).on_conflict_do_nothing().inline()
    return table.insert().inline()


def _indexed(
    table: sa.Table, spec: KindSpec, keys: Sequence[str], dialect: str
) -> Iterator[sa.ColumnElement[Any]]:  # Any: columns of every type
    yield table.c["tenant"]
    if dialect in MYSQL:
        # InnoDB itself ends every index with the primary key, which has the id.
        yield from _within_width(table, spec, keys)
        return
    for key in keys:
        # Our order has nulls first; an index of PostgreSQL must have it too, to be of use.
        yield table.c[key].asc().nulls_first() if dialect == "postgresql" else table.c[key]
    if "id" not in keys:
        yield table.c["id"]


def _within_width(table: sa.Table, spec: KindSpec, keys: Sequence[str]) -> Iterator[sa.ColumnElement[Any]]:  # the same
    width = _TENANT_WIDTH
    for key in keys:
        width += _WIDTHS[spec.keys[key]]
        if width > _WIDEST_INDEX:
            return
        yield table.c[key]
