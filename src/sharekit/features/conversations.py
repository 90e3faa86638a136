"""
Conversations: talking with clients, and among staff about it, in one thread with two audiences.
"""

import attrs

from sharekit.codec.kinds_of_conversations import READING
from sharekit.errors import NotFoundError
from sharekit.features._attachments import look_at_attachment, open_attachment
from sharekit.features._automatic_replies import AutomaticReplies
from sharekit.features._conversation_facts import (
    find_conversation,
    find_message,
    hold,
    open_to,
    participants_of,
    readable_message,
    reader_of,
    standing_in,
)
from sharekit.features._conversation_lists import TalkRequest, count_unread, page_of_conversations, page_of_messages
from sharekit.features._conversation_views import Shown, number_of
from sharekit.features._facts import require_active, require_staff
from sharekit.features._hearing import hearers_of, takes_part
from sharekit.features._holding import HeldMails
from sharekit.features._inbound import Receiving
from sharekit.features._parties import contact_of, known_contact
from sharekit.features._reaching import plan_of, reach_of
from sharekit.features._reading import AttachmentReader
from sharekit.features._taking_part import add, joiner_given, party_given, preview, remove, require_hosting
from sharekit.features._talking import Talking, audience_given
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId, MessageId
from sharekit.policies.conversations import judge_message, judge_talk
from sharekit.records import checks, events
from sharekit.records.catalog import Audience, ResourceRef
from sharekit.records.conversations import Conversation, HistoryPolicy, Message, Participant, Reading
from sharekit.records.decisions import Decision
from sharekit.records.parties import Contact, Organization, Principal, Staff, parse_party
from sharekit.records.reach import MESSAGING, Reach, Recipient
from sharekit.records.several import Several
from sharekit.records.threads import AttachmentFile, ConversationPage, HistoryPreview, ThreadView

__all__ = ["Conversations"]


