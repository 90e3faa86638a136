"""
Runs the relay once, or until told to stop.
"""

import logging
import signal
import threading
from types import FrameType
from typing import Final

from sharekit.cli.logs import kept_in
from sharekit.cli.upkeep import kit_at
from sharekit.errors import InvalidInputError, SharekitError
from sharekit.kit import Sharekit
from sharekit.relay import RelayReport

__all__ = ["relay"]

_log = logging.getLogger("sharekit.relay")

_LONGEST_REST: Final = 3600.0


def relay(place: str, *, loop: bool, seconds: float, log: str | None = None) -> int:
    """
    Run the relay once and say what was done; or, with *loop*, again and again until SIGINT or SIGTERM.

    A run that is under way when it is told to stop ends as usual, so that no letter is sent twice. A log, when a
    file is named, has a line for each run that did something, and one for each delivery that failed.

    Raises:
        InvalidInputError: The rest is not from 0 to 3600 seconds.
        ConfigurationError: There is no such kit, or the log cannot be written.
    """
    if not 0 < seconds <= _LONGEST_REST:
        raise InvalidInputError("seconds", f"needs more than 0 and at most {_LONGEST_REST:.0f}")
    kit = kit_at(place)
    with kept_in(log):
        if not loop:
            _say(kit.relay.run_once())
            return 0
        return _again_and_again(kit, seconds)


def _again_and_again(kit: Sharekit, seconds: float) -> int:
    stopped = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stopped.is_set():
            try:
                report = kit.relay.run_once()
            except SharekitError:  # a store that is down for a while ends no loop
                _log.exception("a run of the relay failed; the next one goes on")
                stopped.wait(seconds)
                continue
            if report.was_idle:
                stopped.wait(seconds)
            else:
                _say(report)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    return 0


def _say(report: RelayReport) -> None:
    print(report.line, flush=True)  # noqa: T201  # what was asked for
    _log.info("%s", report.line)
