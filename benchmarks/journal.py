"""
What a record journal in a local folder costs, against plain sqlite3 that keeps the same rows.

Three questions, each with so many records:

- replay: how long a process takes from nothing to the first read, from a checkpoint and from commits;
- size: what a checkpoint takes on disk, and how much each further commit adds until the next one;
- commit: one row changed durably, against the same UPDATE and a commit of sqlite3 (WAL, synchronous=FULL),
  in turns, as a ratio with its least and most; and a read of one row, which asks the disk for news first.

The two sides of a ratio run in turns within one process; a time of its own says something of this machine only.

    python3 dev.py bench journal [--sizes 1000,10000,100000] [--batches 20]
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.ids import TenantId, random_id
from sharekit.ports import KeyValue, KindSpec, OrderBy, Query, Ref, Row, Text, Time
from sharekit.testing.plant import plant

TENANT = TenantId("default")
KIND = KindSpec("record", {"title": Text, "at": Time, "owner": Ref}, indexes=[("owner", "at")])
BODY = '{"title":"An ordinary title","sections":["hours","progress"],"made":"2026-03-02T09:00:00Z","by":"staff:maria"}'
BATCH = 50


def rows(ids: Sequence[str]) -> Iterator[Row]:
    """Make rows of an ordinary size."""
    made = datetime.now(UTC)
    for id_ in ids:
        keys: dict[str, KeyValue] = {"title": "an ordinary title", "at": made, "owner": "staff:maria"}
        yield Row(tenant=TENANT, kind="record", id=id_, revision=0, schema=1, keys=keys, body=BODY)


class Ours:
    """A journal with these rows."""

    def __init__(self, folder: Path, ids: Sequence[str]) -> None:
        self.folder = folder / "journal"
        self.store = JournalRecordStore(self.folder)
        self.store.open([KIND])
        plant(self.store, rows(ids))

    def change(self, id_: str) -> None:
        """Change one row durably."""
        with self.store.transaction(TENANT, write=True) as tx:
            row = tx.get("record", id_)
            assert row is not None
            tx.put(attrs.evolve(row, keys={**row.keys, "owner": "staff:piotr"}))

    def read(self, id_: str) -> None:
        """Read one row."""
        with self.store.transaction(TENANT) as tx:
            assert tx.get("record", id_) is not None

    def last(self, _: str) -> None:
        """Find the last row of all, as each verb does with the audit trail."""
        with self.store.transaction(TENANT) as tx:
            assert tx.find(Query("record", order=OrderBy("id", descending=True), limit=1))

    def files(self) -> dict[str, tuple[int, int]]:
        """Return how many files there are in each folder, and their bytes."""
        sizes = {part: [file.stat().st_size for file in (self.folder / part).iterdir()] for part in PARTS}
        return {part: (sum(size > 0 for size in found), sum(found)) for part, found in sizes.items()}


PARTS = ("commits", "checkpoints")


class Theirs:
    """A table with these rows, written by hand."""

    def __init__(self, folder: Path, ids: Sequence[str]) -> None:
        self.connection = sqlite3.connect(folder / "theirs.sqlite3", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute(
            "CREATE TABLE record (id TEXT PRIMARY KEY, revision INTEGER, title TEXT, at TEXT, owner TEXT, body TEXT)"
        )
        made = datetime.now(UTC).isoformat()
        self.connection.execute("BEGIN")
        self.connection.executemany(
            "INSERT INTO record VALUES (?, 1, 'an ordinary title', ?, 'staff:maria', ?)",
            ((id_, made, BODY) for id_ in ids),
        )
        self.connection.execute("COMMIT")

    def change(self, id_: str) -> None:
        """Change one row durably."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("UPDATE record SET owner = 'staff:piotr', revision = revision + 1 WHERE id = ?", (id_,))
        self.connection.execute("COMMIT")

    def read(self, id_: str) -> None:
        """Read one row."""
        assert self.connection.execute("SELECT * FROM record WHERE id = ?", (id_,)).fetchone()

    def last(self, _: str) -> None:
        """Find the last row of all."""
        assert self.connection.execute("SELECT * FROM record ORDER BY id DESC LIMIT 1").fetchone()


def seconds(act: Callable[[str], object], ids: Sequence[str]) -> float:
    """Return how long one batch takes."""
    start = time.perf_counter()
    for id_ in ids:
        act(id_)
    return time.perf_counter() - start


def compare(
    name: str, ours: Callable[[str], object], theirs: Callable[[str], object], batches: Sequence[Sequence[str]]
) -> None:
    """Run both sides over the same batches in turns, and print the ratio."""
    times: tuple[list[float], list[float]] = ([], [])
    for number, batch in enumerate(batches):
        sides = [(0, ours), (1, theirs)]
        for side, act in sides if number % 2 else reversed(sides):
            times[side].append(seconds(act, batch) / len(batch))
    ratios = sorted(a / b for a, b in zip(*times, strict=True))
    print(
        f"{name:<34} {statistics.median(ratios):7.2f}x  (min {ratios[0]:.2f}, max {ratios[-1]:.2f})"
        f"   {statistics.median(times[0]) * 1e6:8.1f} us against {statistics.median(times[1]) * 1e6:8.1f} us"
    )


def replay(name: str, ours: Ours, times: int) -> None:
    """Print how long fresh stores take to open."""
    taken: list[float] = []
    for _ in range(times):
        store = JournalRecordStore(ours.folder)
        start = time.perf_counter()
        store.open([KIND])
        taken.append(time.perf_counter() - start)
        store.close()
    taken.sort()
    print(f"{name:<34} {statistics.median(taken):7.2f} s  (min {taken[0]:.2f}, max {taken[-1]:.2f})")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--batches", type=int, default=20)
    options = parser.parse_args()
    for size in map(int, options.sizes.split(",")):
        measure(size, options.batches)


def measure(size: int, batches: int) -> None:
    """Print the lines for so many records."""
    ids = [random_id() for _ in range(size)]
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Ours(Path(name), ids), Theirs(Path(name), ids)
        print(f"--- {size:,} records")
        replay("replay, from big commits", ours, 3)
        ours.store.compact()
        _, held = ours.files()["checkpoints"]
        print(f"{'checkpoint on disk':<34} {held / 1e6:7.2f} MB, {held / size:.0f} bytes a record")
        replay("replay, from a checkpoint", ours, 3)
        chosen = [ids[number * 7919 % size] for number in range(BATCH * batches)]
        compare("commit of one changed row", ours.change, theirs.change, _batches(chosen))
        count, held = ours.files()["commits"]
        print(f"{'growth between two checkpoints':<34} {held / max(count, 1):7.0f} bytes a commit")
        replay(f"replay, from it and {count} commits", ours, 3)
        compare("read of one row", ours.read, theirs.read, _batches(chosen))
        compare("the last row of all", ours.last, theirs.last, _batches(chosen[: BATCH * 2]))
        ours.store.close()
        theirs.connection.close()


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


if __name__ == "__main__":
    main()
