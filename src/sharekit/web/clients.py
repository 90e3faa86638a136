"""
What happens at the addresses of the client portal: the invitation, the list, the page of one thing, the way out.
"""

from contextlib import suppress
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
from sharekit.records.lists import Page
from sharekit.records.submissions import RequestView
from sharekit.web._errors import ForgedSessionError, UnknownAddressError
from sharekit.web._guard import read_form
from sharekit.web.answers import Answers
from sharekit.web.calls import Call
from sharekit.web.declining import decline_url
from sharekit.web.downloads import document_response, zip_response
from sharekit.web.inside import Entrance, Inside
from sharekit.web.listing import ListQuery, item_path
from sharekit.web.messages import WebResponse
from sharekit.web.routes import DOCUMENTS, HOME, UPLOAD
from sharekit.web.talks import about_panel

__all__ = ["ClientEndpoints"]

_PAGE: Final = 50
_MOST_AT_ONCE: Final = 100


@attrs.frozen(kw_only=True)
class ClientEndpoints:
    """
    Answers calls to the client portal.

    Attributes:
        entrance: What lets contacts through who came in.
        direct: Whether browsers are sent to the store for the bytes of documents.
    """

    entrance: Entrance
    direct: bool

    @property
    def answers(self) -> Answers:
        """What makes responses."""
        return self.entrance.answers

    def invitation(self, call: Call) -> WebResponse:
        """Show who is invited, and a button; nothing is changed."""
        token = call.places["token"]
        kit = self._kit_of_invitation(call, token)
        try:
            invited = kit.people.view_invitation(token)
        except InvitationUnavailableError:
            if self.entrance.is_in(call, kit):
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
            if self.entrance.is_in(call, kit):
                return self._to_home(call)
            raise
        return self._to_home(call, self.entrance.cookie.carry(session.ticket))

    def root(self, call: Call) -> WebResponse:
        """Lead a contact who came in to their list; to everybody else this is an address like any unknown one."""
        try:
            kit = self.entrance.kit_of_session(call)
        except ForgedSessionError as error:
            raise InvitationUnavailableError from error  # looks the same, and is counted as a guess
        except PortalSessionEndedError as error:
            raise UnknownAddressError from error
        if not self.entrance.is_in(call, kit):
            raise UnknownAddressError
        return self._to_home(call)

    def home(self, call: Call) -> WebResponse:
        """List everything that is shared with the contact."""
        return self.entrance.page(call, lambda inside: self._home(call, inside))

    def item(self, call: Call) -> WebResponse:
        """Show one thing, and what lies in it."""
        return self.entrance.page(call, lambda inside: self._item(call, inside))

    def ask(self, call: Call) -> WebResponse:
        """Ask staff for a thing that the contact may not see; the answer is the same for one that is not there."""
        read_form(call.request)
        return self.entrance.page(call, lambda inside: self._ask(call, inside))

    def documents(self, call: Call) -> WebResponse:
        """List the documents that the contact may see."""
        return self.entrance.page(call, lambda inside: self._documents(call, inside))

    def download(self, call: Call) -> WebResponse:
        """Give the bytes of a document."""
        return self.entrance.bytes(call, lambda inside: self._download(call, inside))

    def download_several(self, call: Call) -> WebResponse:
        """Give several documents as one ZIP."""
        return self.entrance.bytes(call, lambda inside: self._download_several(call, inside))

    def sign_out(self, call: Call) -> WebResponse:
        """Have the browser forget the session."""
        # A foreign page brings no cookie along, and so does not sign anybody out.
        gone = () if self.entrance.cookie.ticket(call.request) is None else (self.entrance.cookie.forget(),)
        return self._to_home(call, *gone)

    def _home(self, call: Call, inside: Inside) -> WebResponse:
        query = ListQuery.read(call.request.query)
        page = _listed(inside, query, None)
        if page is None:
            return self.answers.see_other(query.first().address(call.reader.root + HOME.path))
        given_back = ("given-back", "1") in _fields(call.request.query)
        return self.answers.home(inside.client, page, query, asked=_asked(inside, query), given_back=given_back)

    def _documents(self, call: Call, inside: Inside) -> WebResponse:
        query = ListQuery.read(call.request.query)
        page = _listed(inside, query, None, kind=DOCUMENT)
        if page is None:
            return self.answers.see_other(query.first().address(call.reader.root + DOCUMENTS.path))
        return self.answers.documents(inside.client, page, query, asked=_asked(inside, query))

    def _download(self, call: Call, inside: Inside) -> WebResponse:
        ref = ResourceRef(DOCUMENT, call.places["id"])
        try:
            return document_response(inside.kit, call.request, ref, by=inside.session.contact, direct=self.direct)
        except QuarantinedError:
            return self.answers.see_other(call.reader.root + item_path(ref))

    def _download_several(self, call: Call, inside: Inside) -> WebResponse:
        wanted = [DocumentId(value) for name, value in _fields(call.request.query) if name == "document"]
        if not wanted:  # the form was sent with nothing chosen
            return self.answers.see_other(call.reader.root + DOCUMENTS.path)
        pieces = inside.kit.documents.zip(wanted, by=inside.session.contact)
        if call.request.method == "HEAD":
            pieces = iter(())
        return zip_response(pieces, f"{inside.kit.kinds[DOCUMENT].title_in(inside.reader.language.tag)}.zip")

    def _absent(self, call: Call, inside: Inside) -> WebResponse:
        asked = ("asked", "1") in _fields(call.request.query)
        return self.answers.absent(inside.client, may_ask=not asked, asked=asked)

    def _ask(self, call: Call, inside: Inside) -> WebResponse:
        try:
            ref = ResourceRef(call.places["kind"], call.places["id"])
        except InvalidInputError:
            return self._absent(call, inside)
        with suppress(InvalidInputError):  # a kind that was not declared: nobody learns which are
            inside.kit.access_requests.ask(ref, by=inside.session.contact)
        return self.answers.see_other(f"{call.reader.root}{item_path(ref)}?asked=1")

    def _item(self, call: Call, inside: Inside) -> WebResponse:
        locale = inside.reader.language.tag
        try:
            ref = ResourceRef(call.places["kind"], call.places["id"])
            if ref.kind not in inside.kit.kinds:
                return self._absent(call, inside)
            shown = inside.kit.access.view(inside.session.contact, ref, locale=locale)
            file = inside.kit.documents.look(ref, by=inside.session.contact) if ref.kind == DOCUMENT else None
            others = inside.kit.access.who_else_can_see(ref, by=inside.session.contact)
        except (InvalidInputError, NotFoundError):
            return self._absent(call, inside)
        # Only its place counts here: what lies in a thing is always listed by name.
        query = ListQuery(after=ListQuery.read(call.request.query).after)
        inner = _listed(inside, query, ref)
        if inner is None:
            return self.answers.see_other(call.reader.root + item_path(ref))
        return self.answers.item(
            inside.client,
            shown,
            inner,
            query,
            file=file,
            others=others,
            decline_url=decline_url(inside, ref),
            talk=about_panel(inside, ref, self.answers),
            muted=ref.key in inside.kit.notifications.preferences(inside.session.contact).muted,
        )

    def _to_home(self, call: Call, *headers: tuple[str, str]) -> WebResponse:
        return self.answers.see_other(call.reader.root + HOME.path, *headers)

    def _kit_of_invitation(self, call: Call, token: str) -> Sharekit:
        named = self.entrance.kit.people.tenant_of(token)
        if named is None or not self.entrance.is_here(call, named):
            raise InvitationUnavailableError
        return self.entrance.kit_for(named)


def _asked(inside: Inside, query: ListQuery) -> list[tuple[RequestView, str]]:
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


def _listed(inside: Inside, query: ListQuery, container: ResourceRef | None, *, kind: str | None = None) -> Page | None:
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
