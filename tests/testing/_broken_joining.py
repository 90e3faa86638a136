"""A store in memory that works inside the transactions of a toy host, and stores that do so wrongly."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import ClassVar, Final

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.errors import ConfigurationError, RetryTransaction
from sharekit.ids import TenantId
from sharekit.ports import RecordStore, Row
from tests.testing._breaking import Broken

BROKEN: Final = Broken()

Tables = dict[tuple[TenantId, str], dict[str, Row]]


def copy(tables: Mapping[tuple[TenantId, str], Mapping[str, Row]]) -> Tables:
    """Copy tables, but not the rows, which never change."""
    return {name: dict(rows) for name, rows in tables.items()}


class Host:
    """A transaction of the host: tables of its own, and what waits for its commit."""

    def __init__(self, base: MemoryRecordStore) -> None:
        self.base = base
        self.before = copy(base._state.tables)
        self.scratch = MemoryRecordStore()
        self.scratch.open(list(base._state.specs.values()))
        self.scratch._state.tables = copy(base._state.tables)
        self.callbacks: list[Callable[[], None]] = []

    def commit(self) -> None:
        """Put the tables in the place of the store's."""
        self.base._state.tables = self.scratch._state.tables
        for callback in self.callbacks:
            callback()


class Door:
    """The toy host."""

    def __init__(self, store: MemoryRecordStore) -> None:
        self._store = store

    @contextlib.contextmanager
    def transaction(self) -> Iterator[object]:
        """Commit when all went well."""
        host = Host(self._store)
        yield host
        host.commit()

    @contextlib.contextmanager
    def savepoint(self, host: object) -> Iterator[object]:
        """Go back when it did not."""
        assert isinstance(host, Host)
        tables, waiting = copy(host.scratch._state.tables), len(host.callbacks)
        try:
            yield host
        except BaseException:
            host.scratch._state.tables = tables
            self.drop(host, waiting)
            raise

    def drop(self, host: Host, waiting: int) -> None:
        """Drop what was left since."""
        del host.callbacks[waiting:]


class JoinedTransaction(MemoryTransaction):
    """A transaction on the host's tables, whose callbacks wait for the host."""

    host: Host

    def after_commit(self, callback: Callable[[], None]) -> None:
        super().after_commit(lambda: self.host.callbacks.append(callback))

    def put(self, row: Row) -> int:
        if self.is_overtaken(row):
            raise RetryTransaction(joined=True)
        return super().put(row)

    def is_overtaken(self, row: Row) -> bool:
        """Say whether somebody else changed the row since the host began."""
        table = (row.tenant, row.kind)
        now = self.host.base._state.tables.get(table, {})
        return self.host.before.get(table, {}).get(row.id) != now.get(row.id)


class JoinedStore(MemoryRecordStore):
    """The store that `Joins.joined` gives."""

    transactions: ClassVar[type[JoinedTransaction]] = JoinedTransaction

    def __init__(self, host: Host) -> None:
        self._state = host.scratch._state
        self.host = host

    def transaction(self, tenant: TenantId, *, write: bool = False) -> JoinedTransaction:
        made = self.transactions(self._state, tenant, write=write)
        made.host = self.host
        return made

    def apart(self) -> RecordStore:
        return self.host.base


class Joins(MemoryRecordStore):
    """A good store that joins."""

    stores: ClassVar[type[JoinedStore]] = JoinedStore
    doors: ClassVar[type[Door]] = Door

    @property
    def door(self) -> Door:
        """The toy host."""
        return self.doors(self)

    def joined(self, host: object) -> RecordStore:
        if not isinstance(host, Host):
            raise ConfigurationError("host", "is none")
        return self.stores(host)

    def apart(self) -> RecordStore:
        return self


def _transaction(law: str) -> Callable[[type[JoinedTransaction]], type[JoinedTransaction]]:
    """Enter a store that joins by transactions of this class."""

    def enter(cls: type[JoinedTransaction]) -> type[JoinedTransaction]:
        class Store(JoinedStore):
            transactions = cls

        class Broken(Joins):
            stores = Store

        BROKEN[cls.__doc__ or ""] = ({law}, Broken)
        return cls

    return enter


@_transaction("J1")
class _CommitsAtOnce(JoinedTransaction):
    """Commits with the joined transaction instead of the host's."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        if kind is None and self._write:
            self.host.base._state.tables = copy(self.host.scratch._state.tables)
            self.host.before = copy(self.host.scratch._state.tables)


@_transaction("J2")
class _KeepsWhatFailed(JoinedTransaction):
    """Leaves the changes of a transaction that failed to the host's commit."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._callbacks.clear()
        super().__exit__(None, None, None)


@_transaction("J3")
class _CallsAtOnce(JoinedTransaction):
    """Calls back at the end of the savepoint."""

    def after_commit(self, callback: Callable[[], None]) -> None:
        MemoryTransaction.after_commit(self, callback)


@_transaction("J4")
class _SeesTheStateBefore(JoinedTransaction):
    """Reads rows as they were when the host began."""

    def get(self, kind: str, id: str) -> Row | None:
        if self._write:  # where the store itself looks
            return super().get(kind, id)
        return self.host.before.get((self._tenant, kind), {}).get(id)


@_transaction("J6")
class _AsksForTheWrongRetry(JoinedTransaction):
    """Asks for its own savepoint to be run again when it is the host's transaction that is too old."""

    def put(self, row: Row) -> int:
        if self.is_overtaken(row):
            raise RetryTransaction
        return super().put(row)


@BROKEN.store("J3")
class _Remembers(Joins):
    """Calls back for what a savepoint's rollback has undone."""

    class _Forgetful(Door):
        def drop(self, host: Host, waiting: int) -> None:
            """Drop nothing."""

    doors = _Forgetful


@BROKEN.store("J5")
class _JoinsAnything(Joins):
    """Takes any object for a host."""

    def joined(self, host: object) -> RecordStore:
        return super().joined(host) if isinstance(host, Host) else self


@BROKEN.store("O1")
class _IsNeverApart(Joins):
    """Gives the joined store for one apart."""

    class _Clinging(JoinedStore):
        def apart(self) -> RecordStore:
            return self

    stores = _Clinging
