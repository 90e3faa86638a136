"""
The pair of sides on PostgreSQL: a kit on SQLAlchemy's store, and SQL written by hand and asked by psycopg.

Both keep their tables in one database, which is made for the run. The world is built once; what is
shared grows from one size to the next.
"""
# ruff: noqa: S608  # every value is a parameter

import atexit
import contextlib
import functools
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from _access_sides import PAGE, Ours, Page, Pair, Place
from _access_world import MADE, Grant, World
from sharekit.ports import RecordStore

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for the server of the tests

__all__ = ["ByHandOnPostgresql", "postgresql_pair"]

_NOW: Final = 1_800_000_000
_SCHEMA: Final = """
CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT, active BOOLEAN);
CREATE TABLE organization (id INTEGER PRIMARY KEY, name TEXT, active BOOLEAN);
CREATE TABLE member (contact INTEGER, organization INTEGER, PRIMARY KEY (contact, organization));
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, title TEXT, folded TEXT COLLATE "C", shown BOOLEAN,
    created TEXT);
CREATE TABLE inside (thing INTEGER, above INTEGER, PRIMARY KEY (thing, above));
CREATE TABLE share (party INTEGER, thing INTEGER, live BOOLEAN, flows BOOLEAN, expires BIGINT,
    PRIMARY KEY (party, thing) INCLUDE (live, flows, expires));
CREATE INDEX inside_above ON inside (above, thing);
CREATE INDEX share_thing ON share (thing, party) INCLUDE (live, flows, expires);
CREATE INDEX thing_name ON thing (folded, id) WHERE shown;
"""
# A party is twice the number of a contact, or one more than twice the number of an organisation.
_PARTIES: Final = (
    "SELECT 2 * id FROM contact WHERE id = %(contact)s AND active UNION ALL"
    " SELECT 2 * o.id + 1 FROM member m JOIN organization o ON o.id = m.organization"
    " WHERE m.contact = %(contact)s AND o.active"
)
_GOOD: Final = f"s.live AND (s.expires IS NULL OR s.expires > {_NOW})"
_DECIDE: Final = (
    "SELECT 1 FROM contact c JOIN thing t ON t.id = %(thing)s WHERE c.id = %(contact)s AND c.active AND t.shown AND ("
    f" EXISTS (SELECT 1 FROM share s WHERE s.party = 2 * c.id AND s.thing = t.id AND {_GOOD})"
    " OR EXISTS (SELECT 1 FROM inside i JOIN share s ON s.thing = i.above"
    f" WHERE i.thing = t.id AND s.party = 2 * c.id AND s.flows AND {_GOOD})"
    " OR EXISTS (SELECT 1 FROM member m JOIN organization o ON o.id = m.organization WHERE m.contact = c.id"
    " AND o.active AND ("
    f" EXISTS (SELECT 1 FROM share s WHERE s.party = 2 * o.id + 1 AND s.thing = t.id AND {_GOOD})"
    " OR EXISTS (SELECT 1 FROM inside i JOIN share s ON s.thing = i.above"
    f" WHERE i.thing = t.id AND s.party = 2 * o.id + 1 AND s.flows AND {_GOOD}))))"
)
_COLUMNS: Final = "t.id, t.kind, t.title, t.folded, t.created"
_ENDS: Final = {
    False: "ORDER BY t.folded, t.id LIMIT %(limit)s",
    True: "AND position(%(search)s IN t.folded) > 0 ORDER BY t.folded, t.id LIMIT %(limit)s",
}
# The two shapes that are worth writing: from what is shared, and along the names.
_DRIVEN: Final = (
    "WITH mine AS MATERIALIZED ("
    f" SELECT s.thing FROM share s WHERE s.party = ANY(%(parties)s) AND {_GOOD} UNION"
    " SELECT i.thing FROM share s JOIN inside i ON i.above = s.thing"
    f" WHERE s.party = ANY(%(parties)s) AND s.flows AND {_GOOD})"
    f" SELECT {_COLUMNS} FROM mine JOIN thing t ON t.id = mine.thing"
    " WHERE t.shown AND (t.folded, t.id) > (%(name)s, %(id)s) "
)
_WALKED: Final = (
    f"SELECT {_COLUMNS} FROM thing t WHERE t.shown AND (t.folded, t.id) > (%(name)s, %(id)s) AND ("
    f" EXISTS (SELECT 1 FROM share s WHERE s.thing = t.id AND s.party = ANY(%(parties)s) AND {_GOOD}) OR"
    " EXISTS (SELECT 1 FROM inside i JOIN share s ON s.thing = i.above WHERE i.thing = t.id"
    f" AND s.party = ANY(%(parties)s) AND s.flows AND {_GOOD})) "
)


