"""The query algebra as SQL."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

import json
from collections.abc import Iterator, Mapping, Sequence

import attrs

from sharekit.backends._code_points import successor
from sharekit.backends._sqlite_tables import AMONG, Table, column, param
from sharekit.ids import TenantId
from sharekit.ports.query import (
    AllOf,
    AnyOf,
    Condition,
    Contains,
    Eq,
    In,
    InSelect,
    IsNull,
    Not,
    OrderBy,
    Position,
    Prefix,
    Query,
    Range,
)

Params = list[str | int | None]

_LISTED = 32  # more values than these travel as one parameter
_CHUNK = 200  # SQLite bounds the depth of an expression, and a chain of n terms is n deep


@attrs.frozen
class Part:
    """
    One of the one or two stretches that a query's answer consists of, in their order.

    Two, when a page begins before or within the rows without a value in the key of the order:
    each of the two can then walk an index from where it begins.
    """

    where: str
    params: Params

    def select(self, table: Table, order: OrderBy) -> str:
        """Return the SELECT of the rows, each followed by its id; takes `params`, then how many at most."""
        direction = " DESC" if order.descending else ""
        key = "" if order.key == "id" else f"{column(order.key)}{direction}, "
        return f"SELECT {table.columns}, id FROM {table.name} WHERE {self.where} ORDER BY {key}id{direction} LIMIT ?"

    def count(self, table: Table) -> str:
        """Return the SELECT of their number; takes `params`, then how many to count at most."""
        return f"SELECT count(*) FROM (SELECT 1 FROM {table.name} WHERE {self.where} LIMIT ?)"


def parts(query: Query, tenant: TenantId, tables: Mapping[str, Table]) -> Sequence[Part]:
    """Return the conditions, tenant included, whose rows one after the other are the answer."""
    compiler = _Compiler(tenant, tables)
    where = compiler.rows(query.where)
    if query.after is None:
        return (Part(where, compiler.params),)
    stretches = _after(column(query.order.key), query.after, descending=query.order.descending)
    return [Part(f"{where} AND {more}", compiler.params + params) for more, params in stretches]


def _after(key: str, after: Position, *, descending: bool) -> Iterator[tuple[str, Params]]:
    beyond = "<" if descending else ">"
    if key == column("id"):
        yield f"id {beyond} ?", [after.id]
    elif after.value is not None:
        yield f"({key}, id) {beyond} (?, ?)", [param(after.value), after.id]
        if descending:
            yield f"{key} IS NULL", []
    else:
        yield f"{key} IS NULL AND id {beyond} ?", [after.id]
        if not descending:
            yield f"{key} IS NOT NULL", []


class _Compiler:
    """
    Compiles conditions, and gathers their parameters in the order of the question marks.

    SQL's own logic has three values. A condition here may come out as NULL where the algebra says
    false; AND, OR and WHERE treat both alike, and `Not` alone asks whether it is true.
    """

    def __init__(self, tenant: TenantId, tables: Mapping[str, Table]) -> None:
        self._tenant = tenant
        self._tables = tables
        self.params: Params = []

    def rows(self, where: Condition) -> str:
        """Return what holds of the tenant's rows that meet the condition."""
        self.params.append(self._tenant)
        return "tenant = ?" if where == AllOf() else f"tenant = ? AND {self._inner(where)}"

    def _inner(self, condition: Condition) -> str:
        sql = self._sql(condition)
        return f"({sql})" if isinstance(condition, AnyOf) else sql

    def _sql(self, condition: Condition) -> str:
        match condition:
            case AnyOf(conditions):
                return _chained(" OR ", [self._sql_in_chain(part) for part in conditions]) or "0"
            case AllOf(conditions):
                return _chained(" AND ", [self._sql_in_chain(part) for part in conditions]) or "1"
            case Not(part):
                return f"({self._sql(part)}) IS NOT TRUE"
            case IsNull(key):
                return f"{column(key)} IS NULL"
            case _:
                return self._leaf(condition, column(condition.key))

    def _sql_in_chain(self, condition: Condition) -> str:
        sql = self._sql(condition)
        return f"({sql})" if isinstance(condition, AnyOf | AllOf) else sql

    def _leaf(self, condition: Eq | In | Range | Prefix | Contains | InSelect, key: str) -> str:
        match condition:
            case Eq(_, value):
                self.params.append(param(value))
                return f"{key} = ?"
            case In(_, values):
                return self._among(key, [param(value) for value in values])
            case Range():
                return self._within(condition, key)
            case Prefix(_, text):
                return self._beginning(key, text)
            case Contains(_, text):
                self.params.append(text)
                return f"instr({key}, ?) > 0"
            case _:
                select = condition.select
                inner = column(select.key)
                where = self.rows(select.where)
                name = self._tables[select.kind].name
                return f"{key} IN (SELECT {inner} FROM {name} WHERE {where} AND {inner} IS NOT NULL)"

    def _among(self, key: str, values: Params) -> str:
        if len(values) > _LISTED:
            self.params.append(json.dumps(values, ensure_ascii=False))
            return f"{key} {AMONG}"
        self.params.extend(values)
        return f"{key} IN ({', '.join('?' * len(values))})"

    def _within(self, condition: Range, key: str) -> str:
        bounds = {
            ">=": condition.at_least,
            ">": condition.above,
            "<=": condition.at_most,
            "<": condition.below,
        }
        given = {sign: bound for sign, bound in bounds.items() if bound is not None}
        self.params.extend(param(bound) for bound in given.values())
        return " AND ".join(f"{key} {sign} ?" for sign in given)

    def _beginning(self, key: str, text: str) -> str:
        """Return a range of code points, which an index serves and in which no character is special."""
        self.params.append(text)
        after = successor(text)
        if after is None:
            return f"{key} >= ?"
        self.params.append(after)
        return f"{key} >= ? AND {key} < ?"


def _chained(operator: str, terms: list[str]) -> str:
    if len(terms) <= _CHUNK:
        return operator.join(terms)
    chunks = [terms[start : start + _CHUNK] for start in range(0, len(terms), _CHUNK)]
    return _chained(operator, [f"({operator.join(chunk)})" for chunk in chunks])
