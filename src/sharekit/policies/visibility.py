"""
The policy of `sharekit.policies.access` as a condition of a list.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from sharekit.policies.access import Viewer
from sharekit.ports import AllOf, AnyOf, Condition, Eq, In, InSelect, IsNull, Not, Range, Select
from sharekit.records.catalog import AncestorKeys, EntryKeys
from sharekit.records.grants import GrantKeys
from sharekit.records.people import MembershipKeys
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

__all__ = ["visible_to"]

_NOBODYS: Final = AnyOf(())


def visible_to(
    scope: PortalScope, viewer: Viewer, now: datetime, predicates: Mapping[str, Condition | None] | None = None
) -> Condition:
    """
    Return the condition that exactly those catalog entries meet that `judge` lets the client view.

    Args:
        scope: What the portal shows at all.
        viewer: The client.
        now: The instant.
        predicates: The conditions of the host's predicates, by name. Where one is None, because the
            store cannot judge it, the entries that may be visible meet the condition, and others
            besides. One that is not there denies.
    """
    compiled = _compiled(scope, viewer, now, {} if predicates is None else predicates, excluded=False)
    return AllOf((Eq(EntryKeys.SHOWN, value=True), compiled))


def _compiled(
    scope: PortalScope, viewer: Viewer, now: datetime, predicates: Mapping[str, Condition | None], *, excluded: bool
) -> Condition:
    match scope:
        case ScopeAny(scopes):
            return AnyOf(_compiled(part, viewer, now, predicates, excluded=excluded) for part in scopes)
        case ScopeAll(scopes):
            return AllOf(_compiled(part, viewer, now, predicates, excluded=excluded) for part in scopes)
        case ScopeNot(part):
            return Not(_compiled(part, viewer, now, predicates, excluded=not excluded))
        case ScopePredicate(name) if name in predicates:
            condition = predicates[name]
            return _constant(not excluded) if condition is None else condition
        case ScopeName() if scope in _COMPILED:
            return _COMPILED[scope](viewer, now)
        case _:
            return _constant(excluded)


def _constant(holds: bool) -> Condition:  # noqa: FBT001  # the one thing that it is about
    return AllOf() if holds else _NOBODYS


def _shared(viewer: Viewer, now: datetime) -> Condition:
    return _granted(viewer, lambda grantees: InSelect(EntryKeys.NODE, _granted_nodes(grantees, now)))


def _in_shared(viewer: Viewer, now: datetime) -> Condition:
    def reached(grantees: Iterable[str]) -> Condition:
        above = InSelect(AncestorKeys.ANCESTOR, _granted_nodes(grantees, now, Eq(GrantKeys.FLOWS, value=True)))
        return InSelect("id", Select(AncestorKeys.KIND, AncestorKeys.ENTRY, above))

    return _granted(viewer, reached)


def _granted(viewer: Viewer, through: Callable[[Collection[str]], Condition]) -> Condition:
    everybody = [viewer.contact.key, *sorted(organization.key for organization in viewer.organizations)]
    if not viewer.confidential or not viewer.organizations:
        return through(everybody)
    openly = Not(In(EntryKeys.KIND, sorted(viewer.confidential)))
    return AnyOf((through([viewer.contact.key]), AllOf((openly, through(everybody)))))


def _granted_nodes(grantees: Iterable[str], now: datetime, *more: Condition) -> Select:
    unexpired = AnyOf((IsNull(GrantKeys.EXPIRES_AT), Range(GrantKeys.EXPIRES_AT, above=now)))
    return Select(
        GrantKeys.KIND,
        GrantKeys.NODE,
        AllOf((In(GrantKeys.GRANTEE, grantees), Eq(GrantKeys.LIVE, value=True), unexpired, *more)),
    )


def _requested(viewer: Viewer, _: datetime) -> Condition:
    return Eq(EntryKeys.REQUESTER, viewer.contact.id)


def _requested_by_organization(viewer: Viewer, _: datetime) -> Condition:
    if viewer.colleagues is not None:
        return In(EntryKeys.REQUESTER, sorted(viewer.colleagues))
    organizations = In(MembershipKeys.ORGANIZATION, sorted(organization.id for organization in viewer.organizations))
    return InSelect(EntryKeys.REQUESTER, Select(MembershipKeys.KIND, MembershipKeys.CONTACT, organizations))


_COMPILED: Final[dict[ScopeName, Callable[[Viewer, datetime], Condition]]] = {
    shared_with_me: _shared,
    in_shared_projects: _in_shared,
    requested_by_me: _requested,
    requested_by_my_organization: _requested_by_organization,
}
