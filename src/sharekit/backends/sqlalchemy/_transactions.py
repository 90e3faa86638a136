"""What runs on a connection between the beginning and the end of a transaction."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Protocol, Self

import attrs
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import mysql

from sharekit.backends._picked_lines import read_lines
from sharekit.backends.sqlalchemy import _ways
from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._queries import Compiler
from sharekit.backends.sqlalchemy._tables import READERS, KindTable, table_of
from sharekit.backends.sqlalchemy._ways import Way, start_of
from sharekit.errors import (
    ConflictError,
    InvalidQueryError,
    RetryTransaction,
    SharekitError,
    StorageError,
    TransactionUsageError,
)
from sharekit.ids import TenantId
from sharekit.ports.evaluate import MAX_INT, check_counter, check_picked, check_query, check_row, known_kind
from sharekit.ports.query import Query
from sharekit.ports.rows import KindSpec, Row
from sharekit.ports.stores import RowKey

FEW: Final = 8  # rows that one statement asks for by name
_MANY: Final = 500  # ids in one statement
_SHAPES: Final = 200  # statements for rows of several kinds that are kept

Values = Mapping[str, object]


class Scope(Protocol):
    """How a transaction begins and ends."""

    joined: bool

    def begin(self, *, write: bool) -> sa.Connection: ...

    def is_here(self) -> bool: ...

    def commit(self, callbacks: list[Callable[[], None]]) -> Callable[[], None]: ...

    def roll_back(self, *, beaten: bool = False) -> None: ...

    def abandon(self) -> None: ...


@attrs.frozen(eq=False)
class Layout:
    """The kinds that a store knows; it is replaced, never changed."""

    dialect: str
    specs: Mapping[str, KindSpec] = attrs.field(factory=dict[str, KindSpec])
    tables: Mapping[str, KindTable] = attrs.field(factory=dict[str, KindTable])
    shapes: dict[tuple[str, ...], sa.Executable] = attrs.field(factory=dict[tuple[str, ...], sa.Executable], init=False)
    """Statements for rows that were needed together, by their kinds."""

    def extended(self, kinds: Sequence[KindSpec]) -> "Layout":
        """Return this layout with these kinds added or declared anew."""
        return Layout(
            self.dialect,
            {**self.specs, **{spec.kind: spec for spec in kinds}},
            {**self.tables, **{spec.kind: table_of(spec, self.dialect) for spec in kinds}},
        )


class SqlAlchemyTransaction:
    """A transaction of `SqlAlchemyRecordStore`, which makes it."""

    def __init__(self, scope: Scope, layout: Layout, tenant: TenantId, *, write: bool) -> None:
        self._scope = scope
        self._layout = layout
        self._tenant = tenant
        self._write = write
        self._begun = False
        self._connection: sa.Connection | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._failure: SharekitError | None = None

    def __enter__(self) -> Self:
        if self._begun:
            raise TransactionUsageError("a transaction begins once")
        self._connection = self._scope.begin(write=self._write)
        self._begun = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._begun:
            return
        self._connection = None
        if not self._scope.is_here():
            self._scope.abandon()
            if kind is None:
                raise StorageError("going on with a transaction after a fork")
        elif kind is None and self._failure is None:
            self._scope.commit(self._callbacks)()
        else:
            self._scope.roll_back(beaten=isinstance(error, ConflictError | RetryTransaction))
            if kind is None and self._failure is not None:
                raise self._failure

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        table = self._asking(kind)
        if not is_storable(id):
            return None
        values = self._fetch(table.by_id, {"_tenant": self._tenant, "_id": id})
        return table.row(self._tenant, id, values[0]) if values else None

    def get_many(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs, by one statement when they are few."""
        for kind in dict.fromkeys(kind for kind, _ in wanted):
            self._asking(kind)
        self._running()
        if 1 < len(wanted) <= FEW and all(is_storable(id_) for _, id_ in wanted):
            return self._get_together(wanted)
        return self._get_each_kind(wanted)

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        table = self._answering(query)
        return [table.row(self._tenant, values[-1], values) for values in self._found(query, table)]

    # Any: as in `_fetch`
    def pick(self, query: Query, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these keys of the rows that the query describes, in its order."""
        table = self._answering(query)
        spec = self._layout.specs[query.kind]
        check_picked(keys, spec)
        return read_lines(self._found(query, table, keys), spec, keys, READERS)

    # Any: as in `_fetch`
    def _found(self, query: Query, table: KindTable, keys: Sequence[str] | None = None) -> list[Sequence[Any]]:
        """Return what the rows hold that a query describes, or these of their keys."""
        if keys is not None and not keys:
            keys = ["id"]
        found: list[Sequence[Any]] = []
        for stretch in self._compiler(query, table).stretches(query):
            left = None if query.limit is None else query.limit - len(found)
            if left == 0:
                break
            asked = stretch if keys is None else stretch.with_only_columns(*[table.table.c[key] for key in keys])
            found += self._fetch(asked if left is None else asked.limit(left))
        return found

    def _compiler(self, query: Query, table: KindTable) -> Compiler:
        """Return what compiles a question the way that is the best for it, in the state that it is asked in."""
        tables, dialect = self._layout.tables, self._layout.dialect
        plain = Compiler(self._tenant, tables, dialect)
        start = start_of(query, table.leading) if dialect == "postgresql" else None
        if start is None:
            return plain
        few = int(self._fetch(plain.started(start))[0][0]) <= _ways.FEW
        return Compiler(self._tenant, tables, dialect, Way(start=start) if few else Way(probes=True))

    def count(self, query: Query) -> int:
        """Return how many rows `find` would return."""
        compiler = self._compiler(query, self._answering(query))
        counted = 0
        for stretch in compiler.stretches(query):
            left = None if query.limit is None else query.limit - counted
            if left == 0:
                break
            rows = stretch.with_only_columns(sa.literal(1).label("one")).order_by(None)
            rows = rows if left is None else rows.limit(left)
            counted += int(self._fetch(sa.select(sa.func.count()).select_from(rows.subquery()))[0][0])
        return counted

    def put(self, row: Row) -> int:
        """Insert (revision 0) or replace (revision n) and return the new revision."""
        table = self._changing(row.kind)
        row = check_row(row, self._layout.specs[row.kind])
        if row.tenant != self._tenant:
            raise InvalidQueryError("a row of another tenant cannot be put here")
        values = table.written(row, row.revision + 1)
        if row.revision == 0:
            changed = self._change(table.insert, {**values, "tenant": row.tenant, "id": row.id}, row.kind)
        else:
            changed = self._change(table.update, {**values, **self._at(row.id, row.revision)}, row.kind)
        if changed != 1:
            raise self._conflict(table, row.id, row.revision)
        return row.revision + 1

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        """Add *amount* to an Int key unless the sum would exceed *limit*."""
        table = self._changing(kind)
        check_counter(self._layout.specs[kind], counter, limit, amount)
        greatest = (MAX_INT if limit is None else limit) - amount
        if greatest < -MAX_INT - 1 or not is_storable(id):
            return None
        if self._layout.dialect == "mariadb":
            return self._bump_locked(table, id, counter, greatest, amount)
        column = table.table.c[counter]
        counted = sa.func.coalesce(column, 0)
        statement = (
            sa.update(table.table)
            .where(table.here, counted <= greatest)
            .values({counter: counted + amount, "revision": table.table.c["revision"] + 1})
            .returning(column)
        )
        found = self._fetch(statement, {"_tenant": self._tenant, "_id": id}, kind)
        return found[0][0] if found else None

    def delete(self, kind: str, id: str, revision: int) -> None:
        """Remove the row at this revision."""
        table = self._changing(kind)
        known = is_storable(id) and 0 <= revision <= MAX_INT
        if not known or self._change(table.delete, self._at(id, revision), kind) != 1:
            raise self._conflict(table, id, revision) if known else ConflictError(kind)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the outermost transaction is durable."""
        self._running()
        self._callbacks.append(callback)

    def tenants(self, kind: str) -> list[TenantId]:
        """Return every tenant that has rows of the kind; for `SqlAlchemyRecordStore.tenants` alone."""
        table = self._asking(kind)
        if self._layout.dialect == "mariadb":  # which leaps by itself, and refuses the words for it
            asked = sa.select(table.tenant).distinct()
        else:
            first = sa.select(sa.func.min(table.tenant).label("tenant")).cte("leap", recursive=True)
            following = sa.select(sa.func.min(table.tenant)).where(table.tenant > first.c.tenant).scalar_subquery()
            leap = first.union_all(sa.select(following).where(first.c.tenant.is_not(None)))
            asked = sa.select(leap.c.tenant).where(leap.c.tenant.is_not(None))
        return sorted(TenantId(tenant) for (tenant,) in self._fetch(asked))

    def lines(self, statement: sa.Executable, params: Values) -> list[tuple[Any, ...]]:  # Any: of every type
        """Return the lines that a statement finds; for looks and glances of `SqlAlchemyRecordStore` alone."""
        return [tuple(line) for line in self._fetch(statement, params)]

    def _get_together(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        shape = tuple(kind for kind, _ in wanted)
        shapes = self._layout.shapes
        if shape not in shapes and len(shapes) >= _SHAPES:
            shapes.clear()
        statement = shapes.get(shape)
        if statement is None:
            statement = shapes[shape] = together([self._layout.tables[kind] for kind in shape], self._layout.dialect)
        params: dict[str, object] = {"_tenant": self._tenant}
        params |= {f"_id{place}": id_ for place, (_, id_) in enumerate(wanted)}
        (values,) = self._fetch(statement, params)
        rows: list[Row | None] = []
        start = 0
        for kind, id_ in wanted:
            table = self._layout.tables[kind]
            mine = values[start : start + len(table.held)]
            start += len(table.held)
            # A joined row that is absent has nothing in its last column, the body.
            rows.append(None if mine[-1] is None else table.row(self._tenant, id_, mine))
        return rows

    def _get_each_kind(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        found: dict[RowKey, Row] = {}
        for kind in dict.fromkeys(kind for kind, _ in wanted):
            table = self._layout.tables[kind]
            ids = [id_ for id_ in dict.fromkeys(id_ for of, id_ in wanted if of == kind) if is_storable(id_)]
            for start in range(0, len(ids), _MANY):
                some = table.id.in_(ids[start : start + _MANY])
                asked = sa.select(*table.held, table.id).where(table.tenant == self._tenant, some)
                for values in self._fetch(asked):
                    found[kind, values[-1]] = table.row(self._tenant, values[-1], values)
        return [found.get(pair) for pair in wanted]

    def _bump_locked(self, table: KindTable, id_: str, counter: str, greatest: int, amount: int) -> int | None:
        """Count on MariaDB, which cannot return what it changed, and would change what we have not seen."""
        columns = table.table.c
        at = {"_tenant": self._tenant, "_id": id_}
        asked = sa.select(columns["revision"], columns[counter]).where(table.here)
        present = self._fetch(asked.with_for_update(), at, table.kind)
        if [row[0] for row in present] != [row[0] for row in self._fetch(asked, at)]:
            raise self._failed(RetryTransaction(joined=self._scope.joined))
        if not present:
            return None
        revision, counted = present[0]
        total = (counted or 0) + amount
        if total - amount > greatest:
            return None
        statement = sa.update(table.table).where(table.here).values({counter: total, "revision": revision + 1})
        self._change(statement, at, table.kind)
        return int(total)

    def _conflict(self, table: KindTable, id_: str, revision: int) -> SharekitError:
        """
        Return what to raise when a row was not as the caller has it.

        Where the transaction is the host's and goes on seeing an old state, running the verb again
        in it would meet the same conflict.
        """
        if self._scope.joined:
            seen = self._fetch(sa.select(table.table.c["revision"]).where(table.here), self._at(id_))
            if (seen[0][0] if seen else 0) == revision:
                return self._failed(RetryTransaction(joined=True))
        return ConflictError(table.kind)

    def _at(self, id_: str, revision: int | None = None) -> dict[str, object]:
        at: dict[str, object] = {"_tenant": self._tenant, "_id": id_}
        return at if revision is None else {**at, "_revision": revision}

    def _running(self) -> sa.Connection:
        if self._connection is None:
            raise TransactionUsageError("the transaction is over, or has not begun")
        if not self._scope.is_here():
            raise StorageError("going on with a transaction after a fork")
        return self._connection

    def _asking(self, kind: str) -> KindTable:
        self._running()
        known_kind(kind, self._layout.specs)
        return self._layout.tables[kind]

    def _answering(self, query: Query) -> KindTable:
        self._running()
        check_query(query, self._layout.specs)
        return self._layout.tables[query.kind]

    def _changing(self, kind: str) -> KindTable:
        self._running()
        if not self._write:
            raise TransactionUsageError("the transaction is read-only; ask for transaction(tenant, write=True)")
        return self._asking(kind)

    def _fetch(
        self, statement: sa.Executable, params: Values | None = None, kind: str | None = None
    ) -> Sequence[Any]:  # Any: rows of whatever was asked for
        try:
            return self._running().execute(statement, params).all()
        except exc.SQLAlchemyError as error:
            operation = "asking for rows" if kind is None else "changing a row"
            raise self._failed(meaning(error, operation, kind=kind, joined=self._scope.joined)) from error

    def _change(self, statement: sa.Executable, params: Values, kind: str) -> int:
        try:
            # Any: what was executed changes rows, so the result has their number.
            result: sa.CursorResult[Any] = self._running().execute(statement, params)
        except exc.SQLAlchemyError as error:
            raise self._failed(meaning(error, "changing a row", kind=kind, joined=self._scope.joined)) from error
        return result.rowcount

    def _failed(self, failure: SharekitError) -> SharekitError:
        """Return what to raise; unless it is a conflict, the transaction is over and cannot be kept."""
        if not isinstance(failure, ConflictError):
            self._connection, self._failure = None, failure
            self._scope.roll_back(beaten=isinstance(failure, RetryTransaction))
        return failure


def together(tables: Sequence[KindTable], dialect: str) -> sa.Executable:
    """Return the SELECT of one line that has a row of each table in turn, as far as it is there."""
    source: sa.FromClause = sa.select(sa.literal_column("1").label("one")).subquery()
    columns: list[sa.ColumnElement[Any]] = []
    for place, table in enumerate(tables):
        mine = table.table.alias()
        wanted = sa.and_(mine.c["tenant"] == sa.bindparam("_tenant"), mine.c["id"] == sa.bindparam(f"_id{place}"))
        source = source.outerjoin(mine, wanted)
        columns += [mine.c[column.name].label(f"c{len(columns) + number}") for number, column in enumerate(table.held)]
    asked = sa.select(*columns).select_from(source)
    if dialect != "mariadb":
        return asked
    # SQLAlchemy takes these joins for a cartesian product there, and would warn the host of it.
    spelled = str(asked.compile(dialect=mysql.dialect(paramstyle="named")))
    return sa.text(spelled).columns(*asked.selected_columns)


def is_storable(text: str) -> bool:
    """Say whether any row could have this id."""
    if "\x00" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
