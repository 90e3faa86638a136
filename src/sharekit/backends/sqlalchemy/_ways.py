"""
How PostgreSQL is asked a question whose rows any of several sub-selects may give.

As it is written, PostgreSQL walks through all rows, since it joins with no sub-select that stands
beside an OR. So the rows to start from are counted first, no further than it would still pay. Where
they are few, their ids become one sub-select, with which it does join; where they are many, the
order is walked, and each sub-select is asked for the one row, so that a page is soon full.
"""

from collections.abc import Collection, Iterator
from typing import Final

import attrs

from sharekit.ports.query import AllOf, AnyOf, Condition, Eq, In, InSelect, Query

__all__ = ["FEW", "PLAIN", "Start", "Way", "start_of"]

FEW: Final = 2_000
"""From more rows than these it is not started: walking finds a page sooner."""

Leaf = Eq | In | InSelect


@attrs.frozen(eq=False)
class Start:
    """
    Where to start from.

    Attributes:
        kind: The kind of the rows.
        part: A condition that all rows meet.
        leaves: Each finds rows by an index; together they find every row that meets it.
        is_exact: Whether they find no others.
    """

    kind: str
    part: AnyOf
    leaves: tuple[Leaf, ...]
    is_exact: bool


@attrs.frozen(eq=False)
class Way:
    """
    A way to ask.

    Attributes:
        start: Where to start from; None for the order.
        probes: Whether sub-selects are asked for each row.
    """

    start: Start | None = None
    probes: bool = False


PLAIN: Final = Way()


def start_of(query: Query, leading: Collection[str]) -> Start | None:
    """Return where a question for one page could start from, or None where its own way is the best."""
    if query.limit is None:
        return None
    for part in _conjuncts(query.where):
        if isinstance(part, AnyOf):
            leaves = _leaves(part, leading)
            if leaves is not None and any(isinstance(leaf, InSelect) for leaf in leaves):
                return Start(query.kind, part, tuple(leaves), is_exact=_is_exact(part))
    return None


def _conjuncts(where: Condition) -> Iterator[Condition]:
    if isinstance(where, AllOf):
        for part in where.conditions:
            yield from _conjuncts(part)
    else:
        yield where


def _leaves(condition: Condition, leading: Collection[str]) -> list[Leaf] | None:
    match condition:
        case Eq(key) | In(key) | InSelect(key):
            return [condition] if key in leading else None
        case AnyOf(conditions) if conditions:
            found = [_leaves(part, leading) for part in conditions]
            return None if None in found else [leaf for leaves in found if leaves is not None for leaf in leaves]
        case AllOf(conditions):
            return next((leaves for part in conditions if (leaves := _leaves(part, leading)) is not None), None)
        case _:
            return None


def _is_exact(condition: Condition) -> bool:
    if isinstance(condition, AnyOf):
        return all(_is_exact(part) for part in condition.conditions)
    return not isinstance(condition, AllOf)
