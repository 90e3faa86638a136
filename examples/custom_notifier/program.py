"""
A notifier that hands letters to the program ``sendmail``, which nearly every mail server brings along.
"""

import os
import subprocess
from collections.abc import Sequence
from typing import Final

from sharekit.errors import ConfigurationError, InvalidInputError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.ports import Letter
from sharekit.records.addresses import ascii_address

UNKNOWN: Final = frozenset({os.EX_NOUSER, os.EX_NOHOST})
REFUSED: Final = frozenset({os.EX_DATAERR, os.EX_NOPERM})


class ProgramNotifier:
    """Hands each letter to a program, and goes by its exit code."""

    def __init__(self, command: Sequence[str] = ("/usr/sbin/sendmail", "-i"), *, timeout: float = 60) -> None:
        if isinstance(command, str) or not command:
            raise ConfigurationError("command", "needs a program and its options, each by itself")
        self._command = tuple(command)
        self._timeout = timeout

    def send(self, letter: Letter, message: bytes) -> None:
        """Hand over one letter."""
        if letter.needs_smtputf8:
            raise PermanentDeliveryError("the program takes no foreign letters before the @", recipient=True)
        try:
            sender = ascii_address(letter.bounces_to or letter.sender.address)
            recipient = ascii_address(letter.recipient.address)
        except InvalidInputError as error:
            raise PermanentDeliveryError("an address cannot be written", recipient=True) from error
        code = self._run([*self._command, "-f", sender, "--", recipient], message.replace(b"\r\n", b"\n"))
        if code in UNKNOWN:
            raise PermanentDeliveryError(f"the program ended with {code}", recipient=True)
        if code in REFUSED:
            raise PermanentDeliveryError(f"the program ended with {code}")
        if code != os.EX_OK:
            raise TemporaryDeliveryError(f"the program ended with {code}")

    def _run(self, command: Sequence[str], message: bytes) -> int:
        try:
            done = subprocess.run(command, input=message, capture_output=True, timeout=self._timeout, check=False)  # noqa: S603  # a list, so no shell reads it
        except subprocess.TimeoutExpired as error:
            raise TemporaryDeliveryError("the program took too long") from error
        except OSError as error:
            raise TemporaryDeliveryError("the program cannot be run") from error
        return done.returncode
