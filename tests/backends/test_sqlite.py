"""The SQLite store keeps every law, guards its file, and says in sharekit's words what goes wrong with it."""

import contextlib
import gc
import json
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from sharekit.backends import _sqlite_connections, _sqlite_errors
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import (
    ConfigurationError,
    ConflictError,
    IntegrityError,
    InvalidQueryError,
    RetryTransaction,
    StorageError,
    TransactionUsageError,
)
from sharekit.ids import TenantId
from sharekit.ports import (
    Bool,
    Eq,
    Int,
    KeyValue,
    KindSpec,
    OrderBy,
    Position,
    Prefix,
    Query,
    RecordStore,
    Ref,
    Row,
    Text,
    Time,
)
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.testing.record_store import BackDoor, RecordStoreContract
from sharekit.testing.record_store._frame import KINDS

TENANT = TenantId("acme")
NOTE = KindSpec(
    "short-note",
    {"title": Text, "at": Time, "size": Int, "done": Bool, "owner": Ref},
    indexes=[("title",), ("owner", "at")],
)


def note(id_: str, *, revision: int = 0, body: str = "{}", **keys: KeyValue) -> Row:
    """A row of `NOTE`."""
    every: dict[str, KeyValue] = dict.fromkeys(NOTE.keys)
    return Row(tenant=TENANT, kind="short-note", id=id_, revision=revision, schema=1, keys={**every, **keys}, body=body)


def keep(store: SqliteRecordStore, *rows: Row) -> None:
    """Commit rows."""
    with store.transaction(TENANT, write=True) as tx:
        for row in rows:
            tx.put(row)


def got(store: SqliteRecordStore, id_: str) -> Row | None:
    """Read a note."""
    with store.transaction(TENANT) as tx:
        return tx.get("short-note", id_)


@contextlib.contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that knows nothing of sharekit, as the host's own SQL would use."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def in_thread(call: Callable[[], object]) -> list[object]:
    """What a call returns or raises in a thread that is over afterwards."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001  # it is what the test asks for
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results


def open_files(path: Path) -> int:
    """How often this process has the file, or those beside it, open."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("platform: no /proc")
    gc.collect()
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link).startswith(str(path)) for link in links)


class FileDoor:
    """The rows as plain SQL sees them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, tenant: TenantId, kind: str, id: str) -> Row | None:
        """Read the columns of the kind's table."""
        spec = next(spec for spec in KINDS if spec.kind == kind)
        with plain(self._path) as connection:
            connection.row_factory = sqlite3.Row
            table = f"sharekit_{kind.replace('-', '_')}"
            where = f"SELECT * FROM {table} WHERE tenant = ? AND id = ?"  # noqa: S608  # a table of the contract
            found = connection.execute(where, (tenant, id)).fetchone()
        if found is None:
            return None
        keys = {key: self._value(spec, key, found[key]) for key in spec.keys}
        return Row(
            tenant=tenant, kind=kind, id=id, keys=keys, **{name: found[name] for name in ("revision", "schema", "body")}
        )

    def _value(self, spec: KindSpec, key: str, value: str | int | None) -> KeyValue:
        if isinstance(value, int) and spec.keys[key] is Time:
            return time_of(value)
        return bool(value) if isinstance(value, int) and spec.keys[key] is Bool else value

    def write(self, row: Row) -> None:
        """Insert the columns."""
        keys = {key: micros_of(value) if isinstance(value, datetime) else value for key, value in row.keys.items()}
        columns = {"tenant": row.tenant, "id": row.id, "revision": row.revision, "schema": row.schema}
        columns |= {"body": row.body, **keys}
        named, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        with plain(self._path) as connection:
            table = f"sharekit_{row.kind.replace('-', '_')}"
            connection.execute(f"INSERT INTO {table} ({named}) VALUES ({marks})", list(columns.values()))  # noqa: S608  # the same


