"""The SQLite store closes what it opened, and says in sharekit's words what goes wrong."""

import contextlib
import signal
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sharekit.backends import _sqlite_errors, _sqlite_handles
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import (
    ConflictError,
    IntegrityError,
    RetryTransaction,
    StorageError,
    TransactionUsageError,
)
from sharekit.ports import (
    Int,
    KindSpec,
    Query,
)
from tests.backends._notes import NOTE, TENANT, got, in_thread, keep, note, open_files, plain

# --- threads and connections -------------------------------------------------------------------


def test_the_connection_of_a_finished_thread_is_closed(path: Path, store: SqliteRecordStore) -> None:
    """Threads come and go, and leave no file open."""
    keep(store, note("a"))
    in_thread(lambda: got(store, "a"))
    before = open_files(path)  # SQLite keeps a descriptor for the next connection
    for _ in range(5):
        assert in_thread(lambda: got(store, "a")) == [note("a", revision=1)]

    assert open_files(path) == before


def test_a_store_that_is_dropped_is_closed(tmp_path: Path) -> None:
    """A store that nobody closed leaves no file open, and no warning."""
    store = SqliteRecordStore(tmp_path / "records.db")
    store.open([NOTE])
    keep(store, note("a"))
    assert open_files(tmp_path / "records.db") > 0
    del store

    assert open_files(tmp_path / "records.db") == 0


def test_close_closes_the_connections_of_every_thread(path: Path, store: SqliteRecordStore) -> None:
    """After `close` no file is open, even while threads that used the store live on."""
    used, over = threading.Event(), threading.Event()

    def use() -> None:
        keep(store, note("a"))
        used.set()
        over.wait(60)

    thread = threading.Thread(target=use)
    thread.start()
    assert used.wait(60)
    store.close()
    left = open_files(path)
    over.set()
    thread.join()

    assert left == 0
    with pytest.raises(TransactionUsageError), store.transaction(TENANT):
        pass
    with pytest.raises(TransactionUsageError):
        store.tenants("short-note")


def test_close_waits_for_no_transaction_and_cuts_none_off(path: Path, store: SqliteRecordStore) -> None:
    """What another thread is in the middle of is finished, and its connection closed then."""
    begun, closed = threading.Event(), threading.Event()
    left: list[int] = []

    def use() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(note("a"))
            begun.set()
            closed.wait(60)
            tx.put(note("b"))
        left.append(open_files(path))

    thread = threading.Thread(target=use)
    thread.start()
    assert begun.wait(60)
    store.close()
    closed.set()
    thread.join()
    store.open([NOTE])

    assert left == [0]
    assert got(store, "b") == note("b", revision=1)


def test_a_transaction_does_not_close_its_own_store(store: SqliteRecordStore) -> None:
    """`open`, `close` and `tenants` inside a transaction raise `TransactionUsageError`, and it goes on."""
    with store.transaction(TENANT, write=True) as tx:
        for use in (store.close, lambda: store.open([NOTE]), lambda: store.tenants("short-note")):
            with pytest.raises(TransactionUsageError):
                use()
        tx.put(note("a"))

    assert got(store, "a") is not None


def test_a_transaction_begins_once(store: SqliteRecordStore) -> None:
    """A transaction that is over does not begin again, and one that never began cannot be used."""
    over = store.transaction(TENANT, write=True)
    with over as tx:
        tx.put(note("a"))

    with pytest.raises(TransactionUsageError), over:
        pass
    with pytest.raises(TransactionUsageError):
        store.transaction(TENANT).get("short-note", "a")
    store.transaction(TENANT).__exit__(None, None, None)
    assert got(store, "a") == note("a", revision=1)


# --- what goes wrong -----------------------------------------------------------------------------


