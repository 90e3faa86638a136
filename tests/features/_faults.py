"""Stores in which one step fails: before or after it was done, or half way; by an error, or the process ends."""

import contextlib
import enum
import faulthandler
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import attrs

from sharekit.errors import StorageError
from sharekit.ids import BlobKey, TenantId
from sharekit.ports import BlobStore, KindSpec, Query, RecordStore, Row, RowKey, StoredBlob, Transaction

__all__ = ["FaultyBlobs", "FaultyRecords", "Killed", "Mode", "Steps", "Stores", "chosen", "goes_on", "points"]


_STDERR = 2


class Killed(BaseException):
    """The process ends here: nothing after it runs but what a transaction undoes by itself."""


class Mode(enum.StrEnum):
    """How a step fails."""

    ERROR_BEFORE = "error before"
    ERROR_AFTER = "error after"
    """It was done, and its answer was lost: of a commit, nobody knows."""
    KILL_BEFORE = "kill before"
    KILL_AFTER = "kill after"
    TORN = "torn"
    """Half of the bytes were written, then the process ended."""


@attrs.define
class Steps:
    """
    Counts the steps of what is done, and has one of them fail.

    Attributes:
        failing: The number of the step, from 1; 0 for none.
        mode: How.
        dies: What the end of the process does elsewhere, such as at a server.
        names: What was done so far.
    """

    failing: int = 0
    mode: Mode = Mode.ERROR_BEFORE
    dies: Callable[[], None] = lambda: None
    names: list[str] = attrs.field(factory=list[str])

    def step(self, name: str, do: Callable[[], Any]) -> Any:  # noqa: ANN401  # what the step returns
        """Do one step, or fail at it."""
        self.names.append(name)
        if len(self.names) != self.failing:
            return do()
        if self.mode in {Mode.ERROR_BEFORE, Mode.KILL_BEFORE, Mode.TORN}:
            raise self.failure(name)
        do()
        raise self.failure(name)

    def failure(self, name: str) -> BaseException:
        """Return what a failing step raises."""
        if self.mode in {Mode.ERROR_BEFORE, Mode.ERROR_AFTER}:
            return StorageError(name)
        self.dies()
        return Killed(name)


def goes_on() -> None:
    """Begin the time anew that pytest gives a test: in a deep run each point has all of it."""
    faulthandler.cancel_dump_traceback_later()
    faulthandler.dump_traceback_later(300, exit=True, file=_STDERR)


@attrs.define
class Stores:
    """
    Records, and the same ones as a process sees them that is going to fail.

    Attributes:
        name: Which store it is.
        healthy: For everybody else.
        victim: For what fails.
        dies: As in `Steps`.
    """

    name: str
    healthy: RecordStore
    victim: RecordStore
    dies: Callable[[], None] = lambda: None


