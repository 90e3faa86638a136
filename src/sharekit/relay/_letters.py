"""
Which letter tells of some news, and what stands in it.
"""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import attrs

from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.features._earlier import earlier_messages
from sharekit.features._news import Told
from sharekit.features._preferences import preferences_of
from sharekit.features._readers import Reader, name_of
from sharekit.features._request_facts import RequestFacts, submissions_of
from sharekit.features._request_wording import said_by_staff
from sharekit.features._subscribing import confirmation_token
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId
from sharekit.mail.composing import message_id, references
from sharekit.mail.letters import (
    AcceptedLetter,
    ApprovedLetter,
    ConfirmationLetter,
    DigestLetter,
    EarlierMessage,
    InvitationLetter,
    LetterContent,
    NewsLine,
    ReminderLetter,
    ReplyLetter,
    RequestLetter,
    SentBackLetter,
    SharedLetter,
    SubmissionLetter,
    Words,
)
from sharekit.policies.conversations import Standing
from sharekit.policies.requests import counted
from sharekit.records.catalog import Audience
from sharekit.records.conversations import Conversation, Message
from sharekit.records.notices import News, Notice
from sharekit.records.parties import Contact, Staff
from sharekit.records.submissions import SubmissionState
from sharekit.records.subscriptions import Subscription
from sharekit.relay._post import Post
from sharekit.tokens import Claims, Purpose

__all__ = ["Content", "Desk"]

_ONE = 1
_LONGEST = 4000  # characters of an earlier message


@attrs.frozen(kw_only=True)
class Content:
    """
    What a letter says.

    Attributes:
        letter: Which letter it is, and what it is told.
        words: What staff say in it instead of our words, or None.
        conversation: Where an answer by mail is posted, or None.
        audience: Whom such an answer is for.
        references: The Message-IDs of what came before, oldest first.
        in_reply_to: The Message-ID of what it answers, or None.
        automatic: Whether it carries an automatic reply, which nobody wrote.
    """

    letter: LetterContent
    words: Words | None = None
    conversation: ConversationId | None = None
    audience: Audience = Audience.CLIENT
    references: tuple[str, ...] = ()
    in_reply_to: str | None = None
    automatic: bool = False


Item = tuple[Notice, Told]


