"""One transaction on a record journal."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from sharekit.backends._held_rows import HeldTransaction
from sharekit.backends._journal_log import Journal
from sharekit.errors import TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.collecting import call_all
from sharekit.ports.query import Query
from sharekit.ports.rows import KindSpec, Row
from sharekit.ports.stores import RowKey


class JournalTransaction(HeldTransaction):
    """A transaction of `JournalRecordStore`, which makes it."""

    def __init__(self, journal: Journal, tenant: TenantId, *, write: bool) -> None:
        super().__init__(tenant, write=write)
        self._journal = journal
        self._number = 0
        self._pid = 0
        self._seen: set[RowKey] = set()

    def __enter__(self) -> Self:
        journal = self._journal
        held = journal.held
        held.check_free()
        if self._begun:
            raise TransactionUsageError("a transaction begins once")
        if self._write:
            journal.take_turn()
        try:
            journal.catch_up()
            with held.guard:
                held.live += 1
                self._tables, self._specs, self._number = held.tables, held.specs, journal.state.number
        except BaseException:
            if self._write:
                journal.end_turn()
            raise
        held.mine.busy = self._begun = True
        self._pid = os.getpid()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pid != os.getpid():
            self._specs = None
            if kind is None:
                raise TransactionUsageError("this process was forked in the middle of the transaction")
            return
        number = None
        try:
            if kind is None and self._changes:
                before = self._number, self._tables
                number = self._journal.commit(self._tenant, self._changes, self._seen, before)
        finally:
            self._end()
        if kind is None:
            try:
                call_all(self._callbacks)
            finally:
                if number is not None:
                    self._journal.tend(number)

    def _end(self) -> None:
        held = self._journal.held
        with held.guard:
            held.live -= 1
        self._specs, self._tables = None, {}
        held.mine.busy = False
        if self._write:
            self._journal.end_turn()

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        row = super().get(kind, id)
        if self._write:
            self._seen.add((kind, id))
        return row

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        found = super().find(query)
        if self._write:
            self._seen.update((row.kind, row.id) for row in found)
        return found

    def _running(self) -> Mapping[str, KindSpec]:
        if self._specs is not None and self._pid != os.getpid():
            raise TransactionUsageError("this process was forked in the middle of the transaction")
        return super()._running()
