"""The firm's own store, without a base class."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager

from sharekit import TenantId
from sharekit.ports import (
    Companion,
    Condition,
    Eq,
    KindSpec,
    Look,
    Query,
    RecordStore,
    Row,
    RowKey,
    Sight,
    SupportsLook,
    Transaction,
)
from sharekit.ports.collecting import Changes, CollectingTransaction, Entrance, Snapshot
from sharekit.ports.evaluate import known_kind
from sharekit.ports.packing import Packed, pack, unpack


class Shelf:
    """The rows of one tenant."""

    def __init__(self, tenant: TenantId, specs: dict[str, KindSpec], kept: dict[RowKey, Packed]) -> None:
        self._tenant, self._specs, self._kept = tenant, specs, kept

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        packed = self._kept.get((kind, id))
        return None if packed is None else unpack(packed, self._tenant, self._specs[kind], id)

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:
        """Narrow down by the id, when that is asked for."""
        wanted = where.value if isinstance(where, Eq) and where.key == "id" else None
        for of, id_ in self._kept:
            row = self.get(kind, id_) if of == kind and wanted in {None, id_} else None
            if row is not None:
                yield row


class ShelfRecordStore:
    """Keeps rows in a dict, for one process and one thread."""

    def __init__(self) -> None:
        self._entrance = Entrance()
        self._specs: dict[str, KindSpec] = {}
        self._kept: dict[TenantId, dict[RowKey, Packed]] = {}

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Prepare to keep rows of these kinds."""
        self._specs.update({spec.kind: spec for spec in kinds})
        self._entrance.open()

    @contextmanager
    def transaction(self, tenant: TenantId, *, write: bool = False) -> Generator[Transaction]:
        """Begin a transaction."""
        kept = self._kept.setdefault(tenant, {})
        snapshot: Snapshot = Shelf(tenant, self._specs, kept)
        with self._entrance.entered():
            with closing(CollectingTransaction(snapshot, self._specs, tenant, write=write)) as tx:
                yield tx
            _apply(kept, tx.changes)
        tx.call_back()

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind."""
        known_kind(kind, self._specs)
        return sorted(tenant for tenant, kept in self._kept.items() if any(of == kind for of, _ in kept))

    def close(self) -> None:
        """Let go."""
        self._entrance.shut()

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> Look:
        """Read a row and what its keys name."""
        return Glance(self, kind, keys, companions)


class Glance:
    """A prepared question for a row and its companions."""

    def __init__(
        self, store: ShelfRecordStore, kind: str, keys: Sequence[str], companions: Sequence[Companion]
    ) -> None:
        self._store, self._kind, self._keys, self._companions = store, kind, keys, companions

    def see(self, tenant: TenantId, id: str) -> Sight:
        """Read the row of this id and its companions as they are now."""
        with self._store.transaction(tenant) as tx:
            rows = [tx.get(self._kind, id)]
            for companion in self._companions:
                namer = rows[companion.of]
                key = None if namer is None else namer.keys[companion.by]
                named = key.removeprefix(companion.after) if isinstance(key, str) else None
                rows.append(None if named is None else tx.get(companion.kind, named))
        return tuple(rows)

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:  # as in the port
        """Return the row that was seen, then each companion."""
        return [row if isinstance(row, Row) else None for row in sight]

    def values(self, sight: Sight) -> Sequence[object]:
        """Return the bodies alone; it is checked, never asked."""
        return [row.body if isinstance(row, Row) else None for row in sight]


def _apply(kept: dict[RowKey, Packed], changes: Changes) -> None:
    for kind, rows in changes.items():
        for id_, row in rows.items():
            if row is None:
                kept.pop((kind, id_), None)
            else:
                kept[kind, id_] = pack(row)


store: RecordStore = ShelfRecordStore()
looking: SupportsLook = ShelfRecordStore()


def how_many(records: RecordStore, tenant: TenantId) -> int:
    """Use any store."""
    with records.transaction(tenant) as tx:
        rows: list[Row] = tx.find(Query("case", where=Eq("id", "7")))
        return len(rows) + tx.count(Query("case"))
