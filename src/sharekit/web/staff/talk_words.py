"""
The words of conversations for staff: how somebody is reached, why something was refused, and a message as a line.
"""

from typing import Final

import attrs

from sharekit.errors import (
    ConversationClosedError,
    FileNameError,
    InvalidInputError,
    KeyReusedError,
    MessagingRefusedError,
    NotAllowedError,
    SharekitError,
    UndoOverError,
    UploadRefusedError,
)
from sharekit.records.conversations import MAX_TEXT
from sharekit.records.parties import Contact, Organization, parse_party
from sharekit.records.reach import Reach, ReachReason, ReachWay
from sharekit.records.threads import MessageView
from sharekit.web.refusals import sentence_for, size_in
from sharekit.web.staff.buttons import asked_with
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.people import name_of, sender_name

__all__ = ["FileLine", "MessageLine", "ReachLine", "message_line", "party_name", "reach_line", "refusal"]

_MIB: Final = 1024 * 1024
_EXCERPT: Final = 160


@attrs.frozen(kw_only=True)
class ReachLine:
    """
    How somebody hears of a message.

    Attributes:
        name: Their name.
        said: By which way, in a sentence.
        reached: Whether a message can be written to them from here.
        details: How they are reached otherwise; empty when they are reached from here.
    """

    name: str
    said: str
    reached: bool
    details: str = ""


@attrs.frozen(kw_only=True)
class FileLine:
    """
    A file in a message.

    Attributes:
        name: Its name.
        size: How large it is, in words.
        scan: What a scanner said, as a slug.
        url: Where its bytes are, or None.
    """

    name: str
    size: str
    scan: str
    url: str | None


@attrs.frozen(kw_only=True)
class MessageLine:
    """
    A message as staff read it.

    Attributes:
        view: The message.
        author: Who wrote it.
        excerpt: Its beginning, on one line.
        at: When.
        at_machine: The same for machines.
        until: Until when the reader may take it back, or None.
        files: Its files.
        read_by: The clients who have read it, as one enumeration; else empty.
        asked: What was asked for by the request whose button came with it; else empty.
    """

    view: MessageView
    author: str
    excerpt: str
    at: str
    at_machine: str
    until: str | None
    files: tuple[FileLine, ...]
    read_by: str
    asked: str


def party_name(desk: Desk, key: str, known: str = "") -> str:
    """Return the name of somebody in a conversation: of staff as the host calls them."""
    party = parse_party(key)
    if isinstance(party, Contact | Organization):
        return known or name_of(desk.kit, party) or desk.gettext("Somebody")
    return sender_name(desk, key)


def message_line(desk: Desk, view: MessageView) -> MessageLine:
    """Return a message as staff read it."""
    formats = desk.formats
    short = " ".join(view.text.split())
    return MessageLine(
        view=view,
        author=desk.gettext("Automatic reply") if view.automatic else party_name(desk, view.author or "system:x"),
        excerpt=short if len(short) <= _EXCERPT else f"{short[:_EXCERPT].rstrip()}…",
        at=formats.instant(view.at),
        at_machine=view.at.isoformat(timespec="seconds"),
        until=None if view.undo_until is None else formats.instant(view.undo_until),
        files=tuple(
            FileLine(
                name=each.name,
                size=formats.size(each.size),
                scan=each.scan.value,
                url=desk.urls.attachment(view.id, each.number) if each.scan.lets_read else None,
            )
            for each in view.attachments
        ),
        read_by=formats.listed(view.read_by),
        asked=asked_with(desk, view.request),
    )


def reach_line(desk: Desk, reach: Reach) -> ReachLine:
    """Say how a contact hears of a message, and otherwise how they are reached."""
    said = {
        ReachWay.PORTAL: desk.gettext("In the portal, and by mail as they prefer."),
        ReachWay.MAIL: desk.gettext("By mail alone, without files; they have no access to the portal."),
        ReachWay.DETAILS: _why(desk, reach.reason, reach.words),
    }[reach.way]
    details = "" if reach.takes_messages else " · ".join(filter(None, (reach.email, reach.phone)))
    return ReachLine(name=reach.name, said=said, reached=reach.takes_messages, details=details)


def refusal(desk: Desk, error: SharekitError) -> str:
    """Return what staff read of an error that a message or a participant met."""
    if isinstance(error, UploadRefusedError):
        return f"{error.name}: {sentence_for(error, desk.formats)}"
    if isinstance(error, MessagingRefusedError):
        name = None if error.contact is None else name_of(desk.kit, Contact(error.contact))
        said = _why(desk, error.reason, error.words)
        return said if name is None else f"{name}: {said}"
    words: dict[type[SharekitError], str] = {
        FileNameError: sentence_for(error, desk.formats),
        ConversationClosedError: desk.gettext("This conversation is closed. Open it again to write in it."),
        UndoOverError: desk.gettext("It cannot be taken back any more."),
        KeyReusedError: desk.gettext(
            "This form was sent already. Look at what is written, and send it once more if you want."
        ),
        NotAllowedError: desk.gettext("You may look at this, but not do that."),
    }
    known = next((text for kind, text in words.items() if isinstance(error, kind)), None)
    return known or _invalid(desk, error.field if isinstance(error, InvalidInputError) else "")


def _invalid(desk: Desk, field: str) -> str:
    words = {
        "subject": desk.gettext("Write in one line what it is about, at most 200 characters."),
        "text": desk.gettext("Write something, at most %(number)s characters.", number=desk.formats.number(MAX_TEXT)),
        "attachments": desk.gettext(
            "At most 20 files can go with a message, together at most %(size)s.",
            size=size_in(10 * _MIB, desk.formats),
        ),
        "reason": desk.gettext("Write why, at most 1,000 characters; staff alone read it."),
        "messages": desk.gettext("Choose at least one message."),
    }
    return words.get(field) or desk.gettext("Something has changed in the meantime. Please look once more.")


def _why(desk: Desk, reason: str, words: str) -> str:
    said = {
        ReachReason.MESSAGING_OFF: desk.gettext("Takes no messages here."),
        ReachReason.PLAN: words or desk.gettext("Your plan does not include messages."),
        ReachReason.BOUNCED: desk.gettext("Mail to their address came back."),
        ReachReason.INACTIVE: desk.gettext("Is not active any more."),
        ReachReason.NO_PORTAL_ACCESS: desk.gettext("Has no access to the portal."),
    }
    return next((text for known, text in said.items() if known == reason), "") or desk.gettext(
        "Is not reached from here."
    )
