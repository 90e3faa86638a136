"""A server that prints the address on which it listens, and ends with the tests."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence

_LISTENING = re.compile(r"listen\w* on (?:http://)?([0-9.]+:[1-9][0-9]*)")


def served(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the address of the server that a command starts, and end it."""
    with subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as server:
        try:
            assert server.stdout is not None
            found = next((match for line in server.stdout if (match := _LISTENING.search(line))), None)
            assert found is not None, f"{command[0]} did not start"
            yield f"http://{found[1]}"
        finally:
            server.terminate()
