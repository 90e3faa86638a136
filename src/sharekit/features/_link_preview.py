"""
What staff see of a link before the client does.
"""

import attrs

from sharekit.codec.kinds import READ_LINK
from sharekit.errors import NotFoundError
from sharekit.features._link_facts import judge, read_link_facts
from sharekit.features._link_visits import readable_title
from sharekit.features._sections import load_section
from sharekit.features._unit import Wiring
from sharekit.ids import ReadLinkId
from sharekit.records.catalog import ResourceRef, Section, SectionContext
from sharekit.records.parties import LinkHolder
from sharekit.records.views import LinkPreview, PreviewedSection

__all__ = ["preview_link"]


def preview_link(wiring: Wiring, link_id: ReadLinkId, locale: str | None) -> LinkPreview:
    """Return every section of a link, the visible ones loaded as for the client, the hidden ones only named."""
    with wiring.records.transaction(wiring.tenant) as tx:
        facts = read_link_facts(wiring, tx, link_id)
    link = facts.link
    if link is None:
        raise NotFoundError(READ_LINK.name)
    spoken = (facts.recipient.locale if facts.recipient else None) or locale
    context = SectionContext(tenant=wiring.tenant, principal=LinkHolder(link.id), at=facts.now, locale=spoken)
    problem = judge(wiring, facts, link.generation)
    return LinkPreview(
        ref=link.ref,
        title=readable_title(wiring, link, facts.chain[0] if facts.chain else None, spoken),
        sections=tuple(
            _previewed(name, section, link.ref, context, visible=name in link.sections)
            for name, section in wiring.kind_of(link.ref).sections.items()
        ),
        problem=None if problem is None else str(problem),
    )


def _previewed(
    name: str, section: Section, ref: ResourceRef, context: SectionContext, *, visible: bool
) -> PreviewedSection:
    if not visible:
        return PreviewedSection(name=name, title=section.title_in(context.locale), visible=False)
    view = load_section(name, section, ref, context)
    return PreviewedSection(**attrs.asdict(view, recurse=False), visible=True)
