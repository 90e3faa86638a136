"""A journal whose file system dies, fails, or loses an answer at any step, and whose next process goes on."""

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit.backends import _journal_log
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import ConflictError, RetryTransaction, StorageError, TransactionUsageError
from sharekit.ports import Eq, Query, Row, Transaction
from tests.backends._journals import journal, names, watch
from tests.backends._notes import NOTE, TENANT, got, keep, note

# A journal with two checkpoints is copied for each step of the system's. A fork of this process makes
# two commits, of which the second is due for a checkpoint, and dies, or meets an error, at that step.
EVERY_STEP = """
import json, os, shutil, sys, warnings
from pathlib import Path
from sharekit.backends import _journal_checkpoints, _journal_log
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import SharekitError, StorageError
from sharekit.ports import Int, KindSpec, Query, Row

NOTE = KindSpec("note", {"size": Int})
root, mode, point, stride = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
_journal_checkpoints._FEWEST = 2
_journal_log._PAUSES = (0.0, 0.0)

def note(id_, size=None):
    return Row(tenant="acme", kind="note", id=id_, revision=0, schema=1, keys={"size": size}, body="{}")

def opened(path):
    store = JournalRecordStore(path)
    store.open([NOTE])
    return store

def pair(store, number):
    with store.transaction("acme", write=True) as tx:
        tx.put(note(f"{number}-left"))
        tx.bump("note", "count", "size", None)
        tx.put(note(f"{number}-right"))

def state(store):
    with store.transaction("acme") as tx:
        ids = [row.id for row in tx.find(Query("note"))]
        return tx.get("note", "count").keys["size"], ids

base = opened(root / "base")
with base.transaction("acme", write=True) as tx:
    tx.put(note("count", 0))
for number in range(1, 5):
    pair(base, number)

def step(point, path, told):
    store = opened(path)
    seen = 0
    def watched(call):
        def at(*arguments, **named):
            nonlocal seen
            seen += 1
            mine = seen == point
            if mine and mode == "dies before":
                os._exit(9)
            if mine and mode == "fails before":
                raise OSError(28, "no space left on device")
            result = call(*arguments, **named)
            if mine and mode == "dies after":
                os._exit(9)
            if mine and mode == "fails after":
                if call is real["open"]:
                    os.close(result)
                raise OSError(5, "input/output error")
            return result
        return at
    real = {name: getattr(os, name) for name in ("open", "link", "replace", "unlink", "fsync")}
    for name, call in real.items():
        setattr(os, name, watched(call))
    for number in (5, 6):
        try:
            pair(store, number)
        except StorageError:
            os.write(told, b"e")
        else:
            os.write(told, b"k")
    for name, call in real.items():
        setattr(os, name, call)
    if seen >= point:
        os.write(told, b"x")
        pair(store, 7)
        os.write(told, b"k")
    os._exit(0)

while True:
    path = root / f"{mode}-{point}".replace(" ", "-")
    shutil.copytree(root / "base", path)
    read, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            step(point, path, told)
        except BaseException as error:
            print(point, repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    os.close(told)
    answers = os.fdopen(read).read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 0 and "x" not in answers:
        break
    after = opened(path)
    count, ids = state(after)
    pair(after, 8)
    fresh, _ = state(opened(path))
    torn = [number for number in range(1, 9) if (f"{number}-left" in ids) != (f"{number}-right" in ids)]
    print(json.dumps({"point": point, "code": code, "answers": answers, "count": count, "pairs": len(ids) // 2,
                      "torn": torn, "fresh": fresh}), flush=True)
    shutil.rmtree(path)
    point += stride
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork")
@pytest.mark.parametrize(
    ("first", "mode"), [(1, "dies before"), (2, "dies after"), (2, "fails before"), (1, "fails after")]
)
def test_every_step_of_a_commit_and_a_checkpoint(tmp_path: Path, first: int, mode: str, deep: bool) -> None:
    """Whichever call to the system is the last or fails, each commit is there as a whole or not, and once."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            EVERY_STEP,
            str(tmp_path),
            mode,
            *(["1", "1"] if deep else [str(first), "2"]),
        ],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]

    assert len(results) > (30 if deep else 15)
    for result in results:
        kept, unknown = 4 + result["answers"].count("k"), result["answers"].count("e")
        unknown += result["code"] == 9
        assert result["torn"] == [], result
        assert kept <= result["count"] <= kept + unknown, result
        assert result["pairs"] == result["count"], result
        assert result["fresh"] == result["count"] + 1, result


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again without waiting."""
    monkeypatch.setattr(_journal_log, "_PAUSES", (0.0, 0.0))


@pytest.fixture
def url(tmp_path: Path) -> Path:
    """The folder of a journal."""
    return tmp_path / "journal"


class Fault:
    """
    Fails so often at an operation on commits.

    Attributes:
        meanwhile: Another store, which commits and compacts before the failure.
    """

    def __init__(self, operation: str, *, done: bool, times: int) -> None:
        self._operation = operation
        self._done = done
        self.times = times
        self.meanwhile: JournalRecordStore | None = None

    def __call__(self, operation: str, name: str, done: bool) -> None:
        """Fail, if it is time to."""
        if operation == self._operation and done is self._done and name.startswith("commits") and self.times:
            self.times -= 1
            if self.meanwhile is not None:
                keep(self.meanwhile, note("meanwhile"))
                self.meanwhile.compact()
            raise StorageError("the network") from TimeoutError()


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_is_found_out(url: Path, done: bool, times: int) -> None:
    """When a commit was stored or not and the answer was lost, it is kept exactly once, without a conflict."""
    store = journal(url)
    keep(store, note("a", size=0))
    watch(store, Fault("create", done=done, times=times))
    with store.transaction(TENANT, write=True) as tx:
        tx.bump("short-note", "a", "size", None)

    assert got(store, "a") == got(journal(url), "a") == note("a", revision=2, size=1)
    assert names(url, "commits") == ["1", "2"]


@pytest.mark.parametrize(("done", "kept"), [(False, None), (True, note("a", revision=1))])
def test_a_store_that_cannot_be_reached_is_an_error(url: Path, done: bool, kept: object) -> None:
    """While every answer is lost `StorageError` is raised with the cause, no callback runs, and later it goes on."""
    store = journal(url)
    called: list[str] = []
    watch(store, Fault("create", done=done, times=3))

    def write() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(note("a"))
            tx.after_commit(lambda: called.append("never"))

    with pytest.raises(StorageError) as caught:
        write()

    assert isinstance(caught.value.__cause__, TimeoutError)
    assert called == []
    assert got(store, "a") == got(journal(url), "a") == kept
    keep(store, note("b"))


def test_a_lost_answer_is_found_out_after_others_compacted(url: Path) -> None:
    """A commit that was stored, followed by others and let go of before its writer asks, is known again by its id."""
    store, other = journal(url), journal(url)
    keep(store, note("a", size=0))
    fault = Fault("create", done=True, times=1)
    fault.meanwhile = other
    watch(store, fault)
    with store.transaction(TENANT, write=True) as tx:
        tx.bump("short-note", "a", "size", None)

    assert got(store, "a") == got(journal(url), "a") == note("a", revision=2, size=1)
    assert names(url, "commits") == []


def test_a_commit_that_was_never_stored_follows_what_others_compacted(url: Path) -> None:
    """The number was taken and let go of by others meanwhile: the commit takes a later one."""
    store, other = journal(url), journal(url)
    fault = Fault("create", done=False, times=1)
    fault.meanwhile = other
    watch(store, fault)
    keep(store, note("a"))

    assert names(url, "commits") == ["2"]
    assert got(store, "meanwhile") == got(other, "meanwhile") == note("meanwhile", revision=1)


def test_a_commit_of_long_ago_is_unknown_and_said_to_be(url: Path) -> None:
    """When not even the checkpoint remembers the number, `StorageError` says that the outcome is unknown."""
    store, other = journal(url), journal(url)
    for one in (store, other):
        one._journal.state.recent = deque(maxlen=1)

    def told(operation: str, name: str, done: bool) -> None:
        if operation == "create" and done and not got(other, "b"):
            keep(other, note("b"))
            keep(other, note("c"))
            other.compact()
            raise StorageError("the network")

    watch(store, told)
    with pytest.raises(StorageError, match="so long ago"):
        keep(store, note("a"))

    assert got(store, "a") == note("a", revision=1)


def test_who_loses_for_too_long_is_asked_to_retry(url: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer whom others overtake again and again raises `RetryTransaction` in the end, and keeps nothing."""
    store, other = journal(url), journal(url)
    overtake_at_the_last_moment(store, other, "first")
    monkeypatch.setattr(_journal_log, "_PATIENCE", 0.0)
    with pytest.raises(RetryTransaction):
        overtake_at_the_last_moment(store, other, "second")

    assert got(store, "first") == note("first", revision=1)
    assert got(store, "second") is None
    assert got(store, "before second") == note("before second", revision=1)


