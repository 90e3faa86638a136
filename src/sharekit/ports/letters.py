"""
What sharekit needs to send a letter: a service that takes it, or says why not.

A custom notifier implements `Notifier` and proves itself with `sharekit.testing.notifier.NotifierContract`,
which has a test for each law below that can be seen from outside. It gets each letter twice: as fields, for a
service that makes its own messages, and as the finished bytes, for one that takes those, as SMTP does.
"""

import enum
from datetime import datetime
from typing import Any, Protocol

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records import checks
from sharekit.records.instants import utc

__all__ = ["AutoSubmitted", "Letter", "Mailbox", "Notifier"]


class AutoSubmitted(enum.StrEnum):
    """Why a machine sends a letter (RFC 3834)."""

    GENERATED = "auto-generated"
    """Something happened that the reader wants to hear of."""
    REPLIED = "auto-replied"
    """The reader wrote, and this is the answer of the machine."""


# attrs hands its validators the attribute with a type parameter that nothing here depends on.
def _check_address(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None:
        checks.email(attribute.name, value)


def _check_text(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    checks.optional_text(attribute.name, value)


def _check_date(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    utc(attribute.name, value)


def _check_subject(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    checks.text(attribute.name, value)
    if "://" in str(value):  # subjects are shown on locked screens and kept in logs (R-MAIL-5)
        raise InvalidInputError(attribute.name, "may not hold the address of a page, which can be a secret")


def _check_one_click(_: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is None:
        return
    checks.text(attribute.name, value)
    url = str(value)
    if not url.startswith("https://") or not url.isascii() or not url.isprintable() or len(url) > 900:
        raise InvalidInputError(attribute.name, "needs an https address of at most 900 ASCII characters")
    if any(char in " <>," for char in url):
        raise InvalidInputError(attribute.name, "may not hold spaces, commas or angle brackets")


@attrs.frozen
class Mailbox:
    """
    An address, and whose it is.

    Attributes:
        address: ``"ana@acme.example"``; it may hold letters of any script.
        name: As mail programs show it, or empty. Whatever cannot stand in one line of a header becomes a space.
    """

    address: str = attrs.field(validator=_check_address)
    name: str = attrs.field(default="", validator=_check_text)


@attrs.frozen(kw_only=True)
class Letter:
    """
    One letter to one person.

    Attributes:
        id: Of the delivery; the same when it is sent again.
        recipient: To whom, and to nobody else.
        sender: From whom.
        subject: In any length; what cannot stand in one line of a header becomes a space.
        text: The letter as text.
        html: The same for programs that show HTML, or None.
        message_id: ``"<...@...>"``, the same when it is sent again.
        date: When it was written.
        language: The tag of its language.
        reply_to: Where an answer goes when it is not to the sender.
        bounces_to: Where failures are reported, as the sender of the envelope; None for the sender's address.
        in_reply_to: The Message-ID of what this answers, or None.
        references: The Message-IDs of what came before, oldest first.
        auto_submitted: Why a machine sends it.
        unsubscribe_url: Where one POST ends letters of this kind (RFC 8058), or None.
    """

    id: str
    recipient: Mailbox
    sender: Mailbox
    subject: str = attrs.field(validator=_check_subject)
    text: str = attrs.field(repr=False, validator=_check_text)
    html: str | None = attrs.field(default=None, repr=False, validator=_check_text)
    message_id: str
    date: datetime = attrs.field(validator=_check_date)
    language: str = "en"
    reply_to: Mailbox | None = attrs.field(default=None, repr=False)  # it can hold a code
    bounces_to: str | None = attrs.field(default=None, repr=False, validator=_check_address)  # the same
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: AutoSubmitted = AutoSubmitted.GENERATED
    unsubscribe_url: str | None = attrs.field(default=None, repr=False, validator=_check_one_click)

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server that knows SMTPUTF8 can take it: an address has foreign letters before its @."""
        boxes = (self.recipient, self.sender, self.reply_to)
        addresses = [box.address for box in boxes if box is not None] + [self.bounces_to or ""]
        return any(not address.rpartition("@")[0].isascii() for address in addresses)


class Notifier(Protocol):
    """
    A service that delivers letters.

    Laws:

    - N1: when `send` returns, the service has taken the letter for its recipient, and for nobody else.
    - N2: a failure that may pass raises `TemporaryDeliveryError`, and one that will not raises
      `PermanentDeliveryError`; in both cases nobody took the letter, as far as can be known. The
      service's own exceptions never escape; they are the ``__cause__``.
    - N3: the recipient sees the letter's subject, text, sender, address to reply to, and Message-ID as
      they are given, also when the same letter is sent again.
    - N4: it returns within a time that it states, and it does not call the kit.
    - N5: several threads may send at once.
    - N6: an address that the service cannot write, such as one with letters that it does not know,
      raises `PermanentDeliveryError` with ``recipient=True``.
    - N7: neither its log nor its exceptions hold the letter's text or subject.
    """

    def send(self, letter: Letter, message: bytes) -> None:
        """
        Hand over one letter.

        Args:
            letter: As fields.
            message: The same letter as a finished message of RFC 5322.

        Raises:
            TemporaryDeliveryError: Nobody took it; try again later.
            PermanentDeliveryError: It will never be taken.
        """
        ...
