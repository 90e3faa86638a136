"""The SQLite store keeps every law and guards its file."""

import sqlite3
import stat
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import (
    ConfigurationError,
    StorageError,
    TransactionUsageError,
)
from sharekit.ids import TenantId
from sharekit.ports import (
    Bool,
    KeyValue,
    KindSpec,
    Prefix,
    Query,
    RecordStore,
    Row,
    Time,
)
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.testing.record_store import BackDoor, RecordStoreContract
from sharekit.testing.record_store._frame import KINDS
from tests.backends._notes import NOTE, TENANT, got, in_thread, keep, note, open_files, plain


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
