"""
What a client may see and do: one policy with three faces.

`judge` decides on facts, `sharekit.policies.visibility` compiles the same policy to a condition of a list,
and the reasons explain. A thing is decided by what stands in its entry and by the grants that could reach
it. Being internal, or inside something internal, beats every grant; what is not known is denied.
"""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from typing import Final

import attrs

from sharekit.records.catalog import CatalogEntry, Visibility
from sharekit.records.decisions import Action, Decision
from sharekit.records.grants import Access, Children, Grant
from sharekit.records.parties import Contact, Organization
from sharekit.records.scopes import (
    PortalScope,
    ScopeAll,
    ScopeAny,
    ScopeName,
    ScopeNot,
    ScopePredicate,
    asserted,
    in_shared_projects,
    predicates_in,
    requested_by_me,
    requested_by_my_organization,
    shared_with_me,
)

__all__ = [
    "AccessReason",
    "ClientFacts",
    "Miss",
    "Viewer",
    "judge",
    "knows_of",
    "misses",
    "reasons",
    "unmet",
]

_NEEDED: Final = {
    Action.VIEW: Access.VIEW,
    Action.COMMENT: Access.COMMENT,
    Action.CONTRIBUTE: Access.CONTRIBUTE,
}


class AccessReason(enum.StrEnum):
    """Why a client may or may not. Staff and logs are told; a client never is."""

    SHARED = "shared-with-me"
    IN_SHARED = "in-shared-project"
    REQUESTED = "requested-by-me"
    REQUESTED_BY_ORGANIZATION = "requested-by-my-organization"
    IN_SCOPE = "in-scope"

    ABSENT = "absent"
    REMOVED = "removed"
    INTERNAL = "internal"
    INSIDE_INTERNAL = "inside-internal"
    INACTIVE = "inactive"
    OUT_OF_SCOPE = "out-of-scope"
    LEVEL = "access-too-low"
    MOVING = "being-moved"
    UNKNOWN_ACTION = "unknown-action"


_SHARED: Final = Decision(allowed=True, reason=AccessReason.SHARED)
_IN_SHARED: Final = Decision(allowed=True, reason=AccessReason.IN_SHARED)


class Miss(enum.StrEnum):
    """What stands between a client and a thing that they nearly may view, the nearest first."""

    INTERNAL_GRANT = "grant-is-internal"
    EXPIRED = "grant-expired"
    REVOKED = "grant-revoked"
    DECLINED = "grant-declined"
    NOT_PASSED_ON = "grant-on-container-only"
    RESTRICTED = "restricted"
    NOT_COUNTED = "organization-not-counted"
    CONFIDENTIAL = "confidential"
    OUT_OF_SCOPE = "out-of-scope"


@attrs.frozen(kw_only=True)
class Viewer:
    """
    A client, as policies know one.

    Attributes:
        contact: The contact.
        organizations: The organisations whose grants count for them now.
        colleagues: The ids of everybody in those organisations, where the host knows them; None
            where memberships are rows.
        confidential: The kinds that are never reached through an organisation.
        amid_moves: Whether something was moved whose content was not brought along yet, so that
            what stands in an entry may follow from its old place.
    """

    contact: Contact
    organizations: AbstractSet[Organization] = frozenset()
    colleagues: AbstractSet[str] | None = None
    confidential: AbstractSet[str] = frozenset()
    amid_moves: bool = False


@attrs.frozen(kw_only=True)
class ClientFacts:
    """
    What decides about one client and one thing.

    Attributes:
        viewer: The client; None when they are not known, or not active.
        entry: The thing's entry; None when there is none.
        grants: The grants on it, and on the nodes that reach it, to the client and their organisations.
        by_colleague: Whether whoever asked for it belongs to one of those organisations.
        predicates: What the host's predicates say, by name; one that is not there could not be asked.
        now: The instant.
        moved: The same of the entry as it lies now, where a move did not reach it yet: *entry* is as
            it lay then. Only what both let the client do is allowed.
    """

    viewer: Viewer | None
    entry: CatalogEntry | None
    grants: Sequence[Grant] = ()
    by_colleague: bool = False
    predicates: Mapping[str, bool] = attrs.field(factory=dict[str, bool])
    now: datetime
    moved: "ClientFacts | None" = None

    @property
    def latest(self) -> "ClientFacts":
        """What will decide once every move is done."""
        return self.moved or self


