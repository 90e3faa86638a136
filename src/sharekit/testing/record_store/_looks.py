"""The laws K1 to K6 of stores that can read a row and its companions in one round trip."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import attrs
import pytest

from sharekit.errors import InvalidQueryError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.rows import KeyValue, Row
from sharekit.ports.stores import Companion, RecordStore, Sight, SupportsLook
from sharekit.testing.record_store._frame import (
    ACME,
    KINDS,
    OTHER,
    PATIENCE,
    Frame,
    elsewhere,
    got,
    keep,
    meanwhile,
    plain,
    tag,
    thing,
    together,
    within,
)

# A tag names a thing; the thing's owner is "plain:..." and its name that of another thing.
_COMPANIONS = (
    Companion("thing", "thing"),
    Companion("plain-kind", "owner", of=1, after="plain:"),
    Companion("thing", "name", of=1),
)


def _seen(store: SupportsLook, id_: str, *, tenant: TenantId = ACME) -> list[Row | None]:
    look = store.look("tag", ["weight"], _COMPANIONS)
    return look.rows(tenant, id_, look.see(tenant, id_))


def _ids(rows: Sequence[Row | None]) -> list[str | None]:
    return [None if row is None else row.id for row in rows]


def _kept(store: RecordStore, *, tenant: TenantId = ACME) -> None:
    keep(
        store,
        tag("t", tenant=tenant, thing="a", label="x", weight=3, body="[0]"),
        thing("a", tenant=tenant, owner="plain:p", name="b", size=1, body="[1]"),
        plain("p", tenant=tenant, body="[2]"),
        thing("b", tenant=tenant, body="[3]"),
    )


class LookLaws(Frame):
    """The laws of `SupportsLook`; a store without that ability has nothing to show."""

    def test_k1_the_rows_are_those_that_get_gives(self, records: RecordStore) -> None:
        """Row and companions come as they are stored, with the keys that were asked for and those that name."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        keys: list[dict[str, KeyValue]] = [{"weight": 3, "thing": "a"}, {"owner": "plain:p", "name": "b"}, {}, {}]
        pairs = [("tag", "t"), ("thing", "a"), ("plain-kind", "p"), ("thing", "b")]
        stored = [got(records, *pair) for pair in pairs]
        rows = _seen(records, "t")

        assert None not in stored
        assert rows == [attrs.evolve(row, keys=some) for row, some in zip(stored, keys, strict=True) if row]

    def test_k1_every_type_of_key_comes_as_it_is_stored(self, records: RecordStore) -> None:
        """Times, bools, numbers and texts are those that were put, and null is null."""
        if not isinstance(records, SupportsLook):
            return
        kept = thing("a", at=datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC), done=False, size=0, name="n")
        keep(records, kept)
        look = records.look("thing", [*kept.keys], [])
        (row,) = look.rows(ACME, "a", look.see(ACME, "a"))

        assert row is not None
        assert row.keys == kept.keys
        assert row.keys["done"] is False

    def test_k1_a_companion_has_the_keys_that_were_asked_for_of_it(self, records: RecordStore) -> None:
        """A companion that names no further row has keys all the same, if they are wanted."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        companions = [
            Companion("thing", "thing", keys=("size", "at")),
            Companion("thing", "name", of=1, keys=("done",)),
        ]
        look = records.look("tag", [], companions)
        rows = look.rows(ACME, "t", look.see(ACME, "t"))

        assert [row and row.keys for row in rows] == [
            {"thing": "a"},
            {"size": 1, "at": None, "name": "b"},
            {"done": None},
        ]

    @pytest.mark.parametrize(
        ("owner", "name", "ids"),
        [
            ("plain:p", "b", ["t", "a", "p", "b"]),
            (None, None, ["t", "a", None, None]),
            ("plain:gone", "gone", ["t", "a", None, None]),
            ("p", "a", ["t", "a", None, "a"]),
            ("thing:p", "B", ["t", "a", None, None]),
            ("plain:", "", ["t", "a", None, None]),
            ("Plain:p", "plain:b", ["t", "a", None, None]),
        ],
    )
    def test_k1_a_key_names_one_row_or_none(
        self, records: RecordStore, owner: str | None, name: str | None, ids: list[str | None]
    ) -> None:
        """A null key, one that begins with something else, and one of a row that is not there name nothing."""
        if not isinstance(records, SupportsLook):
            return
        keep(records, tag("t", thing="a"), thing("a", owner=owner, name=name), plain("p"), thing("b"))

        assert _ids(_seen(records, "t")) == ids

    def test_k1_what_an_absent_row_would_name_is_absent(self, records: RecordStore) -> None:
        """Without the row, or without the companion in between, nothing further is there."""
        if not isinstance(records, SupportsLook):
            return
        keep(records, tag("t", thing="gone"), plain("p"), thing("b"))

        assert _ids(_seen(records, "t")) == ["t", None, None, None]
        assert _ids(_seen(records, "absent")) == [None] * 4
        assert _ids(_seen(records, "\ud800")) == [None] * 4

    def test_k1_all_rows_are_of_one_state(self, records: RecordStore) -> None:
        """While another changes row and companion together, neither is ever seen without the other."""
        if not isinstance(records, SupportsLook):
            return
        keep(records, tag("t", thing="a"), thing("a"))
        pairs = meanwhile(
            lambda revision: keep(records, tag("t", revision=revision, thing="a"), thing("a", revision=revision)),
            lambda: [row and row.revision for row in _seen(records, "t")[:2]],
        )

        assert [pair for pair in pairs if pair[0] != pair[1]] == []

    def test_k2_every_commit_before_is_seen(self, records: RecordStore) -> None:
        """A commit by another thread is in the next look."""
        if isinstance(records, SupportsLook):
            _look_after_each_commit(records, records, records)

    def test_k2_every_commit_by_others_is_seen(
        self, records: RecordStore, reopen: Callable[[], RecordStore] | None
    ) -> None:
        """A commit by another that shares the store is in the next look."""
        if not isinstance(records, SupportsLook) or reopen is None:
            return
        writer = reopen()
        writer.open(KINDS)
        _look_after_each_commit(records, records, writer)
        writer.close()

    def test_k3_rows_of_another_tenant_do_not_exist(self, records: RecordStore) -> None:
        """Neither the row nor a companion is another tenant's."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records, tenant=OTHER)
        keep(records, tag("u", thing="a"))

        assert _ids(_seen(records, "t")) == [None] * 4
        assert _ids(_seen(records, "u")) == ["u", None, None, None]
        assert _ids(_seen(records, "t", tenant=OTHER)) == ["t", "a", "p", "b"]

    def test_k4_a_look_is_for_any_thread(self, records: RecordStore) -> None:
        """One look serves many threads at once, and those that come later."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        look = records.look("tag", [], _COMPANIONS)
        sight = look.see(ACME, "t")

        assert together([lambda: [look.see(ACME, "t") for _ in range(20)]] * 4) == [[sight] * 20] * 4
        assert elsewhere(lambda: look.rows(ACME, "t", sight)) == look.rows(ACME, "t", sight)

    def test_k4_a_look_is_refused_inside_a_transaction(self, records: RecordStore) -> None:
        """A transaction sees one state, and a look inside it would see another."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        look = records.look("tag", [], _COMPANIONS)

        with records.transaction(ACME) as tx:
            with pytest.raises(TransactionUsageError):
                look.see(ACME, "t")
            assert tx.get("tag", "t") is not None
        assert look.see(ACME, "t")

    def test_k5_a_sight_is_equal_while_nothing_differs(self, records: RecordStore) -> None:
        """What others do elsewhere makes no difference; each change to a row that was seen makes one."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        look = records.look("tag", ["weight"], _COMPANIONS)
        sights = [look.see(ACME, "t")]

        keep(records, thing("c"), tag("d"), plain("e"))
        same = look.see(ACME, "t")
        for change in _changes(records):
            change()
            sights.append(look.see(ACME, "t"))

        assert same == sights[0]
        assert _all_differ(sights)

    def test_k5_revision_schema_and_body_are_compared(self, records: RecordStore) -> None:
        """Rows that differ in the schema alone, or in the body alone, are not the same."""
        if not isinstance(records, SupportsLook):
            return
        look = records.look("plain-kind", [], [])
        sights: list[Sight] = []
        for row in (plain("a"), attrs.evolve(plain("a"), schema=2), plain("a", body="{} ")):
            keep(records, row)
            sights.append(look.see(ACME, "a"))
            within(records, lambda tx: tx.delete("plain-kind", "a", 1), write=True)
        keep(records, plain("a"))
        again = look.see(ACME, "a")

        assert _all_differ(sights)
        assert again == sights[0]

    def test_k1_unknown_kinds_and_keys_are_refused(self, records: RecordStore) -> None:
        """What was not declared is not looked for, and a companion is named by a row before it."""
        if not isinstance(records, SupportsLook):
            return
        looks: list[tuple[str, list[str], list[Companion]]] = [
            ("nothing", [], []),
            ("tag", ["nothing"], []),
            ("tag", [], [Companion("nothing", "thing")]),
            ("tag", [], [Companion("thing", "nothing")]),
            ("tag", [], [Companion("thing", "thing", keys=("nothing",))]),
            ("tag", [], [Companion("thing", "name", of=1)]),
            ("tag", [], [Companion("thing", "thing", of=-1)]),
        ]
        for kind, keys, companions in looks:
            with pytest.raises(InvalidQueryError):
                records.look(kind, keys, companions)

    def test_k6_the_values_are_flat(self, records: RecordStore) -> None:
        """Row after row: the keys as they were asked for, then those that name companions, then the rest."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        companions = [Companion("thing", "thing", keys=("size", "at", "done")), Companion("thing", "name", of=1)]
        look = records.look("tag", ["label", "weight"], companions)
        values = [[*look.values(look.see(ACME, "t"))]]
        at = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
        keep(records, thing("a", revision=1, at=at, done=False, body="[4]"))
        values.append([*look.values(look.see(ACME, "t"))])
        within(records, lambda tx: tx.delete("thing", "a", 2), write=True)
        values.append([*look.values(look.see(ACME, "t"))])

        assert values[0] == ["x", 3, "a", 1, 1, "[0]", 1, None, None, "b", 1, 1, "[1]", 1, 1, "[3]"]
        assert values[1] == ["x", 3, "a", 1, 1, "[0]", None, at, False, None, 2, 1, "[4]", *[None] * 3]
        assert values[1][8] is False
        assert values[2] == ["x", 3, "a", 1, 1, "[0]", *[None] * 10]

    @pytest.mark.parametrize("id_", ["absent", "", "\ud800"])
    def test_k6_of_an_absent_row_there_are_no_values(self, records: RecordStore, id_: str) -> None:
        """Nor of what it would name."""
        if not isinstance(records, SupportsLook):
            return
        _kept(records)
        look = records.look("tag", ["weight"], _COMPANIONS)

        assert [*look.values(look.see(ACME, id_))] == []


