"""A journal among processes: writers in numbers on a disk and in a bucket, forks, and a writer that is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from sharekit.backends.fsspec import JournalRecordStore, JournalTransaction
from sharekit.errors import ConflictError, RetryTransaction, TransactionUsageError
from sharekit.ports import Query
from tests.backends._journals import every, journal
from tests.backends._notes import NOTE, TENANT, got, keep, note
from tests.servers.s3 import REGION, Bucket

# Each writer adds to the same two counters, one by reading and putting, one by bump, and keeps a note of each
# success under an id that nobody else can have.
WRITER = """
import json, sys, time, random
import attrs
from sharekit.backends import _journal_checkpoints
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import ConflictError, RetryTransaction
from sharekit.ports import Bool, Int, KindSpec, Ref, Row, Text, Time

_journal_checkpoints._FEWEST = 16
NOTE = KindSpec("short-note", {"title": Text, "at": Time, "size": Int, "done": Bool, "owner": Ref})

def note(id_):
    return Row(tenant="acme", kind="short-note", id=id_, revision=0, schema=1, keys=dict.fromkeys(NOTE.keys), body="{}")

url, options, me, times = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4])
store = JournalRecordStore(url, options=options)
store.open([NOTE])
print("ready", flush=True)
sys.stdin.readline()
lost = 0
for turn in range(times):
    while True:
        try:
            with store.transaction("acme", write=True) as tx:
                row = tx.get("short-note", "read")
                tx.put(attrs.evolve(row, keys={**row.keys, "size": row.keys["size"] + 1}))
                tx.bump("short-note", "bumped", "size", None)
                tx.put(note(f"{me}-{turn}"))
            break
        except (ConflictError, RetryTransaction):
            lost += 1
            time.sleep(random.uniform(0, 0.02))
print(lost, flush=True)
"""


def run_writers(url: str, options: Mapping[str, object], times: int) -> None:
    """Let four processes write at the same time, so often each."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITER, url, json.dumps(options), f"writer{number}", str(times)],
            env={**os.environ, "AWS_DEFAULT_REGION": REGION},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for number in range(4)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    codes = [(writer.communicate(), writer.returncode)[1] for writer in writers]

    assert codes == [0, 0, 0, 0]


def check_written(store: JournalRecordStore, times: int) -> None:
    """Nothing is lost and nothing is there twice."""
    with store.transaction(TENANT) as tx:
        ids = {row.id for row in tx.find(Query("short-note"))}
        counts = [tx.get("short-note", id_) for id_ in ("read", "bumped")]
    total = 4 * times

    assert [row and (row.keys["size"], row.revision) for row in counts] == [(total, total + 1)] * 2
    assert ids == {"read", "bumped"} | {f"writer{me}-{turn}" for me in range(4) for turn in range(times)}
    assert store._journal.state.number == total + 1


def test_four_writers_on_a_disk_lose_nothing(tmp_path: Path, deep: bool) -> None:
    """Four processes count together in one folder, over several checkpoints."""
    times = 500 if deep else 20
    store = journal(tmp_path)
    keep(store, note("read", size=0), note("bumped", size=0))
    run_writers(str(tmp_path), {}, times)

    check_written(store, times)
    check_written(journal(tmp_path), times)


def test_four_writers_without_turns_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deep: bool) -> None:
    """Turns are a courtesy: four stores of one process, which do not wait for one another, count as well."""
    every(monkeypatch, 16)
    times = 300 if deep else 20
    keep(journal(tmp_path), note("read", size=0), note("bumped", size=0))

    met = threading.Barrier(4, timeout=240)  # the first time all have read before one of them writes

    def write(me: int) -> int:
        store, lost, first = journal(tmp_path), 0, iter([met.wait])
        for turn in range(times):
            while not _counted(store, f"writer{me}-{turn}", first):
                lost += 1
        return lost

    with ThreadPoolExecutor(4) as pool:
        lost = list(pool.map(write, range(4)))

    assert sum(lost) > 0  # otherwise they did not meet, and nothing was shown
    check_written(journal(tmp_path), times)


def _counted(store: JournalRecordStore, id_: str, meetings: Iterator[Callable[[], object]]) -> bool:
    try:
        with store.transaction(TENANT, write=True) as tx:
            row = tx.get("short-note", "read")
            for meet in meetings:
                meet()
            assert row is not None
            assert isinstance(row.keys["size"], int)
            tx.put(attrs.evolve(row, keys={**row.keys, "size": row.keys["size"] + 1}))
            tx.bump("short-note", "bumped", "size", None)
            tx.put(note(id_))
    except (ConflictError, RetryTransaction):
        return False
    return True


