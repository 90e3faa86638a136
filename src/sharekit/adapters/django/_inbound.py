"""
``manage.py sharekit inbound``: takes mail in from a mail server, by LMTP, by SMTP, or as a program at a pipe.
"""

import signal
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.db import close_old_connections

from sharekit.backends.mail_doors import Receive, take_from_pipe
from sharekit.errors import SharekitError
from sharekit.kit import Sharekit
from sharekit.records.mail import ReplyOutcome

__all__ = ["inbound", "inbound_arguments"]


def inbound_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--lmtp", metavar="PLACE", help="listen for LMTP at HOST:PORT or unix:/path")
    ways.add_argument("--smtp", metavar="PLACE", help="listen for SMTP at HOST:PORT or unix:/path")
    ways.add_argument("--pipe", action="store_true", help="take one mail from standard input; exit code as sysexits")
    parser.add_argument(
        "--peer", metavar="NETWORK", action="append", default=[], help="take mail from there; this machine by default"
    )
    parser.add_argument(
        "--recipient", metavar="ADDRESS", action="append", default=[], help="of the envelope, with --pipe"
    )
    parser.add_argument("--sender", metavar="ADDRESS", help="of the envelope, with --pipe; empty for a report")


def inbound(kit: Sharekit, options: dict[str, Any], out: OutputWrapper) -> None:  # Any: what was parsed
    """Take mail in, until the process is told to end; with a pipe, leave by the exit code of one mail."""
    receive = _receiving(kit)
    if options["pipe"]:
        sys.exit(take_from_pipe(receive, sys.stdin.buffer, options["recipient"], options["sender"]))
    from sharekit.backends.mail_server import MailServer  # a pipe needs no server

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        server = MailServer(
            receive,
            options["lmtp"] or options["smtp"],
            lmtp=options["lmtp"] is not None,
            is_ours=kit.conversations.takes_mail_at,
            peers=options["peer"],
        )
        with server:
            out.write(f"taking mail at {server.place}")
            out.flush()
            stop.wait()
    except SharekitError as error:
        raise CommandError(str(error)) from error


def _receiving(kit: Sharekit) -> Receive:
    def receive(raw: bytes, recipients: Sequence[str], sender: str | None) -> ReplyOutcome:
        close_old_connections()  # as around a request of Django's own
        try:
            return kit.conversations.receive_email(raw, envelope_to=recipients or None, envelope_from=sender)
        finally:
            close_old_connections()

    return receive
