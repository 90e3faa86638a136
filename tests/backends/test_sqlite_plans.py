"""Each way of answering a question with sub-selects keeps the laws, and is taken where it pays."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from sharekit.backends import _sqlite_plans, _sqlite_prepared, _sqlite_transactions
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ports import (
    AllOf,
    AnyOf,
    Contains,
    Eq,
    In,
    InSelect,
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
from sharekit.testing.record_store import RecordStoreContract
from tests.backends._notes import TENANT
from tests.backends._sampling import Sampled, stories

PAPER = KindSpec(
    "paper",
    {"name": Text, "open": Bool, "box": Ref},
    indexes=[("box",), ("name",), ("open", "name")],
    carried=("name", "open", "box"),
)
MARK = KindSpec("mark", {"paper": Ref, "who": Ref}, indexes=[("who", "paper"), ("paper", "who")])


@pytest.fixture(params=[0, 1], ids=["walking", "driving-from-one"])
def cap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """From how many rows is started."""
    monkeypatch.setattr(_sqlite_plans, "DRIVEN_AT_MOST", request.param)
    return int(request.param)


@pytest.mark.usefixtures("cap")
class TestSqliteRecordStoreByEachPlan(Sampled, RecordStoreContract):
    """`SqliteRecordStore` keeps the contract when it walks where it would drive."""

    machine_examples = stories(25)

    lacks: ClassVar[Mapping[str, str]] = {
        "back_door": "the store with its own plans has it; plans are for reading",
        "sabotage": "the store with its own plans has it; plans are for reading",
    }

    @pytest.fixture
    def store(self, tmp_path: Path) -> RecordStore:
        """A store on a file that does not exist yet."""
        return SqliteRecordStore(tmp_path / "records.db")

    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Callable[[], RecordStore]:
        """A second store on the same file."""
        return lambda: SqliteRecordStore(tmp_path / "records.db")


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[SqliteRecordStore]:
    """Ten papers, of which Ana has marked four, with names in the other direction than ids."""
    store = SqliteRecordStore(tmp_path / "papers.db")
    store.open([PAPER, MARK])
    with store.transaction(TENANT, write=True) as tx:
        for number in range(10):
            keys: dict[str, KeyValue] = {"name": f"n{9 - number}", "open": number % 2 == 0, "box": f"b{number % 3}"}
            tx.put(Row(tenant=TENANT, kind="paper", id=f"p{number}", revision=0, schema=1, keys=keys, body="{}"))
        for number in (1, 2, 4, 8):
            mark: dict[str, KeyValue] = {"paper": f"p{number}", "who": "ana"}
            tx.put(Row(tenant=TENANT, kind="mark", id=f"m{number}", revision=0, schema=1, keys=mark, body="{}"))
    yield store
    store.close()


MARKED = InSelect("id", Select("mark", "paper", Eq("who", "ana")))
OPEN = Eq("open", value=True)


def _asked(store: SqliteRecordStore, query: Query) -> tuple[list[str], list[str]]:
    """Return the ids that are found, and the plan of the last statement."""
    statements: list[str] = []
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
        connection: sqlite3.Connection = cursor.connection
        connection.set_trace_callback(statements.append)
        found = [row.id for row in tx.find(query)]
        connection.set_trace_callback(None)
        plan = [step[3] for step in cursor.execute(f"EXPLAIN QUERY PLAN {statements[-1]}")]
    return found, plan


def test_few_rows_are_found_first_and_sorted(papers: SqliteRecordStore) -> None:
    """Where a sub-select has few values, their rows are fetched by id and sorted."""
    found, plan = _asked(papers, Query("paper", where=AllOf((OPEN, MARKED)), order=OrderBy("name"), limit=2))

    assert found == ["p8", "p4"]
    assert plan[0] == "SEARCH r USING PRIMARY KEY (id=?)"
    assert plan[-1] == "USE TEMP B-TREE FOR ORDER BY"


def test_many_rows_are_walked_in_their_order(papers: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it has many, the order's own index is walked, nothing is sorted, and each row is asked about."""
    monkeypatch.setattr(_sqlite_plans, "DRIVEN_AT_MOST", 3)
    found, plan = _asked(papers, Query("paper", where=AllOf((OPEN, MARKED)), order=OrderBy("name"), limit=2))

    assert found == ["p8", "p4"]
    assert "COVERING INDEX sharekit_paper-open-name (tenant=? AND open=?)" in plan[0]
    assert not any("TEMP B-TREE" in step for step in plan)
    assert any("CORRELATED" in step for step in plan)