@pytest.mark.slow
def test_four_writers_on_s3_lose_nothing(moto_bucket: Bucket, deep: bool) -> None:
    """Four processes count together in one bucket, over several checkpoints."""
    times = 100 if deep else 5
    store = JournalRecordStore(moto_bucket.url, options=moto_bucket.options)
    store.open([NOTE])
    keep(store, note("read", size=0), note("bumped", size=0))
    run_writers(moto_bucket.url, moto_bucket.options, times)

    check_written(store, times)


# --- forks ---------------------------------------------------------------------------------------

forks = pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JournalRecordStore]:
    """An open journal."""
    store = journal(tmp_path)
    yield store
    store.close()


def in_fork(call: Callable[[], object]) -> int:
    """Call something in a forked process, and return its exit code: 0 unless it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside the threads of other tests
        child = os.fork()
    if child == 0:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  # the child must end here
            print(repr(error), file=sys.stderr)  # noqa: T201  # for whoever looks into a failure
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@forks
def test_a_forked_process_goes_on_with_the_store(store: JournalRecordStore) -> None:
    """A child reads and writes with the store of its parent, and the parent sees that at once."""
    keep(store, note("a"))
    code = in_fork(lambda: keep(store, note("b")))
    keep(store, note("c"))

    assert code == 0
    assert [got(store, id_) for id_ in "abc"] == [note(id_, revision=1) for id_ in "abc"]


@forks
def test_a_fork_in_the_middle_of_a_transaction_commits_once(store: JournalRecordStore) -> None:
    """The copy of a transaction in a child refuses to go on, keeps nothing, and new ones of the child work."""
    codes: list[int] = []

    def child(tx: JournalTransaction) -> None:
        with pytest.raises(TransactionUsageError):
            tx.get("short-note", "a")
        keep(store, note("childs"))
        with pytest.raises(TransactionUsageError):
            tx.__exit__(None, None, None)
        tx.__exit__(ValueError, ValueError(), None)

    with store.transaction(TENANT) as tx:
        codes.append(in_fork(lambda: child(tx)))
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("parents"))

    assert codes == [0]
    with store.transaction(TENANT) as tx:
        assert [row.id for row in tx.find(Query("short-note"))] == ["childs", "parents"]


@forks
def test_a_fork_while_a_thread_changes_the_rows_reads_them_anew(store: JournalRecordStore) -> None:
    """A child that was forked when the rows were half changed trusts none of them, and is not stuck."""
    keep(store, note("a"))

    def child() -> None:
        assert store._journal.state.number == 0
        assert got(store, "a") == note("a", revision=1)
        keep(store, note("b"))

    with store._journal.held.guard:
        code = in_fork(child)

    assert code == 0
    assert got(store, "b") == note("b", revision=1)


@forks
@pytest.mark.slow
def test_a_forked_process_makes_connections_of_its_own(moto_bucket: Bucket) -> None:
    """A process that has read from a bucket can be forked, and the child and the parent go on."""
    program = """
import json, os, sys
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.ports import KindSpec, Row
store = JournalRecordStore(sys.argv[1], options=json.loads(sys.argv[2]))
store.open([KindSpec("plain")])
def keep(id_):
    with store.transaction("acme", write=True) as tx:
        tx.put(Row(tenant="acme", kind="plain", id=id_, revision=0, schema=1, keys={}, body="{}"))
keep("before")
child = os.fork()
keep("child" if child == 0 else "parent")
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
with store.transaction("acme") as tx:
    print([row is not None for row in tx.get_many([("plain", id_) for id_ in ("before", "child", "parent")])])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, moto_bucket.url, json.dumps(moto_bucket.options)],
        env={**os.environ, "AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=240,
    )

    assert (done.stdout, done.returncode) == ("[True, True, True]\n", 0), done.stderr


@forks
def test_writers_that_are_killed_leave_whole_commits(tmp_path: Path, deep: bool) -> None:
    """A writer that is killed at any moment leaves its commits whole, and the next goes on."""
    store = journal(tmp_path)
    keep(store, note("read", size=0), note("bumped", size=0))
    for number in range(40 if deep else 4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), "{}", f"w{number}", "100000"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        with writer:
            assert writer.stdin is not None
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            before = store._journal.state.number
            writer.stdin.write("go\n")
            writer.stdin.flush()
            while store._journal.state.number < before + 7 + number:
                got(store, "read")
            os.kill(writer.pid, signal.SIGKILL)
    with journal(tmp_path).transaction(TENANT) as tx:
        count = tx.count(Query("short-note")) - 2
        sizes = [row.keys["size"] for row in tx.get_many([("short-note", "read"), ("short-note", "bumped")]) if row]

    assert sizes == [count, count]
    assert count >= 4 * 7
    keep(store, note("next"))
