"""The laws of questions: T9, and Q1 to Q7."""

from collections.abc import Sequence
from datetime import timedelta, timezone
from functools import partial
from typing import Final

import pytest

from sharekit.ports.query import (
    AllOf,
    AnyOf,
    Condition,
    Contains,
    Eq,
    In,
    InSelect,
    IsNull,
    Not,
    OrderBy,
    Position,
    Prefix,
    Query,
    Range,
    Select,
)
from sharekit.ports.rows import KeyValue
from sharekit.ports.stores import RecordStore, Transaction
from sharekit.testing.record_store._frame import ACME, NOON, OTHER, Frame, found, keep, tag, thing, within

_HOUR: Final = timedelta(hours=1)

# In the order of code points, which is neither that of UTF-16 nor that of any dictionary.
_TEXTS: Final = ["", " ", "A", "Z", "a", "a ", "aa", "ab", "é", "ł", "\ufb01", "\uffff", "\U0001f600", "\U0010ffff"]


def _shown(store: RecordStore, *conditions: Condition) -> list[list[str]]:
    return [found(store, Query("thing", where=condition)) for condition in conditions]


def _pages(tx: Transaction, order: OrderBy, size: int) -> list[str]:
    """Return the ids of all rows, read page by page."""
    ids: list[str] = []
    after: Position | None = None
    while True:
        rows = tx.find(Query("thing", order=order, after=after, limit=size))
        if not rows or len(ids) > 100:
            return ids
        ids += [row.id for row in rows]
        last = rows[-1]
        after = Position(last.id if order.key == "id" else last.keys[order.key], last.id)


