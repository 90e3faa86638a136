"""
The pages: our templates, and the host's before them.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from sharekit.errors import MissingExtraError
from sharekit.records.documents import DocumentPage
from sharekit.records.explanations import OtherOnlookers
from sharekit.records.several import SeveralInOrder
from sharekit.records.views import LinkView, Projection, PropertyView, SectionView
from sharekit.web.assets import Asset
from sharekit.web.formats import Formats
from sharekit.web.listing import DocumentEntry, ListView, section_entry
from sharekit.web.locales import Language
from sharekit.web.rendering import block_of
from sharekit.web.routes import STATIC

try:
    from jinja2 import (
        ChoiceLoader,
        Environment,
        FileSystemLoader,
        PackageLoader,
        PrefixLoader,
        pass_context,
    )
    from jinja2.loaders import BaseLoader
    from jinja2.runtime import Context
    from markupsafe import Markup
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("jinja2", "pages") from _missing

__all__ = [
    "BaseLoader",
    "ItemPage",
    "LinkPage",
    "Markup",
    "Pages",
    "RenderedProperty",
    "RenderedSection",
    "folder_loaders",
]

_log = logging.getLogger("sharekit.web")
_FOLDER: Final = "sharekit"


@attrs.frozen(kw_only=True)
class RenderedSection:
    """
    A section as the page shows it.

    Attributes:
        name: Its name; with ``section-`` before it, the anchor on the page.
        title: Its title.
        html: What its template made of the content; None when it could not be loaded or shown.
    """

    name: str
    title: str
    html: Markup | None


@attrs.frozen(kw_only=True)
class RenderedProperty:
    """
    A property as the page shows it.

    Attributes:
        name: Its name.
        title: Its title.
        html: What its template made of the value; None when it could not be loaded or shown.
    """

    name: str
    title: str
    html: Markup | None


@attrs.frozen(kw_only=True)
class LinkPage:
    """
    What the template ``link.html`` is given, besides what every page has.

    Attributes:
        view: The view itself.
        sections: Its sections in the order of the page.
        as_of: When it was read, as the reader writes it.
        as_of_machine: The same for machines.
        last_day: The last whole day on which the link works, when it ends at a midnight.
        until: When the link ends, otherwise; None when it does not.
        seen_url: Where the page reports that a person looks at it; None when redeeming counted already.
    """

    view: LinkView
    sections: Sequence[RenderedSection]
    as_of: str
    as_of_machine: str
    last_day: str | None
    until: str | None
    seen_url: str | None


@attrs.frozen(kw_only=True)
class ItemPage:
    """
    What the template ``item.html`` is given, besides what every page of the client portal has.

    Attributes:
        view: The thing as the contact may see it.
        properties: Its properties in the order of the page.
        sections: Its sections in the order of the page.
        listed: What lies in it that the contact may see.
        document: What is said of the bytes of a document; None of anything else.
        others: Who else sees it; None where clients are not told.
    """

    view: Projection
    properties: Sequence[RenderedProperty]
    sections: Sequence[RenderedSection]
    listed: ListView
    document: DocumentEntry | None = None
    others: OtherOnlookers | None = None


class Pages:
    """
    Renders pages.

    Args:
        site_name: The name in the header of each page.
        zone: The zone in which instants are told.
        loaders: Where templates are looked for before ours. Ours stay reachable for ``extends``
            under ``default/``: ``default/sharekit/link.html``.
        assets: The files that pages refer to.
    """

    def __init__(
        self, *, site_name: str, zone: tzinfo, loaders: Sequence[BaseLoader], assets: Mapping[str, Asset]
    ) -> None:
        self._site_name = site_name
        self._zone = zone
        self._assets = assets
        ours = PackageLoader("sharekit.web")
        self._environment = Environment(
            loader=ChoiceLoader([*loaders, ours, PrefixLoader({"default": ours})]),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # The extension adds this method when it is loaded.
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            _gettext, _ngettext, newstyle=True
        )

    def render(self, page: str, language: Language, root: str, /, **values: object) -> bytes:
        """
        Return a page.

        Args:
            page: The name of a template in ``sharekit/``, without its suffix.
            language: The language of its reader.
            root: The path at which the portal is mounted, as the browser sees it.
            values: What this template needs besides.
        """
        template = self._environment.get_template(f"{_FOLDER}/{page}.html")
        assets = {name: self._asset_url(root, name) for name in self._assets}
        text = template.render(site_name=self._site_name, language=language, root=root, assets=assets, **values)
        # Half a character, as damaged data may hold one, is no reason to show nothing.
        return text.encode("utf-8", "replace")

    def fragment(self, name: str, language: Language, /, **values: object) -> Markup:
        """Return a piece of a page of the host's, made by a template in ``sharekit/``."""
        template = self._environment.get_template(f"{_FOLDER}/{name}.html")
        return Markup(template.render(language=language, **values))  # noqa: S704  # a template's output, escaped by it

    def render_link(
        self, view: LinkView, language: Language, root: str, seen_url: str | None, documents: str | None
    ) -> bytes:
        """
        Return the page of a link; a section that cannot be shown says so in its place.

        Args:
            view: What the link shows.
            language: The language of its reader.
            root: The path at which the portal is mounted.
            seen_url: Where the page reports that a person looks at it, or None.
            documents: Where the bytes of its documents are, by their ids.
        """
        formats = Formats(language, self._zone)
        last_day, until = _end(view.expires_at, formats)
        page = LinkPage(
            view=view,
            sections=self.render_sections(view, language, documents=documents),
            as_of=formats.instant(view.at, wordy=True, zone=True),
            as_of_machine=view.at.isoformat(timespec="seconds"),
            last_day=last_day,
            until=until,
            seen_url=seen_url,
        )
        return self.render("link", language, root, page=page)

    def render_sections(
        self, view: Projection, language: Language, *, documents: str | None = None
    ) -> Sequence[RenderedSection]:
        """Return the sections of a view as its page has them; *documents* is where the bytes of documents are."""
        formats = Formats(language, self._zone)
        return [self._section(view, section, formats, documents) for section in view.sections.values()]

    def render_properties(self, view: Projection, language: Language) -> Sequence[RenderedProperty]:
        """Return the properties of a view as its page has them."""
        formats = Formats(language, self._zone)
        return [self._property(view, each, formats) for each in view.properties.values()]

    def formats(self, language: Language, zone: str | None = None) -> Formats:
        """Return how values are written in a language, in a zone of the reader's own when they chose one."""
        return Formats(language, self._zone if zone is None else ZoneInfo(zone))

    def _section(
        self, view: Projection, section: SectionView, formats: Formats, documents: str | None
    ) -> RenderedSection:
        html = None
        if section.available:
            try:
                html = self._content(view, section, formats, documents)
            except Exception:  # noqa: BLE001  # whatever a host's content or template does costs its section alone
                _log.exception("section %s of a %s could not be shown", section.name, view.ref.kind)
        return RenderedSection(name=section.name, title=section.title, html=html)

    def _property(self, view: Projection, shown: PropertyView, formats: Formats) -> RenderedProperty:
        html = None
        if shown.available:
            try:
                html = self._value(view, shown, formats)
            except Exception:  # noqa: BLE001  # as with a section
                _log.exception("property %s of a %s could not be shown", shown.name, view.ref.kind)
        return RenderedProperty(name=shown.name, title=shown.title, html=html)

    def _value(self, view: Projection, shown: PropertyView, formats: Formats) -> Markup:
        own = f"{_FOLDER}/properties/{view.ref.kind}/{shown.name}.html"
        template = self._environment.select_template([own, f"{_FOLDER}/property.html"])
        html = template.render(
            value=shown.value,
            property=shown,
            view=view,
            block=None if template.name == own else block_of(shown.value, formats),
            formats=formats,
            language=formats.language,
        )
        return Markup(html)  # noqa: S704  # as with a section

    def _content(self, view: Projection, section: SectionView, formats: Formats, documents: str | None) -> Markup:
        own, listed = f"{_FOLDER}/sections/{view.ref.kind}/{section.name}.html", None
        if isinstance(section.content, DocumentPage):
            listed = [section_entry(item, documents, formats) for item in section.content.items]
        template = self._environment.select_template([own, f"{_FOLDER}/section.html"])
        block = None if template.name == own or listed is not None else block_of(section.content, formats)
        html = template.render(
            content=section.content,
            section=section,
            view=view,
            block=block,
            documents=listed,
            formats=formats,
            language=formats.language,
        )
        return Markup(html)  # noqa: S704  # a template's output, escaped by it

    def _asset_url(self, root: str, name: str) -> str:
        return f"{root}{STATIC.fill(name=name)}?v={self._assets[name].version}"


def folder_loaders(folders: SeveralInOrder[str | Path]) -> list[BaseLoader]:
    """Return a loader for each folder, in the order in which they are looked through."""
    return [FileSystemLoader(folder) for folder in folders]


def _end(expires_at: datetime | None, formats: Formats) -> tuple[str | None, str | None]:
    """Tell the end of a link: by its last day when it ends at midnight, else by the minute."""
    if expires_at is None:
        return None, None
    local = formats.local(expires_at)
    if local.time() == time.min:
        return formats.day(local.date() - timedelta(days=1), wordy=True), None
    return None, formats.instant(expires_at, wordy=True, zone=True)


@pass_context
def _gettext(context: Context, text: str) -> str:
    return _language(context).gettext(text)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    return _language(context).ngettext(singular, plural, number)


def _language(context: Context) -> Language:
    language = context["language"]
    assert isinstance(language, Language)  # noqa: S101  # render() put it there
    return language
