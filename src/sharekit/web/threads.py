"""
What the pages of conversations are given: the list, a thread with its composer, and the panel beside a thing.
"""

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote, urlencode

import attrs

from sharekit.ids import RequestId
from sharekit.records.catalog import ResourceRef
from sharekit.records.threads import AttachmentView, ConversationItem, ConversationPage, MessageView, ThreadView
from sharekit.web.formats import Formats
from sharekit.web.listing import item_path
from sharekit.web.request_pages import AskedEntry
from sharekit.web.routes import TALK, TALK_FILE, TALK_UNDO, TALKS

__all__ = [
    "AttachedEntry",
    "Composer",
    "MessageEntry",
    "TalkEntry",
    "TalkPanel",
    "TalksPage",
    "ThreadPage",
    "talk_entries",
    "talks_page",
    "thread_page",
]

_SNIPPET: Final = 160


@attrs.frozen(kw_only=True)
class Composer:
    """
    What stands in the form of a message.

    Attributes:
        text: What was typed, when it was not sent.
        subject: The same of the subject of a new conversation.
        problem: Why it was not sent, in a sentence, or None.
    """

    text: str = ""
    subject: str = ""
    problem: str | None = None


@attrs.frozen(kw_only=True)
class AttachedEntry:
    """
    A file in a message.

    Attributes:
        name: Its name.
        size: Its size, as the reader says it.
        url: Where its bytes are; None while it is checked.
    """

    name: str
    size: str
    url: str | None


@attrs.frozen(kw_only=True)
class MessageEntry:
    """
    A message of a thread.

    Attributes:
        view: The message as its reader may see it.
        anchor: Where it is on the page.
        at: When it was written, as the reader writes it.
        at_machine: The same instant for machines.
        files: Its files.
        answers: The anchor of the message that it answers, when that is on the page.
        asked: What is asked for with it, when that waits for the reader.
    """

    view: MessageView
    anchor: str
    at: str
    at_machine: str
    files: Sequence[AttachedEntry]
    answers: str | None
    asked: AskedEntry | None


@attrs.frozen(kw_only=True)
class ThreadPage:
    """
    What the template ``thread.html`` is given, besides what every page of the client portal has.

    Attributes:
        view: The conversation as its reader may see it.
        entries: The messages of this page, the oldest first.
        about_url: The page of what it is about, or None.
        others: The other clients who take part, in words; empty for nobody.
        may_write: Whether the reader may write here.
        url: Where what is written is sent.
        undo_url: Where a message is taken back.
        previous_url: Older messages, or None.
        next_url: Newer ones, or None.
        composer: What stands in the form.
    """

    view: ThreadView
    entries: Sequence[MessageEntry]
    about_url: str | None
    others: str
    may_write: bool
    url: str
    undo_url: str
    previous_url: str | None
    next_url: str | None
    composer: Composer


@attrs.frozen(kw_only=True)
class TalkEntry:
    """
    A conversation in a list.

    Attributes:
        view: What its reader may know of it.
        url: Its page.
        activity: When something was last written, as the reader writes it.
        activity_machine: The same instant for machines.
        snippet: How the message begins that was found, or else the latest; empty for none.
        shown: That message, or None.
    """

    view: ConversationItem
    url: str
    activity: str
    activity_machine: str
    snippet: str
    shown: MessageView | None


@attrs.frozen(kw_only=True)
class TalksPage:
    """
    What the template ``talks.html`` is given, besides what every page of the client portal has.

    Attributes:
        entries: The conversations, the latest first.
        search: What was looked for, or an empty text.
        url: Where a search is sent.
        next_url: What follows, or None.
        previous_url: What comes before, or None.
    """

    entries: Sequence[TalkEntry]
    search: str
    url: str
    next_url: str | None
    previous_url: str | None


@attrs.frozen(kw_only=True)
class TalkPanel:
    """
    What stands beside a thing: the conversations about it.

    Attributes:
        entries: The latest of them.
        start_url: Where a new one is begun; None where the reader may not.
    """

    entries: Sequence[TalkEntry]
    start_url: str | None


def talk_entries(page: ConversationPage, formats: Formats, *, root: str) -> list[TalkEntry]:
    """Return what a list says of conversations."""
    return [_entry(item, formats, root) for item in page.items]


def _entry(item: ConversationItem, formats: Formats, root: str) -> TalkEntry:
    shown = item.found or item.last
    words = "" if shown is None else " ".join(shown.text.split())
    return TalkEntry(
        view=item,
        url=root + TALK.fill(conversation=quote(item.conversation, safe="")),
        activity=formats.instant(item.activity),
        activity_machine=item.activity.isoformat(timespec="seconds"),
        snippet=words if len(words) <= _SNIPPET else f"{words[:_SNIPPET].rstrip()}…",
        shown=shown,
    )


def talks_page(page: ConversationPage, formats: Formats, *, root: str, search: str) -> TalksPage:
    """Return what the list of conversations is given."""
    url = root + TALKS.path

    def at(cursor: str | None) -> str | None:
        fields = {"q": search} if search else {}
        return None if cursor is None else f"{url}?{urlencode({**fields, 'after': cursor})}"

    return TalksPage(
        entries=talk_entries(page, formats, root=root),
        search=search,
        url=url,
        next_url=at(page.next),
        previous_url=at(page.previous),
    )


def thread_page(
    view: ThreadView,
    formats: Formats,
    *,
    root: str,
    composer: Composer,
    asked: Callable[[RequestId], AskedEntry | None],
) -> ThreadPage:
    """
    Return what the page of a conversation is given.

    Args:
        view: The conversation as its reader may see it.
        formats: How its reader writes values.
        root: The path at which the portal is mounted.
        composer: What stands in the form.
        asked: Returns what is said of a request that waits for the reader.
    """
    place = {"conversation": quote(view.conversation, safe="")}
    url = root + TALK.fill(**place)
    here = {message.id for message in view.messages}

    def at(cursor: str | None) -> str | None:
        return None if cursor is None else f"{url}?{urlencode({'after': cursor})}"

    def entry(message: MessageView) -> MessageEntry:
        return MessageEntry(
            view=message,
            anchor=f"m-{message.id}",
            at=formats.instant(message.at),
            at_machine=message.at.isoformat(timespec="seconds"),
            files=[_attached(each, message, formats, root, place) for each in message.attachments],
            answers=f"m-{message.in_reply_to}" if message.in_reply_to in here else None,
            asked=None if message.request is None else asked(message.request),
        )

    return ThreadPage(
        view=view,
        entries=[entry(message) for message in view.messages],
        about_url=_page_of(view.about, root),
        others=formats.listed([each.name for each in view.participants if not each.me and each.name]),
        may_write=bool(view.audiences),
        url=url,
        undo_url=root + TALK_UNDO.fill(**place),
        previous_url=at(view.previous),
        next_url=at(view.next),
        composer=composer,
    )


def _attached(
    file: AttachmentView, message: MessageView, formats: Formats, root: str, place: dict[str, str]
) -> AttachedEntry:
    path = TALK_FILE.fill(message=quote(message.id, safe=""), number=str(file.number), **place)
    url = root + path if file.scan.lets_read else None
    return AttachedEntry(name=file.name, size=formats.size(file.size), url=url)


def _page_of(ref: ResourceRef | None, root: str) -> str | None:
    return None if ref is None else root + item_path(ref)
