"""The laws G1 to G4 of stores that can read rows of several kinds at a glance."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from sharekit.errors import InvalidQueryError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.stores import Glance, RecordStore, SupportsGlance
from sharekit.testing.record_store._frame import (
    ACME,
    KINDS,
    OTHER,
    PATIENCE,
    Frame,
    elsewhere,
    keep,
    plain,
    tag,
    thing,
    together,
)

_KINDS: Final = (("thing", ("size", "name")), ("plain-kind", ()), ("thing", ("done",)))
_ABSENT: Final = (None, None, None)


# Any: what stands where is said by law G1.
def _seen(store: SupportsGlance, *ids: str, tenant: TenantId = ACME) -> tuple[Any, ...]:
    return tuple(store.glance(_KINDS).see(tenant, ids))


class GlanceLaws(Frame):
    """The laws of `SupportsGlance`; a store without that ability has nothing to show."""

    def test_g1_the_values_are_those_that_get_gives(self, records: RecordStore) -> None:
        """Revision, schema, body and the keys that were asked for stand in a row, kind after kind."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, thing("a", name="n", size=3, body="[1]"), plain("p", body="[2]"), thing("b", done=True))
        keep(records, plain("p", revision=1, body="[3]"))

        assert _seen(records, "a", "p", "b") == (1, 1, "[1]", 3, "n", 2, 1, "[3]", 1, 1, "{}", True)
        assert _seen(records, "b", "p", "b") == (1, 1, "{}", None, None, 2, 1, "[3]", 1, 1, "{}", True)

    def test_g1_every_type_of_key_comes_as_it_is_stored(self, records: RecordStore) -> None:
        """Times, bools, numbers and texts are those that were put, and null is null."""
        if not isinstance(records, SupportsGlance):
            return
        at = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
        keep(records, thing("a", at=at, done=False, size=0, name="n"))
        seen = records.glance([("thing", ("at", "done", "size", "name", "owner"))]).see(ACME, ["a"])

        assert [*seen] == [1, 1, "{}", at, False, 0, "n", None]
        assert seen[4] is False

    def test_g1_an_absent_row_is_null_and_hides_no_other(self, records: RecordStore) -> None:
        """Rows are read independently of one another; an id that no row can have is that of an absent one."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, plain("p", body="[2]"), thing("a", done=True))

        for id_ in ("absent", "", "\ud800", "A"):
            assert _seen(records, id_, "p", "a") == (*_ABSENT, None, None, 1, 1, "[2]", 1, 1, "{}", True)
            assert _seen(records, "a", id_, id_) == (1, 1, "{}", None, None, *_ABSENT, *_ABSENT, None)

    def test_g1_all_rows_are_of_one_state(self, records: RecordStore) -> None:
        """While another changes two rows together, neither is ever seen without the other."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, thing("a"), plain("p"))
        begun, over = threading.Event(), threading.Event()
        glance = records.glance([("thing", ()), ("plain-kind", ())])
        with ThreadPoolExecutor(1) as pool:
            changes = pool.submit(_change_both, records, begun, over)
            try:
                assert begun.wait(PATIENCE)
                sights = [glance.see(ACME, ["a", "p"]) for _ in range(100)]
            finally:
                over.set()
            changes.result(PATIENCE)

        assert [seen for seen in sights if seen[0] != seen[3]] == []

    def test_g1_unknown_kinds_and_keys_are_refused(self, records: RecordStore) -> None:
        """What was not declared is not read."""
        if not isinstance(records, SupportsGlance):
            return
        kinds: list[tuple[str, Sequence[str]]] = [("nothing", ()), ("thing", ("nothing",)), ("plain-kind", ("size",))]
        for kind in kinds:
            with pytest.raises(InvalidQueryError):
                records.glance([("thing", ()), kind])

    def test_g2_every_commit_before_is_seen(self, records: RecordStore) -> None:
        """A commit by another thread is in the next glance."""
        if isinstance(records, SupportsGlance):
            _glance_after_each_commit(records, records.glance([("thing", ("size",))]), records)

    def test_g2_every_commit_by_others_is_seen(
        self, records: RecordStore, reopen: Callable[[], RecordStore] | None
    ) -> None:
        """A commit by another that shares the store is in the next glance."""
        if not isinstance(records, SupportsGlance) or reopen is None:
            return
        writer = reopen()
        writer.open(KINDS)
        _glance_after_each_commit(records, records.glance([("thing", ("size",))]), writer)
        writer.close()

    def test_g3_rows_of_another_tenant_do_not_exist(self, records: RecordStore) -> None:
        """The same ids in another tenant are other rows."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, thing("a", tenant=OTHER, size=1), plain("p", tenant=OTHER), plain("p", body="[2]"))
        both = records.glance([("plain-kind", ()), ("thing", ("size",))])

        assert [*both.see(ACME, ["p", "a"])] == [1, 1, "[2]", *_ABSENT, None]
        assert [*both.see(OTHER, ["p", "a"])] == [1, 1, "{}", 1, 1, "{}", 1]

    def test_g4_a_glance_is_for_any_thread(self, records: RecordStore) -> None:
        """One glance serves many threads at once, and those that come later."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, tag("t", weight=3))
        glance = records.glance([("tag", ("weight",))])

        def see() -> list[object]:
            return [*glance.see(ACME, ["t"])]

        assert together([lambda: [see() for _ in range(20)]] * 4) == [[[1, 1, "{}", 3]] * 20] * 4
        assert elsewhere(see) == see()

    def test_g4_a_glance_is_refused_inside_a_transaction(self, records: RecordStore) -> None:
        """A transaction sees one state, and a glance inside it would see another."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, tag("t"))
        glance = records.glance([("tag", ())])

        with records.transaction(ACME) as tx:
            with pytest.raises(TransactionUsageError):
                glance.see(ACME, ["t"])
            assert tx.get("tag", "t") is not None
        assert glance.see(ACME, ["t"])[0] == 1


def _change_both(store: RecordStore, begun: threading.Event, over: threading.Event) -> None:
    revision = 1
    while not over.is_set():
        keep(store, thing("a", revision=revision), plain("p", revision=revision))
        revision += 1
        begun.set()


def _glance_after_each_commit(records: RecordStore, glance: Glance, writer: RecordStore) -> None:
    keep(records, thing("a", size=0))
    with ThreadPoolExecutor(1) as pool:
        for turn in range(1, 21):
            before = [*glance.see(ACME, ["a"])]
            pool.submit(keep, writer, thing("a", revision=turn, size=turn)).result(PATIENCE)

            assert before == [turn, 1, "{}", turn - 1]
            assert [*glance.see(ACME, ["a"])] == [turn + 1, 1, "{}", turn]
