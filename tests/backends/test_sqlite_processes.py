"""The SQLite store among processes: writers in numbers, forks, and deaths at any moment."""

import contextlib
import ctypes
import os
import random
import resource
import select
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sharekit.backends import _forks, _sqlite_connections, _sqlite_handles
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import Int, KindSpec, Query, Row

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork and no kill -9")

TENANT = TenantId("acme")
NOTE = KindSpec("note", {"size": Int}, indexes=[("size",)])

# What the other processes run: the same few words, then a story of their own.
WORDS = """
import sys
import attrs
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import ConflictError, RetryTransaction
from sharekit.ports import Int, KindSpec, Row

def note(id_, size=None):
    return Row(tenant="acme", kind="note", id=id_, revision=0, schema=1, keys={"size": size}, body="{}")

store = SqliteRecordStore(sys.argv[1])
store.open([KindSpec("note", {"size": Int}, indexes=[("size",)])])
me, times = sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
"""
ADDS = """
for turn in range(times):
    with store.transaction("acme", write=True) as tx:
        row = tx.get("note", "shared")
        tx.put(attrs.evolve(row, keys={"size": row.keys["size"] + 1}))
        tx.put(note(f"{me}-{turn}"))
store.close()
"""
COUNTS = """
counted = []
for turn in range(times):
    with store.transaction("acme", write=True) as tx:
        counted.append(tx.bump("note", "shared", "size", 10))
print(sum(count is not None for count in counted))
"""
PAIRS = """
for turn in range(times):
    with store.transaction("acme", write=True) as tx:
        tx.put(note(f"{me}-{turn}-left"))
        tx.bump("note", "shared", "size", None)
        tx.put(note(f"{me}-{turn}-right"))
    print(turn, flush=True)
"""
READS = """
for turn in range(times):
    wanted = int(sys.stdin.readline())
    with store.transaction("acme") as tx:
        print(tx.get("note", "shared").keys["size"] - wanted, flush=True)
"""


def note(id_: str, size: int | None = None) -> Row:
    """A new note."""
    return Row(tenant=TENANT, kind="note", id=id_, revision=0, schema=1, keys={"size": size}, body="{}")


def keep(store: SqliteRecordStore, *rows: Row) -> None:
    """Commit rows."""
    with store.transaction(TENANT, write=True) as tx:
        for row in rows:
            tx.put(row)


def ids(store: SqliteRecordStore) -> list[str]:
    """The ids of all notes."""
    with store.transaction(TENANT) as tx:
        return [row.id for row in tx.find(Query("note"))]


def shared(store: SqliteRecordStore) -> int:
    """The size of the note that everybody changes."""
    with store.transaction(TENANT) as tx:
        row = tx.get("note", "shared")

    assert row is not None
    assert isinstance(row.keys["size"], int)
    return row.keys["size"]


def process(story: str, path: Path, me: object, times: int) -> subprocess.Popen[str]:
    """Start a process that opens the store, says so, waits for a line, and then tells its story."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORDS + story, str(path), str(me), str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def race(story: str, path: Path, processes: int, times: int) -> list[str]:
    """Let processes tell their stories at once; return what each printed."""
    running = [process(story, path, number, times) for number in range(processes)]
    for one in running:
        assert one.stdout is not None
        assert one.stdin is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=500) for one in running]

    assert [errors for _, errors in said] == [""] * processes
    return [words for words, _ in said]


@contextlib.contextmanager
def forked(child: Callable[[], None]) -> Iterator[Callable[[], int]]:
    """Run *child* in a fork of this process; what is given waits for it and returns 0 when it went well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads run in some of these tests
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            child()
            status = 0
        finally:
            os._exit(status)
    statuses: list[int] = []

    def wait() -> int:
        if not statuses:
            statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return statuses[0]

    try:
        yield wait
    finally:
        wait()


class Signal:
    """Something that one process does and another waits for."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def give(self) -> None:
        """Let the other one go on."""
        os.write(self._write, b"x")

    def await_(self) -> None:
        """Wait until it was given, a minute at most."""
        if not select.select([self._read], [], [], 60)[0]:
            raise TimeoutError("the other process is stuck")
        os.read(self._read, 1)

    def close(self) -> None:
        """Close both ends."""
        os.close(self._read)
        os.close(self._write)


@pytest.fixture
def signals() -> Iterator[tuple[Signal, Signal]]:
    """Two signals."""
    both = Signal(), Signal()
    yield both
    for one in both:
        one.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of the store."""
    return tmp_path / "records.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteRecordStore]:
    """An open store of notes."""
    store = SqliteRecordStore(path)
    store.open([NOTE])
    yield store
    store.close()