@attrs.frozen(kw_only=True)
class Desk:
    """
    Writes down what a letter says, from what is known at this moment.

    Attributes:
        wiring: Where.
        unit: The transaction.
        post: To which pages letters lead.
        reader: Who reads it.
        enters: Whether they come in to the pages; who never was invited reads by mail alone.
    """

    wiring: Wiring
    unit: Unit
    post: Post
    reader: Reader
    enters: bool

    def content(self, items: Sequence[Item], *, digest: bool) -> Content:
        """Return the letter for these news, the oldest first; at least one."""
        latest, told = items[-1]
        if not digest and latest.news is News.REQUESTS and told.request is not None:
            return self._request(latest, told, told.request)
        if not digest and told.message is not None and told.conversation is not None:
            return self._reply(told.message, told.conversation, told.standing)
        return Content(letter=self._plain(items, digest=digest))

    def _plain(self, items: Sequence[Item], *, digest: bool) -> LetterContent:
        latest, told = items[-1]
        if digest or latest.event == "access-requested" or latest.news is News.MESSAGES:
            return self._digest(items, gathered=digest)
        if latest.news is News.INVITATION:
            return self._invitation(latest, told)
        if told.subscription is not None:
            return self._confirmation(told.subscription)
        if latest.news is News.SUBMISSIONS:
            return self._submission(items)
        return self._things(items)

    def _page(self, told: Told, event: str = "") -> str | None:
        if told.link is not None:
            link = told.link
            token = self.wiring.seals.seal(Purpose.LINK, Claims(link.tenant, link.id, link.generation))
            return self.post.page("/l/{}", token)
        if told.request is not None:
            return self._upload_page(told.request)
        staff, talk = isinstance(self.reader.party, Staff), told.conversation
        if talk is not None:
            held = self.post.staff_held_page if event == "mail-held" else None
            return held or self._talk_page(talk)
        return self.post.page_of(told.ref, staff=staff)

    def _talk_page(self, talk: Conversation) -> str | None:
        staff = isinstance(self.reader.party, Staff)
        return self.post.talk_page(talk.id, talk.about, staff=staff) if staff or self.enters else None

    def _upload_page(self, facts: RequestFacts) -> str:
        part = facts.recipient
        token = self.wiring.seals.seal(Purpose.UPLOAD, Claims(part.tenant, part.id, part.generation))
        return self.post.page("/u/{}", token)

    def _name(self, key: str) -> str:
        return name_of(self.wiring, self.unit, key)

    def _digest(self, items: Sequence[Item], *, gathered: bool) -> DigestLetter:
        lines: dict[tuple[str, str, str], None] = {}
        for notice, told in items:
            news = NewsLine(event=notice.event, actor=self._name(notice.actor))
            line = self.post.writer.line(news, self.reader.locale)
            lines[told.title, line, self._page(told, notice.event) or ""] = None
        home = self.post.page("/p/") if isinstance(self.reader.party, Contact) and self.enters else None
        entries, talk = tuple(lines), items[-1][0].news is News.MESSAGES
        if len(entries) == 1 and not gathered:
            title, said, page = entries[0]
            home, entries = page or home, ((title, said, ""),)
        return DigestLetter(reader=self.reader.name, url=home, entries=entries, gathered=gathered, talk=talk)

    def _invitation(self, notice: Notice, told: Told) -> InvitationLetter:
        invitation = told.invitation
        assert invitation is not None  # noqa: S101  # without one there is a refusal, and no letter
        token = self.wiring.seals.seal(Purpose.INVITATION, Claims(invitation.tenant, invitation.id, _ONE))
        return InvitationLetter(
            reader=self.reader.name,
            url=self.post.page("/i/{}", token),
            sender=self._name(notice.actor),
            until=invitation.expires_at,
        )

    def _confirmation(self, asked: Subscription) -> ConfirmationLetter:
        kept = preferences_of(self.unit, self.reader.party.key)
        return ConfirmationLetter(
            reader=self.reader.name,
            url=self.post.page("/y/{}", confirmation_token(self.wiring, kept, asked.cadences)),
            news=tuple(sorted(map(str, asked.cadences))),
            until=asked.expires_at,
        )

    def _things(self, items: Sequence[Item]) -> LetterContent:
        titles: dict[str, str] = {}
        pages: dict[str, str | None] = {}
        for notice, told in items:
            key = told.link.id if told.link is not None else notice.resource or ""
            titles[key], pages[key] = told.title, self._page(told)
        staff = isinstance(self.reader.party, Staff)
        home = None if staff else self.post.page("/p/")
        url = next(iter(pages.values())) if len(pages) == 1 else home
        actor, named = self._name(items[-1][0].actor), tuple(titles.values())
        if any(notice.event == "access-answered" for notice, _ in items):
            return ApprovedLetter(reader=self.reader.name, url=url, titles=named)
        if staff and items[-1][0].actor.startswith(f"{Contact.type}:"):
            return SubmissionLetter(reader=self.reader.name, url=url, client=actor, files=named)
        return SharedLetter(reader=self.reader.name, url=url, titles=named, sender=actor)

    def _request(self, notice: Notice, told: Told, facts: RequestFacts) -> Content:
        request, locale = facts.request, self.reader.locale
        url, sender = self._upload_page(facts), self._name(request.created_by)
        sent = submissions_of(self.unit, facts.recipient)
        if notice.event == "request-accepted":
            titles = tuple(item.title_in(locale) for item in request.items)
            return Content(letter=AcceptedLetter(reader=self.reader.name, url=url, titles=titles, about=told.title))
        due = self._day(facts)
        if notice.event == "request-sent-back":
            back = [each for each in sent if each.state is SubmissionState.SENT_BACK]
            reasons = tuple((request.item(each.item).title_in(locale), each.reason or "") for each in back)
            whole = ((told.title, facts.recipient.reason or ""),)
            letter: RequestLetter = SentBackLetter(
                reader=self.reader.name, url=url, items=reasons or whole, sender=sender, about=told.title, due=due
            )
            return Content(letter=letter)
        missing = [item for item in request.items if counted(item, sent) < max(item.min, _ONE)]
        wanted = tuple((item.title_in(locale), item.note or "") for item in missing or request.items)
        kind = ReminderLetter if notice.event == "request-reminded" else RequestLetter
        letter = kind(reader=self.reader.name, url=url, items=wanted, sender=sender, about=told.title, due=due)
        said = said_by_staff(request.text_in(locale), locale)
        words = Words(
            subject=said.subject if kind is RequestLetter else None,
            text=said.text if kind is RequestLetter else None,
            button=said.button,
        )
        return Content(letter=letter, words=words)

    def _reply(self, message: Message, conversation: Conversation, standing: Standing | None) -> Content:
        """Return the letter with a message; an answer by mail goes to whom the message is for, and to nobody else."""
        tenant, party, domain = self.wiring.tenant, self.reader.party.key, self.post.domain
        staff = isinstance(self.reader.party, Staff)
        # Programs that show mail by conversation go by what came before; this stands for its beginning.
        beginning = message_id(domain, tenant, "conversation", conversation.id, party)
        answered = None if message.in_reply_to is None else self.unit.get(MESSAGE, message.in_reply_to)
        theirs = answered.mail_id if answered is not None and answered.author == party else None
        first = message.number == 1 if staff else message.client_number == 1
        found = ((), False) if standing is None else earlier_messages(self.unit, standing, conversation, message)
        letter = ReplyLetter(
            reader=self.reader.name,
            url=self._talk_page(conversation),
            sender=self._sender(message),
            subject=conversation.subject,
            text=message.text,
            files=tuple(attachment.name for attachment in message.attachments),
            answers=not first,
            by_mail=self.post.reply_domain is not None,
            earlier=tuple(map(self._earlier, found[0])),
            left_out=found[1],
        )
        return Content(
            letter=letter,
            conversation=conversation.id,
            audience=message.audience,
            references=references([beginning], theirs),
            in_reply_to=theirs or (None if first else beginning),
            automatic=message.automatic,
        )

    def _sender(self, message: Message) -> str:
        return self._name(message.author) or self.post.sender.name

    def _earlier(self, message: Message) -> EarlierMessage:
        text = message.text
        return EarlierMessage(
            sender=self._sender(message),
            at=message.at,
            text=text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}\N{HORIZONTAL ELLIPSIS}",
            files=tuple(attachment.name for attachment in message.attachments),
        )

    def _day(self, facts: RequestFacts) -> date | None:
        due = facts.request.due
        return None if due is None else due.astimezone(ZoneInfo(self.post.time_zone)).date()

    def _submission(self, items: Sequence[Item]) -> SubmissionLetter:
        latest, told = items[-1]
        keys = list(dict.fromkeys(notice.text("document") for notice, _ in items if notice.text("document")))
        names = [document.name for document in self.unit.get_many(DOCUMENT_ROW, keys)]
        ends = any(notice.event == "request-submitted" and notice.details.get("complete") for notice, _ in items)
        return SubmissionLetter(
            reader=self.reader.name,
            url=self._page(told),
            client=self._name(latest.text("party")),
            files=tuple(names) or (told.title,),
            about=told.title,
            complete=ends,
        )
