"""
Loads the sections that are shown, and nothing else.
"""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import attrs

from sharekit.records.catalog import ResourceKind, ResourceRef, Section, SectionContext
from sharekit.records.views import PreviewedSection, SectionView

__all__ = ["load_sections", "preview_sections"]

_log = logging.getLogger("sharekit.sections")


def load_sections(
    shown: Sequence[tuple[str, Section]], ref: ResourceRef, context: SectionContext
) -> Mapping[str, SectionView]:
    """Return the shown sections with their content."""
    return MappingProxyType({name: _loaded(name, section, ref, context) for name, section in shown})


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


def _loaded(name: str, section: Section, ref: ResourceRef, context: SectionContext) -> SectionView:
    title = section.title_in(context.locale)
    try:
        content = section.content(ref, context)
    except Exception:  # noqa: BLE001  # whatever the host's code raises spoils its own section and nothing else
        _log.exception("section %s of a %s could not be loaded", name, ref.kind)
        return SectionView(name=name, title=title, available=False)
    return SectionView(name=name, title=title, content=content)
