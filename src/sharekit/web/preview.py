"""
What staff see of a client's page before the client does: each part with the html that the page would have.
"""

from collections.abc import Mapping

import attrs

from sharekit.errors import NotFoundError
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.explanations import OtherOnlookers
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Principal
from sharekit.records.views import LinkView, PreviewedSection
from sharekit.web.locales import Language, language_of
from sharekit.web.pages import Markup, Pages, RenderedProperty, RenderedSection

__all__ = ["PortalPreview", "PreviewSection", "preview_for", "preview_of"]


@attrs.frozen(kw_only=True)
class PreviewSection:
    """
    One section of a previewed link or thing, or one property of a thing.

    Attributes:
        name: Its name in the `ResourceKind`.
        title: Its title, in the language of the preview.
        visible: Whether the client sees it. A hidden section was not loaded.
        available: False when the client would read that this part cannot be shown right now.
        html: What the client's page has below the title; empty when the section is hidden or not
            available.
    """

    name: str
    title: str
    visible: bool
    available: bool = True
    html: Markup = attrs.field(default=Markup(""), repr=False)


@attrs.frozen(kw_only=True)
class PortalPreview:
    """
    A link's page for the eyes of staff, to be put into a page of the host's.

    Attributes:
        title: The title that the client reads.
        language: The language of the texts, for a ``lang`` attribute: ``"nl"``, ``"en-GB"``.
        problem: Why the link opens nothing now, as a stable slug; None when it opens.
        sections: Every declared section, in the order of the page.
        properties: The properties that the client sees, in the order of the page; a link shows none.
        others: Who else sees the thing, as the client is told; None where clients are not told, and for a link.
    """

    title: str
    language: str
    problem: str | None
    sections: tuple[PreviewSection, ...]
    properties: tuple[PreviewSection, ...] = ()
    others: PreviewSection | None = None


def preview_of(kit: Sharekit, pages: Pages, link: ReadLink, fallback: Language) -> PortalPreview:
    """
    Return the preview of a link of the kit's tenant.

    Args:
        kit: The kit.
        pages: What renders the client's page.
        link: The link.
        fallback: The language when the link has no recipient, or one whose language the pages do not speak.
    """
    found = kit.links.get(link)
    spoken = _recipients_locale(kit, found) or fallback.tag
    language = language_of(spoken) or fallback
    preview = kit.links.preview(found, locale=spoken)
    view = LinkView(
        ref=preview.ref,
        kind_title=kit.kinds[preview.ref.kind].title_in(spoken),
        title=preview.title,
        sections={section.name: section for section in preview.sections if section.visible},
        link=found.id,
        at=found.as_of or found.created_at,
        locale=spoken,
        expires_at=found.expires_at,
    )
    rendered = {section.name: section for section in pages.render_sections(view, language)}
    return PortalPreview(
        title=preview.title,
        language=language.tag,
        problem=preview.problem,
        sections=tuple(_previewed(section, rendered) for section in preview.sections),
    )


def preview_for(
    kit: Sharekit, pages: Pages, contact: Contact, ref: ResourceRef, fallback: Language, *, by: Principal | None = None
) -> PortalPreview:
    """
    Return the preview of a thing for a contact of the kit's tenant; what they do not see is not named.

    Args:
        kit: The kit.
        pages: What renders the client's page.
        contact: Who would look at it.
        ref: What they would look at.
        fallback: The language when the pages do not speak that of the contact.
        by: Who looks; None for the host's own code.
    """
    language = language_of(kit.people.get(contact).locale) or fallback
    shown = kit.access.preview_as(contact, ref, locale=language.tag, by=by)
    return PortalPreview(
        title=shown.title,
        language=language.tag,
        problem=None,
        sections=tuple(map(_seen, pages.render_sections(shown, language))),
        properties=tuple(map(_seen, pages.render_properties(shown, language))),
        others=_others(pages, language, kit.access.who_else_can_see(ref, by=contact)),
    )


def _others(pages: Pages, language: Language, others: OtherOnlookers) -> PreviewSection | None:
    if not others.told:
        return None
    html = pages.fragment("others", language, others=others)
    return PreviewSection(name="others", title=language.gettext("Who else sees this"), visible=True, html=html)


def _seen(part: RenderedSection | RenderedProperty) -> PreviewSection:
    shown = part.html is not None
    html = Markup("") if part.html is None else part.html
    return PreviewSection(name=part.name, title=part.title, visible=True, available=shown, html=html)


def _previewed(section: PreviewedSection, rendered: Mapping[str, RenderedSection]) -> PreviewSection:
    if not section.visible:
        return PreviewSection(name=section.name, title=section.title, visible=False)
    html = rendered[section.name].html
    return PreviewSection(
        name=section.name,
        title=section.title,
        visible=True,
        available=html is not None,
        html=Markup("") if html is None else html,
    )


def _recipients_locale(kit: Sharekit, link: ReadLink) -> str | None:
    if link.recipient is None:
        return None
    try:
        return kit.people.get(link.recipient).locale
    except NotFoundError:  # the link is dead then, and its preview says so
        return None