# --- many at once --------------------------------------------------------------------------------


def test_many_writers_lose_nothing_and_see_no_lock(path: Path, *, deep: bool) -> None:
    """Processes that open a new file at once, read, add and put at once, all succeed, each change kept."""
    processes, times = (64, 100) if deep else (6, 25)
    with contextlib.closing(SqliteRecordStore(path)) as store:
        store.open([NOTE])
        keep(store, note("shared", 0))
        race(ADDS, path, processes, times)

        assert shared(store) == processes * times
        assert len(ids(store)) == processes * times + 1


def test_a_limit_is_exact_among_processes(path: Path, store: SqliteRecordStore, *, deep: bool) -> None:
    """Of many tries in many processes exactly as many succeed as the limit allows."""
    processes, times = (16, 80) if deep else (4, 20)
    keep(store, note("shared"))
    counted = race(COUNTS, path, processes, times)

    assert sum(map(int, counted)) == 10
    assert shared(store) == 10


def test_processes_may_open_a_new_file_at_once(path: Path, *, deep: bool) -> None:
    """Whoever comes first makes the tables, and all others find them."""
    race("store.close()", path, 32 if deep else 4, 0)
    with contextlib.closing(SqliteRecordStore(path)) as store:
        store.open([NOTE])

        assert ids(store) == []


def test_a_commit_is_seen_by_another_process_at_once(path: Path, store: SqliteRecordStore, *, deep: bool) -> None:
    """A process that begins to read after the commit of another never reads the state before."""
    pairs = 10_000 if deep else 300
    keep(store, note("shared", 0))
    with process(READS, path, "reader", pairs) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        reader.stdin.write("go\n")
        stale = 0
        for turn in range(1, pairs + 1):
            with store.transaction(TENANT, write=True) as tx:
                tx.bump("note", "shared", "size", None)
            reader.stdin.write(f"{turn}\n")
            reader.stdin.flush()
            stale += reader.stdout.readline() != "0\n"

    assert stale == 0


# --- deaths --------------------------------------------------------------------------------------


