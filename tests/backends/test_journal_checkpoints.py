"""Checkpoints of a journal: what they save, what they let go of, and who may be slow meanwhile."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from sharekit.backends import _journal_checkpoints
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import ConflictError, IntegrityError, StorageError, TransactionUsageError
from sharekit.ports import KindSpec, Query, Row, Text
from tests.backends._journals import every, journal, names, watch
from tests.backends._notes import NOTE, TENANT, got, keep, note


def ids(store: JournalRecordStore) -> list[str]:
    """The ids of all notes."""
    with store.transaction(TENANT) as tx:
        return [row.id for row in tx.find(Query("short-note"))]


def test_a_checkpoint_is_written_by_the_writer_of_a_due_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process writes it, the newest but one is kept with what follows it, and older things go."""
    every(monkeypatch, 4)
    first, second = journal(tmp_path), journal(tmp_path)
    for number in range(14):
        keep((first, second)[number % 2], note(f"{number:02}"))

    assert names(tmp_path, "checkpoints") == ["8", "12"]
    assert names(tmp_path, "commits") == ["9", "10", "11", "12", "13", "14"]
    assert len(list((tmp_path / "commits").iterdir())) == 14
    assert ids(journal(tmp_path)) == ids(first) == ids(second) == [f"{number:02}" for number in range(14)]


@pytest.mark.parametrize(("rows", "step"), [(0, 128), (6400, 128), (6401, 256), (100_000, 2048)])
def test_more_rows_need_fewer_checkpoints(rows: int, step: int) -> None:
    """The work of a checkpoint is spread over commits in proportion."""
    due = [number for number in range(1, 4097) if _journal_checkpoints.is_due(number, rows)]

    assert due == list(range(step, 4097, step))


def test_compacting_leaves_nothing_of_what_was_removed(tmp_path: Path) -> None:
    """After `compact` the text of a removed row is in no file, and all names are still taken."""
    store = journal(tmp_path)
    keep(store, note("a", body='{"text": "to be forgotten"}'), note("b"))
    with store.transaction(TENANT, write=True) as tx:
        tx.delete("short-note", "a", 1)
    store.compact()
    store.compact()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert b"forgotten" not in written
    assert names(tmp_path, "checkpoints") == ["2"]
    assert sorted(path.name[-1] for path in (tmp_path / "commits").iterdir()) == ["1", "2"]
    assert ids(journal(tmp_path)) == ["b"]


def test_an_empty_journal_has_nothing_to_compact(tmp_path: Path) -> None:
    """Compacting an empty journal writes nothing; one that is closed, or a transaction, refuses."""
    store = journal(tmp_path)
    store.compact()
    with store.transaction(TENANT), pytest.raises(TransactionUsageError):
        store.compact()
    store.close()
    with pytest.raises(TransactionUsageError):
        store.compact()

    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_a_reader_that_was_overtaken_goes_on_from_the_checkpoint(tmp_path: Path) -> None:
    """A store in the middle of a transaction keeps its state, and then comes to the newest."""
    slow, writer = journal(tmp_path), journal(tmp_path)
    keep(writer, note("a"))
    with slow.transaction(TENANT) as tx:
        for number in range(5):
            keep(writer, note(f"b{number}"))
        writer.compact()
        keep(writer, note("c"))
        during = [row.id for row in tx.find(Query("short-note"))]

    assert during == ["a"]
    assert ids(slow) == ["a", "b0", "b1", "b2", "b3", "b4", "c"]


def test_a_reader_is_compacted_under_while_it_replays(tmp_path: Path) -> None:
    """Whichever file another process is about to read when everything is compacted, it comes to the same state."""
    writer = journal(tmp_path)
    for number in range(6):
        keep(writer, note(f"{number}"))
    for moment in range(12):
        reader = JournalRecordStore(tmp_path)
        reads: list[str] = []

        def told(
            operation: str,
            name: str,
            done: bool,
            *,
            moment: int = moment,
            reads: list[str] = reads,
        ) -> None:
            if operation in {"read", "names"} and not name.startswith("probes") and not done:
                if len(reads) == moment:
                    keep(writer, note(f"more{moment:02}"))
                    writer.compact()
                reads.append(name)

        watch(reader, told)
        reader.open([NOTE])

        assert ids(reader) == ids(writer)