class QueryLaws(Frame):
    """The laws of questions."""

    def test_t9_count_is_the_length_of_find(self, records: RecordStore) -> None:
        """For every query the count is the number of rows that `find` returns, up to the same limit."""
        keep(records, *[thing(f"{n:02}", size=n % 4 or None, done=n % 2 == 0) for n in range(20)])
        keep(records, tag("t", thing="03"), tag("u", thing="04"))
        queries = [
            Query("thing"),
            Query("thing", limit=5),
            Query("thing", limit=50),
            Query("thing", where=AllOf([Eq("done", value=True), Range("size", above=1)])),
            Query("thing", where=InSelect("id", Select("tag", "thing"))),
            *[
                Query("thing", order=OrderBy("size", descending), after=Position(value, "08"), limit=limit)
                for descending in (False, True)
                for value in (None, 2)
                for limit in (None, 3, 9, 12)
            ],
        ]
        pairs = within(records, lambda tx: [(tx.count(query), len(tx.find(query))) for query in queries])

        assert [count for count, _ in pairs] == [length for _, length in pairs]
        assert [length for _, length in pairs[:5]] == [20, 5, 20, 5, 2]

    def test_t9_find_answers_every_condition(self, records: RecordStore) -> None:
        """Each condition finds the rows that it describes, of every type of key."""
        in_delhi = timezone(timedelta(hours=5, minutes=30))
        keep(
            records,
            thing("a", name="ann", size=-1, at=NOON, done=True, owner="o1"),
            thing("b", name="bob", size=0, at=NOON + _HOUR, done=False, owner="o2"),
            thing("c", name="hannah", size=7, at=NOON + 2 * _HOUR, done=True, owner="o1"),
        )

        assert _shown(
            records,
            Eq("name", "bob"),
            Eq("size", 0),
            Eq("at", NOON.astimezone(in_delhi)),
            Eq("done", value=False),
            Eq("owner", "o1"),
            Eq("id", "c"),
        ) == [["b"], ["b"], ["a"], ["b"], ["a", "c"], ["c"]]
        assert _shown(
            records,
            In("size", [7, -1, 8]),
            In("at", [NOON + _HOUR]),
            In("done", [True, False]),
            In("id", ["a", "b", "x"]),
            In("id", ["a", *map(str, range(3000)), "c"]),
            In("size", [*range(100), -1]),
        ) == [["a", "c"], ["b"], ["a", "b", "c"], ["a", "b"], ["a", "c"], ["a", "b", "c"]]
        assert _shown(
            records,
            Range("size", above=-1),
            Range("size", at_least=-1, below=7),
            Range("at", at_most=NOON + _HOUR),
            Range("at", above=NOON.astimezone(in_delhi), below=NOON + 2 * _HOUR),
            Range("name", at_least="bob", above="bob"),
            Range("owner", at_most="o1"),
            Range("id", above="a"),
        ) == [["b", "c"], ["a", "b"], ["a", "b"], ["b"], ["c"], ["a", "c"], ["b", "c"]]
        assert _shown(records, Prefix("name", "h"), Contains("name", "ann"), Contains("name", "")) == [
            ["c"],
            ["a", "c"],
            ["a", "b", "c"],
        ]
        assert _shown(
            records,
            AllOf([Eq("done", value=True), Not(Eq("owner", "o2")), Range("size", below=7)]),
            AnyOf([Eq("size", 0), AllOf([Eq("done", value=True), Eq("size", 7)])]),
            Not(AnyOf([Eq("size", 0), Eq("size", 7)])),
            AnyOf([Eq("id", str(n)) for n in range(1500)] + [Eq("id", "b")]),
        ) == [["a"], ["b", "c"], ["a"], ["b"]]

    def test_t9_find_takes_deeply_nested_conditions(self, records: RecordStore) -> None:
        """Conditions can be nested sixteen deep, where a sub-select counts twice."""
        keep(records, thing("a", size=1), thing("b", size=2), tag("t", thing="a"))
        plain: Condition = Eq("id", "a")
        selected: Condition = Eq("size", 1)
        mixed: Condition = Eq("id", "a")
        for _ in range(8):
            plain = Not(AnyOf([Eq("id", "none"), plain]))
        for _ in range(4):
            selected = InSelect("id", Select("tag", "thing", InSelect("thing", Select("thing", "id", selected))))
            mixed = AnyOf(
                [Eq("id", "x"), InSelect("id", Select("thing", "id", AllOf([Range("id", below="b"), mixed])))]
            )

        assert _shown(records, plain, selected, mixed) == [["a"], ["a"], ["a"]]

    def test_q1_null_matches_nothing_but_is_null(self, records: RecordStore) -> None:
        """A row without a value in the key is found by `IsNull` and by no other plain condition."""
        keep(records, thing("null"), thing("x", name="x", size=1, at=NOON, done=False, owner="x"))
        keep(records, tag("t", thing="x", label="x", weight=1), tag("u"))

        assert (
            _shown(
                records,
                Eq("done", value=False),
                In("size", [0, 1]),
                Range("size", at_most=5),
                Range("at", above=NOON - _HOUR),
                Prefix("name", ""),
                Contains("name", ""),
                InSelect("owner", Select("tag", "thing")),
                InSelect("size", Select("tag", "weight")),
            )
            == [["x"]] * 8
        )
        assert _shown(records, IsNull("name"), IsNull("size"), IsNull("at"), IsNull("done")) == [["null"]] * 4

    def test_q1_not_is_the_complement(self, records: RecordStore) -> None:
        """`Not` finds exactly the other rows, those without a value included, however deep it stands."""
        keep(records, thing("null"), thing("x", name="x", size=1, done=False), thing("y", name="y", size=2, done=True))
        keep(records, tag("t", thing="x", weight=1), tag("without"))
        conditions: list[Condition] = [
            Eq("name", "x"),
            In("size", [1, 2]),
            In("size", []),
            Range("size", above=1),
            Prefix("name", "x"),
            Contains("name", "y"),
            IsNull("done"),
            AnyOf([Eq("name", "x"), Eq("size", 2)]),
            AllOf([Eq("name", "x"), Not(Eq("size", 2))]),
            AnyOf([Not(Eq("name", "x")), Eq("size", 1)]),
            InSelect("id", Select("tag", "thing")),
            InSelect("size", Select("tag", "weight", Not(Eq("label", "none")))),
            Not(Eq("done", value=True)),
        ]
        everything = {"null", "x", "y"}
        for condition in conditions:
            there, not_there, there_again = (
                set(ids) for ids in _shown(records, condition, Not(condition), Not(Not(condition)))
            )

            assert not_there == everything - there, condition
            assert there_again == there, condition
        assert _shown(records, Not(Eq("name", "x")), Not(InSelect("id", Select("tag", "thing")))) == [["null", "y"]] * 2

    def test_q2_text_is_ordered_by_code_point(self, records: RecordStore) -> None:
        """Text is ordered and bounded by code points, capitals and marks included."""
        keep(records, *[thing(f"{n:02}", name=text) for n, text in reversed([*enumerate(_TEXTS)])])
        ids = [f"{n:02}" for n in range(len(_TEXTS))]

        assert found(records, Query("thing", order=OrderBy("name"))) == ids
        assert found(records, Query("thing", order=OrderBy("name", descending=True))) == ids[::-1]
        for n, text in enumerate(_TEXTS):
            conditions = Range("name", at_most=text), Range("name", above=text), Eq("name", text)

            assert _shown(records, *conditions) == [ids[: n + 1], ids[n + 1 :], [ids[n]]]

    def test_q2_ids_are_ordered_by_code_point(self, records: RecordStore) -> None:
        """Ids are ordered as other text is, and two that differ in case alone are two."""
        keep(records, *[thing(text) for text in reversed(_TEXTS[1:])])

        assert found(records, Query("thing")) == _TEXTS[1:]
        assert found(records, Query("thing", order=OrderBy("id", descending=True))) == _TEXTS[:0:-1]

    def test_q2_false_comes_before_true_and_null_before_all(self, records: RecordStore) -> None:
        """Ascending, rows without a value come first; descending, last."""
        keep(
            records,
            thing("1", done=True, size=-(2**63), at=NOON, name=""),
            thing("2"),
            thing("3", done=False, size=2**63 - 1, at=NOON - _HOUR, name="a"),
        )
        orders = {"done": ["2", "3", "1"], "size": ["2", "1", "3"], "at": ["2", "3", "1"], "name": ["2", "1", "3"]}
        for key, ids in orders.items():
            assert found(records, Query("thing", order=OrderBy(key))) == ids
            assert found(records, Query("thing", order=OrderBy(key, descending=True))) == ids[::-1]

    def test_q3_ties_are_ordered_by_id_in_the_same_direction(self, records: RecordStore) -> None:
        """Rows of equal keys stand in the order of their ids, descending when the keys do."""
        sizes = {"e": 1, "a": 1, "d": None, "b": 2, "c": None, "f": 1}
        keep(records, *[thing(id_, size=size) for id_, size in sizes.items()])
        ids = ["c", "d", "a", "e", "f", "b"]

        assert found(records, Query("thing", order=OrderBy("size"))) == ids
        assert found(records, Query("thing", order=OrderBy("size", descending=True))) == ids[::-1]
        assert found(records, Query("thing", order=OrderBy("size"), limit=4)) == ids[:4]

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("key", ["id", "name", "size", "at", "done", "owner"])
    def test_q4_pages_join_to_the_whole(self, records: RecordStore, key: str, *, descending: bool) -> None:
        """Read page by page, every row comes exactly once and in order, ties and nulls included."""
        texts = [None, "a", "a", None, "B", "a", None, "b", "B", "é"]
        keep(
            records,
            *[
                thing(
                    f"{n * 7 % 10}",
                    name=text,
                    size=n % 3 or None,
                    at=None if n % 4 == 0 else NOON + n % 2 * timedelta(microseconds=1),
                    done=(None, True, False)[n % 3],
                    owner=text,
                )
                for n, text in enumerate(texts)
            ],
        )
        order = OrderBy(key, descending)
        whole = found(records, Query("thing", order=order))

        assert len(set(whole)) == len(texts)
        for size in (1, 2, 3, 7):
            assert within(records, partial(_pages, order=order, size=size)) == whole

    def test_q4_a_page_begins_strictly_after_a_place(self, records: RecordStore) -> None:
        """A place needs no row: a page begins after where it would be, in both directions."""
        keep(records, thing("a"), thing("c"), thing("b", size=1), thing("d", size=1), thing("e", size=3))

        def after(value: KeyValue, id_: str, *, descending: bool = False) -> list[str]:
            return found(
                records, Query("thing", order=OrderBy("size", descending=descending), after=Position(value, id_))
            )

        assert [after(None, ""), after(None, "a"), after(None, "b"), after(None, "x")] == [
            ["a", "c", "b", "d", "e"],
            ["c", "b", "d", "e"],
            ["c", "b", "d", "e"],
            ["b", "d", "e"],
        ]
        assert [after(0, "z"), after(1, "b"), after(2, "a"), after(3, "e")] == [["b", "d", "e"], ["d", "e"], ["e"], []]
        assert [after(None, "c", descending=True), after(None, "", descending=True)] == [["a"], []]
        assert [after(3, "e", descending=True), after(1, "c", descending=True), after(0, "a", descending=True)] == [
            ["d", "b", "c", "a"],
            ["b", "c", "a"],
            ["c", "a"],
        ]

    def test_q4_conditions_hold_on_every_page(self, records: RecordStore) -> None:
        """A page after a place has only rows that meet the condition, alternatives included."""
        keep(records, *[thing(f"{n}", size=n // 2 or None, done=n % 2 == 0) for n in range(8)])
        either = AnyOf([Eq("id", "0"), Eq("done", value=False)])
        query = Query("thing", where=either, order=OrderBy("size"), after=Position(None, "0"))

        assert found(records, query) == ["1", "3", "5", "7"]

    @pytest.mark.parametrize("sign", ["%", "_", "*", "?", "[", "\\", "'", '"', "^", "--", "\n", "$", "."])
    def test_q5_prefix_and_contains_are_literal(self, records: RecordStore, sign: str) -> None:
        """No character stands for others, and none escapes another."""
        keep(
            records,
            thing("1", name=f"a{sign}b"),
            thing("2", name=f"{sign}b"),
            thing("3", name="axb"),
            thing("4", name="ab"),
            thing("5", name="b"),
            thing("6"),
        )

        assert _shown(
            records,
            Prefix("name", sign),
            Prefix("name", f"a{sign}"),
            Contains("name", sign),
            Contains("name", f"{sign}b"),
            Contains("name", f"a{sign}b"),
        ) == [["2"], ["1"], ["1", "2"], ["1", "2"], ["1"]]

    def test_q5_prefix_and_contains_tell_case_and_marks_apart(self, records: RecordStore) -> None:
        """Nothing is folded, and a prefix may end at the edges of what a character can be."""
        texts = ["abc", "ABC", "äbc", "a", "ab\U0010ffff", "ab\U0010ffffc", "\ud7ff", "\ud7ffx", "\ue000", "\U0010ffff"]
        keep(records, *[thing(f"{n}", name=text) for n, text in enumerate(texts)])

        assert _shown(
            records,
            Prefix("name", "a"),
            Prefix("name", "A"),
            Prefix("name", "ab\U0010ffff"),
            Prefix("name", "\ud7ff"),
            Prefix("name", "\U0010ffff"),
            Contains("name", "bc"),
            Contains("name", "BC"),
            Contains("name", "\U0010ffff"),
        ) == [["0", "3", "4", "5"], ["1"], ["4", "5"], ["6", "7"], ["9"], ["0", "2"], ["1"], ["4", "5", "9"]]

    def test_q6_nothing_to_choose_from_matches_no_row(self, records: RecordStore) -> None:
        """`AnyOf` and `In` of nothing find no row, `AllOf` of nothing finds every row, nested too."""
        keep(records, thing("a", name="a"), thing("null"))
        everything = ["a", "null"]

        assert _shown(records, AnyOf([]), In("name", []), AllOf([]), AllOf([AnyOf([])]), AnyOf([AllOf([])])) == [
            [],
            [],
            everything,
            [],
            everything,
        ]
        assert _shown(records, Not(AnyOf([])), Not(In("name", [])), Not(AllOf([]))) == [everything, everything, []]
        assert _shown(records, InSelect("name", Select("tag", "label"))) == [[]]
        assert _shown(records, AnyOf([Eq("id", "a"), AnyOf([])])) == [["a"]]

    def test_q7_a_sub_select_sees_its_own_tenant_alone(self, records: RecordStore) -> None:
        """Rows of another tenant select nothing, at any depth, plain or in `Not`."""
        keep(records, thing("a", tenant=ACME), thing("b", tenant=ACME), tag("t", tenant=ACME, thing="b"))
        keep(records, thing("a", tenant=OTHER, name="x"), tag("t", tenant=OTHER, thing="a"))
        tagged = InSelect("id", Select("tag", "thing"))
        nested = InSelect("id", Select("tag", "thing", InSelect("thing", Select("thing", "id", Eq("name", "x")))))

        assert _shown(records, tagged, Not(tagged), nested, Not(nested)) == [["b"], ["a"], [], ["a", "b"]]
        assert found(records, Query("thing", where=nested), tenant=OTHER) == ["a"]

    def test_q7_a_sub_select_takes_its_condition_and_its_key(self, records: RecordStore) -> None:
        """The values are those of the named key, over the rows that meet the condition, nested at will."""
        keep(records, thing("a", owner="o", size=1), thing("b", owner="p", size=2), thing("c"))
        keep(
            records,
            tag("1", thing="a", label="red", weight=2),
            tag("2", thing="b", label="blue"),
            tag("a", thing="c", label="o"),
        )

        def labelled(*labels: str) -> Condition:
            return InSelect("id", Select("tag", "thing", In("label", labels)))

        selects: Sequence[Condition] = (
            labelled("red"),
            labelled("red", "o"),
            InSelect("owner", Select("tag", "label")),
            InSelect("size", Select("tag", "weight")),
            InSelect("id", Select("tag", "id")),
            InSelect("id", Select("thing", "id", Eq("owner", "p"))),
            AllOf([labelled("red", "blue"), Not(labelled("blue"))]),
            AnyOf([labelled("blue"), IsNull("owner")]),
            InSelect("id", Select("tag", "thing", InSelect("thing", Select("thing", "id", Range("size", above=1))))),
        )

        assert _shown(records, *selects) == [["a"], ["a", "c"], ["a"], ["b"], ["a"], ["b"], ["a"], ["b", "c"], ["b"]]
