"""
What the stores cost, against what one would write by hand on the same database.

Five questions, each on a table of as many rows: read one row, put one row among many of a transaction,
find a page of 50 in an order that an index has, change one row durably, and, for PostgreSQL, open a
read link against `URLSafeTimedSerializer.loads` and one look-up by psycopg.

The opponent prepares one statement and keeps one connection; it checks nothing, has no tenants and
keeps no revisions. Both sides run in turns within one process, batch by batch, and the ratio
ours/theirs of each batch is what counts. The servers are those of the tests; they do not wait for the
disk, on either side. PostgreSQL has analyzed the tables, as it does by itself within a minute.

    python3 dev.py bench stores [--rows 20000] [--batches 20] [--stores sqlite,postgresql]
"""

import argparse
import contextlib
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import attrs
import pytest
from itsdangerous import URLSafeTimedSerializer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import links as link_benchmark  # noqa: E402  # stands beside this file
from sharekit import ResourceKind, Sharekit  # noqa: E402
from sharekit.backends.fsspec import JournalRecordStore  # noqa: E402
from sharekit.backends.memory import MemoryRecordStore  # noqa: E402
from sharekit.backends.sqlite import SqliteRecordStore  # noqa: E402
from sharekit.ids import ReadLinkId, TenantId, random_id  # noqa: E402
from sharekit.ports import KeyValue, KindSpec, OrderBy, Query, RecordStore, Ref, Row, Text, Time  # noqa: E402
from sharekit.testing.plant import plant  # noqa: E402

TENANT = TenantId("default")
KIND = KindSpec("record", {"title": Text, "at": Time, "owner": Ref}, indexes=[("title",)])
BODY = '{"title":"An ordinary title","sections":["hours","progress"],"made":"2026-03-02T09:00:00Z","by":"staff:maria"}'
PAGE = 50
BATCHES = {"get": 100, "put": 100, "page": 20, "commit": 10}


class Side(Protocol):
    """One of the two that are compared; each act takes the ids that it works on."""

    def get(self, ids: Sequence[str]) -> None:
        """Read each of these rows by itself."""

    def put(self, ids: Sequence[str]) -> None:
        """Change all of these rows in one transaction."""

    def page(self, ids: Sequence[str]) -> None:
        """Find the first page of the order, as often as there are ids."""

    def commit(self, ids: Sequence[str]) -> None:
        """Change each of these rows in a transaction of its own."""


def rows(ids: Sequence[str]) -> Iterator[Row]:
    """Make rows of an ordinary size."""
    made = datetime.now(UTC)
    for number, id_ in enumerate(ids):
        keys: dict[str, KeyValue] = {"title": f"title {number:08}", "at": made, "owner": "staff:maria"}
        yield Row(tenant=TENANT, kind="record", id=id_, revision=0, schema=1, keys=keys, body=BODY)


class Ours:
    """A store with these rows."""

    def __init__(self, store: RecordStore, ids: Sequence[str]) -> None:
        self.store = store
        store.open([KIND])
        plant(store, rows(ids))

    def get(self, ids: Sequence[str]) -> None:
        """Read each of these rows by itself."""
        for id_ in ids:
            with self.store.transaction(TENANT) as tx:
                assert tx.get("record", id_) is not None

    def put(self, ids: Sequence[str]) -> None:
        """Change all of these rows in one transaction."""
        with self.store.transaction(TENANT, write=True) as tx:
            for id_ in ids:
                row = tx.get("record", id_)
                assert row is not None
                tx.put(attrs.evolve(row, keys={**row.keys, "owner": "staff:piotr"}))

    def page(self, ids: Sequence[str]) -> None:
        """Find the first page of the order, as often as there are ids."""
        query = Query("record", order=OrderBy("title"), limit=PAGE)
        for _ in ids:
            with self.store.transaction(TENANT) as tx:
                assert len(tx.find(query)) == PAGE

    def commit(self, ids: Sequence[str]) -> None:
        """Change each of these rows in a transaction of its own."""
        for id_ in ids:
            self.put([id_])


