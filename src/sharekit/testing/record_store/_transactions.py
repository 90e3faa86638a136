"""The laws of transactions as wholes: T2, T3, and T11 to T13."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import attrs
import pytest

from sharekit.errors import ConflictError, RetryTransaction, TransactionUsageError
from sharekit.ports.query import Query, Range
from sharekit.ports.rows import Row
from sharekit.ports.stores import RecordStore, Transaction
from sharekit.testing.record_store._frame import (
    ACME,
    PATIENCE,
    BackDoor,
    Frame,
    elsewhere,
    found,
    got,
    keep,
    plain,
    thing,
    within,
)

_BLOCKED = 0.3  # seconds after which a transaction is taken to wait for another's end
_BLOCKED_BY_A_WRITER = 0.05  # many stores let writers wait for one another


class _StoppedError(BaseException):
    """What ends a block early, as an interrupt from the keyboard would."""


class TransactionLaws(Frame):
    """The laws of transactions as wholes."""

    def test_t2_a_row_is_seen_by_its_own_transaction_at_once(self, records: RecordStore) -> None:
        """What a transaction put, changed, counted or removed is what it reads from then on."""
        keep(records, thing("old", size=1), thing("gone"), thing("more", size=1))

        def work(tx: Transaction) -> tuple[list[Row | None], list[str], int]:
            tx.put(thing("new", size=5))
            tx.put(thing("old", revision=1, size=6))
            tx.bump("thing", "more", "size", None)
            tx.delete("thing", "gone", 1)
            seen = tx.get_many([("thing", "new"), ("thing", "old"), ("thing", "more"), ("thing", "gone")])
            return (
                seen,
                [row.id for row in tx.find(Query("thing", where=Range("size", at_least=2)))],
                tx.count(Query("thing")),
            )

        seen, ids, count = within(records, work, write=True)

        assert seen == [
            thing("new", revision=1, size=5),
            thing("old", revision=2, size=6),
            thing("more", revision=2, size=2),
            None,
        ]
        assert ids == ["more", "new", "old"]
        assert count == 3

    def test_t2_a_row_is_invisible_to_others_until_the_commit(self, records: RecordStore) -> None:
        """Another transaction sees nothing of a change before its commit, or waits for that."""
        keep(records, thing("old", size=1))

        def look(tx: Transaction) -> tuple[list[Row | None], list[str]]:
            rows = tx.get_many([("thing", "old"), ("thing", "new")])
            return rows, [row.id for row in tx.find(Query("thing"))]

        with ThreadPoolExecutor(1) as pool:
            with records.transaction(ACME, write=True) as tx:
                tx.put(thing("new"))
                tx.put(thing("old", revision=1, size=2))
                early = pool.submit(within, records, look)
                wait([early], _BLOCKED)
                was_early = early.done()
            early.result(PATIENCE)

        assert not was_early or early.result() == ([thing("old", revision=1, size=1), None], ["old"])
        assert elsewhere(lambda: within(records, look)) == (
            [thing("old", revision=2, size=2), thing("new", revision=1)],
            ["new", "old"],
        )

    @pytest.mark.parametrize("stop", [ValueError("stop"), _StoppedError(), ConflictError("thing")], ids=repr)
    def test_t3_after_an_exception_nothing_remains(
        self, records: RecordStore, behind: BackDoor | None, stop: BaseException
    ) -> None:
        """An exception passes through the block, and every change of the transaction is undone."""
        before = [thing("changed", size=1), thing("counted", size=1), thing("removed", size=1)]
        keep(records, *before)

        def stop_midway() -> None:
            with records.transaction(ACME, write=True) as tx:
                tx.put(thing("new"))
                tx.put(thing("changed", revision=1, size=2))
                tx.bump("thing", "counted", "size", None)
                tx.delete("thing", "removed", 1)
                tx.put(plain("new"))
                raise stop

        with pytest.raises(type(stop)) as caught:
            stop_midway()
        ids = [row.id for row in before]
        stored = [attrs.evolve(row, revision=1) for row in before]

        assert caught.value is stop
        assert found(records, Query("thing")) == ids
        assert [got(records, "thing", id_) for id_ in ids] == stored
        assert got(records, "plain-kind", "new") is None
        assert behind is None or [behind.read(ACME, "thing", id_) for id_ in ids] == stored
        assert behind is None or behind.read(ACME, "thing", "new") is None

    def test_t11_callbacks_run_after_the_commit_in_order(self, records: RecordStore) -> None:
        """Callbacks run once the change can be read, outside the transaction, in the order given."""
        calls: list[object] = []

        with records.transaction(ACME, write=True) as tx:
            tx.put(thing("a"))
            tx.after_commit(lambda: calls.append(got(records, "thing", "a")))
            tx.after_commit(lambda: keep(records, thing("b")))
            tx.after_commit(lambda: calls.append(elsewhere(lambda: found(records, Query("thing")))))
            during = list(calls)

        assert during == []
        assert calls == [thing("a", revision=1), ["a", "b"]]

    def test_t11_callbacks_of_a_reading_transaction_run_too(self, records: RecordStore) -> None:
        """What a transaction that only reads leaves to be done is done."""
        calls: list[str] = []

        with records.transaction(ACME) as tx:
            tx.after_commit(lambda: calls.append("done"))

        assert calls == ["done"]

    def test_t11_callbacks_never_run_after_a_rollback(self, records: RecordStore) -> None:
        """An exception in the block is also the end of its callbacks, later transactions included."""
        calls: list[str] = []

        with contextlib.suppress(_StoppedError), records.transaction(ACME, write=True) as tx:
            tx.after_commit(lambda: calls.append("never"))
            raise _StoppedError
        keep(records, thing("a"))

        assert calls == []

    def test_t11_one_failing_callback_does_not_stop_the_others(self, records: RecordStore) -> None:
        """Every callback is called, what the first failing one raised is raised, and the change stays."""
        calls: list[str] = []

        def fail() -> None:
            raise ValueError("receiver")

        def work(tx: Transaction) -> None:
            tx.put(thing("a"))
            tx.after_commit(fail)
            tx.after_commit(lambda: calls.append("called"))

        with pytest.raises(ValueError, match="receiver"):
            within(records, work, write=True)

        assert calls == ["called"]
        assert got(records, "thing", "a") == thing("a", revision=1)

    @pytest.mark.parametrize("write", [False, True])
    def test_t12_all_reads_see_one_state(self, records: RecordStore, *, write: bool) -> None:
        """A transaction that has begun to read sees nothing of what others commit meanwhile."""
        keep(records, thing("a", size=1), thing("b", size=1))

        def change(tx: Transaction) -> None:
            tx.put(thing("a", revision=1, size=2))
            tx.delete("thing", "b", 1)
            tx.put(thing("c"))

        def look(tx: Transaction) -> list[object]:
            rows = tx.get_many([("thing", "a"), ("thing", "b"), ("thing", "c")])
            ids = [row.id for row in tx.find(Query("thing"))]
            return [rows, ids, tx.count(Query("thing")), tx.get("thing", "a"), tx.get("thing", "b")]

        def look_twice(tx: Transaction, pool: ThreadPoolExecutor) -> list[object]:
            first = tx.get("thing", "a")
            changing = pool.submit(within, records, change, write=True)
            wait([changing], _BLOCKED_BY_A_WRITER if write else _BLOCKED)
            return [first, look(tx), look(tx)]

        seen: list[object] = []
        # A store may refuse what it can no longer serve: then nobody relies on what was seen.
        refused = contextlib.suppress(RetryTransaction)
        with ThreadPoolExecutor(1) as pool, refused, records.transaction(ACME, write=write) as tx:
            seen = look_twice(tx, pool)
        before = [thing("a", revision=1, size=1), thing("b", revision=1, size=1), None]
        state = [before, ["a", "b"], 2, before[0], before[1]]

        assert seen in ([], [before[0], state, state])

    def test_t13_a_transaction_that_is_over_raises(self, records: RecordStore) -> None:
        """After the block every method raises `TransactionUsageError`, also after a rollback."""
        keep(records, thing("a", size=1))
        over: list[Transaction] = []

        with records.transaction(ACME, write=True) as tx:
            over.append(tx)
        with contextlib.suppress(_StoppedError), records.transaction(ACME, write=True) as tx:
            over.append(tx)
            raise _StoppedError
        for tx in over:
            for use in [*_reads(tx), *_writes(tx)]:
                with pytest.raises(TransactionUsageError):
                    use()

        assert found(records, Query("thing")) == ["a"]
        assert got(records, "thing", "a") == thing("a", revision=1, size=1)

    def test_t13_a_write_in_a_read_only_transaction_raises(self, records: RecordStore) -> None:
        """A transaction that was not begun for writing refuses every change, and reads on."""
        keep(records, thing("a", size=1))

        with records.transaction(ACME) as tx:
            for use in _writes(tx):
                with pytest.raises(TransactionUsageError):
                    use()
            row = tx.get("thing", "a")

        assert row == thing("a", revision=1, size=1)
        assert found(records, Query("thing")) == ["a"]


def _reads(tx: Transaction) -> list[Callable[[], object]]:
    return [
        lambda: tx.get("thing", "a"),
        lambda: tx.get_many([("thing", "a"), ("tag", "a")]),
        lambda: tx.find(Query("thing")),
        lambda: tx.count(Query("thing")),
        lambda: tx.after_commit(lambda: None),
    ]


def _writes(tx: Transaction) -> list[Callable[[], object]]:
    return [
        lambda: tx.put(thing("b")),
        lambda: tx.put(thing("a", revision=1)),
        lambda: tx.bump("thing", "a", "size", None),
        lambda: tx.delete("thing", "a", 1),
    ]
