"""
What happens at the addresses of conversations: the list, a thread, what is written in it, its files.

A session carries all of them. Looking at a thread has its reader have read it; a program that looks at the
addresses in mail has no session, and a browser that fetches ahead says so.
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

import attrs

from sharekit.errors import InvalidInputError, NotFoundError, QuarantinedError, RequestUnavailableError, SharekitError
from sharekit.ids import ConversationId, MessageId, RequestId
from sharekit.records.catalog import Audience, ResourceRef
from sharekit.records.conversations import MAX_ATTACHED, MAX_TEXT
from sharekit.records.decisions import Action
from sharekit.records.documents import Upload
from sharekit.records.threads import ThreadView
from sharekit.web._bodies import SentMessage, read_message
from sharekit.web._guard import read_form
from sharekit.web.answers import Answers
from sharekit.web.calls import Call
from sharekit.web.downloads import attachment_response
from sharekit.web.inside import Entrance, Inside
from sharekit.web.listing import item_path
from sharekit.web.messages import WebRequest, WebResponse
from sharekit.web.request_pages import AskedEntry, asked_entry
from sharekit.web.routes import TALK, TALK_START, TALKS, UPLOAD
from sharekit.web.threads import Composer, TalkPanel, talk_entries, talks_page, thread_page
from sharekit.web.unsent import TOLD, problem_of, status_of, too_long

__all__ = ["TalkEndpoints", "about_panel", "fields_of", "looks"]

_PAGE: Final = 30
_BESIDE: Final = 5
_MAX_SEARCH: Final = 200
_MAX_FIELDS: Final = 20
_LATEST: Final = "#latest"


@attrs.frozen(kw_only=True)
class TalkEndpoints:
    """
    Answers calls about conversations.

    Attributes:
        entrance: What lets contacts through who came in.
    """

    entrance: Entrance

    @property
    def answers(self) -> Answers:
        """What makes responses."""
        return self.entrance.answers

    def listed(self, call: Call) -> WebResponse:
        """List the conversations in which the contact takes part."""
        return self.entrance.page(call, lambda inside: self._listed(call, inside))

    def thread(self, call: Call) -> WebResponse:
        """Show one conversation, the latest messages first of all."""
        return self._present(call, lambda inside: self._thread(call, inside))

    def post(self, call: Call) -> WebResponse:
        """Write what was sent."""
        return self._present(call, lambda inside: self._post(call, inside))

    def undo(self, call: Call) -> WebResponse:
        """Take a message back."""
        return self._present(call, lambda inside: self._undo(call, inside))

    def file(self, call: Call) -> WebResponse:
        """Give the bytes of a file in a message."""
        return self.entrance.bytes(call, lambda inside: self._file(call, inside))

    def form(self, call: Call) -> WebResponse:
        """Show the form that starts a conversation about a thing."""
        return self._present(call, lambda inside: self._form(call, inside, Composer(), 200))

    def start(self, call: Call) -> WebResponse:
        """Start a conversation about a thing, with its first message."""
        return self._present(call, lambda inside: self._start(call, inside))

    def _present(self, call: Call, answer: Callable[[Inside], WebResponse]) -> WebResponse:
        """Answer, and say of everything that is not there, or not for this reader, one and the same."""

        def answered(inside: Inside) -> WebResponse:
            try:
                return answer(inside)
            except NotFoundError:
                return self.answers.absent(inside.client)

        return self.entrance.page(call, answered)

    def _listed(self, call: Call, inside: Inside) -> WebResponse:
        given = fields_of(call.request)
        search, after = given.get("q", "").strip()[:_MAX_SEARCH], given.get("after") or None
        locale = inside.reader.language.tag
        try:
            page = inside.kit.conversations.visible(
                inside.session.contact, search=search or None, after=after, limit=_PAGE, locale=locale
            )
        except InvalidInputError:  # an address is typed, cut and kept
            return self.answers.see_other(inside.reader.root + TALKS.path)
        client = inside.client
        shown = talks_page(page, self.answers.formats_of(client), root=inside.reader.root, search=search)
        return self.answers.for_client(200, "talks", client, page=shown)

    def _thread(self, call: Call, inside: Inside) -> WebResponse:
        after = fields_of(call.request).get("after") or None
        try:
            view = self._view(call, inside, after)
        except InvalidInputError:
            return self._to_thread(call, call.places["conversation"])
        if looks(call.request):
            _mark_read(inside, view)
        return self._shown(inside, view, Composer(), 200)

    def _view(self, call: Call, inside: Inside, after: str | None = None) -> ThreadView:
        return inside.kit.conversations.thread(
            ConversationId(call.places["conversation"]),
            by=inside.session.contact,
            after=after,
            limit=_PAGE,
            locale=inside.reader.language.tag,
        )

    def _post(self, call: Call, inside: Inside) -> WebResponse:
        sent = read_message(call.request, MAX_ATTACHED)
        view = self._view(call, inside)
        problem = self._sent(inside, view.conversation, sent)
        if problem is None:
            return self._to_thread(call, view.conversation, _LATEST)
        return self._shown(inside, view, Composer(text=sent.text("text"), problem=problem[1]), problem[0])

    def _sent(self, inside: Inside, conversation: ConversationId, sent: SentMessage) -> tuple[int, str] | None:
        """Write a message; return the status and the sentence of what is wrong with it, or None."""
        formats = self.answers.formats_of(inside.client)
        text = sent.text("text")
        if sent.refused is not None:
            return status_of(sent.refused), problem_of(sent.refused, formats)
        if len(text) > MAX_TEXT:
            return 400, too_long(formats)
        files = [Upload(name, data) for name, data in sent.files]
        try:
            inside.kit.conversations.post(
                conversation, text, audience=Audience.CLIENT, attachments=files, by=inside.session.contact
            )
        except TOLD as error:
            return status_of(error), problem_of(error, formats)
        return None

    def _undo(self, call: Call, inside: Inside) -> WebResponse:
        message = read_form(call.request).get("message", "")
        view = self._view(call, inside)
        try:
            inside.kit.conversations.undo(MessageId(message), by=inside.session.contact)
        except NotFoundError:  # a second click
            return self._to_thread(call, view.conversation, _LATEST)
        except TOLD as error:
            said = problem_of(error, self.answers.formats_of(inside.client))
            return self._shown(inside, view, Composer(problem=said), status_of(error))
        return self._to_thread(call, view.conversation, _LATEST)

    def _file(self, call: Call, inside: Inside) -> WebResponse:
        number = call.places["number"]
        if not (number.isascii() and number.isdigit() and len(number) < 4):  # far more than there are
            raise NotFoundError("attachment")
        message, by = MessageId(call.places["message"]), inside.session.contact
        try:
            return attachment_response(inside.kit, call.request, message, int(number), by=by)
        except QuarantinedError:
            return self._to_thread(call, call.places["conversation"])

    def _form(self, call: Call, inside: Inside, composer: Composer, status: int) -> WebResponse:
        ref = _commented(call, inside)
        shown = inside.kit.access.view(inside.session.contact, ref, locale=inside.reader.language.tag)
        urls = {"url": inside.reader.root + _start_path(ref), "about_url": inside.reader.root + item_path(ref)}
        return self.answers.for_client(status, "talk-start", inside.client, about=shown, composer=composer, **urls)

    def _start(self, call: Call, inside: Inside) -> WebResponse:
        sent = read_message(call.request, MAX_ATTACHED)
        ref, subject, text = _commented(call, inside), sent.text("subject").strip(), sent.text("text")
        client = inside.client
        formats = self.answers.formats_of(client)

        def again(error: SharekitError) -> WebResponse:
            composer = Composer(text=text, subject=subject, problem=problem_of(error, formats))
            return self._form(call, inside, composer, status_of(error))

        if not text.strip() and not sent.files and sent.refused is None:
            return again(InvalidInputError("text", "is empty"))
        try:
            talk = inside.kit.conversations.start(subject=subject, about=ref, by=inside.session.contact)
        except TOLD as error:
            return again(error)
        problem = self._sent(inside, talk.id, sent)
        if problem is None:
            return self._to_thread(call, talk.id, _LATEST)
        # It is there, and nobody is told of it before something is written in it: that can be done now.
        view = inside.kit.conversations.thread(talk.id, by=inside.session.contact, locale=inside.reader.language.tag)
        return self._shown(inside, view, Composer(text=text, problem=problem[1]), problem[0])

    def _shown(self, inside: Inside, view: ThreadView, composer: Composer, status: int) -> WebResponse:
        client = inside.client
        formats = self.answers.formats_of(client)

        def asked(request: RequestId) -> AskedEntry | None:
            requests = inside.kit.requests
            try:
                token = requests.token(request, inside.session.contact)
                found = requests.open(token, locale=inside.reader.language.tag)
            except (NotFoundError, RequestUnavailableError):
                return None
            return asked_entry(found, inside.reader.root + UPLOAD.fill(token=token), formats)

        page = thread_page(view, formats, root=inside.reader.root, composer=composer, asked=asked)
        return self.answers.for_client(status, "thread", client, page=page)

    def _to_thread(self, call: Call, conversation: str, anchor: str = "") -> WebResponse:
        return self.answers.see_other(call.reader.root + TALK.fill(conversation=conversation) + anchor)


def about_panel(inside: Inside, ref: ResourceRef, answers: Answers) -> TalkPanel | None:
    """Return what stands beside a thing, or None where there is nothing and nothing can be begun."""
    contact = inside.session.contact
    page = inside.kit.conversations.visible(contact, about=ref, limit=_BESIDE, locale=inside.reader.language.tag)
    may_start = (
        inside.kit.access.decide(contact, Action.COMMENT, ref).allowed and inside.kit.conversations.plan().allowed
    )
    if not page.items and not may_start:
        return None
    root = inside.reader.root
    return TalkPanel(
        entries=talk_entries(page, answers.formats_of(inside.client), root=root),
        start_url=root + _start_path(ref) if may_start else None,
    )


def fields_of(request: WebRequest) -> Mapping[str, str]:
    """Return what stands behind the question mark of an address; what cannot be understood is passed over."""
    try:
        return dict(reversed(parse_qsl(request.query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)))
    except ValueError:
        return {}


def looks(request: WebRequest) -> bool:
    """Say whether a person looks at a page, and no browser that fetches it ahead."""
    ahead = f"{request.headers.get('sec-purpose', '')} {request.headers.get('purpose', '')}"
    return request.method == "GET" and "prefetch" not in ahead.lower()


def _mark_read(inside: Inside, view: ThreadView) -> None:
    last = next((message for message in reversed(view.messages) if message.settled), None)
    if last is not None and view.unread:
        inside.kit.conversations.mark_read(view.conversation, by=inside.session.contact, up_to=last.id)


def _commented(call: Call, inside: Inside) -> ResourceRef:
    """Return the thing that somebody wants to write about, when they may."""
    try:
        ref = ResourceRef(call.places["kind"], call.places["id"])
    except InvalidInputError as error:
        raise NotFoundError("resource") from error
    if ref.kind not in inside.kit.kinds or not inside.kit.access.decide(inside.session.contact, Action.COMMENT, ref):
        raise NotFoundError("resource")
    return ref


def _start_path(ref: ResourceRef) -> str:
    return f"{item_path(ref)}{TALK_START.path.rpartition('}')[2]}"
