"""A host of which ``sharekit inbound`` makes a kit, in processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sharekit import Sharekit
from tests.features._mail import INBOX

HOST = """
from pathlib import Path
from sharekit import Sharekit
from sharekit.mail.authentication import Trust
from sharekit.mail.inbox import MailInbox

print("a secret on standard output")


def kit():
    inbox = MailInbox(trust=Trust(servers={"mx.studio.example"}), own_addresses={"portal@studio.example"})
    return Sharekit.at(Path(__file__).parent / "data", secret_keys=["k" * 40], kinds=[], inbox=inbox)


def broken():
    raise RuntimeError("a secret of the host")
"""
COMMAND = [sys.executable, "-c", "import sys; from sharekit.cli import main; sys.exit(main())", "inbound"]


def host_in(folder: Path) -> Sharekit:
    """Write the host to a folder, and return the kit that it makes."""
    (folder / "an_office.py").write_text(HOST, "utf-8")
    return Sharekit.at(folder / "data", secret_keys=["k" * 40], kinds=[], inbox=INBOX)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which that host is found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), "PYTHONWARNINGS": "error"}


@contextmanager
def listening(folder: Path, *options: str) -> Iterator[int]:
    """Run ``sharekit inbound`` meanwhile, and tell on which port it listens."""
    command = [*COMMAND, "--kit", "an_office:kit", *options]
    process = subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said = next((line for line in lines if line.startswith("taking mail at ")), "")
        assert said, process.communicate()[1]
        yield int(said.rpartition(":")[2])
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors


def until(met: Callable[[], bool]) -> bool:
    """Wait until a condition is met, and no longer than four minutes."""
    deadline = time.monotonic() + 240
    while not met() and time.monotonic() < deadline:
        time.sleep(0.05)
    return met()
