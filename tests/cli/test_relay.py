"""`sharekit relay`."""

import logging
import os
import re
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from sharekit.cli import main
from sharekit.errors import TemporaryDeliveryError
from tests.features._mailroom import HOUR, Mailroom, mailroom

AT = ["--kit", "a_host_of_the_relay:kit"]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Mailroom:
    """Return an agency that has invited Ana."""
    room, module = mailroom(), ModuleType("a_host_of_the_relay")
    room.kit.people.invite(room.person("Ana"), by=room.maria)
    vars(module).update(kit=room.kit)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return room


def test_one_run_sends_what_waits(room: Mailroom, capsys: pytest.CaptureFixture[str]) -> None:
    """It says in one line what was done; the next run finds nothing."""
    codes = [main(["relay", *AT]), main(["relay", *AT])]

    first, second = capsys.readouterr().out.splitlines()
    assert codes == [0, 0]
    assert "1 letters sent" in first
    assert "0 letters sent" in second
    assert len(room.letters()) == 1


def test_a_loop_ends_when_it_is_told_to(room: Mailroom, capsys: pytest.CaptureFixture[str]) -> None:
    """It does what there is, rests, and ends with 0 at a signal; the handlers are as they were before."""
    before = signal.getsignal(signal.SIGTERM)
    sent = threading.Event()

    def stop() -> None:
        while not room.letters():
            sent.wait(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = threading.Thread(target=stop)
    stopper.start()
    code = main(["relay", *AT, "--loop", "--seconds", "0.01"])
    stopper.join()

    assert code == 0
    assert "1 letters sent" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGTERM) == before


def test_old_notices_are_pruned_when_told_to(room: Mailroom, capsys: pytest.CaptureFixture[str]) -> None:
    """Without `--delete` they are only counted; what is younger than was said stays."""
    main(["relay", *AT])
    room.clock.advance(timedelta(days=40))
    capsys.readouterr()
    lines = (["--delete"], ["--days", "30"], ["--days", "30", "--delete"], ["--days", "6"])
    codes = [main(["prune", *AT, *line]) for line in lines]

    said = capsys.readouterr().out.splitlines()
    assert codes == [0, 0, 0, 2]
    assert "deleted 0 notices, 0 letters" in said[0]
    assert "would delete 0 notices, 1 letters" in said[1]
    assert "do it with --delete" in said[1]
    assert "deleted 0 notices, 1 letters" in said[2]


def test_a_log_says_what_was_done_and_what_failed(
    room: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each run and each failure, with its time, and never what a letter says; later runs are added."""

    def refuse(*_: object) -> None:
        raise TemporaryDeliveryError("mailbox busy")

    log = tmp_path / "relay.log"
    with monkeypatch.context() as broken:
        broken.setattr(room.outbox, "send", refuse)
        main(["relay", *AT, "--log", str(log)])
    room.clock.advance(HOUR)
    main(["relay", *AT, "--log", str(log)])
    failed, first, second = log.read_text("utf-8").splitlines()

    assert "failed, and is tried again at 2026-03-02T09:01:00+00:00: mailbox busy" in failed
    assert "1 postponed" in first
    assert "1 letters sent" in second
    assert not re.search(r"\bAna\b", log.read_text("utf-8"))
    assert main(["relay", *AT, "--log", str(tmp_path)]) == 2
    assert "log: cannot be written to" in capsys.readouterr().err
    assert logging.NOTSET == logging.getLogger("sharekit").level


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "7200"])
def test_a_rest_that_cannot_be_is_refused(room: Mailroom, seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, and ends with 2."""
    assert main(["relay", *AT, "--loop", "--seconds", seconds]) == 2
    assert "seconds" in capsys.readouterr().err
    assert room.letters() == []
