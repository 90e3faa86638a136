"""
How to answer a question that has sub-selects: from what they select, or along the order, asking for each row.

No single way is good for everybody. Somebody with a hundred things is answered at once from those
hundred, and somebody with twenty thousand from the first places of the order, where most rows are
theirs. So the rows to start from are counted first, no further than it would still pay.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import attrs

from sharekit.ports.query import AllOf, AnyOf, Condition, Eq, In, InSelect, Not, Query, Select
from sharekit.ports.rows import KeyType, KindSpec

__all__ = [
    "DRIVEN_AT_MOST",
    "PLAIN",
    "Choices",
    "Counts",
    "Plan",
    "choices",
    "chosen",
    "conjuncts",
    "first_to_start",
    "keys_of",
    "leads",
    "starts_exactly",
]

DRIVEN_AT_MOST: int = 2_000
"""From more rows than these it is not started: walking finds a page sooner."""


_JOINED: Final = 100


@attrs.frozen
class Plan:
    """
    A way to answer.

    Attributes:
        driver: The part of the condition whose rows are found first; None for SQLite's own choice.
        probes: Whether other sub-selects are asked for each row, instead of being computed once.
        sorts: Whether the rows are sorted when they are found. SQLite, which does not know how many
            rows there are, would rather walk through all of them in their order.
        kept: Sub-selects that are computed once nevertheless, since they have few values.
        index: The index to walk along, by its keys, which are looked at before the row is fetched.
    """

    driver: Condition | None = None
    probes: bool = False
    sorts: bool = False
    kept: Sequence[InSelect] = ()
    index: tuple[str, ...] | None = None


PLAIN: Final = Plan()


class Counts(Protocol):
    """Counts what a plan would start from, or compute once, and no further than it matters."""

    def driven(self, driver: Condition, limit: int) -> int:
        """Count the rows that would be started from."""
        ...

    def values(self, select: Select, limit: int) -> int:
        """Count the values of a sub-select."""
        ...


@attrs.frozen(eq=False)
class Choices:
    """
    The ways to answer a query, before anything is counted.

    Attributes:
        only: The way, where there is nothing to count.
        starts: What could be started from, the most promising first, with the plan.
        innermost: The sub-selects that have none in them.
        index: The index to walk along.
    """

    only: Plan | None
    starts: Sequence[tuple[Condition, Plan]] = ()
    innermost: Sequence[InSelect] = ()
    index: tuple[str, ...] | None = None
    _walks: dict[tuple[int, ...], Plan] = attrs.field(factory=dict[tuple[int, ...], Plan], init=False)

    def walk(self, kept: Sequence[InSelect]) -> Plan:
        """Return the plan that walks along the order, the same one for the same sub-selects that are kept."""
        named = tuple(map(id, kept))
        found = self._walks.get(named)
        return found or self._walks.setdefault(named, Plan(probes=True, kept=kept, index=self.index))


def choices(query: Query, spec: KindSpec) -> Choices:
    """Return the ways to answer a checked query about rows of this kind."""
    parts = [*conjuncts(query.where)]
    direct = [part for part in parts if isinstance(part, Eq | In) and _starts(part, spec)]
    if query.limit is None:
        return Choices(Plan(probes=True, sorts=True) if direct else PLAIN)
    innermost = [*_innermost(query.where)]
    if not innermost:
        return Choices(PLAIN)
    every = [*direct, *(part for part in parts if part not in direct and _starts(part, spec))]
    starts = [(part, Plan(part, probes=True, sorts=True)) for part in every]
    return Choices(None, starts, innermost, _index_of(query.order.key, parts, spec))


def chosen(among: Choices, counts: Counts) -> Plan:
    """Return how to answer, after counting in the same state of the store."""
    if among.only is not None:
        return among.only
    sizes: dict[int, bool] = {}

    def is_few(each: InSelect) -> bool:
        few = sizes.get(id(each))
        if few is None:
            few = sizes[id(each)] = counts.values(each.select, DRIVEN_AT_MOST + 1) <= DRIVEN_AT_MOST
        return few

    for part, plan in among.starts:
        if counts.driven(part, DRIVEN_AT_MOST + 1) <= DRIVEN_AT_MOST:
            return plan
    return among.walk([each for each in among.innermost if is_few(each)])


def _index_of(key: str, parts: Sequence[Condition], spec: KindSpec) -> tuple[str, ...] | None:
    """Return the index in which the rows that can be in question stand in the order of a key."""
    fixed = {part.key for part in parts if isinstance(part, Eq)}
    fitting = [index for index in spec.indexes if index[-1] == key and fixed.issuperset(index[:-1])]
    return max(fitting, key=len, default=None)


def _innermost(condition: Condition) -> Iterator[InSelect]:
    """Yield the sub-selects that have none in them."""
    match condition:
        case InSelect(_, select):
            inner = [*_innermost(select.where)]
            yield from inner or [condition]
        case AnyOf(conditions) | AllOf(conditions):
            for part in conditions:
                yield from _innermost(part)
        case Not(part):
            yield from _innermost(part)
        case _:
            return


def keys_of(condition: Condition) -> Iterator[str]:
    """Yield the keys of the row itself that a condition looks at."""
    match condition:
        case AnyOf(conditions) | AllOf(conditions):
            for part in conditions:
                yield from keys_of(part)
        case Not(part):
            yield from keys_of(part)
        case _:
            yield condition.key


def conjuncts(where: Condition) -> Iterator[Condition]:
    """Yield the conditions that all hold when this one does."""
    if isinstance(where, AllOf):
        for part in where.conditions:
            yield from conjuncts(part)
    else:
        yield where


def leads(key: str, spec: KindSpec) -> bool:
    """Say whether rows with a given value of a key are found by an index; a yes or no finds too many."""
    return key == "id" or (spec.keys[key] is not KeyType.BOOL and any(index[0] == key for index in spec.indexes))


def _starts(condition: Condition, spec: KindSpec) -> bool:
    """Say whether the rows that meet a condition can be found without looking at others."""
    match condition:
        case Eq(key) | In(key) | InSelect(key):
            return leads(key, spec)
        case AnyOf(conditions):
            together = sum(1 for _ in keys_of(condition))  # each is a SELECT, of which SQLite joins some hundred
            return 0 < together <= _JOINED and all(_starts(part, spec) for part in conditions)
        case AllOf(conditions):
            return any(_starts(part, spec) for part in conditions)
        case _:
            return False


def first_to_start(conditions: Sequence[Condition], spec: KindSpec) -> Condition:
    """Return which of several conditions, all of which hold, to start from."""
    return next(part for part in conditions if _starts(part, spec))


def starts_exactly(driver: Condition) -> bool:
    """Say whether the rows that are started from are just those that meet the driver."""
    match driver:
        case AnyOf(conditions):
            return all(starts_exactly(part) for part in conditions)
        case AllOf():
            return False
        case _:
            return True