def test_what_lies_in_one_box_is_found_by_the_box(papers: SqliteRecordStore) -> None:
    """A key of the row itself that an index finds is started from before a sub-select is."""
    found, plan = _asked(papers, Query("paper", where=AllOf((MARKED, Eq("box", "b1"))), order=OrderBy("name"), limit=5))

    assert found == ["p4", "p1"]
    assert any("sharekit_paper-box" in step for step in plan)


def test_without_a_limit_rows_are_found_by_their_own_key(papers: SqliteRecordStore) -> None:
    """A question for all rows with some value is answered by that key's index, and not by reading the whole tenant."""
    found, plan = _asked(papers, Query("paper", where=AllOf((Eq("box", "b1"), MARKED))))

    assert found == ["p1", "p4"]
    assert plan[0] == "SEARCH r USING INDEX sharekit_paper-box (box=? AND tenant=?)"


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (MARKED, ["p8", "p4", "p2", "p1"]),
        (AnyOf((MARKED, Eq("box", "b0"))), ["p9", "p8", "p6", "p4", "p3", "p2", "p1", "p0"]),
        (AllOf((Not(MARKED), OPEN)), ["p6", "p0"]),
        (AllOf((AnyOf(()), MARKED)), []),
        (AnyOf((AnyOf(()), MARKED)), ["p8", "p4", "p2", "p1"]),
        (AnyOf([MARKED, *[Eq("box", f"b{number}") for number in range(1, 600)]]), ["p8", "p7", "p5", "p4", "p2", "p1"]),
        (
            AnyOf((MARKED, AllOf((OPEN, InSelect("box", Select("paper", "box", Eq("id", "p3"))))))),
            ["p8", "p6", "p4", "p2", "p1", "p0"],
        ),
    ],
)
def test_pages_are_the_same_by_every_plan(
    papers: SqliteRecordStore, cap: int, where: AllOf, expected: list[str], descending: bool
) -> None:
    """Whatever is started from, page by page comes what the question says, in its order."""
    ids: list[str] = []
    after: Position | None = None
    while True:
        query = Query("paper", where=where, order=OrderBy("name", descending), after=after, limit=2)
        with papers.transaction(TENANT) as tx:
            rows = tx.find(query)
            lines = tx.pick(query, ("id", "open", "box"))
        assert [tuple(line[:3]) for line in lines] == [(row.id, row.keys["open"], row.keys["box"]) for row in rows]
        if not rows:
            break
        ids += [row.id for row in rows]
        after = Position(rows[-1].keys["name"], rows[-1].id)

    assert ids == (expected[::-1] if descending else expected)


def _statements(store: SqliteRecordStore, query: Query) -> int:
    """How many statements a question takes."""
    statements: list[str] = []
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
        cursor.connection.set_trace_callback(statements.append)
        tx.find(query)
        cursor.connection.set_trace_callback(None)
    return len(statements)


def _marked_by(who: str) -> AllOf:
    """What is open and marked by somebody."""
    return AllOf((OPEN, InSelect("id", Select("mark", "paper", Eq("who", who)))))


def test_a_plan_is_counted_again_after_some_questions(papers: SqliteRecordStore) -> None:
    """The same question is answered by the plan that was found for it, sixteen times."""
    query = Query("paper", where=_marked_by("ana"), order=OrderBy("name"), limit=2)
    first, *taken = [_statements(papers, query) for _ in range(17)]

    assert first > 1
    assert taken == [1] * 15 + [first]


def test_what_is_searched_for_needs_no_other_plan(papers: SqliteRecordStore) -> None:
    """Nothing is started from a text that rows have in them, so nothing is counted for another one."""
    queries = [
        Query("paper", where=AllOf((_marked_by("ana"), Contains("name", text))), order=OrderBy("name"), limit=2)
        for text in ("a", "b", "no such name")
    ]
    first, *others = [_statements(papers, query) for query in queries]

    assert first > 1
    assert others == [1, 1]


