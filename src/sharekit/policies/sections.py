"""
Which sections of a resource are shown.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import attrs

from sharekit.errors import UnknownSectionError
from sharekit.records import checks
from sharekit.records.declarations import Property, ResourceKind, Section
from sharekit.records.settings import PortalSettings
from sharekit.records.several import Several

__all__ = ["PartPolicy", "SectionChoices", "SectionPolicy", "unclassified"]

_MOST: Final = 1024


@attrs.frozen
class PartPolicy:
    """
    An allow-list of sections and properties: what is not named is hidden, what is declared later included.

    Attributes:
        shown: The names of those that are shown.
    """

    shown: AbstractSet[str]

    def sections(self, kind: ResourceKind) -> list[tuple[str, Section]]:
        """Return the shown sections that the kind declares now, in its order."""
        return [(name, section) for name, section in kind.sections.items() if name in self.shown]

    def properties(self, kind: ResourceKind) -> list[tuple[str, Property]]:
        """Return the shown properties that the kind declares now, in its order."""
        return [(name, property_) for name, property_ in kind.properties.items() if name in self.shown]

    @classmethod
    def for_staff(cls, kind: ResourceKind) -> "PartPolicy":
        """Return the policy that shows everything."""
        return cls(frozenset(kind.parts))

    @classmethod
    def for_clients(cls, kind: ResourceKind, settings: PortalSettings) -> "PartPolicy":
        """Return what clients see of a kind, by the settings or else by its declaration."""
        chosen = settings.shown.get(kind.name)
        if chosen is None:
            return cls(frozenset(name for name, part in kind.parts.items() if part.client))
        return cls(frozenset(chosen))

    @classmethod
    def checked(cls, kind: ResourceKind, names: Several[str]) -> "PartPolicy":
        """
        Return the policy that shows these sections and properties.

        Raises:
            UnknownSectionError: The kind does not declare one of them.
            InvalidInputError: *names* is one text, or holds something else than texts.
        """
        checks.names("properties", names)
        shown = frozenset(names)
        if not shown <= kind.parts.keys():
            raise UnknownSectionError(kind.name, shown - kind.parts.keys(), kind.parts.keys())
        return cls(shown)


def unclassified(kind: ResourceKind, settings: PortalSettings) -> tuple[str, ...]:
    """
    Return the sections and properties of a kind that are hidden from clients because nobody said anything of them.

    Where the settings name the kind, that goes for everything that was declared since.
    """
    known = settings.classified.get(kind.name, ())
    configured = kind.name in settings.shown
    return tuple(
        name
        for name, part in kind.parts.items()
        if name not in known and (part.client is None or (part.client and configured))
    )


@attrs.frozen
class SectionPolicy:
    """
    An allow-list of sections: what is not named is hidden, sections declared later included.

    Attributes:
        shown: The names of the sections that are shown.
    """

    shown: AbstractSet[str]

    @classmethod
    def checked(cls, kind: ResourceKind, names: Several[str]) -> "SectionPolicy":
        """
        Return the policy that shows these sections.

        Raises:
            UnknownSectionError: The kind does not declare one of them.
            InvalidInputError: *names* is one text, or holds something else than texts.
        """
        checks.names("sections", names)
        shown = frozenset(names)
        if not shown <= kind.sections.keys():
            raise UnknownSectionError(kind.name, shown - kind.sections.keys(), kind.sections.keys())
        return cls(shown)


class SectionChoices:
    """The sections that links show, of the kinds of one kit: many links show the same, which is chosen once."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[str, frozenset[str]], Sequence[tuple[str, Section]]] = {}

    def of(self, kind: ResourceKind, shown: frozenset[str]) -> Sequence[tuple[str, Section]]:
        """Return those of these sections that the kind declares now, in its order."""
        chosen = self._chosen.get((kind.name, shown))
        if chosen is None:
            chosen = tuple((name, section) for name, section in kind.sections.items() if name in shown)
            if len(self._chosen) >= _MOST:
                self._chosen.clear()
            self._chosen[kind.name, shown] = chosen
        return chosen
