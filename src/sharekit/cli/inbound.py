"""
``sharekit inbound``: takes mail in from a mail server, by LMTP, by SMTP, or as a program at the end of a pipe.
"""

import logging
import os
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout

from sharekit.backends.mail_doors import Receive, take_from_pipe
from sharekit.cli.logs import kept_in, told_to
from sharekit.cli.upkeep import kit_at
from sharekit.errors import ConfigurationError
from sharekit.kit import Sharekit

__all__ = ["add_arguments", "inbound"]

_log = logging.getLogger("sharekit.mail")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--kit", metavar="MODULE:NAME", required=True, help="the host's kit, as for doctor")
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
    parser.add_argument(
        "--log", metavar="FILE", help="where to note what became of each mail; by default nowhere with --pipe"
    )


def inbound(options: Namespace) -> int:
    """Take mail in, and return the exit code."""
    if options.pipe:
        return _pipe(options)
    from sharekit.backends.mail_server import MailServer  # noqa: PLC0415  # a pipe needs no server

    place = options.lmtp or options.smtp
    kit = kit_at(options.kit)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = MailServer(
        _receiving(kit),
        place,
        lmtp=options.lmtp is not None,
        is_ours=kit.conversations.takes_mail_at,
        peers=tuple(options.peer),
    )
    with ExitStack() as stack:
        stack.enter_context(kept_in(options.log) if options.log else told_to(sys.stderr))
        stack.enter_context(server)
        print(f"taking mail at {server.place}", flush=True)  # noqa: T201  # where, when any free port was asked for
        stop.wait()
    kit.close()
    return 0


def _pipe(options: Namespace) -> int:
    """Take the mail of standard input, and let nobody read on standard output or error why it failed."""
    with _quiet(options.log):
        try:
            kit = kit_at(options.kit)
        except ConfigurationError:
            _log.exception("the kit cannot be made")
            return os.EX_TEMPFAIL
        try:
            return take_from_pipe(_receiving(kit), sys.stdin.buffer, options.recipient, options.sender)
        finally:
            kit.close()


@contextmanager
def _quiet(log: str | None) -> Generator[None]:
    # A mail server quotes to the sender what a program at its pipe says.
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(log or os.devnull, "a", encoding="utf-8"))  # noqa: PTH123  # a device too
        except OSError:
            file = stack.enter_context(open(os.devnull, "a", encoding="utf-8"))  # noqa: PTH123  # the same
        stack.enter_context(redirect_stdout(file))
        stack.enter_context(redirect_stderr(file))
        stack.enter_context(told_to(file))
        yield


def _receiving(kit: Sharekit) -> Receive:
    return lambda raw, recipients, sender: kit.conversations.receive_email(
        raw, envelope_to=recipients or None, envelope_from=sender
    )
