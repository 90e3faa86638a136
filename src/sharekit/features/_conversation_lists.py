"""
Lists of conversations and pages of messages for one reader.

A page is continued from a place: the value of the order's key and the id, sealed with what the list is and whose.
A client's places are made of what they may know, so that they are the same whatever notes there are.
"""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import attrs

from sharekit.codec.folding import words
from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE_WORDS
from sharekit.errors import InvalidInputError, InvalidTokenError
from sharekit.features._conversation_facts import Reader, part_of, standing_in
from sharekit.features._conversation_views import Shown, Talk, message_key, number_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import deterministic_id
from sharekit.policies.conversations import judge_talk
from sharekit.ports import AllOf, AnyOf, Condition, Contains, Eq, InSelect, OrderBy, Position, Range, Select
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef
from sharekit.records.conversations import Conversation, ConversationKeys, Message, MessageKeys, WordsKeys
from sharekit.records.threads import ConversationItem, ConversationPage, ThreadView
from sharekit.tokens import Purpose

__all__ = ["TalkRequest", "count_unread", "page_of_conversations", "page_of_messages"]

_AT_ONCE: Final = 100
_MAX_LIMIT: Final = 200
_MAX_SEARCH: Final = 200
_UNREAD_IN: Final = 200


@attrs.frozen(kw_only=True)
class TalkRequest:
    """What is asked of a list of conversations; see `Conversations.visible`."""

    about: ResourceRef | None
    search: str | None
    unread: bool
    after: str | None
    limit: int

    def __attrs_post_init__(self) -> None:
        if self.about is not None and not isinstance(self.about, ResourceRef):
            raise InvalidInputError("about", "needs a ResourceRef, or None")
        checks.optional_text("search", self.search)
        if self.search is not None and len(self.search) > _MAX_SEARCH:
            raise InvalidInputError("search", f"needs at most {_MAX_SEARCH} characters")
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in self.search or ""):
            raise InvalidInputError("search", "may not hold control characters")
        checks.flag("unread", self.unread)
        checks.whole("limit", self.limit, 1, _MAX_LIMIT)

    @property
    def terms(self) -> list[str]:
        """The words that are searched for, as they are kept."""
        return [term for term in dict.fromkeys(words(run) for run in (self.search or "").split()) if term]


@attrs.frozen
class _Place:
    position: Position | None = None
    backwards: bool = False


@attrs.frozen
class _Finder:
    """Goes through the conversations of one reader, the latest first."""

    wiring: Wiring
    unit: Unit
    reader: Reader
    shown: Shown

    def find(self, where: Condition, order: OrderBy, after: Position | None) -> Iterator[Talk]:
        """Yield those that the reader may know of, each judged by itself as well."""
        while True:
            some = self.unit.find(CONVERSATION, where, order=order, after=after, limit=_AT_ONCE)
            for conversation in some:
                standing = standing_in(self.wiring, self.unit, self.reader, conversation)
                if judge_talk(standing):
                    yield self.shown.talk(conversation, standing)
            if len(some) < _AT_ONCE:
                return
            after = _position(some[-1], staff=self.reader.is_staff)

    def where(self) -> Condition:
        """Return the condition of those that the reader may know of, where a store can judge that."""
        return AllOf(()) if self.reader.is_staff else part_of(self.wiring, self.unit, self.reader)


def page_of_conversations(
    wiring: Wiring, unit: Unit, reader: Reader, request: TalkRequest, locale: str | None
) -> ConversationPage:
    """Return a page of the conversations that somebody may know of."""
    name = _list_name(wiring, reader, "talks", _named(request))
    place = _place(wiring, name, request.after, times=True)
    finder = _Finder(wiring, unit, reader, Shown(wiring, unit, reader, locale))
    order = OrderBy(_activity_key(staff=reader.is_staff), descending=not place.backwards)
    found: list[tuple[Talk, Message | None]] = []
    for talk in finder.find(AllOf((finder.where(), *_narrowed(request, reader))), order, place.position):
        hit = _hit(talk, request.terms)
        if (hit is None and not _subject_fits(talk.conversation, request.terms)) or (
            request.unread and not talk.unread()
        ):
            continue
        found.append((talk, hit))
        if len(found) > request.limit:
            break
    more, kept = len(found) > request.limit, found[: request.limit]
    if place.backwards:
        kept.reverse()

    def cursor(talk: Talk, *, backwards: bool) -> str:
        position = _position(talk.conversation, staff=reader.is_staff)
        return _sealed(wiring, name, position, backwards=backwards)

    follows = bool(kept) and (place.backwards or more)
    precedes = bool(kept) and (more if place.backwards else place.position is not None)
    return ConversationPage(
        items=tuple(_item(talk, hit) for talk, hit in kept),
        next=cursor(kept[-1][0], backwards=False) if follows else None,
        previous=cursor(kept[0][0], backwards=True) if precedes else None,
    )


