"""Statements that read some keys of rows alone: where they are carried beside the ids, no row is touched."""
# ruff: noqa: S608  # names of tables and columns come from checked kinds, every value is a parameter

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import attrs

from sharekit.backends._sqlite_plans import Plan, conjuncts, first_to_start, keys_of, leads
from sharekit.backends._sqlite_queries import Compiler, Params, Seen, parts, stretches
from sharekit.backends._sqlite_tables import Table
from sharekit.ids import TenantId
from sharekit.ports.query import AllOf, AnyOf, Condition, Eq, In, InSelect, Query

__all__ = ["counted_start", "picks"]

_Start = Eq | In | InSelect


def picks(
    query: Query, tenant: TenantId, tables: Mapping[str, Table], plan: Plan, keys: Sequence[str]
) -> list[tuple[str, Params]]:
    """
    Return the SELECTs whose lines, one after the other, hold these keys of the rows that a query describes.

    Each takes its parameters, then how many lines at most.
    """
    table = tables[query.kind]
    read = {*keys, *keys_of(query.where), query.order.key}
    columns = [*keys, *(key for key in (query.order.key, "id") if key not in keys)]
    if plan.driver is None:
        found = parts(query, tenant, tables, plan, read)
        return [(part.pick(columns), part.params) for part in found]
    rest = [part for part in conjuncts(query.where) if part is not plan.driver]
    beside = table.beside(read)
    place, last = columns.index(query.order.key) + 1, columns.index("id") + 1
    direction = " DESC" if query.order.descending else ""
    ordered = ", ".join(f"{at}{direction}" for at in dict.fromkeys([place, last]))
    later: list[tuple[str, Params]] = [("", [])]
    if query.after is not None:
        row = Seen(table, "r", "+")
        later = [*stretches(row.column(query.order.key), row.column("id"), query.after, query.order)]
    picked: list[tuple[str, Params]] = []
    for more, params in later:
        arms = _Arms(query.kind, tenant, tables)
        starts = _branches(plan.driver, rest, table)
        selects = [arms.rows(start, also, (more, params), columns, beside) for start, also in starts]
        if len(selects) == 1:  # a row may come several times, and only a union takes it once
            selects.append(f"SELECT {', '.join(['NULL'] * len(columns))} WHERE 0")
        picked.append((f"{' UNION '.join(selects)} ORDER BY {ordered} LIMIT ?", arms.params))
    return picked


def counted_start(driver: Condition, kind: str, tenant: TenantId, tables: Mapping[str, Table]) -> tuple[str, Params]:
    """Return the SELECT of how many ids a plan with this driver starts from, which takes a limit last."""
    arms = _Arms(kind, tenant, tables)
    ids = " UNION ALL ".join(arms.ids(start) for start, _ in _branches(driver, [], tables[kind]))
    return f"SELECT count(*) FROM ({ids} LIMIT ?)", arms.params


def _branches(driver: Condition, also: Sequence[Condition], table: Table) -> Iterator[tuple[_Start, list[Condition]]]:
    """Yield what can be started from by itself, each with what else has to hold."""
    match driver:
        case AnyOf(conditions):
            for part in conditions:
                yield from _branches(part, also, table)
        case AllOf(conditions):
            start = first_to_start(conditions, table.spec)
            yield from _branches(start, [*(part for part in conditions if part is not start), *also], table)
        case Eq() | In() | InSelect():
            yield driver, [*also]
        case _:
            raise AssertionError(driver)  # nothing else is started from


@attrs.define
class _From:
    """What a SELECT reads, the one that stands first found first, and what holds of it."""

    sources: list[str] = attrs.field(factory=list)
    terms: list[str] = attrs.field(factory=list)


class _Arms:
    """Compiles what is started from as a join, of which SQLite has to gather nothing before the first row."""

    def __init__(self, kind: str, tenant: TenantId, tables: Mapping[str, Table]) -> None:
        self._compiler = compiler = Compiler(tenant, tables, Plan(probes=True))
        self._table = tables[kind]
        self._tenant = tenant
        self._tables = tables
        self.params = compiler.params

    def rows(
        self, start: _Start, also: Sequence[Condition], more: tuple[str, Params], columns: Sequence[str], beside: str
    ) -> str:
        """Return the SELECT of these columns of the rows that are started from and meet some more."""
        read, table = _From(), self._table
        id_ = self._started(read, start)
        row = Seen(table, "r", "+")
        read.sources.append(f"{table.name} r{beside}")
        self.params.append(self._tenant)
        read.terms += f"r.id = {id_}", "r.tenant = ?"
        read.terms += [self._compiler.in_chain(part, row) for part in also]
        if more[0]:
            read.terms.append(more[0])
            self.params.extend(more[1])
        listed = ", ".join(Seen(table, "r").column(key) for key in columns)
        return f"SELECT {listed} FROM {' CROSS JOIN '.join(read.sources)} WHERE {' AND '.join(read.terms)}"

    def ids(self, start: _Start) -> str:
        """Return the SELECT of the ids that are started from, of which some may come more than once."""
        read = _From()
        id_ = self._started(read, start)
        return f"SELECT {id_} FROM {' CROSS JOIN '.join(read.sources)} WHERE {' AND '.join(read.terms)}"

    def _started(self, read: _From, start: _Start) -> str:
        """Add what is read to find rows, and return the column of their ids."""
        value = self._selected(read, start) if isinstance(start, InSelect) else None
        if value is not None and start.key == "id":
            return value
        seen = self._reading(read, self._table)
        if value is None:
            read.terms.append(self._compiler.in_chain(start, seen))
        else:
            read.terms.append(f"{seen.column(start.key)} = {value}")
        return seen.column("id")

    def _selected(self, read: _From, condition: InSelect) -> str:
        """Add what is read for a sub-select, and return the column of its values, some more than once."""
        select = condition.select
        table = self._tables[select.kind]
        every = [*conjuncts(select.where)]
        inner = _led(every, table)
        value = None if inner is None else self._selected(read, inner)
        seen = self._reading(read, table)
        if inner is not None:
            read.terms.append(f"{seen.column(inner.key)} = {value}")
        read.terms += [self._compiler.in_chain(part, seen) for part in every if part is not inner]
        return seen.column(select.key)

    def _reading(self, read: _From, table: Table) -> Seen:
        seen = self._compiler.another(table)
        read.sources.append(f"{table.name} {seen.name}")
        self.params.append(self._tenant)
        read.terms.append(f"{seen.column('tenant')} = ?")
        return seen


def _led(conditions: Sequence[Condition], table: Table) -> InSelect | None:
    """Return the sub-select that leads to the rows which meet all of these, where nothing simpler does."""
    is_led = partial(leads, spec=table.spec)
    if any(isinstance(part, Eq | In) and is_led(part.key) for part in conditions):
        return None
    return next((part for part in conditions if isinstance(part, InSelect) and is_led(part.key)), None)
