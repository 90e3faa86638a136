"""A Postfix of our own, which takes mail from this machine, hands answers over by LMTP, and sends all else to us."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
import pytest

_SERVICES: Final = (
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "flush unix n - n 1000? 0 flush",
    "proxymap unix - - n - - proxymap",
    "smtp unix - - n - - smtp",
    "relay unix - - n - - smtp",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "lmtp unix - - n - - lmtp",
    "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache",
    "showq unix n - n - - showq",
    "pickup unix n - n 60 1 pickup",
    "postlog unix-dgram n - n - 1 postlogd",
)


@attrs.frozen
class Postfix:
    """
    A running Postfix.

    Attributes:
        port: Where it takes mail.
        folder: Where its configuration, its queue and its log are.
    """

    port: int
    folder: Path

    @property
    def log(self) -> str:
        """What it wrote down."""
        file = self.folder / "log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def try_again(self) -> None:
        """Have it try at once what it kept for later."""
        _run("postqueue", "-c", str(self.folder / "etc"), "-f")


@contextmanager
def running(port: int, *, lmtp: int, elsewhere: int) -> Iterator[Postfix]:
    """
    Run a Postfix of our own meanwhile, or skip the test where there is none.

    Args:
        port: Where it takes mail.
        lmtp: Where answers are handed over.
        elsewhere: Where a server listens that takes all other mail.
    """
    if shutil.which("postfix") is None:
        pytest.skip("needs Debian's package: apt-get install postfix")
    if os.geteuid() != 0:
        pytest.skip("platform: Postfix can be started by root alone")
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    try:
        _configure(folder, port, lmtp, elsewhere)
        etc = str(folder / "etc")
        _run("postfix", "-c", etc, "start")
        try:
            yield Postfix(port, folder)
        finally:
            _run("postfix", "-c", etc, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int, lmtp: int, elsewhere: int) -> None:
    folder.chmod(0o755)
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    etc = folder / "etc"
    (etc / "recipients").write_text("/^reply\\+[a-z2-7]{42}@in\\.studio\\.example$/ ours\n", "utf-8")
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": folder / "spool",
        "data_directory": folder / "data",
        "maillog_file": folder / "log",
        "maillog_file_prefixes": tempfile.gettempdir(),
        "myhostname": "mx.studio.example",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "smtpd_peername_lookup": "no",
        "smtp_dns_support_level": "disabled",
        "alias_maps": "",
        "alias_database": "",
        "local_recipient_maps": "",
        "local_transport": "error:no local mail",
        # Answers: one domain, one form of address, one door.
        "virtual_mailbox_domains": "in.studio.example",
        "virtual_mailbox_maps": f"regexp:{etc / 'recipients'}",
        "virtual_transport": f"lmtp:inet:127.0.0.1:{lmtp}",
        "default_transport": f"smtp:[127.0.0.1]:{elsewhere}",
        # What a filter for DMARC would write here on top of what came in.
        "smtpd_recipient_restrictions": "check_client_access static:{PREPEND Authentication-Results:"
        " mx.studio.example; dmarc=pass header.from=acme.example}, permit_mynetworks, reject_unauth_destination",
        "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
        "minimal_backoff_time": "1s",
        "queue_run_delay": "1s",
    }
    (etc / "main.cf").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()), "utf-8")
    services = (f"127.0.0.1:{port} inet n - n - - smtpd", *_SERVICES)
    (etc / "master.cf").write_text("\n".join(services) + "\n", "utf-8")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
