"""The laws S1 to S6 of stores."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import attrs
import pytest

from sharekit.errors import ConflictError, SharekitError, StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.query import Contains, Eq, IsNull, OrderBy, Position, Prefix, Query
from sharekit.ports.rows import Int, KindSpec, Row, Text
from sharekit.ports.stores import RecordStore, Sought, SupportsGlance, SupportsLook, Transaction
from sharekit.testing.record_store._frame import (
    ACME,
    KINDS,
    OTHER,
    PATIENCE,
    PLAIN,
    TAG,
    THING,
    Frame,
    elsewhere,
    found,
    got,
    keep,
    plain,
    tag,
    thing,
    together,
    within,
)

_EXTRA: Final = KindSpec("extra-kind", {"select": Text, "group": Int}, indexes=[("select", "group")])
_GROWN: Final = KindSpec("tag", {**TAG.keys, "colour": Text}, indexes=[*TAG.indexes, ("colour",), ("label", "colour")])

_HOSTILE: Final = ["", "'", '"', "a' OR '1'='1", "a\x00b", "\ud800", "?", ":a", "%s", "{}", "x" * 100_000, "\U0001f600"]


class StoreLaws(Frame):
    """The laws of stores."""

    def test_s1_open_again_with_more_kinds(self, store: RecordStore) -> None:
        """A store can be opened again, with the same kinds and with more; what is stored stays."""
        store.open([THING, TAG])
        keep(store, thing("a", size=1))
        store.open([THING, TAG])
        store.open([_EXTRA, PLAIN])
        extra = Row(
            tenant=ACME, kind="extra-kind", id="e", revision=0, schema=1, keys={"select": "x", "group": 1}, body="{}"
        )
        keep(store, extra, plain("a"))

        assert got(store, "thing", "a") == thing("a", revision=1, size=1)
        assert found(store, Query("extra-kind", where=Eq("select", "x"), order=OrderBy("group"))) == ["e"]
        store.close()

    def test_s1_open_again_with_more_keys(self, store: RecordStore) -> None:
        """A kind may gain keys and indexes; rows that were there have no value in them."""
        store.open(KINDS)
        keep(store, tag("a", label="x"))
        store.open([_GROWN])
        old = within(store, lambda tx: tx.get("tag", "a"))
        keep(store, attrs.evolve(tag("b"), keys={**tag("b").keys, "label": "x", "colour": "red"}))

        assert old is not None
        assert old.keys == {"thing": None, "label": "x", "weight": None, "colour": None}
        assert found(store, Query("tag", where=IsNull("colour"))) == ["a"]
        assert found(store, Query("tag", where=Eq("colour", "red"))) == ["b"]
        store.close()

    def test_s1_a_closed_store_can_be_opened_again(self, store: RecordStore) -> None:
        """Closing twice is harmless, and what was stored is there after the next opening."""
        store.open(KINDS)
        keep(store, thing("a", size=1))
        store.close()
        store.close()
        store.open(KINDS)

        assert got(store, "thing", "a") == thing("a", revision=1, size=1)
        store.close()

    def test_s2_no_change_is_lost(self, records: RecordStore) -> None:
        """Of 8 threads that read, add and put, each sees what the others added before."""
        keep(records, thing("a", size=0))

        def add(tx: Transaction) -> None:
            row = tx.get("thing", "a")
            size = row.keys["size"] if row is not None else None

            assert row is not None
            assert isinstance(size, int)
            tx.put(attrs.evolve(row, keys={**row.keys, "size": size + 1}))

        def patiently() -> None:
            for _ in range(5):
                while not _went_through(records, add):
                    pass

        together([patiently] * 8)

        assert got(records, "thing", "a") == thing("a", revision=41, size=40)

    def test_s2_two_writers_of_one_row_never_both_win(self, records: RecordStore) -> None:
        """Of two transactions that change the revision that both read, one is refused."""
        keep(records, thing("a", size=0))

        def change(tx: Transaction) -> None:
            tx.put(thing("a", revision=1, size=1))

        won = together([lambda: _went_through(records, change)] * 4)

        assert sorted(won) == [False, False, False, True]
        assert got(records, "thing", "a") == thing("a", revision=2, size=1)

    def test_s3_a_commit_is_seen_by_every_later_transaction(self, records: RecordStore) -> None:
        """What was committed is read at once by other threads."""
        _commit_in_turn(records, [records])

    def test_s3_a_commit_is_seen_by_others_that_share_the_store(
        self, records: RecordStore, reopen: Callable[[], RecordStore] | None
    ) -> None:
        """What was committed by one is read at once by the other, in both directions."""
        if reopen is None:
            return
        other = reopen()
        other.open(KINDS)
        _commit_in_turn(records, [records, other])
        other.close()

    @pytest.mark.parametrize("write", [False, True])
    def test_s4_a_transaction_inside_another_raises(self, records: RecordStore, *, write: bool) -> None:
        """A second transaction of the same thread is refused, and the first goes on."""
        with records.transaction(ACME, write=True) as tx:
            tx.put(thing("a"))
            with pytest.raises(TransactionUsageError), records.transaction(OTHER, write=write) as inner:
                inner.get("thing", "a")
            tx.put(thing("b"))

        assert found(records, Query("thing")) == ["a", "b"]

    def test_s4_other_threads_are_free(self, records: RecordStore) -> None:
        """While one thread reads, another may read too."""
        keep(records, thing("a"))

        with records.transaction(ACME) as tx:
            assert elsewhere(lambda: got(records, "thing", "a")) == tx.get("thing", "a")

    def test_s5_tenants_are_those_with_a_row_of_the_kind(self, records: RecordStore) -> None:
        """Every tenant with a row of that kind is named once, sorted; one whose last row went is not."""
        names = ["b", "a", "ab", "B", "a-", "_"]
        keep(records, *[thing(f"{n}", tenant=TenantId(name)) for name in names for n in range(3)])
        keep(records, tag("t", tenant=TenantId("z")), plain("p", tenant=TenantId("a")))
        before = [list(records.tenants(kind)) for kind in ("thing", "tag", "plain-kind")]
        within(records, lambda tx: tx.delete("plain-kind", "p", 1), tenant=TenantId("a"), write=True)

        assert before == [sorted(names), ["z"], ["a"]]
        assert list(records.tenants("plain-kind")) == []

    def test_s6_hostile_text_raises_sharekit_errors_alone(self, records: RecordStore) -> None:
        """Whatever text is asked for or put, the store answers or raises an error of sharekit's."""
        keep(records, thing("a", name="a"))

        with records.transaction(ACME, write=True) as tx:
            for text in _HOSTILE:
                for use in _uses(tx, text):
                    _only_sharekit_errors(use)

        assert got(records, "thing", "a") == thing("a", revision=1, name="a")

    def test_s6_the_stores_own_exceptions_are_the_cause(
        self, records: RecordStore, sabotage: Callable[[], None] | None
    ) -> None:
        """When the store breaks, every way of reading raises `StorageError` with the reason as its cause."""
        keep(records, thing("a"))
        if sabotage is None:
            return
        uses: list[Callable[[], object]] = [lambda: within(records, look), lambda: records.tenants("thing")]
        if isinstance(records, SupportsLook):
            uses.append(partial(records.look("thing", [], []).see, ACME, "a"))
        if isinstance(records, SupportsGlance):
            uses.append(partial(records.glance([Sought("thing")]).see, ACME, [["a"]]))
        sabotage()

        def look(tx: Transaction) -> object:
            return tx.get("thing", "a"), tx.find(Query("thing"))

        for use in uses:
            with pytest.raises(StorageError) as caught:
                use()

            assert caught.value.__cause__ is not None
            assert not isinstance(caught.value.__cause__, SharekitError)


