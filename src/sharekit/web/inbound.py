"""
Where mail comes in by HTTP: a signed POST with the mail as its body, from a mail server or a provider's function.

It is answered with a status alone. 204: taken, and committed; 4xx: never send it again; 503: send it again.
"""

from typing import Final

import attrs

from sharekit.errors import MailRefusedError
from sharekit.kit import Sharekit
from sharekit.mail.signing import checked_envelope
from sharekit.web._bodies import Body
from sharekit.web._errors import BodyLostError, BodyStalledError, UnknownAddressError
from sharekit.web.headers import PAGE_HEADERS
from sharekit.web.messages import WebRequest, WebResponse

__all__ = ["MailEndpoint"]

_MOST: Final = 25 * 1024 * 1024
_NOT_SIGNED: Final = 403
_TOO_LARGE: Final = 413
_NOT_READABLE: Final = 422


@attrs.frozen(kw_only=True)
class MailEndpoint:
    """
    Takes mail in.

    Attributes:
        kit: The kit; without keys in its inbox there is no such address.
    """

    kit: Sharekit

    def take(self, request: WebRequest) -> WebResponse:
        """Take in the mail that a request holds."""
        inbox = self.kit.inbox
        if inbox is None or not inbox.webhook_keys:
            raise UnknownAddressError
        raw = _whole(request)
        envelope = checked_envelope(inbox.webhook_keys, request.headers, raw, now=self.kit.clock.now())
        if envelope is None:
            return _status(_NOT_SIGNED)
        try:
            self.kit.conversations.receive_email(
                raw, envelope_to=envelope.recipients or None, envelope_from=envelope.sender
            )
        except MailRefusedError as error:
            return _status(_TOO_LARGE if error.reason == "too-large" else _NOT_READABLE)
        return _status(204)


def _whole(request: WebRequest) -> bytes:
    """Return the body, as far as a mail may be long."""
    pieces: list[bytes] = []
    try:
        body = Body(request, _MOST)
        while piece := body.read(_MOST):
            pieces.append(piece)
    except TimeoutError as error:
        raise BodyStalledError from error
    except OSError as error:
        raise BodyLostError from error
    return b"".join(pieces)


def _status(status: int) -> WebResponse:
    return WebResponse(status=status, headers=(*(() if status == 204 else (("Content-Length", "0"),)), *PAGE_HEADERS))
