"""
Ways by which a mail server hands mail over: a program at the end of a pipe, and what each way answers.

The answers are a few fixed sentences. A mail server writes them into the report that it sends to whoever wrote the
mail, so nothing of ours may stand there: no reason, no name, no exception.
"""

import logging
import os
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import attrs

from sharekit.errors import MailRefusedError
from sharekit.records.mail import ReplyOutcome, ReplyReason

__all__ = ["MOST_BYTES", "NO_SUCH_ADDRESS", "Receive", "Said", "deliver", "take_from_pipe"]

_log = logging.getLogger("sharekit.mail")

MOST_BYTES: Final = 25 * 1024 * 1024
"""So many bytes a mail may have."""

Receive = Callable[[bytes, Sequence[str], str | None], ReplyOutcome]
"""Takes a mail in: its bytes, the recipients of the envelope, and its sender when that is known."""


class Readable(Protocol):
    """What can be read from, as standard input can."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes."""
        ...


@attrs.frozen
class Said:
    """
    What a mail server is told.

    Attributes:
        smtp: The answer in SMTP and LMTP.
        code: The exit code of a program (sysexits).
    """

    smtp: str
    code: int


TAKEN: Final = Said("250 2.0.0 Taken", os.EX_OK)
LATER: Final = Said("451 4.3.0 Try again later", os.EX_TEMPFAIL)
TOO_LARGE: Final = Said("552 5.3.4 The message is too large", os.EX_DATAERR)
NOT_READABLE: Final = Said("554 5.6.0 The message cannot be read", os.EX_DATAERR)
NO_SUCH_ADDRESS: Final = Said("550 5.1.1 No such address", os.EX_NOUSER)


def deliver(receive: Receive, raw: bytes, recipients: Sequence[str], sender: str | None) -> Said:
    """
    Take a mail in, and return what the server is told: that it was taken only when it is committed.

    Whatever goes wrong here may pass, and the server keeps the mail and comes again.
    """
    if len(raw) > MOST_BYTES:
        return TOO_LARGE
    try:
        receive(raw, recipients, sender)
    except MailRefusedError as error:
        _log.info("a mail of %s bytes was refused: %s", len(raw), error.reason)
        return TOO_LARGE if error.reason == "too-large" else NOT_READABLE
    except Exception:  # noqa: BLE001  # whatever it is, who sent the mail keeps it and comes again
        _log.exception("a mail of %s bytes could not be taken in now", len(raw))
        return LATER
    return TAKEN


def take_from_pipe(receive: Receive, stream: Readable, recipients: Sequence[str], sender: str | None) -> int:
    """
    Take the one mail in that comes through a pipe, and return the exit code of the program.

    Returns:
        0 when it was taken, 65 when it never will be, 67 when it came to no address of ours, 75 when it may be later.
    """
    outcomes: list[ReplyOutcome] = []

    def noted(raw: bytes, to: Sequence[str], by: str | None) -> ReplyOutcome:
        outcomes.append(receive(raw, to, by))
        return outcomes[-1]

    said = deliver(noted, stream.read(MOST_BYTES + 1), recipients, sender)
    if outcomes and outcomes[0].reason is ReplyReason.NO_ADDRESS:
        return NO_SUCH_ADDRESS.code
    return said.code