def _item(talk: Talk, hit: Message | None) -> ConversationItem:
    return talk.item(hit)


def _named(request: TalkRequest) -> Sequence[str]:
    about = "" if request.about is None else request.about.key
    return (about, request.search or "", "unread" if request.unread else "all")


def _narrowed(request: TalkRequest, reader: Reader) -> Iterator[Condition]:
    if request.about is not None:
        yield Eq(ConversationKeys.RESOURCE, request.about.key)
    if request.terms:
        subject = AllOf(Contains(ConversationKeys.WORDS, term) for term in request.terms)
        texts = AllOf(_said(term, staff=reader.is_staff) for term in request.terms)
        yield AnyOf((subject, InSelect("id", Select(MessageKeys.KIND, MessageKeys.CONVERSATION, texts))))


def _said(term: str, *, staff: bool) -> Condition:
    holds = Contains(WordsKeys.WORDS, term)
    # What staff wrote for themselves is not even looked at for a client.
    where = holds if staff else AllOf((holds, Eq(WordsKeys.CLIENT, value=True)))
    return InSelect("id", Select(MESSAGE_WORDS.name, WordsKeys.MESSAGE, where))


def _hit(talk: Talk, terms: Sequence[str]) -> Message | None:
    """Return the latest message that the reader may read and that holds all the words."""
    if not terms:
        return None
    said = AllOf(_said(term, staff=talk.standing.staff) for term in terms)
    found = talk.find(said, descending=True, limit=1)
    return found[0] if found else None


def _subject_fits(conversation: Conversation, terms: Sequence[str]) -> bool:
    subject = words(conversation.subject)
    return all(term in subject for term in terms)


def count_unread(wiring: Wiring, unit: Unit, reader: Reader) -> int:
    """Return in how many of the latest conversations somebody has something to read."""
    finder = _Finder(wiring, unit, reader, Shown(wiring, unit, reader, None))
    order = OrderBy(_activity_key(staff=reader.is_staff), descending=True)
    talks = finder.find(finder.where(), order, None)
    return sum(1 for _, talk in zip(range(_UNREAD_IN), talks, strict=False) if talk.unread())


def page_of_messages(wiring: Wiring, talk: Talk, *, after: str | None, limit: int) -> ThreadView:
    """Return a conversation with a page of its messages: the latest ones, unless it goes on from a place."""
    checks.whole("limit", limit, 1, _MAX_LIMIT)
    staff = talk.standing.staff
    name = _list_name(wiring, talk.shown.reader, "messages", (talk.conversation.id,))
    place = _place(wiring, name, after, times=False)
    newer = place.position is not None and not place.backwards
    where: Condition | None = None
    if place.position is not None:
        bound = place.position.value
        number = bound if isinstance(bound, int) else 0
        key = message_key(staff=staff)
        where = Range(key, above=number) if newer else Range(key, below=number)
    found = talk.find(where, descending=not newer, limit=limit + 1)
    more, kept = len(found) > limit, found[:limit]
    if not newer:
        kept.reverse()

    def cursor(message: Message, *, backwards: bool) -> str:
        return _sealed(wiring, name, Position(number_of(message, staff=staff), ""), backwards=backwards)

    older = bool(kept) and (more or newer)
    later = bool(kept) and (more if newer else place.position is not None)
    return talk.thread(
        kept,
        previous=cursor(kept[0], backwards=True) if older else None,
        next_=cursor(kept[-1], backwards=False) if later else None,
    )


def _activity_key(*, staff: bool) -> str:
    return ConversationKeys.ACTIVITY if staff else ConversationKeys.CLIENT_ACTIVITY


def _position(conversation: Conversation, *, staff: bool) -> Position:
    return Position(conversation.activity if staff else conversation.client_activity, conversation.id)


def _list_name(wiring: Wiring, reader: Reader, what: str, named: Sequence[str]) -> str:
    """Return what tells this list from every other one, and its reader from every other reader."""
    return deterministic_id("talk", wiring.tenant, reader.principal.key, what, *named)


def _sealed(wiring: Wiring, name: str, position: Position, *, backwards: bool) -> str:
    value = micros_of(position.value) if isinstance(position.value, datetime) else position.value
    text = json.dumps([name, backwards, value, position.id], ensure_ascii=False, separators=(",", ":"))
    return wiring.seals.seal_text(Purpose.CURSOR, text)


def _place(wiring: Wiring, name: str, after: object, *, times: bool) -> _Place:
    if after is None:
        return _Place()
    if not isinstance(after, str):
        raise InvalidInputError("after", "needs the place that a page gave")
    try:
        given, backwards, value, id_ = json.loads(wiring.seals.unseal_text(Purpose.CURSOR, after))
    except (InvalidTokenError, ValueError):
        raise InvalidInputError("after", "is no place in a list of this kit") from None
    if given != name:
        raise InvalidInputError("after", "is a place in another list, or of another reader")
    return _Place(Position(time_of(value) if times else value, id_), backwards)
