"""
The panels about one contact or organisation: everything that they see, and one thing as a contact sees it.
"""

from collections.abc import Mapping, Sequence

import attrs

from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.records.catalog import ResourceRef
from sharekit.records.lists import Page, PortalItem
from sharekit.records.parties import Contact, Organization
from sharekit.web.explanations import reason_in
from sharekit.web.pages import Markup
from sharekit.web.preview import PortalPreview
from sharekit.web.staff.desk import Desk

__all__ = ["SeenLine", "show_preview", "show_seen"]


@attrs.frozen(kw_only=True)
class SeenLine:
    """
    One thing that a contact or an organisation sees.

    Attributes:
        title: What staff call it.
        client_title: What the contact reads, when that is another title.
        kind: What such a thing is called.
        reasons: Why they see it, in sentences.
        url: The page that tells who sees it, or None.
        preview_url: The page that shows it as they see it, or None.
    """

    title: str
    client_title: str | None
    kind: str
    reasons: Sequence[str]
    url: str | None
    preview_url: str | None


def show_seen(desk: Desk, party: Contact | Organization, after: str | None) -> Markup:
    """Return everything that a contact sees, or whoever belongs to an organisation, a page at a time, and why."""
    page = _page(desk, party, after)
    people = desk.kit.people
    name = (people.get_organization(party) if isinstance(party, Organization) else people.get(party)).name
    lines = [_line(desk, party, item) for item in page.items]
    return desk.render("seen", lines=lines, page=page, name=name)


def show_preview(desk: Desk, shown: PortalPreview) -> Markup:
    """Return a thing as a contact sees it."""
    return desk.render("preview", shown=shown)


def _page(desk: Desk, party: Contact | Organization, after: str | None) -> Page:
    try:
        return desk.kit.access.what_can_see(party, after=after, locale=desk.language.tag, by=desk.by)
    except InvalidInputError as error:
        if error.field != "after":
            raise
        return desk.kit.access.what_can_see(party, locale=desk.language.tag, by=desk.by)


def _line(desk: Desk, party: Contact | Organization, item: PortalItem) -> SeenLine:
    title = _title(desk, item.ref) or item.title
    return SeenLine(
        title=title,
        client_title=item.title if item.title != title else None,
        kind=item.kind_title,
        reasons=[reason_in(desk.language, reason, _wording(desk, reason)) for reason in item.reasons],
        url=desk.urls.thing(item.ref),
        preview_url=desk.urls.preview(party, item.ref) if isinstance(party, Contact) else None,
    )


def _wording(desk: Desk, reason: str) -> Mapping[str, str]:
    """Return what the host says of a condition of its own that holds, by language; of any other reason, nothing."""
    predicate = desk.kit.portal.predicates.get(reason.removeprefix("host:"))
    return {} if predicate is None else predicate.reasons


def _title(desk: Desk, ref: ResourceRef) -> str | None:
    try:
        return desk.kit.catalog.get(ref).title
    except NotFoundError:
        return None
