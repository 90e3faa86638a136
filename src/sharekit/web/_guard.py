"""
What is looked at before anything else: where a form comes from, how long it is, and who guesses too much.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from sharekit.errors import TooManyAttemptsError
from sharekit.ports import RateLimiter
from sharekit.web._errors import (
    BodyLostError,
    BodyStalledError,
    BodyTooLargeError,
    CrossSiteError,
    MalformedBodyError,
    WrongTypeError,
)
from sharekit.web.messages import WebRequest

__all__ = ["MAX_FORM", "WrongSecrets", "household_of", "read_form", "refuse_cross_site"]

MAX_FORM: Final = 64 * 1024
_MAX_FIELDS: Final = 20
_FORM: Final = "application/x-www-form-urlencoded"
_PORTS: Final = {"http": 80, "https": 443}
_MINUTE: Final = timedelta(minutes=1)

_log = logging.getLogger("sharekit.web")


def refuse_cross_site(request: WebRequest) -> None:
    """
    Refuse a POST that a page of another site made a browser send (R-HTTP-5).

    - ``Sec-Fetch-Site``, which a page cannot forge: only ``same-origin``, and ``none`` for what the
      reader did himself. Other parts of the same domain are strangers too.
    - ``Origin``: the site's own. Where the browser vouched for the same origin the host is enough,
      since behind a proxy the application may see another scheme and port than the browser.
    - Neither, or ``Origin: null``: let pass. A program that is no browser sends neither, and has no
      cookies that could be misused. A browser sends ``null`` from our own forms, because our pages
      have ``Referrer-Policy: no-referrer``, and over plain HTTP it does not send the other header.
      Even then a foreign page gains nothing: a POST works with the secret in its address alone, and
      whoever knows that can open the link himself, or with the cookie of a session, which a browser
      does not send along with another site's form (``SameSite=Lax``).

    Raises:
        CrossSiteError: Another site sent it.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    vouched = site in {"same-origin", "none"}
    if (site is not None and not vouched) or (origin != "null" and not _same(origin, request.origin, vouched=vouched)):
        _log.info("a form from another site was refused")
        raise CrossSiteError


def _same(origin: str, own: str, *, vouched: bool) -> bool:
    theirs, ours = _parts(origin), _parts(own)
    if theirs is None or ours is None:
        return False
    return theirs == ours or (vouched and theirs[1] == ours[1])


def _parts(origin: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(origin.lower())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def read_form(request: WebRequest) -> Mapping[str, str]:
    """
    Return the fields of a form; the first counts where a name comes twice.

    The length is checked before anything is parsed (R-HTTP-6).

    Raises:
        BodyTooLargeError: It is longer than 64 KiB.
        BodyStalledError: It did not come in time.
        BodyLostError: It ended before its end.
        WrongTypeError: It is of another type; files are not taken here.
        MalformedBodyError: It cannot be read as a form.
    """
    length = _length(request)
    if length > MAX_FORM:
        raise BodyTooLargeError
    if length == 0:
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise WrongTypeError
    body = _body(request)
    if len(body) > MAX_FORM:
        raise BodyTooLargeError
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise MalformedBodyError from error
    return dict(reversed(fields))


def _body(request: WebRequest) -> bytes:
    try:
        return request.read(MAX_FORM + 1)
    except TimeoutError as error:
        raise BodyStalledError from error
    except OSError as error:
        raise BodyLostError from error


def _length(request: WebRequest) -> int:
    given = request.headers.get("content-length", "").strip()
    if given.isascii() and given.isdigit():
        return int(given[:12])
    if given:
        raise MalformedBodyError
    # A body in chunks has no length: it is read up to the limit.
    return MAX_FORM if "transfer-encoding" in request.headers else 0


def household_of(request: WebRequest) -> str:
    """
    Return under which name a client is counted.

    Whoever has one address of IPv6 has at least the 2**64 around it. Counted one by one they would
    be as many clients, and crowd all others out of a limiter that keeps a limited number.
    """
    try:
        address = ip_address(request.client_key)
    except ValueError:
        return request.client_key
    if isinstance(address, IPv6Address):
        return f"{int(address) >> 64:x}::/64" if address.ipv4_mapped is None else str(address.ipv4_mapped)
    return request.client_key


class WrongSecrets:
    """
    Counts the secrets that a client presents and that open nothing (R-LINK-7).

    A forged token counts, and so does a genuine one whose link is dead: a client that goes on
    asking is refused in the same way for both, and learns nothing about either. A secret that opens
    something is never refused, whatever else came from the same address: guesses are hopeless
    without that, and a few broken links in one office, or a stranger behind the same proxy, must not
    shut out everybody there.

    Args:
        limiter: Where is counted.
        limit: How many wrong secrets a client may present within a minute.
    """

    def __init__(self, limiter: RateLimiter, limit: int) -> None:
        self._limiter = limiter
        self._limit = limit

    def count(self, request: WebRequest) -> None:
        """
        Count a wrong secret.

        Raises:
            TooManyAttemptsError: The client presented too many.
        """
        wait = self._limiter.acquire(f"wrong-secret:{household_of(request)}", limit=self._limit, window=_MINUTE)
        if wait is not None:
            raise TooManyAttemptsError(wait)
