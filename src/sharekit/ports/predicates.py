"""
Conditions that the host writes itself, for the scope of its portal.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.errors import ConfigurationError
from sharekit.ports.query import Condition
from sharekit.records.catalog import CatalogEntry
from sharekit.records.parties import Contact, Organization
from sharekit.records.scopes import ScopePredicate

__all__ = ["Predicate", "PredicateFacts", "ReaderFacts"]


@attrs.frozen(kw_only=True)
class ReaderFacts:
    """
    What a condition may depend on.

    Attributes:
        contact: The client.
        organizations: The organisations whose grants count for them now.
        now: The instant.
    """

    contact: Contact
    organizations: frozenset[Organization]
    now: datetime


@attrs.frozen(kw_only=True)
class PredicateFacts(ReaderFacts):
    """
    What a decision may depend on.

    Attributes:
        entry: The thing, as the catalog knows it.
    """

    entry: CatalogEntry


def _texts(given: Mapping[str, str]) -> Mapping[str, str]:
    _check_texts(given)
    return MappingProxyType(dict(given))


def _check_texts(given: object) -> None:
    if not isinstance(given, Mapping) or not all(isinstance(text, str) and text for text in given.values()):
        raise ConfigurationError("predicate", "needs texts by language, such as {'en': 'It is open to all.'}")


@attrs.frozen(kw_only=True)
class Predicate(ScopePredicate):
    """
    A condition of the host's own, by name: ``Predicate("open-kinds", condition=lambda _: Eq("kind", "offer"))``.

    It is given to the kit and combines with scopes by ``|``, ``&`` and ``~``; settings keep its name.
    Exactly one function says what it means, so that lists and decisions cannot disagree:

    - ``condition(reader)`` returns a condition over catalog entries (`sharekit.records.catalog.EntryKeys`).
      The store answers it: lists stay as fast as without it. It "is pushed down".
    - ``decide(facts)`` returns True or False for one thing. It can ask anything of the host; lists
      are then judged thing by thing.

    Laws:

    - P1: neither function calls the kit, or changes anything; either may be called often.
    - P2: with equal facts the answer is equal, for as long as a transaction lasts.

    One that raises, or answers something else, denies, and is logged; so does a name that the kit
    was not given, also under a ``~``.

    Attributes:
        name: A slug; in texts it is written ``host:open-kinds``.
        condition: See above.
        decide: See above.
        reasons: What to tell staff where it holds, by language.
        misses: What to tell staff where it does not, by language.

    Raises:
        ConfigurationError: Not exactly one of the functions was given.
        InvalidInputError: The name is no slug.
    """

    condition: Callable[[ReaderFacts], Condition] | None = None
    decide: Callable[[PredicateFacts], bool] | None = None
    reasons: Mapping[str, str] = attrs.field(default=MappingProxyType({}), converter=_texts, eq=False)
    misses: Mapping[str, str] = attrs.field(default=MappingProxyType({}), converter=_texts, eq=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        given = [function for function in (self.condition, self.decide) if function is not None]
        if len(given) != 1 or not callable(given[0]):
            raise ConfigurationError("predicate", f"{self.name!r} needs either condition= or decide=, a function")

    def __str__(self) -> str:
        return super().__str__()

    @property
    def is_pushed_down(self) -> bool:
        """Whether stores answer it, so that lists need not judge thing by thing."""
        return self.condition is not None
