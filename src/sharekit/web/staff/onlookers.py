"""
The panel that tells who can see a thing and why, and takes it back; and who asks to be let in.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.ids import GrantId
from sharekit.records.access_requests import AccessRequest
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.explanations import Cause, Correspondent, Onlooker
from sharekit.records.grants import Access, Grant, parse_grantee
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Organization
from sharekit.records.requests import DocumentRequest
from sharekit.web.explanations import reason_in
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import name_of
from sharekit.web.staff.reveals import listed_names

__all__ = ["OnlookerPanel"]

_GONE: Final = 404
_REFUSED: Final = 403


@attrs.frozen(kw_only=True)
class CauseLine:
    """
    One reason why somebody sees a thing.

    Attributes:
        said: The reason, in a sentence.
        access: What they may do by it, or an empty text.
        until: When it ends, or None.
        within: The title of the container that was shared instead, or None.
        within_url: The page that tells who sees that, or None.
        grant: The id of the grant that can be taken back here, or None.
    """

    said: str
    access: str = ""
    until: str | None = None
    within: str | None = None
    within_url: str | None = None
    grant: str | None = None


@attrs.frozen(kw_only=True)
class OnlookerLine:
    """
    Somebody who can see a thing, or under whom it is filed.

    Attributes:
        name: Their name.
        is_organization: Whether that is an organization.
        url: The host's page about them, or None.
        causes: Why they see it.
    """

    name: str
    is_organization: bool
    url: str | None
    causes: tuple[CauseLine, ...]


@attrs.frozen(kw_only=True)
class LinkLine:
    """
    A read link that opens.

    Attributes:
        name: For whom it was made, or None for anybody.
        views: How often it was looked at.
        url: The host's page about it, or None.
    """

    name: str | None
    views: int
    url: str | None


@attrs.frozen(kw_only=True)
class RequestLine:
    """
    A request for documents whose upload page is there.

    Attributes:
        wanted: What is asked for, as one enumeration.
        names: For whom the page is, as one enumeration.
        url: The host's page of what is asked for about the thing, or None.
    """

    wanted: str
    names: str
    url: str | None


@attrs.frozen(kw_only=True)
class CorrespondentLine:
    """
    Somebody who can answer by mail in a conversation about a thing.

    Attributes:
        name: Their name.
        subject: What the conversation is about.
        until: When the address takes no more.
        url: The host's page of the conversation, or None.
    """

    name: str
    subject: str
    until: str
    url: str | None


@attrs.frozen(kw_only=True)
class AskingLine:
    """
    Somebody who asks for access to a thing.

    Attributes:
        contact: Their id.
        name: Their name.
        url: The host's page about them, or None.
        at: When they asked.
        may_answer: Whether the member of staff may answer.
    """

    contact: str
    name: str
    url: str | None
    at: str
    may_answer: bool


@attrs.frozen(kw_only=True)
class OnlookerPanel:
    """
    The panel of one thing.

    Attributes:
        desk: Who looks.
        ref: At what.
        obstacle: Why nothing can be changed here, in the host's words; None for the kit's own rule.
    """

    desk: Desk
    ref: ResourceRef
    obstacle: str | None

    def show(self, *, problem: str | None = None) -> Markup:
        """Return the panel."""
        kit = self.desk.kit
        seen = kit.access.who_can_see(self.ref, by=self.desk.by)
        granted = [grant for grant in kit.shares.of(self.ref) if grant.revoked_at is None]
        filed = [grant for grant in granted if grant.visibility is Visibility.INTERNAL]
        return self.desk.render(
            "onlookers",
            seen=sorted(map(self._line, seen.parties), key=lambda line: line.name.casefold()),
            links=[self._link(link) for link in seen.links],
            requests=[self._request(request) for request in seen.requests],
            correspondents=sorted(map(self._correspondent, seen.correspondents), key=lambda line: line.name.casefold()),
            filed=[self._filed(grant) for grant in filed],
            asking=[self._asking(request) for request in kit.access_requests.waiting(self.ref)],
            problem=problem,
            action=self.desk.urls.thing(self.ref),
        )

    def take_back(self, fields: Fields) -> PanelAnswer:
        """Take a grant on this thing back."""
        kit = self.desk.kit
        try:
            grant = kit.shares.get(GrantId(fields.one("grant")))
            if grant.ref != self.ref:
                raise NotFoundError("grant")
            if self.obstacle is not None:
                raise NotAllowedError("obstacle")
            kit.shares.revoke(grant, by=self.desk.by)
        except NotFoundError:
            problem = self.desk.gettext("This share is not there any more.")
            return PanelAnswer(html=Markup(""), seen=self.show(problem=problem), status=_GONE)
        except NotAllowedError:
            problem = self.obstacle or self.desk.gettext("You may look at this, but not share it.")
            return PanelAnswer(html=Markup(""), seen=self.show(problem=problem), status=_REFUSED)
        return PanelAnswer(html=Markup(""), done=self._taken_back(grant))

    def answer_request(self, fields: Fields) -> PanelAnswer:
        """Let somebody in who asks for access, or refuse."""
        desk, requests = self.desk, self.desk.kit.access_requests
        request = next((one for one in requests.waiting(self.ref) if one.contact.id == fields.one("contact")), None)
        try:
            if request is None:
                raise NotFoundError("access-request")
            if self.obstacle is not None:
                raise NotAllowedError("obstacle")
            if fields.one("do") == "approve":
                requests.approve(request, by=desk.by)
            else:
                requests.dismiss(request, by=desk.by)
        except (InvalidInputError, NotFoundError):
            problem = desk.gettext("This request is not there any more.")
            return PanelAnswer(html=Markup(""), seen=self.show(problem=problem), status=_GONE)
        except NotAllowedError:
            problem = self.obstacle or desk.gettext("You may look at this, but not share it.")
            return PanelAnswer(html=Markup(""), seen=self.show(problem=problem), status=_REFUSED)
        name = self._name(request.contact)
        if fields.one("do") != "approve":
            return PanelAnswer(html=Markup(""), done=desk.gettext("%(name)s is not let in.", name=name))
        if desk.kit.access.can(request.contact, Action.VIEW, self.ref):
            return PanelAnswer(html=Markup(""), done=desk.gettext("%(name)s sees it now.", name=name))
        return PanelAnswer(html=Markup(""), done=desk.gettext("Shared with %(names)s.", names=name))

    def _asking(self, request: AccessRequest) -> AskingLine:
        return AskingLine(
            contact=request.contact.id,
            name=self._name(request.contact),
            url=self.desk.urls.person(request.contact),
            at=self.desk.formats.instant(request.asked_at),
            may_answer=self._may_share(),
        )

    def _taken_back(self, grant: Grant) -> str:
        party = parse_grantee(grant.grantee)
        name = self._name(party)
        if grant.visibility is Visibility.INTERNAL:
            return self.desk.gettext("It is not filed under %(name)s any more.", name=name)
        access = self.desk.kit.access
        if isinstance(party, Contact):
            still = access.can(party, Action.VIEW, self.ref)
        else:
            still = any(each.party == party for each in access.who_can_see(self.ref, by=self.desk.by).parties)
        if still:
            return self.desk.gettext("The share with %(name)s is taken back, but they still see it.", name=name)
        return self.desk.gettext("%(name)s does not see it any more.", name=name)

    def _line(self, onlooker: Onlooker) -> OnlookerLine:
        return OnlookerLine(
            name=self._name(onlooker.party),
            is_organization=isinstance(onlooker.party, Organization),
            url=self.desk.urls.person(onlooker.party),
            causes=tuple(self._cause(cause, onlooker.party) for cause in onlooker.causes),
        )

    def _cause(self, cause: Cause, party: Contact | Organization) -> CauseLine:
        said = reason_in(self.desk.language, cause.reason, cause.wording)
        access = "" if cause.access is None else _access_words(self.desk)[cause.access]
        grant = cause.grant
        if grant is None:
            return CauseLine(said=said)
        until = None if grant.expires_at is None else self.desk.formats.instant(grant.expires_at)
        if grant.grantee != party.key:
            through = self._name(parse_grantee(grant.grantee))
            said = self.desk.gettext("It is shared with %(name)s, to which they belong.", name=through)
            return CauseLine(said=said, access=access, until=until)
        if grant.ref == self.ref:
            return CauseLine(said=said, access=access, until=until, grant=grant.id if self._may_share() else None)
        within, url = self._title(grant.ref), self.desk.urls.thing(grant.ref)
        return CauseLine(said=said, access=access, until=until, within=within, within_url=url)

    def _filed(self, grant: Grant) -> OnlookerLine:
        party = parse_grantee(grant.grantee)
        cause = CauseLine(said="", grant=grant.id if self._may_share() else None)
        return OnlookerLine(
            name=self._name(party),
            is_organization=isinstance(party, Organization),
            url=self.desk.urls.person(party),
            causes=(cause,),
        )

    def _link(self, link: ReadLink) -> LinkLine:
        name = None if link.recipient is None else self._name(link.recipient)
        return LinkLine(name=name, views=link.views, url=self.desk.urls.link(link))

    def _request(self, request: DocumentRequest) -> RequestLine:
        names = sorted((self._name(each.contact) for each in request.recipients), key=str.casefold)
        wanted = [item.title_in(self.desk.language.tag) for item in request.items]
        return RequestLine(
            wanted=listed_names(self.desk, wanted),
            names=listed_names(self.desk, names),
            url=self.desk.urls.requests(self.ref),
        )

    def _correspondent(self, each: Correspondent) -> CorrespondentLine:
        return CorrespondentLine(
            name=self._name(each.party),
            subject=self.desk.kit.conversations.get(each.conversation, by=self.desk.by).subject,
            until=self.desk.formats.instant(each.until),
            url=self.desk.urls.conversation(each.conversation),
        )

    def _name(self, party: Contact | Organization) -> str:
        return name_of(self.desk.kit, party) or self.desk.gettext("Somebody")

    def _title(self, ref: ResourceRef) -> str:
        try:
            return self.desk.kit.catalog.get(ref).title
        except NotFoundError:
            return ref.key

    def _may_share(self) -> bool:
        return self.obstacle is None and self.desk.kit.access.can(self.desk.by, Action.SHARE, self.ref)


def _access_words(desk: Desk) -> Mapping[Access, str]:
    return {
        Access.VIEW: desk.gettext("They may read."),
        Access.COMMENT: desk.gettext("They may read and comment."),
        Access.CONTRIBUTE: desk.gettext("They may read, comment and add documents."),
    }