def test_a_lock_that_is_not_given_up_asks_for_a_retry(
    path: Path, store: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer waits its time, raises `RetryTransaction`, and can try again; readers do not wait."""
    monkeypatch.setattr(_sqlite_handles, "_PATIENCE", 0.02)
    monkeypatch.setattr(_sqlite_handles, "_BUSY_TIMEOUT", 0.01)
    store.close()
    store.open([NOTE])
    with plain(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryTransaction) as caught:
            keep(store, note("a"))
        absent = got(store, "a")
        connection.execute("ROLLBACK")
    keep(store, note("a"))

    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert absent is None
    assert got(store, "a") == note("a", revision=1)


def test_a_lock_that_is_given_up_in_time_is_waited_for(
    path: Path, store: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that SQLite turned away tries again until the lock is free."""
    turned_away = threading.Event()
    monkeypatch.setattr(_sqlite_handles, "_BUSY_TIMEOUT", 0.001)
    is_busy = _sqlite_errors.is_busy

    def noticed(error: BaseException) -> bool:
        turned_away.set()
        return is_busy(error)

    monkeypatch.setattr(_sqlite_handles, "is_busy", noticed)
    with plain(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=lambda: keep(store, note("a")))
        thread.start()
        assert turned_away.wait(60)
        connection.execute("ROLLBACK")
        thread.join()

    assert got(store, "a") == note("a", revision=1)


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no timers")
def test_an_interrupt_while_waiting_leaves_the_thread_free(
    path: Path, store: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that is interrupted while it waits for its turn can begin again."""
    monkeypatch.setattr(_sqlite_handles, "_BUSY_TIMEOUT", 0.001)
    store.close()
    store.open([NOTE])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    with plain(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            keep(store, note("a"))
        signal.signal(signal.SIGALRM, before)
    keep(store, note("a"))

    assert got(store, "a") == note("a", revision=1)


def test_a_full_disk_is_an_error_and_reads_go_on(store: SqliteRecordStore) -> None:
    """Where there is no room nothing is kept, what is there can be read, and with room it goes on."""
    keep(store, note("a"))
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
    pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    cursor.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError) as caught:
        keep(store, *[note(f"{number}", body="x" * 5000) for number in range(20)])
    count = _count(store)
    cursor.execute("PRAGMA max_page_count = 1000000")
    keep(store, note("b", body="x" * 5000))

    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert count == 1
    assert _count(store) == 2


def test_a_full_disk_while_opening_leaves_nothing_by_half(store: SqliteRecordStore) -> None:
    """When a table cannot be made, `StorageError` is raised, and a later opening makes all of them."""
    more = [KindSpec("more"), KindSpec("most", {"x": Int}, indexes=[("x",)])]
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
    pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    cursor.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StorageError) as caught:
        store.open(more)
    tables = cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    cursor.execute("PRAGMA max_page_count = 1000000")
    store.open(more)

    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert tables == [("sharekit_short_note",)]
    assert list(store.tenants("most")) == []


def test_an_error_that_is_swallowed_keeps_nothing(store: SqliteRecordStore) -> None:
    """After an error of the store the transaction is over, however the block goes on."""
    called: list[str] = []
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
    pages = cursor.execute("PRAGMA page_count").fetchone()[0]

    def go_on() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.after_commit(lambda: called.append("never"))
            tx.put(note("small"))
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            with contextlib.suppress(StorageError):
                for number in range(20):
                    tx.put(note(f"{number}", body="x" * 5000))
            cursor.execute("PRAGMA max_page_count = 1000000")
            with pytest.raises(TransactionUsageError):
                tx.put(note("later"))

    with pytest.raises(StorageError):
        go_on()
    assert _count(store) == 0
    assert called == []
    keep(store, note("a"))
    assert _count(store) == 1


def test_a_constraint_of_the_hosts_is_a_conflict(path: Path, store: SqliteRecordStore) -> None:
    """A unique index of the host's own refuses a row as `ConflictError`, and the transaction goes on."""
    with plain(path) as connection:
        connection.execute("CREATE UNIQUE INDEX hosts_own ON sharekit_short_note (title)")
    keep(store, note("a", title="x"))

    with store.transaction(TENANT, write=True) as tx:
        with pytest.raises(ConflictError):
            tx.put(note("b", title="x"))
        tx.put(note("c", title="y"))

    assert [got(store, "b"), got(store, "c")] == [None, note("c", revision=1, title="y")]


@pytest.mark.parametrize("damaged", ["'soon'", "9223372036854775807"])
def test_a_damaged_time_is_an_error(path: Path, store: SqliteRecordStore, damaged: str) -> None:
    """A column that holds no time raises `IntegrityError` with the kind."""
    keep(store, note("a", at=datetime(2026, 3, 2, tzinfo=UTC)))
    with plain(path) as connection:
        connection.execute(f"UPDATE sharekit_short_note SET at = {damaged}")  # noqa: S608  # a literal above
    with pytest.raises(IntegrityError) as caught:
        got(store, "a")

    assert caught.value.kind == "short-note"


def test_a_rollback_that_fails_closes_the_connection(path: Path, store: SqliteRecordStore) -> None:
    """The error of the block comes through, and the next transaction has a new connection."""

    def break_off() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(note("a"))
            assert tx._cursor is not None
            tx._cursor.connection.set_authorizer(_denied)
            raise KeyError("stop")

    with pytest.raises(KeyError):
        break_off()

    assert got(store, "a") is None
    keep(store, note("a"))
    assert got(store, "a") == note("a", revision=1)


def test_a_commit_that_fails_keeps_nothing(store: SqliteRecordStore) -> None:
    """When SQLite refuses to commit, `StorageError` is raised, nothing remains and no callback runs."""
    called: list[str] = []

    def fail() -> None:
        with store.transaction(TENANT, write=True) as tx:
            tx.put(note("a"))
            tx.after_commit(lambda: called.append("never"))
            assert tx._cursor is not None
            tx._cursor.connection.set_authorizer(_denied)

    with pytest.raises(StorageError) as caught:
        fail()

    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)
    assert called == []
    assert got(store, "a") is None


def _denied(action: int, *_: object) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_TRANSACTION else sqlite3.SQLITE_OK


def _count(store: SqliteRecordStore) -> int:
    with store.transaction(TENANT) as tx:
        return tx.count(Query("short-note"))