def judge(scope: PortalScope, action: Action, facts: ClientFacts) -> Decision:
    """
    Decide whether a client may do something with a thing.

    Args:
        scope: What the portal shows at all.
        action: What they want to do; anything but to view, to comment and to contribute is denied.
        facts: What is known.
    """
    decision = _judged(scope, action, facts)
    if facts.moved is None:
        return decision
    then = _judged(scope, action, facts.moved)
    return Decision(allowed=False, reason=AccessReason.MOVING) if then and not decision else then


def _judged(scope: PortalScope, action: Action, facts: ClientFacts) -> Decision:
    needed = _NEEDED.get(action)
    if needed is None:
        return Decision(allowed=False, reason=AccessReason.UNKNOWN_ACTION)
    barred = _barred(facts)
    if barred is not None:
        return Decision(allowed=False, reason=barred)
    granted = _grants(facts)
    if not _within(scope, facts, granted):
        return Decision(allowed=False, reason=AccessReason.OUT_OF_SCOPE)
    if needed is Access.VIEW and any(granted):
        return _SHARED if granted[0] else _IN_SHARED  # the strongest reasons there are
    if needed is Access.VIEW:
        strongest = next(_reasons(scope, facts, granted), None)
        return Decision(allowed=True, reason=AccessReason.IN_SCOPE if strongest is None else strongest[0])
    found = list(_reasons(scope, facts, granted))
    if needed.level > max([level for _, level, _ in found], default=Access.VIEW.level):
        return Decision(allowed=False, reason=AccessReason.LEVEL)
    return Decision(allowed=True, reason=found[0][0] if found else AccessReason.IN_SCOPE)


def knows_of(scope: PortalScope, facts: ClientFacts) -> bool:
    """Say whether a client may be told that a thing exists: they may view it, or it was given to them."""
    sides = (facts,) if facts.moved is None else (facts, facts.moved)
    return all(_knows(scope, each) for each in sides)


def _knows(scope: PortalScope, facts: ClientFacts) -> bool:
    granted = _grants(facts)
    return _barred(facts) is None and (_within(scope, facts, granted) or any(granted))


def reasons(scope: PortalScope, facts: ClientFacts) -> Iterator[tuple[str, int, Grant | None]]:
    """
    Yield what speaks for the client, the strongest relation first.

    Each comes with the level of access that it gives, and with the grant that it rests on. That
    somebody asked for a thing, or that a predicate of the host's holds, speaks for them only where
    the scope says so. Amid a move, it is what will speak for them.
    """
    latest = facts.latest
    return _reasons(scope, latest, _grants(latest))


def _reasons(scope: PortalScope, facts: ClientFacts, granted: "_Granted") -> Iterator[tuple[str, int, Grant | None]]:
    for reason, grants in zip((AccessReason.SHARED, AccessReason.IN_SHARED), granted, strict=True):
        for grant in sorted(grants, key=lambda each: each.access.level, reverse=True) if grants else ():
            yield reason, grant.access.level, grant
    named = _asserted(scope)
    if requested_by_me.name in named and _asked(facts):
        yield AccessReason.REQUESTED, Access.COMMENT.level, None
    if requested_by_my_organization.name in named and facts.by_colleague:
        yield AccessReason.REQUESTED_BY_ORGANIZATION, Access.COMMENT.level, None
    if not facts.predicates:
        return
    for name, predicate in sorted(predicates_in(scope).items()):
        if str(predicate) in named and facts.predicates.get(name):
            yield str(predicate), Access.VIEW.level, None


_asserted = lru_cache(maxsize=256)(asserted)  # a portal has one scope, and every decision asks


def unmet(scope: PortalScope, facts: ClientFacts) -> Iterator[ScopePredicate]:
    """Yield the host's predicates that stand against the client: asked for and not so, or excluded and so."""
    named, facts = asserted(scope), facts.latest
    for name, predicate in sorted(predicates_in(scope).items()):
        if (str(predicate) in named) is not facts.predicates.get(name):
            yield predicate


