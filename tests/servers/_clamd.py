"""A real virus scanner, which knows two signatures of our own; nothing is downloaded."""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers._processes import Account, free_port

__all__ = ["KNOWN_FILE", "MARKER", "MOST", "serving"]

MARKER = b"a marker that no honest file holds: 2f6c1b"
"""What a file is infected by, wherever it stands."""
KNOWN_FILE = b"a file that is known as a whole\n" * 40
"""What is infected as it is, and no longer when one byte of it is another."""
MOST = 1024 * 1024
"""How large a file may be that it judges."""


def _program() -> str:
    found = shutil.which("clamd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        pytest.skip("platform: there is no clamd on this machine; get it: apt-get install clamav-daemon")
    return found


@contextlib.contextmanager
def serving() -> Iterator[tuple[int, Path]]:
    """Run it, and give its port and its socket."""
    program, account, port = _program(), Account("clamav", "clamav-daemon"), free_port()
    with account.folder() as folder:
        signatures, place = folder / "signatures", folder / "clamd.sock"
        signatures.mkdir()
        signatures.chmod(0o755)
        (signatures / "own.ndb").write_text(f"Own.Marker:0:*:{MARKER.hex()}\n")
        # The form of this file wants MD5.
        digest = hashlib.md5(KNOWN_FILE, usedforsecurity=False).hexdigest()
        (signatures / "own.hdb").write_text(f"{digest}:{len(KNOWN_FILE)}:Own.Known\n")
        (folder / "clamd.conf").write_text(
            f"Foreground yes\nDatabaseDirectory {signatures}\nLocalSocket {place}\nTCPSocket {port}\n"
            f"TCPAddr 127.0.0.1\nStreamMaxLength {MOST}\n"
        )

        def is_up() -> None:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(b"zPING\0")
                if line.recv(16) != b"PONG\0":
                    raise ConnectionError("no answer")

        command = [program, "--config-file", str(folder / "clamd.conf")]
        with account.serving(command, folder, is_up, signal.SIGTERM):
            yield port, place