class Conversations(Talking, AutomaticReplies, Receiving, HeldMails):
    """
    The conversations of one tenant.

    Staff read all of a conversation, and write in it, with the right VIEW on what it is about; where it is about
    nothing, those do who take part, who started it, and admins. A client reads its messages for clients while they
    take part, from where their history begins. Who belongs to an organisation is asked at each reading.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def get(self, conversation: ConversationId, *, by: Principal) -> Conversation:
        """
        Return the record of a conversation, for staff.

        Raises:
            NotAllowedError: *by* is no staff with the right VIEW on what it is about.
            NotFoundError: There is none.
        """
        require_staff(by)
        with self._wiring.reading() as unit:
            return open_to(self._wiring, unit, by, conversation)[0]

    def visible(
        self,
        principal: Principal,
        *,
        about: ResourceRef | None = None,
        search: str | None = None,
        unread: bool = False,
        after: str | None = None,
        limit: int = 50,
        locale: str | None = None,
    ) -> ConversationPage:
        """
        Return a page of the conversations that somebody may know of, the latest first.

        Args:
            principal: Who reads.
            about: Only those about this thing, as for a panel beside it.
            search: Only those whose subject, or one of whose messages, holds words that begin with these. A
                client finds nothing by what they may not read.
            unread: Only those with something that they have not read.
            after: The ``next`` or ``previous`` of another page of the same list.
            limit: At most so many, 1 to 200.
            locale: The language of titles, for clients.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
        """
        request = TalkRequest(about=about, search=search, unread=unread, after=after, limit=limit)
        checks.optional_text("locale", locale)
        with self._wiring.reading() as unit:
            return page_of_conversations(self._wiring, unit, reader_of(self._wiring, unit, principal), request, locale)

    def unread(self, principal: Principal) -> int:
        """Return in how many conversations somebody has something to read, of the 200 latest."""
        with self._wiring.reading() as unit:
            return count_unread(self._wiring, unit, reader_of(self._wiring, unit, principal))

    def thread(
        self,
        conversation: Conversation | ConversationId,
        *,
        by: Principal,
        after: str | None = None,
        limit: int = 50,
        locale: str | None = None,
    ) -> ThreadView:
        """
        Return a conversation with a page of its messages, as somebody may see it; the latest ones at first.

        Looking marks nothing as read; `mark_read` does.

        Args:
            conversation: Which.
            by: Who reads.
            after: The ``previous`` (for older messages) or ``next`` of another page of it.
            limit: At most so many messages, 1 to 200.
            locale: The language of titles, for clients.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotFoundError: There is none, or not for this client.
            NotAllowedError: A member of staff lacks the right VIEW on what it is about.
        """
        checks.optional_text("locale", locale)
        with self._wiring.reading() as unit:
            found, reader, standing = open_to(self._wiring, unit, by, conversation)
            talk = Shown(self._wiring, unit, reader, locale).talk(found, standing)
            return page_of_messages(self._wiring, talk, after=after, limit=limit)

    def mark_read(
        self,
        conversation: Conversation | ConversationId,
        *,
        by: Principal,
        up_to: Message | MessageId | None = None,
    ) -> None:
        """
        Note that somebody has read a conversation; it never becomes less.

        Args:
            conversation: Which.
            by: Who has read it: a client who takes part, or staff.
            up_to: The last message that they have read; the latest that they may read by default.

        Raises:
            NotFoundError: The conversation or message is not there, or not for this client.
            NotAllowedError: A member of staff lacks the right VIEW on what it is about.
        """

        def work(unit: Unit) -> None:
            found, reader, standing = open_to(self._wiring, unit, by, conversation)
            talk = Shown(self._wiring, unit, reader, None).talk(found, standing)
            number = talk.latest_settled()
            if up_to is not None:
                last, _, _ = readable_message(self._wiring, unit, by, up_to, field="up_to")
                if not judge_message(standing, last):
                    raise NotFoundError("message", last.id)
                number = min(number, number_of(last, staff=standing.staff))
            party = reader.principal.key
            known = talk.reading or Reading(tenant=unit.tenant, conversation=found.id, party=party)
            if number <= known.number:
                return
            unit.put(READING, attrs.evolve(known, number=number, at=unit.now))
            unit.emit(
                events.ConversationRead(
                    tenant=unit.tenant, at=unit.now, by=by, conversation=found.id, ref=found.about, number=number
                )
            )

        self._wiring.write(work)

    def decide(self, principal: Principal, subject: Conversation | ConversationId | Message) -> Decision:
        """
        Decide whether somebody may know of a conversation, or read a message, now, and say why; for staff and logs.

        Raises:
            InvalidInputError: *subject* is something else.
        """
        with self._wiring.reading() as unit:
            reader = reader_of(self._wiring, unit, principal)
            try:
                message = find_message(unit, subject) if isinstance(subject, Message) else None
                conversation = find_conversation(unit, subject if message is None else message.conversation)
            except NotFoundError:
                return Decision(allowed=False, reason="absent")
            standing = standing_in(self._wiring, unit, reader, conversation)
            return judge_talk(standing) if message is None else judge_message(standing, message)

    def participants(self, conversation: Conversation | ConversationId, *, by: Principal) -> list[Participant]:
        """
        Return everybody who takes part, or did, in the order in which they were added; for staff.

        Raises:
            NotAllowedError: *by* is no staff with the right VIEW on what it is about.
            NotFoundError: There is no such conversation.
        """
        require_staff(by)
        with self._wiring.reading() as unit:
            return participants_of(unit, open_to(self._wiring, unit, by, conversation)[0])

    def preview_history(
        self,
        conversation: Conversation | ConversationId,
        party: Contact | Organization | Staff,
        *,
        history: HistoryPolicy,
        by: Principal,
        messages: Several[Message | MessageId] = (),
    ) -> HistoryPreview:
        """
        Say what somebody would see if `add_participant` were called with the same arguments; nothing is written.

        Raises:
            InvalidInputError: As for `add_participant`, and so are the others.
            NotAllowedError: *by* may not add them.
            NotFoundError: Somebody or something is not there.
            MessagingRefusedError: Messages do not reach them from here.
        """
        require_staff(by)
        joiner = joiner_given(party, history, messages)
        with self._wiring.reading() as unit:
            found = self._hosted(unit, conversation, by)
            return preview(self._wiring, unit, found, joiner, by)

    def add_participant(
        self,
        conversation: Conversation | ConversationId,
        party: Contact | Organization | Staff,
        *,
        history: HistoryPolicy,
        by: Principal,
        messages: Several[Message | MessageId] = (),
    ) -> Participant:
        """
        Have somebody take part, or take part again; or have somebody who does see another part of its past.

        What they were shown before stays so. What was written while they took no part is shown by FULL alone, or by
        SELECTED message by message: adding somebody again never widens anything by itself. Who takes part already
        hears of no change; NONE lets them read nothing new, and what changes nothing is not noted at all.

        Args:
            conversation: In which.
            party: A contact, an organisation with all its people, or a member of staff, who reads everything anyway.
            history: What they get to see of what was written before; see `preview_history`. There is no default:
                a call without it is a ``TypeError``, which type checkers find.
            by: Staff who started the conversation, or with the right SHARE on what it is about.
            messages: Which messages, with SELECTED.

        Raises:
            InvalidInputError: An argument cannot be used, as where nobody said how much history; ``field`` names it.
            NotAllowedError: *by* may not add them, or what it is about is never for organisations.
            NotFoundError: Somebody or something is not there.
            MessagingRefusedError: Messages do not reach them from here.
        """
        require_staff(by)
        joiner = joiner_given(party, history, messages)

        def work(unit: Unit) -> Participant:
            hold(unit, conversation)
            found = self._hosted(unit, conversation, by)
            return add(self._wiring, unit, found, joiner, by)

        return self._wiring.write(work)

    def _hosted(self, unit: Unit, conversation: object, by: Principal) -> Conversation:
        require_active(unit, by)
        found, _, _ = open_to(self._wiring, unit, by, conversation)
        require_hosting(self._wiring, unit, by, found)
        return found

    def remove_participant(
        self,
        conversation: Conversation | ConversationId,
        party: Contact | Organization | Staff,
        *,
        by: Principal,
    ) -> None:
        """
        Have somebody take part no more: from the next call on they read nothing of it, by no way but another part.

        Raises:
            InvalidInputError: *party* is something else.
            NotAllowedError: *by* neither started the conversation nor may share what it is about.
            NotFoundError: There is no such conversation, or they take no part in it.
        """
        require_staff(by)
        key = party_given(party).key

        def work(unit: Unit) -> None:
            hold(unit, conversation)
            remove(unit, self._hosted(unit, conversation, by), key, by)

        self._wiring.write(work)

    def leave(self, conversation: Conversation | ConversationId, *, by: Contact | Staff) -> None:
        """
        Take part no more, by oneself.

        Raises:
            NotFoundError: There is no such conversation, or one takes no part in it oneself.
        """

        def work(unit: Unit) -> None:
            hold(unit, conversation)
            found, reader, _ = open_to(self._wiring, unit, by, conversation)
            remove(unit, found, reader.principal.key, by)

        self._wiring.write(work)

    def reach(self, contact: Contact, *, by: Principal) -> Reach:
        """
        Say how a contact is reached with a message, before it is written: in the portal, by mail, or not from here.

        Raises:
            NotAllowedError: *by* is no active member of staff.
            NotFoundError: There is no such contact.
            DirectoryError: The host's own code failed.
        """
        require_staff(by)
        with self._wiring.reading() as unit:
            require_active(unit, by)
            return reach_of(self._wiring, unit, known_contact(self._wiring, unit, contact))

    def recipients(
        self, conversation: Conversation | ConversationId, *, audience: Audience, by: Principal, limit: int = 200
    ) -> list[Recipient]:
        """
        Return who would hear of a message if it were written now, staff first, and how each client is reached.

        Args:
            conversation: Where it would be written.
            audience: For whom it would be.
            by: Staff with the right VIEW on what the conversation is about; they themselves are left out.
            limit: At most so many, 1 to 1 000.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not know.
            NotFoundError: There is no such conversation.
        """
        require_staff(by)
        wanted = audience_given(audience)
        checks.whole("limit", limit, 1, 1000)
        with self._wiring.reading() as unit:
            found, reader, _ = open_to(self._wiring, unit, by, conversation)
            shown = Shown(self._wiring, unit, reader, None)
            keys = (
                key
                for key in hearers_of(self._wiring, unit, found, wanted)
                if key != by.key and takes_part(self._wiring, unit, key, found)
            )
            return [self._recipient(unit, shown, key) for _, key in zip(range(limit), keys, strict=False)]

    def _recipient(self, unit: Unit, shown: Shown, key: str) -> Recipient:
        party = parse_party(key)
        contact = contact_of(self._wiring, unit, party.id) if isinstance(party, Contact) else None
        reach = None if contact is None else reach_of(self._wiring, unit, contact)
        return Recipient(party=key, name=shown.name(key) or "", reach=reach)

    def plan(self, feature: str = MESSAGING) -> Decision:
        """Say whether the host's plan includes a feature, with the sentence that it gives as the reason."""
        checks.slug("feature", feature)
        return plan_of(self._wiring, feature)

    def look_at_attachment(self, message: Message | MessageId, number: int, *, by: Principal) -> AttachmentFile:
        """
        Return what somebody who may read a message may know of one of its files.

        Raises:
            NotFoundError: There is none, or not for this client.
            NotAllowedError: A member of staff lacks the right VIEW on what the conversation is about.
        """
        return look_at_attachment(self._wiring, message, number, by)[0]

    def open_attachment(
        self,
        message: Message | MessageId,
        number: int,
        *,
        by: Principal,
        start: int | None = None,
        stop: int | None = None,
    ) -> AttachmentReader:
        """
        Return a reader of a file in a message, for whoever may read the message at this moment.

        Args:
            message: The message.
            number: Which of its files, from 1.
            by: Who reads.
            start: The first byte; the first of all by default.
            stop: The byte after the last one; the end by default.

        Raises:
            NotFoundError: There is none, or not for this client.
            NotAllowedError: A member of staff lacks the right VIEW on what the conversation is about.
            QuarantinedError: No scanner has called it clean.
            IntegrityError: Its bytes are not what was recorded.
        """
        return open_attachment(self._wiring, message, number, by, start=start, stop=stop)
