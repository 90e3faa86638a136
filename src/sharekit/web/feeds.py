"""
What the page of news is given: a sentence for each, and where it leads.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

import attrs

from sharekit.records.notices import FeedItem, FeedPage
from sharekit.web.formats import Formats
from sharekit.web.listing import item_path
from sharekit.web.routes import NEWS, TALK

__all__ = ["NewsEntry", "NewsPage", "feed_page"]


def N_(text: str) -> str:  # noqa: N802  # what extractors of texts look for
    """Mark a text for translation."""
    return text


# Of each event: with the name of who did it, and without.
_LINES: Final[Mapping[str, tuple[str, str]]] = {
    "resource-shared": (N_("%(actor)s shared this with you"), N_("This was shared with you")),
    "link-created": (N_("%(actor)s made a link for you"), N_("A link was made for you")),
    "document-added": (N_("%(actor)s added this document"), N_("This document is new")),
    "document-replaced": (N_("%(actor)s added a new version"), N_("There is a new version")),
    "request-created": (N_("%(actor)s asks you for documents"), N_("You are asked for documents")),
    "request-reminded": (N_("Documents are still missing"), N_("Documents are still missing")),
    "request-sent-back": (N_("Something has to be sent again"), N_("Something has to be sent again")),
    "request-accepted": (N_("Your documents are complete"), N_("Your documents are complete")),
    "access-answered": (N_("You have access now"), N_("You have access now")),
    "contact-invited": (N_("%(actor)s invited you"), N_("You were invited")),
    "message-posted": (N_("%(actor)s wrote to you"), N_("There is a new message")),
    "participant-added": (N_("%(actor)s added you to this conversation"), N_("You take part in this conversation now")),
}
_OTHER: Final = N_("There is something new")


@attrs.frozen(kw_only=True)
class NewsEntry:
    """
    One piece of news.

    Attributes:
        line: What happened, in a few words.
        title: What it is about; empty for nothing.
        url: Where it leads, or None.
        at: When, as the reader writes it.
        at_machine: The same instant for machines.
        seen: Whether the reader has seen it before.
    """

    line: str
    title: str
    url: str | None
    at: str
    at_machine: str
    seen: bool


@attrs.frozen(kw_only=True)
class NewsPage:
    """
    What the template ``news.html`` is given, besides what every page of the client portal has.

    Attributes:
        entries: The news, the latest first.
        url: Where all of it is marked as seen.
        next_url: What came before, or None.
    """

    entries: Sequence[NewsEntry]
    url: str
    next_url: str | None


def feed_page(
    page: FeedPage, formats: Formats, *, root: str, upload_path: Callable[[FeedItem], str | None]
) -> NewsPage:
    """
    Return what the page of news is given.

    Args:
        page: The news.
        formats: How their reader writes values.
        root: The path at which the portal is mounted.
        upload_path: Returns the path of the page on which what is asked for is sent, or None.
    """

    def url(item: FeedItem) -> str | None:
        conversation = item.details.get("conversation")
        if conversation is not None:
            return root + TALK.fill(conversation=quote(conversation, safe=""))
        path = upload_path(item) if "request" in item.details else None
        if path is None and item.ref is not None:
            path = item_path(item.ref)
        return None if path is None else root + path

    return NewsPage(
        entries=[
            NewsEntry(
                line=_line(item, formats),
                title=item.title,
                url=url(item),
                at=formats.instant(item.at),
                at_machine=item.at.isoformat(timespec="seconds"),
                seen=item.seen,
            )
            for item in page.items
        ],
        url=root + NEWS.path,
        next_url=None if page.next is None else f"{root}{NEWS.path}?{urlencode({'after': page.next})}",
    )


def _line(item: FeedItem, formats: Formats) -> str:
    named, nameless = _LINES.get(item.event, (_OTHER, _OTHER))
    return formats.language.gettext(named if item.actor else nameless) % {"actor": item.actor}