def _picked(store: SqliteRecordStore, query: Query) -> tuple[list[str], list[str]]:
    """Return the ids of the rows of which some keys are read, and the steps of it that look at papers."""
    statements: list[str] = []
    with store.transaction(TENANT) as tx:
        cursor = tx._cursor
        assert cursor is not None
        cursor.connection.set_trace_callback(statements.append)
        lines = tx.pick(query, ("id", "box"))
        cursor.connection.set_trace_callback(None)
        steps = [step[3] for step in cursor.execute(f"EXPLAIN QUERY PLAN {statements[-1]}")]
    return [line[0] for line in lines], [step for step in steps if " r " in step]


@pytest.mark.parametrize("cap", [0, 2_000])
def test_what_rows_carry_is_read_without_them(
    papers: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    """Whether rows are started from or walked along, their table is not touched."""
    monkeypatch.setattr(_sqlite_plans, "DRIVEN_AT_MOST", cap)
    found, steps = _picked(papers, Query("paper", where=MARKED, order=OrderBy("name"), limit=5))

    assert found == ["p8", "p4", "p2", "p1"]
    assert [step for step in steps if "COVERING INDEX sharekit_paper-id-name-open-box" not in step] == []


def test_what_is_walked_along_says_all_of_itself(papers: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index along which lists walk holds what they read, so that nothing else is looked at."""
    monkeypatch.setattr(_sqlite_plans, "DRIVEN_AT_MOST", 0)
    query = Query("paper", where=AllOf((OPEN, MARKED)), order=OrderBy("name"), after=Position("n2", "x"), limit=5)
    found, steps = _picked(papers, query)

    assert found == ["p4", "p2"]
    assert steps == ["SEARCH r USING COVERING INDEX sharekit_paper-open-name (tenant=? AND open=? AND (name,id)>(?,?))"]


def test_what_changes_is_found_by_an_old_plan_too(papers: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan says how to look and never what there is: a mark that is taken away is not found again."""
    monkeypatch.setattr(_sqlite_plans, "DRIVEN_AT_MOST", 3)
    query = Query("paper", where=_marked_by("ana"), order=OrderBy("name"), limit=2)
    before = _asked(papers, query)[0]
    with papers.transaction(TENANT, write=True) as tx:
        tx.delete("mark", "m8", 1)
        tx.delete("mark", "m1", 1)

    assert before == ["p8", "p4"]
    assert _asked(papers, query)[0] == ["p4", "p2"]


def test_questions_of_one_shape_have_their_own_values(papers: SqliteRecordStore) -> None:
    """A statement that was compiled for one question serves the next with the values of that one."""
    with papers.transaction(TENANT, write=True) as tx:
        keys: dict[str, KeyValue] = {"paper": "p6", "who": "bo"}
        tx.put(Row(tenant=TENANT, kind="mark", id="n6", revision=0, schema=1, keys=keys, body="{}"))
    found = [
        _asked(papers, Query("paper", where=_marked_by(who), order=OrderBy("name"), after=after, limit=limit))[0]
        for who, after, limit in (
            ("ana", None, 1),
            ("bo", None, 5),
            ("nobody", None, 5),
            ("ana", Position("n1", "p8"), 5),
            ("bo", Position("n3", "p6"), 5),
            ("ana", None, 5),
        )
    ]

    assert found == [["p8"], ["p6"], [], ["p4", "p2"], [], ["p8", "p4", "p2"]]


def test_shapes_are_forgotten_when_there_are_many(papers: SqliteRecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sorts of questions are asked, few statements are kept, and the answers stay right."""
    monkeypatch.setattr(_sqlite_transactions, "_SHAPES", 3)
    monkeypatch.setattr(_sqlite_prepared, "_REMEMBERED", 2)
    ids = [[f"p{place}" for place in range(count)] for count in range(1, 8)]
    found = [_asked(papers, Query("paper", where=In("id", some)))[0] for some in ids * 2]
    marked = [_asked(papers, Query("paper", where=_marked_by(who), limit=9))[0] for who in ("ana", "bo", "cy", "ana")]

    assert found == ids * 2
    assert marked == [["p2", "p4", "p8"], [], [], ["p2", "p4", "p8"]]
    assert len(papers._layout.prepared) <= 3
