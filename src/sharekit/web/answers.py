"""
Makes responses: pages, refusals, redirects and files, each with all its headers.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from sharekit.errors import RedeemRequired, SharekitError
from sharekit.records.documents import DocumentFile
from sharekit.records.explanations import OtherOnlookers
from sharekit.records.invitations import InvitationView
from sharekit.records.lists import Page
from sharekit.records.submissions import RequestView
from sharekit.records.views import LinkView, Projection
from sharekit.web._errors import Refusal, refusal_of
from sharekit.web.assets import Asset
from sharekit.web.formats import Formats
from sharekit.web.headers import ASSET_HEADERS, PAGE_HEADERS
from sharekit.web.listing import ListQuery, ListView, file_entry, item_path, list_view
from sharekit.web.locales import Language, language_of
from sharekit.web.messages import WebResponse
from sharekit.web.pages import ItemPage, Pages
from sharekit.web.refusals import sentence_for
from sharekit.web.request_pages import AskedEntry, RequestPage, asked_entry
from sharekit.web.routes import CHOICES, DOCUMENTS, DOWNLOAD, HOME, MUTE, NEWS, SIGN_OUT, TALKS
from sharekit.web.threads import TalkPanel

__all__ = ["Answers", "Client", "Reader"]

_log = logging.getLogger("sharekit.web")

_FAULT: Final = 500
_HTML: Final = "text/html; charset=utf-8"
_PLAIN: Final = "text/plain; charset=utf-8"
_LAST_RESORT: Final = b"This page is not available.\n"  # when a host's template fails too
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_FOR_NOW: Final = "public, no-cache"


@attrs.frozen
class Reader:
    """
    For whom a response is made.

    Attributes:
        language: The language that the pages speak to the reader.
        root: The path at which the portal is mounted, as the reader's browser sees it.
    """

    language: Language
    root: str

    def speaking(self, locale: str | None) -> "Reader":
        """Return the reader with this language, when the pages speak it."""
        return attrs.evolve(self, language=language_of(locale) or self.language)


@attrs.frozen(kw_only=True)
class Client:
    """
    A contact in the portal, as the frame of their pages knows them.

    Attributes:
        reader: For whom responses are made.
        name: Their name.
        zone: The zone in which they are told times; None for that of the portal.
        unread: In how many conversations they have something to read.
        unseen: How much news they have not seen.
    """

    reader: Reader
    name: str
    zone: str | None = None
    unread: int = 0
    unseen: int = 0


class Answers:
    """
    Makes responses.

    Args:
        pages: What renders.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def link(
        self,
        reader: Reader,
        view: LinkView,
        *headers: tuple[str, str],
        seen_url: str | None = None,
        documents: str | None = None,
    ) -> WebResponse:
        """Return the page of a link, in the language of its recipient when it has one."""
        language = reader.speaking(view.locale).language
        body = self._pages.render_link(view, language, reader.root, seen_url, documents)
        return _page(200, language, body, *headers)

    def landing(self, reader: Reader, wanted: RedeemRequired, *, wrong: bool = False) -> WebResponse:
        """Return the page that asks for a password or a click, and tells nothing of what is behind it."""
        language = reader.speaking(wanted.locale).language
        body = self._pages.render("landing", language, reader.root, wanted=wanted, wrong=wrong)
        return _page(403 if wrong else 200, language, body)

    def invitation(self, reader: Reader, invited: InvitationView) -> WebResponse:
        """Return the page that tells who is invited and asks for a click."""
        language = reader.speaking(invited.locale).language
        until = self._pages.formats(language).instant(invited.expires_at, wordy=True, zone=True)
        return _page(
            200, language, self._pages.render("invitation", language, reader.root, invited=invited, until=until)
        )

    def home(
        self,
        client: Client,
        page: Page,
        query: ListQuery,
        *,
        asked: Iterable[tuple[RequestView, str]] = (),
        given_back: bool = False,
    ) -> WebResponse:
        """Return the list of what is shared with a contact, and of what is asked of them."""
        listed = self._listed(client, page, query, HOME.path)
        known = {"documents_only": False, "asked": self._asked(client, asked), "given_back": given_back}
        return self._for_client(200, "home", client, listed=listed, **known)

    def item(
        self,
        client: Client,
        shown: Projection,
        inner: Page,
        query: ListQuery,
        *,
        file: DocumentFile | None = None,
        others: OtherOnlookers | None = None,
        decline_url: str | None = None,
        talk: TalkPanel | None = None,
        muted: bool = False,
    ) -> WebResponse:
        """Return the page of one thing, with a list of what lies in it; of a document, with its bytes."""
        place = client.reader.root + DOWNLOAD.fill(id="")
        properties = self._pages.render_properties(shown, client.reader.language)
        sections = self._pages.render_sections(shown, client.reader.language, documents=place)
        listed = self._listed(client, inner, query, item_path(shown.ref))
        document = None
        if file is not None:
            document = file_entry(file, root=client.reader.root, formats=self.formats_of(client))
        page = ItemPage(
            view=shown,
            properties=properties,
            sections=sections,
            listed=listed,
            document=document,
            others=others if others is not None and others.told else None,
        )
        about = {"talk": talk, "decline_url": decline_url, "muted": muted, "mute_url": client.reader.root + MUTE.path}
        return self._for_client(200, "item", client, page=page, **about)

    def documents(
        self, client: Client, page: Page, query: ListQuery, *, asked: Iterable[tuple[RequestView, str]] = ()
    ) -> WebResponse:
        """Return the list of the documents that a contact may see, and of what is asked of them."""
        listed = self._listed(client, page, query, DOCUMENTS.path)
        return self._for_client(
            200, "home", client, listed=listed, documents_only=True, asked=self._asked(client, asked)
        )

    def _asked(self, client: Client, asked: Iterable[tuple[RequestView, str]]) -> list[AskedEntry]:
        formats = self.formats_of(client)
        return [asked_entry(view, client.reader.root + path, formats) for view, path in asked]

    def absent(self, client: Client, *, may_ask: bool = False, asked: bool = False) -> WebResponse:
        """
        Return the one answer to a contact for everything that is not for them, be it there or not.

        Args:
            client: Who looked for it.
            may_ask: Whether this is the address of a thing, to which a form that asks for access can be sent.
            asked: Whether that was done.
        """
        return self._for_client(404, "absent", client, may_ask=may_ask, asked=asked)

    def for_client(self, status: int, template: str, client: Client, /, **values: object) -> WebResponse:
        """Return a page of the client portal, made by a template."""
        return self._for_client(status, template, client, **values)

    def _for_client(self, status: int, template: str, client: Client, /, **values: object) -> WebResponse:
        reader = client.reader
        urls = {
            "home_url": reader.root + HOME.path,
            "documents_url": reader.root + DOCUMENTS.path,
            "talks_url": reader.root + TALKS.path,
            "news_url": reader.root + NEWS.path,
            "choices_url": reader.root + CHOICES.path,
            "sign_out_url": reader.root + SIGN_OUT.path,
        }
        known = {"client_name": client.name, "unread": client.unread, "unseen": client.unseen}
        body = self._pages.render(template, reader.language, reader.root, **known, **urls, **values)
        return _page(status, reader.language, body)

    def _listed(self, client: Client, page: Page, query: ListQuery, path: str) -> ListView:
        formats = self.formats_of(client)
        return list_view(page, query, root=client.reader.root, formats=formats, path=path)

    def refusal(self, reader: Reader, error: Exception) -> WebResponse:
        """Return what an error looks like, and tell the operator of one that readers cannot bring about."""
        refusal = refusal_of(error)
        if refusal.status >= _FAULT:
            # The path is not told: it may hold the secret of a link.
            _log.error("a request could not be answered", exc_info=error)
        try:
            body = self._refusal_body(reader, refusal)
        except Exception:  # noqa: BLE001  # this is the last resort
            _log.exception("the page %s could not be rendered", refusal.page)
            return _response(refusal.status, _LAST_RESORT, _PLAIN, *refusal.headers)
        return _page(refusal.status, reader.language, body, *refusal.headers)

    def _refusal_body(self, reader: Reader, refusal: Refusal) -> bytes:
        wait = None
        if refusal.retry_after is not None:
            wait = self._pages.formats(reader.language).wait(refusal.retry_after)
        return self._pages.render(refusal.page, reader.language, reader.root, status=refusal.status, wait=wait)

    def request(self, reader: Reader, page: RequestPage, status: int) -> WebResponse:
        """Return an upload page."""
        return _page(status, reader.language, self._pages.render("request", reader.language, reader.root, page=page))

    def formats(self, reader: Reader) -> Formats:
        """Return how values are written for a reader."""
        return self._pages.formats(reader.language)

    def formats_of(self, client: Client) -> Formats:
        """Return how values are written for a contact, in the zone that they chose."""
        return self._pages.formats(client.reader.language, client.zone)

    def unsubscribe(self, reader: Reader, *, again: str | None = None) -> WebResponse:
        """Return the page that asks whether letters are to end, or says that they did; it knows nobody."""
        url = None if again is None else reader.root + again
        return self._about_letters(200, "unsubscribe", reader, again_url=url)

    def subscription(self, reader: Reader, step: str, status: int = 200, news: Sequence[str] = ()) -> WebResponse:
        """
        Return a page about letters that are to come again; it knows nobody.

        Args:
            reader: Who reads it.
            step: ``"ask"``, ``"sent"`` when a letter asks, ``"done"``, or ``"over"``.
            status: The status code.
            news: Of which kinds.
        """
        return self._about_letters(status, "subscription", reader, step=step, news=news)

    def _about_letters(self, status: int, template: str, reader: Reader, **values: object) -> WebResponse:
        choices = reader.root + CHOICES.path
        body = self._pages.render(template, reader.language, reader.root, choices_url=choices, **values)
        return _page(status, reader.language, body)

    def sentence(self, reader: Reader, error: SharekitError) -> str:
        """Return what a reader is told of a file that was not taken."""
        return sentence_for(error, self.formats(reader))

    def told(self, status: int, body: bytes, content_type: str, *headers: tuple[str, str]) -> WebResponse:
        """Return a response to a program."""
        return _response(status, body, content_type, *headers)

    def see_other(self, location: str, *headers: tuple[str, str]) -> WebResponse:
        """Return a redirect to be followed by a GET."""
        return WebResponse(status=303, headers=(("Location", location), *headers, _length(b""), *PAGE_HEADERS))

    def nothing(self, *headers: tuple[str, str]) -> WebResponse:
        """Return a response that says no more than that all is well."""
        return WebResponse(status=204, headers=(*headers, *PAGE_HEADERS))

    def asset(self, asset: Asset, *, lasting: bool) -> WebResponse:
        """Return a file; browsers may keep it for good when its address names this very version."""
        headers = (
            ("Content-Type", asset.content_type),
            _length(asset.body),
            ("Cache-Control", _FOR_GOOD if lasting else _FOR_NOW),
            *ASSET_HEADERS,
        )
        return WebResponse(status=200, headers=headers, body=asset.body)


def _page(status: int, language: Language, body: bytes, *headers: tuple[str, str]) -> WebResponse:
    return _response(status, body, _HTML, ("Content-Language", language.tag), *headers)


def _response(status: int, body: bytes, content_type: str, *headers: tuple[str, str]) -> WebResponse:
    described = (("Content-Type", content_type), _length(body), *headers, *PAGE_HEADERS)
    return WebResponse(status=status, headers=described, body=body)


def _length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))
