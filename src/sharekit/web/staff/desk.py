"""
What all panels for staff have at hand, what they are given, and what they answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from sharekit.ids import ConversationId, MessageId
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Organization, Principal, Staff
from sharekit.records.requests import DocumentRequest
from sharekit.web.formats import Formats
from sharekit.web.locales import Language
from sharekit.web.pages import Markup, Pages

__all__ = ["Desk", "Fields", "PanelAnswer", "StaffUrls"]

_LONGEST: Final = 10_000
_LONGEST_TEXT: Final = 100_001  # one more than a message may have, so that this is said


def _nowhere(*_: object) -> None:
    return None


def _nobody() -> tuple[Staff, ...]:
    return ()


@attrs.frozen(kw_only=True)
class StaffUrls:
    """
    Where a host has its own pages for staff; each function returns an address, or None for none.

    Attributes:
        thing: The page that shares a thing and tells who can see it; forms about it are sent there.
        person: The page of a contact or an organization.
        link: The page of a read link.
        preview: The page that shows a thing as a contact sees it.
        documents: The page that lists the documents of a thing.
        document: The page of one document; forms about it are sent there.
        download: Where the bytes of a document are, of the current version or of one that is named.
        requests: The page of what is asked for about a thing; forms about that are sent there.
        ask: The page with the form that asks for documents about a thing.
        upload: The whole address of a contact's upload page, to be copied.
        conversations: The page that lists conversations, about a thing when one is named.
        conversation: The page of one conversation; forms about it are sent there.
        participants: The page that tells who takes part in one; forms about that are sent there.
        start: The page that starts a conversation, about a thing when one is named.
        attachment: Where the bytes of a file in a message are.
        held_mails: The page of mails that wait for staff; forms about them are sent there.
    """

    thing: Callable[[ResourceRef], str | None] = _nowhere
    person: Callable[[Contact | Organization], str | None] = _nowhere
    link: Callable[[ReadLink], str | None] = _nowhere
    preview: Callable[[Contact, ResourceRef], str | None] = _nowhere
    documents: Callable[[ResourceRef], str | None] = _nowhere
    document: Callable[[ResourceRef], str | None] = _nowhere
    download: Callable[[ResourceRef, int | None], str | None] = _nowhere
    requests: Callable[[ResourceRef], str | None] = _nowhere
    ask: Callable[[ResourceRef], str | None] = _nowhere
    upload: Callable[[DocumentRequest, Contact], str | None] = _nowhere
    conversations: Callable[[ResourceRef | None], str | None] = _nowhere
    conversation: Callable[[ConversationId], str | None] = _nowhere
    participants: Callable[[ConversationId], str | None] = _nowhere
    start: Callable[[ResourceRef | None], str | None] = _nowhere
    attachment: Callable[[MessageId, int], str | None] = _nowhere
    held_mails: Callable[[], str | None] = _nowhere


@attrs.frozen(kw_only=True)
class PanelAnswer:
    """
    What a panel answers to a form, or to being shown.

    Attributes:
        html: The panel, to be put into a page of the host's.
        seen: The panel that tells who can see the thing, to be put beside the one that shares a
            single thing; otherwise empty.
        status: The status code of that page.
        done: What was done, in a sentence: redirect to the page, and say it there. None when
            nothing was: show the panel, which says why.
        partial: Whether the script of the panel asked: then send the html alone, without a page.
        leads_to: Where to redirect to when that is not the page itself; None for the page itself.
    """

    html: Markup = attrs.field(repr=False)
    seen: Markup = attrs.field(default=Markup(""), repr=False)
    status: int = 200
    done: str | None = None
    partial: bool = False
    leads_to: str | None = None


@attrs.frozen
class Fields:
    """
    The fields of a form, as they were sent: each name with all its values.

    Attributes:
        values: What a framework makes of a form.
    """

    values: Mapping[str, Sequence[str]] = attrs.field(repr=False)

    def one(self, name: str) -> str:
        """Return a field without outer spaces, or an empty text; of an endless one, its beginning."""
        given = self.many(name)
        return given[0] if given else ""

    def text(self, name: str) -> str:
        """Return what was written in a large field, as it is; of an endless one, its beginning."""
        given = self.values.get(name, ())
        return given[0].replace("\r\n", "\n")[:_LONGEST_TEXT] if given else ""

    def many(self, name: str) -> list[str]:
        """Return every value of a field that can come more than once."""
        return [value.strip()[:_LONGEST] for value in self.values.get(name, ())]


@attrs.frozen(kw_only=True)
class Desk:
    """
    One member of staff at work on one request.

    Attributes:
        kit: The kit.
        by: Who they are.
        pages: What renders.
        formats: How they write values.
        zone: The name of the zone in which their days end.
        hidden: The fields that each form carries for the host, such as its token against forgery.
        urls: Where the host has its own pages.
        staff_name: What the host calls a member of staff; None for what sharekit knows of them.
        colleagues: Who of staff can be chosen to take part in conversations.
    """

    kit: Sharekit
    by: Principal
    pages: Pages
    formats: Formats
    zone: str
    hidden: Mapping[str, str] = attrs.field(repr=False)
    urls: StaffUrls
    staff_name: Callable[[Staff], str | None] = _nowhere
    colleagues: Callable[[], Iterable[Staff]] = _nobody

    @property
    def language(self) -> Language:
        """The language that the panels speak."""
        return self.formats.language

    # Named so that the tools which look for texts to translate know it.
    def gettext(self, text: str, /, **places: object) -> str:
        """Return an English text in the language of the panels, its places filled."""
        translated = self.language.gettext(text)
        return translated % places if places else translated

    def render(self, panel: str, /, **values: object) -> Markup:
        """Return a piece of a page, made by a template in ``sharekit/staff/``."""
        return self.pages.fragment(
            f"staff/{panel}", self.language, formats=self.formats, hidden=self.hidden, urls=self.urls, **values
        )
