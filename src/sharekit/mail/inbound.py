"""
A mail that came in, read within limits: who says what, and which part of it is new.

Nothing that a mail says is believed here; `sharekit.policies.mail` judges it. Needs the extra ``mail``.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import attrs

from sharekit.errors import MailRefusedError
from sharekit.mail._automatic import automatic, bounce_report
from sharekit.mail._charsets import decoded, header_text, plain
from sharekit.mail._flowed import unflowed
from sharekit.mail._html import html_to_text
from sharekit.mail._parts import MAX_BYTES, Part, parts_of, read
from sharekit.mail.addresses import mailboxes, reply_codes, sole_mailbox
from sharekit.mail.authentication import Trust, sender_proof
from sharekit.mail.replies import Cut, Reply, extract_reply
from sharekit.records.mail import InboundAttachment, InboundMail

__all__ = ["MAX_BYTES", "Envelope", "parse_mail"]

_MAX_TEXT: Final = 1024 * 1024  # characters
_MAX_SUBJECT: Final = 500
_MAX_NAME: Final = 255
_MAX_IDS: Final = 100
_ID: Final = re.compile(r"<[^<>\s]{1,900}>")
_RECIPIENT_FIELDS: Final = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "to", "cc")


@attrs.frozen(kw_only=True)
class Envelope:
    """
    What the server that handed a mail over says of it.

    Attributes:
        sender: Of the envelope; empty for a report, None when it is not known.
        recipients: To whom it was handed over; none when that is not known, and then the headers are asked.
    """

    sender: str | None
    recipients: tuple[str, ...] = attrs.field(repr=False)


@attrs.frozen
class _Text:
    text: str
    reply: Reply
    truncated: bool


def parse_mail(
    raw: bytes, *, envelope: Envelope | None = None, trust: Trust | None = None, keep_signature: bool = False
) -> InboundMail:
    """
    Return what a mail says.

    Args:
        raw: The mail as it came, at most 25 MiB.
        envelope: What the server that handed it over says; without one, the headers are asked.
        trust: Whose word is taken for who sent it; without it, nobody's.
        keep_signature: Whether a signature stays in the reply.

    Raises:
        MailRefusedError: It is larger, deeper or in more parts than is taken, or cannot be read.
    """
    message = read(raw)
    try:
        return _parsed(raw, message, envelope, trust or Trust(), keep_signature=keep_signature)
    except MailRefusedError:
        raise
    except Exception as error:  # whatever a hostile mail makes of a library costs this mail alone
        raise MailRefusedError("unreadable") from error


def _parsed(raw: bytes, message: Part, envelope: Envelope | None, trust: Trust, *, keep_signature: bool) -> InboundMail:
    sender_name, sender = _sender(message)
    subject = header_text(" ".join(message.texts("subject")[:1]))[:_MAX_SUBJECT]
    envelope_from = None if envelope is None or envelope.sender is None else envelope.sender.strip("<> ")
    recipients = _recipients(message, envelope)
    headers = [(name, str(value).replace("\r\n", " ").replace("\n", " ")) for name, value in message.raw_items()]
    bodies, files = _sorted_parts(message)
    text = _chosen(bodies, keep_signature=keep_signature)
    ids = _ids(message.texts("message-id"))
    return InboundMail(
        envelope_from=envelope_from,
        recipients=recipients,
        reply_codes=reply_codes(recipients),
        sender=sender,
        sender_name=sender_name,
        proof=sender_proof(headers, sender, trust),
        automatic=automatic(message, envelope_from, sender, subject),
        bounce=bounce_report(message),
        message_id=ids[0] if ids else None,
        in_reply_to=_ids(message.texts("in-reply-to")),
        references=_ids(message.texts("references")),
        hops=len(message.texts("received")),
        subject=subject,
        date=_date(message),
        text=text.text,
        reply=text.reply.text,
        signature=text.reply.signature,
        truncated=text.truncated,
        attachments=tuple(map(_attachment, files)),
        size=len(raw),
        digest=hashlib.sha256(raw).hexdigest(),
    )


def _sender(message: Part) -> tuple[str, str | None]:
    """Return name and address of the one sender; no address when there are several, or one cannot be sure."""
    values = message.texts("from")
    found = sole_mailbox(values[0]) if len(values) == 1 else None
    if found is None or "=?" in found[1]:
        return "", None
    return header_text(found[0])[:_MAX_NAME], header_text(found[1])


def _recipients(message: Part, envelope: Envelope | None) -> tuple[str, ...]:
    if envelope is not None and envelope.recipients:
        return tuple(dict.fromkeys(address.strip("<> ") for address in envelope.recipients))
    found: dict[str, None] = {}
    for name in _RECIPIENT_FIELDS:
        for value in message.texts(name):
            found.update((address, None) for _, address in mailboxes(value))
    return tuple(found)[:_MAX_IDS]


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(id_ for value in values for id_ in _ID.findall(value))
    return tuple(found)[:_MAX_IDS]


def _date(message: Part) -> datetime | None:
    try:
        found = parsedate_to_datetime(" ".join(message.texts("date")[:1])[:100])
        return found.astimezone(UTC) if found.utcoffset() is not None else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _sorted_parts(message: Part) -> tuple[list[Part], list[Part]]:
    """Return the parts that are the text of a mail, and those that are its files."""
    bodies: list[Part] = []
    files: list[Part] = []
    for part in parts_of(message):
        kind, as_file = part.get_content_type(), part.get_content_disposition() == "attachment"
        if kind in {"text/plain", "text/html"} and not as_file and not _file_name(part):
            bodies.append(part)
        elif kind != "multipart/alternative" and not kind.startswith("multipart/"):
            files.append(part)
    return bodies, files


def _chosen(bodies: Sequence[Part], *, keep_signature: bool) -> _Text:
    """Return the text of a mail: as its sender wrote it, or of the HTML where that alone shows what is quoted."""
    kinds = ("text/plain", "text/html")
    plain_text, html = ([part for part in bodies if part.get_content_type() == kind] for kind in kinds)
    first = _text("\n".join(map(_plain_text, plain_text)), keep_signature=keep_signature)
    if not html or (first.text.strip() and first.reply.cut is not Cut.NOTHING):
        return first
    second = _text("\n".join(map(_html_text, html)), keep_signature=keep_signature)
    if not second.text.strip() or (first.text.strip() and second.reply.cut is Cut.NOTHING):
        return first
    return second


def _text(whole: str, *, keep_signature: bool) -> _Text:
    text = whole[:_MAX_TEXT]
    return _Text(text, extract_reply(text, keep_signature=keep_signature), truncated=len(whole) > _MAX_TEXT)


def _plain_text(part: Part) -> str:
    text = plain(decoded(part.content()[: 4 * _MAX_TEXT + 4], _parameter(part, "charset")))
    if (_parameter(part, "format") or "").lower() == "flowed":
        return unflowed(text, del_sp=(_parameter(part, "delsp") or "").lower() == "yes")
    return text


def _html_text(part: Part) -> str:
    html = decoded(part.content()[: 4 * _MAX_TEXT], _parameter(part, "charset"))[:_MAX_TEXT]
    return plain(html_to_text(plain(html)))


def _parameter(part: Part, name: str) -> str | None:
    value = part.get_param(name)
    if isinstance(value, tuple):  # RFC 2231: charset, language, value
        value = value[2]
    return header_text(value) if isinstance(value, str) else None


def _file_name(part: Part) -> str:
    try:
        name = part.get_filename("")
    except (LookupError, ValueError):  # a name in a charset that is none
        name = ""
    return header_text(str(name))[:_MAX_NAME]


def _attachment(part: Part) -> InboundAttachment:
    kind = part.get_content_type()
    if kind == "message/rfc822" and part.parts():
        content = part.parts()[0].as_bytes()
        name = _file_name(part) or header_text(" ".join(part.parts()[0].texts("subject")[:1]))[:100] + ".eml"
    else:
        content, name = part.content(), _file_name(part)
    ids = _ids(part.texts("content-id"))
    inline = part.get_content_disposition() != "attachment" and (bool(ids) or kind.startswith("image/"))
    content_id = ids[0].strip("<>") if ids else None
    return InboundAttachment(name=name, media_type=kind, content=content, inline=inline, content_id=content_id)
