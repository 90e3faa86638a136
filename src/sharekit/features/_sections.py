"""
Loads the sections that are shown, and nothing else.
"""

import logging
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from sharekit.policies.sections import SectionPolicy
from sharekit.records.catalog import ResourceKind, ResourceRef, Section, SectionContext
from sharekit.records.views import SectionView

__all__ = ["load_section", "load_sections"]

_log = logging.getLogger("sharekit.sections")


def load_sections(
    kind: ResourceKind, ref: ResourceRef, shown: AbstractSet[str], context: SectionContext
) -> MappingProxyType[str, SectionView]:
    """Return the shown sections with their content; the loaders of all others are not called."""
    chosen = SectionPolicy(shown).choose(kind)
    return MappingProxyType({name: load_section(name, section, ref, context) for name, section in chosen})


def load_section(name: str, section: Section, ref: ResourceRef, context: SectionContext) -> SectionView:
    """Return one section with its content; one whose loader raises is logged and marked unavailable."""
    title = section.title_in(context.locale)
    try:
        content = section.content(ref, context)
    except Exception:
        _log.exception("section %s of a %s could not be loaded", name, ref.kind)
        return SectionView(name=name, title=title, available=False)
    return SectionView(name=name, title=title, content=content)
