"""
Which sections of a resource are shown.
"""

from collections.abc import Set as AbstractSet

import attrs

from sharekit.errors import UnknownSectionError
from sharekit.records import checks
from sharekit.records.catalog import ResourceKind, Section
from sharekit.records.several import Several

__all__ = ["SectionPolicy"]


@attrs.frozen
class SectionPolicy:
    """
    An allow-list of sections: what is not named is hidden, sections declared later included.

    Attributes:
        shown: The names of the sections that are shown.
    """

    shown: AbstractSet[str]

    def choose(self, kind: ResourceKind) -> list[tuple[str, Section]]:
        """Return the shown sections that the kind declares now, in its order."""
        return [(name, section) for name, section in kind.sections.items() if name in self.shown]

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