class TestSqliteRecordStore(RecordStoreContract):
    """`SqliteRecordStore` keeps the contract."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """The file of the store."""
        return tmp_path / "folder" / "records.db"

    @pytest.fixture
    def store(self, path: Path) -> RecordStore:
        """A store on a file that does not exist yet."""
        return SqliteRecordStore(path)

    @pytest.fixture
    def reopen(self, path: Path) -> Callable[[], RecordStore]:
        """A second store on the same file."""
        return lambda: SqliteRecordStore(path)

    @pytest.fixture
    def back_door(self, path: Path) -> BackDoor:
        """The tables themselves."""
        return FileDoor(path)

    @pytest.fixture
    def sabotage(self, path: Path) -> Callable[[], None]:
        """Drop a table behind the store's back."""

        def drop() -> None:
            with plain(path) as connection:
                connection.execute("DROP TABLE sharekit_thing")

        return drop


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


# --- the file --------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no modes")
def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The file, those that SQLite puts beside it, and a folder that was made are closed to others."""
    path = tmp_path / "new" / "records.db"
    store = SqliteRecordStore(str(path))
    store.open([NOTE])
    keep(store, note("a"))
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    folder = stat.S_IMODE(path.parent.stat().st_mode)
    store.close()

    assert modes == dict.fromkeys(["records.db", "records.db-shm", "records.db-wal"], 0o600)
    assert folder == 0o700


def test_a_relative_path_is_kept_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store finds its file again after the process went to another folder."""
    monkeypatch.chdir(tmp_path)
    store = SqliteRecordStore("records ?#%.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.open([NOTE])
    keep(store, note("a"))
    store.close()

    assert (tmp_path / "records ?#%.db").stat().st_size > 0
    assert repr(store) == f"SqliteRecordStore({str(tmp_path / 'records ?#%.db')!r})"


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_path_that_is_no_file_is_refused(path: str) -> None:
    """SQLite's special names raise `ConfigurationError`."""
    with pytest.raises(ConfigurationError):
        SqliteRecordStore(path)


def test_an_sqlite_without_returning_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library older than 3.35 raises `ConfigurationError` instead of failing at the first count."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))

    with pytest.raises(ConfigurationError):
        SqliteRecordStore("records.db")


def _a_folder(path: Path) -> None:
    path.mkdir()


def _below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file where the folder should be", "utf-8")


def _no_database(path: Path) -> None:
    path.write_bytes(b"this is no database\n" * 1000)


def _half_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 3000)


