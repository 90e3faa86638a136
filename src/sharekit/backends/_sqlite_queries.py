"""The query algebra as SQL."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import attrs

from sharekit.backends._code_points import successor
from sharekit.backends._sqlite_plans import (
    PLAIN,
    Plan,
    conjuncts,
    first_to_start,
    keys_of,
    leads,
    starts_exactly,
)
from sharekit.backends._sqlite_tables import AMONG, Table, column, index_columns, param
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
    Select,
)

Params = list[str | int | None]

LISTED = 32  # more values than these travel as one parameter
_CHUNK = 200  # SQLite bounds the depth of an expression, and a chain of n terms is n deep


@attrs.frozen
class Part:
    """
    One of the one or two stretches that a query's answer consists of, in their order.

    Two, when a page begins before or within the rows without a value in the key of the order:
    each of the two can then walk an index from where it begins.
    """

    source: str
    where: str
    order: str
    params: Params

    def select(self, table: Table) -> str:
        """Return the SELECT of the rows, each followed by its id; takes `params`, then how many at most."""
        return f"SELECT {table.qualified}, r.id FROM {self.source} WHERE {self.where} ORDER BY {self.order} LIMIT ?"

    def pick(self, keys: Sequence[str]) -> str:
        """Return the SELECT of some keys of the rows; takes the same."""
        listed = ", ".join(f"r.{column(key)}" for key in keys)
        return f"SELECT {listed} FROM {self.source} WHERE {self.where} ORDER BY {self.order} LIMIT ?"

    def count(self) -> str:
        """Return the SELECT of their number; takes `params`, then how many to count at most."""
        return f"SELECT count(*) FROM (SELECT 1 FROM {self.source} WHERE {self.where} LIMIT ?)"


def parts(
    query: Query,
    tenant: TenantId,
    tables: Mapping[str, Table],
    plan: Plan = PLAIN,
    picked: AbstractSet[str] | None = None,
) -> Sequence[Part]:
    """
    Return the conditions, tenant included, whose rows one after the other are the answer.

    Args:
        query: The question.
        tenant: Whose rows are meant.
        tables: Where they are.
        plan: How to answer.
        picked: The keys that are read of each row, where that is not all of it.
    """
    compiler = Compiler(tenant, tables, plan)
    table, guard = tables[query.kind], "" if plan.driver is None else "+"
    row = Seen(table, "r", guard)
    source, leading = f"{table.name} r", row
    if plan.index is not None and picked is not None and table.holds(plan.index, picked):
        source = f"{source} INDEXED BY {table.index(plan.index)}"
        where = compiler.answer(query.where, row)
    elif plan.index is not None:
        # For a table without row ids SQLite would fetch each row before it looks at the index it walks.
        beside = "" if picked is None else table.beside(picked)
        source = f"{table.name} w INDEXED BY {table.index(plan.index)} CROSS JOIN {table.name} r{beside}"
        leading = Seen(table, "w")
        where = compiler.walk(query.where, leading, row, {*index_columns(table.spec, plan.index)})
    else:
        where = compiler.answer(query.where, row)
    order = _order(query.order, Seen(table, "r", "+") if plan.sorts else leading)
    if query.after is None:
        return (Part(source, where, order, compiler.params),)
    later = stretches(leading.column(query.order.key), leading.column("id"), query.after, query.order)
    return [Part(source, f"{where} AND {more}", order, compiler.params + params) for more, params in later]


def counted_values(select: Select, tenant: TenantId, tables: Mapping[str, Table]) -> tuple[str, Params]:
    """Return the SELECT of how many values a sub-select has, which takes a limit last."""
    compiler = Compiler(tenant, tables, PLAIN)
    return f"SELECT count(*) FROM ({compiler.values(select)} LIMIT ?)", compiler.params


def _order(order: OrderBy, seen: "Seen") -> str:
    direction = " DESC" if order.descending else ""
    keys = ["id"] if order.key == "id" else [order.key, "id"]
    return ", ".join(f"{seen.column(key)}{direction}" for key in keys)


def stretches(key: str, id_: str, after: Position, order: OrderBy) -> Iterator[tuple[str, Params]]:
    """Yield what holds of the rows after a place, by the columns of the order's key and of the id."""
    beyond = "<" if order.descending else ">"
    if order.key == "id":
        yield f"{id_} {beyond} ?", [after.id]
    elif after.value is not None:
        yield f"({key}, {id_}) {beyond} (?, ?)", [param(after.value), after.id]
        if order.descending:
            yield f"{key} IS NULL", []
    else:
        yield f"{key} IS NULL AND {id_} {beyond} ?", [after.id]
        if not order.descending:
            yield f"{key} IS NOT NULL", []


@attrs.frozen
class Seen:
    """The rows of which a condition is said: their table, its name in the statement, and a plus to use no index."""

    table: Table
    name: str
    guard: str = ""

    def column(self, key: str) -> str:
        """Return a column of theirs."""
        return f"{self.guard}{self.name}.{column(key)}"


