"""
Portal scopes: what a portal shows a client at all, as a value.

A scope is put together from four named ones, and from predicates of the host's, with ``|``, ``&``
and ``~``, and is data: it can be kept, shown, compiled to a query, and judged on facts.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records import checks

__all__ = [
    "DEFAULT_SCOPE",
    "PortalScope",
    "ScopeAll",
    "ScopeAny",
    "ScopeName",
    "ScopeNot",
    "ScopePredicate",
    "asserted",
    "check_scope",
    "in_shared_projects",
    "is_union",
    "may_hold_for_anybody",
    "parse_scope",
    "predicates_in",
    "requested_by_me",
    "requested_by_my_organization",
    "shared_with_me",
]

_MAX_PARTS = 50
_HOSTS: Final = "host:"
_NAMES: Final = ("requested_by_me", "requested_by_my_organization", "in_shared_projects", "shared_with_me")


@attrs.frozen
class PortalScope:
    """A set of things, from the point of view of one client."""

    def __or__(self, other: "PortalScope") -> "PortalScope":
        return ScopeAny((*_parts(ScopeAny, self), *_parts(ScopeAny, other)))

    def __and__(self, other: "PortalScope") -> "PortalScope":
        return ScopeAll((*_parts(ScopeAll, self), *_parts(ScopeAll, other)))

    def __invert__(self) -> "PortalScope":
        return self.scope if isinstance(self, ScopeNot) else ScopeNot(self)


# attrs hands its validators the attribute with a type parameter that nothing here depends on.
def _check_parts(_: object, __: object, scopes: object) -> None:
    # An empty "all of" would hold for everything.
    if not isinstance(scopes, tuple) or not scopes:
        raise InvalidInputError("scope", "needs at least one portal scope")
    for scope in scopes:
        check_scope(scope)


def check_scope(scope: object) -> None:
    """Refuse what is none of the scopes of this module: what nobody can judge would hold under a ``~``."""
    if not isinstance(scope, ScopeName | ScopePredicate | ScopeAny | ScopeAll | ScopeNot):
        raise InvalidInputError("scope", "needs a PortalScope, such as shared_with_me")


@attrs.frozen
class ScopeName(PortalScope):
    """
    One of the four scopes that have a name.

    Attributes:
        name: Such as ``"shared_with_me"``.
    """

    name: str

    def __attrs_post_init__(self) -> None:
        if self.name not in _NAMES:
            raise InvalidInputError("scope", f"{str(self.name)[:40]!r} names no portal scope")

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class ScopePredicate(PortalScope):
    """
    What meets a condition of the host's own; `sharekit.ports.Predicate` says which, to the kit alone.

    Attributes:
        name: A slug.
    """

    name: str = attrs.field(kw_only=False)

    def __attrs_post_init__(self) -> None:
        checks.slug("predicate", self.name)

    def __str__(self) -> str:
        return f"{_HOSTS}{self.name}"


@attrs.frozen
class ScopeAny(PortalScope):
    """What is in at least one of these scopes."""

    scopes: tuple[PortalScope, ...] = attrs.field(validator=_check_parts)

    def __str__(self) -> str:
        return " | ".join(_inner(scope) for scope in self.scopes)


@attrs.frozen
class ScopeAll(PortalScope):
    """What is in every one of these scopes."""

    scopes: tuple[PortalScope, ...] = attrs.field(validator=_check_parts)

    def __str__(self) -> str:
        return " & ".join(_inner(scope) for scope in self.scopes)


@attrs.frozen
class ScopeNot(PortalScope):
    """What is not in this scope, of all that clients may see."""

    scope: PortalScope

    def __attrs_post_init__(self) -> None:
        check_scope(self.scope)

    def __str__(self) -> str:
        return f"~{_inner(self.scope)}"


def _parts(of: type[ScopeAny] | type[ScopeAll], scope: PortalScope) -> tuple[PortalScope, ...]:
    if not isinstance(scope, PortalScope):
        raise InvalidInputError("scope", "combines with portal scopes only")
    return scope.scopes if isinstance(scope, of) else (scope,)


requested_by_me: Final = ScopeName("requested_by_me")
"""Things that the client asked for."""
requested_by_my_organization: Final = ScopeName("requested_by_my_organization")
"""Things that somebody of the client's organisations asked for."""
in_shared_projects: Final = ScopeName("in_shared_projects")
"""Things that lie in something that is shared with the client or an organisation of theirs."""
shared_with_me: Final = ScopeName("shared_with_me")
"""Things that are themselves shared with the client or an organisation of theirs."""

