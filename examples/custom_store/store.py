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
from contextlib import ExitStack, closing, contextmanager, nullcontext
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


@contextmanager
def translated(operation: str) -> Generator[None]:
    """Let nobody see the exceptions of files and of JSON (law S6)."""
    try:
        yield
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise StorageError(operation) from error


class Folder:
    """Reads and replaces the files, one for each tenant."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).absolute()

    def make(self) -> None:
        """Make the folder, for its owner alone, where there is none."""
        with translated("opening"):
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def tenants(self) -> list[TenantId]:
        """Return the tenants that have a file."""
        with translated("listing"):
            return [TenantId(bytes.fromhex(path.stem).decode()) for path in self._path.glob("*.json")]

    def read(self, tenant: TenantId) -> State:
        """Return one state of a tenant's rows; a file that is replaced meanwhile is read to its end."""
        with translated("reading"):
            try:
                state: State = json.loads(self._of(tenant).read_bytes())
            except FileNotFoundError:
                return {}
            if not all(isinstance(rows, dict) for rows in state.values()):
                raise TypeError("the file holds something else than rows by kind and id")
        return state

    def replace(self, tenant: TenantId, state: State) -> None:
        """Keep another state, durably; only the holder of the lock may."""
        with translated("writing"):
            new = self._path / "new"  # what a dead writer left there is overwritten
            with new.open("wb") as file:
                file.write(json.dumps(state).encode())
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._of(tenant))  # the commit
            folder = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keep every other writer out: threads too, since each opening of the file has a lock of its own."""
        with ExitStack() as stack:
            with translated("locking"):
                lock = stack.enter_context((self._path / "lock").open("ab"))
                fcntl.flock(lock, fcntl.LOCK_EX)  # the system lets go of it when a process dies
            yield

    def _of(self, tenant: TenantId) -> Path:
        # Two tenants may differ in case alone, which some file systems overlook.
        return self._path / f"{tenant.encode().hex()}.json"


@attrs.frozen
class JsonSnapshot:
    """One state of one tenant's rows."""

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


def changed(state: State, changes: Changes) -> State:
    """Apply what a transaction collected."""
    for kind, rows in changes.items():
        stored = state.setdefault(kind, {})
        for id_, row in rows.items():
            if row is None:
                stored.pop(id_, None)  # it may have come and gone within the transaction
            else:
                stored[id_] = pack(row)
    return state


class JsonRecordStore:
    """Keeps the rows of each tenant in one JSON file of a folder."""

    def __init__(self, folder: str | Path, snapshot: type[JsonSnapshot] = JsonSnapshot) -> None:
        self._folder = Folder(folder)
        self._snapshot = snapshot
        self._specs: Mapping[str, KindSpec] = {}
        self._entrance = Entrance()

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Prepare to keep rows of these kinds."""
        self._entrance.check_outside()
        self._folder.make()
        self._specs = {**self._specs, **{spec.kind: spec for spec in kinds}}
        self._entrance.open()

    @contextmanager
    def transaction(self, tenant: TenantId, *, write: bool = False) -> Generator[Transaction]:
        """Begin a transaction; leaving the block commits, an exception rolls back."""
        with self._entrance.entered(), self._folder.locked() if write else nullcontext():
            state, specs = self._folder.read(tenant), self._specs
            snapshot = self._snapshot(tenant, specs, state)
            with closing(CollectingTransaction(snapshot, specs, tenant, write=write)) as tx:
                yield tx
            if tx.changes:
                self._folder.replace(tenant, changed(state, tx.changes))
        tx.call_back()

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        self._entrance.check()
        known_kind(kind, self._specs)
        return sorted(tenant for tenant in self._folder.tenants() if self._folder.read(tenant).get(kind))

    def close(self) -> None:
        """Refuse transactions until `open` is called again."""
        self._entrance.shut()
