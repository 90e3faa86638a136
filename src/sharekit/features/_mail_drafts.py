"""
What a mail says, as a message: its new text, and those of its files that are more than decoration.
"""

from collections.abc import Sequence
from typing import Final

from sharekit.features._inbound_facts import mail_id_of
from sharekit.features._intake import Received
from sharekit.features._threads import Draft, plain_text
from sharekit.records.catalog import Audience
from sharekit.records.conversations import MAX_TEXT, Channel
from sharekit.records.documents import Upload
from sharekit.records.mail import InboundAttachment, InboundMail
from sharekit.records.parties import Contact, Staff, System

__all__ = ["MAIL", "MOST_FILES", "draft_of", "files_of"]

MAIL: Final = System("mail")
"""Who takes mail in."""
MOST_FILES: Final = 20
"""So many files a message may have."""

_LOGO: Final = 20 * 1024  # bytes; smaller pictures to which the text refers belong to a signature


def draft_of(mail: InboundMail, author: Contact | Staff, audience: Audience, files: Sequence[Received]) -> Draft:
    """Return what a mail says as a message, cut to the length of one."""
    return Draft(
        text=plain_text(mail.reply)[:MAX_TEXT],
        audience=audience,
        author=author,
        files=files,
        channel=Channel.MAIL,
        mail_id=mail_id_of(mail),
    )


def files_of(mail: InboundMail) -> tuple[Upload, ...]:
    """Return the files of a mail that are more than the picture in a signature."""
    kept = [each for each in mail.attachments if not _is_logo(each)]
    chosen = kept if kept or mail.reply.strip() else mail.attachments
    return tuple(Upload(each.name or f"file-{number}", each.content) for number, each in enumerate(chosen, start=1))


def _is_logo(file: InboundAttachment) -> bool:
    return file.inline and file.content_id is not None and len(file.content) < _LOGO
