"""
How letters go out: from whom, in which words, and to which pages they lead.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import attrs

from sharekit.errors import ConfigurationError
from sharekit.ids import ConversationId
from sharekit.ports import Mailbox
from sharekit.records.catalog import ResourceRef
from sharekit.records.instants import zone_of

if TYPE_CHECKING:  # a kit without letters needs no extra
    from sharekit.mail.writing import LetterWriter

__all__ = ["Post"]

_MOST_GATHERED: Final = timedelta(days=1)


@attrs.frozen(kw_only=True)
class Post:
    """
    What every letter needs besides its notifier.

    Attributes:
        writer: What writes them.
        sender: From whom they are.
        pages: Where the portal is mounted, as its readers reach it: ``"https://portal.example/portal"``.
        staff_page: Returns where staff look at a thing in the host's own application, or None.
        staff_talk_page: Returns where staff read a conversation there, or None; by default what it is about.
        staff_held_page: Where staff look at mails that wait for them, or None.
        staff_settings_page: Where staff choose which letters come, or None.
        settings_page: Where a contact in the portal chooses which letters come, or None.
        reply_domain: Where mail for sharekit arrives; None when nobody can answer by mail.
        gather: How long to wait for more of the same, so that ten uploads are one letter.
        time_zone: The zone of readers who chose none, for quiet hours and daily letters.

    Raises:
        ConfigurationError: One of them cannot be used.
    """

    writer: "LetterWriter"
    sender: Mailbox
    pages: str
    staff_page: Callable[[ResourceRef], str | None] | None = None
    staff_talk_page: Callable[[ConversationId], str | None] | None = None
    staff_held_page: str | None = None
    staff_settings_page: str | None = None
    settings_page: str | None = None
    reply_domain: str | None = None
    gather: timedelta = timedelta(minutes=2)
    time_zone: str = "UTC"

    def __attrs_post_init__(self) -> None:
        parts = urlsplit(self.pages)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise ConfigurationError(
                "pages", "needs the address of the portal, such as 'https://portal.example/portal'"
            )
        if not timedelta(0) <= self.gather <= _MOST_GATHERED:
            raise ConfigurationError("gather", "needs a time of at most a day")
        zone_of("time_zone", self.time_zone)

    @property
    def domain(self) -> str:
        """The domain of the Message-IDs."""
        return self.sender.address.rpartition("@")[2]

    def page(self, path: str, *places: str) -> str:
        """Return the address of a page of the portal; each ``{}`` of the path is filled with a place."""
        return self.pages.rstrip("/") + path.format(*(quote(place, safe="") for place in places))

    def page_of(self, ref: ResourceRef | None, *, staff: bool) -> str | None:
        """Return where a reader looks at a thing."""
        if staff:
            return None if self.staff_page is None or ref is None else self.staff_page(ref)
        return self.page("/p/") if ref is None else self.page("/p/{}/{}", ref.kind, ref.id)

    def talk_page(self, conversation: ConversationId, about: ResourceRef | None, *, staff: bool) -> str | None:
        """Return where a reader reads a conversation."""
        if not staff:
            return self.page("/c/{}", conversation)
        page = None if self.staff_talk_page is None else self.staff_talk_page(conversation)
        return page or self.page_of(about, staff=True)

    def one_click(self, token: str) -> str | None:
        """Return the address that ends letters by one POST; None where mail programs would not take it."""
        address = self.page("/n/{}", token)
        return address if address.startswith("https://") else None
