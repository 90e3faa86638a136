"""Finds rows of several kinds by one statement, which sees one state by itself."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

from sharekit.backends._sqlite_connections import Connections
from sharekit.backends._sqlite_errors import meaning
from sharekit.backends._sqlite_queries import LISTED
from sharekit.backends._sqlite_tables import AMONG, READERS, column
from sharekit.backends._sqlite_transactions import Layout
from sharekit.errors import IntegrityError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import check_sought
from sharekit.ports.rows import KeyValue
from sharekit.ports.stores import Sought

__all__ = ["SqliteGlance"]

_BESIDE_KEYS: Final = ("id", "revision", "schema", "body")
_SHAPES: Final = 200  # numbers of values that statements are kept for
_APART: Final = 8  # values up to which a SELECT for each is quicker than one for all

_Reader = tuple[int, Callable[[int], KeyValue]]


class SqliteGlance:
    """A glance of `SqliteRecordStore`, which makes it."""

    def __init__(self, connections: Connections, layout: Layout, sought: Sequence[Sought]) -> None:
        self._ask = connections.ask
        self._kinds = [check_sought(each, layout.specs).kind for each in sought]
        width = max([len(each.keys) for each in sought], default=0)
        self._selects: list[str] = []
        self._readers: dict[int, list[_Reader]] = {}
        for place, each in enumerate(sought):
            types = layout.specs[each.kind].keys
            columns = [str(place), *_BESIDE_KEYS, *map(column, each.keys), *["NULL"] * (width - len(each.keys))]
            readers = [(at, READERS[types[key]]) for at, key in enumerate(each.keys, 5) if types[key] in READERS]
            if readers:
                self._readers[place] = readers
            where = f"WHERE tenant = ? AND {'id' if each.by == 'id' else column(each.by)}"
            self._selects.append(f"SELECT {', '.join(columns)} FROM {layout.tables[each.kind].name} {where}")
        self._known: dict[tuple[int, ...], str] = {}

    # Any: SQLite gives what was stored.
    def see(self, tenant: TenantId, values: Sequence[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """Return a line for each row that is found now."""
        shape, params = _filled(tenant, values)
        sql = self._known.get(shape) or self._statement(shape)
        try:
            lines = self._ask(sql, params) if sql else []
        except sqlite3.Error as error:
            raise meaning(error, "glancing at rows") from error
        except UnicodeEncodeError:
            storable = [[value for value in among if _is_storable(value)] for among in values]
            return self.see(tenant, storable) if _is_storable(tenant) else []
        readers = self._readers
        return [self._read(line) if line[0] in readers else line for line in lines] if readers else lines

    def _statement(self, shape: tuple[int, ...]) -> str:
        """Return the statement for so many values of each; none for none at all."""
        if len(self._known) >= _SHAPES:
            self._known.clear()
        parts = [part for select, count in zip(self._selects, shape, strict=True) for part in _parts(select, count)]
        return self._known.setdefault(shape, " UNION ALL ".join(parts))

    def _read(self, line: Sequence[Any]) -> Sequence[Any]:  # as above
        values = list(line)
        for at, reader in self._readers[line[0]]:
            if values[at] is not None:
                try:
                    values[at] = reader(values[at])
                except (OverflowError, TypeError) as error:
                    raise IntegrityError(self._kinds[line[0]], "a key is not what was stored") from error
        return values


def _parts(select: str, count: int) -> list[str]:
    """Return SELECTs for so many values, which are different."""
    if count <= _APART:
        return [f"{select} = ?"] * count
    return [f"{select} {AMONG}" if count > LISTED else f"{select} IN ({', '.join('?' * count)})"]


def _filled(tenant: TenantId, values: Sequence[Sequence[str]]) -> tuple[tuple[int, ...], list[str]]:
    """Return how many different values there are of each, and the parameters of the statement for so many."""
    shape: list[int] = []
    params: list[str] = []
    for among in values:
        if len(among) == 1:
            shape.append(1)
            params += tenant, among[0]
            continue
        different = dict.fromkeys(among)
        shape.append(len(different))
        if len(different) > LISTED:
            params += tenant, json.dumps([*different], ensure_ascii=False)
        elif len(different) > _APART:
            params += tenant, *different
        else:
            for value in different:
                params += tenant, value
    return tuple(shape), params


def _is_storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