def misses(facts: ClientFacts) -> Iterator[tuple[Miss, Grant]]:
    """
    Yield the grants that do not count, and why.

    Args:
        facts: With the grants on the thing and on everything that it lies in, whatever their state.
    """
    entry, viewer = facts.latest.entry, facts.viewer
    if entry is None or viewer is None:
        return
    found = [(miss, grant) for grant in facts.grants if (miss := _missed(facts.now, entry, viewer, grant)) is not None]
    yield from sorted(found, key=lambda each: _NEARNESS[each[0]])


_NEARNESS: Final = {miss: place for place, miss in enumerate(Miss)}


def _missed(now: datetime, entry: CatalogEntry, viewer: Viewer, grant: Grant) -> Miss | None:
    if grant.revoked_at is not None:
        return Miss.REVOKED
    if grant.declined_at is not None:
        return Miss.DECLINED
    if grant.visibility is not Visibility.CLIENT:
        return Miss.INTERNAL_GRANT
    if not grant.allows_at(now):
        return Miss.EXPIRED
    if grant.grantee != viewer.contact.key and entry.ref.kind in viewer.confidential:
        return Miss.CONFIDENTIAL
    if grant.grantee not in {viewer.contact.key, *(organization.key for organization in viewer.organizations)}:
        return Miss.NOT_COUNTED
    if grant.node == entry.node:
        return Miss.OUT_OF_SCOPE
    if grant.children is not Children.FUTURE:
        return Miss.NOT_PASSED_ON
    return Miss.OUT_OF_SCOPE if grant.node in entry.reached_from else Miss.RESTRICTED


def _barred(facts: ClientFacts) -> AccessReason | None:
    entry = facts.entry
    if facts.viewer is None:
        return AccessReason.INACTIVE
    if entry is None:
        return AccessReason.ABSENT
    if entry.removed_at is not None:
        return AccessReason.REMOVED
    if entry.visibility is not Visibility.CLIENT:
        return AccessReason.INTERNAL
    return AccessReason.INSIDE_INTERNAL if entry.veiled else None


_Granted = tuple[Sequence[Grant], Sequence[Grant]]
"""The grants that count: those on the thing itself, and those on what reaches it."""


def _within(scope: PortalScope, facts: ClientFacts, granted: _Granted, *, excluded: bool = False) -> bool:
    """Say whether a scope holds; what nobody can tell is taken for what denies, below a ``~`` too."""
    match scope:
        case ScopeAny(scopes):
            for part in scopes:  # noqa: SIM110  # a generator takes longer, and every decision comes by here
                if _within(part, facts, granted, excluded=excluded):
                    return True
            return False
        case ScopeAll(scopes):
            return all(_within(part, facts, granted, excluded=excluded) for part in scopes)
        case ScopeNot(part):
            return not _within(part, facts, granted, excluded=not excluded)
        case ScopePredicate():
            return facts.predicates.get(scope.name, excluded)
        case ScopeName(name) if name in _NAMED:
            return _NAMED[name](facts, granted)
        case _:
            return excluded


def _grants(facts: ClientFacts) -> _Granted:
    entry, viewer = facts.entry, facts.viewer
    if not facts.grants or entry is None or viewer is None:
        return (), ()
    grantees, node, now = _grantees(viewer, entry), entry.node, facts.now
    own: list[Grant] = []
    above: list[Grant] = []
    for grant in facts.grants:
        if grant.grantee in grantees and grant.allows_at(now):
            lies_on = grant.node
            if lies_on == node:
                own.append(grant)
            elif grant.children is Children.FUTURE and lies_on in entry.reached_from:
                above.append(grant)
    return own, above


def _grantees(viewer: Viewer, entry: CatalogEntry) -> AbstractSet[str]:
    own = viewer.contact.key
    if not viewer.organizations or entry.ref.kind in viewer.confidential:
        return {own}
    return {own, *[organization.key for organization in viewer.organizations]}


def _asked(facts: ClientFacts) -> bool:
    entry, viewer = facts.entry, facts.viewer
    return entry is not None and viewer is not None and entry.requester == viewer.contact


_NAMED: Final[dict[str, Callable[[ClientFacts, _Granted], bool]]] = {
    shared_with_me.name: lambda _, granted: bool(granted[0]),
    in_shared_projects.name: lambda _, granted: bool(granted[1]),
    requested_by_me.name: lambda facts, _: _asked(facts),
    requested_by_my_organization.name: lambda facts, _: facts.by_colleague,
}
