"""
Letters handed to Django's own mail system, whichever backend the host's settings name.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from typing import Final

from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from sharekit.backends._smtp_errors import translated
from sharekit.errors import (
    ConfigurationError,
    InvalidInputError,
    PermanentDeliveryError,
    SharekitError,
    TemporaryDeliveryError,
)
from sharekit.ports.letters import Letter
from sharekit.records.addresses import ascii_address

__all__ = ["DjangoNotifier"]

_MAILERS: Final = getattr(django_mail, "mailers", None)
# What Django's message has fields of its own for, and what it writes itself.
_OWN: Final = frozenset(
    {"to", "reply-to", "subject", "mime-version", "content-type", "content-transfer-encoding", "content-language"}
)


class DjangoNotifier:
    """
    Hands each letter to the mail system of the host's Django, over a connection of its own.

    A mail backend that sends messages, as Django's own do, sends ours to the byte. One that sends fields to a
    service finds them in the message, as of any other mail of the host.

    Args:
        mailer: Which one of the setting ``MAILERS``, for a host that has it; without that setting, which came
            with Django 6.1, there is one, of the settings ``EMAIL_...``.
        timeout: Seconds to wait for each answer of a mail server, where the settings say nothing.

    Raises:
        ConfigurationError: The time is not above 0.
    """

    def __init__(self, mailer: str = "default", *, timeout: float = 30.0) -> None:
        if not timeout > 0:
            raise ConfigurationError("timeout", "needs seconds above 0")
        self._mailer = mailer
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"DjangoNotifier({self._mailer!r})"

    def send(self, letter: Letter, message: bytes) -> None:
        """
        Hand over one letter.

        Raises:
            TemporaryDeliveryError: Nobody took it; try again later. So is every failure of a backend
                that is not SMTP's, since only SMTP says which ones pass.
            PermanentDeliveryError: It will never be taken. Django writes no address with foreign letters
                before its @.
        """
        if letter.needs_smtputf8:
            raise PermanentDeliveryError("Django's mail does not know SMTPUTF8", recipient=True)
        try:
            mail = _mail(letter, message)
        except InvalidInputError as error:
            raise PermanentDeliveryError("an address cannot be written", recipient=True) from error
        with _all_translated():
            connection = self._connection()
            try:
                connection.open()  # here, so that how it closes says nothing about a letter that was taken
                taken = connection.send_messages([mail])
            finally:
                with suppress(Exception):
                    connection.close()
        if not taken:
            raise TemporaryDeliveryError("the mail backend took nothing")

    def _connection(self) -> BaseEmailBackend:
        if self._mailer != "default" and (_MAILERS is None or self._mailer not in _MAILERS):
            raise ConfigurationError("mailer", f"the settings name no mailer {self._mailer!r}")
        connection: BaseEmailBackend = get_connection() if _MAILERS is None else _MAILERS[self._mailer]
        if getattr(connection, "timeout", self._timeout) is None:  # Django's own default is to wait for ever
            vars(connection)["timeout"] = self._timeout
        return connection


class _Finished(EmailMessage):
    """A message that is finished, and is written as it came."""

    raw: bytes = b""
    linesep: str = "\n"

    def as_bytes(self, unixfrom: bool = False, policy: Policy | None = None, linesep: str | None = None) -> bytes:  # noqa: ARG002, FBT001, FBT002  # Django's and the library's
        """Return the bytes, with the ends of lines that are asked for."""
        ending = linesep or (policy.linesep if policy is not None else self.linesep)
        return self.raw if ending == "\r\n" else self.raw.replace(b"\r\n", ending.encode("ascii"))

    def as_string(
        self,
        unixfrom: bool = False,  # noqa: FBT001, FBT002  # the same
        maxheaderlen: int | None = None,  # noqa: ARG002  # the same
        policy: Policy | None = None,
        linesep: str | None = None,
    ) -> str:
        """Return the same as text."""
        return self.as_bytes(unixfrom, policy, linesep).decode("ascii")


_READING: Final["EmailPolicy[_Finished]"] = EmailPolicy(message_factory=_Finished)


class _Mail(EmailMultiAlternatives):
    """A mail of Django's whose message is made already."""

    finished: bytes = b""

    def message(self, *, policy: Policy | None = None) -> EmailMessage:
        """Return the message."""
        made = _read(self.finished)
        made.linesep = policy.linesep if policy is not None else "\n"
        return made


def _read(raw: bytes) -> _Finished:
    made = message_from_bytes(raw, policy=_READING)
    made.raw = raw
    return made


def _mail(letter: Letter, message: bytes) -> _Mail:
    """Return a letter as a mail of Django's; its fields are what the message says."""
    read = _read(message)
    mail = _Mail(
        subject=str(read["Subject"]),
        body=letter.text,
        from_email=ascii_address(letter.bounces_to or letter.sender.address),
        to=[ascii_address(letter.recipient.address)],
        reply_to=[str(read["Reply-To"])] if letter.reply_to is not None else None,
        # A From among them is what readers see, and from_email is then the envelope's alone.
        headers={name: str(value) for name, value in read.items() if name.lower() not in _OWN},
    )
    if letter.html is not None:
        mail.attach_alternative(letter.html, "text/html")
    mail.finished = message
    return mail


@contextmanager
def _all_translated() -> Generator[None]:
    """Say in our words what failed; a backend may raise whatever it likes."""
    try:
        with translated():
            yield
    except SharekitError:
        raise
    except Exception as error:
        raise TemporaryDeliveryError("the mail backend failed") from error
