"""
Writes messages: the one place where a message comes about, whoever wrote it and by whichever way it came.

The row of the conversation is put with each, so that two who write at once get numbers one after the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from sharekit.codec.folding import spread
from sharekit.codec.kinds_of_conversations import AUTOMATIC_REPLY, CONVERSATION, MESSAGE, MESSAGE_WORDS, READING
from sharekit.codec.kinds_of_documents import STORED_FILE
from sharekit.errors import ConversationClosedError, UndoOverError
from sharekit.features._conversation_facts import context_of
from sharekit.features._intake import Keep, Received, doom
from sharekit.features._parties import contact_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import FileId, MessageId, RequestId, random_id
from sharekit.policies.conversations import narrower
from sharekit.ports import AllOf, Eq, IsNull, Not, OrderBy, Range
from sharekit.records import events
from sharekit.records.automatic_replies import automatic_reply_id
from sharekit.records.catalog import Audience
from sharekit.records.conversations import (
    Attachment,
    Channel,
    Conversation,
    Message,
    MessageKeys,
    MessageWords,
    Reading,
    WordsKeys,
    reading_id,
)
from sharekit.records.parties import Contact, Principal, System

__all__ = ["AUTOMATIC", "Draft", "answered", "plain_text", "taken_back", "written"]

AUTOMATIC: Final = System("automatic-reply")
"""Who writes automatic replies."""

_MOST_PIECES: Final = 120


@attrs.frozen(kw_only=True)
class Draft:
    """
    What is going to be a message.

    Attributes:
        text: As `plain_text` gives it.
        audience: Whom it is for; narrowed to that of what it answers.
        author: Who wrote it.
        files: What came with it.
        in_reply_to: The message that it answers, which the author may read, or None.
        promoted_from: The note that it is made from, or None.
        reason: Why it is made from a note.
        channel: By which way it came.
        mail_id: The Message-ID of the mail that it came as.
        original: The file that holds that mail as it came, which the caller keeps.
        request: The document request whose button comes with it.
    """

    text: str = attrs.field(repr=False)
    audience: Audience
    author: Principal
    files: Sequence[Received] = ()
    in_reply_to: Message | None = None
    promoted_from: Message | None = None
    reason: str | None = attrs.field(default=None, repr=False)
    channel: Channel = Channel.PORTAL
    mail_id: str | None = None
    original: FileId | None = None
    request: RequestId | None = None

    @property
    def for_whom(self) -> Audience:
        """Whom the message is for: never more people than what it answers."""
        return self.audience if self.in_reply_to is None else narrower(self.audience, self.in_reply_to.audience)


def plain_text(text: str) -> str:
    """Return a text with the line breaks of one kind, and without blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def written(
    wiring: Wiring, unit: Unit, conversation: Conversation, draft: Draft, keep: Keep | None = None
) -> tuple[Message, Conversation]:
    """
    Put a message, and return it with the conversation as it is then. Who may write is asked before.

    Args:
        wiring: Where.
        unit: The transaction, in which the conversation was read.
        conversation: As it was read.
        draft: The message.
        keep: What keeps its files; needed only where it has some.

    Raises:
        ConversationClosedError: The conversation takes no messages.
        InvalidInputError: The text is empty, too long, or holds control characters.
    """
    if not conversation.is_open:
        raise ConversationClosedError
    audience = draft.for_whom
    client = audience is Audience.CLIENT
    message = Message(
        tenant=unit.tenant,
        id=MessageId(random_id()),
        conversation=conversation.id,
        number=conversation.messages + 1,
        client_number=conversation.client_messages + 1 if client else None,
        audience=audience,
        author=draft.author.key,
        text=draft.text,
        at=unit.now,
        settled_at=_settled_at(wiring, unit, conversation, draft.channel, client=client),
        attachments=_attached(draft.files, keep),
        in_reply_to=None if draft.in_reply_to is None else draft.in_reply_to.id,
        promoted_from=None if draft.promoted_from is None else draft.promoted_from.id,
        reason=draft.reason,
        channel=draft.channel,
        mail_id=draft.mail_id,
        original=draft.original,
        request=draft.request,
    )
    unit.put(MESSAGE, message)
    _indexed(unit, message)
    after = attrs.evolve(conversation, messages=message.number, activity=unit.now)
    if client:
        after = attrs.evolve(
            after,
            client_messages=conversation.client_messages + 1,
            client_activity=unit.now,
            settled_at=message.settled_at,
        )
    unit.put(CONVERSATION, after)
    unit.emit(
        events.MessagePosted(
            tenant=unit.tenant,
            at=unit.now,
            by=draft.author,
            conversation=conversation.id,
            ref=conversation.about,
            message=message.id,
            audience=audience,
            settled_at=message.settled_at,
            channel=message.channel,
            attachments=len(message.attachments),
        )
    )
    return message, after


