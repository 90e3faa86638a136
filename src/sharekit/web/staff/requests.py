"""
The panel of what is asked for about a thing: how far each contact has come, and what staff do with what came.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from sharekit.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    ReminderRefusedError,
    RequestStateError,
    SharekitError,
)
from sharekit.ids import RequestId
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.requests import DocumentRequest, RequestItem, RequestRecipient, RequestState
from sharekit.records.submissions import Submission, SubmissionState
from sharekit.web.pages import Markup
from sharekit.web.request_pages import due_in
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.outstanding import is_late
from sharekit.web.staff.people import name_of

__all__ = ["FileLine", "ItemLine", "PersonLine", "RequestLine", "RequestsPanel"]

_OK: Final = 200
_GONE: Final = 404
_CONFLICT: Final = 409
_REFUSED: Final = 403
_WRONG: Final = 422


@attrs.frozen(kw_only=True)
class FileLine:
    """
    One file that a contact sent.

    Attributes:
        submission: The file.
        size: How large it is, in words.
        at: When it came.
        url: The host's page about the document that it became, or None.
        download: Where its bytes are, or None.
        may_judge: Whether it can be accepted or sent back here.
    """

    submission: Submission
    size: str
    at: str
    url: str | None
    download: str | None
    may_judge: bool


@attrs.frozen(kw_only=True)
class ItemLine:
    """
    One thing that one contact was asked for.

    Attributes:
        item: What it is.
        state: ``"missing"``, ``"optional"``, ``"received"``, ``"accepted"`` or ``"sent-back"``.
        count: How many files count.
        files: What came for it.
    """

    item: RequestItem
    state: str
    count: int
    files: Sequence[FileLine]


@attrs.frozen(kw_only=True)
class PersonLine:
    """
    One contact who was asked.

    Attributes:
        part: Their part of the request.
        name: Their name.
        url: The host's page about them, or None.
        upload: The whole address of their upload page, or None once it is over or the host names none.
        reminded: When they were last reminded, or None.
        items: What they were asked for.
        done: How many of the things that are needed have come.
        needed: How many things are needed.
        may_accept: Whether there is something to accept as a whole.
    """

    part: RequestRecipient
    name: str
    url: str | None
    upload: str | None
    reminded: str | None
    items: Sequence[ItemLine]
    done: int
    needed: int
    may_accept: bool


@attrs.frozen(kw_only=True)
class RequestLine:
    """
    One request.

    Attributes:
        request: The request.
        title: What was asked for, in short.
        asked: When it was asked.
        due: Until when it is wanted, or None.
        late: Whether that is over and something is missing.
        people: Who was asked.
        may_act: Whether the reader may answer it.
    """

    request: DocumentRequest
    title: str
    asked: str
    due: str | None
    late: bool
    people: Sequence[PersonLine]
    may_act: bool


@attrs.frozen(kw_only=True)
class RequestsPanel:
    """
    The panel, for one thing.

    Attributes:
        desk: Who looks.
        about: What the requests are about.
        obstacle: Why nothing can be done here, in the host's words; None for the kit's own rule.
    """

    desk: Desk
    about: ResourceRef
    obstacle: str | None

    def show(self) -> PanelAnswer:
        """Return the panel."""
        return self._answer()

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what a form asks."""
        if self.obstacle:
            return self._answer(_REFUSED, problem=self.obstacle)
        try:
            return self._acted(fields)
        except (NotFoundError, NotAllowedError, ReminderRefusedError, InvalidInputError) as error:
            status, said = self._refusal(error)
            return self._answer(status, problem=said, at=fields.one("file"))

    def _refusal(self, error: SharekitError) -> tuple[int, str]:
        gettext = self.desk.gettext
        if isinstance(error, NotFoundError):
            return _GONE, gettext("This is not there any more.")
        if isinstance(error, NotAllowedError):
            return _REFUSED, gettext("You may look at this, but not answer it.")
        if isinstance(error, ReminderRefusedError):
            return _CONFLICT, self._why_not_reminded(error.reason)
        if isinstance(error, RequestStateError):
            return _CONFLICT, gettext("It has come to a point from which this does not go.")
        return _WRONG, gettext("Write what is wrong, and what would be right.")

    def _why_not_reminded(self, reason: str) -> str:
        gettext = self.desk.gettext
        return {
            "too-soon": gettext("It is too soon to remind them."),
            "too-often": gettext("They were reminded often enough."),
        }.get(reason, gettext("Nothing is missing from them."))

    def _acted(self, fields: Fields) -> PanelAnswer:
        requests, by, wanted = self.desk.kit.requests, self.desk.by, fields.one("do")
        gettext = self.desk.gettext
        request = self._request(fields.one("request"))
        part = self._part(request, fields.one("part-of"))
        file = self._file(request, fields.one("file"))
        what: Submission | RequestRecipient | DocumentRequest = file or part or request
        whom: RequestRecipient | DocumentRequest = part or request
        doing: Mapping[str, tuple[Callable[[], object], str]] = {
            "accept": (lambda: requests.accept(what, by=by), gettext("It is accepted.")),
            "send-back": (
                lambda: requests.send_back(what, reason=fields.one("reason"), by=by),
                gettext("It is sent back, with your reason."),
            ),
            "remind": (lambda: requests.remind(whom, by=by), gettext("The reminder is on its way.")),
            "close": (lambda: requests.close(whom, by=by), gettext("Nothing more is wanted. What came stays.")),
            "cancel": (lambda: requests.cancel(whom, by=by), gettext("The request is taken back. What came stays.")),
        }
        if wanted not in doing:
            return self._answer()
        act, said = doing[wanted]
        act()
        return PanelAnswer(html=Markup(""), done=said)

    def _request(self, id_: str) -> DocumentRequest:
        found = self.desk.kit.requests.get(RequestId(id_))
        if found.about != self.about:
            raise NotFoundError("request")
        return found

    def _part(self, request: DocumentRequest, id_: str) -> RequestRecipient | None:
        if not id_:
            return None
        # By their place: the id makes the secret of their page.
        found = next((each for each in request.recipients if str(each.place) == id_), None)
        if found is None:
            raise NotFoundError("recipient")
        return found

    def _file(self, request: DocumentRequest, id_: str) -> Submission | None:
        if not id_:
            return None
        found = next((each for each in self.desk.kit.requests.submissions(request) if each.id == id_), None)
        if found is None:
            raise NotFoundError("submission")
        return found

    def _answer(self, status: int = _OK, *, problem: str | None = None, at: str = "") -> PanelAnswer:
        desk = self.desk
        lines = [self._line(request) for request in desk.kit.requests.of(self.about)]
        html = desk.render(
            "requests",
            running=[line for line in lines if not _is_over(line.request)],
            over=[line for line in lines if _is_over(line.request)],
            problem=problem,
            at=at,
            ask_url=desk.urls.ask(self.about) if self._may_act() else None,
            action=desk.urls.requests(self.about),
        )
        return PanelAnswer(html=html, status=status)

    def _may_act(self) -> bool:
        return self.obstacle is None and self.desk.kit.access.can(self.desk.by, Action.SHARE, self.about)

    def _line(self, request: DocumentRequest) -> RequestLine:
        formats, may_act = self.desk.formats, self._may_act()
        people = [self._person(request, part, may_act=may_act) for part in request.recipients]
        waiting = any(part.state.is_waiting for part in request.recipients)
        return RequestLine(
            request=request,
            title=formats.listed([item.title_in(self.desk.language.tag) for item in request.items]),
            asked=formats.day(formats.local(request.created_at).date()),
            due=due_in(request.due, formats),
            late=waiting and is_late(request.due, self.desk.kit.clock.now()),
            people=people,
            may_act=may_act,
        )

    def _person(self, request: DocumentRequest, part: RequestRecipient, *, may_act: bool) -> PersonLine:
        desk = self.desk
        sent = desk.kit.requests.submissions(part)
        items = [self._item(part, item, sent, may_act=may_act) for item in request.items]
        needed = [line for line in items if line.item.min]
        opens = not part.state.is_over and part.state is not RequestState.ACCEPTED
        return PersonLine(
            part=part,
            name=name_of(desk.kit, part.contact) or desk.gettext("Somebody"),
            url=desk.urls.person(part.contact),
            upload=desk.urls.upload(request, part.contact) if opens and may_act else None,
            reminded=None if part.last_reminded_at is None else desk.formats.instant(part.last_reminded_at),
            items=items,
            done=sum(line.count >= line.item.min for line in needed),
            needed=len(needed),
            may_accept=may_act and opens and any(each.counts for each in sent),
        )

    def _item(
        self, part: RequestRecipient, item: RequestItem, sent: Sequence[Submission], *, may_act: bool
    ) -> ItemLine:
        theirs = [each for each in sent if each.item == item.key]
        counted = [each for each in theirs if each.counts]
        files = [self._file_line(each, may_judge=may_act and not part.state.is_over) for each in theirs]
        return ItemLine(item=item, state=_state(item, theirs), count=len(counted), files=files)

    def _file_line(self, sent: Submission, *, may_judge: bool) -> FileLine:
        desk = self.desk
        there = desk.kit.access.can(desk.by, Action.VIEW, sent.document)
        return FileLine(
            submission=sent,
            size=desk.formats.size(sent.size),
            at=desk.formats.instant(sent.at),
            url=desk.urls.document(sent.document) if there else None,
            download=desk.urls.download(sent.document, None) if there and sent.scan.lets_read else None,
            may_judge=may_judge and sent.state is SubmissionState.RECEIVED and sent.counts,
        )


def _is_over(request: DocumentRequest) -> bool:
    return all(part.state.is_over or part.state is RequestState.ACCEPTED for part in request.recipients)


def _state(item: RequestItem, sent: Sequence[Submission]) -> str:
    counted = [each for each in sent if each.counts]
    if len(counted) >= max(item.min, 1):
        return "accepted" if all(each.state is SubmissionState.ACCEPTED for each in counted) else "received"
    if any(each.state is SubmissionState.SENT_BACK for each in sent):
        return "sent-back"
    return "missing" if item.min else "optional"
