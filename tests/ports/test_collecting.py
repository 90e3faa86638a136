"""What a store can build its transactions on keeps the laws whatever its snapshot leaves out."""

import contextlib
from collections.abc import Iterable
from contextlib import closing
from threading import Thread

import attrs
import pytest

from sharekit.errors import ConflictError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import AllOf, AnyOf, Condition, Eq, InSelect, Int, KindSpec, Not, Query, Range, Ref, Row, Select
from sharekit.ports.collecting import CollectingTransaction, Entrance
from sharekit.ports.evaluate import matches

TENANT = TenantId("acme")
SPECS = {"note": KindSpec("note", {"size": Int}), "tag": KindSpec("tag", {"note": Ref})}


def note(id_: str, size: int | None, revision: int = 1) -> Row:
    """A stored note."""
    return Row(tenant=TENANT, kind="note", id=id_, revision=revision, schema=1, keys={"size": size}, body="{}")


def tag(id_: str, of: str) -> Row:
    """A stored tag."""
    return Row(tenant=TENANT, kind="tag", id=id_, revision=1, schema=1, keys={"note": of}, body="{}")


@attrs.frozen
class Narrow:
    """A snapshot that leaves out all that it may, and remembers what it was asked."""

    kept: list[Row]
    asked: list[tuple[str, Condition]] = attrs.field(factory=list[tuple[str, Condition]])

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        return next((row for row in self.kept if (row.kind, row.id) == (kind, id)), None)

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:
        """Return no row too many."""
        self.asked.append((kind, where))
        return [row for row in self.kept if row.kind == kind and matches(where, row, self.of)]

    def of(self, kind: str) -> Iterable[Row]:
        """Return every row of a kind."""
        return [row for row in self.kept if row.kind == kind]


def begun(*kept: Row) -> tuple[Narrow, CollectingTransaction]:
    """A transaction that writes, over these rows."""
    snapshot = Narrow([*kept])
    return snapshot, CollectingTransaction(snapshot, SPECS, TENANT, write=True)


def test_each_question_comes_with_its_own_condition() -> None:
    """A sub-select is narrowed by what it asks itself, and the whole by what it asks."""
    snapshot, tx = begun(note("a", 1), note("b", 2), tag("t", "a"), tag("u", "b"))
    tagged = InSelect("id", Select("tag", "note", Eq("id", "t")))
    where = AllOf([tagged, Range("size", above=0)])
    found = tx.find(Query("note", where=where))

    assert ["a"] == [row.id for row in found]
    assert ("tag", Eq("id", "t")) in snapshot.asked
    assert ("note", where) in snapshot.asked


def test_what_was_changed_is_found_though_the_snapshot_left_it_out() -> None:
    """A row that meets the condition only since it was changed is found, and one that no longer does is not."""
    _, tx = begun(note("a", 1), note("b", 2), note("c", 2), tag("t", "a"))
    tx.put(note("a", 2))
    tx.put(note("b", 5))
    tx.delete("note", "c", 1)
    tx.put(note("d", 2, revision=0))

    assert ["a", "d"] == [row.id for row in tx.find(Query("note", where=Eq("size", 2)))]
    assert ["b"] == [row.id for row in tx.find(Query("note", where=Not(Eq("size", 2))))]


def test_a_sub_select_knows_what_was_changed() -> None:
    """What is selected from are the rows as this transaction has made them, at any depth."""
    _, tx = begun(note("a", 1), note("b", 2), tag("t", "a"), tag("u", "b"))
    tx.put(note("a", 2))
    tx.put(note("b", 1))
    of_two = InSelect("note", Select("note", "id", Eq("size", 2)))
    questions: list[Condition] = [of_two, Not(AnyOf([Not(of_two)])), InSelect("id", Select("tag", "id", of_two))]

    assert [["t"]] * 3 == [[row.id for row in tx.find(Query("tag", where=where))] for where in questions]


def test_the_changes_are_what_is_to_be_kept() -> None:
    """Each changed row stands there once, as it is in the end; what came and went is None."""
    snapshot, tx = begun(note("a", 1), note("b", 2))
    tx.put(note("a", 5))
    tx.bump("note", "a", "size", None)
    tx.delete("note", "b", 1)
    tx.put(note("c", None, revision=0))
    tx.delete("note", "c", 1)
    with pytest.raises(ConflictError):
        tx.put(note("a", 9))

    assert {"note": {"a": note("a", 6, revision=3), "b": None, "c": None}} == tx.changes
    assert [note("a", 1), note("b", 2)] == snapshot.kept


def test_a_closed_transaction_keeps_its_changes_for_the_store() -> None:
    """After the end nothing can be asked or changed, and the store still reads what to apply."""
    calls: list[str] = []
    _, tx = begun()
    with closing(tx):
        tx.put(note("a", 1, revision=0))
        tx.after_commit(lambda: calls.append("called"))

    with pytest.raises(TransactionUsageError):
        tx.get("note", "a")
    assert {"note": {"a": note("a", 1)}} == tx.changes
    assert [] == calls
    tx.call_back()
    assert ["called"] == calls


def test_an_entrance_lets_each_thread_in_once() -> None:
    """A thread inside does not enter again, others do, and after an exception it may."""
    entrance, inside = Entrance(), []
    entrance.open()

    def enter() -> None:
        with entrance.entered():
            inside.append("other")

    with contextlib.suppress(ValueError), entrance.entered():
        thread = Thread(target=enter)
        thread.start()
        thread.join()
        for attempt in (entrance.check, entrance.check_outside):
            with pytest.raises(TransactionUsageError):
                attempt()
        raise ValueError
    enter()

    assert ["other", "other"] == inside


def test_nobody_enters_before_it_is_open_or_after_it_is_shut() -> None:
    """An entrance is shut at first, and again after `shut`."""
    entrance = Entrance()
    with pytest.raises(TransactionUsageError):
        entrance.check()
    entrance.open()
    entrance.check()
    entrance.shut()

    with pytest.raises(TransactionUsageError), entrance.entered():
        pass
    entrance.check_outside()
