"""Random stories, told to a store and to a dict."""

import functools
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import ClassVar, Final

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,  # pyright: ignore[reportUnknownVariableType]  # Hypothesis leaves one argument untyped
)

from sharekit.errors import ConflictError
from sharekit.ids import TenantId
from sharekit.ports import evaluate
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
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row
from sharekit.ports.stores import RecordStore, Transaction
from sharekit.testing.record_store._frame import NOON, TAG, THING, Frame

_STEPS: Final = 30
_IDS: Final = ["a", "ab", "b", "B", "c", "é"]
_SPECS: Final[dict[str, KindSpec]] = {spec.kind: spec for spec in (THING, TAG)}
_Value = st.SearchStrategy[KeyValue]
_VALUES: Final[dict[KeyType, _Value]] = {
    KeyType.TEXT: st.sampled_from(["", "a", "A", "ab", "abc", "b%", "b_", "é", "\uffff", "\U0001f600"]),
    KeyType.REF: st.sampled_from(_IDS),
    KeyType.INT: st.sampled_from([-(2**63), -1, 0, 1, 2, 3, 2**63 - 1]),
    KeyType.TIME: st.sampled_from([NOON, NOON + timedelta(microseconds=1), NOON - timedelta(days=400 * 365)]),
    KeyType.BOOL: st.booleans(),
}
_EITHER: Final = st.booleans()
_SOME_ID: Final = st.sampled_from(_IDS)
_SOME_KIND: Final = st.sampled_from([*_SPECS])
_SOME_LIMIT: Final = st.none() | st.integers(1, 4)


# --- strategies ------------------------------------------------------------------------------
# Each is made once: making one takes longer than drawing from it.


def _type_of(kind: str, key: str) -> KeyType:
    return _SPECS[kind].keys.get(key, KeyType.REF)


@functools.cache
def _keys(kind: str, *types: KeyType) -> st.SearchStrategy[str]:
    return st.sampled_from([key for key in ["id", *_SPECS[kind].keys] if _type_of(kind, key) in types])


@functools.cache
def _rows(kind: str) -> st.SearchStrategy[Row]:
    return st.builds(
        Row,
        tenant=st.just(TenantId("whoever")),
        kind=st.just(kind),
        id=_SOME_ID,
        revision=st.just(0),
        schema=st.integers(0, 3),
        keys=st.fixed_dictionaries({key: st.none() | _VALUES[of] for key, of in _SPECS[kind].keys.items()}),
        body=st.sampled_from(["{}", '{"ł": [1]}', ""]),
    )


@st.composite
def _leaves(draw: st.DrawFn, kind: str, depth: int) -> Condition:
    return draw(_leaf(kind, draw(_keys(kind, *KeyType)), depth))


@functools.cache
def _leaf(kind: str, key: str, depth: int) -> st.SearchStrategy[Condition]:
    of = _type_of(kind, key)
    some = _VALUES[of]
    shapes: list[st.SearchStrategy[Condition]] = [
        st.builds(IsNull, st.just(key)),
        st.builds(Eq, st.just(key), some),
        st.builds(In, st.just(key), st.lists(some, max_size=3)),
    ]
    if of is KeyType.TEXT:
        shapes += [st.builds(Prefix, st.just(key), some), st.builds(Contains, st.just(key), some)]
    if of is not KeyType.BOOL:
        bounds = st.dictionaries(st.sampled_from(["at_least", "above", "at_most", "below"]), some, min_size=1)
        shapes.append(bounds.map(lambda given: Range(key, **given)))
    if depth:
        shapes.append(_selects(key, of, depth - 1))
    return st.one_of(shapes)


@st.composite
def _selects(draw: st.DrawFn, key: str, of: KeyType, depth: int) -> Condition:
    inner = draw(_SOME_KIND)
    types = (KeyType.TEXT, KeyType.REF) if of in {KeyType.TEXT, KeyType.REF} else (of,)
    if not any(_type_of(inner, name) in types for name in ["id", *_SPECS[inner].keys]):
        inner = THING.kind
    return InSelect(key, Select(inner, draw(_keys(inner, *types)), draw(_conditions(inner, depth))))


@functools.cache
def _conditions(kind: str, depth: int) -> st.SearchStrategy[Condition]:
    def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(parts, max_size=3)
        return st.one_of(st.builds(Not, parts), st.builds(AnyOf, several), st.builds(AllOf, several))

    return st.recursive(_leaves(kind, depth), joined, max_leaves=4)


@functools.cache
def _positions(kind: str, key: str, id_: str) -> st.SearchStrategy[Position | None]:
    value = st.just(id_) if key == "id" else st.none() | _VALUES[_type_of(kind, key)]
    return st.none() | st.builds(Position, value, st.just(id_))


@st.composite
def _queries(draw: st.DrawFn) -> Query:
    kind = draw(_SOME_KIND)
    order = OrderBy(draw(_keys(kind, *KeyType)), draw(_EITHER))
    return Query(
        kind,
        where=draw(_conditions(kind, 2)),
        order=order,
        after=draw(_positions(kind, order.key, draw(_SOME_ID))),
        limit=draw(_SOME_LIMIT),
    )