class ByHandOnPostgresql:
    """SQL that was written for this, on a schema that was made for this, in PostgreSQL."""

    # Any: a connection of psycopg, which may be missing.
    def __init__(self, world: World, connection: Any, *, fill: bool) -> None:  # noqa: ANN401
        self.walks: set[int] = set()
        """The contacts for whom walking along the names is the better shape."""
        self._connection = connection
        self._cursor = connection.cursor()
        if fill:
            self._cursor.execute(_SCHEMA)
            self._fill(world)

    def _fill(self, world: World) -> None:
        self._copy("contact", ((n, f"Contact {n}", True) for n in range(world.contacts)))
        self._copy("organization", ((n, f"Organization {n}", True) for n in range(world.organizations)))
        self._copy("member", world.memberships())
        self._copy("thing", ((t.number, t.kind, t.title, t.title, t.shown, MADE.isoformat()) for t in world.things()))
        self._copy("inside", ((thing.number, above) for thing in world.things() for above in thing.above))

    def _copy(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        with self._cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def add(self, grants: Iterable[Grant]) -> None:
        """Keep more grants."""
        self._copy("share", ((2 * each.party + each.organization, each.thing, True, True, None) for each in grants))
        self._cursor.execute("ANALYZE")  # ours too, as PostgreSQL does by itself within a minute

    def _rows(self, statement: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:  # of every type
        self._cursor.execute(statement, values, prepare=True)
        return list(self._cursor.fetchall())

    def decide(self, contact: int, thing: int) -> bool:
        """Decide by one statement."""
        return bool(self._rows(_DECIDE, {"contact": contact, "thing": thing}))

    def page(self, contact: int, search: str | None = None, after: Place = None, limit: int = PAGE) -> Page:
        """List by the better of the two shapes."""
        name, id_ = after if isinstance(after, tuple) else ("", -1)
        values: dict[str, object] = {"name": name, "id": id_, "search": search, "limit": limit + 1}
        values["parties"] = [party for (party,) in self._rows(_PARTIES, {"contact": contact})]
        shape = _WALKED if contact in self.walks else _DRIVEN
        rows = self._rows(shape + _ENDS[search is not None], values)
        last = rows[limit - 1] if len(rows) > limit else None
        return Page([row[2] for row in rows[:limit]], None if last is None else (last[3], last[0]))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class OursOnPostgresql(Ours):
    """A kit on SQLAlchemy's store."""

    # Any: an engine of SQLAlchemy, which may be missing.
    def __init__(self, world: World, store: RecordStore, engine: Any, *, fill: bool) -> None:  # noqa: ANN401
        super().__init__(world, store, fill=fill)
        self._engine = engine

    def close(self) -> None:
        """Close the store and the engine."""
        super().close()
        self._engine.dispose()


_RUN: Final = contextlib.ExitStack()
"""What lasts as long as the run."""


@functools.cache
def _address() -> str:
    """Return the address of the one database of the run; the server starts when it is first asked for."""
    from tests.servers import _postgres  # noqa: PLC0415  # only where it is measured

    server = _RUN.enter_context(_postgres.serving())
    atexit.register(_RUN.close)
    return _RUN.enter_context(_postgres.database(server, "sharekit_bench_access"))


def postgresql_pair(world: World, folder: Path) -> Pair:
    """Return both sides on PostgreSQL, whose database is this run's alone: nothing is taken from the folder."""
    import psycopg  # noqa: PLC0415  # only where it is measured
    import sqlalchemy  # noqa: PLC0415  # the same

    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade  # noqa: PLC0415  # the same

    (folder / "ready").unlink(missing_ok=True)
    engine, connection = sqlalchemy.create_engine(_address()), psycopg.connect(_address(), autocommit=True)
    fresh = connection.execute("SELECT to_regclass('share')").fetchone() == (None,)
    if fresh:
        upgrade(engine)
    ours = OursOnPostgresql(world, SqlAlchemyRecordStore(engine), engine, fill=fresh)
    by_hand = ByHandOnPostgresql(world, connection, fill=fresh)
    (known,) = connection.execute("SELECT count(*) FROM share").fetchone() or (0,)
    return Pair(ours, by_hand, known=known)
