"""A process that dies in the middle of a transaction leaves the state before it or after it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.django_host import project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork and no kill -9")

ROOT = Path(__file__).parents[2]
BEFORE = [["counted", 1, 0], ["removed", 1, 0], ["replaced", 1, 0]]
AFTER = [["counted", 2, 1], ["inserted", 1, 0], ["replaced", 2, 5]]


def check(given: project.Settings, *, joined: bool) -> None:
    """Kill at every step, and look at what each of them left."""
    with project.database(given) as alias:
        call_command("migrate", database=alias, verbosity=0)
    done = subprocess.run(
        [sys.executable, "-m", "tests.backends._django_victim", json.dumps(given), "joined" if joined else "own"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    *killed, survivor = told
    before, after = [BEFORE, []], [AFTER, ["new", "newer"] if joined else []]
    kept = [death["state"] == after for death in killed]

    assert survivor["status"] == 0
    assert survivor["state"] == after
    assert {death["status"] for death in killed} == {-signal.SIGKILL}
    assert len(killed) > 10
    assert [death for death in killed if death["state"] not in (before, after)] == []
    assert kept == sorted(kept)  # once it is there, it stays
    assert [kept[0], kept[-1]] == [False, True]


@pytest.mark.slow
@pytest.mark.parametrize("joined", [False, True], ids=["own", "joined"])
def test_a_killed_process_leaves_whole_transactions_in_a_file(tmp_path: Path, *, joined: bool) -> None:
    """Whichever step of a transaction a process dies at, the next one finds all of it or nothing, and goes on."""
    check(project.sqlite_settings(tmp_path / "killed.sqlite3"), joined=joined)


@pytest.mark.slow
@pytest.mark.parametrize("joined", [pytest.param(False, marks=pytest.mark.deep), True], ids=["own", "joined"])
def test_a_killed_process_leaves_whole_transactions_in_postgresql(postgres_database: str, *, joined: bool) -> None:
    """The same, where a server notices that its client is gone."""
    check(project.server_settings(postgres_database), joined=joined)


@pytest.mark.deep
@pytest.mark.parametrize("joined", [False, True], ids=["own", "joined"])
def test_a_killed_process_leaves_whole_transactions_in_mariadb(mariadb_database: str, *, joined: bool) -> None:
    """The same on MariaDB."""
    check(project.server_settings(mariadb_database), joined=joined)