@attrs.define
class FaultyBlobs:
    """A store of bytes that fails at one of its steps."""

    inner: BlobStore
    steps: Steps

    def write(self, key: BlobKey, chunks: Iterable[bytes]) -> int:
        """Open, each chunk, and the end are steps; a torn write leaves half of what came."""
        self.steps.step("B1 open", lambda: None)
        passed: list[bytes] = []

        def counted() -> Iterator[bytes]:
            for chunk in chunks:
                passed.append(chunk)
                self.steps.step("B2 chunk", lambda: None)
                yield chunk

        try:
            self.steps.names.append("B3 close")
            failing = len(self.steps.names) == self.steps.failing
            written = self.inner.write(key, counted())
        except Killed:
            self._tear(key, passed)
            raise
        if failing:
            if self.steps.mode in {Mode.ERROR_BEFORE, Mode.KILL_BEFORE, Mode.TORN}:
                self.inner.delete(key)
                self._tear(key, passed)
            raise self.steps.failure("B3 close")
        return written

    def _tear(self, key: BlobKey, passed: list[bytes]) -> None:
        if self.steps.mode is Mode.TORN:
            data = b"".join(passed)
            self.inner.write(key, [data[: len(data) // 2] or b"t"])

    def read(self, key: BlobKey, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Reading is a step."""
        read: Iterator[bytes] = self.steps.step("B4 read", lambda: self.inner.read(key, start, stop))
        return read

    def size(self, key: BlobKey) -> int | None:
        """So is asking for the size."""
        size: int | None = self.steps.step("B4 size", lambda: self.inner.size(key))
        return size

    def delete(self, key: BlobKey) -> None:
        """So is deleting."""
        self.steps.step("B5 delete", lambda: self.inner.delete(key))

    def blobs(self, prefix: str) -> Iterator[StoredBlob]:
        """So is listing."""
        listed: Iterator[StoredBlob] = self.steps.step("B6 list", lambda: self.inner.blobs(prefix))
        return listed


class _FaultyTransaction:
    """A transaction that fails at one of its statements."""

    def __init__(self, inner: Transaction, steps: Steps) -> None:
        self._inner = inner
        self._steps = steps

    def get(self, kind: str, id: str) -> Row | None:
        row: Row | None = self._steps.step("S2 get", lambda: self._inner.get(kind, id))
        return row

    def get_many(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        rows: list[Row | None] = self._steps.step("S2 get_many", lambda: self._inner.get_many(wanted))
        return rows

    def find(self, query: Query) -> list[Row]:
        rows: list[Row] = self._steps.step("S2 find", lambda: self._inner.find(query))
        return rows

    def count(self, query: Query) -> int:
        return self._inner.count(query)

    def put(self, row: Row) -> int:
        revision: int = self._steps.step("S2 put", lambda: self._inner.put(row))
        return revision

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        now: int | None = self._steps.step("S2 bump", lambda: self._inner.bump(kind, id, counter, limit, amount))
        return now

    def delete(self, kind: str, id: str, revision: int) -> None:
        self._steps.step("S2 delete", lambda: self._inner.delete(kind, id, revision))

    def after_commit(self, callback: Callable[[], None]) -> None:
        self._inner.after_commit(callback)


class _FaultyBlock(AbstractContextManager[Transaction]):
    """The block of a transaction that fails at its beginning, or at its commit."""

    def __init__(self, inner: AbstractContextManager[Transaction], steps: Steps, *, write: bool) -> None:
        self._inner = inner
        self._steps = steps
        self._write = write

    def __enter__(self) -> Transaction:
        begun: list[Transaction] = []
        try:
            self._steps.step("S1 begin", lambda: begun.append(self._inner.__enter__()))
        except BaseException as failure:
            if begun:
                self._inner.__exit__(type(failure), failure, None)
            raise
        return _FaultyTransaction(begun[0], self._steps)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool | None:
        if kind is not None or not self._write:
            return self._inner.__exit__(kind, error, at)
        done: list[bool] = []
        try:
            self._steps.step("S3 commit", lambda: done.append(bool(self._inner.__exit__(None, None, None))))
        except BaseException as failure:
            if not done:
                with contextlib.suppress(BaseException):
                    self._inner.__exit__(type(failure), failure, None)
            raise
        return None


def points(names: Sequence[str]) -> list[tuple[int, Mode]]:
    """Return every place to fail, with each way to fail there: only what writes bytes is torn."""
    return [
        (number, mode)
        for number, name in enumerate(names, start=1)
        for mode in Mode
        if mode is not Mode.TORN or name.startswith(("B1", "B2", "B3"))
    ]


def chosen(every: Sequence[tuple[int, Mode]], store: str, *, deep: bool) -> Sequence[tuple[int, Mode]]:
    """Return all of them in the deep run, else a sample: more where a point takes less time."""
    return every if deep else every[:: {"memory": 11, "sqlite": 61}.get(store, 151)]


@attrs.define
class FaultyRecords:
    """A store of records that fails at one of its steps."""

    inner: RecordStore
    steps: Steps

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Open the store."""
        self.inner.open(kinds)

    def transaction(self, tenant: TenantId, *, write: bool = False) -> AbstractContextManager[Transaction]:
        """Begin a transaction, whose every part is a step."""
        return _FaultyBlock(self.inner.transaction(tenant, write=write), self.steps, write=write)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Name the tenants; a step too."""
        named: Sequence[TenantId] = self.steps.step("S2 tenants", lambda: self.inner.tenants(kind))
        return named

    def close(self) -> None:
        """Close the store."""
        self.inner.close()
