"""
A record store in a folder of JSON files: one file for each tenant.

A reader reads the whole file, which is one state. A writer holds a lock, writes a new file beside
the old one, and puts it in its place in one step, so that a crash leaves the one or the other.
Fit for some thousand rows, for any number of threads and processes of one POSIX machine.
"""

import fcntl
import json
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import attrs
from sharekit.errors import StorageError
from sharekit.ids import TenantId
from sharekit.ports import Condition, KindSpec, Row, Transaction
from sharekit.ports.collecting import Changes, CollectingTransaction, Entrance
from sharekit.ports.evaluate import known_kind
from sharekit.ports.packing import Packed, pack, unpack

State = dict[str, dict[str, Packed]]
"""The rows of a tenant, by kind and id."""


class JsonRecordStore:
    """Keeps the rows of each tenant in one JSON file of a folder."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder).absolute()
        self._specs: Mapping[str, KindSpec] = {}
        self._entrance = Entrance()

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Prepare to keep rows of these kinds."""
        self._entrance.check_outside()
        with _translated("opening"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._specs = {**self._specs, **{spec.kind: spec for spec in kinds}}
        self._entrance.open()

    @contextmanager
    def transaction(self, tenant: TenantId, *, write: bool = False) -> Generator[Transaction]:
        """Begin a transaction; leaving the block commits, an exception rolls back."""
        with self._entrance.entered(), self._alone() if write else nullcontext():
            state = self._read(tenant)
            snapshot = JsonSnapshot(tenant, self._specs, state)
            with closing(CollectingTransaction(snapshot, self._specs, tenant, write=write)) as tx:
                yield tx
            if tx.changes:
                self._replace(tenant, _changed(state, tx.changes))
        tx.call_back()

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        self._entrance.check()
        known_kind(kind, self._specs)
        with _translated("listing"):
            every = [TenantId(bytes.fromhex(path.stem).decode()) for path in self._folder.glob("*.json")]
        return sorted(tenant for tenant in every if self._read(tenant).get(kind))

    def close(self) -> None:
        """Refuse transactions until `open` is called again."""
        self._entrance.shut()

    def _path(self, tenant: TenantId) -> Path:
        # Two tenants may differ in case alone, which some file systems overlook.
        return self._folder / f"{tenant.encode().hex()}.json"

    @contextmanager
    def _alone(self) -> Generator[None]:
        # Each opening of the file has a lock of its own, so it keeps threads apart as well as
        # processes; the system lets go of it when a process dies.
        with _translated("locking"):
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with _translated("locking"):
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _read(self, tenant: TenantId) -> State:
        with _translated("reading"):
            try:
                state: State = json.loads(self._path(tenant).read_bytes())
            except FileNotFoundError:
                return {}
            if not all(isinstance(rows, dict) for rows in state.values()):
                raise TypeError("the file holds something else than rows by kind and id")
        return state

    def _replace(self, tenant: TenantId, state: State) -> None:
        with _translated("writing"):
            new = self._folder / "new"  # only the holder of the lock writes it; a dead one's is overwritten
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(json.dumps(state).encode())
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path(tenant))  # the commit
            _sync(self._folder)


@attrs.frozen
class JsonSnapshot:
    """The state of one tenant's file."""

    tenant: TenantId
    specs: Mapping[str, KindSpec]
    state: State

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        packed = self.state.get(kind, {}).get(id)
        return None if packed is None else unpack(packed, self.tenant, self.specs[kind], id)

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:  # noqa: ARG002  # the evaluator chooses
        """Return all rows of the kind."""
        stored, spec = self.state.get(kind, {}), self.specs[kind]
        return [unpack(packed, self.tenant, spec, id_) for id_, packed in stored.items()]


def _changed(state: State, changes: Changes) -> State:
    for kind, rows in changes.items():
        stored = state.setdefault(kind, {})
        for id_, row in rows.items():
            if row is None:
                stored.pop(id_, None)  # it may have come and gone within the transaction
            else:
                stored[id_] = pack(row)
    return state


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated(operation: str) -> Generator[None]:
    """Let nobody see the exceptions of files and of JSON (law S6)."""
    try:
        yield
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StorageError(operation) from error
