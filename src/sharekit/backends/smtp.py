"""
Letters handed to a mail server.
"""

import enum
import smtplib
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from sharekit.backends._smtp_errors import translated
from sharekit.errors import ConfigurationError, InvalidInputError, PermanentDeliveryError
from sharekit.ports.letters import Letter
from sharekit.records.addresses import ascii_address

__all__ = ["SmtpNotifier", "Transport"]


class Transport(enum.StrEnum):
    """How the way to the server is protected."""

    STARTTLS = "starttls"
    """Protected before anything is said; usual on port 587."""
    TLS = "tls"
    """Protected from the first byte; usual on port 465."""
    PLAIN = "plain"
    """Not at all: only to a server on the same machine."""


class SmtpNotifier:
    """
    Hands each letter to a mail server, over a connection of its own.

    Args:
        host: The server.
        port: Where it listens; by default 587, or 465 for `Transport.TLS`, or 25 for `Transport.PLAIN`.
        transport: How the way is protected.
        username: As whom to log in, if at all.
        password: The password.
        timeout: Seconds to wait for each answer of the server.
        context: How the server's certificate is checked; by default as browsers do.

    Raises:
        ConfigurationError: The way is not protected though it leads to another machine or a password is sent,
            or there is a name without a password.
    """

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        transport: Transport = Transport.STARTTLS,
        username: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if (username is None) != (password is None):
            raise ConfigurationError("password", "needs a username, and a username needs a password")
        if transport is Transport.PLAIN and (username is not None or not _is_here(host)):
            raise ConfigurationError("transport", "PLAIN is for a server on this machine without a password")
        if not timeout > 0:
            raise ConfigurationError("timeout", "needs seconds above 0")
        defaults = {Transport.STARTTLS: 587, Transport.TLS: 465, Transport.PLAIN: 25}
        self._host = host
        self._port = defaults[transport] if port is None else port
        self._transport = transport
        self._username = username
        self._password = password
        self._timeout = timeout
        self._context = context or ssl.create_default_context()

    def __repr__(self) -> str:
        return f"SmtpNotifier({self._host!r}, {self._port}, transport={self._transport!r})"

    def send(self, letter: Letter, message: bytes) -> None:
        """
        Hand over one letter.

        Raises:
            TemporaryDeliveryError: Nobody took it; try again later. So is a server that cannot be reached or
                does not let us in, which is no fault of the letter.
            PermanentDeliveryError: It will never be taken.
        """
        try:
            sender = ascii_address(letter.bounces_to or letter.sender.address)
            recipient = ascii_address(letter.recipient.address)
        except InvalidInputError as error:
            raise PermanentDeliveryError("an address cannot be written", recipient=True) from error
        with translated(), self._connected() as client:
            options: list[str] = []
            if letter.needs_smtputf8:
                if not client.has_extn("smtputf8"):
                    raise PermanentDeliveryError("the server does not know SMTPUTF8", recipient=True)
                options = ["SMTPUTF8", "BODY=8BITMIME"]
            client.sendmail(sender, [recipient], message, options)

    @contextmanager
    def _connected(self) -> Generator[smtplib.SMTP]:
        if self._transport is Transport.TLS:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=self._context
            )
        else:
            client = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._transport is Transport.STARTTLS:
                client.starttls(context=self._context)
            client.ehlo_or_helo_if_needed()
            if self._username is not None and self._password is not None:
                client.login(self._username, self._password)
            yield client
            with suppress(smtplib.SMTPException, OSError):  # it took the letter; how it says goodbye is its own affair
                client.quit()
        finally:
            client.close()


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
