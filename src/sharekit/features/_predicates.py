"""
Asks the predicates that the host has written for the scope of its portal.

What fails, or is not known, has no answer, and policies take no answer for a denial.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from sharekit.codec.kinds import ALL, CATALOG_ENTRY
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import Viewer
from sharekit.ports import AllOf, Condition, Eq, Predicate, PredicateFacts, Query, ReaderFacts
from sharekit.ports.evaluate import check_query
from sharekit.records.catalog import CatalogEntry
from sharekit.records.scopes import PortalScope, predicates_in

__all__ = ["conditions_of", "held", "worded"]

T = TypeVar("T")

_SPECS: Final = {kind.name: kind.spec for kind in ALL}

_log = logging.getLogger("sharekit.access")


def held(wiring: Wiring, unit: Unit, scope: PortalScope, viewer: Viewer, entry: CatalogEntry) -> Mapping[str, bool]:
    """Return what the predicates in a scope say of one client and one thing, by name."""
    found: dict[str, bool] = {}
    for predicate in _known(wiring, scope):
        answer = _held(unit, predicate, viewer, entry)
        if answer is not None:
            found[predicate.name] = answer
    return found


def conditions_of(wiring: Wiring, scope: PortalScope, viewer: Viewer, now: datetime) -> Mapping[str, Condition | None]:
    """Return the conditions of the predicates in a scope, by name; None for one that no store can judge."""
    found: dict[str, Condition | None] = {}
    for predicate in _known(wiring, scope):
        condition = _condition(predicate, viewer, now)
        if condition is not None or not predicate.is_pushed_down:
            found[predicate.name] = condition
    return found


def worded(wiring: Wiring, name: str, *, holds: bool) -> Mapping[str, str]:
    """Return what the host says of a predicate that holds, or does not, by language."""
    predicate = wiring.predicates.get(name)
    if predicate is None:
        return {}
    return predicate.reasons if holds else predicate.misses


def _known(wiring: Wiring, scope: PortalScope) -> list[Predicate]:
    named = predicates_in(scope)
    for name in named:
        if name not in wiring.predicates:
            _log.error("the portal's scope names the predicate %r, which this kit was not given: it denies", name)
    return [wiring.predicates[name] for name in named if name in wiring.predicates]


def _held(unit: Unit, predicate: Predicate, viewer: Viewer, entry: CatalogEntry) -> bool | None:
    decide = predicate.decide
    if decide is None:
        condition = _condition(predicate, viewer, unit.now)
        if condition is None:
            return None
        # The store judges this one thing too, so that it cannot differ from what it lists.
        return unit.count(CATALOG_ENTRY, AllOf((Eq("id", entry.id), condition)), 1) == 1
    facts = PredicateFacts(
        contact=viewer.contact, organizations=frozenset(viewer.organizations), now=unit.now, entry=entry
    )
    return _asked(predicate, lambda: _checked(decide(facts)))


def _condition(predicate: Predicate, viewer: Viewer, now: datetime) -> Condition | None:
    ask = predicate.condition
    if ask is None:
        return None
    reader = ReaderFacts(contact=viewer.contact, organizations=frozenset(viewer.organizations), now=now)

    def asked() -> Condition:
        condition = ask(reader)
        check_query(Query(CATALOG_ENTRY.name, where=condition), _SPECS)
        return condition

    return _asked(predicate, asked)


def _checked(answer: object) -> bool:
    if not isinstance(answer, bool):
        raise TypeError("a predicate answers True or False")
    return answer


def _asked(predicate: Predicate, question: Callable[[], T]) -> T | None:
    try:
        return question()
    except Exception:  # noqa: BLE001  # the host's own code may raise anything; it is logged, and denies
        _log.exception("the predicate %r failed: it denies", predicate.name)
        return None