def overtake_at_the_last_moment(store: JournalRecordStore, other: JournalRecordStore, id_: str) -> None:
    """Commit to one journal just before another store does."""

    def told(operation: str, name: str, done: bool) -> None:
        if operation == "create" and not done and not got(other, f"before {id_}"):
            keep(other, note(f"before {id_}"))

    with store.transaction(TENANT, write=True) as tx:
        tx.put(note(id_))
        watch(store, told)


def test_a_turn_that_never_comes_is_a_retry(url: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer waits for another thread, or another process, only so long; readers do not wait."""
    store = journal(url)
    keep(store, note("a"))
    monkeypatch.setattr(_journal_log, "_PATIENCE", 0.02)
    raised: list[BaseException] = []

    def write() -> None:
        try:
            keep(store, note("b"))
        except RetryTransaction as error:
            raised.append(error)

    with store.transaction(TENANT, write=True):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    assert len(raised) == 1
    if sys.platform == "win32":
        return
    program = "import fcntl, sys; file = open(sys.argv[1], 'r+'); fcntl.lockf(file, 2); print(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(url / "turn")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        write()
        seen = got(store, "a")
        assert holder.stdin is not None
        holder.stdin.close()
    monkeypatch.setattr(_journal_log, "_PATIENCE", 60.0)
    keep(store, note("b"))

    assert len(raised) == 2
    assert seen == note("a", revision=1)


def test_an_error_at_the_beginning_leaves_the_thread_free(url: Path) -> None:
    """When the first question fails, the next transaction of the thread can begin."""
    store = journal(url)
    folder = store._journal.folder
    watch(store, Fault("read", done=False, times=2))
    for write in (False, True):
        with pytest.raises(StorageError), store.transaction(TENANT, write=write):
            pass
    store._journal.folder = folder
    keep(store, note("a"))

    assert got(store, "a") == note("a", revision=1)


def test_a_transaction_begins_once(url: Path) -> None:
    """A transaction that is over does not begin again, and one that never began cannot be used."""
    store = journal(url)
    over = store.transaction(TENANT, write=True)
    with over as tx:
        tx.put(note("a"))

    with pytest.raises(TransactionUsageError), over:
        pass
    with pytest.raises(TransactionUsageError):
        store.transaction(TENANT).get("short-note", "a")
    assert got(store, "a") == note("a", revision=1)


def test_a_transaction_does_not_open_its_own_store(url: Path) -> None:
    """`open` and `tenants` inside a transaction raise `TransactionUsageError` and do not wait for themselves."""
    store = journal(url)
    with store.transaction(TENANT, write=True) as tx:
        with pytest.raises(TransactionUsageError):
            store.open([NOTE])
        with pytest.raises(TransactionUsageError):
            store.tenants("short-note")
        tx.put(note("a"))

    assert list(store.tenants("short-note")) == [TENANT]


def test_what_was_only_read_counts_too(url: Path) -> None:
    """A transaction conflicts when a row that it read, found or missed was changed before its commit."""
    store, other = journal(url), journal(url)
    keep(store, note("a"), note("b", title="x"))
    uses: list[tuple[Callable[[Transaction], object], Row]] = [
        (lambda tx: tx.get("short-note", "a"), note("a", revision=1, title="1")),
        (lambda tx: tx.get_many([("short-note", "a")]), note("a", revision=2, title="2")),
        (lambda tx: tx.find(Query("short-note", where=Eq("title", "x"))), note("b", revision=1, title="3")),
        (lambda tx: tx.get("short-note", "missing"), note("missing")),
    ]

    def write(use: Callable[[Transaction], object], change: Row) -> None:
        with store.transaction(TENANT, write=True) as tx:
            use(tx)
            keep(other, change)
            tx.put(note("never"))

    for use, change in uses:
        with pytest.raises(ConflictError):
            write(use, change)

    assert got(store, "never") is None