class Theirs:
    """A table with these rows, and statements written by hand."""

    # Any: sqlite3, psycopg and PyMySQL have no common type.
    def __init__(self, connection: Any, mark: str, ids: Sequence[str]) -> None:  # noqa: ANN401
        self._connection = connection
        self._cursor = connection.cursor()
        self._get = f"SELECT title, at, owner, body FROM record WHERE id = {mark}"  # noqa: S608  # a mark
        self._put = f"UPDATE record SET at = at + 1, body = {mark} WHERE id = {mark}"  # noqa: S608  # a mark
        self._page = f"SELECT id, title, at, owner, body FROM record ORDER BY title LIMIT {PAGE}"  # noqa: S608
        self._cursor.execute(
            "CREATE TABLE record (id VARCHAR(64) PRIMARY KEY, title VARCHAR(64), at BIGINT, owner VARCHAR(64),"
            " body TEXT)"
        )
        self._cursor.execute("CREATE INDEX record_title ON record (title)")
        self._run("BEGIN")
        self._cursor.executemany(
            f"INSERT INTO record VALUES ({mark}, {mark}, 1795364164708296, 'staff:maria', {mark})",  # noqa: S608
            [(id_, f"title {number:08}", BODY) for number, id_ in enumerate(ids)],
        )
        self._run("COMMIT")

    def _run(self, statement: str, params: Sequence[str] = ()) -> None:
        self._cursor.execute(statement, params)

    def get(self, ids: Sequence[str]) -> None:
        """Read each of these rows by itself."""
        for id_ in ids:
            self._run(self._get, (id_,))
            assert self._cursor.fetchone() is not None

    def put(self, ids: Sequence[str]) -> None:
        """Change all of these rows in one transaction, each as it was read."""
        self._run("BEGIN")
        for id_ in ids:
            self._run(self._get, (id_,))
            body = self._cursor.fetchone()[3]
            self._run(self._put, (body, id_))
        self._run("COMMIT")

    def page(self, ids: Sequence[str]) -> None:
        """Find the first page of the order, as often as there are ids."""
        for _ in ids:
            self._run(self._page)
            assert len(self._cursor.fetchall()) == PAGE

    def commit(self, ids: Sequence[str]) -> None:
        """Change each of these rows in a transaction of its own."""
        for id_ in ids:
            self.put([id_])


# --- the stores ------------------------------------------------------------------------------------


