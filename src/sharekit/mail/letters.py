"""
Which letters there are, and what each is told.

A letter holds only what its reader may know: whoever makes one has asked before. What is told is text; the
pages that it leads to are given as whole addresses.
"""

from datetime import date, datetime
from typing import Any, ClassVar

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records import checks

__all__ = [
    "LETTERS",
    "AcceptedLetter",
    "ApprovedLetter",
    "ConfirmationLetter",
    "DigestLetter",
    "InvitationLetter",
    "LetterContent",
    "NewsLine",
    "ReminderLetter",
    "ReplyLetter",
    "RequestLetter",
    "SentBackLetter",
    "SharedLetter",
    "SubmissionLetter",
    "Words",
]


# attrs hands its validators the attribute with a type parameter that nothing here depends on.
def _check_url(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is None:
        return
    url = str(value)
    if not url.startswith(("https://", "http://")) or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidInputError(attribute.name, "needs a whole address of a page in ASCII")


def _check_some(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, tuple) or not value:
        raise InvalidInputError(attribute.name, "needs a tuple of at least one")


@attrs.frozen(kw_only=True)
class Words:
    """
    What staff say in a letter instead of our words; None for ours.

    ``{reader}``, ``{site}`` and what else the letter knows stand for their values: ``{sender}``, ``{about}``,
    ``{due}``, ``{client}``, ``{subject}``.

    Attributes:
        subject: The subject.
        text: What stands between the greeting and the list; empty lines divide paragraphs.
        button: The words on the button.
    """

    subject: str | None = attrs.field(default=None)
    text: str | None = attrs.field(default=None)
    button: str | None = attrs.field(default=None)

    def __attrs_post_init__(self) -> None:
        checks.optional_text("text", self.text)
        for name in ("subject", "button"):
            value = getattr(self, name)
            if value is not None:
                checks.title(name, value)


@attrs.frozen(kw_only=True)
class LetterContent:
    """
    What a letter is told.

    Attributes:
        reader: The name of who reads it, or empty.
        url: Where its button leads; it can hold a secret. None for no button.
    """

    template: ClassVar[str]
    answerable: ClassVar[bool] = False
    reader: str = ""
    url: str | None = attrs.field(default=None, repr=False, validator=_check_url)


@attrs.frozen(kw_only=True)
class InvitationLetter(LetterContent):
    """
    A contact may enter the portal.

    Attributes:
        sender: The name of who invites, or empty.
        until: When the invitation ends, or None.
    """

    template: ClassVar[str] = "invitation"
    sender: str = ""
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class SharedLetter(LetterContent):
    """
    Something was shared with a contact.

    Attributes:
        titles: What, by the names that clients read.
        sender: The name of who shared it, or empty.
        message: A word from them, or empty.
    """

    template: ClassVar[str] = "shared"
    titles: tuple[str, ...] = attrs.field(validator=_check_some)
    sender: str = ""
    message: str = ""


@attrs.frozen(kw_only=True)
class RequestLetter(LetterContent):
    """
    A contact is asked for documents.

    Attributes:
        items: What is asked for: a title and an explanation, which can be empty.
        sender: The name of who asks, or empty.
        about: What it is for, by the name that clients read, or empty.
        due: The last day, or None.
    """

    template: ClassVar[str] = "request"
    items: tuple[tuple[str, str], ...] = attrs.field(validator=_check_some)
    sender: str = ""
    about: str = ""
    due: date | None = None


@attrs.frozen(kw_only=True)
class ReminderLetter(RequestLetter):
    """A contact is reminded; ``items`` is what is still missing."""

    template: ClassVar[str] = "reminder"


@attrs.frozen(kw_only=True)
class SentBackLetter(RequestLetter):
    """What a contact sent is not yet right; ``items`` has what, and why."""

    template: ClassVar[str] = "sent-back"


@attrs.frozen(kw_only=True)
class AcceptedLetter(LetterContent):
    """
    What a contact sent is complete.

    Attributes:
        titles: What was asked for.
        about: What it is for, or empty.
    """

    template: ClassVar[str] = "accepted"
    titles: tuple[str, ...] = attrs.field(validator=_check_some)
    about: str = ""


@attrs.frozen(kw_only=True)
class EarlierMessage:
    """
    A message that was written before its reader took part.

    Attributes:
        sender: The name of who wrote it.
        at: When.
        text: What they wrote.
        files: The names of the files that came with it.
    """

    sender: str
    at: datetime
    text: str = attrs.field(repr=False)
    files: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ReplyLetter(LetterContent):
    """
    Somebody wrote in a conversation.

    Attributes:
        sender: The name of who wrote.
        subject: Of the conversation.
        text: What they wrote.
        files: The names of the files that come with it.
        answers: Whether there were messages before.
        by_mail: Whether the reader can answer by mail; the letter then has the line above which to write.
        earlier: What was written before the reader took part, and they may read, the oldest first.
        left_out: Whether there is more of it.
    """

    template: ClassVar[str] = "reply"
    answerable: ClassVar[bool] = True
    sender: str
    subject: str
    text: str = attrs.field(repr=False)
    files: tuple[str, ...] = ()
    answers: bool = True
    by_mail: bool = True
    earlier: tuple[EarlierMessage, ...] = ()
    left_out: bool = False


@attrs.frozen(kw_only=True)
class NewsLine:
    """
    One piece of news in a line; `LetterWriter.line` says it in the language of its reader.

    Attributes:
        event: What happened, as the name of an event.
        actor: The name of who did it, or empty.
    """

    event: str
    actor: str = ""


@attrs.frozen(kw_only=True)
class DigestLetter(LetterContent):
    """
    News in a line each.

    Attributes:
        entries: A title, a line, and the address of a page for each; line and address can be empty.
        gathered: Whether its reader chose to hear of news together; else it comes at once, of one thing.
        talk: Whether that thing is a conversation in which the reader takes part; else they answer for it.
    """

    template: ClassVar[str] = "digest"
    entries: tuple[tuple[str, str, str], ...] = attrs.field(validator=_check_some, repr=False)
    gathered: bool = True
    talk: bool = False


@attrs.frozen(kw_only=True)
class ApprovedLetter(LetterContent):
    """
    A contact asked for access and got it.

    Attributes:
        titles: To what.
    """

    template: ClassVar[str] = "approved"
    titles: tuple[str, ...] = attrs.field(validator=_check_some)


@attrs.frozen(kw_only=True)
class SubmissionLetter(LetterContent):
    """
    For staff: a client sent documents.

    Attributes:
        client: The name of the client.
        files: The names of the files.
        about: What they are for, or empty.
        complete: Whether all that was asked for is there.
    """

    template: ClassVar[str] = "submission"
    client: str
    files: tuple[str, ...] = attrs.field(validator=_check_some)
    about: str = ""
    complete: bool = False


@attrs.frozen(kw_only=True)
class ConfirmationLetter(LetterContent):
    """
    Somebody asked for letters to come again, and whoever reads them has to confirm it.

    Attributes:
        news: Of which kinds, by the names of `News`.
        until: Until when that works, or None.
    """

    template: ClassVar[str] = "confirmation"
    news: tuple[str, ...] = ()
    until: datetime | None = None


LETTERS: tuple[type[LetterContent], ...] = (
    InvitationLetter,
    SharedLetter,
    RequestLetter,
    ReminderLetter,
    SentBackLetter,
    AcceptedLetter,
    ReplyLetter,
    DigestLetter,
    ApprovedLetter,
    SubmissionLetter,
    ConfirmationLetter,
)
"""All of them."""