def test_a_killed_writer_leaves_whole_transactions(path: Path, store: SqliteRecordStore, *, deep: bool) -> None:
    """After kill -9 at any moment what was acknowledged is there, nothing is there by half, and nothing is locked."""
    keep(store, note("shared", 0))
    chance = random.Random(20260302)  # noqa: S311  # no secret
    for turn in range(100 if deep else 4):
        victim = process(PAIRS, path, turn, 1_000_000)
        assert victim.stdin is not None
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ready\n"
        victim.stdin.write("go\n")
        victim.stdin.flush()
        acknowledged = [victim.stdout.readline() for _ in range(chance.randrange(1, 30))]
        # Not a pause: the point of the death, anywhere within a few transactions.
        time.sleep(chance.random() * 0.003)
        victim.send_signal(signal.SIGKILL)
        # Not `communicate`, which forgets the lines that came together with the last one read.
        acknowledged += victim.stdout.readlines()
        victim.communicate()
        whole = [words for words in acknowledged if words.endswith("\n")]
        found = ids(store)
        mine = [id_ for id_ in found if id_.startswith(f"{turn}-")]

        assert len(mine) in {2 * len(whole), 2 * len(whole) + 2}
        assert len(mine) == 2 * len({id_.rpartition("-")[0] for id_ in mine})
        assert shared(store) == (len(found) - 1) // 2
        keep(store, note(f"after-{turn}-left"), note(f"after-{turn}-right"))
        with store.transaction(TENANT, write=True) as tx:
            tx.bump("note", "shared", "size", None)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_disk_without_room_is_an_error_and_reads_go_on(path: Path, store: SqliteRecordStore) -> None:
    """A process that may not write another byte raises `StorageError`, reads on, and leaves the file whole."""
    keep(store, note("a", 1))

    def child() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        assert ids(store) == ["a"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for _ in range(3):
            with pytest.raises(StorageError) as caught:
                keep(store, note("b"))
            assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
            assert ids(store) == ["a"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        keep(store, note("c"))

    with forked(child) as done:
        assert done() == 0
    assert ids(store) == ["a", "c"]


def test_a_file_that_may_not_be_written_is_an_error_and_reads_go_on(
    tmp_path: Path, signals: tuple[Signal, Signal]
) -> None:
    """A process that may only read the file reads, and raises `StorageError` when it writes."""
    if os.geteuid() != 0:
        pytest.skip("platform: only root can become somebody who may not write")
    path = tmp_path / "records.db"
    store = SqliteRecordStore(path)
    store.open([NOTE])
    keep(store, note("a"))
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
        folder.chmod(0o755)
    path.chmod(0o644)
    reading, _ = signals

    def child() -> None:
        reading.await_()
        os.setgid(65534)
        os.setuid(65534)
        mine = SqliteRecordStore(path)
        mine.open([NOTE])
        assert ids(mine) == ["a"]
        with pytest.raises(StorageError) as caught:
            keep(mine, note("b"))
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert ids(mine) == ["a"]
        with pytest.raises(StorageError):
            mine.open([KindSpec("more")])

    with forked(child) as done, store.transaction(TENANT) as tx:
        tx.get("note", "a")
        reading.give()

        assert done() == 0
    store.close()


# --- forks ---------------------------------------------------------------------------------------


def test_parent_and_child_go_on_after_a_fork(store: SqliteRecordStore, signals: tuple[Signal, Signal]) -> None:
    """A forked child reads and writes, while its parent reads and writes."""
    keep(store, note("before"))
    wrote, wrote_too = signals

    def child() -> None:
        assert ids(store) == ["before"]
        keep(store, note("child"))
        wrote.give()
        wrote_too.await_()
        assert ids(store) == ["before", "child", "parent"]
        store.close()

    with forked(child) as done:
        wrote.await_()
        keep(store, note("parent"))
        wrote_too.give()

        assert done() == 0
    assert ids(store) == ["before", "child", "parent"]


def test_no_stamp_crosses_a_fork(store: SqliteRecordStore) -> None:
    """A child is given stamps of its own, and what it commits is in the next one of its parent."""
    keep(store, note("a"))
    before = [store.stamp(), store.stamp()]

    def child() -> None:
        assert store.stamp() not in before
        keep(store, note("b"))

    with forked(child) as waited:
        assert waited() == 0
    assert before[0] == before[1]
    assert store.stamp() not in before


def test_no_stamp_comes_again_when_the_store_was_closed(store: SqliteRecordStore) -> None:
    """Whatever happens to the file meanwhile: the connection is another one, which counts anew."""
    keep(store, note("a"))
    before = {store.stamp() for _ in range(3)}
    for _ in range(3):
        store.close()
        store.open([NOTE])
        stamp = store.stamp()

        assert stamp not in before
        before.add(stamp)


def test_what_a_child_commits_stays_when_its_parent_closes(
    path: Path, store: SqliteRecordStore, signals: tuple[Signal, Signal]
) -> None:
    """A child that goes on after its parent closed the store loses nothing of what it commits."""
    keep(store, note("before"))
    wrote, closed = signals

    def child() -> None:
        keep(store, note("first"))
        wrote.give()
        closed.await_()
        keep(store, note("second"))
        os._exit(0)  # as a killed worker would, without closing anything

    with forked(child) as done:
        wrote.await_()
        store.close()
        closed.give()

        assert done() == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT id FROM sharekit_note ORDER BY id").fetchall()

    assert found == [("before",), ("first",), ("second",)]


def test_the_children_of_children_go_on(store: SqliteRecordStore) -> None:
    """Forks of forks, each with a transaction before and after, keep everything."""
    keep(store, note("0"))

    def child(depth: int) -> None:
        keep(store, note(f"{depth}"))
        if depth < 3:
            with forked(lambda: child(depth + 1)) as done:
                keep(store, note(f"{depth}-beside"))
                assert done() == 0
        keep(store, note(f"{depth}-after"))

    with forked(lambda: child(1)) as done:
        assert done() == 0
    assert len(ids(store)) == 1 + 3 + 2 + 3


def test_a_fork_waits_for_the_transactions_of_other_threads(
    store: SqliteRecordStore, signals: tuple[Signal, Signal]
) -> None:
    """What another thread is in the middle of is committed before the child exists."""
    begun, _ = signals

    def write() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(note("thread"))
            begun.give()
            for number in range(200):
                tx.put(note(f"thread-{number}"))

    def child() -> None:
        assert len(ids(store)) == 201
        keep(store, note("child"))

    thread = threading.Thread(target=write)
    thread.start()
    begun.await_()
    with forked(child) as done:
        assert done() == 0
    thread.join()

    assert len(ids(store)) == 202


def test_a_child_of_a_transaction_is_refused_and_harmless(
    path: Path, store: SqliteRecordStore, signals: tuple[Signal, Signal]
) -> None:
    """A fork inside a transaction: the child's copy is dead and the child is refused, the parent commits."""
    keep(store, note("before"))
    tried, _ = signals

    def child() -> None:
        for use in (lambda: tx.get("note", "before"), lambda: tx.put(note("child"))):
            with pytest.raises(TransactionUsageError):
                use()
        with pytest.raises(StorageError):
            block.__exit__(None, None, None)
        with pytest.raises(StorageError) as caught:
            ids(store)
        assert isinstance(caught.value.__cause__, RuntimeError)
        store.close()
        tried.give()

    block = store.transaction(TENANT, write=True)
    with block as tx:
        tx.put(note("parent"))
        with forked(child) as done:
            tried.await_()
            tx.put(note("parent-too"))

            assert done() == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        checked = connection.execute("PRAGMA integrity_check").fetchall()

    assert ids(store) == ["before", "parent", "parent-too"]
    assert checked == [("ok",)]


@pytest.mark.parametrize("used_before", [False, True])
def test_another_store_on_the_file_does_not_help_such_a_child(
    path: Path, store: SqliteRecordStore, *, used_before: bool
) -> None:
    """A fork inside a transaction of one store: the child opens that file by no other, and other files as before."""
    keep(store, note("before"))
    second, elsewhere = SqliteRecordStore(path.parent / "." / path.name), SqliteRecordStore(path.parent / "other.db")
    elsewhere.open([NOTE])
    if used_before:
        second.open([NOTE])
        keep(second, note("second"))

    def child() -> None:
        for use in (lambda: second.open([NOTE]), lambda: ids(second), lambda: SqliteRecordStore(path).open([NOTE])):
            with pytest.raises((StorageError, TransactionUsageError)):
                use()
        keep(elsewhere, note("child"))

    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("parent"))
        with forked(child) as done:
            assert done() == 0
    second.open([NOTE])
    found = [ids(store), ids(second), ids(elsewhere)]
    second.close()
    elsewhere.close()

    assert found[0] == found[1]
    assert found[2] == ["child"]
    assert "parent" in found[0]


def test_a_fork_does_not_wait_for_ever(
    store: SqliteRecordStore, signals: tuple[Signal, Signal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another thread's transaction does not end, the child is refused and the thread commits."""
    monkeypatch.setattr(_sqlite_connections, "_FORK_PATIENCE", 0.01)
    begun, over = signals

    def write() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(note("thread"))
            begun.give()
            over.await_()

    def child() -> None:
        with pytest.raises(StorageError):
            ids(store)

    thread = threading.Thread(target=write)
    thread.start()
    begun.await_()
    with forked(child) as done:
        status = done()
    over.give()
    thread.join()

    assert status == 0
    assert ids(store) == ["thread"]


@pytest.mark.parametrize("mark", [_forks.own_mark, _forks.AskedMark], ids=["by a page", "by its number"])
def test_a_fork_that_runs_no_hooks_is_noticed(
    path: Path, mark: Callable[[], _forks.Mark], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child of a fork in C, which copies open connections, is refused instead of using them."""
    monkeypatch.setattr(_sqlite_handles, "own_mark", mark)
    store = SqliteRecordStore(path)
    store.open([NOTE])
    keep(store, note("a"))
    pid = ctypes.CDLL(None).fork()
    if pid == 0:
        status = 1
        try:
            ids(store)
        except StorageError:
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    keep(store, note("b"))
    kept = ids(store)
    store.close()

    assert status == 0
    assert kept == ["a", "b"]


def test_a_store_made_before_a_fork_and_opened_after_it(path: Path) -> None:
    """A store that was not open yet is opened by parent and child, each for itself."""
    store = SqliteRecordStore(path)

    def child() -> None:
        store.open([NOTE])
        keep(store, note("child"))
        store.close()

    with forked(child) as done:
        assert done() == 0
    store.open([NOTE])

    assert ids(store) == ["child"]
    store.close()
