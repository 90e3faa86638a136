"""
Shows conversations to one reader: what stands in a view was let through by the policy, and counted after it.
"""

from collections.abc import Sequence
from datetime import datetime

import attrs

from sharekit.codec.kinds_of_conversations import MESSAGE, READING
from sharekit.codec.kinds_of_documents import STORED_FILE
from sharekit.codec.kinds_of_requests import REQUEST_RECIPIENT
from sharekit.features._conversation_facts import (
    Reader,
    context_of,
    entitled,
    hosting_right,
    may_view,
    present_in,
    standing_in,
)
from sharekit.features._parties import contact_of, organization_of
from sharekit.features._readers import name_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import FileId, MessageId, RequestId
from sharekit.policies.conversations import Standing, judge_message, readable
from sharekit.ports import AllOf, Condition, Eq, Not, OrderBy, Range
from sharekit.records.catalog import Audience, CatalogEntry
from sharekit.records.conversations import (
    Conversation,
    Message,
    MessageKeys,
    Participant,
    Reading,
    ReadingKeys,
    reading_id,
)
from sharekit.records.files import ScanState, StoredFile
from sharekit.records.parties import Contact, Organization, Staff
from sharekit.records.requests import RecipientKeys
from sharekit.records.threads import AttachmentView, ConversationItem, MessageView, ParticipantView, ThreadView

__all__ = ["Shown", "Talk", "message_key", "number_of", "unread_where"]


def message_key(*, staff: bool) -> str:
    """Return the key by which a reader's messages are ordered and numbered; a client's knows nothing of notes."""
    return MessageKeys.NUMBER if staff else MessageKeys.CLIENT_NUMBER


def number_of(message: Message, *, staff: bool) -> int:
    """Return the place of a message in the order of that key."""
    return message.number if staff else message.client_number or 0


def unread_where(standing: Standing, reading: Reading | None) -> Condition:
    """Return the condition of the messages that somebody may read, did not write, and has not read."""
    read = 0 if reading is None else reading.number
    later = Range(message_key(staff=standing.staff), above=read)
    return AllOf((readable(standing), later, Not(Eq(MessageKeys.AUTHOR, standing.party))))


class Shown:
    """What one reader is shown in one unit; names are looked up once."""

    def __init__(self, wiring: Wiring, unit: Unit, reader: Reader, locale: str | None) -> None:
        self.wiring = wiring
        self.unit = unit
        self.reader = reader
        self.locale = locale
        self._names: dict[str, str | None] = {}

    @property
    def staff(self) -> bool:
        """Whether the reader is staff."""
        return self.reader.is_staff

    def talk(self, conversation: Conversation, standing: Standing | None = None) -> "Talk":
        """Return one conversation, to be shown."""
        if standing is None:
            standing = standing_in(self.wiring, self.unit, self.reader, conversation)
        key = reading_id(self.unit.tenant, conversation.id, self.reader.principal.key)
        return Talk(self, conversation, standing, self.unit.get(READING, key))

    def name(self, party: str) -> str | None:
        """Return the name of somebody, or None when it is not known."""
        if party not in self._names:
            self._names[party] = self._look_up(party)
        return self._names[party]

    def _look_up(self, party: str) -> str | None:
        type_, _, id_ = party.partition(":")
        if type_ == Contact.type:
            contact = contact_of(self.wiring, self.unit, id_)
            return None if contact is None else contact.name
        if type_ == Organization.type:
            organization = organization_of(self.wiring, self.unit, id_)
            return None if organization is None else organization.name
        # The host's own directory knows its people, as it does where news is told.
        return (name_of(self.wiring, self.unit, party) or None) if type_ == Staff.type else None

    def title(self, entry: CatalogEntry) -> str:
        """Return the title of a thing that the reader may read."""
        if self.staff:
            return entry.title
        return entry.client_title or self.wiring.kind_of(entry.ref).title_in(self.locale)


