"""How a server is run for the tests: by an account of its own, in a folder of its own, on a free port."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

_STARTING = 120.0  # seconds after which a server is taken not to come up
_STOPPING = 60.0
_PAUSE = 0.05
_NEVER_GIVEN = range(15_000, 32_000)  # below what Linux, macOS and Windows give


def program(name: str, *folders: str, package: str) -> str:
    """Find a program, or skip the test with the command that brings it."""
    path = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"there is no {name} on this machine; get it: apt-get install {package}")
    return found


def free_port() -> int:
    """
    Return a port of this machine on which nobody listens, for a server that wants to be told one.

    It is none of those that systems give to whoever asks for any: between this look and the server's start
    another process would be given it. Of two runs of the tests at once each chooses by chance.
    """
    while True:
        port = secrets.choice(_NEVER_GIVEN)
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Account:
    """
    Who runs a server: the account that its package made when we are root, else ourselves.

    Such servers refuse to run as root.
    """

    def __init__(self, name: str, package: str) -> None:
        self.name: str | None = None
        if os.geteuid() == 0:
            try:
                self._entry = pwd.getpwnam(name)
            except KeyError:
                pytest.skip(f"there is no user {name!r} to run the server; get it: apt-get install {package}")
            self.name = name

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """Make a folder that the account owns, and take it away in the end."""
        with tempfile.TemporaryDirectory(prefix="sharekit-", ignore_cleanup_errors=True) as made:
            if self.name is not None:
                os.chown(made, self._entry.pw_uid, self._entry.pw_gid)
            yield Path(made)

    def run(self, *command: str, cwd: Path) -> None:
        """Run a command to its end, which must be a good one."""
        done = subprocess.run(
            command,
            cwd=cwd,
            env=_apart(cwd),
            user=self.name,
            group=self._group,
            extra_groups=self._others,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"

    @contextlib.contextmanager
    def serving(
        self, command: Sequence[str], cwd: Path, is_up: Callable[[], None], stop: signal.Signals
    ) -> Iterator[None]:
        """Run a server until the block is left; *is_up* raises `OSError` or `ConnectionError` while it is not."""
        with (cwd / "server.log").open("w") as log:
            server = subprocess.Popen(
                command,
                cwd=cwd,
                env=_apart(cwd),
                user=self.name,
                group=self._group,
                extra_groups=self._others,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _await(server, is_up, cwd / "server.log")
            yield
        finally:
            server.send_signal(stop)
            try:
                server.wait(_STOPPING)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    @property
    def _group(self) -> int | None:
        return None if self.name is None else self._entry.pw_gid

    @property
    def _others(self) -> list[int] | None:
        return None if self.name is None else []


def _apart(folder: Path) -> dict[str, str]:
    """Return an environment whose temporary files are in the server's own folder: ours may be closed to its account."""
    return {**os.environ, "TMPDIR": str(folder)}


def _await(server: subprocess.Popen[bytes], is_up: Callable[[], None], log: Path) -> None:
    deadline = time.monotonic() + _STARTING
    while True:
        try:
            is_up()
        except OSError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text("utf-8", "replace")[-4000:]
                raise AssertionError(f"the server did not come up: {error}\n{said}") from error
            time.sleep(_PAUSE)
        else:
            return
