"""
The query algebra as expressions of Django's ORM.

SQL's own logic has three values. A condition here may come out as NULL where the algebra says
false; AND, OR and WHERE treat both alike, and `Not` alone asks whether it is true. Django's own
``~Q`` is not used: it guards the columns that it knows to be nullable, and no nested expression.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connections, models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from sharekit.backends._code_points import successor
from sharekit.backends.django.tables import Table, param
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

_CHUNK: Final = 200  # SQLite bounds the depth of an expression, and a chain of n terms is n deep

Rows = QuerySet[models.Model, models.Model]


class _NotTrue(Func):
    template = "((%(expressions)s) IS NOT TRUE)"
    arity = 1


class _AmongJson(Func):
    """Says whether a key is in a JSON array: SQLite bounds the number of parameters, and this is one."""

    template = "(%(expressions)s)))"
    arg_joiner = " IN (SELECT value FROM json_each("
    arity = 2


class _Grouped(Func):
    template = "(%(expressions)s)"
    arity = 1


def answer(query: Query, tenant: TenantId, tables: Mapping[str, Table], using: str) -> Rows:
    """Return the rows that a checked query describes, in its order and up to its limit."""
    compiler = Compiler(tenant, tables, using)
    rows = compiler.rows(query.kind, query.where)
    if query.after is not None:
        rows = rows.filter(_after(query.order.key, query.after, descending=query.order.descending))
    return rows.order_by(*_order(query.order))[: query.limit]


def _order(order: OrderBy) -> Sequence[Any]:  # Any: names and expressions
    direction = "-" if order.descending else ""
    if order.key == "id":
        return [f"{direction}id"]
    key = F(order.key)
    return [key.desc(nulls_last=True) if order.descending else key.asc(nulls_first=True), f"{direction}id"]


def _after(key: str, after: Position, *, descending: bool) -> Q:
    beyond = "lt" if descending else "gt"
    further = Q(**{f"id__{beyond}": after.id})
    if key == "id":
        return further
    if after.value is None:
        nulls = Q(**{f"{key}__isnull": True}) & further
        return nulls if descending else nulls | Q(**{f"{key}__isnull": False})
    value = param(after.value)
    place = Q(**{f"{key}__{beyond}": value}) | (Q(**{key: value}) & further)
    return place | Q(**{f"{key}__isnull": True}) if descending else place


class Compiler:
    """Compiles conditions on the rows of one tenant. What holds of every row or of none is a truth value."""

    def __init__(self, tenant: TenantId, tables: Mapping[str, Table], using: str) -> None:
        self._tenant = tenant
        self._tables = tables
        self._using = using

    def rows(self, kind: str, where: Condition) -> Rows:
        """Return the tenant's rows that meet the condition, in no order."""
        rows = self._tables[kind].model._default_manager.using(self._using).filter(tenant=self._tenant).order_by()
        held = self._q(where)
        if isinstance(held, bool):
            return rows if held else rows.none()
        return rows.filter(held)

    def _q(self, condition: Condition) -> Q | bool:
        match condition:
            case AnyOf(conditions):
                parts = [self._q(part) for part in conditions]
                return True in parts or _chained(Q.OR, [part for part in parts if isinstance(part, Q)])
            case AllOf(conditions):
                parts = [self._q(part) for part in conditions]
                return False not in parts and _chained(Q.AND, [part for part in parts if isinstance(part, Q)])
            case Not(part):
                denied = self._q(part)
                return Q(_NotTrue(denied, output_field=models.BooleanField())) if isinstance(denied, Q) else not denied
            case IsNull(key):
                return key != "id" and Q(**{f"{key}__isnull": True})
            case _:
                return self._leaf(condition, condition.key)

    def _leaf(self, condition: Eq | In | Range | Prefix | Contains | InSelect, key: str) -> Q | bool:
        match condition:
            case Eq(_, value):
                return Q(**{key: param(value)})
            case In(_, values):
                return bool(values) and self._listed(key, [param(value) for value in values])
            case Range():
                return _within(condition, key)
            case Prefix(_, text):
                return _beginning(key, text)
            case Contains(_, text):
                # Django's own `contains` folds case where the database does.
                return Q(GreaterThan(StrIndex(key, Value(text)), 0)) if text else Q(**{f"{key}__isnull": False})
            case _:
                return self._among(key, condition)

    def _listed(self, key: str, values: Sequence[str | int | None]) -> Q:
        if len(values) <= _CHUNK or connections[self._using].vendor != "sqlite":
            return Q(**{f"{key}__in": values})
        listed = Value(json.dumps(values, ensure_ascii=False))
        return Q(_AmongJson(F(key), listed, output_field=models.BooleanField()))

    def _among(self, key: str, condition: InSelect) -> Q | bool:
        inner = condition.select.key
        selected = self.rows(condition.select.kind, condition.select.where)
        if selected.query.is_empty():
            return False
        if inner != "id":
            selected = selected.filter(**{f"{inner}__isnull": False})
        return Q(**{f"{key}__in": selected.values(inner)})


def _within(condition: Range, key: str) -> Q:
    bounds = {"gte": condition.at_least, "gt": condition.above, "lte": condition.at_most, "lt": condition.below}
    return Q(**{f"{key}__{sign}": param(bound) for sign, bound in bounds.items() if bound is not None})


def _beginning(key: str, text: str) -> Q:
    """Return a range of code points, which an index serves and in which no character is special."""
    after = successor(text)
    return Q(**{f"{key}__gte": text}) & (Q() if after is None else Q(**{f"{key}__lt": after}))


def _chained(connector: str, terms: Sequence[Q]) -> Q | bool:
    if not terms:
        return connector == Q.AND
    if len(terms) <= _CHUNK:
        return Q(*terms, _connector=connector)
    chunks = [Q(*terms[start : start + _CHUNK], _connector=connector) for start in range(0, len(terms), _CHUNK)]
    # Django would merge a plain chunk into its like; one in an expression stays apart.
    return _chained(connector, [Q(_Grouped(chunk, output_field=models.BooleanField())) for chunk in chunks])
