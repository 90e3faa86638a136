"""The table of one kind: its SQL, and the way between rows and columns."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sharekit.errors import IntegrityError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row, new_row

AMONG: Final = "IN (SELECT value FROM json_each(?))"
"""However many values there are, they are one parameter, and the statement stays the same."""

# Rows that were made together have their times in common.
_time_of: Final = lru_cache(maxsize=4096)(time_of)

READERS: Final[Mapping[KeyType, Callable[[int], KeyValue]]] = {KeyType.TIME: _time_of, KeyType.BOOL: bool}
"""How those keys are read that a column does not hold as they are."""


def table_name(kind: str) -> str:
    """Return the name of the kind's table."""
    return f"sharekit_{kind.replace('-', '_')}"


def index_name(kind: str, keys: Sequence[str]) -> str:
    """Return the name of an index; no table or key has a hyphen in it, so that no two share a name."""
    return "-".join([table_name(kind), *(keys or ["tenant"])])


def index_columns(spec: KindSpec, keys: Sequence[str]) -> Sequence[str]:
    """
    Return the columns of an index.

    What is found by the id of something else begins with that: SQLite compares the first column of an index
    much faster than those after it, and the tenant, mostly the same in all rows, would make it compare both.
    What holds nothing but what is carried, in an order that lists have, holds all of that, so that they read
    nothing else.
    """
    first = keys[:1] if keys and spec.keys[keys[0]] is KeyType.REF else ()
    return [*dict.fromkeys([*first, "tenant", *keys, "id", *(spec.carried if is_list(spec, keys) else ())])]


def is_list(spec: KindSpec, keys: Sequence[str]) -> bool:
    """Say whether an index is one along which lists walk, and which holds all that is carried."""
    return len(keys) > 1 and {*keys} <= {*spec.carried}


def carried_name(spec: KindSpec) -> str:
    """Return the name of the index that holds what the rows of a kind carry beside their ids."""
    return index_name(spec.kind, ["id", *spec.carried])


def column(key: str) -> str:
    """Return the key's column, quoted, since a key may be a word of SQL."""
    return f'"{key}"'


def param(value: KeyValue) -> str | int | None:
    """Return the value as its column holds it."""
    if isinstance(value, datetime):
        return micros_of(value)
    return int(value) if isinstance(value, bool) else value


class Table:
    """
    Where the rows of one kind are kept.

    Attributes:
        kind: The kind.
        spec: What was declared of it.
        name: The table's name, quoted.
        columns: What `row` takes, in that order, for a SELECT.
        qualified: The same, where the rows go by the name ``r``.
        width: How many columns that are.
        by_id: SELECT of one row; takes tenant and id.
        among: SELECT of the rows with one of several ids, each followed by its id; takes tenant and
            a JSON array of ids.
        insert: Takes tenant and id, then what `written` returns.
        update: Takes what `written` returns, then tenant, id and the revision before.
        delete: Takes tenant, id and revision.
    """

    def __init__(self, spec: KindSpec) -> None:
        self.kind = spec.kind
        self.spec = spec
        self._keys = tuple(spec.keys)
        self._readers = tuple((key, READERS[of]) for key, of in spec.keys.items() if of in READERS)
        self._beside = {"id", *spec.carried} if spec.carried else frozenset[str]()
        self._carried = column(carried_name(spec))
        self.name = column(table_name(spec.kind))
        held = [*map(column, spec.keys), "revision", "schema", "body"]
        self.width = len(held)
        self.columns = ", ".join(held)
        self.qualified = ", ".join(f"r.{name}" for name in held)
        here = "tenant = ? AND id = ?"
        self.by_id = f"SELECT {self.columns} FROM {self.name} WHERE {here}"
        self.among = f"SELECT {self.columns}, id FROM {self.name} WHERE tenant = ? AND id {AMONG}"
        places = ", ".join("?" * (len(held) + 2))
        self.insert = f"INSERT INTO {self.name} (tenant, id, {self.columns}) VALUES ({places})"
        changes = ", ".join(f"{name} = ?" for name in held)
        self.update = f"UPDATE {self.name} SET {changes} WHERE {here} AND revision = ?"
        self.delete = f"DELETE FROM {self.name} WHERE {here} AND revision = ?"

    # Any: SQLite gives what was stored, and only `written` stores.
    def row(self, tenant: TenantId, id_: str, values: Sequence[Any]) -> Row:
        """Return the row that `columns` hold; whatever follows them is left alone."""
        keys: dict[str, Any] = dict(zip(self._keys, values, strict=False))
        for key, reader in self._readers:
            if keys[key] is not None:
                try:
                    keys[key] = reader(keys[key])
                except (OverflowError, TypeError) as error:
                    raise IntegrityError(self.kind, f"the key {key!r} is not what was stored") from error
        rest = len(keys)
        return new_row(
            tenant=tenant,
            kind=self.kind,
            id=id_,
            revision=values[rest],
            schema=values[rest + 1],
            body=values[rest + 2],
            keys=keys,
        )

    def written(self, row: Row, revision: int) -> list[str | int | None]:
        """Return the `columns` of a checked row at its new revision."""
        keys = row.keys
        return [*[param(keys[key]) for key in self._keys], revision, row.schema, row.body]

    def beside(self, keys: AbstractSet[str]) -> str:
        """Return what a SELECT says after the table's name to read what the rows carry, where that is enough."""
        return f" INDEXED BY {self._carried}" if keys <= self._beside else ""

    def holds(self, index: Sequence[str], keys: AbstractSet[str]) -> bool:
        """Say whether a declared index holds these keys, or more."""
        return keys <= {*index_columns(self.spec, index)}

    def index(self, keys: Sequence[str]) -> str:
        """Return the name of a declared index, quoted."""
        return column(index_name(self.kind, keys))

    def bump(self, counter: str) -> str:
        """Return the statement that takes amount, tenant, id and the greatest count to add to."""
        name = column(counter)
        return (
            f"UPDATE {self.name} SET {name} = coalesce({name}, 0) + ?, revision = revision + 1"
            f" WHERE tenant = ? AND id = ? AND coalesce({name}, 0) <= ? RETURNING {name}"
        )

    def tenants(self) -> str:
        """Return the SELECT of the tenants, which leaps from one to the next instead of reading every row."""
        return (
            f"WITH RECURSIVE leap(tenant) AS (SELECT min(tenant) FROM {self.name} UNION ALL"
            f" SELECT (SELECT min(tenant) FROM {self.name} WHERE tenant > leap.tenant) FROM leap"
            " WHERE leap.tenant IS NOT NULL) SELECT tenant FROM leap WHERE tenant IS NOT NULL"
        )


def joined(tables: Sequence[Table]) -> str:
    """
    Return the SELECT of one row of each table, which takes tenant and id for each in turn.

    Each row ends with the place of its table among *tables*.
    """
    width = max(table.width for table in tables)
    return " UNION ALL ".join(
        f"SELECT {table.columns}{', NULL' * (width - table.width)}, {place} FROM {table.name}"
        " WHERE tenant = ? AND id = ?"
        for place, table in enumerate(tables)
    )
