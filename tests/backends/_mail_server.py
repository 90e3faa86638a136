"""A mail server in the process of the tests."""

import asyncio
import socket
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sharekit.testing.notifier import Delivered

_PATIENCE = 240.0  # seconds; the library's own five are not enough for a busy machine


class _Listening(Controller):
    """Listens at a port that it has had from the beginning, which nobody else can take meanwhile."""

    def __init__(self, handler: object, **options: Any) -> None:  # noqa: ANN401  # the library's
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        super().__init__(handler, hostname="127.0.0.1", port=port, ready_timeout=_PATIENCE, **options)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)


class MailServer:
    """
    A mail server in this process.

    Attributes:
        taken: What it took.
        senders: The sender of each envelope.
        at_recipient: What it answers to a recipient, when that is not yes.
        at_data: What it answers to a message.
    """

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:  # Any: the library's
        self.taken: list[Delivered] = []
        self.senders: list[str] = []
        self.at_recipient = ""
        self.at_data = ""
        self._controller = _Listening(self, **{"enable_SMTPUTF8": True, **(options or {})})

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._controller.port

    async def handle_RCPT(  # noqa: N802  # the library names it
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        """Take or refuse a message."""
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        self.taken.append(Delivered(tuple(envelope.rcpt_tos), envelope.content))
        self.senders.append(envelope.mail_from or "")
        return "250 OK"

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        """Listen meanwhile."""
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()
