"""
Opening a read link, against what one would write by hand.

The opponent is `URLSafeTimedSerializer.loads` and one sqlite3 look-up by primary key, of the columns
that decide, in a table of as many links. Ours checks the signature, reads the link, its resource and
its maker, judges, and chooses the sections; the loaders return at once on our side and are not
called on theirs.

Both run in turns within one process, and the ratio ours/theirs of each batch is what counts: below 1
we are faster. A batch is opened by one side after the other, where each runs out of warm caches of the
processor, and then another one link by link, where each finds what the other left, as in a web server
that does something else between two openings. Links that were opened before are opened once more
with a commit of another connection to our file before each; the commit itself is not counted.

    python3 dev.py bench links [--sizes 1000,1000000] [--batches 60] [--cpu]

--cpu counts the time of the processor alone, which other programs on the machine disturb less.
"""

import argparse
import hashlib
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from itsdangerous import Signer, URLSafeTimedSerializer

from sharekit import CatalogEntry, ReadLink, ResourceKind, ResourceRef, Section, Sharekit, Staff
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds import CATALOG_ENTRY, READ_LINK
from sharekit.ids import ReadLinkId, TenantId, random_id
from sharekit.ports import Row
from sharekit.testing.plant import plant
from sharekit.tokens import Claims, Purpose, Seals

Clock = Callable[[], float]
KEY = "benchmark key of 32 bytes or more"
TENANT = TenantId("default")
MARIA = Staff("maria")
BATCH = 200
FEW = 1000  # links that are opened again and again
LINKS_PER_PROJECT = 5


def nothing(_: ResourceRef) -> object:
    """Load nothing, at once."""
    return None


KIND = ResourceKind(
    "project",
    title="Project",
    sections={"progress": Section("Progress", load=nothing), "hours": Section("Hours", load=nothing)},
)


