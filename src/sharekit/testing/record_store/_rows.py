"""The laws of single rows: T1, T4 to T8, and T10."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import attrs
import pytest

from sharekit.errors import ConflictError
from sharekit.ports.query import Eq, Not, OrderBy, Position, Query
from sharekit.ports.rows import Row
from sharekit.ports.stores import RecordStore, Transaction
from sharekit.testing.record_store._frame import (
    ACME,
    NOON,
    OTHER,
    BackDoor,
    Frame,
    found,
    got,
    keep,
    plain,
    tag,
    thing,
    together,
    within,
)

_FULL: Final = [
    thing("all", name="Ana", size=3, at=NOON, done=True, owner="staff:maria", order=-1),
    thing("nulls"),
    thing("least", name="", size=-(2**63), at=datetime.min.replace(tzinfo=UTC), done=False, owner="", order=0),
    thing("most", name="\U0010ffff" * 255, size=2**63 - 1, at=datetime.max.replace(tzinfo=UTC), owner="o" * 255),
    thing("texts", name="łódź 'x' \"y\" %_*?\\\n\t\uffff\U0001f600", owner="ß;--"),
    thing("body", body='{"a":  1,\n "ł": "\U0001f600"}'),
    thing("micro", at=NOON + timedelta(microseconds=1), body="[" + "1," * 100_000 + "1]"),
    thing("\U0001f600" * 255, at=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    plain("İd-%_'\U0001f600"),
]


class RowLaws(Frame):
    """The laws of single rows."""

    @pytest.mark.parametrize("row", _FULL, ids=lambda row: row.id[:5])
    def test_t1_what_put_stored_get_returns(self, records: RecordStore, behind: BackDoor | None, row: Row) -> None:
        """A stored row comes back with the same keys, the same body, and revision 1."""
        keep(records, row)
        stored = attrs.evolve(row, revision=1)

        assert got(records, row.kind, row.id) == stored
        assert behind is None or behind.read(ACME, row.kind, row.id) == stored

    def test_t1_get_returns_what_is_stored(self, records: RecordStore, back_door: BackDoor | None) -> None:
        """A row that was put there behind the store's back is read as it is."""
        row = attrs.evolve(_FULL[0], revision=7)
        if back_door is None:
            return
        back_door.write(row)

        assert got(records, row.kind, row.id) == row

    def test_t1_a_time_is_the_same_instant_in_utc(self, records: RecordStore) -> None:
        """A time given in another zone comes back as that instant, in UTC."""
        given = datetime(2026, 3, 2, 1, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
        keep(records, thing("a", at=given))
        row = got(records, "thing", "a")

        assert row is not None
        assert row.keys["at"] == given
        assert isinstance(row.keys["at"], datetime)
        assert row.keys["at"].utcoffset() == timedelta(0)

    def test_t1_a_key_keeps_its_type(self, records: RecordStore) -> None:
        """A truth value comes back as one and not as a number, and a number not as a truth value."""
        keep(records, thing("a", done=True, size=1), thing("b", done=False, size=0))
        a, b = got(records, "thing", "a"), got(records, "thing", "b")

        assert a is not None
        assert b is not None
        assert [a.keys["done"], b.keys["done"]] == [True, False]
        assert {type(row.keys["done"]) for row in (a, b)} == {bool}
        assert {type(row.keys["size"]) for row in (a, b)} == {int}

    def test_t4_put_with_revision_0_inserts(self, records: RecordStore) -> None:
        """A row of revision 0 becomes revision 1, beside rows of the same id in other kinds and tenants."""
        keep(records, plain("a"), thing("a", tenant=OTHER))

        assert within(records, lambda tx: tx.put(thing("a", size=1)), write=True) == 1
        assert got(records, "thing", "a") == thing("a", revision=1, size=1)

    def test_t4_put_of_a_taken_id_conflicts(self, records: RecordStore) -> None:
        """Inserting an id that is taken raises `ConflictError` with the kind, and changes nothing."""
        keep(records, thing("a", size=1))

        with records.transaction(ACME, write=True) as tx:
            with pytest.raises(ConflictError) as caught:
                tx.put(thing("a", size=2))
            tx.put(thing("b"))

        assert caught.value.kind == "thing"
        assert got(records, "thing", "a") == thing("a", revision=1, size=1)
        assert got(records, "thing", "b") == thing("b", revision=1)

    def test_t5_put_with_revision_n_replaces(self, records: RecordStore) -> None:
        """Each change raises the revision by one and replaces schema, keys and body as a whole."""
        keep(records, thing("a", size=1, name="x", at=NOON))
        second = within(records, lambda tx: tx.put(thing("a", revision=1, size=2, body="[2]")), write=True)
        changed = attrs.evolve(thing("a", revision=2, done=False, body="[3]"), schema=9)
        third = within(records, lambda tx: tx.put(changed), write=True)

        assert [second, third] == [2, 3]
        assert got(records, "thing", "a") == attrs.evolve(changed, revision=3)

    @pytest.mark.parametrize("revision", [1, 3])
    def test_t5_put_with_stale_revision_conflicts(self, records: RecordStore, revision: int) -> None:
        """Replacing any revision but the present one raises `ConflictError` and changes nothing."""
        keep(records, thing("a", size=1))
        keep(records, thing("a", revision=1, size=2))

        with records.transaction(ACME, write=True) as tx:
            with pytest.raises(ConflictError) as caught:
                tx.put(thing("a", revision=revision, size=9))
            tx.put(thing("b"))

        assert caught.value.kind == "thing"
        assert got(records, "thing", "a") == thing("a", revision=2, size=2)
        assert got(records, "thing", "b") is not None

    def test_t5_put_of_an_absent_row_with_a_revision_conflicts(self, records: RecordStore) -> None:
        """Replacing a row that is not there raises `ConflictError` and stores nothing."""
        with records.transaction(ACME, write=True) as tx, pytest.raises(ConflictError):
            tx.put(thing("a", revision=1))

        assert got(records, "thing", "a") is None

    def test_t6_delete_removes_the_row_at_its_revision(self, records: RecordStore) -> None:
        """A removed row is gone for every question, and its id can be taken again."""
        keep(records, thing("a", size=1), thing("b"))
        keep(records, thing("a", revision=1, size=2))
        within(records, lambda tx: tx.delete("thing", "a", 2), write=True)

        assert got(records, "thing", "a") is None
        assert found(records, Query("thing")) == ["b"]
        assert within(records, lambda tx: tx.put(thing("a")), write=True) == 1

    @pytest.mark.parametrize(("id_", "revision"), [("a", 1), ("a", 3), ("a", 0), ("absent", 1), ("absent", 0)])
    def test_t6_delete_of_another_state_conflicts(self, records: RecordStore, id_: str, revision: int) -> None:
        """Removing another revision than the present one, or nothing, raises `ConflictError` and changes nothing."""
        keep(records, thing("a", size=1))
        keep(records, thing("a", revision=1, size=2))

        with records.transaction(ACME, write=True) as tx:
            with pytest.raises(ConflictError):
                tx.delete("thing", id_, revision)
            tx.put(thing("b"))

        assert got(records, "thing", "a") == thing("a", revision=2, size=2)
        assert got(records, "thing", "b") is not None

    def test_t7_get_of_an_absent_id_is_none(self, records: RecordStore) -> None:
        """Neither a similar id nor one of another kind is taken for the one that was asked."""
        keep(records, thing("ab"), plain("a"))

        assert [got(records, "thing", id_) for id_ in ("a", "AB", "ab ", "a%", "", "x" * 300)] == [None] * 6

    @pytest.mark.parametrize("times", [0, 1, 7, 150])
    def test_t7_get_many_keeps_the_order_asked(self, records: RecordStore, times: int) -> None:
        """The rows come in the order of the pairs, twice where asked twice, with None for absent ones."""
        keep(records, thing("a", size=1), plain("a", body="[1]"), tag("a", label="x"), thing("b", at=NOON))
        asked = {
            ("tag", "a"): tag("a", revision=1, label="x"),
            ("thing", "b"): thing("b", revision=1, at=NOON),
            ("thing", "absent"): None,
            ("plain-kind", "a"): plain("a", revision=1, body="[1]"),
            ("thing", "a"): thing("a", revision=1, size=1),
            ("plain-kind", "b"): None,
        }

        assert within(records, lambda tx: tx.get_many([*asked] * times)) == [*asked.values()] * times

    def test_t8_rows_of_another_tenant_are_not_read(self, records: RecordStore) -> None:
        """No method that reads gives, finds or counts a row of another tenant."""
        keep(records, thing("a", tenant=OTHER, name="x"), thing("b", tenant=OTHER), tag("t", tenant=OTHER, thing="a"))

        def look(tx: Transaction) -> list[object]:
            return [
                tx.get("thing", "a"),
                tx.get_many([("thing", "a"), ("tag", "t")]),
                tx.get_many([("thing", "a"), ("tag", "t"), *(("tag", f"{n}") for n in range(40))]),
                tx.find(Query("thing")),
                tx.find(Query("thing", where=Not(Eq("name", "y")), order=OrderBy("name"))),
                tx.find(Query("thing", after=Position("a", "a"))),
                tx.find(Query("thing", order=OrderBy("name"), after=Position(None, "a"))),
                tx.find(Query("thing", order=OrderBy("name", descending=True), after=Position("y", "a"))),
                tx.count(Query("thing")),
            ]

        assert within(records, look) == [None, [None] * 2, [None] * 42, [], [], [], [], [], 0]

    def test_t8_rows_of_another_tenant_are_not_changed(self, records: RecordStore) -> None:
        """No method that writes reaches a row of another tenant, whose id is free here."""
        keep(records, thing("a", tenant=OTHER, size=1))

        with records.transaction(ACME, write=True) as tx:
            counted = tx.bump("thing", "a", "size", None)
            with pytest.raises(ConflictError):
                tx.put(thing("a", revision=1, size=9))
            with pytest.raises(ConflictError):
                tx.delete("thing", "a", 1)
            inserted = tx.put(thing("a", size=5))
            tx.delete("thing", "a", 1)

        assert counted is None
        assert inserted == 1
        assert got(records, "thing", "a", tenant=OTHER) == thing("a", tenant=OTHER, revision=1, size=1)

    def test_t10_bump_adds_up_to_the_limit(self, records: RecordStore) -> None:
        """Counting stops exactly at the limit, and a refused count changes nothing."""
        keep(records, thing("a", size=1))
        results = [within(records, lambda tx: tx.bump("thing", "a", "size", 3), write=True) for _ in range(4)]

        assert results == [2, 3, None, None]
        assert got(records, "thing", "a") == thing("a", revision=3, size=3)

    def test_t10_bump_counts_null_as_0_and_keeps_the_rest(self, records: RecordStore) -> None:
        """A count raises the revision by one and leaves body and other keys alone."""
        keep(records, thing("a", name="x", at=NOON, body="[7]"))
        result = within(records, lambda tx: tx.bump("thing", "a", "size", None, amount=5), write=True)

        assert result == 5
        assert got(records, "thing", "a") == thing("a", revision=2, name="x", at=NOON, body="[7]", size=5)
        assert found(records, Query("thing", where=Eq("size", 5))) == ["a"]

    @pytest.mark.parametrize(
        ("size", "limit", "amount"),
        [(None, 0, 1), (1, 1, 1), (0, 4, 5), (5, 3, 1), (-3, -3, 1), (2**63 - 1, None, 1), (1, None, 2**63 - 1)],
    )
    def test_t10_bump_beyond_the_limit_is_none(
        self, records: RecordStore, size: int | None, limit: int | None, amount: int
    ) -> None:
        """Where the sum would exceed the limit, or what a key can hold, nothing changes."""
        keep(records, thing("a", size=size))
        result = within(records, lambda tx: tx.bump("thing", "a", "size", limit, amount), write=True)

        assert result is None
        assert got(records, "thing", "a") == thing("a", revision=1, size=size)

    def test_t10_bump_of_an_absent_row_is_none(self, records: RecordStore) -> None:
        """Nothing is counted, and nothing made, where no row is."""
        keep(records, thing("b", size=1))

        assert within(records, lambda tx: tx.bump("thing", "a", "size", 5), write=True) is None
        assert found(records, Query("thing")) == ["b"]

    def test_t10_bump_is_atomic(self, records: RecordStore) -> None:
        """Of 64 tries in 8 threads at once, exactly as many succeed as the limit allows."""
        keep(records, thing("a"))

        def tries() -> list[int | None]:
            return [within(records, lambda tx: tx.bump("thing", "a", "size", 20), write=True) for _ in range(8)]

        counted = [result for results in together([tries] * 8) for result in results]

        assert sorted(result for result in counted if result is not None) == [*range(1, 21)]
        assert got(records, "thing", "a") == thing("a", revision=21, size=20)
