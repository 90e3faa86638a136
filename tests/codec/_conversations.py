"""Records about conversations, as small and as full as they come."""

from datetime import UTC, datetime
from typing import Any

from sharekit import Audience, ResourceRef
from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_conversations import (
    ADDRESS_BOUNCE,
    AUTOMATIC_REPLY,
    CONVERSATION,
    MESSAGE,
    MESSAGE_WORDS,
    PARTICIPANT,
    READING,
)
from sharekit.ids import ConversationId, FileId, MessageId, RequestId, TenantId
from sharekit.records.automatic_replies import AutomaticReply, ReplyWords
from sharekit.records.conversations import (
    Attachment,
    Channel,
    Conversation,
    HistoryPolicy,
    Message,
    MessageWords,
    Participant,
    Reading,
    Span,
)
from sharekit.records.reach import AddressBounce

T = TenantId("default")
AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
REF = ResourceRef("project", "42")
TALK = ConversationId("t" * 28)
SAID = MessageId("m" * 28)

# A record's class goes with its kind, which no type of a dictionary says.
SMALL: dict[RecordKind[Any], Any] = {
    CONVERSATION: Conversation(
        tenant=T, id=TALK, subject="Paint", created_at=AT, created_by="staff:m", activity=AT, client_activity=AT
    ),
    MESSAGE: Message(
        tenant=T,
        id=SAID,
        conversation=TALK,
        number=1,
        client_number=None,
        audience=Audience.INTERNAL,
        author="staff:m",
        text="Call them",
        at=AT,
        settled_at=AT,
    ),
    PARTICIPANT: Participant(
        tenant=T,
        conversation=TALK,
        party="contact:c",
        history=HistoryPolicy.NONE,
        added_at=AT,
        added_by="staff:m",
    ),
    READING: Reading(tenant=T, conversation=TALK, party="contact:c"),
    MESSAGE_WORDS: MessageWords(tenant=T, message=SAID, place=0, words=" call them", client=False),
    AUTOMATIC_REPLY: AutomaticReply(tenant=T, ref=REF, text="Thank you", changed_at=AT, changed_by="staff:m"),
    ADDRESS_BOUNCE: AddressBounce(tenant=T, id="b" * 64, at=AT),
}
FULL: dict[RecordKind[Any], Any] = {
    CONVERSATION: Conversation(
        tenant=T,
        id=TALK,
        subject="Farbe für die Tür",
        about=REF,
        incarnation=2,
        version=3,
        requester="contact:c",
        with_followers=True,
        created_at=AT,
        created_by="staff:m",
        closed_at=AT,
        messages=7,
        client_messages=4,
        settled_at=AT,
        activity=AT,
        client_activity=AT,
        turns=9,
    ),
    MESSAGE: Message(
        tenant=T,
        id=SAID,
        conversation=TALK,
        number=2,
        client_number=1,
        audience=Audience.CLIENT,
        author="contact:c",
        text="Grün, bitte.\n\nDanke",
        at=AT,
        settled_at=AT,
        attachments=(
            Attachment(
                number=1,
                file=FileId("f" * 28),
                name="tür.pdf",
                size=3,
                sha256="a" * 64,
                media_type="application/pdf",
            ),
        ),
        in_reply_to=MessageId("n" * 28),
        promoted_from=MessageId("o" * 28),
        reason="They asked",
        channel=Channel.MAIL,
        mail_id="<1@acme.test>",
        original=FileId("g" * 28),
        request=RequestId("r" * 28),
    ),
    PARTICIPANT: Participant(
        tenant=T,
        conversation=TALK,
        party="organization:o",
        history=HistoryPolicy.SELECTED,
        spans=(Span(0, 3), Span(5)),
        selected=(4,),
        added_at=AT,
        added_by="staff:m",
        removed_at=AT,
        removed_by="staff:b",
    ),
    READING: Reading(tenant=T, conversation=TALK, party="staff:m", number=7, at=AT, replied_at=AT),
    MESSAGE_WORDS: MessageWords(tenant=T, message=SAID, place=1, words=" grun bitte", client=True),
    AUTOMATIC_REPLY: AutomaticReply(
        tenant=T,
        ref=REF,
        incarnation=2,
        text="Thank you",
        texts=(ReplyWords("nl", "Bedankt"),),
        hours=12,
        changed_at=AT,
        changed_by="staff:m",
    ),
    ADDRESS_BOUNCE: AddressBounce(tenant=T, id="b" * 64, status="5.1.1", at=AT),
}
