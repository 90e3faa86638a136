"""
The panel of what is still wanted of one contact, over all things.
"""

from datetime import datetime

import attrs

from sharekit.errors import NotFoundError
from sharekit.records.parties import Contact
from sharekit.records.submissions import RequestView
from sharekit.web.pages import Markup
from sharekit.web.request_pages import due_in
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.people import name_of

__all__ = ["OwedLine", "is_late", "show_outstanding"]


@attrs.frozen(kw_only=True)
class OwedLine:
    """
    What is still wanted of a contact in one request.

    Attributes:
        view: The request as they see it.
        about: What staff call the thing that it is about.
        due: Until when it is wanted, or None.
        late: Whether that is over.
        url: The host's page of the requests about that thing, or None.
        upload: The whole address of their upload page, or None.
    """

    view: RequestView
    about: str
    due: str | None
    late: bool
    url: str | None
    upload: str | None


def show_outstanding(desk: Desk, contact: Contact) -> Markup:
    """Return what is still wanted of a contact, over all things."""
    lines = [_owed(desk, contact, view) for view in desk.kit.requests.outstanding(contact, locale=desk.language.tag)]
    name = name_of(desk.kit, contact) or desk.gettext("Somebody")
    return desk.render("outstanding", lines=lines, name=name)


def _owed(desk: Desk, contact: Contact, view: RequestView) -> OwedLine:
    request = desk.kit.requests.get(view.request)
    try:
        about = desk.kit.catalog.get(request.about).title
    except NotFoundError:
        about = request.about.key
    return OwedLine(
        view=view,
        about=about,
        due=due_in(view.due, desk.formats),
        late=is_late(view.due, view.at),
        url=desk.urls.requests(request.about),
        upload=desk.urls.upload(request, contact),
    )


def is_late(due: datetime | None, now: datetime) -> bool:
    """Say whether a date is over."""
    return due is not None and due <= now