def _changes(store: RecordStore) -> list[Callable[[], object]]:
    return [
        lambda: within(store, lambda tx: tx.bump("tag", "t", "weight", None), write=True),
        lambda: keep(store, thing("a", revision=1, owner="plain:p", name="b", size=1, body="[1]")),
        lambda: keep(store, plain("p", revision=1, body="[22]")),
        lambda: within(store, lambda tx: tx.delete("thing", "b", 1), write=True),
        lambda: within(store, lambda tx: tx.delete("tag", "t", 2), write=True),
    ]


def _all_differ(sights: Sequence[Sight]) -> bool:
    return all(one != other for place, one in enumerate(sights) for other in sights[:place])


def _look_after_each_commit(records: RecordStore, looked: SupportsLook, writer: RecordStore) -> None:
    keep(records, tag("t", thing="a"), thing("a", size=0))
    look = looked.look("tag", [], _COMPANIONS)

    with ThreadPoolExecutor(1) as pool:
        for turn in range(1, 21):
            before = look.see(ACME, "t")
            pool.submit(keep, writer, thing("a", revision=turn, size=turn)).result(PATIENCE)
            after = look.see(ACME, "t")

            assert [row and row.revision for row in look.rows(ACME, "t", before)[:2]] == [1, turn]
            assert [row and row.revision for row in look.rows(ACME, "t", after)[:2]] == [1, turn + 1]