@attrs.frozen
class Talk:
    """
    One conversation, as one reader is shown it.

    Attributes:
        shown: Who is shown it.
        conversation: Which.
        standing: What decides.
        reading: How far they have read; None when they have not begun.
    """

    shown: Shown
    conversation: Conversation
    standing: Standing
    reading: Reading | None

    def find(
        self, where: Condition | None = None, *, descending: bool = False, limit: int | None = None
    ) -> list[Message]:
        """Return messages that the reader may read, in their order."""
        condition = readable(self.standing)
        both = condition if where is None else AllOf((condition, where))
        order = OrderBy(message_key(staff=self.standing.staff), descending=descending)
        return self.shown.unit.find(MESSAGE, both, order=order, limit=limit)

    def unread(self) -> int:
        """Return how many messages they have not read."""
        return self.shown.unit.count(MESSAGE, unread_where(self.standing, self.reading))

    def audiences(self) -> tuple[Audience, ...]:
        """Return for whom they may write here."""
        if not self.conversation.is_open:
            return ()
        return (Audience.CLIENT, Audience.INTERNAL) if self.standing.staff else (Audience.CLIENT,)

    def _may_add(self) -> bool:
        by = self.shown.reader.principal
        right = hosting_right(by, self.conversation)
        return self.standing.staff and entitled(self.shown.wiring, self.shown.unit, by, self.conversation, right)

    def about(self) -> CatalogEntry | None:
        """Return the entry of what it is about, when the reader may view that."""
        chain = context_of(self.shown.unit, self.conversation)
        if not chain or chain[0].removed_at is not None:
            return None
        viewer = self.shown.reader.viewer
        if self.shown.staff or (viewer is not None and may_view(self.shown.wiring, self.shown.unit, viewer, chain[0])):
            return chain[0]
        return None

    def participants(self) -> tuple[ParticipantView, ...]:
        """Return who takes part, as the reader may know of them."""
        rows = present_in(self.shown.unit, self.conversation)
        if not self.shown.staff:
            rows = [row for row in rows if not row.party.startswith(f"{Staff.type}:")]
        own = {self.shown.reader.principal.key, *self.shown.reader.organizations}
        read = self._readings() if self.shown.staff else {}
        shown = [(row.added_at, self._participant(row, own, read.get(row.party))) for row in rows]
        shown.sort(key=lambda each: (each[0], each[1].type, each[1].name))
        return tuple(view for _, view in shown)

    def _participant(self, row: Participant, own: set[str], reading: Reading | None) -> ParticipantView:
        view = ParticipantView(
            party=None,
            name=self.shown.name(row.party) or "",
            type=row.party.partition(":")[0],
            me=row.party in own,
            requester=row.party == self.conversation.requester,
        )
        if not self.shown.staff:
            return view
        return attrs.evolve(
            view,
            party=row.party,
            history=row.history,
            added_at=row.added_at,
            read_at=None if reading is None else reading.at,
        )

    def _readings(self) -> dict[str, Reading]:
        rows = self.shown.unit.find(READING, Eq(ReadingKeys.CONVERSATION, self.conversation.id))
        return {row.party: row for row in rows if row.at is not None}

    def messages(self, messages: Sequence[Message]) -> tuple[MessageView, ...]:
        """Return messages that the reader may read as they see them."""
        unit = self.shown.unit
        wanted = [attachment.file for message in messages for attachment in message.attachments]
        files = {file.id: file for file in unit.get_many(STORED_FILE, wanted)}
        answered = [message.in_reply_to for message in messages if message.in_reply_to is not None]
        before = {each.id for each in unit.get_many(MESSAGE, answered) if judge_message(self.standing, each)}
        read = self._readings() if self.shown.staff else {}
        return tuple(self._message(message, files, before, read) for message in messages)

    def _message(
        self, message: Message, files: dict[FileId, StoredFile], before: set[MessageId], read: dict[str, Reading]
    ) -> MessageView:
        standing = self.standing
        mine = message.author == standing.party
        seen = 0 if self.reading is None else self.reading.number
        settled = message.is_settled(standing.now)
        view = MessageView(
            id=message.id,
            audience=message.audience,
            author=None,
            author_name=self.shown.name(message.author),
            from_staff=not message.author.startswith(f"{Contact.type}:"),
            mine=mine,
            text=message.text,
            at=message.at,
            attachments=tuple(
                AttachmentView(
                    number=each.number,
                    name=each.name,
                    size=each.size,
                    media_type=each.media_type,
                    scan=files[each.file].scan if each.file in files else ScanState.CHECKING,
                )
                for each in message.attachments
            ),
            in_reply_to=message.in_reply_to if message.in_reply_to in before else None,
            automatic=message.automatic,
            request=self._request(message),
            unread=not mine and number_of(message, staff=standing.staff) > seen,
            undo_until=message.settled_at if mine and not settled else None,
            settled=settled,
        )
        return self._for_staff(view, message, read) if standing.staff else view

    def _request(self, message: Message) -> RequestId | None:
        """Return the request that comes with a message, unless the reader is a client who was not asked."""
        if message.request is None or self.standing.staff:
            return message.request
        asked = AllOf(
            (
                Eq(RecipientKeys.REQUEST, message.request),
                Eq(RecipientKeys.CONTACT, self.shown.reader.principal.id),
            )
        )
        return message.request if self.shown.unit.count(REQUEST_RECIPIENT, asked, 1) else None

    def _for_staff(self, view: MessageView, message: Message, read: dict[str, Reading]) -> MessageView:
        number = message.client_number
        readers = [
            party
            for party, reading in read.items()
            if number is not None
            and party.startswith(f"{Contact.type}:")
            and party != message.author
            and reading.number >= number
        ]
        return attrs.evolve(
            view,
            author=message.author,
            promoted_from=message.promoted_from,
            reason=message.reason,
            channel=message.channel,
            read_by=tuple(sorted(self.shown.name(party) or party for party in readers)),
        )

    def thread(self, messages: Sequence[Message], *, previous: str | None, next_: str | None) -> ThreadView:
        """Return the conversation with these messages."""
        about = self.about()
        return ThreadView(
            conversation=self.conversation.id,
            subject=self.conversation.subject,
            about=None if about is None else about.ref,
            about_title=None if about is None else self.shown.title(about),
            version=None if about is None else self.conversation.version,
            open=self.conversation.is_open,
            audiences=self.audiences(),
            participants=self.participants(),
            with_followers=self.conversation.with_followers,
            messages=self.messages(messages),
            previous=previous,
            next=next_,
            unread=self.unread(),
            may_add=self._may_add(),
            at=self.standing.now,
        )

    def item(self, found: Message | None = None) -> ConversationItem:
        """Return the conversation as a list shows it."""
        about = self.about()
        last = self.find(descending=True, limit=1)
        return ConversationItem(
            conversation=self.conversation.id,
            subject=self.conversation.subject,
            about=None if about is None else about.ref,
            about_title=None if about is None else self.shown.title(about),
            open=self.conversation.is_open,
            activity=self._activity(last[0] if last else None),
            unread=self.unread(),
            last=self.messages(last)[0] if last else None,
            found=None if found is None else self.messages([found])[0],
            participants=self.participants(),
        )

    def _activity(self, last: Message | None) -> datetime:
        if last is not None:
            return last.at
        if self.standing.staff:
            return self.conversation.activity
        own = {self.shown.reader.principal.key, *self.shown.reader.organizations}
        joined = [row.added_at for row in present_in(self.shown.unit, self.conversation) if row.party in own]
        return max(joined, default=self.conversation.created_at)

    def latest_settled(self) -> int:
        """Return the number of the latest message that the reader can have read, as they know numbers."""
        if self.standing.staff:
            return self.conversation.messages
        shown = self.find(Range(MessageKeys.SETTLED_AT, at_most=self.standing.now), descending=True, limit=1)
        return number_of(shown[0], staff=False) if shown else 0