class Compiler:
    """
    Compiles conditions, and gathers their parameters in the order of the question marks.

    SQL's own logic has three values. A condition here may come out as NULL where the algebra says
    false; AND, OR and WHERE treat both alike, and `Not` alone asks whether it is true.
    """

    def __init__(self, tenant: TenantId, tables: Mapping[str, Table], plan: Plan) -> None:
        self._tenant = tenant
        self._tables = tables
        self._plan = plan
        self._probes = plan.probes
        self._names = 0
        self.params: Params = []

    def answer(self, where: Condition, seen: Seen) -> str:
        """Return what holds of the tenant's rows that meet the condition, by the plan."""
        driver = self._plan.driver
        if driver is None:
            return self._rows(where, seen)
        self.params.append(self._tenant)
        self._probes = False
        found = f"+{seen.name}.tenant = ? AND {seen.name}.id IN ({self.ids(driver, seen.table)})"
        self._probes = self._plan.probes
        rest = [part for part in conjuncts(where) if part is not driver or not starts_exactly(driver)]
        return " AND ".join([found, *(self.in_chain(part, seen) for part in rest)])

    def walk(self, where: Condition, leading: Seen, row: Seen, led: AbstractSet[str]) -> str:
        """Return what holds of an index's places, which have some keys, and then of their rows."""
        every = [*conjuncts(where)]
        first = [part for part in every if led >= {*keys_of(part)}]
        then = [part for part in every if part not in first]
        self.params.append(self._tenant)
        terms = [f"{leading.column('tenant')} = ?", *(self.in_chain(part, leading) for part in first)]
        terms += ["r.id = w.id", "+r.tenant = w.tenant", *(self.in_chain(part, row) for part in then)]
        return " AND ".join(terms)

    def ids(self, driver: Condition, table: Table) -> str:
        """Return the SELECT of the ids to start from, of which some may come more than once."""
        match driver:
            case AnyOf(conditions):
                return " UNION ALL ".join(self.ids(part, table) for part in conditions)
            case AllOf(conditions):
                return self.ids(first_to_start(conditions, table.spec), table)
            case InSelect("id", select):
                return self.values(select)
            case _:
                seen = self.another(table)
                where = self._rows(driver, seen)
                return f"SELECT {seen.column('id')} FROM {table.name} {seen.name} WHERE {where}"

    def another(self, table: Table) -> Seen:
        """Return some more rows of a table, under a name of their own."""
        self._names += 1
        return Seen(table, f"r{self._names}")

    def _rows(self, where: Condition, seen: Seen) -> str:
        self.params.append(self._tenant)
        tenant = seen.column("tenant")
        return f"{tenant} = ?" if where == AllOf() else f"{tenant} = ? AND {self._inner(where, seen)}"

    def _inner(self, condition: Condition, seen: Seen) -> str:
        sql = self._sql(condition, seen)
        return f"({sql})" if isinstance(condition, AnyOf) else sql

    def _sql(self, condition: Condition, seen: Seen) -> str:
        match condition:
            case AnyOf(conditions):
                return _chained(" OR ", [self.in_chain(part, seen) for part in conditions]) or "0"
            case AllOf(conditions):
                return _chained(" AND ", [self.in_chain(part, seen) for part in conditions]) or "1"
            case Not(part):
                return f"({self._sql(part, seen)}) IS NOT TRUE"
            case IsNull(key):
                return f"{seen.column(key)} IS NULL"
            case InSelect():
                return self._selected(condition, seen.column(condition.key))
            case _:
                return self._leaf(condition, seen.column(condition.key))

    def in_chain(self, condition: Condition, seen: Seen) -> str:
        """Return what a condition says of such rows, fit to stand between ANDs and ORs."""
        sql = self._sql(condition, seen)
        return f"({sql})" if isinstance(condition, AnyOf | AllOf) else sql

    def _selected(self, condition: InSelect, value: str) -> str:
        if condition in self._plan.kept:
            return f"+{value} IN ({self.values(condition.select)})"
        if self._probes and leads(condition.select.key, self._tables[condition.select.kind].spec):
            return self._probe(value, condition.select)
        return f"{value} IN ({self.values(condition.select)})"

    def values(self, select: Select) -> str:
        """Return the SELECT of the values of a sub-select, which SQLite runs once."""
        seen = self.another(self._tables[select.kind])
        where, value = self._rows(select.where, seen), seen.column(select.key)
        return f"SELECT {value} FROM {seen.table.name} {seen.name} WHERE {where} AND {value} IS NOT NULL"

    def _probe(self, value: str, select: Select) -> str:
        """Return the question whether a sub-select has one value, which SQLite asks for each row."""
        seen = self.another(self._tables[select.kind])
        where = self._rows(select.where, seen)
        return (
            f"EXISTS (SELECT 1 FROM {seen.table.name} {seen.name}"
            f" WHERE {seen.column(select.key)} = {value} AND {where})"
        )

    def _leaf(self, condition: Eq | In | Range | Prefix | Contains, key: str) -> str:
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

    def _among(self, key: str, values: Params) -> str:
        if len(values) > LISTED:
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
