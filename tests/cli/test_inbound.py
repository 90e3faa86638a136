"""`sharekit inbound`: mail through a pipe, over LMTP and over SMTP, in processes of their own."""

import logging
import re
import smtplib
import subprocess
from pathlib import Path

import pytest

from sharekit.cli import main
from sharekit.records.mail import ReplyReason
from tests.cli._office import COMMAND, environment, host_in, listening
from tests.features._mail import Office, mail, office

UNKNOWN = f"reply+{'a' * 42}@in.studio.example"


@pytest.fixture
def here(tmp_path: Path) -> Office:
    """An office whose kit other processes make too."""
    return office(host_in(tmp_path))


def piped(folder: Path, raw: bytes, *options: str, kit: str = "an_office:kit") -> subprocess.CompletedProcess[bytes]:
    """Send a mail through the pipe."""
    command = [*COMMAND, "--kit", kit, "--pipe", *options]
    return subprocess.run(command, input=raw, env=environment(folder), capture_output=True, check=False)


@pytest.mark.slow
def test_a_pipe_tells_by_its_exit_code_and_in_no_word(here: Office, tmp_path: Path) -> None:
    """0 taken, 65 never, 67 nobody, 75 later; a server quotes what a program says, so it says nothing."""
    address, log = here.address(), tmp_path / "log"
    runs = [
        piped(tmp_path, mail(address), "--recipient", address, "--sender", "ana@acme.example", "--log", str(log)),
        piped(tmp_path, mail("info@in.studio.example")),
        piped(tmp_path, b"x" * (25 * 1024 * 1024 + 1)),
        piped(tmp_path, mail(address), "--log", str(log), kit="an_office:broken"),
    ]

    assert [0, 67, 65, 75] == [run.returncode for run in runs]
    assert [(b"", b"")] * 4 == [(run.stdout, run.stderr) for run in runs]
    assert ["The second one, please."] == here.texts()
    written = log.read_text("utf-8")
    assert re.search(r"^20.* sharekit\.mail INFO a mail of \d+ bytes was accepted: ", written, re.MULTILINE)
    assert "a secret of the host" in written
    assert address not in written
    assert "second one" not in written


@pytest.mark.slow
@pytest.mark.parametrize("way", ["--lmtp", "--smtp"])
def test_a_server_answers_when_the_mail_is_committed(here: Office, tmp_path: Path, way: str) -> None:
    """What another process then reads; an address that cannot be ours is refused, and one that is none is not."""
    address = here.address()
    client_of = smtplib.LMTP if way == "--lmtp" else smtplib.SMTP
    with listening(tmp_path, way, "127.0.0.1:0") as port, client_of("127.0.0.1", port) as client:
        refused = client.sendmail(
            "ana@acme.example", [address, "info@in.studio.example", UNKNOWN], mail(address).replace(b"\n", b"\r\n")
        )
        if isinstance(client, smtplib.LMTP):
            assert 250 == client.getreply()[0]  # the library reads the answer for the first recipient alone
        texts = here.texts()

    assert {"info@in.studio.example": (550, b"5.1.1 No such address")} == refused
    assert ["The second one, please."] == texts


def test_a_place_that_strangers_could_reach_is_refused(
    here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reaches it could claim to be anybody."""
    monkeypatch.syspath_prepend(str(tmp_path))

    assert 2 == main(["inbound", "--kit", "an_office:kit", "--lmtp", "0.0.0.0:2525"])
    assert "can be reached from elsewhere" in capsys.readouterr().err


def test_why_a_mail_is_not_posted_stands_in_the_log_alone(here: Office, caplog: pytest.LogCaptureFixture) -> None:
    """With neither its text nor its address."""
    caplog.set_level(logging.INFO, "sharekit.mail")
    address = here.address()
    here.kit.conversations.receive_email(mail(address, dmarc=None))

    assert str(ReplyReason.NOT_CHECKED) in caplog.text
    assert address not in caplog.text
    assert "second one" not in caplog.text
