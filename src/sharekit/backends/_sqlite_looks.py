"""Reads a row and the rows that its keys name by one statement, which sees one state by itself."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_tables import Readers, Table, column
from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports.rows import Row
from sharekit.ports.stores import Companion, Sight

__all__ = ["SqliteLook"]

_BESIDE_KEYS = ("revision", "schema", "body")


@attrs.frozen
class _Seen:
    """
    Where one of the rows stands in a sight.

    Attributes:
        table: Its table.
        keys: The keys that are read of it.
        start: The place of the first of them.
        named: The place of the key that names it; None for the row itself.
        after: How many characters stand before its id in that key.
    """

    table: Table
    keys: tuple[str, ...]
    start: int
    named: int | None
    after: int
    readers: Readers = attrs.field(init=False)
    rest: int = attrs.field(init=False)
    """The place of the revision, which the schema and the body follow."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "readers", self.table.readers(self.keys))
        object.__setattr__(self, "rest", self.start + len(self.keys))

    def row(self, tenant: TenantId, id_: str, sight: Sequence[Any]) -> Row | None:  # Any: what was stored
        rest = self.rest
        revision = sight[rest]
        if revision is None:
            return None
        keys = dict(zip(self.keys, sight[self.start : rest], strict=True)) if self.keys else {}
        if self.readers:
            self.table.read_keys(keys, self.readers)
        return Row(
            tenant=tenant,
            kind=self.table.kind,
            id=id_ if self.named is None else sight[self.named][self.after :],
            revision=revision,
            schema=sight[rest + 1],
            body=sight[rest + 2],
            keys=keys,
        )


class SqliteLook:
    """A look of `SqliteRecordStore`, which makes it."""

    def __init__(
        self,
        connections: Connections,
        tables: Mapping[str, Table],
        kind: str,
        keys: Sequence[str],
        companions: Sequence[Companion],
    ) -> None:
        self._ask = connections.ask
        self._seen = _arranged(tables, kind, keys, companions)
        self._sql = _statement(self._seen, companions)

    def see(self, tenant: TenantId, id: str) -> Sight:
        """Read the row of this id and its companions as they are now."""
        try:
            return self._ask(self._sql, (tenant, id)) or ()
        except sqlite3.Error as error:
            raise meaning(error, "looking at a row") from error
        except UnicodeEncodeError:
            return ()  # no such id could have been stored

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:
        """Return the row that was seen, then each companion, or None for what is not there."""
        return [seen.row(tenant, id, sight) if sight else None for seen in self._seen]


def _arranged(
    tables: Mapping[str, Table], kind: str, keys: Sequence[str], companions: Sequence[Companion]
) -> list[_Seen]:
    kinds = [kind, *(companion.kind for companion in companions)]
    wanted = [dict.fromkeys(keys), *(dict.fromkeys(companion.keys) for companion in companions)]
    for place, companion in enumerate(companions):
        if not 0 <= companion.of <= place:
            raise InvalidQueryError("a companion is named by a row before it")
        wanted[companion.of][companion.by] = None
    arranged: list[_Seen] = []
    for place, (of, names) in enumerate(zip(kinds, wanted, strict=True)):
        if of not in tables:
            raise InvalidQueryError(f"the kind {of!r} is not declared")
        tables[of].check_keys(names)
        start = arranged[-1].rest + len(_BESIDE_KEYS) if arranged else 0
        if place == 0:
            arranged.append(_Seen(tables[of], tuple(names), start, None, 0))
        else:
            companion = companions[place - 1]
            namer = arranged[companion.of]
            named = namer.start + namer.keys.index(companion.by)
            arranged.append(_Seen(tables[of], tuple(names), start, named, len(companion.after)))
    return arranged


def _statement(seen: Sequence[_Seen], companions: Sequence[Companion]) -> str:
    """Return the SELECT of all columns, which takes tenant and id and finds one row at most."""
    columns = [f"r{place}.{name}" for place, one in enumerate(seen) for name in (*map(column, one.keys), *_BESIDE_KEYS)]
    source = f"{seen[0].table.name} r0"
    for place, companion in enumerate(companions, start=1):
        key = f"r{companion.of}.{column(companion.by)}"
        condition = f"r{place}.id = {key}"
        if companion.after:
            condition = f"r{place}.id = substr({key}, {len(companion.after) + 1}) AND {_begins(key, companion.after)}"
        source += f" LEFT JOIN {seen[place].table.name} r{place} ON r{place}.tenant = r0.tenant AND {condition}"
    return f"SELECT {', '.join(columns)} FROM {source} WHERE r0.tenant = ? AND r0.id = ?"


def _begins(key: str, text: str) -> str:
    """Return the condition that a column begins with a text, which is quicker than to cut that off."""
    # Literals: `Companion` lets no character in that would need quoting, or comes just before one.
    return f"{key} >= '{text}' AND {key} < '{text[:-1]}{chr(ord(text[-1]) + 1)}'"
