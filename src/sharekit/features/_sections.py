"""
Loads the sections that are shown, and nothing else.
"""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import attrs

from sharekit.records.catalog import ResourceRef
from sharekit.records.declarations import Part, Property, ResourceKind, Section, SectionContext
from sharekit.records.drafts import directly
from sharekit.records.views import PreviewedSection, PropertyView, SectionView

__all__ = ["load_properties", "load_sections", "preview_sections"]

_view = directly(SectionView)
_log = logging.getLogger("sharekit.sections")


def load_sections(
    shown: Sequence[tuple[str, Section]], ref: ResourceRef, context: SectionContext
) -> Mapping[str, SectionView]:
    """Return the shown sections with their content."""
    views: dict[str, SectionView] = {}
    for name, section in shown:
        available, content = _content(name, section, ref, context)
        title = section.title_in(context.locale)
        views[name] = _view(name=name, title=title, content=content, available=available)
    return MappingProxyType(views)


def preview_sections(
    kind: ResourceKind, shown: Sequence[tuple[str, Section]], ref: ResourceRef, context: SectionContext
) -> tuple[PreviewedSection, ...]:
    """Return every section of the kind: the shown ones with their content, the others named and not loaded."""
    views = load_sections(shown, ref, context)
    return tuple(
        PreviewedSection(**attrs.asdict(views[name], recurse=False), visible=True)
        if name in views
        else PreviewedSection(name=name, title=section.title_in(context.locale), visible=False)
        for name, section in kind.sections.items()
    )


def load_properties(
    shown: Sequence[tuple[str, Property]], ref: ResourceRef, context: SectionContext
) -> Mapping[str, PropertyView]:
    """Return the shown properties with their values."""
    views: dict[str, PropertyView] = {}
    for name, property_ in shown:
        available, value = _content(name, property_, ref, context)
        title = property_.title_in(context.locale)
        views[name] = PropertyView(name=name, title=title, value=value, available=available)
    return MappingProxyType(views)


def _content(name: str, part: Part, ref: ResourceRef, context: SectionContext) -> tuple[bool, object]:
    try:
        return True, part.content(ref, context)
    except Exception:  # noqa: BLE001  # whatever the host's code raises spoils its own part and nothing else
        _log.exception("%s %s of a %s could not be loaded", type(part).__name__.lower(), name, ref.kind)
        return False, None
