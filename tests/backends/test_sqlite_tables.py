"""The tables of the SQLite store are the host's to read, served by indexes, and grow without loss."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from sharekit.backends import _sqlite_transactions
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import (
    ConfigurationError,
    InvalidQueryError,
)
from sharekit.ports import (
    Eq,
    Int,
    KindSpec,
    OrderBy,
    Position,
    Prefix,
    Query,
    Ref,
    Row,
    Text,
)
from tests.backends._notes import NOTE, TENANT, got, keep, note, open_files, plain


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


def test_every_index_holds_the_tenant_and_the_id(path: Path, store: SqliteRecordStore) -> None:
    """
    Declared indexes are made, and one for a tenant's rows by id, and none besides the primary key.

    They begin with the tenant, but where rows are found by a reference, with that.
    """
    assert indexes(path, "sharekit_short_note") == {
        "sharekit_short_note-tenant": ["tenant", "id"],
        "sharekit_short_note-title": ["tenant", "title", "id"],
        "sharekit_short_note-owner-at": ["owner", "tenant", "at", "id"],
    }


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query("short-note", where=Eq("id", "a")), "PRIMARY KEY (id=? AND tenant=?)"),
        (
            Query("short-note", where=Eq("title", "a"), order=OrderBy("id")),
            "INDEX sharekit_short_note-title (tenant=? AND title=?)",
        ),
        (
            Query("short-note", where=Prefix("title", "a")),
            "INDEX sharekit_short_note-title (tenant=? AND title>? AND title<?)",
        ),
        (Query("short-note", limit=3), "INDEX sharekit_short_note-tenant (tenant=?)"),
        (
            Query("short-note", after=Position("a", "a"), limit=3),
            "INDEX sharekit_short_note-tenant (tenant=? AND id>?)",
        ),
        (Query("short-note", order=OrderBy("title"), limit=3), "INDEX sharekit_short_note-title (tenant=?)"),
        (
            Query("short-note", order=OrderBy("title", descending=True), after=Position("m", "x"), limit=3),
            "INDEX sharekit_short_note-title (tenant=? AND (title,id)<(?,?))",
        ),
        (
            Query("short-note", order=OrderBy("title"), after=Position(None, "x"), limit=3),
            "INDEX sharekit_short_note-title (tenant=? AND title=? AND id>?)",
        ),
        (
            Query("short-note", where=Eq("owner", "o"), order=OrderBy("at"), limit=3),
            "INDEX sharekit_short_note-owner-at (owner=? AND tenant=?)",
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

    assert f"SEARCH r USING {index}" in plan[0][3]
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
        "sharekit_short_note-tenant",
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
    assert len(indexes(tmp_path / "records.db", "sharekit_order_by")) == 5


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


def test_statements_for_rows_of_many_kinds_are_kept_in_bounds(
    store: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows are asked for together, the answers are right and the statements few."""
    monkeypatch.setattr(_sqlite_transactions, "_SHAPES", 3)
    keep(store, note("a"), note("b"))
    with store.transaction(TENANT) as tx:
        for number in range(2, 9):
            rows = tx.get_many([("short-note", "ab"[turn % 2]) for turn in range(number)])

            assert [row and row.id for row in rows] == ["ab"[turn % 2] for turn in range(number)]
    assert len(store._layout.joined) <= 3


def test_a_big_body_is_kept_whole(store: SqliteRecordStore) -> None:
    """A body of megabytes comes back as it was."""
    body = json.dumps(["ł" * 1000] * 3000, ensure_ascii=False)
    keep(store, note("a", body=body, at=datetime.max.replace(tzinfo=UTC) - timedelta(days=1)))
    row = got(store, "a")

    assert row is not None
    assert row.body == body
