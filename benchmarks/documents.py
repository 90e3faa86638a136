"""
Taking in and giving out documents, against what one would write by hand.

An upload is compared with a copy to another file, SHA-256 on the way, an fsync, and one commit to SQLite. A
download is compared with a plain loop of reads, with one that computes SHA-256 as it goes, which is what
checking the bytes before the last of them is given takes at least, and with one that commits a row besides, as the
audit trail needs. What screening costs is told apart: `gate`
is the upload without the proof of the file's type.

Both sides run in turns; the median of the ratios counts.

    python3 dev.py bench documents [--mib 20] [--rounds 9] [--processor-time]

--processor-time counts what this process computes, which other programs on the machine disturb less; waiting for
the disk is not in it.
"""

import argparse
import hashlib
import io
import os
import sqlite3
import statistics
import struct
import tempfile
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import attrs

from sharekit import Access, Contact, ResourceKind, ResourceRef, Sharekit, Staff
from sharekit.features import _intake
from sharekit.ids import blob_key
from sharekit.records.documents import Document
from sharekit.screening import Verdict

MIB = 1024 * 1024
MARIA = Staff("maria")
PROJECT = ResourceRef("project", "1")


@attrs.frozen
class World:
    """A kit in a folder, with a project that a client may contribute to, and a database of the opponent's."""

    folder: Path
    kit: Sharekit
    ana: Contact
    rows: sqlite3.Connection


def make_world(folder: Path) -> World:
    """Make it."""
    kit = Sharekit.at(folder / "kit", secret_keys=["benchmark key of 32 bytes or more"], kinds=[_project()])
    kit.catalog.put(PROJECT, title="Project", client_title="Project", by=MARIA)
    ana = Contact(kit.people.add_contact("Ana", "ana@x.test", by=MARIA).id)
    kit.shares.grant(PROJECT, to=ana, by=MARIA, access=Access.CONTRIBUTE)
    rows = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
    rows.execute("PRAGMA journal_mode=WAL")
    rows.execute("PRAGMA synchronous=FULL")
    rows.execute("CREATE TABLE file (sha256 TEXT)")
    return World(folder, kit, ana, rows)


def _project() -> ResourceKind:
    return ResourceKind("project", title="Project")


def picture(size: int) -> bytes:
    """Return a PNG of about so many bytes that nothing compresses."""
    width = int((size / 4) ** 0.5)
    lines = b"".join(b"\0" + os.urandom(width * 4) for _ in range(width))
    head = struct.pack(">IIBBBBB", width, width, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines, 0)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def plain_upload(world: World, data: bytes) -> None:
    """Do by hand what an upload does at least."""
    digest = hashlib.sha256()
    with (world.folder / f"plain-{time.monotonic_ns()}").open("wb") as file:
        for start in range(0, len(data), 65536):
            chunk = data[start : start + 65536]
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    world.rows.execute("INSERT INTO file VALUES (?)", (digest.hexdigest(),))


@attrs.frozen
class Course:
    """How often both sides run, and by which clock."""

    rounds: int
    clock: Callable[[], float]

    def timed(self, work: Callable[[], object]) -> float:
        """Return the seconds that something takes."""
        started = self.clock()
        work()
        return self.clock() - started


def against(name: str, ours: Callable[[], object], theirs: Callable[[], object], course: Course) -> None:
    """Run both in turns, and say how they compare."""
    pairs = [(course.timed(ours), course.timed(theirs)) for _ in range(course.rounds)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    mine, other = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    print(f"{name:44} {mine:9.2f} ms  {other:9.2f} ms  {ratio:6.2f}x")


def uploads(world: World, mib: int, course: Course) -> None:
    """Compare uploads of each sort, screened and not."""
    line = b"a line of plain text that says nothing and ends here\n"
    words = (line * (mib * MIB // len(line) + 1))[: mib * MIB]
    for name, data in (("picture.png", picture(mib * MIB - MIB)), ("words.txt", words)):

        def add(name: str = name, data: bytes = data) -> Document:
            return world.kit.documents.add(PROJECT, name, io.BytesIO(data), by=world.ana)

        def by_hand(data: bytes = data) -> None:
            plain_upload(world, data)

        against(f"upload {name}, {mib} MiB, screened", add, by_hand, course)
        taken = Verdict("text/plain", "txt", "documents", inline=False)
        with mock.patch.object(_intake, "verify", lambda *_, taken=taken, **__: taken):
            against(f"upload {name}, {mib} MiB, gate", add, by_hand, course)
    tracemalloc.start()
    world.kit.documents.add(PROJECT, "words.txt", io.BytesIO(words), by=world.ana)
    print(f"memory above baseline while uploading: {tracemalloc.get_traced_memory()[1] / MIB:.2f} MiB")
    tracemalloc.stop()


def downloads(world: World, course: Course) -> None:
    """Compare downloads of each size."""
    for mib in (1, 64):
        download(world, mib, course)


def download(world: World, mib: int, course: Course) -> None:
    """Compare downloads of one size."""
    document = world.kit.documents.add(PROJECT, "words.txt", (b"words " * 170 + b"\n...") * (mib * 1024), by=MARIA)
    version = world.kit.documents.versions(document, by=MARIA)[0]
    path = next((world.folder / "kit").rglob(blob_key(world.kit.tenant, version.file).rpartition("/")[2]))

    def read(document: Document = document) -> None:
        for _ in world.kit.documents.open(document, by=world.ana):
            pass

    def part(document: Document = document, stop: int = mib * MIB) -> None:
        for _ in world.kit.documents.open(document, by=world.ana, start=1, stop=stop):
            pass

    def loop(path: Path = path) -> None:
        with path.open("rb") as file:
            while file.read(256 * 1024):
                pass

    def hashed(path: Path = path) -> None:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(256 * 1024):
                digest.update(chunk)

    def noted(hashed: Callable[[], None] = hashed) -> None:
        hashed()
        world.rows.execute("INSERT INTO file VALUES ('opened')")

    against(f"download {mib} MiB, against a loop", read, loop, course)
    against(f"download {mib} MiB, against a loop with SHA-256", read, hashed, course)
    against(f"download {mib} MiB, against that and one commit", read, noted, course)
    against(f"a part of {mib} MiB, against a loop", part, loop, course)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--processor-time", action="store_true", help="count what this process computes")
    given = parser.parse_args()
    course = Course(given.rounds, time.process_time if given.processor_time else time.perf_counter)
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        print(f"{'':44} {'ours':>12}  {'by hand':>12}")
        uploads(world, given.mib, course)
        downloads(world, course)
        world.rows.close()
        world.kit.close()


if __name__ == "__main__":
    main()
