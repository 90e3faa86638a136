"""
What happens at the addresses of the client portal: the invitation, the list, the page of one thing, the way out.

A session is carried by a cookie alone. Whoever has none that goes on gets one answer at every
address; whoever has one gets one answer for whatever they may not see (R-ENUM-1).
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl

import attrs

from sharekit.errors import (
    InvalidInputError,
    InvitationUnavailableError,
    NotFoundError,
    PortalSessionEndedError,
    QuarantinedError,
)
from sharekit.ids import DocumentId
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DOCUMENT
from sharekit.records.invitations import PortalSession
from sharekit.records.lists import Page
from sharekit.records.submissions import RequestView
from sharekit.web._errors import ForgedSessionError, UnknownAddressError
from sharekit.web._guard import read_form
from sharekit.web.answers import Answers, Client, Reader
from sharekit.web.calls import Call
from sharekit.web.downloads import document_response, zip_response
from sharekit.web.listing import ListQuery, item_path
from sharekit.web.messages import WebRequest, WebResponse
from sharekit.web.routes import DOCUMENTS, HOME, UPLOAD
from sharekit.web.sessions import SessionCookie

__all__ = ["ClientEndpoints"]

_PAGE: Final = 50
_MOST_AT_ONCE: Final = 100


@attrs.frozen
class _Inside:
    """A contact in the portal: their kit, who they are, and what speaks to them."""

    kit: Sharekit
    session: PortalSession
    reader: Reader

    @property
    def client(self) -> Client:
        """What the frame of each page tells of them."""
        return Client(reader=self.reader, name=self.session.contact.name)


@attrs.frozen(kw_only=True)
class ClientEndpoints:
    """
    Answers calls to the client portal.

    Attributes:
        kit: The kit.
        answers: What makes responses.
        cookie: What carries sessions.
        resolve_tenant: The host's own way to tell the tenant of a request; without it the secret tells.
        direct: Whether browsers are sent to the store for the bytes of documents.
    """

    kit: Sharekit
    answers: Answers
    cookie: SessionCookie
    resolve_tenant: Callable[[WebRequest], str | None] | None
    direct: bool

    def invitation(self, call: Call) -> WebResponse:
        """Show who is invited, and a button; nothing is changed."""
        token = call.places["token"]
        kit = self._kit_of_invitation(call, token)
        try:
            invited = kit.people.view_invitation(token)
        except InvitationUnavailableError:
            if self._is_in(call, kit):
                return self._to_home(call)
            raise
        return self.answers.invitation(call.reader, invited)

    def enter(self, call: Call) -> WebResponse:
        """Let the contact in, and have the browser keep their session."""
        # First, so that what a form looks like is judged without regard to the invitation.
        read_form(call.request)
        token = call.places["token"]
        kit = self._kit_of_invitation(call, token)
        try:
            session = kit.people.enter(token)
        except InvitationUnavailableError:
            if self._is_in(call, kit):
                return self._to_home(call)
            raise
        return self._to_home(call, self.cookie.carry(session.ticket))

    def root(self, call: Call) -> WebResponse:
        """Lead a contact who came in to their list; to everybody else this is an address like any unknown one."""
        try:
            kit = self._kit_of_session(call)
        except ForgedSessionError as error:
            raise InvitationUnavailableError from error  # looks the same, and is counted as a guess
        except PortalSessionEndedError as error:
            raise UnknownAddressError from error
        if not self._is_in(call, kit):
            raise UnknownAddressError
        return self._to_home(call)

    def home(self, call: Call) -> WebResponse:
        """List everything that is shared with the contact."""
        return self._signed_in(call, lambda inside: self._home(call, inside))

    def item(self, call: Call) -> WebResponse:
        """Show one thing, and what lies in it."""
        return self._signed_in(call, lambda inside: self._item(call, inside))

    def documents(self, call: Call) -> WebResponse:
        """List the documents that the contact may see."""
        return self._signed_in(call, lambda inside: self._documents(call, inside))

    def download(self, call: Call) -> WebResponse:
        """Give the bytes of a document."""
        return self._bytes(call, lambda inside: self._download(call, inside))

    def download_several(self, call: Call) -> WebResponse:
        """Give several documents as one ZIP."""
        return self._bytes(call, lambda inside: self._download_several(call, inside))

    def sign_out(self, call: Call) -> WebResponse:
        """Have the browser forget the session."""
        # A foreign page brings no cookie along, and so does not sign anybody out.
        gone = () if self.cookie.ticket(call.request) is None else (self.cookie.forget(),)
        return self._to_home(call, *gone)

    def _home(self, call: Call, inside: _Inside) -> WebResponse:
        query = ListQuery.read(call.request.query)
        page = _listed(inside, query, None)
        if page is None:
            return self.answers.see_other(query.first().address(call.reader.root + HOME.path))
        return self.answers.home(inside.client, page, query, asked=_asked(inside, query))

    def _documents(self, call: Call, inside: _Inside) -> WebResponse:
        query = ListQuery.read(call.request.query)
        page = _listed(inside, query, None, kind=DOCUMENT)
        if page is None:
            return self.answers.see_other(query.first().address(call.reader.root + DOCUMENTS.path))
        return self.answers.documents(inside.client, page, query, asked=_asked(inside, query))

    def _download(self, call: Call, inside: _Inside) -> WebResponse:
        ref = ResourceRef(DOCUMENT, call.places["id"])
        try:
            return document_response(inside.kit, call.request, ref, by=inside.session.contact, direct=self.direct)
        except QuarantinedError:
            return self.answers.see_other(call.reader.root + item_path(ref))

    def _download_several(self, call: Call, inside: _Inside) -> WebResponse:
        wanted = [DocumentId(value) for name, value in _fields(call.request.query) if name == "document"]
        if not wanted:  # the form was sent with nothing chosen
            return self.answers.see_other(call.reader.root + DOCUMENTS.path)
        pieces = inside.kit.documents.zip(wanted, by=inside.session.contact)
        if call.request.method == "HEAD":
            pieces = iter(())
        return zip_response(pieces, f"{inside.kit.kinds[DOCUMENT].title_in(inside.reader.language.tag)}.zip")

    def _bytes(self, call: Call, answer: Callable[[_Inside], WebResponse]) -> WebResponse:
        """Answer with somebody's bytes, and without the session's cookie: what carries bytes sets none (R-HTTP-1)."""
        kit = self._kit_of_session(call)
        session = kit.people.session(self.cookie.ticket(call.request) or "")
        inside = _Inside(kit, session, call.reader.speaking(session.contact.locale))
        try:
            return answer(inside)
        except (InvalidInputError, NotFoundError):
            return self.answers.absent(inside.client)

    def _item(self, call: Call, inside: _Inside) -> WebResponse:
        locale = inside.reader.language.tag
        try:
            ref = ResourceRef(call.places["kind"], call.places["id"])
            if ref.kind not in inside.kit.kinds:
                return self.answers.absent(inside.client)
            shown = inside.kit.access.view(inside.session.contact, ref, locale=locale)
            file = inside.kit.documents.look(ref, by=inside.session.contact) if ref.kind == DOCUMENT else None
        except (InvalidInputError, NotFoundError):
            return self.answers.absent(inside.client)
        # Only its place counts here: what lies in a thing is always listed by name.
        query = ListQuery(after=ListQuery.read(call.request.query).after)
        inner = _listed(inside, query, ref)
        if inner is None:
            return self.answers.see_other(call.reader.root + item_path(ref))
        return self.answers.item(inside.client, shown, inner, query, file=file)

    def _signed_in(self, call: Call, answer: Callable[[_Inside], WebResponse]) -> WebResponse:
        kit = self._kit_of_session(call)
        session = kit.people.session(self.cookie.ticket(call.request) or "")
        response = answer(_Inside(kit, session, call.reader.speaking(session.contact.locale)))
        return attrs.evolve(response, headers=(*response.headers, self.cookie.carry(session.ticket)))

    def _to_home(self, call: Call, *headers: tuple[str, str]) -> WebResponse:
        return self.answers.see_other(call.reader.root + HOME.path, *headers)

    def _is_in(self, call: Call, kit: Sharekit) -> bool:
        """Say whether this browser is in already: an invitation is kept, and its address used again."""
        ticket = self.cookie.ticket(call.request)
        if ticket is None:
            return False
        try:
            kit.people.session(ticket)
        except PortalSessionEndedError:
            return False
        return True

    def _kit_of_invitation(self, call: Call, token: str) -> Sharekit:
        named = self.kit.people.tenant_of(token)
        if named is None or not self._is_here(call, named):
            raise InvitationUnavailableError
        return self._kit_for(named)

    def _kit_of_session(self, call: Call) -> Sharekit:
        ticket = self.cookie.ticket(call.request)
        if ticket is None:
            raise PortalSessionEndedError
        named = self.kit.people.tenant_of(ticket)
        if named is None:
            raise ForgedSessionError
        if not self._is_here(call, named):
            raise PortalSessionEndedError
        return self._kit_for(named)

    def _is_here(self, call: Call, tenant: str) -> bool:
        return self.resolve_tenant is None or self.resolve_tenant(call.request) == tenant

    def _kit_for(self, tenant: str) -> Sharekit:
        return self.kit if tenant == self.kit.tenant else self.kit.for_tenant(tenant)


def _asked(inside: _Inside, query: ListQuery) -> list[tuple[RequestView, str]]:
    """Return what is still wanted of the contact, each with the path of its page; above whole lists alone."""
    if query.search or query.after is not None:
        return []
    requests, contact = inside.kit.requests, inside.session.contact
    return [
        (view, UPLOAD.fill(token=requests.token(view.request, contact)))
        for view in requests.outstanding(contact, locale=inside.reader.language.tag)
    ]


def _fields(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=_MOST_AT_ONCE)
    except ValueError:
        return []


def _listed(
    inside: _Inside, query: ListQuery, container: ResourceRef | None, *, kind: str | None = None
) -> Page | None:
    """Return a page of a list, or None when the place in it is none of this reader's."""
    try:
        return inside.kit.access.visible(
            inside.session.contact,
            kind=kind,
            container=container,
            order=query.order,
            descending=query.descending,
            search=query.search or None,
            after=query.after,
            limit=_PAGE,
            locale=inside.reader.language.tag,
        )
    except InvalidInputError as error:
        if error.field != "after":
            raise
        return None
