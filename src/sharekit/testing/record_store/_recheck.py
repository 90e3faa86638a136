"""The laws K1 to K4 of stores that can compare rows with what they hold."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from sharekit.errors import InvalidInputError, InvalidQueryError
from sharekit.ports.rows import Row
from sharekit.ports.stores import RecordStore, RowKey, SupportsRecheck
from sharekit.testing.record_store._frame import (
    ACME,
    KINDS,
    OTHER,
    PATIENCE,
    Frame,
    elsewhere,
    got,
    keep,
    plain,
    thing,
    together,
    within,
)

_Seen = list[tuple[RowKey, Row | None]]


def _seen(store: RecordStore, *wanted: RowKey) -> _Seen:
    return [(pair, got(store, *pair)) for pair in wanted]


class RecheckLaws(Frame):
    """The laws of `SupportsRecheck`; a store without that ability has nothing to show."""

    def test_k1_the_answer_is_whether_the_rows_are_still_so(self, records: RecordStore) -> None:
        """True while all rows are there as they were and all absent ones absent; any change makes it False."""
        if not isinstance(records, SupportsRecheck):
            return
        keep(records, thing("a", name="x"), plain("b", body="[1]"))
        question = records.recheck(
            ACME, _seen(records, ("thing", "a"), ("plain-kind", "b"), ("thing", "absent"), ("tag", "a"))
        )
        answers = [question(), question()]
        keep(records, thing("absent"))
        answers.append(question())
        within(records, lambda tx: tx.delete("thing", "absent", 1), write=True)
        answers.append(question())
        keep(records, plain("b", revision=1, body="[1]"))
        answers.append(question())

        assert answers == [True, True, False, True, False]

    @pytest.mark.parametrize(("revision", "schema", "body"), [(2, 1, "{}"), (1, 2, "{}"), (1, 1, "{} "), (1, 1, "")])
    def test_k1_revision_schema_and_body_are_compared(
        self, records: RecordStore, revision: int, schema: int, body: str
    ) -> None:
        """A row that differs in any one of the three is not the same."""
        if not isinstance(records, SupportsRecheck):
            return
        keep(records, thing("a"), thing("b"))
        seen = _seen(records, ("thing", "a"), ("thing", "b"))
        other = attrs.evolve(thing("a", revision=revision, body=body), schema=schema)

        assert records.recheck(ACME, seen)()
        assert not records.recheck(ACME, [(("thing", "a"), other), seen[1]])()
        assert not records.recheck(ACME, [seen[1], (("thing", "a"), other)])()

    def test_k1_a_row_that_was_removed_or_counted_is_not_the_same(self, records: RecordStore) -> None:
        """Removing and counting are changes too."""
        if not isinstance(records, SupportsRecheck):
            return
        keep(records, thing("a"), thing("b"))
        first, second = (records.recheck(ACME, _seen(records, ("thing", id_))) for id_ in ("a", "b"))
        within(records, lambda tx: tx.delete("thing", "a", 1), write=True)
        within(records, lambda tx: tx.bump("thing", "b", "size", None), write=True)

        assert [first(), second()] == [False, False]

    def test_k1_no_rows_and_unknown_kinds_are_refused(self, records: RecordStore) -> None:
        """At least one row of a declared kind is compared."""
        if not isinstance(records, SupportsRecheck):
            return
        with pytest.raises(InvalidInputError):
            records.recheck(ACME, [])
        with pytest.raises(InvalidQueryError):
            records.recheck(ACME, [(("nothing", "a"), None)])

    def test_k2_every_commit_before_the_question_counts(self, records: RecordStore) -> None:
        """A commit by another thread is in the next answer."""
        if isinstance(records, SupportsRecheck):
            _ask_after_each_commit(records, records, records)

    def test_k2_every_commit_by_others_counts(
        self, records: RecordStore, reopen: Callable[[], RecordStore] | None
    ) -> None:
        """A commit by another that shares the store is in the next answer."""
        if not isinstance(records, SupportsRecheck) or reopen is None:
            return
        writer = reopen()
        writer.open(KINDS)
        _ask_after_each_commit(records, records, writer)
        writer.close()

    def test_k3_rows_of_another_tenant_do_not_exist(self, records: RecordStore) -> None:
        """The same row of another tenant is neither the row nor in the way of its absence."""
        if not isinstance(records, SupportsRecheck):
            return
        keep(records, thing("a", tenant=OTHER))
        theirs = got(records, "thing", "a", tenant=OTHER)

        assert records.recheck(ACME, [(("thing", "a"), None)])()
        assert not records.recheck(ACME, [(("thing", "a"), theirs)])()
        assert records.recheck(OTHER, [(("thing", "a"), theirs)])()

    def test_k4_the_question_can_be_asked_from_any_thread(self, records: RecordStore) -> None:
        """One question serves many threads at once, and those that come later."""
        if not isinstance(records, SupportsRecheck):
            return
        keep(records, thing("a"))
        question = records.recheck(ACME, _seen(records, ("thing", "a")))

        assert together([lambda: all(question() for _ in range(20))] * 4) == [True] * 4
        keep(records, thing("a", revision=1))
        assert elsewhere(question) is False


def _ask_after_each_commit(records: RecordStore, asked: SupportsRecheck, writer: RecordStore) -> None:
    keep(records, thing("a", size=0))

    with ThreadPoolExecutor(1) as pool:
        for turn in range(1, 21):
            question = asked.recheck(ACME, _seen(records, ("thing", "a")))

            assert question()
            pool.submit(keep, writer, thing("a", revision=turn, size=turn)).result(PATIENCE)
            assert not question()
