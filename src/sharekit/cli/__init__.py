"""
The command line: ``sharekit doctor``, ``key``, ``sweep``, ``prune``, ``fsck``, ``review``, ``relay`` and ``inbound``.
"""

import argparse
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sharekit.cli.doctor import examine
from sharekit.cli.inbound import add_arguments, inbound
from sharekit.cli.relay import relay
from sharekit.cli.review import review
from sharekit.cli.upkeep import compare, prune, sweep
from sharekit.errors import SharekitError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line and return its exit code.

    What ``--kit`` names is looked for in the present folder too.

    Args:
        argv: The arguments; those of the process by default.
    """
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)  # an installed script begins in its own folder
    try:
        return run(arguments)
    except SharekitError as error:
        print(f"sharekit: {error}", file=sys.stderr)  # noqa: T201  # why it could not be done
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sharekit", description="Client sharing for Python web applications.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="look at this installation; exit code 1 when something is wrong")
    doctor.add_argument("--kit", metavar="MODULE:NAME", help="the host's kit, or a function that returns it")
    doctor.set_defaults(run=_doctor)
    commands.add_parser("key", help="print a fresh secret key").set_defaults(run=_key)
    sweeping = commands.add_parser("sweep", help="say which blobs nothing names, and delete them when told to")
    sweeping.add_argument("--kit", metavar="MODULE:NAME", required=True, help="the host's kit, as for doctor")
    sweeping.add_argument("--delete", action="store_true", help="delete them; without it they are only named")
    sweeping.add_argument("--hours", type=float, default=24.0, help="touch nothing younger; 24 by default")
    sweeping.add_argument(
        "--days", type=float, default=30.0, help="keep documents of things that were removed so long; 30 by default"
    )
    sweeping.set_defaults(run=_sweep)
    pruning = commands.add_parser("prune", help="say how many old notices and deliveries there are, and delete them")
    pruning.add_argument("--kit", metavar="MODULE:NAME", required=True, help="the host's kit, as for doctor")
    pruning.add_argument("--delete", action="store_true", help="delete them; without it they are only counted")
    pruning.add_argument("--days", type=float, default=180.0, help="keep what is younger; 180 by default")
    pruning.add_argument(
        "--unseen-days", type=float, default=730.0, help="keep news so long that nobody saw; 730 by default"
    )
    pruning.add_argument("--limit", type=int, default=10_000, help="at most so many in each tenant; 10000 by default")
    pruning.set_defaults(run=_prune)
    comparing = commands.add_parser("fsck", help="compare records and bytes; exit code 1 when bytes are lost")
    comparing.add_argument("--kit", metavar="MODULE:NAME", required=True, help="the host's kit, as for doctor")
    comparing.add_argument("--read", action="store_true", help="read every byte and compare digests")
    comparing.add_argument("--repair", action="store_true", help="note of lost bytes that they are; deletes nothing")
    comparing.set_defaults(run=_compare)
    reviewing = commands.add_parser("review", help="list grants and links that may have outlived their reason")
    reviewing.add_argument("--kit", metavar="MODULE:NAME", required=True, help="the host's kit, as for doctor")
    reviewing.add_argument("--tenant", help="the tenant; by default that of the kit")
    reviewing.add_argument("--format", choices=("csv", "json"), default="csv", help="how to write them; csv by default")
    reviewing.add_argument("--idle-days", type=float, default=90.0, help="how long counts as unused; 90 by default")
    reviewing.add_argument("--expiring-days", type=float, default=14.0, help="how soon an end counts; 14 by default")
    reviewing.set_defaults(run=_review)
    relaying = commands.add_parser("relay", help="send what waits: letters, webhooks, and seals of the audit trail")
    relaying.add_argument("--kit", metavar="MODULE:NAME", required=True, help="the host's kit, as for doctor")
    relaying.add_argument("--loop", action="store_true", help="go on until told to stop; without it one run is made")
    relaying.add_argument("--seconds", type=float, default=5.0, help="how long to rest when there is nothing to do; 5")
    relaying.add_argument("--log", metavar="FILE", help="where to note what was done, and what failed; nowhere else")
    relaying.set_defaults(run=_relay)
    receiving = commands.add_parser("inbound", help="take mail in from a mail server")
    add_arguments(receiving)
    receiving.set_defaults(run=inbound)
    return parser


def _key(_: argparse.Namespace) -> int:
    print(secrets.token_urlsafe(48))  # noqa: T201  # what was asked for
    return 0


def _sweep(given: argparse.Namespace) -> int:
    return sweep(given.kit, delete=given.delete, hours=given.hours, days=given.days)


def _prune(given: argparse.Namespace) -> int:
    return prune(given.kit, delete=given.delete, days=given.days, unseen_days=given.unseen_days, limit=given.limit)


def _compare(given: argparse.Namespace) -> int:
    return compare(given.kit, read=given.read, repair=given.repair)


def _review(given: argparse.Namespace) -> int:
    return review(given.kit, tenant=given.tenant, form=given.format, idle=given.idle_days, expiring=given.expiring_days)


def _relay(given: argparse.Namespace) -> int:
    return relay(given.kit, loop=given.loop, seconds=given.seconds, log=given.log)


def _doctor(given: argparse.Namespace) -> int:
    findings = examine(given.kit)
    for finding in findings:
        print(f"{'ok' if finding.fine else '!!'}  {finding.text}")  # noqa: T201  # what was asked for
    return 0 if all(finding.fine for finding in findings) else 1
