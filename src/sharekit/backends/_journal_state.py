"""What a process knows of a journal: the rows after some commit."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.backends._held_rows import HeldRows, Table, Tables, check_types, wrong_type
from sharekit.backends._journal_format import FIRST_DIGEST, Checkpoint, Commit
from sharekit.errors import IntegrityError
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row

_REMEMBERED: Final = 1000  # commits whose ids a late writer finds in a checkpoint
_IS: Final = {
    KeyType.TEXT: str,
    KeyType.REF: str,
    KeyType.INT: int,
    KeyType.TIME: datetime,
    KeyType.BOOL: bool,
}


def _recent() -> deque[tuple[int, str]]:
    return deque(maxlen=_REMEMBERED)


@attrs.define(eq=False)
class JournalState:
    """
    The rows after some commit, in the form in which this process declared their kinds.

    Rows of kinds that it did not declare are kept as they are, and so is what else a row has in
    keys that it did not declare: another release may have, and a checkpoint must not lose them.
    `HeldRows.guard` is held to look at the attributes together or to change them.

    Attributes:
        held: The rows.
        number: The number of the commit, 0 before the first.
        digest: Its digest.
        recent: The last commits up to it.
        more: What rows have in keys that are not declared here.
    """

    held: HeldRows = attrs.field(factory=HeldRows)
    number: int = 0
    digest: str = FIRST_DIGEST
    recent: deque[tuple[int, str]] = attrs.field(factory=_recent)
    more: dict[tuple[str, str, str], Mapping[str, KeyValue]] = attrs.field(
        factory=dict[tuple[str, str, str], Mapping[str, KeyValue]]
    )

    def apply(self, commit: Commit, digest: str) -> None:
        """
        Do what the next commit did.

        Raises:
            IntegrityError: It follows another commit than the one that was seen here.
        """
        if commit.previous != self.digest:
            raise IntegrityError(f"commit {commit.number}", "it follows another commit than the one that was here")
        changes: dict[str, dict[str, Row | None]] = {}
        for row in commit.rows:
            changes.setdefault(row.kind, {})[row.id] = self._fitted(row)
        for kind, id_ in commit.removed:
            changes.setdefault(kind, {})[id_] = None
            self.more.pop((commit.tenant, kind, id_), None)
        self.held.keep(commit.tenant, changes)
        self._reached(commit.number, digest, [(commit.number, commit.id)])

    def replace(self, checkpoint: Checkpoint) -> None:
        """Have the rows of a checkpoint in place of what was there."""
        self.more.clear()
        tables = Tables()
        for row in checkpoint.rows:
            tables.setdefault((row.tenant, row.kind), {})[row.id] = self._fitted(row)
        self.held.tables = {key: Table(rows) for key, rows in tables.items()}
        self.recent.clear()
        self._reached(checkpoint.number, checkpoint.digest, checkpoint.recent)

    def declare(self, kinds: Sequence[KindSpec]) -> None:
        """
        Have the rows of these kinds in this form.

        Raises:
            ConfigurationError: A key had another type before; nothing is changed.
        """
        held = self.held
        for spec in kinds:
            check_types(held.specs.get(spec.kind), spec)
        given = {spec.kind: spec for spec in kinds}
        whole = {key: self._whole(table) for key, table in held.tables.items() if key[1] in given}
        for (_, kind), rows in whole.items():
            _check_values(given[kind], rows)
        held.specs = {**held.specs, **given}
        fitted = {key: Table({row.id: self._fitted(row) for row in rows}) for key, rows in whole.items()}
        held.tables = {**held.tables, **fitted}

    def whole_rows(self, tables: Tables, more: Mapping[tuple[str, str, str], Mapping[str, KeyValue]]) -> list[Row]:
        """Return the rows of a state with all that they have."""
        rows = [row for table in tables.values() for row in table.values()]
        if not more:
            return rows
        return [_with(row, more.get((row.tenant, row.kind, row.id))) for row in rows]

    def _whole(self, table: Mapping[str, Row]) -> list[Row]:
        return [_with(row, self.more.get((row.tenant, row.kind, row.id))) for row in table.values()]

    def _reached(self, number: int, digest: str, recent: Sequence[tuple[int, str]]) -> None:
        self.number, self.digest = number, digest
        self.recent.extend(recent)

    def _fitted(self, row: Row) -> Row:
        """Return the row with exactly the keys that are declared, and remember the others."""
        spec = self.held.specs.get(row.kind)
        place = (row.tenant, row.kind, row.id)
        if spec is None:
            return row
        for key, of in spec.keys.items():
            value = row.keys.get(key)
            if value is not None and type(value) is not _IS[of]:
                raise IntegrityError(row.kind, f"the key {key!r} is not of the declared type {of.value}")
        if row.keys.keys() == spec.keys.keys():
            if self.more:
                self.more.pop(place, None)
            return row
        others = {key: value for key, value in row.keys.items() if key not in spec.keys}
        if others:
            self.more[place] = others
        else:
            self.more.pop(place, None)
        return attrs.evolve(row, keys=MappingProxyType({key: row.keys.get(key) for key in spec.keys}))


def _with(row: Row, others: Mapping[str, KeyValue] | None) -> Row:
    return attrs.evolve(row, keys=MappingProxyType({**row.keys, **others})) if others else row


def _check_values(spec: KindSpec, rows: Sequence[Row]) -> None:
    for row in rows:
        for key, of in spec.keys.items():
            value = row.keys.get(key)
            if value is not None and type(value) is not _IS[of]:
                raise wrong_type(spec, key, _type_of(value))


def _type_of(value: KeyValue) -> KeyType:
    return next((of for of, cls in _IS.items() if type(value) is cls), KeyType.TEXT)
