"""Each way of asking PostgreSQL for what several sub-selects may give has one answer, and is taken where it pays."""

import functools
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, _ways
from sharekit.ports import (
    AllOf,
    AnyOf,
    Condition,
    Eq,
    In,
    InSelect,
    IsNull,
    KeyValue,
    KindSpec,
    Not,
    OrderBy,
    Position,
    Query,
    RecordStore,
    Row,
    Select,
    Text,
)
from sharekit.ports.rows import Bool, Ref
from tests.backends._databases import engine_of, sweep
from tests.backends._notes import TENANT

PAPER = KindSpec("paper", {"name": Text, "open": Bool, "box": Ref}, indexes=[("box",), ("name",), ("open", "name")])
MARK = KindSpec("mark", {"paper": Ref, "who": Ref}, indexes=[("who", "paper"), ("paper", "who")])

leaves: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(["ana", "bo", "nobody"]).map(lambda who: InSelect("id", Select("mark", "paper", Eq("who", who)))),
    st.sampled_from(["ana", "bo"]).map(
        lambda who: InSelect("box", Select("paper", "box", InSelect("id", Select("mark", "paper", Eq("who", who)))))
    ),
    st.sampled_from(["b0", "b1", "b9"]).map(lambda box: Eq("box", box)),
    st.lists(st.sampled_from(["p1", "p5", "p99"]), max_size=2).map(lambda ids: In("id", ids)),
)
others: st.SearchStrategy[Condition] = st.one_of(
    st.booleans().map(lambda value: Eq("open", value=value)), st.just(IsNull("box")), leaves.map(Not)
)
parts: st.SearchStrategy[Condition] = st.one_of(
    leaves, st.builds(lambda a, b: AllOf((a, b)), others, leaves), st.builds(lambda a, b: AnyOf((a, b)), leaves, leaves)
)
questions = st.builds(
    lambda some, more: AllOf((AnyOf(some), *more)),
    st.lists(parts, min_size=1, max_size=3),
    st.lists(others, max_size=2),
)


def _filled(store: RecordStore) -> RecordStore:
    store.open([PAPER, MARK])
    with store.transaction(TENANT, write=True) as tx:
        for number in range(30):
            box = None if number % 7 == 0 else f"b{number % 3}"
            keys: dict[str, KeyValue] = {"name": f"n{number * 7 % 30:02}", "open": number % 2 == 0, "box": box}
            tx.put(Row(tenant=TENANT, kind="paper", id=f"p{number}", revision=0, schema=1, keys=keys, body="{}"))
        for number in range(20):
            paper = None if number == 0 else f"p{number * 3 % 31}"
            mark: dict[str, KeyValue] = {"paper": paper, "who": "ana" if number % 3 else "bo"}
            tx.put(Row(tenant=TENANT, kind="mark", id=f"m{number}", revision=0, schema=1, keys=mark, body="{}"))
    return store


@pytest.fixture(scope="module")
def engine(postgres_database: str) -> Iterator[sa.Engine]:
    """A database with papers and marks."""
    with engine_of(postgres_database) as engine:
        sweep(engine)
        yield engine


@pytest.fixture(scope="module")
def both(engine: sa.Engine) -> tuple[RecordStore, RecordStore]:
    """A store that defines what is right, and the one on PostgreSQL, filled alike."""
    return _filled(MemoryRecordStore()), _filled(SqlAlchemyRecordStore(engine, create=True))


@pytest.fixture(scope="module")
def fresh(both: tuple[RecordStore, RecordStore], engine: sa.Engine) -> Callable[[int], RecordStore]:
    """A store on the same rows for each bound, which remembers no way that it chose by another one."""
    assert len(both) == 2

    @functools.cache
    def opened(few: int) -> RecordStore:
        store = SqlAlchemyRecordStore(engine)
        store.open([PAPER, MARK])
        return store

    return opened


@pytest.mark.parametrize("few", [-1, 3, 2_000], ids=["walking", "either", "starting"])
@given(where=questions, limit=st.integers(1, 12), descending=st.booleans(), after=st.none() | st.integers(0, 29))
@settings(max_examples=40)
def test_every_way_gives_the_same_page_and_count(
    both: tuple[RecordStore, RecordStore],
    fresh: Callable[[int], RecordStore],
    few: int,
    where: Condition,
    limit: int,
    *,
    descending: bool,
    after: int | None,
) -> None:
    """From the rows of the sub-selects or along the order, in both directions, from any place on."""
    place = None if after is None else Position(f"n{after:02}", "p0")
    query = Query("paper", where=where, order=OrderBy("name", descending=descending), after=place, limit=limit)
    answers: list[tuple[list[str], int]] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_ways, "FEW", few)
        for store in (both[0], fresh(few)):
            with store.transaction(TENANT) as tx:
                answers.append(([row.id for row in tx.find(query)], tx.count(query)))

    assert answers[0] == answers[1]


@pytest.mark.parametrize(("few", "way"), [(0, "LIMIT"), (2_000, "UNION")])
def test_the_way_follows_from_how_many_rows_there_are(
    both: tuple[RecordStore, RecordStore], engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, few: int, way: str
) -> None:
    """They are counted in the same transaction, no further than it pays; whatever has no limit is asked as it is."""
    asked: list[str] = []
    marked = [InSelect("id", Select("mark", "paper", Eq("who", who))) for who in ("ana", "bo")]
    monkeypatch.setattr(_ways, "FEW", few)

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with both[1].transaction(TENANT) as tx:
            page = tx.find(Query("paper", where=AnyOf(marked), order=OrderBy("name"), limit=2))
            everything = tx.find(Query("paper", where=AnyOf(marked)))
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(page) == 2
    assert len(everything) > 2
    assert ["count(*)" in statement for statement in asked] == [True, False, False]
    assert way in asked[1].rpartition(" LIMIT ")[0]
    assert "UNION" not in asked[2]
