"""
A letter as the bytes of a message: RFC 5322 with text and HTML, in lines that every server takes.

The same letter gives the same bytes each time. Every value of a header is one line, whatever it was made of,
so that no name and no subject can add a header (R-MAIL-5).
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from sharekit.errors import InvalidInputError
from sharekit.ids import deterministic_id
from sharekit.mail._headers import POLICY, POLICY_UTF8, Folded, identifiers, mailbox, one_line, words
from sharekit.ports.letters import Letter
from sharekit.records.addresses import ascii_domain

__all__ = ["compose", "message_id", "references"]

_MAX_SUBJECT: Final = 200  # characters; mail programs show fewer
_MAX_NAME: Final = 120
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"


def compose(letter: Letter) -> bytes:
    """
    Return the bytes of a letter, with CR LF at the end of each line.

    Raises:
        InvalidInputError: An address or the Message-ID cannot be written.
    """
    message = EmailMessage(policy=POLICY_UTF8 if letter.needs_smtputf8 else POLICY)
    for name, value in _headers(letter):
        message[name] = value
    message.set_content(_lines(letter.text), cte="quoted-printable")
    if letter.html is not None:
        message.add_alternative(_lines(letter.html), subtype="html", cte="quoted-printable")
        message.set_boundary(_boundary(letter))
    message["Content-Language"] = Folded(one_line(letter.language, 35))
    return message.as_bytes()


def message_id(domain: str, *parts: str) -> str:
    """
    Return the Message-ID that stands for these parts: the same when a letter is sent again.

    It tells nothing to who reads it, and proves nothing when it comes back (R-MAIL-1).

    Args:
        domain: Of the sender.
        parts: For example the tenant and the id of the delivery.

    Raises:
        InvalidInputError: The domain is none.
    """
    host = ascii_domain(domain)
    if host is None:
        raise InvalidInputError("domain", "needs a domain such as 'portal.example'")
    digest = bytes.fromhex(deterministic_id("letter", *parts))[:20]
    return f"<{base64.b32encode(digest).decode('ascii').lower()}@{host}>"


def references(earlier: Iterable[str], parent: str | None) -> tuple[str, ...]:
    """Return the chain of Message-IDs for an answer to *parent*: what it referred to, then itself."""
    chain = dict.fromkeys(known for known in earlier if known != parent)
    return (*chain, *([parent] if parent else []))


def _headers(letter: Letter) -> Iterable[tuple[str, Folded]]:
    own = identifiers([letter.message_id])
    if own is None:
        raise InvalidInputError("message_id", "needs one Message-ID such as '<abc@portal.example>'")
    yield "From", mailbox("From", letter.sender, _MAX_NAME)
    yield "To", mailbox("To", letter.recipient, _MAX_NAME)
    if letter.reply_to is not None:
        yield "Reply-To", mailbox("Reply-To", letter.reply_to, _MAX_NAME)
    yield "Subject", words("Subject", one_line(letter.subject, _MAX_SUBJECT))
    yield "Date", Folded(format_datetime(letter.date.astimezone(UTC)))
    yield "Message-ID", own
    parent = identifiers([letter.in_reply_to] if letter.in_reply_to else [])
    if parent is not None:
        yield "In-Reply-To", parent
    chain = identifiers(letter.references)
    if chain is not None:
        yield "References", chain
    yield "Auto-Submitted", Folded(letter.auto_submitted)
    yield "X-Auto-Response-Suppress", Folded("OOF, AutoReply")  # what Exchange goes by
    if letter.unsubscribe_url is not None:
        yield "List-Unsubscribe", Folded(f"<{letter.unsubscribe_url}>")
        yield "List-Unsubscribe-Post", Folded(_ONE_CLICK)


def _lines(text: str) -> str:
    """Return a text without what a mail may not hold; every line ends with LF, as the library wants it."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return whole.encode("utf-8", "replace").decode("utf-8")


def _boundary(letter: Letter) -> str:
    whole = "\0".join((letter.message_id, letter.text, letter.html or ""))
    return "=_" + hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:40]
