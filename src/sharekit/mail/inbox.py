"""
Where mail for sharekit comes in: how it is read, and whose word counts for who sent it. Needs the extra ``mail``.

    kit = Sharekit(..., inbox=MailInbox(trust=Trust(servers={"mx.studio.example"})))
"""

from collections.abc import Collection, Sequence
from typing import Any

import attrs

from sharekit.errors import ConfigurationError
from sharekit.mail.authentication import Trust
from sharekit.mail.inbound import Envelope, parse_mail
from sharekit.mail.signing import MIN_KEY
from sharekit.records import checks
from sharekit.records.mail import InboundMail

__all__ = ["MailInbox"]


def _names(value: Collection[str]) -> frozenset[str]:
    checks.names("own_addresses", value)
    return frozenset(value)


def _keys(value: Sequence[str | bytes]) -> tuple[bytes, ...]:
    given: object = value
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        raise ConfigurationError("webhook_keys", "needs a list of keys, oldest first")
    return tuple(key.encode() if isinstance(key, str) else key for key in value)


# attrs hands its validators the attribute with a type parameter that nothing here depends on.
def _long(_: object, __: "attrs.Attribute[Any]", value: tuple[object, ...]) -> None:
    if not all(isinstance(key, bytes) and len(key) >= MIN_KEY for key in value):
        raise ConfigurationError("webhook_keys", f"needs keys of at least {MIN_KEY} bytes")


@attrs.frozen(kw_only=True)
class MailInbox:
    """
    Reads mail that came in.

    Attributes:
        trust: Whose word is taken for who sent a mail. Without it nobody's, and every mail is held.
        proof_needed: Whether the sender of a client's mail must be proven. Without that, whoever has seen a letter
            and knows the address of its reader can write in their name. Staff must prove themselves always.
        own_addresses: The addresses that letters are sent from; mail from them goes round, and is dropped.
        keep_signature: Whether a signature stays in a message.
        webhook_keys: Keys of at least 32 bytes by which mail is signed that comes by HTTP, oldest first.
    """

    trust: Trust = attrs.field(factory=Trust)
    proof_needed: bool = True
    _own_addresses: frozenset[str] = attrs.field(default=frozenset(), converter=_names, alias="own_addresses")
    keep_signature: bool = False
    _webhook_keys: tuple[bytes, ...] = attrs.field(
        default=(), converter=_keys, validator=_long, repr=False, alias="webhook_keys"
    )

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses that letters are sent from."""
        return self._own_addresses

    @property
    def webhook_keys(self) -> tuple[bytes, ...]:
        """The keys by which mail is signed that comes by HTTP."""
        return self._webhook_keys

    def read(self, raw: bytes, *, sender: str | None, recipients: Sequence[str]) -> InboundMail:
        """
        Return what a mail says.

        Raises:
            MailRefusedError: It is larger, deeper or in more parts than is taken, or cannot be read.
        """
        envelope = Envelope(sender=sender, recipients=tuple(recipients))
        return parse_mail(raw, envelope=envelope, trust=self.trust, keep_signature=self.keep_signature)
