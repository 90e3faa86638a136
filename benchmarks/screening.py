"""
Screening uploads: how long a verdict takes over a mix of mostly small real files (R-UP-8).

The files are those of the collection in tests/screening, and any folder that is named. Each is read into
memory first, so that neither disk nor network is measured; every verdict, also a refusal, counts. The large
files show what a verdict costs beside hashing the same bytes, which every upload does anyway: that ratio
belongs to one run.

    python3 dev.py bench screening [--folder DIR] [--rounds 5]
"""

import argparse
import contextlib
import hashlib
import io
import json
import random
import statistics
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from sharekit.errors import FileNameError, UploadRefusedError
from sharekit.records.uploads import MiB, UploadPolicy
from sharekit.screening import clean_name, verify

PACK = Path(__file__).parents[1] / "tests" / "screening" / "collection" / "files.tar.xz"
POLICY = UploadPolicy.any_safe()


def collection() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the collection that are to be taken, by name."""
    with tarfile.open(PACK) as pack:
        held = {info.name: file.read() for info in pack if (file := pack.extractfile(info)) is not None}
    for entry in json.loads(held["manifest.json"]):
        if entry["taken"]:
            yield entry["file"], held[entry["file"]]


def folder(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files below a folder that are of a wanted type and not too large."""
    for found in sorted(path.rglob("*")):
        if found.suffix.removeprefix(".").lower() in POLICY.extensions and found.stat().st_size <= POLICY.max_bytes:
            yield found.name, found.read_bytes()


def seconds(name: str, data: bytes) -> float:
    """Take the time of one verdict."""
    started = time.perf_counter()
    with contextlib.suppress(UploadRefusedError, FileNameError):
        verify(clean_name(name), io.BytesIO(data), len(data), POLICY)
    return time.perf_counter() - started


def large() -> Iterator[tuple[str, bytes]]:
    """Yield files of nearly 20 MiB of the kinds that are sent so large."""
    noise = random.Random(1).randbytes(19 * MiB)
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + noise.replace(b"\xff", b"\xfe") + b"\xff\xd9"
    frame = b"\xff\xc0\x00\x0b\x08\x10\x00\x10\x00\x01\x01\x11\x00"
    yield "photo.jpg", b"\xff\xd8" + frame + scan
    body = b"1 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (len(noise), noise)
    yield "scan.pdf", b"%PDF-1.7\n" + body + b"trailer << >>\nstartxref\n0\n%%EOF\n"
    yield "log.txt", b"2026-03-01 08:00:01 INFO door opened by key 17\n" * (19 * MiB // 47)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    files = [*collection(), *(file for path in given.folder for file in folder(path))]
    taken = sorted(min(seconds(name, data) for _ in range(given.rounds)) for name, data in files)
    first = sorted(seconds(name, data) for name, data in files)
    total = sum(len(data) for _, data in files)
    middle = statistics.median(len(data) for _, data in files)
    print(f"{len(files)} files, {total / MiB:.1f} MiB, median size {middle:.0f} bytes")
    for label, times in (("best of the rounds", taken), ("one round", first)):
        cuts = statistics.quantiles(times, n=100)
        print(f"{label}: p50 {cuts[49] * 1e3:.2f} ms, p95 {cuts[94] * 1e3:.2f} ms, p99 {cuts[98] * 1e3:.2f} ms")
    for name, data in large():
        verdict, hashing = [], []
        for _ in range(given.rounds):
            verdict.append(seconds(name, data))
            started = time.perf_counter()
            hashlib.sha256(data).digest()
            hashing.append(time.perf_counter() - started)
        ratio = statistics.median(mine / theirs for mine, theirs in zip(verdict, hashing, strict=True))
        print(
            f"{name}, {len(data) / MiB:.0f} MiB: {statistics.median(verdict) * 1e3:.0f} ms, {ratio:.2f} of hashing it"
        )


if __name__ == "__main__":
    main()
