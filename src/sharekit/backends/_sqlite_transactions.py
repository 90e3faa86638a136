"""What runs on a connection between BEGIN and COMMIT."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import attrs

from sharekit.backends._picked_lines import read_lines
from sharekit.backends._query_shapes import Shape, shape_of
from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_handles import Handle, patiently
from sharekit.backends._sqlite_prepared import Prepared, prepare
from sharekit.backends._sqlite_queries import Params
from sharekit.backends._sqlite_tables import READERS, Table, joined
from sharekit.errors import ConflictError, InvalidQueryError, SharekitError, StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.collecting import call_all
from sharekit.ports.evaluate import MAX_INT, check_counter, check_picked, check_query, check_row, known_kind
from sharekit.ports.query import Query
from sharekit.ports.rows import KindSpec, Row

_FEW: Final = 8  # rows that one statement asks for by name
_SHAPES: Final = 500  # such statements that are kept


@attrs.frozen(eq=False)
class Layout:
    """The kinds that a store knows; it is replaced, never changed."""

    specs: Mapping[str, KindSpec] = attrs.field(factory=dict[str, KindSpec])
    tables: Mapping[str, Table] = attrs.field(factory=dict[str, Table])
    joined: dict[tuple[str, ...], str] = attrs.field(factory=dict[tuple[str, ...], str], init=False)
    """Statements that were needed together, by the kinds of their rows."""
    prepared: dict[Shape, Prepared] = attrs.field(factory=dict[Shape, Prepared], init=False)
    """What queries are answered with, by their shapes."""

    def extended(self, kinds: Sequence[KindSpec]) -> "Layout":
        """Return this layout with these kinds added or declared anew."""
        return Layout(
            {**self.specs, **{spec.kind: spec for spec in kinds}},
            {**self.tables, **{spec.kind: Table(spec) for spec in kinds}},
        )


class SqliteTransaction:
    """A transaction of `SqliteRecordStore`, which makes it."""

    _handle: Handle | None = None
    _cursor: sqlite3.Cursor | None = None
    _callbacks: list[Callable[[], None]] | None = None
    _failure: SharekitError | None = None

    # Positional, and no default: one is made for each read link that is opened.
    def __init__(self, connections: Connections, layout: Layout, tenant: TenantId, write: bool) -> None:  # noqa: FBT001
        self._connections = connections
        self._layout = layout
        self._tenant = tenant
        self._write = write

    def __enter__(self) -> Self:
        if self._handle is not None:
            raise TransactionUsageError("a transaction begins once")
        handle = self._connections.acquire(self)
        cursor = handle.cursor
        try:
            if self._write:
                patiently(cursor, "BEGIN IMMEDIATE")
            else:
                cursor.execute("BEGIN")
        except BaseException as error:
            handle.roll_back()  # an interrupt may come when the statement is done
            handle.release()
            if isinstance(error, sqlite3.Error):
                raise meaning(error, "beginning a transaction") from error
            raise
        self._handle = handle
        self._cursor = cursor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        cursor, handle = self._cursor, self._handle
        if handle is None:
            return
        self._cursor = None
        try:
            if cursor is not None:
                if kind is None:
                    cursor.execute("COMMIT")
                else:
                    handle.roll_back()
        except sqlite3.Error as failure:
            handle.roll_back()
            raise meaning(failure, "committing") from failure
        finally:
            handle.release()
        if kind is None:
            if self._failure is not None:
                raise self._failure
            if self._callbacks is not None:
                call_all(self._callbacks)

    def abandon(self) -> None:
        """Be over: this process is a fork, and the connection belongs to the other one."""
        self._cursor = None
        self._failure = StorageError("going on with a transaction after a fork")

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        cursor, table = self._cursor, self._layout.tables.get(kind)
        if cursor is None or table is None:
            raise self._unusable(kind)
        try:
            values = cursor.execute(table.by_id, (self._tenant, id)).fetchone()
        except sqlite3.Error as error:
            raise self._failed(error, "reading a row") from error
        except UnicodeEncodeError:
            return None  # no such id could have been stored
        return None if values is None else table.row(self._tenant, id, values)

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs, by one statement when they are few."""
        if not 1 < len(wanted) <= _FEW:
            return self._get_each_kind(wanted)
        tenant, tables = self._tenant, self._layout.tables
        shape = tuple([kind for kind, _ in wanted])
        sql = self._layout.joined.get(shape) or self._joined(shape)
        params: list[str] = []
        for _, id_ in wanted:
            params += tenant, id_
        rows: list[Row | None] = [None] * len(shape)
        for values in self._fetch(sql, params):
            kind, id_ = wanted[values[-1]]
            rows[values[-1]] = tables[kind].row(tenant, id_, values)
        return rows

    def _joined(self, kinds: tuple[str, ...]) -> str:
        """Return the statement for one row of each of these kinds, and keep it for the next time."""
        self._running()
        for kind in kinds:
            known_kind(kind, self._layout.specs)
        known = self._layout.joined
        if len(known) >= _SHAPES:
            known.clear()
        return known.setdefault(kinds, joined([self._layout.tables[kind] for kind in kinds]))

    def _get_each_kind(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        self._running()
        by_kind: dict[str, set[str]] = {}
        for kind, id_ in wanted:
            by_kind.setdefault(kind, set()).add(id_)
        found: dict[tuple[str, str], Row] = {}
        for kind, ids in by_kind.items():
            known_kind(kind, self._layout.specs)
            table = self._layout.tables[kind]
            for values in self._fetch(table.among, [self._tenant, json.dumps([*ids])]):
                found[kind, values[-1]] = table.row(self._tenant, values[-1], values)
        return [found.get(pair) for pair in wanted]

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        prepared, values = self._prepared(query)
        table, limit = self._layout.tables[query.kind], query.limit
        found: list[Row] = []
        for sql, params in prepared.selects(values, self._fetch):
            if limit is not None and len(found) >= limit:
                break
            rows = self._fetch(sql, [*params, -1 if limit is None else limit - len(found)])
            found += [table.row(self._tenant, values[-1], values) for values in rows]
        return found

    # Any: as in `_fetch`
    def pick(self, query: Query, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these keys of the rows that the query describes, in its order."""
        prepared, values = self._prepared(query, tuple(keys))
        limit = query.limit
        found: list[Sequence[Any]] = []
        for sql, params in prepared.selects(values, self._fetch):
            if limit is not None and len(found) >= limit:
                break
            found += self._fetch(sql, [*params, -1 if limit is None else limit - len(found)])
        return read_lines(found, self._layout.specs[query.kind], keys, READERS)

    def count(self, query: Query) -> int:
        """Return how many rows `find` would return."""
        prepared, values = self._prepared(query)
        total = 0
        for sql, params in prepared.counts(values, self._fetch):
            left = -1 if query.limit is None else query.limit - total
            total += self._fetch(sql, [*params, left])[0][0]
        return total

    def _prepared(self, query: Query, keys: tuple[str, ...] | None = None) -> tuple[Prepared, Params]:
        """Return the statements for a query of this shape, and the values that they take."""
        self._running()
        shape, values = shape_of(query, self._tenant)
        if shape is not None:
            shape = (keys, shape)
        known = self._layout.prepared
        prepared = None if shape is None else known.get(shape)
        if prepared is None:
            check_query(query, self._layout.specs)
            if keys is not None:
                check_picked(keys, self._layout.specs[query.kind])
            prepared = prepare(query, self._tenant, self._layout.tables, shape, keys)
            if shape is not None:
                if len(known) >= _SHAPES:
                    known.clear()
                known[shape] = prepared
        return prepared, values

    def put(self, row: Row) -> int:
        """Insert (revision 0) or replace (revision n) and return the new revision."""
        table = self._changing(row.kind)
        if row.tenant != self._tenant:
            raise InvalidQueryError("the row belongs to another tenant")
        row = check_row(row, self._layout.specs[row.kind])
        values = table.written(row, row.revision + 1)
        if row.revision == 0:
            changed = self._change(table.insert, [row.tenant, row.id, *values], row.kind)
        else:
            changed = self._change(table.update, [*values, row.tenant, row.id, row.revision], row.kind)
        if changed != 1:
            raise ConflictError(row.kind)
        return row.revision + 1

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        """Add *amount* to an Int key unless the sum would exceed *limit*."""
        table = self._changing(kind)
        check_counter(self._layout.specs[kind], counter, limit, amount)
        greatest = (MAX_INT if limit is None else limit) - amount
        if greatest < -MAX_INT - 1:
            return None
        counted = self._fetch(table.bump(counter), [amount, self._tenant, id, greatest], kind)
        return counted[0][0] if counted else None

    def delete(self, kind: str, id: str, revision: int) -> None:
        """Remove the row at this revision."""
        table = self._changing(kind)
        if self._change(table.delete, [self._tenant, id, revision], kind) != 1:
            raise ConflictError(kind)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the transaction is durable."""
        self._running()
        if self._callbacks is None:
            self._callbacks = []
        self._callbacks.append(callback)

    def tenants(self, kind: str) -> list[TenantId]:
        """Return every tenant that has rows of the kind; for `SqliteRecordStore.tenants` alone."""
        table = self._layout.tables.get(kind)
        if table is None:
            raise self._unusable(kind)
        return [TenantId(tenant) for (tenant,) in self._fetch(table.tenants(), [])]

    def _running(self) -> sqlite3.Cursor:
        if self._cursor is None:
            raise TransactionUsageError("the transaction is over, or has not begun")
        return self._cursor

    def _changing(self, kind: str) -> Table:
        self._running()
        if not self._write:
            raise TransactionUsageError("the transaction is read-only; ask for transaction(tenant, write=True)")
        table = self._layout.tables.get(kind)
        if table is None:
            raise self._unusable(kind)
        return table

    def _unusable(self, kind: str) -> SharekitError:
        if self._cursor is None:
            return TransactionUsageError("the transaction is over, or has not begun")
        return InvalidQueryError(f"the kind {kind!r} is not declared")

    # Any: SQLite gives what was stored.
    def _fetch(self, sql: str, params: Sequence[object], kind: str | None = None) -> list[tuple[Any, ...]]:
        try:
            return self._running().execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error, "asking for rows", kind) from error
        except UnicodeEncodeError:
            return []  # no such id could have been stored

    def _change(self, sql: str, params: Sequence[object], kind: str) -> int:
        try:
            return self._running().execute(sql, params).rowcount
        except sqlite3.Error as error:
            raise self._failed(error, "changing a row", kind) from error
        except (OverflowError, UnicodeEncodeError):
            return 0  # no such id and revision could have been stored

    def _failed(self, error: sqlite3.Error, operation: str, kind: str | None = None) -> SharekitError:
        """Return what to raise; unless it is a conflict, the transaction is over and cannot be kept."""
        failure = meaning(error, operation, kind)
        if self._handle is not None and not isinstance(failure, ConflictError):
            self._cursor, self._failure = None, failure
            self._handle.roll_back()
        return failure
