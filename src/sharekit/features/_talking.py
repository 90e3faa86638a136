"""
Writing: messages are posted, promoted and taken back.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE
from sharekit.errors import (
    ConversationClosedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from sharekit.features._attachments import received_files, uploads_given
from sharekit.features._conversation_facts import (
    find_message,
    hold,
    hosting_right,
    open_to,
    readable_message,
    require_entitled,
)
from sharekit.features._documents import Once
from sharekit.features._facts import chain_of, require, require_active, require_staff
from sharekit.features._intake import Keep, settle
from sharekit.features._reaching import require_plan
from sharekit.features._request_facts import find_request
from sharekit.features._starting import Starting, acting, count_act
from sharekit.features._taking_part import Joiner, absent_of, add, colleagues_given
from sharekit.features._threads import Draft, answered, plain_text, taken_back, written
from sharekit.features._unit import Unit
from sharekit.ids import ConversationId, MessageId, RequestId
from sharekit.policies.conversations import judge_message
from sharekit.records import checks, events
from sharekit.records.catalog import Audience
from sharekit.records.conversations import MAX_TEXT, Conversation, Message
from sharekit.records.documents import Upload
from sharekit.records.parties import Contact, Principal, Right, Staff
from sharekit.records.requests import DocumentRequest
from sharekit.records.several import Several

__all__ = ["Talking", "audience_given"]

_POSTS_PER_HOUR: Final = 120


class Talking(Starting):
    """The part of `Conversations` that is about writing."""

    def post(
        self,
        conversation: Conversation | ConversationId,
        text: str,
        *,
        by: Principal,
        audience: Audience | None = None,
        attachments: Sequence[Upload] = (),
        in_reply_to: Message | MessageId | None = None,
        request: DocumentRequest | RequestId | None = None,
        colleagues: Staff | Several[Staff] = (),
        idempotency_key: str | None = None,
    ) -> Message:
        """
        Write a message.

        Args:
            conversation: Where.
            text: What; at most 100 000 characters, and something unless files come with it.
            by: Who writes: staff with the right VIEW on what the conversation is about, or a client who takes part.
            audience: CLIENT for a reply, INTERNAL for a note. There is no default: without it, only an answer
                can be written, which is for whom *in_reply_to* is for. An answer never is for more people than that.
            attachments: Files, at most 10 MiB together, which are screened as documents are.
            in_reply_to: The message that it answers.
            request: A document request whose button comes with a message for clients; those see it who were asked.
            colleagues: Staff who take part from now on, so that they hear of it; by staff who may add participants.
            idempotency_key: Any short text, so that a retry within 24 hours finds what was written.

        Returns:
            The message; a client is told no ``number``. Until its ``settled_at`` it can be taken back by `undo`.

        Raises:
            InvalidInputError: An argument cannot be used, as where nobody said for whom it is; ``field`` names it.
            NotAllowedError: *by* may not; a client never writes a note.
            NotFoundError: The conversation or message is not there, or is not for this client.
            ConversationClosedError: The conversation takes no messages.
            MessagingRefusedError: The host's plan does not include messages.
            UploadRefusedError: A file does not pass.
            TooManyAttemptsError: A client has written 120 messages within an hour.
        """
        files = uploads_given(attachments)
        asked_in = colleagues_given(colleagues, by)
        wanted = plain_text(_text(text, needed=not files))
        if audience is not None or in_reply_to is None:
            audience_given(audience)
        if isinstance(by, Contact) and audience is Audience.INTERNAL:
            raise NotAllowedError("staff-only")
        once = Once.checked("post", acting(by), idempotency_key)

        def drafted(unit: Unit) -> tuple[Conversation, Draft, Sequence[Joiner]]:
            found, answers = self._open_for(unit, conversation, by, in_reply_to)
            kept = Audience.INTERNAL if answers is None else answers.audience
            asked = None if request is None else self._request(unit, request, by)
            draft = Draft(text=wanted, audience=audience or kept, author=by, in_reply_to=answers, request=asked)
            if asked is not None and draft.for_whom is not Audience.CLIENT:
                raise InvalidInputError("request", "goes with a message for clients")
            if draft.for_whom is Audience.CLIENT:
                require_plan(self._wiring)
            if not found.is_open:
                raise ConversationClosedError
            newcomers = absent_of(self._wiring, unit, found, asked_in, by)
            return found, draft, newcomers

        # Before any bytes travel, what would be refused afterwards.
        with self._wiring.reading() as unit:
            about = drafted(unit)[0].about
        count_act(self._wiring, by, "post", _POSTS_PER_HOUR)
        received = received_files(self._wiring, files, about, by)

        def work(unit: Unit, keep: Keep) -> Message:
            hold(unit, conversation)
            found, draft, newcomers = drafted(unit)
            digests = (one.file.sha256 for one in received)
            answered_id = "" if draft.in_reply_to is None else draft.in_reply_to.id
            keys = (each.key for each in asked_in)
            this = once.of(found.id, wanted, str(draft.for_whom), answered_id, draft.request or "", *digests, *keys)
            earlier = this.earlier(unit)
            if earlier is not None:
                return _told(_known(unit, earlier), by)
            for each in newcomers:
                add(self._wiring, unit, found, each, by)
            message, after = written(self._wiring, unit, found, attrs.evolve(draft, files=received), keep)
            this.note(unit, message.id)
            answered(self._wiring, unit, after, message)
            return _told(message, by)

        return settle(self._wiring, received, work)

    def _request(self, unit: Unit, request: object, by: Principal) -> RequestId:
        """Return the id of a request that staff may hand on."""
        require_staff(by)
        found = find_request(unit, request)
        require(self._wiring, unit, by, Right.VIEW, found.about, chain=chain_of(unit, found.about))
        return found.id

    def _open_for(
        self, unit: Unit, conversation: object, by: Principal, in_reply_to: object
    ) -> tuple[Conversation, Message | None]:
        """Return a conversation in which somebody may write, and the message that they may answer there."""
        found, reader, standing = open_to(self._wiring, unit, by, conversation)
        if reader.is_staff:
            require_active(unit, by)
        if in_reply_to is None:
            return found, None
        answers, _, _ = readable_message(self._wiring, unit, by, in_reply_to, field="in_reply_to")
        if not judge_message(standing, answers):
            raise NotFoundError(MESSAGE.name, answers.id)
        return found, answers

    def promote(self, note: Message | MessageId, *, reason: str, by: Principal, text: str | None = None) -> Message:
        """
        Make a message for clients from a note, which stays what it is; its files are not taken along.

        Args:
            note: The note.
            reason: Why, for staff.
            by: Staff with the right SHARE on what the conversation is about, or who started it.
            text: What clients read instead of the note's text.

        Raises:
            InvalidInputError: *note* is no note, or an argument cannot be used.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such note.
            ConversationClosedError: The conversation takes no messages.
            MessagingRefusedError: The host's plan does not include messages.
        """
        require_staff(by)
        checks.prose("reason", reason, 1000)
        given = None if text is None else plain_text(_text(text, needed=True))

        def work(unit: Unit) -> Message:
            require_active(unit, by)
            hold(unit, find_message(unit, note, field="note").conversation)
            found, conversation, _ = readable_message(self._wiring, unit, by, note, field="note")
            if not found.is_note:
                raise InvalidInputError("note", "is a message for clients already")
            require_entitled(self._wiring, unit, by, conversation, hosting_right(by, conversation))
            require_plan(self._wiring)
            draft = Draft(
                text=found.text if given is None else given,
                audience=Audience.CLIENT,
                author=by,
                promoted_from=found,
                reason=reason,
            )
            message, _ = written(self._wiring, unit, conversation, draft)
            unit.emit(
                events.MessagePromoted(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    conversation=conversation.id,
                    ref=conversation.about,
                    message=message.id,
                    audience=message.audience,
                    note=found.id,
                )
            )
            return message

        return self._wiring.write(work)

    def undo(self, message: Message | MessageId, *, by: Principal) -> None:
        """
        Take a message back that one has just written: it is gone, with its files, and nobody was told of it.

        Raises:
            UndoOverError: The window is over; see `Sharekit`'s ``undo_window``.
            NotAllowedError: Somebody else wrote it.
            NotFoundError: There is no such message, or not for this client.
        """

        def work(unit: Unit) -> None:
            hold(unit, find_message(unit, message).conversation)
            found, conversation, reader = readable_message(self._wiring, unit, by, message)
            if found.author != reader.principal.key:
                raise NotAllowedError("author-only")
            taken_back(unit, conversation, found, by)

        self._wiring.write(work)

    def close(self, conversation: Conversation | ConversationId, *, by: Principal) -> Conversation:
        """
        Have a conversation take no more messages; everybody reads it as before.

        Raises:
            NotAllowedError: *by* is no staff with the right VIEW on what it is about.
            NotFoundError: There is no such conversation.
        """
        return self._opened(conversation, by, closed=True)

    def reopen(self, conversation: Conversation | ConversationId, *, by: Principal) -> Conversation:
        """
        Have a conversation take messages again.

        Raises:
            NotAllowedError: *by* is no staff with the right VIEW on what it is about.
            NotFoundError: There is no such conversation.
        """
        return self._opened(conversation, by, closed=False)

    def _opened(self, conversation: object, by: Principal, *, closed: bool) -> Conversation:
        require_staff(by)

        def work(unit: Unit) -> Conversation:
            require_active(unit, by)
            hold(unit, conversation)
            found, _, _ = open_to(self._wiring, unit, by, conversation)
            if found.is_open is not closed:
                return found
            after = attrs.evolve(found, closed_at=unit.now if closed else None)
            unit.put(CONVERSATION, after)
            event = events.ConversationClosed if closed else events.ConversationReopened
            unit.emit(event(tenant=unit.tenant, at=unit.now, by=by, conversation=found.id, ref=found.about))
            return after

        return self._wiring.write(work)


def audience_given(audience: object) -> Audience:
    """Return for whom a message is to be; refuse anything but that, above all nothing."""
    if not isinstance(audience, Audience):
        raise InvalidInputError("audience", "needs Audience.CLIENT or Audience.INTERNAL; there is no default")
    return audience


def _text(text: object, *, needed: bool) -> str:
    checks.text("text", text)
    if needed or str(text).strip():
        checks.prose("text", text, MAX_TEXT)
    return str(text)


def _told(message: Message, by: Principal) -> Message:
    """Return a message as who wrote it may have it: a client learns of no number that counts notes."""
    return attrs.evolve(message, number=0) if isinstance(by, Contact) else message


def _known(unit: Unit, id_: str) -> Message:
    message = unit.get(MESSAGE, id_)
    if message is None:
        raise NotFoundError(MESSAGE.name)
    return message
