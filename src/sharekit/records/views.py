"""
What a reader gets: the sections that are shown to him, with their content.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.ids import ReadLinkId
from sharekit.records.catalog import ResourceRef

__all__ = ["LinkPreview", "LinkView", "PreviewedSection", "Projection", "PropertyView", "SectionView"]


@attrs.frozen(kw_only=True)
class SectionView:
    """
    One section that is shown.

    Attributes:
        name: Its name in the `ResourceKind`.
        title: Its title, in the reader's language when that is known.
        content: What the loader returned; None when it failed.
        available: False when the loader failed; a page then says so in the section's place.
    """

    name: str
    title: str
    content: object = None
    available: bool = True


@attrs.frozen(kw_only=True)
class PropertyView:
    """
    One property that is shown.

    Attributes:
        name: Its name in the `ResourceKind`.
        title: Its title, in the reader's language when that is known.
        value: What the loader returned; None when it failed.
        available: False when the loader failed.
    """

    name: str
    title: str
    value: object = None
    available: bool = True


@attrs.frozen(kw_only=True)
class Projection:
    """
    A resource as one reader may see it.

    Attributes:
        ref: What it is.
        kind_title: What such a thing is called, ``"Project"``.
        title: A title that this reader may read.
        sections: The shown sections by name, in the order of the page. A hidden section is
            absent, and its loader was not called.
        properties: The shown properties by name, in the order of the page; the same holds for them.
    """

    ref: ResourceRef
    kind_title: str
    title: str
    sections: Mapping[str, SectionView]
    properties: Mapping[str, PropertyView] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class LinkView(Projection):
    """
    What a read link shows at this moment.

    Attributes:
        link: The id of the link, for the host's own bookkeeping; it opens nothing by itself.
        at: The instant of reading; what is shown is as it was then.
        locale: The language of the link's recipient, or None.
        expires_at: When the link ends, exclusive, or None.
        ticket: With `Links.redeem` and `Links.view`, the sealed proof that carries the visit on
            for 30 minutes of silence; None with `Links.open`.
    """

    link: ReadLinkId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    at: datetime
    locale: str | None = None
    expires_at: datetime | None = None
    ticket: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class PreviewedSection(SectionView):
    """
    One section in a preview for staff.

    Attributes:
        visible: Whether the client sees it. A hidden section has no content here either.
    """

    visible: bool


@attrs.frozen(kw_only=True)
class LinkPreview:
    """
    What staff see before the client does: every section, the hidden ones named and marked.

    Attributes:
        ref: What the link shows.
        title: The title that the client reads.
        sections: Every declared section, in the order of the page.
        problem: Why the link opens nothing now, as a stable slug; None when it opens.
    """

    ref: ResourceRef
    title: str
    sections: tuple[PreviewedSection, ...]
    problem: str | None = None
