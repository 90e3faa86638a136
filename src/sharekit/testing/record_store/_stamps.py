"""The laws U1 to U3 of stores that can say that nothing was committed meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import pytest

from sharekit.errors import TransactionUsageError
from sharekit.ports.query import Query
from sharekit.ports.stores import RecordStore, SupportsStamp, Transaction
from sharekit.testing.record_store._frame import (
    ACME,
    KINDS,
    OTHER,
    PATIENCE,
    Frame,
    elsewhere,
    found,
    got,
    keep,
    tag,
    thing,
    together,
    within,
)


def _put_again(tx: Transaction) -> None:
    tx.delete("thing", "a", 2)
    tx.put(thing("a", size=1))


_CHANGES: Final[Sequence[Callable[[Transaction], object]]] = (
    lambda tx: tx.put(thing("a", size=1)),
    lambda tx: tx.bump("thing", "a", "size", None),
    _put_again,
    lambda tx: tx.put(thing("a", revision=1, size=1)),
    lambda tx: tx.delete("thing", "a", 2),
)
"""Every way to change a row, one after the other; two of them leave a row that was there before."""


class StampLaws(Frame):
    """The laws of `SupportsStamp`; a store without that ability has nothing to show."""

    def test_u1_every_commit_by_another_thread_makes_another_stamp(self, records: RecordStore) -> None:
        """Whatever a thread changes, the next stamp of another is none that it was given before."""
        if isinstance(records, SupportsStamp):
            with ThreadPoolExecutor(1) as pool:
                _another_after_each_change(
                    records,
                    lambda change: pool.submit(partial(within, records, change, write=True)).result(PATIENCE),
                )

    def test_u1_every_commit_of_ones_own_makes_another_stamp(self, records: RecordStore) -> None:
        """What the thread that asks changed itself counts as well, in another tenant too."""
        if not isinstance(records, SupportsStamp):
            return
        _another_after_each_change(records, lambda change: within(records, change, write=True))
        before = records.stamp()
        keep(records, thing("a", tenant=OTHER))

        assert records.stamp() != before

    def test_u1_every_commit_by_others_makes_another_stamp(
        self, records: RecordStore, reopen: Callable[[], RecordStore] | None
    ) -> None:
        """A commit by another that shares the store is in the next stamp."""
        if not isinstance(records, SupportsStamp) or reopen is None:
            return
        writer = reopen()
        writer.open(KINDS)
        _another_after_each_change(records, lambda change: within(writer, change, write=True))
        writer.close()

    def test_u1_what_was_committed_is_seen_by_whoever_is_given_the_stamp(self, records: RecordStore) -> None:
        """While another commits, what is read between two equal stamps is what is read after them."""
        if not isinstance(records, SupportsStamp):
            return
        keep(records, thing("a"))
        with ThreadPoolExecutor(1) as pool:
            changes = pool.submit(_change_often, records)
            between: list[tuple[object, object]] = []
            while not changes.done():
                before = records.stamp()
                read = got(records, "thing", "a")
                again = got(records, "thing", "a")
                if records.stamp() == before:
                    between.append((read, again))
            changes.result(PATIENCE)

        assert [pair for pair in between if pair[0] != pair[1]] == []

    def test_u2_a_store_that_stands_still_keeps_its_stamp(self, records: RecordStore) -> None:
        """Reading changes nothing, nor does a transaction that wrote nothing."""
        if not isinstance(records, SupportsStamp):
            return
        keep(records, thing("a"), tag("t"))
        stamps = [records.stamp()]
        for _ in range(3):
            got(records, "thing", "a")
            found(records, Query("tag"), tenant=OTHER)
            elsewhere(lambda: got(records, "tag", "t"))
            stamps.append(records.stamp())

        assert stamps[2] == stamps[3]
        assert hash(stamps[2]) == hash(stamps[3])

    def test_u3_a_stamp_is_for_any_thread(self, records: RecordStore) -> None:
        """Many threads ask at once, and those that come later than the one that asked first."""
        if not isinstance(records, SupportsStamp):
            return
        keep(records, tag("t"))
        records.stamp()  # here: threads that end give their number to those that come later

        def ask() -> int:
            return len([hash(records.stamp()) for _ in range(20)])

        assert together([ask] * 4) == [20] * 4
        assert elsewhere(ask) == 20

    def test_u3_a_stamp_is_refused_inside_a_transaction(self, records: RecordStore) -> None:
        """A transaction sees one state, and a stamp would be of another."""
        if not isinstance(records, SupportsStamp):
            return
        keep(records, tag("t"))

        with records.transaction(ACME) as tx:
            with pytest.raises(TransactionUsageError):
                records.stamp()
            assert tx.get("tag", "t") is not None
        assert records.stamp() is not None


def _another_after_each_change(
    records: SupportsStamp, changed: Callable[[Callable[[Transaction], object]], object]
) -> None:
    seen = [records.stamp(), records.stamp()]
    for change in _CHANGES:
        changed(change)
        stamp = records.stamp()

        assert stamp not in seen
        seen += stamp, records.stamp()


def _change_often(store: RecordStore) -> None:
    for revision in range(1, 31):
        keep(store, thing("a", revision=revision, size=revision))