def rows(ids: Sequence[str]) -> Iterator[Row]:
    """Make the rows of these links, and of their projects."""
    made = datetime.now(UTC)
    for number, id_ in enumerate(ids):
        ref = ResourceRef("project", str(number // LINKS_PER_PROJECT))
        if number % LINKS_PER_PROJECT == 0:
            entry = CatalogEntry(
                tenant=TENANT, ref=ref, title="Internal", client_title="Yours", owner=MARIA.key, created_at=made
            )
            yield CATALOG_ENTRY.dump(TENANT, entry, 0)
        link = ReadLink(
            tenant=TENANT,
            id=ReadLinkId(id_),
            ref=ref,
            sections=frozenset({"progress"}),
            created_at=made,
            created_by=MARIA.key,
        )
        yield READ_LINK.dump(TENANT, link, 0)


class Ours:
    """A kit with so many links."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ours.sqlite3"
        self._store = SqliteRecordStore(self.path)
        self.kit = Sharekit(records=self._store, secret_keys=[KEY], kinds=[KIND])
        self._seals = Seals([KEY])

    def plant(self, ids: Sequence[str]) -> None:
        """Make links with these ids."""
        plant(self._store, rows(ids))

    def token(self, id_: str) -> str:
        """Return the token of one link."""
        return self._seals.seal(Purpose.LINK, Claims(TENANT, id_, 1))

    def open(self, token: str) -> None:
        """Open one link."""
        assert self.kit.links.open(token).sections


class Theirs:
    """The hand-written opponent with so many links."""

    def __init__(self, folder: Path) -> None:
        self.serializer = URLSafeTimedSerializer(KEY)
        self.connection = sqlite3.connect(folder / "theirs.sqlite3", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")

    def plant(self, ids: Sequence[str]) -> None:
        """Make links with these ids."""
        self.connection.execute(
            "CREATE TABLE link (id TEXT PRIMARY KEY, project TEXT, title TEXT, sections TEXT, created_by TEXT,"
            " created_at TEXT, expires_at TEXT, revoked_at TEXT, max_uses INTEGER, uses INTEGER, password_hash TEXT)"
        )
        self.connection.execute("BEGIN")
        made = datetime.now(UTC).isoformat()
        self.connection.executemany(
            "INSERT INTO link VALUES (?, ?, 'Yours', '[\"progress\"]', 'maria', ?, NULL, NULL, NULL, 0, NULL)",
            ((id_, str(number // LINKS_PER_PROJECT), made) for number, id_ in enumerate(ids)),
        )
        self.connection.execute("COMMIT")

    def token(self, id_: str) -> str:
        """Return the token of one link."""
        return str(self.serializer.dumps(id_))

    def open(self, token: str) -> None:
        """Open one link."""
        id_ = self.serializer.loads(token)
        row = self.connection.execute(
            "SELECT project, title, sections, expires_at, revoked_at, max_uses, uses, password_hash"
            " FROM link WHERE id = ?",
            (id_,),
        ).fetchone()
        assert row is not None
        assert row[3] is None
        assert row[4] is None


def seconds(clock: Clock, act: Callable[[str], object], tokens: Sequence[str]) -> float:
    """Return how long one batch takes."""
    start = clock()
    for token in tokens:
        act(token)
    return clock() - start


def report(name: str, ours: Sequence[float], theirs: Sequence[float], each: int) -> None:
    """Print one line: the ratio's median, least and most, and the median times."""
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    print(
        f"{name:<46} {statistics.median(ratios):5.2f}x  (min {ratios[0]:.2f}, max {ratios[-1]:.2f})"
        f"   {statistics.median(ours) / each * 1e6:6.1f} us against {statistics.median(theirs) / each * 1e6:6.1f} us"
    )


def batch_by_batch(
    clock: Clock, ours: Ours, theirs: Theirs, batches: Sequence[Sequence[str]]
) -> Iterator[tuple[float, float]]:
    """Open each batch on one side, then on the other; yield how long each took."""
    for number, batch in enumerate(batches):
        sides = [(0, ours.open, [ours.token(i) for i in batch]), (1, theirs.open, [theirs.token(i) for i in batch])]
        took = [0.0, 0.0]
        for side, act, tokens in sides if number % 2 else reversed(sides):
            took[side] = seconds(clock, act, tokens)
        yield took[0], took[1]


def link_by_link(
    clock: Clock,
    ours: Ours,
    theirs: Theirs,
    batches: Sequence[Sequence[str]],
    before: Callable[[], object] = lambda: None,
) -> Iterator[tuple[float, float]]:
    """Open each link on one side, then on the other; yield how long each took in all of a batch."""
    for batch in batches:
        pairs = [(ours.token(id_), theirs.token(id_)) for id_ in batch]
        took = [0.0, 0.0]
        for number, (mine, hand) in enumerate(pairs):
            before()
            sides = [(0, ours.open, mine), (1, theirs.open, hand)]
            for side, act, token in sides if number % 2 else reversed(sides):
                took[side] += seconds(clock, act, [token])
        yield took[0], took[1]


def compare(name: str, clock: Clock, ours: Ours, theirs: Theirs, batches: Sequence[Sequence[str]]) -> None:
    """Run both sides over the same batches of ids, half of them in each of the two ways of taking turns."""
    half = len(batches) // 2
    for way, how, mine in (("batches", batch_by_batch, batches[:half]), ("one by one", link_by_link, batches[half:])):
        times = list(how(clock, ours, theirs, mine))
        report(f"{name}, {way}", [took for took, _ in times], [took for _, took in times], BATCH)


def compare_busy(name: str, clock: Clock, ours: Ours, theirs: Theirs, batches: Sequence[Sequence[str]]) -> None:
    """Run both sides over the batches link by link, with a commit to our file before each link."""
    with closing(sqlite3.connect(ours.path, isolation_level=None)) as other:
        other.execute("PRAGMA synchronous = OFF")
        other.execute("CREATE TABLE IF NOT EXISTS busy (number INTEGER)")
        times = [*link_by_link(clock, ours, theirs, batches, lambda: other.execute("INSERT INTO busy VALUES (1)"))]
    report(name, [took for took, _ in times], [took for _, took in times], BATCH)


def planted(folder: Path, size: int, most: int) -> list[str]:
    """Make so many links on both sides, and return the ids of some, at most so many."""
    ids = [random_id() for _ in range(size)]
    ours, theirs = Ours(folder), Theirs(folder)
    ours.plant(ids)
    theirs.plant(ids)
    ours.kit.close()
    theirs.connection.close()
    return random.sample(ids, min(size, most))


def planted_elsewhere(folder: Path, size: int, most: int) -> list[str]:
    """
    Do so in another process, as a server opens links that it did not make.

    A million ids that lie around cost time at each collection of garbage, and a heap in which a million rows
    were made gives worse memory; both would be charged to whoever makes objects when a link is opened.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
        return elsewhere.submit(planted, folder, size, most).result()


def links(clock: Clock, size: int, count: int) -> None:
    """Compare with so many links."""
    with tempfile.TemporaryDirectory() as folder:
        some = planted_elsewhere(Path(folder), size, FEW + BATCH * count)
        ours, theirs = Ours(Path(folder)), Theirs(Path(folder))
        few, fresh = some[:FEW], some[FEW:]
        for id_ in few:
            ours.open(ours.token(id_))
            theirs.open(theirs.token(id_))
        warm = [random.sample(few, BATCH) for _ in range(count)]
        compare(f"{size:>9,} links, opened before", clock, ours, theirs, warm)
        compare_busy(f"{size:>9,} links, a commit before each", clock, ours, theirs, warm[: count // 2])
        if len(fresh) == BATCH * count:
            cold = [fresh[start : start + BATCH] for start in range(0, len(fresh), BATCH)]
            compare(f"{size:>9,} links, opened first", clock, ours, theirs, cold)
        ours.kit.close()
        theirs.connection.close()


def tokens(clock: Clock, count: int) -> None:
    """Compare the check of a token alone with a bare signer of the same strength."""
    seals, signer = Seals([KEY]), Signer(KEY, key_derivation="hmac", digest_method=hashlib.sha256)
    plain = Signer(KEY)
    ours: list[float] = []
    same: list[float] = []
    default: list[float] = []
    for _ in range(count):
        ids = [random_id() for _ in range(BATCH)]
        sealed = [seals.seal(Purpose.LINK, Claims(TENANT, id_, 1)) for id_ in ids]
        signed = [signer.sign(f"link.default.{id_}.1").decode() for id_ in ids]
        signed_plainly = [plain.sign(f"link.default.{id_}.1").decode() for id_ in ids]
        ours.append(seconds(clock, partial(seals.unseal, Purpose.LINK), sealed))
        same.append(seconds(clock, signer.unsign, signed))
        default.append(seconds(clock, plain.unsign, signed_plainly))
    report("token, against Signer (SHA-256)", ours, same, BATCH)
    report("token, against Signer (defaults)", ours, default, BATCH)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,1000000")
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    clock = time.thread_time if options.cpu else time.perf_counter
    tokens(clock, options.batches)
    for size in options.sizes.split(","):
        links(clock, int(size), options.batches)


if __name__ == "__main__":
    main()