# --- the stories -----------------------------------------------------------------------------

_Model = dict[tuple[str, str], Row]


class StoreMachine(RuleBasedStateMachine):
    """
    Transactions of two tenants in turn, told to a store and to a dict, which must not differ.

    Every story has two tenants of its own, so that one store serves for all of them.
    """

    def __init__(self, store: RecordStore, stories: Iterator[int]) -> None:
        super().__init__()
        story = next(stories)
        self.store = store
        self.kept: dict[TenantId, _Model] = {TenantId(f"t{story}"): {}, TenantId(f"t{story}x"): {}}
        self.block: AbstractContextManager[Transaction] | None = None

    def running(self) -> bool:
        return self.block is not None

    def writing(self) -> bool:
        return self.block is not None and self.is_write

    @precondition(lambda self: not self.running())
    @rule(first=st.booleans(), write=st.sampled_from([True, True, False]))
    def begin(self, *, first: bool, write: bool) -> None:
        self.tenant = [*self.kept][first]
        self.is_write = write
        self.rows = dict(self.kept[self.tenant])
        self.block = self.store.transaction(self.tenant, write=write)
        self.tx = self.block.__enter__()

    @precondition(running)
    @rule()
    def commit(self) -> None:
        self._end(None)
        self.kept[self.tenant] = self.rows
        for tenant, model in self.kept.items():
            for kind in _SPECS:
                with self.store.transaction(tenant) as tx:
                    rows = tx.find(Query(kind))

                assert rows == sorted((row for row in model.values() if row.kind == kind), key=lambda row: row.id)

    @precondition(running)
    @rule()
    def roll_back(self) -> None:
        self._end(ValueError("roll back"))

    def _end(self, error: ValueError | None) -> None:
        block, self.block = self.block, None
        if block is not None:
            block.__exit__(type(error) if error else None, error, None)

    @precondition(writing)
    @rule(drawn=_SOME_KIND.flatmap(_rows), slip=st.sampled_from([0, 0, 0, 1, -1]))
    def put(self, drawn: Row, slip: int) -> None:
        row = attrs.evolve(drawn, tenant=self.tenant)
        present = self.rows.get((row.kind, row.id))
        before = present.revision if present else 0
        given = attrs.evolve(row, revision=max(0, before + slip))
        if given.revision == before:
            assert self.tx.put(given) == before + 1
            self.rows[row.kind, row.id] = attrs.evolve(row, revision=before + 1)
        else:
            self._conflicts(lambda: self.tx.put(given))

    @precondition(writing)
    @rule(kind=_SOME_KIND, id_=_SOME_ID, slip=st.sampled_from([0, 0, 1]))
    def delete(self, kind: str, id_: str, slip: int) -> None:
        present = self.rows.get((kind, id_))
        if present and slip == 0:
            self.tx.delete(kind, id_, present.revision)
            del self.rows[kind, id_]
        else:
            self._conflicts(lambda: self.tx.delete(kind, id_, (present.revision if present else 0) + slip))

    @precondition(writing)
    @rule(id_=_SOME_ID, limit=st.none() | st.integers(-2, 5), amount=st.integers(1, 3))
    def bump(self, id_: str, limit: int | None, amount: int) -> None:
        present = self.rows.get(("thing", id_))
        size = present.keys["size"] if present else None
        total = (size if isinstance(size, int) else 0) + amount
        if present is None or total > (evaluate.MAX_INT if limit is None else limit):
            assert self.tx.bump("thing", id_, "size", limit, amount) is None
        else:
            assert self.tx.bump("thing", id_, "size", limit, amount) == total
            changed = attrs.evolve(present, revision=present.revision + 1, keys={**present.keys, "size": total})
            self.rows["thing", id_] = changed

    @precondition(running)
    @rule(wanted=st.lists(st.tuples(_SOME_KIND, _SOME_ID), max_size=12))
    def get(self, wanted: list[tuple[str, str]]) -> None:
        expected = [self.rows.get(pair) for pair in wanted]

        assert self.tx.get_many(wanted) == expected
        assert [self.tx.get(kind, id_) for kind, id_ in wanted] == expected

    @precondition(running)
    @rule(query=_queries())
    def find(self, query: Query) -> None:
        expected = evaluate.find(query, lambda kind: [row for row in self.rows.values() if row.kind == kind])

        assert self.tx.find(query) == expected
        assert self.tx.count(query) == len(expected)

    def _conflicts(self, change: Callable[[], object]) -> None:
        with pytest.raises(ConflictError):
            change()

    def teardown(self) -> None:
        self._end(ValueError("the story is over"))


class MachineLaws(Frame):
    """All laws at once, by random stories."""

    machine_examples: ClassVar[int | None] = None

    def test_random_stories_agree_with_a_dict(self, records: RecordStore) -> None:
        """Whatever two tenants do in turn, the store holds and finds what a dict would."""
        stories = itertools.count()

        class Told(StoreMachine):
            def __init__(self) -> None:
                super().__init__(records, stories)

        told = settings(stateful_step_count=_STEPS, deadline=None)
        if self.machine_examples is not None:
            told = settings(told, max_examples=self.machine_examples)
        run_state_machine_as_test(Told, settings=told)
