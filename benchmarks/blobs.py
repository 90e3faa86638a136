"""
What keeping bytes through a blob store costs, against plain files on the same disk.

- read: a blob is read through `FsspecBlobStore`, against a plain loop of 256 KiB;
- write: a blob is kept durably under a new key, against a copy that counts SHA-256 on the way and ends with fsync.
  On our side the chunks are hashed on their way, too, as every upload is;
- range: 64 KiB out of the middle, against open, seek and read.

The two sides run in turns within one process, so that a ratio says something of any machine.
A ratio is the median of those of each turn, with its least and most.

    python3 dev.py bench blobs [--turns 30]
"""

import argparse
import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.ids import BlobKey, random_id

MIB = 1024 * 1024
PIECE = 256 * 1024


def pieces(path: Path, digest: "hashlib._Hash | None" = None) -> Iterator[bytes]:
    """Yield a file in pieces, hashed on their way."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE):
            if digest is not None:
                digest.update(piece)
            yield piece


def drained(chunks: Iterator[bytes]) -> int:
    """Count the bytes."""
    return sum(map(len, chunks))


def copied(source: Path, target: Path) -> str:
    """Copy a file durably."""
    digest = hashlib.sha256()
    with target.open("xb", buffering=0) as file:
        for piece in pieces(source, digest):
            file.write(piece)
        os.fsync(file.fileno())
    return digest.hexdigest()


def kept(store: FsspecBlobStore, source: Path, key: BlobKey) -> str:
    """Keep a file in the store."""
    digest = hashlib.sha256()
    assert store.write(key, pieces(source, digest)) == source.stat().st_size
    return digest.hexdigest()


def cut_out(path: Path, start: int, stop: int) -> int:
    """Read a range of a file."""
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        return len(file.read(stop - start))


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def compared(name: str, ours: Callable[[], object], theirs: Callable[[], object], turns: int, limit: str) -> None:
    """Run both sides in turns, each first in every other one, and print their ratio."""
    ours()
    theirs()
    times: list[tuple[float, float]] = []
    for turn in range(turns):
        if turn % 2:
            other = timed(theirs)
            times.append((timed(ours), other))
        else:
            times.append((timed(ours), timed(theirs)))
    ratios = sorted(own / other for own, other in times)
    own, other = (statistics.median(side) * 1000 for side in zip(*times, strict=True))
    ratio = statistics.median(ratios)
    spread = f"{ratio:5.2f}x ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    print(f"{name:16} {own:9.3f} ms {other:9.3f} ms   {spread}   wanted: {limit}")


def reading(store: FsspecBlobStore, folder: Path, size: int, turns: int, limit: str) -> None:
    """Compare reading of a blob, and of a range of it, with reading of the same file."""
    source, key, at = folder / str(size), BlobKey(f"tenant/{random_id()}"), size * MIB // 2
    source.write_bytes(os.urandom(size * MIB))
    plain = folder / "blobs" / key
    assert kept(store, source, key) == copied(source, folder / f"copy {size}")
    many = turns * (10 if size == 1 else 1)
    compared(f"read {size} MiB", lambda: drained(store.read(key)), lambda: drained(pieces(plain)), many, limit)
    stop, name = at + 65536, f"range of {size} MiB"
    compared(name, lambda: drained(store.read(key, at, stop)), lambda: cut_out(plain, at, stop), turns * 10, "nothing")


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=30)
    turns = parser.parse_args().turns
    print(f"{'':16} {'store':>12} {'plain':>12}   ratio")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        store = FsspecBlobStore(folder / "blobs")
        for size, limit in ((1, "at most 1.5x"), (64, "at most 1.05x")):
            reading(store, folder, size, turns, limit)
        source = folder / "20"
        source.write_bytes(os.urandom(20 * MIB))
        compared(
            "write 20 MiB",
            lambda: kept(store, source, BlobKey(f"tenant/{random_id()}")),
            lambda: copied(source, folder / random_id()),
            turns,
            "at most 1.3x",
        )


if __name__ == "__main__":
    main()
