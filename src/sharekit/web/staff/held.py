"""
The panel of mails that wait for staff: read, posted with one click, or discarded.
"""

from typing import Final

import attrs

from sharekit.errors import (
    IntegrityError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    QuarantinedError,
    SharekitError,
    UploadRefusedError,
)
from sharekit.ids import ConversationId, HeldMailId
from sharekit.records.held_mail import HeldMail
from sharekit.records.mail import ReplyReason
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.talk_words import party_name, refusal
from sharekit.web.staff.thread import status_of

__all__ = ["HeldLine", "HeldPanel"]

_OK: Final = 200
_AT_ONCE: Final = 50


@attrs.frozen(kw_only=True)
class HeldLine:
    """
    A mail that waits.

    Attributes:
        mail: The mail.
        why: Why it waits, in a sentence.
        person: Who would have written it, if it were accepted.
        subject: The subject of the conversation.
        url: The host's page about that, or None.
        at: When it came.
    """

    mail: HeldMail
    why: str
    person: str
    subject: str
    url: str | None
    at: str


@attrs.frozen(kw_only=True)
class HeldPanel:
    """
    The panel.

    Attributes:
        desk: Who looks.
        conversation: Only those for this one; None for all.
    """

    desk: Desk
    conversation: ConversationId | None

    def show(self) -> PanelAnswer:
        """Return the panel."""
        return self._answer()

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what a form asks."""
        held, wanted = fields.one("held"), fields.one("do")
        talks, by = self.desk.kit.conversations, self.desk.by
        try:
            if wanted in {"accept", "accept-text"}:
                talks.accept_held(HeldMailId(held), by=by, files=wanted == "accept")
                return PanelAnswer(html=Markup(""), done=self.desk.gettext("The mail is in the conversation now."))
            if wanted == "discard":
                talks.discard_held(HeldMailId(held), by=by)
                return PanelAnswer(html=Markup(""), done=self.desk.gettext("The mail is discarded."))
        except (
            InvalidInputError,
            NotAllowedError,
            NotFoundError,
            UploadRefusedError,
            IntegrityError,
            QuarantinedError,
        ) as error:
            return self._answer(held, self._refused(error), status_of(error))
        return self._answer()

    def _refused(self, error: SharekitError) -> str:
        if isinstance(error, IntegrityError | QuarantinedError):
            return self.desk.gettext("Its bytes cannot be read at present.")
        return refusal(self.desk, error)

    def _answer(self, at: str = "", problem: str = "", status: int = _OK) -> PanelAnswer:
        found = self.desk.kit.conversations.held_mails(
            by=self.desk.by, conversation=self.conversation, limit=_AT_ONCE + 1
        )
        shown = found[:_AT_ONCE]
        html = self.desk.render(
            "held",
            lines=[self._line(each) for each in shown],
            more=len(found) > len(shown),
            at=at if at in {each.id for each in shown} else "",
            problem=problem,
            action=self.desk.urls.held_mails(),
        )
        return PanelAnswer(html=html, status=status)

    def _line(self, mail: HeldMail) -> HeldLine:
        desk = self.desk
        return HeldLine(
            mail=mail,
            why=_why(desk, mail.reason),
            person=party_name(desk, mail.party),
            subject=desk.kit.conversations.get(mail.conversation, by=desk.by).subject,
            url=desk.urls.conversation(mail.conversation),
            at=desk.formats.instant(mail.received_at),
        )


def _why(desk: Desk, reason: ReplyReason) -> str:
    not_sure = desk.gettext("It is not certain that they sent it.")
    words = {
        ReplyReason.OTHER_SENDER: desk.gettext("It came from another address than theirs."),
        ReplyReason.EXPIRED: desk.gettext("The address that it came to has expired."),
        ReplyReason.REVOKED: desk.gettext("The address that it came to was taken back."),
        ReplyReason.PERSON_LEFT: desk.gettext("They are not active any more."),
        ReplyReason.NO_RIGHT: desk.gettext("They take part no more."),
        ReplyReason.CLOSED: desk.gettext("The conversation is closed."),
        ReplyReason.PLAN: desk.gettext("Your plan does not include messages."),
        ReplyReason.FILES: desk.gettext("A file in it was refused."),
        ReplyReason.TOO_LONG: desk.gettext("Its text is longer than a message may be."),
        ReplyReason.SEVERAL_ADDRESSES: desk.gettext("It came to several conversations at once."),
    }
    return words.get(reason, not_sure)
