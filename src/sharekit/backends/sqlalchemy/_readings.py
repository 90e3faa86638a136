"""
Transactions of our own that only read, on PostgreSQL by psycopg, in as few round trips as they take.

SQLAlchemy's way with a statement takes longer than PostgreSQL's, so libpq is asked itself wherever the host
could not tell the difference, as `_questions` does for what one statement answers. The transaction is the
one that SQLAlchemy would begin: REPEATABLE READ and READ ONLY, on a connection of the host's pool.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final

from sqlalchemy import exc, pool

from sharekit.backends._picked_lines import read_lines
from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._libpq import COMMAND_OK, TUPLES_OK, Lines, Spoken, Text, Wire, written
from sharekit.backends.sqlalchemy._own import Engines
from sharekit.backends.sqlalchemy._questions import is_unheard
from sharekit.backends.sqlalchemy._shapes import Shaped, Shapes
from sharekit.backends.sqlalchemy._tables import READERS
from sharekit.backends.sqlalchemy._transactions import FEW, Layout, SqlAlchemyTransaction, is_storable, together
from sharekit.errors import SharekitError, StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.collecting import call_all
from sharekit.ports.evaluate import check_picked, check_query, known_kind
from sharekit.ports.query import Query
from sharekit.ports.rows import Row
from sharekit.ports.stores import RowKey, Transaction

__all__ = ["Reading"]

_BEGIN: Final = Text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
_ASKING: Final = "asking for rows"


class Reading:
    """
    A transaction of `SqlAlchemyRecordStore` that only reads.

    Args:
        engines: Where it gets its connection.
        layout: What is asked about.
        shapes: What is spelled already.
        tenant: Whose rows.
        ordinary: What is begun instead, where libpq is not to be asked.
    """

    def __init__(
        self, engines: Engines, layout: Layout, shapes: Shapes, tenant: TenantId, ordinary: SqlAlchemyTransaction
    ) -> None:
        self._engines = engines
        self._layout = layout
        self._shapes = shapes
        self._tenant = tenant
        self._ordinary = ordinary
        self._is_ordinary = False
        self._begun = False
        self._lent: pool.PoolProxiedConnection | None = None
        self._wire: Wire | None = None
        self._pid = 0
        self._callbacks: list[Callable[[], None]] = []
        self._failure: SharekitError | None = None

    def __enter__(self) -> Transaction:
        if self._begun:
            raise TransactionUsageError("a transaction begins once")
        local = self._engines.local
        if local.busy:
            raise TransactionUsageError("this thread is inside a transaction of this store")
        if not is_unheard(self._engines.engine) or not self._begin():
            self._is_ordinary = True
            return self._ordinary.__enter__()
        self._begun = local.busy = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_ordinary:
            return self._ordinary.__exit__(kind, error, traceback)
        if not self._begun:
            return None
        failure, wire = self._failure, self._wire
        if wire is not None and self._pid != os.getpid():
            failure = StorageError("going on with a transaction after a fork")
            self._abandon()
        elif wire is not None:
            failure = self._ended(wire, b"COMMIT" if kind is None else b"ROLLBACK")
        if kind is None:
            if failure is not None:
                raise failure
            call_all(self._callbacks)
        return None

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        return self.get_many([(kind, id)])[0]

    def get_many(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs, by one statement when they are few."""
        kinds = [*dict.fromkeys(kind for kind, _ in wanted)]
        for kind in kinds:
            known_kind(kind, self._layout.specs)
        self._running()
        if len(kinds) > 1 and len(wanted) <= FEW and all(is_storable(id_) for _, id_ in wanted):
            return self._get_together(wanted)
        found: dict[RowKey, Row] = {}
        for kind in kinds:
            table = self._layout.tables[kind]
            ids = [id_ for id_ in dict.fromkeys(id_ for of, id_ in wanted if of == kind) if is_storable(id_)]
            if ids:
                for values in self._named(self._shapes.by_ids(kind), {"_ids": ids}):
                    found[kind, values[-1]] = table.row(self._tenant, values[-1], values)
        return [found.get(pair) for pair in wanted]

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        shaped, values = self._shaped(query)
        lines = shaped.find(values, query.limit, self._ask)
        table = self._layout.tables[query.kind]
        return [table.row(self._tenant, line[-1], line) for line in lines]

    # Any: as the driver gives them
    def pick(self, query: Query, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these keys of the rows that the query describes, in its order."""
        shaped, values = self._shaped(query)
        spec = self._layout.specs[query.kind]
        check_picked(keys, spec)
        lines = shaped.find(values, query.limit, self._ask, tuple(keys) or ("id",))
        return read_lines(lines, spec, keys, READERS)

    def count(self, query: Query) -> int:
        """Return how many rows `find` would return."""
        shaped, values = self._shaped(query)
        return shaped.count(values, query.limit, self._ask)

    def put(self, row: Row) -> int:  # noqa: ARG002  # as in the port
        """Refuse."""
        raise self._refused()

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:  # noqa: ARG002  # as in the port
        """Refuse."""
        raise self._refused()

    def delete(self, kind: str, id: str, revision: int) -> None:  # noqa: ARG002  # as in the port
        """Refuse."""
        raise self._refused()

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the transaction is over."""
        self._running()
        self._callbacks.append(callback)

    def _begin(self) -> bool:
        """Begin, or leave it to SQLAlchemy, which says what is wrong."""
        refusals = self._engines.engine.dialect.loaded_dbapi.Error
        try:
            lent = self._engines.lend()
        except (refusals, exc.SQLAlchemyError):
            return False
        try:
            wire = Wire(lent, within=True)
            begun = wire.is_in_utf8 and wire.is_begun(_BEGIN)
        except BaseException as error:
            lent.invalidate(error)
            lent.close()
            if isinstance(error, refusals):
                return False
            raise
        if not begun:
            lent.close()
            return False
        self._lent, self._wire, self._pid = lent, wire, os.getpid()
        return True

    def _ended(self, wire: Wire, command: bytes) -> SharekitError | None:
        """End the transaction, and return what is wrong with that."""
        try:
            self._heard(wire, lambda: wire.end(command), COMMAND_OK)
        except SharekitError as error:
            return error
        finally:
            self._let_go()
        return None

    def _let_go(self) -> None:
        lent, self._lent, self._wire = self._lent, None, None
        self._engines.local.busy = False
        if lent is not None:
            lent.close()

    def _abandon(self) -> None:
        lent, self._lent, self._wire = self._lent, None, None
        self._engines.local.busy = False
        if lent is not None:
            self._engines.abandon(lent)

    def _running(self) -> Wire:
        if self._wire is None:
            raise TransactionUsageError("the transaction is over, or has not begun")
        if self._pid != os.getpid():
            raise StorageError("going on with a transaction after a fork")
        return self._wire

    def _refused(self) -> TransactionUsageError:
        self._running()
        return TransactionUsageError("the transaction is read-only; ask for transaction(tenant, write=True)")

    def _shaped(self, query: Query) -> tuple[Shaped, Sequence[object]]:
        self._running()
        return self._shapes.shaped(query, self._tenant, lambda asked: check_query(asked, self._layout.specs))

    def _get_together(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        kinds = tuple([kind for kind, _ in wanted])
        tables = [self._layout.tables[kind] for kind in kinds]
        spoken = self._shapes.together(kinds, lambda: together(tables, self._layout.dialect))
        (values,) = self._named(spoken, {f"_id{place}": id_ for place, (_, id_) in enumerate(wanted)})
        rows: list[Row | None] = []
        start = 0
        for table, (_, id_) in zip(tables, wanted, strict=True):
            mine = values[start : start + len(table.held)]
            start += len(table.held)
            # A joined row that is absent has nothing in its last column, the body.
            rows.append(None if mine[-1] is None else table.row(self._tenant, id_, mine))
        return rows

    def _named(self, spoken: Spoken, params: Mapping[str, object]) -> Lines:
        given = {"_tenant": self._tenant, **params}
        return self._ask(spoken, [written(given[name]) for name in spoken.names])

    def _ask(self, spoken: Spoken, given: Sequence[bytes | None]) -> Lines:
        wire = self._running()
        return spoken.lines(self._heard(wire, lambda: wire.within(spoken, given), TUPLES_OK))

    def _heard(self, wire: Wire, ask: Callable[[], Any], wanted: int) -> Any:  # noqa: ANN401  # libpq's
        """Return an answer; what is not the one that is wanted ends the transaction."""
        refusals = self._engines.engine.dialect.loaded_dbapi.Error
        try:
            result = ask()
            if result.status != wanted:
                raise wire.refusal(result)
        except BaseException as error:
            # The connection may be lost, or in the middle of an answer, or lack what was prepared.
            lent = self._lent
            if lent is not None:
                lent.invalidate(error)
            self._let_go()
            if isinstance(error, refusals):
                self._failure = meaning(error, _ASKING)
                raise self._failure from error
            raise
        return result