@pytest.mark.parametrize("spoil", [_a_folder, _below_a_file, _no_database, _half_a_header])
def test_a_file_that_cannot_be_used_is_an_error(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """Opening raises `StorageError` with the reason as its cause, and leaves nothing open."""
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "records.db"
    spoil(path)
    store = SqliteRecordStore(path)
    with pytest.raises(StorageError) as caught:
        store.open([NOTE])

    assert isinstance(caught.value.__cause__, (OSError, sqlite3.Error))
    with pytest.raises(TransactionUsageError), store.transaction(TENANT):
        pass
    assert open_files(path) == 0


def test_a_damaged_page_is_an_error_and_no_absence(path: Path, store: SqliteRecordStore) -> None:
    """A row on a page that was overwritten raises `StorageError`, however it is asked for."""
    keep(store, *[note(f"{number:03}", title="x" * 200, body="x" * 500) for number in range(500)])
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(b"\xa5" * (size - 4096 * 5))
    store.open([NOTE])
    with pytest.raises(StorageError) as by_id:
        got(store, "250")
    with pytest.raises(StorageError) as by_query, store.transaction(TENANT) as tx:
        tx.find(Query("short-note", where=Prefix("title", "x")))

    assert isinstance(by_id.value.__cause__, sqlite3.DatabaseError)
    assert isinstance(by_query.value.__cause__, sqlite3.DatabaseError)


def test_a_lost_file_is_an_error_and_not_an_empty_store(path: Path, store: SqliteRecordStore) -> None:
    """A new connection finds no file and raises `StorageError`; it does not make an empty one."""
    keep(store, note("a"))
    for lost in path.parent.iterdir():
        lost.unlink()

    (raised,) = in_thread(lambda: got(store, "a"))

    assert isinstance(raised, StorageError)
    assert not path.exists()


def test_connections_are_set_up_for_safety(path: Path, store: SqliteRecordStore) -> None:
    """Every connection keeps foreign keys, distrusts the schema, waits for locks and syncs each commit."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "busy_timeout": 10_000}
    with store.transaction(TENANT) as tx:
        assert tx._cursor is not None
        found = {name: tx._cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}

    assert found == wanted


# --- tables, columns, indexes ------------------------------------------------------------------


def test_the_hosts_own_sql_can_read_the_keys(path: Path, store: SqliteRecordStore) -> None:
    """Keys are columns of their own: times as microseconds since 1970, truth values as 0 and 1."""
    keep(store, note("a", title="x", at=datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC), size=-3, done=True, owner="o"))
    with plain(path) as connection:
        row = connection.execute("SELECT tenant, id, revision, title, at, size, done, owner FROM sharekit_short_note")
        types = connection.execute(
            "SELECT typeof(title), typeof(at), typeof(size), typeof(done), typeof(owner) FROM sharekit_short_note"
        )

        assert row.fetchall() == [("acme", "a", 1, "x", 1_772_442_000_000_005, -3, 1, "o")]
        assert types.fetchall() == [("text", "integer", "integer", "integer", "text")]


def indexes(path: Path, table: str) -> dict[str, list[str]]:
    """The columns of each declared index."""
    with plain(path) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM pragma_index_list(?) WHERE origin = 'c'", (table,))
        ]
        columns = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
        return {name: [column for (column,) in connection.execute(columns, (name,))] for name in names}


def test_every_index_begins_with_the_tenant_and_ends_with_the_id(path: Path, store: SqliteRecordStore) -> None:
    """Declared indexes are made, and none besides the primary key."""
    assert indexes(path, "sharekit_short_note") == {
        "sharekit_short_note-title": ["tenant", "title", "id"],
        "sharekit_short_note-owner-at": ["tenant", "owner", "at", "id"],
    }


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query("short-note", where=Eq("id", "a")), "sqlite_autoindex_sharekit_short_note_1 (tenant=? AND id=?)"),
        (
            Query("short-note", where=Eq("title", "a"), order=OrderBy("id")),
            "sharekit_short_note-title (tenant=? AND title=?)",
        ),
        (
            Query("short-note", where=Prefix("title", "a")),
            "sharekit_short_note-title (tenant=? AND title>? AND title<?)",
        ),
        (Query("short-note", order=OrderBy("title"), limit=3), "sharekit_short_note-title (tenant=?)"),
        (
            Query("short-note", order=OrderBy("title", descending=True), after=Position("m", "x"), limit=3),
            "sharekit_short_note-title (tenant=? AND (title,id)<(?,?))",
        ),
        (
            Query("short-note", order=OrderBy("title"), after=Position(None, "x"), limit=3),
            "sharekit_short_note-title (tenant=? AND title=? AND id>?)",
        ),
        (
            Query("short-note", where=Eq("owner", "o"), order=OrderBy("at"), limit=3),
            "sharekit_short_note-owner-at (tenant=? AND owner=?)",
        ),
    ],
)
def test_an_index_serves(store: SqliteRecordStore, query: Query, index: str) -> None:
    """The questions that indexes are declared for are answered by them."""
    statements: list[str] = []
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
        cursor.connection.set_trace_callback(statements.append)
        tx.find(query)
        cursor.connection.set_trace_callback(None)
        plan = cursor.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall()

    assert f"SEARCH sharekit_short_note USING INDEX {index}" in plan[0][3]
    assert not any("TEMP B-TREE" in step[3] for step in plan if query.limit)


def test_opening_adds_and_never_drops(path: Path, store: SqliteRecordStore) -> None:
    """An added key or index is made, what is no longer declared stays, and so do strange tables."""
    keep(store, note("a", title="x"))
    with plain(path) as connection:
        connection.execute("CREATE TABLE host (x)")
        connection.execute("CREATE INDEX hosts_own ON sharekit_short_note (body)")
    later = KindSpec("short-note", {"title": Text, "colour": Ref}, indexes=[("colour", "title")])
    store.open([later, KindSpec("other")])
    with store.transaction(TENANT) as tx:
        row = tx.get("short-note", "a")
    with plain(path) as connection:
        kept = connection.execute("SELECT title, size, colour FROM sharekit_short_note").fetchall()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    assert row is not None
    assert row.keys == {"title": "x", "colour": None}
    assert kept == [("x", None, None)]
    assert tables == {"host", "sharekit_short_note", "sharekit_other"}
    assert indexes(path, "sharekit_short_note").keys() == {
        "hosts_own",
        "sharekit_short_note-title",
        "sharekit_short_note-owner-at",
        "sharekit_short_note-colour-title",
    }


def test_an_older_release_beside_a_newer_one(path: Path, store: SqliteRecordStore) -> None:
    """A process that declares fewer keys writes rows that the others read, with null in the rest."""
    older = SqliteRecordStore(path)
    older.open([KindSpec("short-note", {"title": Text})])
    keep(older, attrs.evolve(note("a"), keys={"title": "x"}))
    older.close()

    assert got(store, "a") == note("a", revision=1, title="x")


def test_names_that_sql_knows_are_names(tmp_path: Path) -> None:
    """Kinds and keys may be words of SQL, and indexes of like names are told apart."""
    keys = {"select": Text, "a_b": Int, "a": Int, "b": Int, "rowid": Int}
    store = SqliteRecordStore(tmp_path / "records.db")
    store.open([KindSpec("order-by", keys, indexes=[("a_b", "select"), ("a", "b", "select"), ("a", "b"), ("a_b",)])])
    row = Row(
        tenant=TENANT,
        kind="order-by",
        id="x",
        revision=0,
        schema=1,
        keys={**dict.fromkeys(keys), "rowid": 7, "select": "from"},
        body="{}",
    )
    keep(store, row)
    with store.transaction(TENANT) as tx:
        found = tx.find(Query("order-by", where=Eq("select", "from"), order=OrderBy("rowid")))
    store.close()

    assert found == [attrs.evolve(row, revision=1)]
    assert len(indexes(tmp_path / "records.db", "sharekit_order_by")) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE sharekit_short_note (id TEXT, note TEXT)",
        "CREATE TABLE sharekit_short_note (tenant TEXT, id TEXT, revision INT, schema INT, body TEXT, size TEXT)",
        "PRAGMA encoding = 'UTF-16le'",
    ],
)
def test_a_file_of_another_use_is_refused(tmp_path: Path, statement: str) -> None:
    """A table or column that is not ours, or an order of text that is not ours, raises `ConfigurationError`."""
    path = tmp_path / "records.db"
    with plain(path) as connection:
        connection.execute(statement)
        connection.execute("CREATE TABLE host (x)")
    store = SqliteRecordStore(path)

    with pytest.raises(ConfigurationError):
        store.open([NOTE])
    assert open_files(path) == 0


def test_a_refused_opening_leaves_an_open_store_open(store: SqliteRecordStore) -> None:
    """A kind that cannot be added is refused, and the kinds before go on."""
    keep(store, note("a"))
    with pytest.raises(ConfigurationError):
        store.open([KindSpec("short-note", {"title": Int}), KindSpec("other")])

    assert got(store, "a") == note("a", revision=1)
    with pytest.raises(InvalidQueryError), store.transaction(TENANT) as tx:
        tx.get("other", "a")


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
        over.wait()

    thread = threading.Thread(target=use)
    thread.start()
    used.wait()
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
            closed.wait()
            tx.put(note("b"))
        left.append(open_files(path))

    thread = threading.Thread(target=use)
    thread.start()
    begun.wait()
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


# --- what goes wrong -----------------------------------------------------------------------------


def test_a_lock_that_is_not_given_up_asks_for_a_retry(
    path: Path, store: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer waits its time, raises `RetryTransaction`, and can try again; readers do not wait."""
    monkeypatch.setattr(_sqlite_connections, "_PATIENCE", 0.02)
    monkeypatch.setattr(_sqlite_connections, "_BUSY_TIMEOUT", 0.01)
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
    monkeypatch.setattr(_sqlite_connections, "_BUSY_TIMEOUT", 0.001)
    is_busy = _sqlite_errors.is_busy

    def noticed(error: BaseException) -> bool:
        turned_away.set()
        return is_busy(error)

    monkeypatch.setattr(_sqlite_connections, "is_busy", noticed)
    with plain(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=lambda: keep(store, note("a")))
        thread.start()
        turned_away.wait()
        connection.execute("ROLLBACK")
        thread.join()

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


def test_a_big_body_is_kept_whole(store: SqliteRecordStore) -> None:
    """A body of megabytes comes back as it was."""
    body = json.dumps(["ł" * 1000] * 3000, ensure_ascii=False)
    keep(store, note("a", body=body, at=datetime.max.replace(tzinfo=UTC) - timedelta(days=1)))
    row = got(store, "a")

    assert row is not None
    assert row.body == body
