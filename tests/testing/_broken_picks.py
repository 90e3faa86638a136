"""Stores whose transactions read keys alone, against one law each."""

from collections.abc import Sequence

import attrs

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports import KeyValue, Query, Row, evaluate
from tests.testing._breaking import Broken

BROKEN = Broken()

Lines = Sequence[Sequence[KeyValue]]


class _Picking(MemoryTransaction):
    """Picks as it should."""

    def pick(self, query: Query, keys: Sequence[str]) -> Lines:
        evaluate.check_picked(keys, evaluate.known_kind(query.kind, self._running()))
        return self.lines(self.find(query), keys)

    def lines(self, rows: Sequence[Row], keys: Sequence[str]) -> Lines:
        return [[*(row.id if key == "id" else row.keys[key] for key in keys), row.body] for row in rows]


class Picks(MemoryRecordStore):
    """Has such transactions."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
        return _Picking(self._state, tenant, write=write)


@BROKEN.transaction("P1")
class _Sorted(_Picking):
    """Gives the lines in an order of its own."""

    def lines(self, rows: Sequence[Row], keys: Sequence[str]) -> Lines:
        return super().lines(sorted(rows, key=lambda row: row.id), keys)


@BROKEN.transaction("P1")
class _InDeclaredOrder(_Picking):
    """Gives the keys in the order in which they were declared."""

    def lines(self, rows: Sequence[Row], keys: Sequence[str]) -> Lines:
        return super().lines(rows, sorted(keys))


@BROKEN.transaction("P1")
class _TruthAsANumber(_Picking):
    """Gives a bool as its column holds it."""

    def lines(self, rows: Sequence[Row], keys: Sequence[str]) -> Lines:
        lines = super().lines(rows, keys)
        return [[int(value) if isinstance(value, bool) else value for value in line] for line in lines]


@BROKEN.transaction("P1")
class _NothingOfNothing(_Picking):
    """Gives no lines where no keys are asked for."""

    def lines(self, rows: Sequence[Row], keys: Sequence[str]) -> Lines:
        return super().lines(rows, keys) if keys else []


@BROKEN.transaction("P1")
class _WithoutLimit(_Picking):
    """Forgets how many lines were wanted."""

    def pick(self, query: Query, keys: Sequence[str]) -> Lines:
        return super().pick(attrs.evolve(query, limit=None), keys)


@BROKEN.transaction("P2")
class _NullForUnknownKeys(_Picking):
    """Gives nothing for a key that is unknown."""

    def pick(self, query: Query, keys: Sequence[str]) -> Lines:
        self._running()
        return [[row.id if key == "id" else row.keys.get(key) for key in keys] for row in self.find(query)]


@BROKEN.transaction("P2")
class _NothingOfUnknownKinds(_Picking):
    """Finds nothing where it should refuse."""

    def pick(self, query: Query, keys: Sequence[str]) -> Lines:
        self._running()
        try:
            return super().pick(query, keys)
        except InvalidQueryError:
            return []


@BROKEN.transaction("P3")
class _ReadsAfterwards(_Picking):
    """Reads on when it is over."""

    def pick(self, query: Query, keys: Sequence[str]) -> Lines:
        if not self._is_over():
            return super().pick(query, keys)
        return []

    def _is_over(self) -> bool:
        try:
            self._running()
        except Exception:  # noqa: BLE001  # whatever it says
            return True
        return False
