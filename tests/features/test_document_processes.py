"""
Processes that are killed at any moment of their work on documents (kill -9).

No document is without its exact bytes, a retry doubles nothing, and after a sweep there is no byte too many.
"""

import random
import select
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from sharekit import Sharekit
from sharekit.records.requests import DocumentRequest, RequestItem
from sharekit.records.submissions import SubmissionState
from sharekit.records.upkeep import FsckProblem
from tests.features._document_victim import CYCLE, MARIA, PROJECT, body, deed, kit_on, named
from tests.features._faults import goes_on

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no kill -9"),
]

ROOT = Path(__file__).parents[2]
LETTERS = RequestItem("Letters", key="letters", accept={"txt"}, min=50, max=50)


@attrs.frozen
class _Later:
    """A clock that is ahead, so that what was left a moment ago is old."""

    ahead: timedelta

    def now(self) -> datetime:
        """Return that time."""
        return datetime.now(UTC) + self.ahead


def _killed(folder: Path, database: str, token: str, start: int, chance: random.Random) -> int:
    """Let a process work, kill it at some moment, and return the deed that it was at."""
    command = [sys.executable, "-m", "tests.features._document_victim", str(folder), database, token, str(start)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(chance.randint(1, 2 * CYCLE))]
        # In the middle of a deed: it says nothing before that is over, or the time is.
        select.select([process.stdout], [], [], chance.random() * 0.05)
        process.kill()
        said += process.stdout.readlines()
        process.wait(240)

    assert -9 == process.returncode
    return int(said[-1])


def _check_bytes(kit: Sharekit) -> None:
    report = kit.fsck(read=True)

    assert [] == [finding for finding in report.findings if finding.problem is not FsckProblem.UNNAMED]


def _check_all(kit: Sharekit, ended: int, requests: list[DocumentRequest]) -> None:
    """Every deed was done once."""
    expected: Counter[tuple[str, bytes]] = Counter()
    accepted = 0
    for number in range(ended):
        first, step = number - number % CYCLE, number % CYCLE
        if step in {0, 1, 3}:
            expected[named(number), body(number)] += 1
        elif step == 2:
            expected[named(first), body(first)] -= 1
            expected[named(first), body(number)] += 1
        elif step == 4:
            accepted += 1
        elif step == 5:
            expected[named(first + 1), body(first + 1)] -= 1
    found = Counter(
        (each.name, kit.documents.open(each, by=MARIA).read()) for each in kit.documents.of(PROJECT, by=MARIA)
    )
    sent = [each for request in requests for each in kit.requests.submissions(request)]

    assert {key: 1 for key, count in expected.items() if count} == dict(found)
    assert sum(number % CYCLE == 3 for number in range(ended)) == len(sent)
    assert accepted == sum(each.state is SubmissionState.ACCEPTED for each in sent)


def _check_kills(folder: Path, database: str, rounds: int) -> None:
    kit, chance, at = kit_on(folder, database), random.Random(rounds), 0  # noqa: S311  # when to kill
    kit.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", by=MARIA)
    ana = kit.people.add_contact("Ana", "ana@x.test", by=MARIA)
    requests: list[DocumentRequest] = []
    for _ in range(rounds):
        goes_on()
        requests.append(kit.requests.create(to=ana, items=[LETTERS], about=PROJECT, max_files=100, by=MARIA))
        token = kit.requests.token(requests[-1], requests[-1].recipients[0].contact)
        # The last round's deeds are over: each cycle has a request of its own.
        at += -at % CYCLE
        ended = _killed(folder, database, token, at, chance)
        _check_bytes(kit)
        for number in range(ended, ended + CYCLE - ended % CYCLE):
            deed(kit, token, number)
        at = ended + CYCLE - ended % CYCLE
    _check_all(kit, at, requests)
    late = kit_on(folder, database, _Later(timedelta(days=2)))
    late.sweep(dry_run=False)
    _check_all(kit, at, requests)

    assert () == kit.fsck(read=True).findings
    assert 0 == late.sweep().uploads
    late.close()
    kit.close()


def test_kills_on_sqlite(tmp_path: Path, deep: bool) -> None:
    """Whenever a process is killed, the next one goes on from a state before or after each deed."""
    _check_kills(tmp_path, "sqlite", 100 if deep else 4)


def test_kills_on_postgresql(tmp_path: Path, postgres_database: str, deep: bool) -> None:
    """The same where records are at a server, which ends what the process had begun."""
    import sqlalchemy as sa

    from sharekit.backends.sqlalchemy import upgrade

    engine = sa.create_engine(postgres_database)
    upgrade(engine)
    engine.dispose()
    _check_kills(tmp_path, postgres_database, 60 if deep else 2)
