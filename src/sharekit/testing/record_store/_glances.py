"""The laws G1 to G4 of stores that can find rows of several kinds at a glance."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

import pytest

from sharekit.errors import InvalidQueryError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.stores import Glance, RecordStore, Sought, SupportsGlance
from sharekit.testing.record_store._frame import (
    ACME,
    KINDS,
    OTHER,
    PATIENCE,
    Frame,
    elsewhere,
    keep,
    meanwhile,
    plain,
    tag,
    thing,
    together,
)

_SOUGHT: Final = (Sought("thing", keys=("size", "name")), Sought("plain-kind"), Sought("tag", "thing", ("weight",)))

Line = tuple[object, ...]


def _seen(glance: Glance, *values: Sequence[str], tenant: TenantId = ACME) -> list[Line]:
    """Return the lines by place and id, each as far as it has a meaning: for glances at `_SOUGHT`."""
    lines = [tuple(line) for line in glance.see(tenant, values)]
    return sorted((line[: 5 + len(_SOUGHT[line[0]].keys)] for line in lines), key=lambda line: line[:2])


class GlanceLaws(Frame):
    """The laws of `SupportsGlance`; a store without that ability has nothing to show."""

    def test_g1_the_lines_are_those_of_the_rows_that_are_sought(self, records: RecordStore) -> None:
        """Place, id, revision, schema, body and the keys that were asked for stand in a line for each row."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, thing("a", name="n", size=3, body="[1]"), plain("p", body="[2]"), thing("b", done=True))
        keep(records, plain("p", revision=1, body="[3]"), tag("t", thing="a", weight=5), tag("u", thing="b"))
        keep(records, tag("v", thing="a"), tag("a", thing="c"))
        glance = records.glance(_SOUGHT)
        a, b, p = (0, "a", 1, 1, "[1]", 3, "n"), (0, "b", 1, 1, "{}", None, None), (1, "p", 2, 1, "[3]")
        t, u, v = (2, "t", 1, 1, "{}", 5), (2, "u", 1, 1, "{}", None), (2, "v", 1, 1, "{}", None)

        assert _seen(glance, ["a"], ["p"], ["a"]) == [a, p, t, v]
        assert _seen(glance, ["a", "b"], ["p", "absent"], ["b"]) == [a, b, p, u]
        assert _seen(glance, [], [], ["a", "b"]) == [t, u, v]
        assert _seen(glance, ["b"], [], []) == [b]
        assert _seen(glance, [], [], []) == []
        assert _seen(records.glance([]), *()) == []

    def test_g1_every_type_of_key_comes_as_it_is_stored(self, records: RecordStore) -> None:
        """Times, bools, numbers and texts are those that were put, and null is null."""
        if not isinstance(records, SupportsGlance):
            return
        at = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
        keep(records, thing("a", at=at, done=False, size=0, name="n"), plain("p"))
        sought = [Sought("plain-kind"), Sought("thing", "name", ("at", "done", "size", "name", "owner"))]
        lines = sorted(records.glance(sought).see(ACME, [["p"], ["n"]]), key=lambda line: int(line[0]))

        assert [*lines[0]][:5] == [0, "p", 1, 1, "{}"]
        assert [*lines[1]] == [1, "a", 1, 1, "{}", at, False, 0, "n", None]
        assert lines[1][6] is False

    def test_g1_a_row_is_seen_once_for_each_place(self, records: RecordStore) -> None:
        """A value that is named again finds nothing more, and a kind that comes again is looked for again."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, tag("t", thing="a"), tag("u", thing="a"))
        glance = records.glance([Sought("tag"), Sought("tag", "thing")])
        seen = sorted((line[0], line[1]) for line in glance.see(ACME, [["t", "t", "u"], ["a", "b", "a"]]))

        assert seen == [(0, "t"), (0, "u"), (1, "t"), (1, "u")]

    def test_g1_hostile_values_hide_nothing(self, records: RecordStore) -> None:
        """Values that no row can have find nothing, and what stands beside them is found as ever, however many."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, plain("p"), tag("t", thing="a"), thing("a"))
        glance = records.glance(_SOUGHT)
        found = [(0, "a", 1, 1, "{}", None, None), (1, "p", 1, 1, "{}"), (2, "t", 1, 1, "{}", None)]
        many = [f"x{number}" for number in range(1000)]

        for value in ("absent", "", "\ud800", "A", "' OR 1", "\x00", '"', "\\"):
            assert _seen(glance, [value], ["p"], [value]) == [found[1]]
            assert _seen(glance, ["a", value], [value, "p"], ["a", value]) == found
            assert _seen(glance, [*many, "a"], [value], ["a", *many, value]) == [found[0], found[2]]

    def test_g1_what_was_not_declared_is_refused(self, records: RecordStore) -> None:
        """Kinds and keys have to be known, and rows are found by texts alone."""
        if not isinstance(records, SupportsGlance):
            return
        unknown = [Sought("nothing"), Sought("thing", keys=("nothing",)), Sought("plain-kind", "name")]
        for sought in [*unknown, Sought("thing", "size"), Sought("thing", "done"), Sought("thing", "at")]:
            with pytest.raises(InvalidQueryError):
                records.glance([Sought("thing"), sought])

    def test_g2_all_lines_are_of_one_state(self, records: RecordStore) -> None:
        """While another changes two rows together, neither is ever seen without the other."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, thing("a"), plain("p"))
        glance = records.glance([Sought("thing"), Sought("plain-kind")])
        sights = meanwhile(
            lambda revision: keep(records, thing("a", revision=revision), plain("p", revision=revision)),
            lambda: glance.see(ACME, [["a"], ["p"]]),
        )

        assert [seen for seen in sights if len({line[2] for line in seen}) != 1] == []

    def test_g2_every_commit_before_is_seen(self, records: RecordStore) -> None:
        """A commit by another thread is in the next glance."""
        if isinstance(records, SupportsGlance):
            _glance_after_each_commit(records, _at_size(records), records)

    def test_g2_every_commit_by_others_is_seen(
        self, records: RecordStore, reopen: Callable[[], RecordStore] | None
    ) -> None:
        """A commit by another that shares the store is in the next glance."""
        if not isinstance(records, SupportsGlance) or reopen is None:
            return
        writer = reopen()
        writer.open(KINDS)
        _glance_after_each_commit(records, _at_size(records), writer)
        writer.close()

    def test_g3_rows_of_another_tenant_do_not_exist(self, records: RecordStore) -> None:
        """The same ids and keys in another tenant are those of other rows."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, thing("a", tenant=OTHER, size=1), plain("p", tenant=OTHER), plain("p", body="[2]"))
        keep(records, tag("t", tenant=OTHER, thing="a"))
        keep(records, thing("z", size=2))
        glance = records.glance(_SOUGHT)
        ours = [(0, "z", 1, 1, "{}", 2, None), (1, "p", 1, 1, "[2]")]
        theirs = [(0, "a", 1, 1, "{}", 1, None), (1, "p", 1, 1, "{}"), (2, "t", 1, 1, "{}", None)]

        assert _seen(glance, ["a", "z"], ["p"], ["a"]) == ours
        assert _seen(glance, ["a", "z"], ["p"], ["a"], tenant=OTHER) == theirs
        assert _seen(glance, ["a", "b", "z"], ["p", "q"], ["a", "b"]) == ours

    def test_g4_a_glance_is_for_any_thread(self, records: RecordStore) -> None:
        """One glance serves many threads at once, and those that come later."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, tag("t", weight=3))
        glance = records.glance([Sought("tag", keys=("weight",))])

        def see() -> list[list[object]]:
            return [[*line] for line in glance.see(ACME, [["t"]])]

        assert together([lambda: [see() for _ in range(20)]] * 4) == [[[[0, "t", 1, 1, "{}", 3]]] * 20] * 4
        assert elsewhere(see) == see()

    def test_g4_a_glance_is_refused_inside_a_transaction(self, records: RecordStore) -> None:
        """A transaction sees one state, and a glance inside it would see another."""
        if not isinstance(records, SupportsGlance):
            return
        keep(records, tag("t"))
        glance = records.glance([Sought("tag")])

        with records.transaction(ACME) as tx:
            with pytest.raises(TransactionUsageError):
                glance.see(ACME, [["t"]])
            assert tx.get("tag", "t") is not None
        assert [line[1] for line in glance.see(ACME, [["t"]])] == ["t"]


def _at_size(records: SupportsGlance) -> Glance:
    return records.glance([Sought("thing", keys=("size",))])


def _glance_after_each_commit(records: RecordStore, glance: Glance, writer: RecordStore) -> None:
    keep(records, thing("a", size=0))
    with ThreadPoolExecutor(1) as pool:
        for turn in range(1, 21):
            before = [[*line] for line in glance.see(ACME, [["a"]])]
            pool.submit(keep, writer, thing("a", revision=turn, size=turn)).result(PATIENCE)

            assert before == [[0, "a", turn, 1, "{}", turn - 1]]
            assert [[*line] for line in glance.see(ACME, [["a"]])] == [[0, "a", turn + 1, 1, "{}", turn]]
