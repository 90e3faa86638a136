"""
The kinds about conversations: conversations, messages and their words, who takes part and who has read how far.
"""

from typing import Any, Final

from sharekit.codec.folding import words
from sharekit.codec.kind import RecordKind
from sharekit.ports import Bool, Int, KeyValue, KindSpec, Ref, Text, Time
from sharekit.records.automatic_replies import AutomaticReply
from sharekit.records.conversations import (
    Conversation,
    ConversationKeys,
    Message,
    MessageKeys,
    MessageWords,
    Participant,
    ParticipantKeys,
    Reading,
    ReadingKeys,
    WordsKeys,
)
from sharekit.records.reach import AddressBounce

__all__ = [
    "ADDRESS_BOUNCE",
    "ALL_OF_CONVERSATIONS",
    "AUTOMATIC_REPLY",
    "CONVERSATION",
    "MESSAGE",
    "MESSAGE_WORDS",
    "PARTICIPANT",
    "READING",
]


def _conversation_keys(conversation: Conversation) -> dict[str, KeyValue]:
    return {
        ConversationKeys.NODE: conversation.node,
        ConversationKeys.FOLLOWED: conversation.followed,
        ConversationKeys.TOPIC: None if conversation.about is None else conversation.about.kind,
        ConversationKeys.RESOURCE: None if conversation.about is None else conversation.about.key,
        ConversationKeys.WORDS: words(conversation.subject),
        ConversationKeys.ACTIVITY: conversation.activity,
        ConversationKeys.CLIENT_ACTIVITY: conversation.client_activity,
        ConversationKeys.OPEN: conversation.is_open,
    }


def _message_keys(message: Message) -> dict[str, KeyValue]:
    return {
        MessageKeys.CONVERSATION: message.conversation,
        MessageKeys.NUMBER: message.number,
        MessageKeys.CLIENT_NUMBER: message.client_number,
        MessageKeys.AUTHOR: message.author,
        MessageKeys.AT: message.at,
        MessageKeys.SETTLED_AT: message.settled_at,
        MessageKeys.MAIL_ID: None if message.mail_id is None else message.mail_id[:255],
    }


CONVERSATION: Final = RecordKind(
    KindSpec(
        ConversationKeys.KIND,
        {
            ConversationKeys.NODE: Ref,
            ConversationKeys.FOLLOWED: Ref,
            ConversationKeys.TOPIC: Ref,
            ConversationKeys.RESOURCE: Ref,
            ConversationKeys.WORDS: Text,
            ConversationKeys.ACTIVITY: Time,
            ConversationKeys.CLIENT_ACTIVITY: Time,
            ConversationKeys.OPEN: Bool,
            ConversationKeys.TURNS: Int,
        },
        indexes=[
            (ConversationKeys.NODE, ConversationKeys.ACTIVITY),
            (ConversationKeys.FOLLOWED,),
            (ConversationKeys.RESOURCE,),
            (ConversationKeys.ACTIVITY,),
            (ConversationKeys.CLIENT_ACTIVITY,),
        ],
    ),
    Conversation,
    id_of=lambda conversation: conversation.id,
    keys_of=_conversation_keys,
    counters=[ConversationKeys.TURNS],
    remembers=1024,
)

MESSAGE: Final = RecordKind(
    KindSpec(
        MessageKeys.KIND,
        {
            MessageKeys.CONVERSATION: Ref,
            MessageKeys.NUMBER: Int,
            MessageKeys.CLIENT_NUMBER: Int,
            MessageKeys.AUTHOR: Ref,
            MessageKeys.AT: Time,
            MessageKeys.SETTLED_AT: Time,
            MessageKeys.MAIL_ID: Ref,
        },
        indexes=[
            (MessageKeys.CONVERSATION, MessageKeys.NUMBER),
            (MessageKeys.CONVERSATION, MessageKeys.CLIENT_NUMBER),
            (MessageKeys.AUTHOR,),
            (MessageKeys.AT,),
            (MessageKeys.MAIL_ID,),
        ],
    ),
    Message,
    id_of=lambda message: message.id,
    keys_of=_message_keys,
    remembers=1024,
)

PARTICIPANT: Final = RecordKind(
    KindSpec(
        ParticipantKeys.KIND,
        {ParticipantKeys.CONVERSATION: Ref, ParticipantKeys.PARTY: Ref, ParticipantKeys.PRESENT: Bool},
        indexes=[
            (ParticipantKeys.CONVERSATION,),
            (ParticipantKeys.PARTY, ParticipantKeys.PRESENT, ParticipantKeys.CONVERSATION),
        ],
    ),
    Participant,
    id_of=lambda participant: participant.id,
    keys_of=lambda participant: {
        ParticipantKeys.CONVERSATION: participant.conversation,
        ParticipantKeys.PARTY: participant.party,
        ParticipantKeys.PRESENT: participant.present,
    },
    remembers=1024,
)

READING: Final = RecordKind(
    KindSpec(
        ReadingKeys.KIND,
        {ReadingKeys.CONVERSATION: Ref, ReadingKeys.PARTY: Ref},
        indexes=[(ReadingKeys.CONVERSATION,), (ReadingKeys.PARTY,)],
    ),
    Reading,
    id_of=lambda reading: reading.id,
    keys_of=lambda reading: {ReadingKeys.CONVERSATION: reading.conversation, ReadingKeys.PARTY: reading.party},
)

MESSAGE_WORDS: Final = RecordKind(
    KindSpec(
        WordsKeys.KIND,
        {WordsKeys.MESSAGE: Ref, WordsKeys.WORDS: Text, WordsKeys.CLIENT: Bool},
        indexes=[(WordsKeys.MESSAGE,)],
    ),
    MessageWords,
    id_of=lambda some: some.id,
    keys_of=lambda some: {
        WordsKeys.MESSAGE: some.message,
        WordsKeys.WORDS: some.words,
        WordsKeys.CLIENT: some.client,
    },
)

AUTOMATIC_REPLY: Final = RecordKind(
    KindSpec("automatic-reply"), AutomaticReply, id_of=lambda reply: reply.id, keys_of=lambda _: {}
)

ADDRESS_BOUNCE: Final = RecordKind(
    KindSpec("address-bounce"), AddressBounce, id_of=lambda bounce: bounce.id, keys_of=lambda _: {}
)

ALL_OF_CONVERSATIONS: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    CONVERSATION,
    MESSAGE,
    PARTICIPANT,
    READING,
    MESSAGE_WORDS,
    AUTOMATIC_REPLY,
    ADDRESS_BOUNCE,
)