def by_hand(folder: Path, ids: Sequence[str]) -> Theirs:
    """Return the opponent on sqlite3, as durable as ours."""
    connection = sqlite3.connect(folder / "theirs.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return Theirs(connection, "?", ids)


def local(make: Callable[[Path], RecordStore], folder: Path, ids: Sequence[str]) -> tuple[Ours, Theirs]:
    """Return a store that keeps its rows in a folder, or in memory, and sqlite3."""
    return Ours(make(folder), ids), by_hand(folder, ids)


def on_engine(folder: Path) -> RecordStore:
    """Return the store of SQLAlchemy on SQLite."""
    import sqlalchemy  # noqa: PLC0415  # only where it is measured

    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore  # noqa: PLC0415  # only where it is measured

    return SqlAlchemyRecordStore(sqlalchemy.create_engine(f"sqlite:///{folder / 'ours.sqlite3'}"), create=True)


def on_django(folder: Path) -> RecordStore:
    """Return the store of Django on SQLite, in a project of the tests."""
    from tests.backends._django import MadeTables  # noqa: PLC0415  # only where it is measured
    from tests.django_host import project  # noqa: PLC0415  # only where it is measured

    project.set_up()
    alias = PROJECT.enter_context(project.database(project.sqlite_settings(folder / "ours.sqlite3")))

    from sharekit.backends.django import DjangoRecordStore  # noqa: PLC0415  # needs the settings of a project

    return DjangoRecordStore(alias, models=MadeTables(alias))


def on_server(url: str, connect: Callable[[], Any], ids: Sequence[str]) -> tuple[Ours, Theirs]:
    """Return the store of SQLAlchemy on a server, and its driver alone."""
    import sqlalchemy  # noqa: PLC0415  # only where it is measured

    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore  # noqa: PLC0415  # only where it is measured

    return Ours(SqlAlchemyRecordStore(sqlalchemy.create_engine(url), create=True), ids), Theirs(connect(), "%s", ids)


@contextlib.contextmanager
def postgresql() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Give the address of a PostgreSQL database, and what connects to it by hand."""
    import psycopg  # noqa: PLC0415  # only where it is measured

    from tests.servers import _postgres  # noqa: PLC0415  # only where it is measured

    with _postgres.serving() as server, _postgres.database(server, "sharekit_bench") as url:
        yield url, lambda: psycopg.connect(url, autocommit=True)


@contextlib.contextmanager
def mariadb() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Give the address of a MariaDB database, and what connects to it by hand."""
    import pymysql  # noqa: PLC0415  # only where it is measured
    from sqlalchemy import make_url  # noqa: PLC0415  # only where it is measured

    from tests.servers import _mariadb  # noqa: PLC0415  # only where it is measured

    with _mariadb.serving() as server, _mariadb.database(server, "sharekit_bench") as url:
        parts = make_url(url)
        yield (
            url,
            lambda: pymysql.connect(
                host=parts.host or "",
                port=parts.port or 0,
                user=parts.username,
                password=parts.password or "",
                database=parts.database,
                autocommit=True,
            ),
        )


PROJECT = contextlib.ExitStack()
"""What lasts as long as the run."""

LOCAL: dict[str, Callable[[Path], RecordStore]] = {
    "memory": lambda _: MemoryRecordStore(),
    "sqlite": lambda folder: SqliteRecordStore(folder / "ours.sqlite3"),
    "sqlalchemy-sqlite": on_engine,
    "django-sqlite": on_django,
    "journal": lambda folder: JournalRecordStore(folder / "journal"),
}
SERVERS = {"postgresql": postgresql, "mariadb": mariadb}
ANALYZE = {"postgresql": "ANALYZE", "mariadb": "ANALYZE TABLE record, sharekit_record"}
"""Without it neither side would be sure to use the index that was made for the page."""


# --- reading links on PostgreSQL -------------------------------------------------------------------


class TheirLinks:
    """`URLSafeTimedSerializer.loads` and one look-up by psycopg."""

    def __init__(self, connection: Any, ids: Sequence[str]) -> None:  # noqa: ANN401  # a connection of psycopg
        self.serializer = URLSafeTimedSerializer(link_benchmark.KEY)
        self._cursor = connection.cursor()
        self._cursor.execute(
            "CREATE TABLE link (id TEXT PRIMARY KEY, project TEXT, title TEXT, sections TEXT, expires_at TEXT,"
            " revoked_at TEXT, max_uses INTEGER, uses INTEGER, password_hash TEXT)"
        )
        with self._cursor.copy("COPY link (id, project, title, sections) FROM STDIN") as copy:
            for id_ in ids:
                copy.write_row((id_, "1", "Yours", '["progress"]'))

    def token(self, id_: str) -> str:
        """Return the token of one link."""
        return str(self.serializer.dumps(id_))

    def open(self, token: str) -> None:
        """Open one link."""
        self._cursor.execute(
            "SELECT project, title, sections, expires_at, revoked_at, max_uses, uses, password_hash"
            " FROM link WHERE id = %s",
            (self.serializer.loads(token),),
        )
        row = self._cursor.fetchone()
        assert row is not None
        assert row[4] is None


class OurLinks:
    """A kit on PostgreSQL with these links."""

    def __init__(self, url: str, ids: Sequence[str], kinds: Sequence[ResourceKind]) -> None:
        import sqlalchemy  # noqa: PLC0415  # only where it is measured

        from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade  # noqa: PLC0415  # the same

        engine = sqlalchemy.create_engine(url)
        upgrade(engine)
        store = SqlAlchemyRecordStore(engine)
        self.kit = Sharekit(records=store, secret_keys=[link_benchmark.KEY], kinds=kinds)
        plant(store, link_benchmark.rows(ids))
        self._link = self.kit.links.get(ReadLinkId(ids[0]))

    def token(self, id_: str) -> str:
        """Return the token of one link."""
        return self.kit.links.token(attrs.evolve(self._link, id=ReadLinkId(id_)))

    def open(self, token: str) -> None:
        """Open one link."""
        assert self.kit.links.open(token).sections


def read_links(url: str, connect: Callable[[], Any], count: int, batches: int) -> None:
    """Compare opening a link on PostgreSQL."""
    ids = [random_id() for _ in range(count)]
    ours, theirs = OurLinks(url, ids, [link_benchmark.KIND]), TheirLinks(connect(), ids)
    connect().execute("ANALYZE")
    few = ids[:200]
    opened(ours, theirs, few)
    fresh = [ids[start : start + 50] for start in range(200, 200 + 50 * batches, 50)]
    report("postgresql, a link opened first", [opened(ours, theirs, chosen) for chosen in fresh], 50)
    report("postgresql, a link opened before", [opened(ours, theirs, few) for _ in range(batches)], len(few))


def opened(ours: OurLinks, theirs: TheirLinks, ids: Sequence[str]) -> tuple[float, float]:
    """
    Open these links on both sides, and return how long each side took in all.

    Link by link in turns: how long the machine takes to wake a waiting process changes from one
    moment to the next by more than what is compared.
    """
    took = [0.0, 0.0]
    tokens = [(ours.token(id_), theirs.token(id_)) for id_ in ids]
    for mine, hand in tokens:
        took[0] += seconds(partial(ours.open, mine))
        took[1] += seconds(partial(theirs.open, hand))
    return took[0], took[1]


# --- the comparison --------------------------------------------------------------------------------


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def measure(
    name: str,
    ours: Callable[[Sequence[str]], float],
    theirs: Callable[[Sequence[str]], float],
    batches: Sequence[Sequence[str]],
) -> None:
    """Run both sides in turns, and print one line."""
    times: list[tuple[float, float]] = []
    for number, ids in enumerate(batches):
        if number % 2:
            times.append((ours(ids), theirs(ids)))
        else:
            hand = theirs(ids)
            times.append((ours(ids), hand))
    report(name, times, len(batches[0]))


def report(name: str, times: Sequence[tuple[float, float]], each: int) -> None:
    """Print one line of what both sides took for so many."""
    ratios = sorted(a / b for a, b in times)
    mine, hand = (statistics.median(side) / each * 1e6 for side in zip(*times, strict=True))
    print(
        f"{name:<42} {statistics.median(ratios):7.2f}x  (min {ratios[0]:.2f}, max {ratios[-1]:.2f})"
        f"   {mine:8.1f} us against {hand:8.1f} us",
        flush=True,
    )


def compare(name: str, ours: Side, theirs: Side, ids: Sequence[str], count: int) -> None:
    """Ask both sides the four questions."""
    for act, size in BATCHES.items():
        batches = [[ids[(start * 7919 + at * 104729) % len(ids)] for at in range(size)] for start in range(count)]

        def timed(side: Side, batch: Sequence[str], act: str = act) -> float:
            return seconds(lambda: getattr(side, act)(batch))

        timed(ours, batches[0])
        timed(theirs, batches[0])
        measure(f"{name}, {act}", partial(timed, ours), partial(timed, theirs), batches)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--stores", default=",".join([*LOCAL, *SERVERS]))
    options = parser.parse_args()
    ids = [random_id() for _ in range(options.rows)]
    for name in options.stores.split(","):
        try:
            if name in LOCAL:
                with tempfile.TemporaryDirectory() as folder:
                    ours, theirs = local(LOCAL[name], Path(folder), ids)
                    compare(name, ours, theirs, ids, options.batches)
                    ours.store.close()
                continue
            with SERVERS[name]() as (url, connect):
                sides = on_server(url, connect, ids)
                connect().cursor().execute(ANALYZE[name])
                compare(name, *sides, ids, options.batches)
                if name == "postgresql":
                    read_links(url, connect, options.rows, options.batches)
        except pytest.skip.Exception as missing:
            print(f"{name}: left out, {missing}")


if __name__ == "__main__":
    main()
