"""
Portal scopes as a form has them: several ways, of which one suffices, each a list of what must hold and what must not.

Every scope can be written so, and what is written so is a scope.
"""

import itertools
from collections.abc import Iterable
from functools import reduce
from operator import and_, or_
from typing import Final

from sharekit.errors import InvalidInputError
from sharekit.records.scopes import (
    PortalScope,
    ScopeAll,
    ScopeAny,
    ScopeName,
    ScopeNot,
    ScopePredicate,
    in_shared_projects,
    requested_by_me,
    requested_by_my_organization,
    shared_with_me,
)

__all__ = ["CONDITIONS", "Way", "scope_of_ways", "ways_of_scope"]

Way = dict[str, bool]
"""
What must hold, and what must not, by the text of the scope, ``"shared_with_me"`` or ``"host:embargo"``; what is not
named does not matter.
"""

_HOSTS: Final = "host:"

CONDITIONS: Final = (
    shared_with_me.name,
    in_shared_projects.name,
    requested_by_me.name,
    requested_by_my_organization.name,
)


def ways_of_scope(scope: PortalScope) -> list[Way]:
    """Return the ways of a scope, none of which is more than another one asks for; none when nothing can be in it."""
    ways = [dict(way) for way in dict.fromkeys(_ways(scope, holds=True))]
    return [way for way in ways if not any(_asks_less(other, way) for other in ways)]


def scope_of_ways(ways: Iterable[Way]) -> PortalScope:
    """
    Return the scope of some ways; a way that asks for nothing is none.

    Raises:
        InvalidInputError: There is no way.
    """
    parts = [reduce(and_, [_scope(name, wanted) for name, wanted in way.items()]) for way in ways if way]
    if not parts:
        raise InvalidInputError("scope", "needs at least one condition")
    return reduce(or_, parts)


def _scope(name: str, wanted: bool) -> PortalScope:  # noqa: FBT001  # a pair of a mapping
    scope = ScopePredicate(name.removeprefix(_HOSTS)) if name.startswith(_HOSTS) else ScopeName(name)
    return scope if wanted else ~scope


_Literals = tuple[tuple[str, bool], ...]


def _ways(scope: PortalScope, *, holds: bool) -> list[_Literals]:
    if isinstance(scope, ScopeNot):
        return _ways(scope.scope, holds=not holds)
    if isinstance(scope, ScopeAny | ScopeAll):
        several = [_ways(part, holds=holds) for part in scope.scopes]
        if isinstance(scope, ScopeAny) is holds:
            return list(itertools.chain.from_iterable(several))
        return reduce(_both, several)
    return [((str(scope), holds),)]


def _both(ones: list[_Literals], others: list[_Literals]) -> list[_Literals]:
    """Return what is in one of each, without what contradicts itself and without repetitions."""
    joined: dict[_Literals, None] = {}
    for one, other in itertools.product(ones, others):
        literals = {*one, *other}
        if not any((name, not wanted) in literals for name, wanted in literals):
            joined[tuple(sorted(literals, key=lambda literal: _place(literal[0])))] = None
    return list(joined)


def _place(name: str) -> tuple[int, str]:
    """Return where a condition stands: ours in their order, then the host's by name."""
    return (CONDITIONS.index(name), "") if name in CONDITIONS else (len(CONDITIONS), name)


def _asks_less(one: Way, other: Way) -> bool:
    return one != other and one.items() <= other.items()
