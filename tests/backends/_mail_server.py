"""A mail server in the process of the tests."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sharekit.testing.notifier import Delivered


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
        chosen = {"hostname": "127.0.0.1", "port": free_port(), "enable_SMTPUTF8": True, **(options or {})}
        self._controller = Controller(self, **chosen)

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


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