def test_a_writer_that_was_overtaken_is_judged_by_rows(tmp_path: Path) -> None:
    """A commit that others overtook and compacted follows them if its rows are as they were, else it conflicts."""
    slow, writer = journal(tmp_path), journal(tmp_path)  # one process has one turn, so that neither waits
    keep(writer, note("a"), note("b"))

    def overtake(row: Row) -> None:
        with slow.transaction(TENANT, write=True) as tx:
            tx.get("short-note", "absent")
            tx.put(note("b", revision=(tx.get("short-note", "b") or row).revision, title="slow"))
            keep(writer, row)
            keep(writer, note(f"more-{row.id}-{row.revision}"))
            writer.compact()

    overtake(note("a", revision=1, title="other"))
    with pytest.raises(ConflictError):
        overtake(note("b", revision=2, title="other"))
    with pytest.raises(ConflictError):
        overtake(note("absent"))

    assert got(slow, "a") == got(writer, "a") == note("a", revision=2, title="other")
    assert got(slow, "b") == got(writer, "b") == note("b", revision=3, title="other")


def test_rows_that_another_release_has_more_of_are_not_lost(tmp_path: Path) -> None:
    """Kinds and keys that a process did not declare outlive its checkpoints, and are there when they are declared."""
    more = KindSpec("short-note", {**NOTE.keys, "colour": Text})
    newer = JournalRecordStore(tmp_path)
    newer.open([more, KindSpec("tag", {"label": Text})])
    red = attrs.evolve(note("a"), keys={**note("a").keys, "colour": "red"})
    keep(newer, red, Row(tenant=TENANT, kind="tag", id="t", revision=0, schema=1, keys={"label": "x"}, body="{}"))
    older = journal(tmp_path)
    seen = got(older, "a")
    older.compact()
    fresh = JournalRecordStore(tmp_path)
    fresh.open([KindSpec("tag", {"label": Text})])
    fresh.open([NOTE])
    fresh.open([more])
    with fresh.transaction(TENANT) as tx:
        tag = tx.get("tag", "t")

    assert seen == note("a", revision=1)
    assert got(fresh, "a") == attrs.evolve(red, revision=1)
    assert tag is not None
    assert tag.keys == {"label": "x"}


def test_more_records_than_it_is_made_for_are_kept_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond the limit nothing is refused, since taking back must go on, and each checkpoint warns."""
    monkeypatch.setattr(_journal_checkpoints, "LIMIT", 3)
    store = journal(tmp_path)
    keep(store, *[note(f"{number}") for number in range(3)])
    store.compact()
    quiet = list(caplog.records)
    keep(store, note("one more"))
    store.compact()

    assert quiet == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert len(ids(journal(tmp_path))) == 4


def _write_less(write: Callable[[str, bytes], bool]) -> Callable[[str, bytes], bool]:
    return lambda name, data: write(name, data[:-10] if name.startswith("checkpoints") else data)


def test_a_checkpoint_that_was_stored_by_half_lets_go_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written is read again; a server that kept less raises, and the commits stay."""
    store = journal(tmp_path)
    keep(store, note("a"))
    folder = store._journal.folder
    monkeypatch.setattr(folder, "create", _write_less(folder.create))
    with pytest.raises(IntegrityError):
        store.compact()

    assert names(tmp_path, "commits") == ["1"]


def test_a_checkpoint_that_is_gone_again_is_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that names what is not there is asked again, and in the end is an error."""
    store = journal(tmp_path)
    keep(store, note("a"))
    store.compact()
    stale = JournalRecordStore(tmp_path)
    listed: list[str] = []

    def names_of(part: str) -> list[str]:
        listed.append(part)
        return ["000000000007"] if len(listed) == 1 else ["000000000001"]

    monkeypatch.setattr(stale._journal.folder, "names", names_of)
    stale.open([NOTE])
    lost = JournalRecordStore(tmp_path)
    monkeypatch.setattr(lost._journal.folder, "names", lambda _: ["000000000007"])
    with pytest.raises(StorageError):
        lost.open([NOTE])

    assert ids(stale) == ["a"]


def test_a_failing_checkpoint_does_not_fail_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The commit stands, a warning is logged, and the next that is due makes up for it."""
    every(monkeypatch, 2)
    store = journal(tmp_path)
    failing = threading.Event()
    failing.set()

    def told(operation: str, name: str, _: bool) -> None:
        if operation == "create" and name.startswith("checkpoints") and failing.is_set():
            raise StorageError("no room")

    watch(store, told)
    keep(store, note("a"))
    keep(store, note("b"))
    warned = [record.levelno for record in caplog.records]
    failing.clear()
    for id_ in "cdef":
        keep(store, note(id_))

    assert warned == [logging.WARNING]
    assert names(tmp_path, "checkpoints") == ["4", "6"]
    assert ids(journal(tmp_path)) == list("abcdef")
