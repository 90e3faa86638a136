"""
Webhooks called over HTTP, on the standard library alone.

A name is resolved once, every address that it has is looked at, and the connection goes to one of those very
addresses: a name that means something else a moment later leads nowhere. Redirects are not followed.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from sharekit.errors import ConfigurationError, InvalidInputError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.records.webhooks import check_webhook_url

__all__ = ["HttpWebhookCaller"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GONE: Final = 410


class HttpWebhookCaller:
    """
    Calls webhooks.

    Args:
        allow: Networks that may be called though they are private, such as ``"10.20.0.0/16"``.
        plain: Whether addresses with ``http`` may be called; allowed networks always may.
        timeout: Seconds for each step of a call; a whole call takes three times that at most.
        context: How certificates are checked; by default as browsers do.

    Raises:
        ConfigurationError: A network is none, or the time is not above 0.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        plain: bool = False,
        timeout: float = 10.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        try:
            self._allowed: tuple[Network, ...] = tuple(ip_network(each) for each in allow)
        except ValueError as error:
            raise ConfigurationError("allow", "needs networks such as '10.20.0.0/16'") from error
        if not timeout > 0:
            raise ConfigurationError("timeout", "needs seconds above 0")
        self._plain = plain
        self._timeout = timeout
        self._context = context or ssl.create_default_context()

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """
        Send one POST.

        Raises:
            TemporaryDeliveryError: It cannot be reached, may not be called, or answered with anything but a success.
            PermanentDeliveryError: It said that it is gone, or the address is none.
        """
        try:
            check_webhook_url(url)
        except InvalidInputError as error:
            raise PermanentDeliveryError("the address is none") from error
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        try:
            address = self._address(host, port, secure=secure)
            connection = _Connection(host, port, address, self._timeout, self._context if secure else None)
            limit = threading.Timer(3 * self._timeout, connection.abort)
            limit.daemon = True
            limit.start()
            try:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", target, body, dict(headers))
                with connection.getresponse() as answer:
                    status, wait = answer.status, answer.getheader("retry-after")
                if connection.aborted:  # what came by then looks like a whole answer
                    raise TimeoutError
            finally:
                limit.cancel()
                connection.close()
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            raise TemporaryDeliveryError("the address cannot be reached") from error
        if status == _GONE:
            raise PermanentDeliveryError("the address answered 410", recipient=True)
        if not 200 <= status < 300:
            raise TemporaryDeliveryError(f"the address answered {status}", retry_after=_seconds(wait))

    def _address(self, host: str, port: int, *, secure: bool) -> Address:
        """Return one address of a host, when every one that it has may be called."""
        found = [ip_address(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        for address in found:
            allowed = any(address in network for network in self._allowed)
            if not allowed and not _is_public(address):
                raise TemporaryDeliveryError("the address leads into a private network")
            if not allowed and not secure and not self._plain:
                raise TemporaryDeliveryError("the address is not protected by https")
        if not found:
            raise TemporaryDeliveryError("the name has no address")
        return found[0]


class _Connection(http.client.HTTPConnection):
    """A connection to one address of a host, whatever its name means by now."""

    def __init__(self, host: str, port: int, address: Address, timeout: float, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address
        self._secure_by = context
        self.aborted = False
        if context is not None:
            self.default_port = http.client.HTTPS_PORT  # as the header `Host` leaves it out

    def abort(self) -> None:
        """End a call that takes too long, from another thread."""
        self.aborted = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        plain = socket.create_connection((str(self._address), self.port), self.timeout)
        if self._secure_by is None:
            self.sock = plain
            return
        try:
            self.sock = self._secure_by.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet, also the one that an IPv6 address stands for."""
    inner: Address | None = None
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast


_NAT64: Final = IPv6Network("64:ff9b::/96")


def _seconds(wait: str | None) -> float | None:
    return float(wait) if wait is not None and wait.isascii() and wait.isdigit() else None
