"""
The command line: ``sharekit doctor`` and ``sharekit key``.
"""

import argparse
import secrets
from collections.abc import Sequence

from sharekit.cli.doctor import examine

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line and return its exit code.

    Args:
        argv: The arguments; those of the process by default.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command == "key":
        print(secrets.token_urlsafe(48))  # noqa: T201  # what was asked for
        return 0
    return _doctor(arguments.kit)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sharekit", description="Client sharing for Python web applications.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="look at this installation; exit code 1 when something is wrong")
    doctor.add_argument("--kit", metavar="MODULE:NAME", help="the host's kit, or a function that returns it")
    commands.add_parser("key", help="print a fresh secret key")
    return parser


def _doctor(kit: str | None) -> int:
    findings = examine(kit)
    for finding in findings:
        print(f"{'ok' if finding.fine else '!!'}  {finding.text}")  # noqa: T201  # what was asked for
    return 0 if all(finding.fine for finding in findings) else 1
