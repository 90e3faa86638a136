"""A scope and the ways of a form say the same, whatever is written in either."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import in_shared_projects, requested_by_me, requested_by_my_organization, shared_with_me
from sharekit.errors import InvalidInputError
from sharekit.records.scopes import PortalScope, ScopeAll, ScopeAny, ScopeName, ScopeNot, ScopePredicate, parse_scope
from sharekit.web.staff.ways import CONDITIONS, scope_of_ways, ways_of_scope

EMBARGO = ScopePredicate("embargo")
NAMES = (shared_with_me, in_shared_projects, requested_by_me, requested_by_my_organization, EMBARGO)
SCOPES = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        inner.map(lambda scope: ~scope),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
    ),
    max_leaves=8,
)


def holds(scope: PortalScope, true: frozenset[str]) -> bool:
    """Say whether a scope holds where exactly these names do."""
    if isinstance(scope, ScopeName | ScopePredicate):
        return str(scope) in true
    if isinstance(scope, ScopeNot):
        return not holds(scope.scope, true)
    assert isinstance(scope, ScopeAny | ScopeAll)
    parts = [holds(part, true) for part in scope.scopes]
    return any(parts) if isinstance(scope, ScopeAny) else all(parts)


EVERYTHING = (*CONDITIONS, "host:embargo")
WORLDS = [frozenset(some) for size in range(6) for some in itertools.combinations(EVERYTHING, size)]


@given(scope=SCOPES)
def test_the_ways_of_a_scope_hold_where_it_does(scope: PortalScope) -> None:
    """In each of the thirty-two worlds, and the scope that the ways make again holds there too."""
    ways = ways_of_scope(scope)
    by_ways = [any(all((name in world) is yes for name, yes in way.items()) for way in ways) for world in WORLDS]

    assert [holds(scope, world) for world in WORLDS] == by_ways
    if ways:
        again = parse_scope(str(scope_of_ways(ways)))
        assert by_ways == [holds(again, world) for world in WORLDS]
        assert ways == ways_of_scope(again)


def test_a_way_that_asks_for_more_than_another_is_none() -> None:
    """What is in one way already needs no second one."""
    assert [{"shared_with_me": True}] == ways_of_scope(shared_with_me | (shared_with_me & requested_by_me))
    assert [] == ways_of_scope(shared_with_me & ~shared_with_me)


@pytest.mark.parametrize("ways", [[], [{}], [{}, {}]])
def test_no_way_is_no_scope(ways: list[dict[str, bool]]) -> None:
    """An empty scope would show nothing, or everything: nobody means that."""
    with pytest.raises(InvalidInputError):
        scope_of_ways(ways)
