"""
Mails that wait for staff: held, looked at, posted with one click, or discarded.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION
from sharekit.codec.kinds_of_documents import STORED_FILE
from sharekit.codec.kinds_of_mail import HELD_MAIL, REPLY_ADDRESS, sender_key
from sharekit.errors import (
    ConversationClosedError,
    IntegrityError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    QuarantinedError,
)
from sharekit.features._attachments import received_files
from sharekit.features._conversation_facts import find_conversation, find_message, hold, require_entitled
from sharekit.features._facts import require_active, require_staff
from sharekit.features._inbound_facts import Case, inbox_of, mail_id_of, person_at
from sharekit.features._intake import Keep, Received, doom, settle
from sharekit.features._mail_drafts import MAIL, MOST_FILES, draft_of, files_of
from sharekit.features._reaching import require_plan
from sharekit.features._reply_addresses import take_back
from sharekit.features._threads import written
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId, FileId, HeldMailId
from sharekit.ports import AllOf, Condition, Eq, OrderBy, Position, Range
from sharekit.records import checks, events
from sharekit.records.catalog import Audience
from sharekit.records.conversations import Conversation, Message
from sharekit.records.held_mail import HeldMail, HeldMailKeys, HeldState
from sharekit.records.mail import ReplyOutcome, ReplyReason, Verdict
from sharekit.records.parties import Contact, Principal, Right, Staff, parse_party

__all__ = ["MAX_HELD_OF_ALL", "MAX_HELD_OF_ONE", "HeldMails", "held"]

MAX_HELD_OF_ONE: Final = 20
"""So many mails of one sender are held within an hour; more are dropped."""
MAX_HELD_OF_ALL: Final = 500
"""So many mails are held in one tenant within an hour; more are dropped."""

_AN_HOUR: Final = timedelta(hours=1)
_SHOWN: Final = 10_000  # characters
_MOST: Final = 200


def held(unit: Unit, case: Case, reason: ReplyReason, original: Received, keep: Keep) -> ReplyOutcome:
    """Hold a mail for staff, unless too many were held within the hour."""
    address, conversation, mail = case.address, case.conversation, case.facts.mail
    if address is None or conversation is None:
        raise AssertionError  # pragma: no cover  # what came to nobody is dropped
    lately = Range(HeldMailKeys.RECEIVED_AT, above=unit.now - _AN_HOUR)
    same = AllOf((Eq(HeldMailKeys.SENDER, sender_key(mail.sender)), lately))
    if (
        unit.count(HELD_MAIL, same, MAX_HELD_OF_ONE) >= MAX_HELD_OF_ONE
        or unit.count(HELD_MAIL, lately, MAX_HELD_OF_ALL) >= MAX_HELD_OF_ALL
    ):
        return ReplyOutcome(Verdict.DROPPED, ReplyReason.TOO_MANY)
    kept = HeldMail(
        tenant=unit.tenant,
        address=address.id,
        digest=mail.digest,
        conversation=conversation.id,
        party=address.party,
        audience=address.audience,
        reason=reason,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.reply[:_SHOWN],
        files=tuple(each.name for each in mail.attachments[:MOST_FILES]),
        mail_id=mail_id_of(mail),
        original=keep(original).id,
        received_at=unit.now,
    )
    unit.put(HELD_MAIL, kept)
    unit.emit(
        events.MailHeld(
            tenant=unit.tenant,
            at=unit.now,
            by=MAIL,
            held=kept.id,
            conversation=conversation.id,
            ref=conversation.about,
            reason=str(reason),
        )
    )
    return ReplyOutcome(Verdict.HELD, reason)


class HeldMails:
    """The part of `Conversations` that is about mails that wait for staff."""

    _wiring: Wiring

    def held_mails(
        self,
        *,
        by: Principal,
        conversation: Conversation | ConversationId | None = None,
        state: HeldState = HeldState.WAITING,
        after: HeldMail | None = None,
        limit: int = 50,
    ) -> list[HeldMail]:
        """
        Return mails that wait for staff, or did, the latest first; of conversations that *by* may read.

        Args:
            by: Staff with the right VIEW on what the conversation is about.
            conversation: Only those for this one.
            state: Those that wait, that were accepted, or discarded.
            after: The last one of the page before.
            limit: At most so many, 1 to 200.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* is no staff, or may not read that conversation.
            NotFoundError: There is no such conversation.
        """
        require_staff(by)
        checks.whole("limit", limit, 1, _MOST)
        if not isinstance(state, HeldState):
            raise InvalidInputError("state", "needs a HeldState")
        if after is not None and not isinstance(after, HeldMail):
            raise InvalidInputError("after", "needs a HeldMail, or None")
        where: list[Condition] = [Eq(HeldMailKeys.STATE, str(state))]
        with self._wiring.reading() as unit:
            require_active(unit, by)
            if conversation is not None:
                found = find_conversation(unit, conversation)
                require_entitled(self._wiring, unit, by, found, Right.VIEW)
                where.append(Eq(HeldMailKeys.CONVERSATION, found.id))
            return self._page(unit, AllOf(where), by, after, limit)

    def _page(self, unit: Unit, where: Condition, by: Principal, after: HeldMail | None, limit: int) -> list[HeldMail]:
        """Return the next ones that somebody may know of; each conversation is asked about once."""
        may: dict[str, bool] = {}
        chosen: list[HeldMail] = []
        place = None if after is None else Position(after.received_at, after.id)
        while len(chosen) < limit:
            order = OrderBy(HeldMailKeys.RECEIVED_AT, descending=True)
            some = unit.find(HELD_MAIL, where, order=order, after=place, limit=_MOST)
            for each in some:
                if each.conversation not in may:
                    may[each.conversation] = self._may_read(unit, each.conversation, by)
                if may[each.conversation] and len(chosen) < limit:
                    chosen.append(each)
            if len(some) < _MOST:
                break
            place = Position(some[-1].received_at, some[-1].id)
        return chosen

    def _may_read(self, unit: Unit, conversation: ConversationId, by: Principal) -> bool:
        found = unit.get(CONVERSATION, conversation)
        try:
            if found is not None:
                require_entitled(self._wiring, unit, by, found, Right.VIEW)
        except NotAllowedError:
            return False
        return found is not None

    def accept_held(self, held: HeldMail | HeldMailId, *, by: Principal, files: bool = True) -> Message:
        """
        Post a held mail as what the person says to whom its address was given.

        Who does this vouches for the sender; the audit trail says who it was.

        Args:
            held: The mail.
            by: Staff with the right VIEW on what the conversation is about. A mail that came to the address of a
                member of staff can be accepted by that one alone.
            files: False to leave its files where they are, as when one of them does not pass.

        Raises:
            InvalidInputError: It was decided on before.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such mail, or its person is gone.
            ConversationClosedError: The conversation takes no messages.
            MessagingRefusedError: The host's plan does not include messages.
            UploadRefusedError: A file does not pass.
            FileNameError: The name of a file cannot be used.
        """
        require_staff(by)
        checks.flag("files", files)
        wiring = self._wiring
        inbox = inbox_of(wiring)
        with wiring.reading() as unit:
            found, conversation, author = self._decidable(unit, held, by, posting=True)
        raw = b"".join(self._original(found.original))
        mail = inbox.read(raw, sender=None, recipients=())
        uploads = files_of(mail) if files else ()
        if len(uploads) > MOST_FILES:
            raise InvalidInputError("files", f"needs at most {MOST_FILES} of them; accept it without")
        received = received_files(wiring, uploads, conversation.about, author)

        def work(unit: Unit, keep: Keep) -> Message:
            hold(unit, conversation)
            found, now, author = self._decidable(unit, held, by, posting=True)
            draft = draft_of(mail, author, found.audience, received)
            message, _ = written(wiring, unit, now, attrs.evolve(draft, original=found.original), keep)
            unit.put(
                HELD_MAIL,
                attrs.evolve(
                    found, state=HeldState.ACCEPTED, settled_at=unit.now, settled_by=by.key, message=message.id
                ),
            )
            unit.emit(
                events.HeldMailAccepted(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    held=found.id,
                    conversation=now.id,
                    ref=now.about,
                    reason=str(found.reason),
                    message=message.id,
                )
            )
            return message

        return settle(wiring, received, work)

    def discard_held(self, held: HeldMail | HeldMailId, *, by: Principal) -> None:
        """
        Discard a held mail: its bytes go, and the same mail is not held again.

        Raises:
            InvalidInputError: It was decided on before.
            NotAllowedError: *by* is no staff with the right VIEW on what the conversation is about.
            NotFoundError: There is no such mail.
        """
        require_staff(by)

        def work(unit: Unit) -> None:
            found, conversation, _ = self._decidable(unit, held, by, posting=False)
            file = unit.get(STORED_FILE, found.original)
            if file is not None:
                doom(unit, file)
            unit.put(
                HELD_MAIL,
                attrs.evolve(
                    found, state=HeldState.DISCARDED, settled_at=unit.now, settled_by=by.key, text="", files=()
                ),
            )
            unit.emit(
                events.HeldMailDiscarded(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    held=found.id,
                    conversation=conversation.id,
                    ref=conversation.about,
                    reason=str(found.reason),
                )
            )

        self._wiring.write(work)

    def original_mail(self, mail: Message | HeldMail, *, by: Principal) -> bytes:
        """
        Return a mail as it came, for staff: of a message that came as one, or one that is held.

        Raises:
            NotAllowedError: *by* is no staff with the right VIEW on what the conversation is about.
            NotFoundError: There is none.
            QuarantinedError: A scanner has not called it clean.
            IntegrityError: Its bytes were lost.
        """
        require_staff(by)
        with self._wiring.reading() as unit:
            require_active(unit, by)
            found = self._find(unit, mail) if isinstance(mail, HeldMail) else find_message(unit, mail)
            conversation = find_conversation(unit, found.conversation)
            require_entitled(self._wiring, unit, by, conversation, Right.VIEW)
        if found.original is None:
            raise NotFoundError("mail")
        return b"".join(self._original(found.original))

    def revoke_reply_addresses(
        self, party: Contact | Staff, *, by: Principal, conversation: ConversationId | None = None
    ) -> int:
        """
        Have the addresses to which somebody replies take no more answers; the next letter brings another one.

        Args:
            party: Whose.
            by: Staff.
            conversation: Of this conversation alone; of all by default.

        Returns:
            How many were taken back. Mail to them is held for staff.
        """
        require_staff(by)
        if not isinstance(party, Contact | Staff):
            raise InvalidInputError("party", "needs a Contact or a Staff")

        def work(unit: Unit) -> int:
            require_active(unit, by)
            return take_back(unit, party.key, conversation)

        return self._wiring.write(work)

    def _find(self, unit: Unit, given: object) -> HeldMail:
        if isinstance(given, HeldMail):
            given = given.id if given.tenant == unit.tenant else ""
        if not isinstance(given, str):
            raise InvalidInputError("held", "needs a HeldMail or its id")
        found = unit.get(HELD_MAIL, given) if given else None
        if found is None:
            raise NotFoundError(HELD_MAIL.name)
        return found

    def _decidable(
        self, unit: Unit, given: object, by: Principal, *, posting: bool
    ) -> tuple[HeldMail, Conversation, Contact | Staff]:
        """Return a mail on which somebody may decide now, where it would be posted, and as whose."""
        require_active(unit, by)
        found = self._find(unit, given)
        conversation = find_conversation(unit, found.conversation)
        require_entitled(self._wiring, unit, by, conversation, Right.VIEW)
        if found.state is not HeldState.WAITING:
            raise InvalidInputError("held", f"was {found.state} before")
        author = self._author(unit, found)
        if posting and isinstance(author, Staff) and by.key != author.key:
            raise NotAllowedError("author-only")
        if posting and not conversation.is_open:
            raise ConversationClosedError
        if posting and found.audience is Audience.CLIENT:
            require_plan(self._wiring)
        return found, conversation, author

    def _author(self, unit: Unit, found: HeldMail) -> Contact | Staff:
        address = unit.get(REPLY_ADDRESS, found.address)
        known = None if address is None else person_at(self._wiring, unit, address)
        if known is not None:
            return known[0]
        party = parse_party(found.party)
        if not isinstance(party, Contact | Staff):
            raise IntegrityError(HELD_MAIL.name, "names somebody who writes no mail")
        return party

    def _original(self, id_: FileId) -> Sequence[bytes]:
        with self._wiring.reading() as unit:
            file = unit.get(STORED_FILE, id_)
        if file is None:
            raise IntegrityError(HELD_MAIL.name, "the mail itself is not on record")
        if not file.scan.lets_read:
            raise QuarantinedError(str(file.scan))
        if file.gone_at is not None:
            raise IntegrityError("blob", "its bytes were lost")
        return list(self._wiring.blob_store().read(file.blob))
