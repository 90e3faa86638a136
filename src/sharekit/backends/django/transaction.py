"""What runs between the beginning of a transaction and its commit."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from django.db import Error
from django.db import IntegrityError as DatabaseIntegrityError
from django.db.models import BigIntegerField, F, Q, Value
from django.db.models.functions import Coalesce

from sharekit.backends._picked_lines import read_lines
from sharekit.backends.django._boundaries import Boundary
from sharekit.backends.django._errors import meaning
from sharekit.backends.django._queries import Compiler, Rows, answer
from sharekit.backends.django._threads import Threads
from sharekit.backends.django.tables import READERS, Table, Tables
from sharekit.errors import ConflictError, InvalidQueryError, RetryTransaction, SharekitError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import MAX_INT, check_counter, check_picked, check_query, check_row, known_kind
from sharekit.ports.query import Eq, In, Query
from sharekit.ports.rows import Row

__all__ = ["DjangoTransaction"]

T = TypeVar("T")

_TOGETHER: Final = 500  # ids that one statement asks for


class DjangoTransaction:
    """A transaction of `DjangoRecordStore`, which makes it."""

    def __init__(
        self, using: str, tables: Tables, threads: Threads, tenant: TenantId, *, write: bool, apart: bool
    ) -> None:
        self._using = using
        self._tables = tables
        self._threads = threads
        self._tenant = tenant
        self._write = write
        self._apart = apart
        self._begun = False
        self._boundary: Boundary | None = None
        self._failure: SharekitError | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._changed: set[str] = set()

    def __enter__(self) -> Self:
        if self._begun:
            raise TransactionUsageError("a transaction begins once")
        self._threads.enter()
        try:
            self._threads.look_after(self._using)
            beaten: tuple[str, ...] = ()
            if self._write:
                beaten, self._threads.beaten = self._threads.beaten, ()
            self._boundary = Boundary(self._using, write=self._write, apart=self._apart, beaten=beaten)
        except BaseException:
            self._threads.leave()
            raise
        self._begun = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        boundary, self._boundary = self._boundary, None
        if boundary is None:
            return
        stop = error or self._failure
        if stop is None:
            try:
                boundary.commit(self._threads, self._callbacks)
            except RetryTransaction:
                self._note_defeat(boundary)
                raise
            return
        try:
            boundary.roll_back(stop)
        finally:
            self._threads.leave()
        if error is None:
            raise stop

    def _note_defeat(self, boundary: Boundary) -> None:
        if not boundary.joined:
            self._threads.beaten = tuple(sorted(self._changed))

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        table = self._table(kind)
        if not is_storable(id):
            return None
        found = self._rows(table, self._compiler().rows(kind, Eq("id", id)))
        return found[0] if found else None

    def get_many(self, wanted: Sequence[tuple[str, str]]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs, by one statement for each kind."""
        by_kind: dict[str, dict[str, None]] = {}
        for kind, id_ in wanted:
            self._table(kind)
            if is_storable(id_):
                by_kind.setdefault(kind, {})[id_] = None
        found: dict[tuple[str, str], Row] = {}
        for kind, unique in by_kind.items():
            ids = [*unique]
            for start in range(0, len(ids), _TOGETHER):
                rows = self._compiler().rows(kind, In("id", ids[start : start + _TOGETHER]))
                found.update(((kind, row.id), row) for row in self._rows(self._table(kind), rows))
        return [found.get(pair) for pair in wanted]

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        return self._rows(self._table(query.kind), self._answer(query))

    # Any: as in `line`
    def pick(self, query: Query, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these keys of the rows that the query describes, in its order."""
        rows, spec = self._answer(query), self._table(query.kind).spec
        check_picked(keys, spec)
        once = list(dict.fromkeys(keys)) or ["id"]  # Django 5.2.0 gives twice what is asked for twice only once
        found = self._asked(lambda: list(rows.values_list(*once)), "asking for keys")
        lines = read_lines(found, spec, once, READERS)
        if len(keys) == len(once):
            return lines
        places = [once.index(key) for key in keys]
        return [[line[place] for place in places] for line in lines]

    def count(self, query: Query) -> int:
        """Return how many rows `find` would return."""
        rows = self._answer(query)
        return self._asked(rows.count, "counting rows")

    def put(self, row: Row) -> int:
        """Insert (revision 0) or replace (revision n) and return the new revision."""
        table = self._changing(row.kind)
        if row.tenant != self._tenant:
            raise InvalidQueryError("the row belongs to another tenant")
        row = check_row(row, table.spec)
        revision = row.revision + 1
        if row.revision == 0:
            changed = self._executed(*table.insert(self._running().connection, row, revision), kind=row.kind)
        else:
            present = self._compiler().rows(row.kind, Eq("id", row.id)).filter(revision=row.revision)
            changed = self._asked(lambda: present.update(**table.written(row, revision)), "changing a row")
        if changed != 1:
            raise ConflictError(row.kind)
        return revision

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        """Add *amount* to an Int key unless the sum would exceed *limit*."""
        table = self._changing(kind)
        check_counter(table.spec, counter, limit, amount)
        greatest = (MAX_INT if limit is None else limit) - amount
        if greatest < -MAX_INT - 1 or not is_storable(id):
            return None
        rows = self._compiler().rows(kind, Eq("id", id))
        room = Q(**{f"{counter}__lte": greatest})
        if greatest >= 0:
            room |= Q(**{f"{counter}__isnull": True})
        total = Coalesce(F(counter), Value(0), output_field=BigIntegerField()) + Value(amount)
        counted = rows.filter(room)
        if not self._asked(lambda: counted.update(**{counter: total, "revision": F("revision") + 1}), "counting"):
            return None
        (value,) = self._asked(lambda: list(rows.values_list(counter, flat=True)), "counting")
        return int(value)

    def delete(self, kind: str, id: str, revision: int) -> None:
        """Remove the row at this revision."""
        table = self._changing(kind)
        if not is_storable(id) or not 0 <= revision <= MAX_INT:
            raise ConflictError(kind)
        sql = table.delete(self._running().connection)
        if self._executed(sql, [self._tenant, id, revision]) != 1:
            raise ConflictError(kind)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the outermost transaction is durable."""
        self._running()
        self._callbacks.append(callback)

    def tenants(self, kind: str) -> list[TenantId]:
        """Return every tenant that has rows of the kind; for `DjangoRecordStore.tenants` alone."""
        model = self._table(kind).model
        names = model._default_manager.using(self._using).order_by().values_list("tenant", flat=True).distinct()
        return sorted(TenantId(str(name)) for name in self._asked(lambda: list(names), "asking for tenants"))

    def line(self, sql: str, params: Sequence[str]) -> tuple[Any, ...]:  # Any: what a column holds
        """Return the one line that a statement finds, or nothing; for the looks of `DjangoRecordStore` alone."""

        def execute() -> tuple[Any, ...]:
            with self._running().connection.cursor() as cursor:
                cursor.execute(sql, params)
                return tuple(cursor.fetchone() or ())

        return self._asked(execute, "looking at a row")

    def _running(self) -> Boundary:
        if self._boundary is None or self._failure is not None:
            raise TransactionUsageError("the transaction is over, or has not begun")
        return self._boundary

    def _table(self, kind: str) -> Table:
        self._running()
        known_kind(kind, self._tables.specs)
        return self._tables.by_kind[kind]

    def _changing(self, kind: str) -> Table:
        self._running()
        if not self._write:
            raise TransactionUsageError("the transaction is read-only; ask for transaction(tenant, write=True)")
        table = self._table(kind)
        self._changed.add(table.model._meta.db_table)
        return table

    def _compiler(self) -> Compiler:
        return Compiler(self._tenant, self._tables.by_kind, self._using)

    def _answer(self, query: Query) -> Rows:
        self._running()
        check_query(query, self._tables.specs)
        return answer(query, self._tenant, self._tables.by_kind, self._using)

    def _rows(self, table: Table, rows: Rows) -> list[Row]:
        found = self._asked(lambda: list(rows.values_list(*table.columns)), "asking for rows")
        return [table.row(self._tenant, values) for values in found]

    def _executed(self, sql: str, params: Sequence[Any], kind: str | None = None) -> int:  # Any: what a column holds
        def execute() -> int:
            with self._running().connection.cursor() as cursor:
                cursor.execute(sql, params)
                changed: int = cursor.rowcount
                return changed

        return self._asked(execute, "changing a row", kind)

    def _asked(self, question: Callable[[], T], operation: str, kind: str | None = None) -> T:
        """Return the answer of the database; unless it fails by a conflict, the transaction is over."""
        boundary = self._running()
        try:
            return question()
        except Error as error:
            failure = meaning(error, operation, kind, joined=boundary.joined)
            # A database that answers an INSERT so, and not by doing nothing, undoes that statement alone.
            if not (isinstance(failure, ConflictError) and isinstance(error, DatabaseIntegrityError)):
                self._failure = failure
            if isinstance(failure, RetryTransaction):
                self._note_defeat(boundary)
            raise failure from error


def is_storable(id_: str) -> bool:
    """Say whether there could be a row of this id."""
    return "\x00" not in id_ and not any("\ud800" <= character <= "\udfff" for character in id_)
