"""
Signatures of mail that comes by HTTP: of its bytes, its envelope and the moment, so that none of them can be changed.

    headers = signed_headers(key, raw, to=["reply+...@in.studio.example"], sender="ana@acme.example", at=now)
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records import checks
from sharekit.records.instants import utc
from sharekit.records.several import SeveralInOrder

__all__ = ["FROM", "MIN_KEY", "SIGNATURE", "TO", "SignedEnvelope", "checked_envelope", "signed_headers"]

SIGNATURE: Final = "Sharekit-Signature"
"""The header with the moment, and the signature."""
TO: Final = "Sharekit-Envelope-To"
"""The header with the recipients of the envelope, each after a comma."""
FROM: Final = "Sharekit-Envelope-From"
"""The header with the sender of the envelope: empty for a report, absent when it is not known."""

MIN_KEY: Final = 32
"""How many bytes a key has at least."""

_CLOSE: Final = timedelta(minutes=5)
_GIVEN: Final = re.compile(r"t=([0-9]{1,11}), ?v1=([0-9a-f]{64})")
_MOST: Final = 100


@attrs.frozen(kw_only=True)
class SignedEnvelope:
    """
    The envelope of a mail whose signature is good.

    Attributes:
        recipients: To whom it was handed over; none when that is not known.
        sender: Who sent it: empty for a report, None when it is not known.
    """

    recipients: tuple[str, ...] = attrs.field(repr=False)
    sender: str | None


def signed_headers(
    key: str | bytes, raw: bytes, *, to: SeveralInOrder[str] = (), sender: str | None = None, at: datetime
) -> dict[str, str]:
    """
    Return the headers that a mail is sent with.

    Args:
        key: One of ``MailInbox.webhook_keys``, of at least 32 bytes.
        raw: All of the mail.
        to: The recipients of the envelope.
        sender: The sender of the envelope: empty for a report, None when it is not known.
        at: Now. The signature is good for five minutes.

    Raises:
        NaiveDatetimeError: The time has no zone.
        InvalidInputError: The key is short, or something else cannot be signed; ``field`` names it.
    """
    at = utc("at", at)
    key = _checked_key(key)
    if not isinstance(raw, bytes):
        raise InvalidInputError("raw", "needs the bytes of a mail")
    _check_addresses("to", to)
    if sender is not None:
        _check_addresses("sender", (sender,))
    recipients, moment = ",".join(to), str(int(at.timestamp()))
    headers = {TO: recipients, SIGNATURE: f"t={moment}, v1={_signature(key, moment, recipients, sender, raw)}"}
    return headers if sender is None else {**headers, FROM: sender}


def checked_envelope(
    keys: Iterable[bytes], headers: Mapping[str, str], raw: bytes, *, now: datetime
) -> SignedEnvelope | None:
    """Return the envelope of a mail that one of the keys signed within five minutes; None for any other."""
    found = _GIVEN.fullmatch(headers.get(SIGNATURE, "").strip())
    if found is None or abs(now - datetime.fromtimestamp(int(found[1]), UTC)) > _CLOSE:
        return None
    recipients, sender = headers.get(TO, "").strip(), headers.get(FROM)
    sender = None if sender is None else sender.strip()
    good = [hmac.compare_digest(_signature(key, found[1], recipients, sender, raw), found[2]) for key in keys]
    if not any(good):
        return None
    addresses = tuple(each.strip() for each in recipients.split(",") if each.strip())
    return SignedEnvelope(recipients=addresses[:_MOST], sender=sender)


def _checked_key(key: object) -> bytes:
    known = key.encode() if isinstance(key, str) else key
    if not isinstance(known, bytes) or len(known) < MIN_KEY:
        raise InvalidInputError("key", f"needs at least {MIN_KEY} bytes; the inbox takes no shorter one")
    return known


def _check_addresses(field: str, addresses: object) -> None:
    """Refuse what would be other addresses, or another header, at the other end."""
    checks.names(field, addresses)
    assert isinstance(addresses, Iterable)  # noqa: S101  # just checked
    if any("," in address or not address.isprintable() for address in addresses):
        raise InvalidInputError(field, "needs addresses without commas, line ends and control characters")


def _signature(key: bytes, moment: str, recipients: str, sender: str | None, raw: bytes) -> str:
    known = "-" if sender is None else f"<{sender}>"
    # No header holds a line end, so what stands on one line is never taken for the next.
    head = f"sharekit-mail-v1\n{moment}\n{recipients}\n{known}\n".encode("utf-8", "surrogateescape")
    return hmac.new(key, head + raw, hashlib.sha256).hexdigest()
