"""Stores that stamp their state against one law each."""

import threading
from types import TracebackType

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.ids import TenantId
from sharekit.ports import Stamp
from tests.testing._breaking import Broken

BROKEN = Broken()


class _Counting(MemoryTransaction):
    def __init__(self, store: "Stamps", tenant: TenantId, *, write: bool) -> None:
        super().__init__(store._state, tenant, write=write)
        self._store = store

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Before and after: whoever asks in between is given neither of the stamps around the commit.
        self._store.count(self._write)
        super().__exit__(kind, error, traceback)
        self._store.count(self._write)


class Stamps(MemoryRecordStore):
    """Stamps as it should: by how many transactions that write came to their ends."""

    def __init__(self) -> None:
        super().__init__()
        self._commits = 0

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        return _Counting(self, tenant, write=write)

    def count(self, commits: int) -> None:
        with self._state.guard:
            self._commits += commits

    def stamp(self) -> Stamp:
        self._state.check_free()
        return self.made()

    def made(self) -> Stamp:
        with self._state.guard:
            return self._commits


@BROKEN.store("U1")
class _OfItsOwnThread(Stamps):
    """Counts what the thread that asks has committed, and nothing else."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        mine = self._state.mine.__dict__
        mine["written"] = mine.get("written", 0) + write
        return super().transaction(tenant, write=write)

    def made(self) -> Stamp:
        written: int = self._state.mine.__dict__.get("written", 0)
        return written


@BROKEN.store("U1")
class _OfOthers(Stamps):
    """Counts what others have committed, and not what the thread itself has."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        mine = self._state.mine.__dict__
        mine["written"] = mine.get("written", 0) + write
        return super().transaction(tenant, write=write)

    def made(self) -> Stamp:
        written: int = self._state.mine.__dict__.get("written", 0)
        return self._commits - 2 * written


@BROKEN.store("U1")
class _OfWhatIsThere(Stamps):
    """Stamps alike what is alike: a row that was removed and put again is no change."""

    def made(self) -> Stamp:
        rows = [row for kept in self._state.tables.values() for row in kept.values()]
        return tuple(sorted((row.tenant, row.kind, row.id, row.revision, row.body) for row in rows))


@BROKEN.store("U2")
class _NeverTheSame(Stamps):
    """Stamps each question."""

    def made(self) -> Stamp:
        return object()


@BROKEN.store("U3")
class _StampsForOneThread(Stamps):
    """Serves the thread alone that asked first."""

    thread: int | None = None

    def made(self) -> Stamp:
        self.thread = self.thread or threading.get_ident()
        if self.thread != threading.get_ident():
            raise RuntimeError("another thread")
        return super().made()


@BROKEN.store("U3")
class _StampsInside(Stamps):
    """Stamps what was committed from inside a transaction, too."""

    def stamp(self) -> Stamp:
        return self.made()