def _settled_at(wiring: Wiring, unit: Unit, conversation: Conversation, channel: Channel, *, client: bool) -> datetime:
    """Return when a message is settled: none for clients before an earlier one, so that they see them in order."""
    window = wiring.undo_window if channel is Channel.PORTAL else timedelta(0)
    settled = unit.now + window
    if client and conversation.settled_at is not None:
        return max(settled, conversation.settled_at)
    return settled


def _attached(files: Sequence[Received], keep: Keep | None) -> tuple[Attachment, ...]:
    attachments: list[Attachment] = []
    for number, received in enumerate(files, start=1):
        if keep is None:
            raise AssertionError  # pragma: no cover  # files come with what keeps them
        file = keep(received)
        attachments.append(
            Attachment(
                number=number,
                file=file.id,
                name=received.name.display,
                size=file.size,
                sha256=file.sha256,
                media_type=file.media_type,
            )
        )
    return tuple(attachments)


def _indexed(unit: Unit, message: Message) -> None:
    searched = " ".join((message.text, *(attachment.name for attachment in message.attachments)))
    for place, some in enumerate(spread(searched, _MOST_PIECES)):
        unit.put(
            MESSAGE_WORDS,
            MessageWords(
                tenant=unit.tenant,
                message=message.id,
                place=place,
                words=some,
                client=message.audience is Audience.CLIENT,
            ),
        )


def answered(wiring: Wiring, unit: Unit, conversation: Conversation, message: Message) -> Conversation:
    """
    Put the automatic reply to what a client wrote, when there is one, and return the conversation as it is then.

    Nothing answers what nobody wrote, and each person is answered in each conversation at most once in the time
    that the reply states.
    """
    author = message.author.partition(":")
    if message.automatic or message.is_note or author[0] != Contact.type or not conversation.is_open:
        return conversation
    ids = [automatic_reply_id(unit.tenant, entry.node) for entry in context_of(unit, conversation)]
    found = {reply.id: reply for reply in unit.get_many(AUTOMATIC_REPLY, ids)}
    reply = next((found[id_] for id_ in ids if id_ in found), None)
    if reply is None:
        return conversation
    reading = _reading(unit, conversation, message.author)
    if reading.replied_at is not None and unit.now < reading.replied_at + timedelta(hours=reply.hours):
        return conversation
    contact = contact_of(wiring, unit, author[2])
    text = reply.text_in(None if contact is None else contact.locale)
    draft = Draft(
        text=plain_text(text),
        audience=Audience.CLIENT,
        author=AUTOMATIC,
        in_reply_to=message,
        channel=Channel.AUTOMATIC,
    )
    _, after = written(wiring, unit, conversation, draft)
    unit.put(READING, attrs.evolve(reading, replied_at=unit.now))
    return after


def _reading(unit: Unit, conversation: Conversation, party: str) -> Reading:
    known = unit.get(READING, reading_id(unit.tenant, conversation.id, party))
    return known or Reading(tenant=unit.tenant, conversation=conversation.id, party=party)


def taken_back(unit: Unit, conversation: Conversation, message: Message, by: Principal) -> None:
    """Remove a message that is not settled, with its files, and the automatic reply to it."""
    if message.is_settled(unit.now):
        raise UndoOverError
    later = AllOf((Eq(MessageKeys.CONVERSATION, conversation.id), Range(MessageKeys.NUMBER, above=message.number)))
    replies = [
        each
        for each in unit.find(MESSAGE, later)
        if each.automatic and each.in_reply_to == message.id and not each.is_settled(unit.now)
    ]
    for gone in (*replies, message):
        _removed(unit, gone)
        unit.emit(
            events.MessageUndone(
                tenant=unit.tenant,
                at=unit.now,
                by=by,
                conversation=conversation.id,
                ref=conversation.about,
                message=gone.id,
                audience=gone.audience,
            )
        )
    if replies:
        reading = _reading(unit, conversation, message.author)
        unit.put(READING, attrs.evolve(reading, replied_at=None))
    # The numbers stay used: who has read as far as one of them has not read what comes instead.
    unit.put(
        CONVERSATION,
        attrs.evolve(
            conversation,
            activity=_latest(unit, conversation, client=False),
            client_activity=_latest(unit, conversation, client=True),
        ),
    )


def _removed(unit: Unit, message: Message) -> None:
    for some in unit.find(MESSAGE_WORDS, Eq(WordsKeys.MESSAGE, message.id)):
        unit.delete(MESSAGE_WORDS, some.id)
    for file in unit.get_many(STORED_FILE, [attachment.file for attachment in message.attachments]):
        doom(unit, file)
    if unit.get(MESSAGE, message.id) is not None:
        unit.delete(MESSAGE, message.id)


def _latest(unit: Unit, conversation: Conversation, *, client: bool) -> datetime:
    """Return when something that is still there was last written, or the conversation was started."""
    here = Eq(MessageKeys.CONVERSATION, conversation.id)
    where = AllOf((here, Not(IsNull(MessageKeys.CLIENT_NUMBER)))) if client else here
    last = unit.find(MESSAGE, where, order=OrderBy(MessageKeys.NUMBER, descending=True), limit=1)
    return last[0].at if last else conversation.created_at
