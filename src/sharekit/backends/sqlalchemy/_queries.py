"""The query algebra as SQL."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from sharekit.backends.sqlalchemy import _ways
from sharekit.backends.sqlalchemy._tables import KindTable, param
from sharekit.backends.sqlalchemy._ways import PLAIN, Start, Way
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
    Position,
    Prefix,
    Query,
    Range,
    Value,
)

Sql = sa.ColumnElement[bool]
Column = sa.ColumnElement[Any]  # of every type

_LISTED = 32  # more values than these travel as one parameter
_CHUNK = 200  # SQLite bounds the depth of an expression, and a chain of n terms is n deep
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_PARTS: Final = {"postgresql": "strpos"}  # elsewhere it is called instr


class Compiler:
    """
    Compiles the questions of one tenant to one dialect.

    SQL's own logic has three values. A condition here may come out as NULL where the algebra says
    false; AND, OR and WHERE treat both alike, and `Not` alone asks whether it is true.
    """

    def __init__(self, tenant: TenantId, tables: Mapping[str, KindTable], dialect: str, way: Way = PLAIN) -> None:
        self._tenant = tenant
        self._tables = tables
        self._dialect = dialect
        self._way = way
        # What stands within a sub-select is asked as it is.
        self._within: Compiler = self if way is PLAIN else Compiler(tenant, tables, dialect)

    def stretches(self, query: Query) -> Sequence[sa.Select[Any]]:  # Any: the columns of a kind
        """
        Return the questions whose rows one after the other are the answer: `KindTable.held`, then the id.

        There are two when a page begins before or within the rows without a value in the key of the
        order: each of the two can then walk an index from where it begins.
        """
        kept = self._tables[query.kind]
        key = kept.table.c[query.order.key]
        order = [key, kept.id] if query.order.key != "id" else [key]
        asked = sa.select(*kept.held, kept.id).where(self.rows(kept.table, query.where))
        asked = asked.order_by(*[self._ordered(column, descending=query.order.descending) for column in order])
        if query.after is None:
            return (asked,)
        return [asked.where(more) for more in self._after(kept, key, query.after, descending=query.order.descending)]

    def started(self, start: Start) -> sa.Select[Any]:  # Any: a number
        """Return the question how many ids a start finds, counted no further than a few."""
        ids = sa.union_all(*self._ids(start)).limit(_ways.FEW + 1).subquery()
        return sa.select(sa.func.count()).select_from(ids)

    def _ids(self, start: Start) -> Iterator[sa.Select[Any]]:  # Any: an id
        for leaf in start.leaves:
            if isinstance(leaf, InSelect) and leaf.key == "id":
                yield self._selected(leaf)[0]
            else:
                other = self._tables[start.kind].table.alias()
                yield sa.select(other.c["id"]).where(self._within.rows(other, leaf))

    def _selected(self, condition: InSelect) -> tuple[sa.Select[Any], Column]:  # Any: the values of a key
        """Return the values of a sub-select, and the column that they are in."""
        # Under another name, so that a question may ask for a kind within itself.
        inner = self._tables[condition.select.kind].table.alias()
        wanted = inner.c[condition.select.key]
        return sa.select(wanted).where(self._within.rows(inner, condition.select.where), wanted.is_not(None)), wanted

    def _ordered(self, column: Column, *, descending: bool) -> Column:
        ordered = column.desc() if descending else column.asc()
        if self._dialect != "postgresql" or column.key in {"id", "tenant"}:
            return ordered  # elsewhere null is the least anyway
        return ordered.nulls_last() if descending else ordered.nulls_first()

    def _after(self, kept: KindTable, key: Column, after: Position, *, descending: bool) -> Iterator[Sql]:
        beyond_id = kept.id < after.id if descending else kept.id > after.id
        if key is kept.id:
            yield beyond_id
        elif after.value is not None:
            value = _given(key, after.value)
            beyond = key < value if descending else key > value
            # The first condition is what an index can begin with.
            yield sa.and_(key <= value if descending else key >= value, sa.or_(beyond, beyond_id))
            if descending:
                yield key.is_(None)
        else:
            yield sa.and_(key.is_(None), beyond_id)
            if not descending:
                yield key.is_not(None)

    def rows(self, table: sa.FromClause, where: Condition) -> Sql:
        """Return the condition that rows of the tenant meet."""
        mine = table.c["tenant"] == self._tenant
        return mine if where == AllOf() else sa.and_(mine, self._sql(where, table).self_group())

    def _sql(self, condition: Condition, table: sa.FromClause) -> Sql:
        match condition:
            case AnyOf():
                return self.any_of(condition, table)
            case AllOf(conditions):
                return _chained(sa.and_, [self._sql(part, table) for part in conditions]) if conditions else _always()
            case Not(part):
                return sa.not_(sa.func.coalesce(self._sql(part, table), sa.false()))
            case IsNull(key):
                return table.c[key].is_(None)
            case _:
                return self._leaf(condition, table.c[condition.key])

    def any_of(self, condition: AnyOf, table: sa.FromClause) -> Sql:
        """Return the condition that one of several is met: on the way, or by starting from the rows that may."""
        start, parts = self._way.start, condition.conditions
        if start is None or condition is not start.part:
            return _chained(sa.or_, [self._sql(part, table) for part in parts]) if parts else _never()
        among = table.c["id"].in_(sa.union(*self._ids(start)))
        if start.is_exact:
            return among
        probing = Compiler(self._tenant, self._tables, self._dialect, Way(probes=True))
        return sa.and_(among, probing.any_of(condition, table).self_group())

    def _leaf(self, condition: Eq | In | Range | Prefix | Contains | InSelect, key: Column) -> Sql:
        match condition:
            case Eq(_, value):
                return key == _given(key, value)
            case In(_, values):
                return self._among(key, values)
            case Range():
                return _within(condition, key)
            case Prefix(_, text):
                return _beginning(key, text)
            case Contains(_, text):
                found: sa.ColumnElement[int] = getattr(sa.func, _PARTS.get(self._dialect, "instr"))(key, text)
                return found > 0
            case InSelect():
                return self._asked_of(condition, key)

    def _asked_of(self, condition: InSelect, key: Column) -> Sql:
        selected, wanted = self._selected(condition)
        if not self._way.probes:
            return key.in_(selected.correlate(None))
        probe = selected.with_only_columns(sa.literal(1)).where(wanted == key).limit(1)
        return probe.correlate(key.table).scalar_subquery().is_not(None)

    def _among(self, key: Column, values: Sequence[Value]) -> Sql:
        given = [param(value) for value in values]
        if len(given) > _LISTED and self._dialect == "postgresql":
            return key == sa.any_(sa.literal(given, ARRAY(key.type)))
        if len(given) > _LISTED and self._dialect == "sqlite":
            listed = sa.func.json_each(json.dumps(given, ensure_ascii=False)).table_valued("value")
            return key.in_(sa.select(listed.c.value))
        return key.in_(given)


def _given(key: Column, value: Value) -> Column:
    """Return a value as a parameter; SQLAlchemy would write some values into the statement."""
    return sa.literal(param(value), key.type)


def _never() -> Sql:
    return sa.literal(1) == sa.literal(0)


def _always() -> Sql:
    return sa.literal(1) == sa.literal(1)


def _chained(operator: Callable[..., Sql], terms: Sequence[Sql]) -> Sql:
    if len(terms) <= _CHUNK:
        return operator(*[term.self_group() for term in terms])
    chunks = [terms[start : start + _CHUNK] for start in range(0, len(terms), _CHUNK)]
    # Each within a call, since SQLAlchemy makes one flat chain of chains of the same operator.
    return _chained(operator, [sa.func.coalesce(_chained(operator, chunk), sa.false()) for chunk in chunks])


def _within(condition: Range, key: Column) -> Sql:
    bounds: list[Sql] = []
    if condition.at_least is not None:
        bounds.append(key >= _given(key, condition.at_least))
    if condition.above is not None:
        bounds.append(key > _given(key, condition.above))
    if condition.at_most is not None:
        bounds.append(key <= _given(key, condition.at_most))
    if condition.below is not None:
        bounds.append(key < _given(key, condition.below))
    return sa.and_(*bounds)


def _beginning(key: Column, text: str) -> Sql:
    """Return a range of code points, which an index serves and in which no character is special."""
    after = _successor(text)
    return key >= text if after is None else sa.and_(key >= text, key < after)


def _successor(text: str) -> str | None:
    """Return the least text above all that begin with *text*, or None when there is none."""
    stem = text.rstrip(chr(_LAST_CODE_POINT))
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(_SURROGATES.stop if following in _SURROGATES else following)