DEFAULT_SCOPE: Final = shared_with_me | in_shared_projects

_NAMED: Final = {
    scope.name: scope for scope in (requested_by_me, requested_by_my_organization, in_shared_projects, shared_with_me)
}


def _inner(scope: PortalScope) -> str:
    return f"({scope})" if isinstance(scope, ScopeAny | ScopeAll) else str(scope)


def may_hold_for_anybody(scope: PortalScope) -> bool:
    """Say whether a scope has a ``~`` or a predicate, and so may hold for somebody of whom nothing is known."""
    if isinstance(scope, ScopeAny | ScopeAll):
        return any(may_hold_for_anybody(part) for part in scope.scopes)
    return isinstance(scope, ScopeNot | ScopePredicate)


def predicates_in(scope: PortalScope) -> Mapping[str, ScopePredicate]:
    """Return the predicates that a scope names, by name."""
    match scope:
        case ScopePredicate():
            return {scope.name: scope}
        case ScopeAny(scopes) | ScopeAll(scopes):
            return {name: found for part in scopes for name, found in predicates_in(part).items()}
        case ScopeNot(part):
            return predicates_in(part)
        case _:
            return {}


def is_union(scope: PortalScope) -> bool:
    """Say whether a scope only adds: whoever sees a thing then sees it by one relation alone."""
    if isinstance(scope, ScopeAny):
        return all(is_union(part) for part in scope.scopes)
    return isinstance(scope, ScopeName)


def asserted(scope: PortalScope, *, denied: bool = False) -> frozenset[str]:
    """Return the scopes that speak for access in a scope, as texts: those that do not stand under a ``~``."""
    if isinstance(scope, ScopeNot):
        return asserted(scope.scope, denied=not denied)
    if isinstance(scope, ScopeAny | ScopeAll):
        return frozenset(name for part in scope.scopes for name in asserted(part, denied=denied))
    return frozenset() if denied else frozenset({str(scope)})


def parse_scope(text: str) -> PortalScope:
    """
    Return the scope that is written so, as ``str(scope)`` writes it.

    Raises:
        InvalidInputError: The text is no scope.
    """
    words = text.replace("(", " ( ").replace(")", " ) ").replace("~", " ~ ").split()
    scope, rest = _any(words, 0)
    if rest != len(words):
        raise InvalidInputError("scope", "is not a portal scope")
    return scope


def _any(words: list[str], at: int) -> tuple[PortalScope, int]:
    return _chain(words, at, "|")


def _all(words: list[str], at: int) -> tuple[PortalScope, int]:
    return _chain(words, at, "&")


def _chain(words: list[str], at: int, sign: str) -> tuple[PortalScope, int]:
    below = _all if sign == "|" else _one
    scope, at = below(words, at)
    while at < len(words) and words[at] == sign:
        other, at = below(words, at + 1)
        scope = scope | other if sign == "|" else scope & other
    return scope, at


def _one(words: list[str], at: int) -> tuple[PortalScope, int]:
    if at >= len(words) or at > _MAX_PARTS * 4:
        raise InvalidInputError("scope", "is not a portal scope")
    word = words[at]
    if word == "~":
        scope, at = _one(words, at + 1)
        return ~scope, at
    if word == "(":
        scope, at = _any(words, at + 1)
        if at >= len(words) or words[at] != ")":
            raise InvalidInputError("scope", "lacks a closing bracket")
        return scope, at + 1
    if word.startswith(_HOSTS):
        return ScopePredicate(word.removeprefix(_HOSTS)), at + 1
    if word not in _NAMED:
        raise InvalidInputError("scope", f"{word[:40]!r} names no portal scope")
    return _NAMED[word], at + 1
