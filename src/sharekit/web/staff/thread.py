"""
The panel of one conversation: what was written, an answer to clients or a note for staff, and the end of it.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

import attrs

from sharekit.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    SharekitError,
    UploadRefusedError,
)
from sharekit.ids import ConversationId, MessageId, RequestId, deterministic_id
from sharekit.records.catalog import Audience, ResourceRef
from sharekit.records.documents import DOCUMENT, Upload
from sharekit.records.parties import Staff
from sharekit.records.threads import ThreadView
from sharekit.web.staff.buttons import request_choices
from sharekit.web.staff.colleagues import ColleagueLine, chosen_colleagues, colleague_lines
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.talk_words import ReachLine, message_line, party_name, reach_line, refusal

__all__ = ["FORBIDDEN", "THREAD_ERRORS", "Hearers", "ThreadPanel", "hearers_of", "status_of"]

THREAD_ERRORS: Final = (InvalidInputError, NotAllowedError, NotFoundError, UploadRefusedError)
"""What is said beside a form."""
FORBIDDEN: Final = 403
_OK: Final = 200
_WRONG: Final = 422
_PAGE: Final = 30
_HEARERS: Final = 50


@attrs.frozen(kw_only=True)
class Hearers:
    """
    Who hears of a message.

    Attributes:
        clients: The contacts, with how each is reached.
        staff: The members of staff, as one enumeration.
        keys: The keys of the contacts.
    """

    clients: tuple[ReachLine, ...]
    staff: str
    keys: frozenset[str]


@attrs.define(kw_only=True)
class _Form:
    """What was typed in which form, and what is wrong with it."""

    do: str = ""
    text: str = ""
    reason: str = ""
    message: str = ""
    answers: str = ""
    request: str = ""
    after: str = ""
    colleagues: tuple[Staff, ...] = ()
    problems: dict[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class ThreadPanel:
    """
    The panel.

    Attributes:
        desk: Who looks.
        id: The conversation.
        query: What stands behind the question mark of the page's address.
    """

    desk: Desk
    id: ConversationId
    query: str = ""

    def show(self) -> PanelAnswer:
        """Return the panel, and note that what it shows was read."""
        asked = dict(parse_qsl(self.query))
        answer = self._answer(_Form(answers=asked.get("answer", ""), after=asked.get("after", "")))
        self.desk.kit.conversations.mark_read(self.id, by=self.desk.by)
        return answer

    def answer(self, fields: Fields, files: Sequence[Upload]) -> PanelAnswer:
        """Do what a form asks."""
        doing: Mapping[str, Callable[[Fields, Sequence[Upload]], str]] = {
            "reply": self._reply,
            "note": self._note,
            "undo": self._undo,
            "promote": self._promote,
            "close": self._close,
            "reopen": self._reopen,
        }
        form = _Form(
            do=fields.one("do"),
            text=fields.text("text"),
            reason=fields.text("reason"),
            message=fields.one("message"),
            answers=fields.one("answers"),
            request=fields.one("request"),
            after=fields.one("after"),
            colleagues=chosen_colleagues(self.desk, fields.many("colleague")),
        )
        act = doing.get(form.do)
        if act is None:
            form.do = fields.one("composer")
            return self._answer(form)
        try:
            return attrs.evolve(self._answer(_Form()), done=act(fields, files))
        except THREAD_ERRORS as error:
            form.problems[_place(error)] = refusal(self.desk, error)
            if isinstance(error, NotFoundError):
                form.answers = ""  # it was taken back, and the form goes without it
            return self._answer(form, status_of(error))

    def _reply(self, fields: Fields, files: Sequence[Upload]) -> str:
        return self._post(fields, files, Audience.CLIENT)

    def _note(self, fields: Fields, files: Sequence[Upload]) -> str:
        return self._post(fields, files, Audience.INTERNAL)

    def _post(self, fields: Fields, files: Sequence[Upload], audience: Audience) -> str:
        once, answers, request = fields.one("once"), fields.one("answers"), fields.one("request")
        written = self.desk.kit.conversations.post(
            self.id,
            fields.text("text"),
            by=self.desk.by,
            audience=audience,
            attachments=[file for file in files if file.name],
            in_reply_to=MessageId(answers) if answers else None,
            request=RequestId(request) if request else None,
            colleagues=chosen_colleagues(self.desk, fields.many("colleague")),
            idempotency_key=deterministic_id("staff-message", self.id, once) if once else None,
        )
        if written.audience is Audience.CLIENT:
            return self.desk.gettext("Your answer is written.")
        return self.desk.gettext("Your note is written. Staff alone read it.")

    def _undo(self, fields: Fields, _: Sequence[Upload]) -> str:
        self.desk.kit.conversations.undo(MessageId(fields.one("message")), by=self.desk.by)
        return self.desk.gettext("It is taken back, and nobody was told of it.")

    def _promote(self, fields: Fields, _: Sequence[Upload]) -> str:
        self.desk.kit.conversations.promote(
            MessageId(fields.one("message")),
            reason=fields.text("reason"),
            text=fields.text("text"),
            by=self.desk.by,
        )
        return self.desk.gettext("It is written to clients now. The note stays as it was.")

    def _close(self, _: Fields, __: Sequence[Upload]) -> str:
        self.desk.kit.conversations.close(self.id, by=self.desk.by)
        return self.desk.gettext("The conversation is closed.")

    def _reopen(self, _: Fields, __: Sequence[Upload]) -> str:
        self.desk.kit.conversations.reopen(self.id, by=self.desk.by)
        return self.desk.gettext("The conversation is open again.")

    def _answer(self, form: _Form, status: int = _OK) -> PanelAnswer:
        desk = self.desk
        view, reply = self._view(form.after), hearers_of(desk, self.id, Audience.CLIENT)
        lines = {each.id: message_line(desk, each) for each in view.messages}
        form.after = form.after if view.next is not None else ""
        if not form.do and form.answers not in lines:
            form.answers = ""  # an address is typed, cut and kept
        html = desk.render(
            "thread",
            form=form,
            view=view,
            lines=lines,
            answered=lines.get(MessageId(form.answers)),
            answer_url=lambda id_: _address(form.after, answer=id_),
            plain_url=_address(form.after),
            colleagues=self._colleagues(view, form),
            people=[(each, party_name(desk, each.party or "", each.name)) for each in view.participants],
            reply=reply,
            requests=request_choices(desk, view.about, reply.keys),
            note=hearers_of(desk, self.id, Audience.INTERNAL),
            once=secrets.token_urlsafe(12),
            older=None if view.previous is None else _address(view.previous),
            newer=None if view.next is None else _address(view.next),
            about_url=None if view.about is None else _page_of(desk, view.about),
            people_url=desk.urls.participants(self.id),
            action=desk.urls.conversation(self.id),
        )
        return PanelAnswer(html=html, status=status)

    def _colleagues(self, view: ThreadView, form: _Form) -> list[ColleagueLine]:
        if not view.may_add:
            return []
        return colleague_lines(self.desk, form.colleagues, [each.party for each in view.participants])

    def _view(self, after: str) -> ThreadView:
        thread = self.desk.kit.conversations.thread
        try:
            return thread(self.id, by=self.desk.by, after=after or None, limit=_PAGE)
        except InvalidInputError as error:
            if error.field != "after":
                raise
            return thread(self.id, by=self.desk.by, limit=_PAGE)


def hearers_of(desk: Desk, conversation: ConversationId, audience: Audience) -> Hearers:
    """Return who would hear of a message that is written now."""
    heard = desk.kit.conversations.recipients(conversation, audience=audience, by=desk.by, limit=_HEARERS)
    return Hearers(
        clients=tuple(reach_line(desk, each.reach) for each in heard if each.reach is not None),
        staff=desk.formats.listed([party_name(desk, each.party, each.name) for each in heard if each.reach is None]),
        keys=frozenset(each.party for each in heard if each.reach is not None),
    )


def _address(after: str, **more: str) -> str:
    return "?" + urlencode({"after": after, **more} if after else more)


def status_of(error: SharekitError) -> int:
    """Return the status of a page that tells of an error."""
    return FORBIDDEN if isinstance(error, NotAllowedError) else _WRONG


def _place(error: SharekitError) -> str:
    """Return beside which field an error is said."""
    if isinstance(error, UploadRefusedError):
        return "file"
    field = error.field if isinstance(error, InvalidInputError) else "all"
    return {"attachments": "file", "name": "file"}.get(field, field if field in {"text", "reason"} else "all")


def _page_of(desk: Desk, ref: ResourceRef) -> str | None:
    return desk.urls.document(ref) if ref.kind == DOCUMENT else desk.urls.thing(ref)