def _went_through(store: RecordStore, work: Callable[[Transaction], object]) -> bool:
    try:
        within(store, work, write=True)
    except ConflictError:
        return False
    return True


def _uses(tx: Transaction, text: str) -> list[Callable[[], object]]:
    return [
        lambda: tx.get("thing", text),
        lambda: tx.get_many([("thing", text), ("tag", text)] * 9),
        lambda: tx.find(Query("thing", where=Eq("name", text))),
        lambda: tx.find(Query("thing", where=Prefix("name", text))),
        lambda: tx.find(Query("thing", where=Contains("name", text))),
        lambda: tx.find(Query("thing", after=Position(text, text))),
        lambda: tx.count(Query(text)),
        lambda: tx.bump("thing", text, "size", None),
        lambda: tx.delete("thing", text, 2**70),
        lambda: tx.put(thing(text, name=text, owner=text, body=text)),
    ]


def _only_sharekit_errors(use: Callable[[], object]) -> None:
    try:
        use()
    except SharekitError:
        return


def _commit_in_turn(records: RecordStore, sharers: Sequence[RecordStore]) -> None:
    keep(records, thing("a", size=0))

    with ThreadPoolExecutor(2) as pool:
        for turn in range(1, 31):
            # Each commits twice in a row, and all have read before: nobody's memory may stand in for the rows.
            writer = sharers[turn // 2 % len(sharers)]
            pool.submit(keep, writer, thing("a", revision=turn, size=turn)).result(PATIENCE)
            for reader in sharers:
                row = pool.submit(got, reader, "thing", "a").result(PATIENCE)

                assert row == thing("a", revision=turn + 1, size=turn)
                assert found(reader, Query("thing", where=Eq("size", turn))) == ["a"]
