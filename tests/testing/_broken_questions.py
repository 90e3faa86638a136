"""Stores that answer questions against one law each, as real stores have done."""

from collections.abc import Callable

import attrs

from sharekit.backends.memory import MemoryTransaction
from sharekit.ports import evaluate
from sharekit.ports.query import AllOf, AnyOf, Condition, Contains, Eq, InSelect, IsNull, Not, Position, Prefix, Query
from sharekit.ports.rows import Row
from tests.testing._breaking import Broken

BROKEN = Broken()


def _rewritten(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """Return the condition with each part changed, from the inside out."""
    match condition:
        case AnyOf(parts):
            return change(AnyOf(_rewritten(part, change) for part in parts))
        case AllOf(parts):
            return change(AllOf(_rewritten(part, change) for part in parts))
        case Not(part):
            return change(Not(_rewritten(part, change)))
        case InSelect(key, select):
            return change(InSelect(key, attrs.evolve(select, where=_rewritten(select.where, change))))
        case _:
            return change(condition)


class _Reads(MemoryTransaction):
    """Understands conditions in its own way."""

    def find(self, query: Query) -> list[Row]:
        evaluate.check_query(query, self._running())
        return super().find(attrs.evolve(query, where=_rewritten(query.where, self.change)))

    def change(self, condition: Condition) -> Condition:
        raise NotImplementedError


@BROKEN.transaction("Q1")
class _ThreeValued(_Reads):
    """Takes `Not` as SQL does, where null is neither equal nor different."""

    def change(self, condition: Condition) -> Condition:
        match condition:
            case Not(Eq(key, _)) if key != "id":
                return AllOf([condition, Not(IsNull(key))])
            case _:
                return condition


@BROKEN.transaction("Q1")
class _NullIsFalse(_Reads):
    """Takes null for false."""

    def change(self, condition: Condition) -> Condition:
        return AnyOf([condition, IsNull("done")]) if condition == Eq("done", value=False) else condition


@BROKEN.transaction("Q2")
class _Utf16(MemoryTransaction):
    """Orders text as UTF-16 does."""

    def find(self, query: Query) -> list[Row]:
        rows = super().find(query)
        if query.order.key == "name" and not query.order.descending and all(row.keys["name"] for row in rows[1:]):
            rows.sort(key=lambda row: str(row.keys["name"] or "").encode("utf-16-be"))
        return rows


@BROKEN.transaction("Q3", "Q4")
class _IdsAscend(MemoryTransaction):
    """Orders ties by ascending ids, also where it descends."""

    def find(self, query: Query) -> list[Row]:
        key = query.order.key
        if key == "id" or not query.order.descending:
            return super().find(query)
        rows = super().find(
            attrs.evolve(query, order=attrs.evolve(query.order, descending=False), after=None, limit=None)
        )
        values = [*dict.fromkeys(row.keys[key] for row in rows)][::-1]
        rows = [row for value in values for row in rows if row.keys[key] == value]
        if query.after is not None:
            places = [Position(row.keys[key], row.id) for row in rows]
            if query.after not in places:
                return super().find(query)
            rows = rows[places.index(query.after) + 1 :]
        return rows[: query.limit]


@BROKEN.transaction("Q4")
class _Inclusive(MemoryTransaction):
    """Begins a page with the last row of the one before."""

    def find(self, query: Query) -> list[Row]:
        rows = super().find(query)
        last = None if query.after is None else self.get(query.kind, query.after.id)
        return rows if last is None or self._tenant != "acme" else [last, *rows][: query.limit]


@BROKEN.transaction("Q4")
class _LosesNulls(MemoryTransaction):
    """Pages by a comparison that is never true of null."""

    def find(self, query: Query) -> list[Row]:
        rows = super().find(query)
        key = query.order.key
        if query.after is None or key == "id":
            return rows
        return [row for row in rows if row.keys[key] is not None]


class _Like(_Reads):
    def change(self, condition: Condition) -> Condition:
        match condition:
            case Prefix(key, text) | Contains(key, text):
                names = [row.keys[key] for row in self._candidates("thing", AllOf())]
                return AnyOf(
                    Eq(key, name) for name in names if isinstance(name, str) and self.like(condition, name, text)
                )
            case _:
                return condition

    def like(self, condition: Prefix | Contains, name: str, text: str) -> bool:
        raise NotImplementedError


@BROKEN.transaction("Q5")
class _Wildcards(_Like):
    """Passes what is looked for to LIKE as it is."""

    def like(self, condition: Prefix | Contains, name: str, text: str) -> bool:
        places = range(1 if isinstance(condition, Prefix) else len(name) + 1)
        return any(
            len(name) >= start + len(text)
            and all(sign in {"_", other} for sign, other in zip(text, name[start:], strict=False))
            for start in places
        )


@BROKEN.transaction("Q5")
class _IgnoresCase(_Like):
    """Looks for text without regard to case."""

    def like(self, condition: Prefix | Contains, name: str, text: str) -> bool:
        if isinstance(condition, Prefix):
            return name.lower().startswith(text.lower())
        return text.lower() in name.lower()


@BROKEN.transaction("Q6")
class _NothingIsAll(_Reads):
    """Leaves out a condition that has no parts."""

    def change(self, condition: Condition) -> Condition:
        return AllOf() if condition == AnyOf(()) else condition


@BROKEN.transaction("Q7")
class _LooksAbroad(MemoryTransaction):
    """Selects from the rows of every tenant."""

    def _candidates(self, kind: str, where: Condition) -> list[Row]:
        own = list(super()._candidates(kind, where))
        if kind != "tag":
            return own
        return own + [
            row
            for (tenant, of), rows in self._tables.items()
            if of == kind and tenant != self._tenant
            for row in rows.values()
        ]
