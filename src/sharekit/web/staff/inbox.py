"""
The panels that list conversations: all that one may read, and those about a thing, beside it.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

import attrs

from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.threads import ConversationItem, ConversationPage
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.talk_words import MessageLine, message_line, party_name

__all__ = ["InboxQuery", "TalkLine", "show_inbox", "show_talks_about"]

_PAGE: Final = 25
_BESIDE: Final = 5
_MOST_FIELDS: Final = 20
_LONGEST_SEARCH: Final = 200


@attrs.frozen(kw_only=True)
class InboxQuery:
    """
    What is wanted of the list; what cannot be understood is passed over.

    Attributes:
        search: What is looked for, or an empty text.
        unread: Whether only those are wanted with something unread.
        about: The key of the thing that they are about, or an empty text.
        after: The place in the list, or None.
    """

    search: str = ""
    unread: bool = False
    about: str = ""
    after: str | None = None

    @classmethod
    def read(cls, query: str) -> "InboxQuery":
        """Return what stands behind the question mark of an address."""
        try:
            fields = dict(parse_qsl(query, max_num_fields=_MOST_FIELDS))
        except ValueError:
            return cls()
        return cls(
            search=fields.get("q", "").strip()[:_LONGEST_SEARCH],
            unread=fields.get("unread") == "1",
            about=fields.get("about", ""),
            after=fields.get("after"),
        )

    @property
    def ref(self) -> ResourceRef | None:
        """The thing that they are about, or None."""
        try:
            return ResourceRef.parse(self.about) if self.about else None
        except InvalidInputError:
            return None

    def address(self) -> str:
        """Return what stands behind the address of the list, with its question mark."""
        fields = {"q": self.search, "unread": "1" if self.unread else "", "about": self.about, "after": self.after}
        return "?" + urlencode({name: value for name, value in fields.items() if value})


@attrs.frozen(kw_only=True)
class TalkLine:
    """
    One conversation in a list.

    Attributes:
        item: The conversation.
        url: The host's page about it, or None.
        people: Who takes part, as one enumeration.
        about_url: The list of conversations about the same thing, or None.
        last: The message that is shown of it, or None.
        at: When something was last written.
        at_machine: The same for machines.
    """

    item: ConversationItem
    url: str | None
    people: str
    about_url: str | None
    last: MessageLine | None
    at: str
    at_machine: str


def show_inbox(desk: Desk, asked: str, things: Sequence[ResourceRef]) -> Markup:
    """Return the conversations that whoever works here may read, the latest first."""
    query = InboxQuery.read(asked)
    page = _page(desk, query, _PAGE)
    return desk.render(
        "inbox",
        query=query,
        lines=[_line(desk, item) for item in page.items],
        things=_titles(desk, things, query),
        unread_only=attrs.evolve(query, unread=True, after=None).address(),
        everything=attrs.evolve(query, unread=False, after=None).address(),
        unread=desk.kit.conversations.unread(desk.by),
        held=len(desk.kit.conversations.held_mails(by=desk.by, limit=50)),
        next_url=None if page.next is None else attrs.evolve(query, after=page.next).address(),
        previous_url=None if page.previous is None else attrs.evolve(query, after=page.previous).address(),
        start_url=desk.urls.start(query.ref),
        held_url=desk.urls.held_mails(),
    )


def show_talks_about(desk: Desk, ref: ResourceRef) -> Markup:
    """Return the latest conversations about a thing, to stand beside it."""
    page = desk.kit.conversations.visible(desk.by, about=ref, limit=_BESIDE)
    return desk.render(
        "talks",
        lines=[_line(desk, item) for item in page.items],
        more_url=desk.urls.conversations(ref) if page.next is not None else None,
        start_url=desk.urls.start(ref),
    )


def _page(desk: Desk, query: InboxQuery, limit: int) -> ConversationPage:
    def listed(about: ResourceRef | None, after: str | None) -> ConversationPage:
        return desk.kit.conversations.visible(
            desk.by, about=about, search=query.search or None, unread=query.unread, after=after, limit=limit
        )

    try:
        return listed(query.ref, query.after)
    except InvalidInputError as error:
        if error.field == "after":
            return listed(query.ref, None)
        return ConversationPage(items=())  # no words to look for, or a kind that was never declared


def _titles(desk: Desk, things: Sequence[ResourceRef], query: InboxQuery) -> dict[str, str]:
    wanted = [*things, query.ref] if query.ref is not None and query.ref not in things else list(things)
    titles: dict[str, str] = {}
    for ref in wanted:
        try:
            if desk.kit.access.can(desk.by, Action.VIEW, ref):
                titles[ref.key] = desk.kit.catalog.get(ref).title
        except (InvalidInputError, NotFoundError):
            continue
    return titles


def _line(desk: Desk, item: ConversationItem) -> TalkLine:
    names = [party_name(desk, each.party or "", each.name) for each in item.participants if each.party != desk.by.key]
    shown = item.found or item.last
    return TalkLine(
        item=item,
        url=desk.urls.conversation(item.conversation),
        people=desk.formats.listed(names),
        about_url=None if item.about is None else desk.urls.conversations(item.about),
        last=None if shown is None else message_line(desk, shown),
        at=desk.formats.instant(item.activity),
        at_machine=item.activity.isoformat(timespec="seconds"),
    )
