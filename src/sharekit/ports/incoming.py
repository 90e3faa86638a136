"""
What sharekit needs to take mail in: something that reads it, and knows whose word counts.

`sharekit.mail.inbox.MailInbox` is one; it needs the extra ``mail``, which a kit that takes no mail does without.
"""

from collections.abc import Sequence
from typing import Protocol

from sharekit.records.mail import InboundMail

__all__ = ["MailReader"]


class MailReader(Protocol):
    """
    Reads mail that came in.

    Laws:

    - M1: `read` returns, or raises `MailRefusedError`, for any bytes whatsoever, in a time that grows with their
      number and with nothing else.
    - M2: it believes nothing that a mail says of itself, and calls nobody.
    """

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses that letters are sent from; mail from them goes round."""
        ...

    @property
    def proof_needed(self) -> bool:
        """Whether the sender of a client's mail must be proven; for staff that is so always."""
        ...

    @property
    def webhook_keys(self) -> Sequence[bytes]:
        """The keys by which mail is signed that comes by HTTP, oldest first; without any, none does."""
        ...

    def read(self, raw: bytes, *, sender: str | None, recipients: Sequence[str]) -> InboundMail:
        """
        Return what a mail says.

        Args:
            raw: All of it.
            sender: Of the envelope: empty for a report, None when it is not known.
            recipients: Of the envelope; none when they are not known.

        Raises:
            MailRefusedError: It is too large, too deep, in too many parts, or cannot be read.
        """
        ...
