"""
What happens at each address.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import attrs

from sharekit.errors import (
    InvalidInputError,
    LinkUnavailableError,
    NotFoundError,
    QuarantinedError,
    RedeemRequired,
    TooManyAttemptsError,
    VisitEndedError,
    WrongPasswordError,
)
from sharekit.ids import is_tenant_id
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import LinkHolder
from sharekit.records.views import LinkView
from sharekit.web._errors import UnknownAddressError
from sharekit.web._guard import household_of, read_form, refuse_cross_site
from sharekit.web.answers import Answers
from sharekit.web.assets import Asset
from sharekit.web.calls import Call
from sharekit.web.clients import ClientEndpoints
from sharekit.web.declining import DecliningEndpoints
from sharekit.web.downloads import document_response
from sharekit.web.inbound import MailEndpoint
from sharekit.web.messages import WebRequest, WebResponse
from sharekit.web.news import NewsEndpoints
from sharekit.web.routes import (
    CHOICES,
    CONFIRM,
    DECLINE,
    DOCUMENTS,
    DOWNLOAD,
    HOME,
    INVITATION,
    ITEM,
    LINK,
    LINK_DOCUMENT,
    MAIL,
    MUTE,
    NEWS,
    ROOT,
    SEEN,
    SIGN_OUT,
    STATIC,
    SUBSCRIBE,
    TALK,
    TALK_FILE,
    TALK_START,
    TALK_UNDO,
    TALKS,
    UNSUBSCRIBE,
    VISIT,
    VISIT_DOCUMENT,
    ZIP,
    Route,
)
from sharekit.web.talks import TalkEndpoints
from sharekit.web.uploads import UploadEndpoints
from sharekit.web.visits import VisitCookies, handle_of

__all__ = ["Endpoints"]

_BETWEEN_COUNTS: Final = timedelta(minutes=30)


@attrs.frozen(kw_only=True)
class Endpoints:
    """
    Answers calls.

    Attributes:
        kit: The kit.
        answers: What makes responses.
        assets: The files that may be fetched.
        cookies: What carries visits.
        clients: What answers in the client portal.
        declining: What answers where contacts give back what was shared with them.
        talks: What answers in conversations.
        news: What tells of news, and of how to hear of it.
        uploads: What answers on upload pages.
        mail: What takes mail in.
        resolve_tenant: The host's own way to tell the tenant of a request; without it the token tells.
        direct: Whether browsers are sent to the store for the bytes of documents.
    """

    kit: Sharekit
    answers: Answers
    assets: Mapping[str, Asset]
    cookies: VisitCookies
    clients: ClientEndpoints
    declining: DecliningEndpoints
    talks: TalkEndpoints
    news: NewsEndpoints
    uploads: UploadEndpoints
    mail: MailEndpoint
    resolve_tenant: Callable[[WebRequest], str | None] | None
    direct: bool

    def answer(self, route: Route, call: Call) -> WebResponse:
        """Return the answer to a call whose method the route knows; HEAD is answered as GET is."""
        method = call.request.method
        uploading = self.uploads.answer(route, call)
        if uploading is not None:
            return uploading
        if method == "OPTIONS":
            return self.answers.nothing(("Allow", route.allow))
        if route is MAIL:
            return self.mail.take(call.request)  # no browser sends it, and it bears a signature
        if method == "POST" and route is not UNSUBSCRIBE:  # mail programs send it from wherever they are
            refuse_cross_site(call.request)
        answering: Mapping[tuple[Route, bool], Callable[[Call], WebResponse]] = {
            (LINK, False): self._open,
            (LINK, True): self._redeem,
            (SEEN, True): self._record_view,
            (LINK_DOCUMENT, False): self._download,
            (VISIT, False): self._carry_on,
            (VISIT_DOCUMENT, False): self._download_on_visit,
            (STATIC, False): self._file,
            (INVITATION, False): self.clients.invitation,
            (INVITATION, True): self.clients.enter,
            (ROOT, False): self.clients.root,
            (HOME, False): self.clients.home,
            (ITEM, False): self.clients.item,
            (ITEM, True): self.clients.ask,
            (DECLINE, False): self.declining.ask,
            (DECLINE, True): self.declining.decline,
            (DOCUMENTS, False): self.clients.documents,
            (DOWNLOAD, False): self.clients.download,
            (ZIP, False): self.clients.download_several,
            (SIGN_OUT, True): self.clients.sign_out,
            (TALKS, False): self.talks.listed,
            (TALK, False): self.talks.thread,
            (TALK, True): self.talks.post,
            (TALK_UNDO, True): self.talks.undo,
            (TALK_FILE, False): self.talks.file,
            (TALK_START, False): self.talks.form,
            (TALK_START, True): self.talks.start,
            (NEWS, False): self.news.feed,
            (NEWS, True): self.news.mark_seen,
            (CHOICES, False): self.news.choices,
            (CHOICES, True): self.news.choose,
            (MUTE, True): self.news.mute,
            (UNSUBSCRIBE, False): self.news.ask,
            (UNSUBSCRIBE, True): self.news.unsubscribe,
            (SUBSCRIBE, True): self.news.subscribe,
            (CONFIRM, False): self.news.ask_to_confirm,
            (CONFIRM, True): self.news.confirm,
        }
        return answering[route, method == "POST"](call)

    def _open(self, call: Call) -> WebResponse:
        token = call.places["token"]
        kit = self._kit_for(call.request, token)
        handle = handle_of(token)
        running = self._running_visit(kit, call, handle)
        if running is not None:
            return self._page_of_visit(call, handle, running)
        try:
            view = kit.links.open(token, locale=call.reader.language.tag)
        except RedeemRequired as wanted:
            return self.answers.landing(call.reader, wanted)
        return self.answers.link(
            call.reader,
            view,
            seen_url=call.reader.root + SEEN.fill(token=token),
            documents=call.reader.root + LINK_DOCUMENT.fill(token=token, id=""),
        )

    def _redeem(self, call: Call) -> WebResponse:
        token = call.places["token"]
        # First, so that what a form looks like is judged without regard to the link.
        password = read_form(call.request).get("password")
        kit = self._kit_for(call.request, token)
        handle = handle_of(token)
        if self._running_visit(kit, call, handle) is not None:
            # A second click, or a step back and the button again: this browser is in already.
            return self.answers.see_other(call.reader.root + VISIT.fill(handle=handle))
        try:
            kit.links.open(token, locale=call.reader.language.tag)
        except RedeemRequired as wanted:
            return self._redeemed(kit, call, wanted, password)
        return self.answers.see_other(call.reader.root + LINK.fill(token=token))

    def _redeemed(self, kit: Sharekit, call: Call, wanted: RedeemRequired, password: str | None) -> WebResponse:
        token = call.places["token"]
        try:
            view = kit.links.redeem(token, password, locale=call.reader.language.tag)
        except WrongPasswordError:
            return self.answers.landing(call.reader, wanted, wrong=True)
        except TooManyAttemptsError as error:
            return self.answers.refusal(call.reader.speaking(wanted.locale), error)
        handle = handle_of(token)
        location = call.reader.root + VISIT.fill(handle=handle)
        return self.answers.see_other(location, self.cookies.carry(handle, view.ticket or ""))

    def _record_view(self, call: Call) -> WebResponse:
        token = call.places["token"]
        kit = self._kit_for(call.request, token)
        key = f"seen:{kit.tenant}:{handle_of(token)}:{household_of(call.request)}"
        if self.kit.rate_limiter.acquire(key, limit=1, window=_BETWEEN_COUNTS) is None:
            try:
                kit.links.record_view(token)
            except Exception as error:
                # Nothing was counted, so nothing keeps the next one from being tried and refused alike.
                self.kit.rate_limiter.release(key)
                if isinstance(error, RedeemRequired):
                    raise LinkUnavailableError from error
                raise
        return self.answers.nothing()

    def _carry_on(self, call: Call) -> WebResponse:
        handle = call.places["handle"]
        ticket = self.cookies.ticket(call.request, handle)
        if ticket is None:
            # The same for every handle, so that it tells nothing about any of them.
            raise VisitEndedError
        kit = self._kit_for(call.request, ticket)
        return self._page_of_visit(call, handle, kit.links.view(ticket, locale=call.reader.language.tag))

    def _page_of_visit(self, call: Call, handle: str, view: LinkView) -> WebResponse:
        return self.answers.link(
            call.reader,
            view,
            self.cookies.carry(handle, view.ticket or ""),
            documents=call.reader.root + VISIT_DOCUMENT.fill(handle=handle, id=""),
        )

    def _download(self, call: Call) -> WebResponse:
        token = call.places["token"]
        kit = self._kit_for(call.request, token)
        try:
            return self._bytes(call, kit, kit.links.holder(token))
        except RedeemRequired:
            # The page asks for what is needed, or goes on with the visit that is running.
            return self.answers.see_other(call.reader.root + LINK.fill(token=token))

    def _download_on_visit(self, call: Call) -> WebResponse:
        ticket = self.cookies.ticket(call.request, call.places["handle"])
        if ticket is None:
            raise VisitEndedError
        kit = self._kit_for(call.request, ticket)
        return self._bytes(call, kit, kit.links.holder(ticket))

    def _bytes(self, call: Call, kit: Sharekit, holder: LinkHolder) -> WebResponse:
        """Give a document that a link lists; any other is an address like any unknown one."""
        try:
            ref = ResourceRef(DOCUMENT, call.places["id"])
            return document_response(kit, call.request, ref, by=holder, direct=self.direct)
        except (InvalidInputError, NotFoundError, QuarantinedError) as error:
            raise UnknownAddressError from error

    def _running_visit(self, kit: Sharekit, call: Call, handle: str) -> LinkView | None:
        """Return what the visit shows that this browser is on, if it is on one that goes on."""
        ticket = self.cookies.ticket(call.request, handle)
        if ticket is None:
            return None
        try:
            return kit.links.view(ticket, locale=call.reader.language.tag)
        except LinkUnavailableError:
            return None

    def _file(self, call: Call) -> WebResponse:
        asset = self.assets.get(call.places["name"])
        if asset is None:
            raise UnknownAddressError
        return self.answers.asset(asset, lasting=call.request.query == f"v={asset.version}")

    def _kit_for(self, request: WebRequest, secret: str) -> Sharekit:
        """
        Return the kit of the tenant that a request belongs to.

        A token or ticket of another tenant is for that kit to refuse, which takes as long as it
        does for one of its own that is dead (R-LINK-7).

        Raises:
            LinkUnavailableError: The secret is not genuine, or the request belongs to no tenant.
        """
        named = self.kit.links.tenant_of(secret)
        if named is None:
            raise LinkUnavailableError
        tenant = named if self.resolve_tenant is None else self.resolve_tenant(request)
        if tenant is None or not is_tenant_id(tenant):
            raise LinkUnavailableError
        return self.kit if tenant == self.kit.tenant else self.kit.for_tenant(tenant)
