"""What breaks below a blob store: nothing half is taken for whole, and no error for absence."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from sharekit.backends import _blob_bucket, _blob_local
from sharekit.backends.fsspec import DirectFsspecBlobStore, FsspecBlobStore
from sharekit.errors import ConflictError, IntegrityError, NotFoundError, SharekitError, StorageError
from sharekit.ids import BlobKey, random_id
from sharekit.ports import BlobStore
from tests.backends._spying import ROOT, SpyingFiles, spied
from tests.servers.s3 import Bucket

KEY, OTHER = BlobKey("tenant/some-random-key"), BlobKey("tenant/another-random-key")
MIB = 1024 * 1024
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="platform: POSIX signals and calls")
ERRORS = [PermissionError("no"), TimeoutError("late"), OSError(errno.EIO, "broken"), ValueError("odd"), KeyError("x")]


def cut(size: int) -> Iterator[bytes]:
    """Bytes of this size, in pieces of 64 KiB."""
    piece = bytes(range(256)) * 256
    for at in range(0, size, len(piece)):
        yield piece[: size - at]


# --- on the local disk -------------------------------------------------------------------------


def full(descriptor: int, data: bytes) -> int:
    """Write half, and then find the disk full."""
    if len(data) < 40_000:
        raise OSError(errno.ENOSPC, "no space left")
    return write(descriptor, data[: len(data) // 2])


def pretended(descriptor: int, data: bytes) -> int:
    """Say that all is written, and write half."""
    write(descriptor, data[: len(data) // 2])
    return len(data)


write = os.write
Write = Callable[[int, bytes], int]


@pytest.fixture(params=["several", "one"])
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Write], None]:
    """Has the system write otherwise, whether or not it takes several chunks in one call."""
    if request.param == "one":
        monkeypatch.setattr(_blob_local, "WRITES_SEVERAL", False)
    elif not _blob_local.WRITES_SEVERAL:
        pytest.skip("platform: this system takes one chunk in a call")

    def broken(otherwise: Write) -> None:
        def several(descriptor: int, chunks: Sequence[bytes]) -> int:
            return otherwise(descriptor, b"".join(chunks))

        monkeypatch.setattr(os, "write", otherwise)
        if hasattr(os, "writev"):
            monkeypatch.setattr(os, "writev", several)

    return broken


def failing(*_: object) -> None:
    """Fail as a disk does."""
    raise OSError(errno.EIO, "broken")


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_disk_that_fails_leaves_the_key_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: Callable[[Write], None], fails: str
) -> None:
    """A full disk, or one that cannot make durable, is an error; the second try, elsewhere or there, succeeds."""
    store = FsspecBlobStore(tmp_path)
    store.write(OTHER, [b"before"])
    if fails == "write":
        at_once(full)
    else:
        monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageError) as caught:
        store.write(KEY, cut(MIB))
    monkeypatch.undo()
    size, again = store.size(KEY), store.write(KEY, cut(MIB))

    assert isinstance(caught.value.__cause__, OSError)
    assert (None, MIB) == (size, again)
    assert b"before" == b"".join(store.read(OTHER))


@pytest.mark.parametrize("taken", [777, 65_536, 100_000])
def test_a_disk_that_takes_little_at_a_time_gets_all(
    tmp_path: Path, at_once: Callable[[Write], None], taken: int
) -> None:
    """What a call of the system leaves over, within a chunk or between two, is written by the next."""
    store = FsspecBlobStore(tmp_path)
    at_once(lambda descriptor, data: write(descriptor, data[:taken]))
    store.write(KEY, cut(200_000))

    assert b"".join(cut(200_000)) == b"".join(store.read(KEY))


def test_a_disk_that_lies_is_found_out(tmp_path: Path, at_once: Callable[[Write], None]) -> None:
    """When fewer bytes are there than were written, `write` raises `IntegrityError`."""
    store = FsspecBlobStore(tmp_path)
    at_once(pretended)
    with pytest.raises(IntegrityError):
        store.write(KEY, cut(MIB))


def test_a_blob_that_changes_is_an_error_to_who_reads_it(tmp_path: Path) -> None:
    """Bytes that go away, or are added, after reading has begun raise `IntegrityError`, and do not pass for its own."""
    store = FsspecBlobStore(tmp_path)
    store.write(KEY, cut(2 * MIB))
    store.write(OTHER, cut(2 * MIB + 1))
    shorter, longer = store.read(KEY), store.read(OTHER)
    next(shorter)
    next(longer)
    os.truncate(tmp_path / KEY, MIB)
    os.truncate(tmp_path / OTHER, 3 * MIB)

    for reader in (shorter, longer):
        with pytest.raises(IntegrityError):
            list(reader)


@POSIX
def test_a_right_that_is_missing_is_not_absence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder or a file that may not be opened is an error."""
    store = FsspecBlobStore(tmp_path)
    store.write(KEY, [b"bytes"])

    def refused(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "not allowed")

    verbs: dict[str, Callable[[], object]] = {
        "read": lambda: list(store.read(KEY)),
        "size": lambda: store.size(KEY),
        "delete": lambda: store.delete(KEY),
    }
    for call, verb in (("open", "read"), ("open", "size"), ("stat", "size"), ("open", "delete"), ("stat", "delete")):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, refused)
            with pytest.raises(StorageError):
                verbs[verb]()

    assert 5 == store.size(KEY)


KILLED = """
import itertools, sys
from sharekit.backends.fsspec import FsspecBlobStore
def chunks():
    for number in itertools.count():
        yield b"x" * 65536
        if number == 40:
            print("half", flush=True)
            sys.stdin.read()  # until it is killed
FsspecBlobStore(sys.argv[1]).write(sys.argv[2], chunks())
"""


@POSIX
def test_a_writer_that_is_killed_leaves_an_orphan_at_most(tmp_path: Path) -> None:
    """What it leaves is listed, cannot be written again, and can be swept; everything else works."""
    command = [sys.executable, "-c", KILLED, str(tmp_path), KEY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    store = FsspecBlobStore(tmp_path)
    left = [blob.key for blob in store.blobs("tenant/")]
    with pytest.raises(ConflictError):
        store.write(KEY, [b"again"])
    store.write(OTHER, [b"another"])
    store.delete(KEY)

    assert [KEY] == left
    assert [OTHER] == [blob.key for blob in store.blobs("tenant/")]


RACING = """
import sys
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.errors import ConflictError
store = FsspecBlobStore(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    try:
        store.write(f"tenant/random-key-number-{number}", [sys.argv[2].encode() * 1000] * 3)
        print(number, flush=True)
    except ConflictError:
        pass
"""


def test_of_processes_that_write_the_same_keys_one_wins_each(tmp_path: Path) -> None:
    """Each key is written by exactly one of three processes, and has its bytes alone."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACING, tmp_path, who],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for who in "abc"
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [racer.communicate()[0].split() for racer in racers]
    store = FsspecBlobStore(tmp_path)

    assert sorted(map(str, range(40))) == sorted(number for numbers in won for number in numbers)
    for who, numbers in zip("abc", won, strict=True):
        for number in numbers:
            assert who.encode() * 3000 == b"".join(store.read(BlobKey(f"tenant/random-key-number-{number}")))


# --- in a bucket -------------------------------------------------------------------------------


def uses(store: BlobStore) -> dict[str, Callable[[], object]]:
    """Every verb, by the method of the file system that it needs first."""
    return {
        "call_s3 put_object": lambda: store.write(OTHER, [b"bytes"]),
        "cat_file": lambda: list(store.read(KEY)),
        "info": lambda: store.size(KEY),
        "rm_file": lambda: store.delete(KEY),
        "find": lambda: list(store.blobs("tenant/")),
    }


def raising(files: SpyingFiles, error: BaseException, *methods: str) -> None:
    """Have methods raise, or all of them."""

    def told(method: str) -> None:
        if not methods or method in methods:
            raise error

    files.told = told


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_outage_is_an_error_to_every_verb(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Whatever the file system raises, each verb raises `StorageError` with that as its cause."""
    store, files = spied(monkeypatch)
    store.write(KEY, [b"bytes"])
    for method, use in uses(store).items():
        for methods in ((), (method,)):
            raising(files, error, *methods)
            with pytest.raises(StorageError) as caught:
                use()

            assert error is caught.value.__cause__


def test_an_outage_between_writing_and_looking_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store cannot say what it holds, the write has failed, whatever is there."""
    store, files = spied(monkeypatch)
    raising(files, TimeoutError(), "info")
    with pytest.raises(StorageError):
        store.write(KEY, [b"bytes"])

    assert {f"{ROOT}/{KEY}": b"bytes"} == files.held


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_a_bucket_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """When fewer bytes are there than were sent, or more, `write` raises `IntegrityError`."""
    store, files = spied(monkeypatch, scheme)
    for lie in (lambda data: data[:-1], lambda _: b"", lambda data: data + b"x"):
        files.kept = lie
        with pytest.raises(IntegrityError):
            store.write(BlobKey(f"tenant/{random_id()}"), [b"bytes"])


def test_a_new_key_that_is_not_seen_yet_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that shows late what it has makes the write fail, and the next one may succeed."""
    store, files = spied(monkeypatch)
    files.is_seen = False
    with pytest.raises(StorageError):
        store.write(KEY, [b"bytes"])
    files.is_seen = True

    assert 5 == store.write(OTHER, [b"bytes"])


def test_a_read_that_comes_back_short_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that are missing, or that went away, raise `IntegrityError`; more than were asked for, `StorageError`."""
    store, files = spied(monkeypatch)
    store.write(KEY, cut(3 * MIB))
    wrong: list[tuple[type[SharekitError], Callable[..., bytes]]] = [
        (IntegrityError, lambda *_, **__: b"x"),
        (IntegrityError, lambda *_, **__: b""),
        (StorageError, lambda *_, **__: b"x" * (MIB + 1)),
    ]
    for expected, answer in wrong:
        with monkeypatch.context() as patch:
            patch.setattr(files, "cat_file", answer)
            with pytest.raises(expected):
                list(store.read(KEY))
    reader = store.read(KEY)
    next(reader)
    files.held.clear()
    with pytest.raises(IntegrityError):
        next(reader)
    with pytest.raises(NotFoundError):
        next(store.read(KEY))


@pytest.mark.parametrize("scheme", ["s3", "gs"])
@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_what_breaks_off_is_never_made_a_blob(
    monkeypatch: pytest.MonkeyPatch, scheme: str, error: BaseException
) -> None:
    """An upload that ends early leaves nothing, though files of fsspec's are made when they are forgotten."""
    store, files = spied(monkeypatch, scheme)

    def broken() -> Iterator[bytes]:
        yield from cut(2 * MIB)
        raise error

    with pytest.raises(type(error)):
        store.write(KEY, broken())

    assert {} == files.held


def test_a_failure_while_sending_leaves_nothing_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a block, or the end, cannot be sent, no part of it becomes a blob later."""
    store, files = spied(monkeypatch, "gs")
    for method in ("write", "close"):
        raising(files, TimeoutError(), method)
        with pytest.raises(StorageError):
            store.write(KEY, cut(2 * MIB))

    assert {} == files.held


def test_a_stale_listing_names_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that is behind is passed on as it is; what a key has is asked of the key."""
    store, files = spied(monkeypatch)
    store.write(KEY, [b"bytes"])
    stale = {f"{ROOT}/{OTHER}": {"size": 7, "type": "file"}}
    monkeypatch.setattr(files, "find", lambda *_, **__: stale)

    assert [OTHER] == [blob.key for blob in store.blobs("tenant/")]
    assert [5, None] == [store.size(KEY), store.size(OTHER)]


# --- at real servers ---------------------------------------------------------------------------


@pytest.mark.slow
def test_no_upload_has_more_than_four_mebibytes_in_memory(
    tmp_path: Path, moto_bucket: Bucket, azurite_bucket: Bucket
) -> None:
    """48 MiB go to a folder, to S3 and to Azure, and come back, in constant memory."""
    stores = [
        FsspecBlobStore(tmp_path),
        FsspecBlobStore(moto_bucket.url, options=moto_bucket.options),
        FsspecBlobStore(azurite_bucket.url, options=azurite_bucket.options, schemes={"az"}),
    ]
    for store in stores:
        store.write(OTHER, [b"makes the connection"])
        tracemalloc.start()
        try:
            store.write(KEY, cut(48 * MIB))
            written = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            read = sum(map(len, store.read(KEY)))
            seen = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert 48 * MIB == read
        assert max(written, seen) < 4 * MIB, (store, written, seen)


@pytest.mark.slow
def test_a_server_that_ignores_conditions_lets_the_second_writer_win(s3rver_bucket: Bucket) -> None:
    """There B3 does not hold; keys are random, so that nobody writes one twice."""
    store = FsspecBlobStore(s3rver_bucket.url, options=s3rver_bucket.options)
    store.write(KEY, [b"first"])
    store.write(KEY, [b"second one"])
    store.write(OTHER, cut(3 * MIB))

    assert b"second one" == b"".join(store.read(KEY))
    assert b"".join(cut(3 * MIB)) == b"".join(store.read(OTHER))


@pytest.mark.slow
def test_an_upload_that_breaks_off_leaves_nothing_at_s3(moto_bucket: Bucket) -> None:
    """Not even the parts of an upload remain, which no listing of keys would show."""
    s3fs = pytest.importorskip("s3fs")
    store = FsspecBlobStore(moto_bucket.url, options=moto_bucket.options)

    def broken() -> Iterator[bytes]:
        yield from cut(12 * MIB)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        store.write(KEY, broken())
    files = s3fs.S3FileSystem(**moto_bucket.options)
    parts: list[object] = files.list_multipart_uploads("sharekit")

    assert [] == list(store.blobs("tenant/"))
    assert [] == parts


@pytest.mark.slow
def test_a_server_that_hangs_is_an_error(moto_bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the connection and never answers ends in `StorageError` after a while."""
    monkeypatch.setattr(_blob_bucket, "_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {
            **moto_bucket.options,
            "endpoint_url": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "config_kwargs": {"connect_timeout": 0.2, "read_timeout": 0.2, "retries": {"max_attempts": 0}},
        }
        store = FsspecBlobStore(moto_bucket.url, options=options)
        with pytest.raises(StorageError):
            store.write(KEY, [b"bytes"])
        with pytest.raises(StorageError):
            store.size(KEY)


class Interrupted(BaseHTTPRequestHandler):
    """An S3 server that hangs up in the middle of the first upload, and keeps the later ones."""

    protocol_version = "HTTP/1.1"
    bodies: ClassVar[list[bytes]] = []

    def do_PUT(self) -> None:
        """Take half of the first body, or a whole one."""
        length = int(self.headers["Content-Length"])
        self.bodies.append(self.rfile.read(length if self.bodies else length // 2))
        if len(self.bodies) == 1:
            self.close_connection = True
        else:
            self._answer(0)

    def do_HEAD(self) -> None:
        """Say how long the last body is."""
        self._answer(len(self.bodies[-1]))

    def _answer(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as in the library
        """Say nothing."""


@pytest.mark.slow
def test_an_upload_that_is_sent_again_is_sent_from_its_beginning(moto_bucket: Bucket) -> None:
    """When the connection breaks in the middle of a file, what is sent the second time is all of it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Interrupted) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = {**moto_bucket.options, "endpoint_url": f"http://127.0.0.1:{server.server_port}"}
        stored = FsspecBlobStore(moto_bucket.url, options=options).write(KEY, cut(3 * MIB))
        server.shutdown()

    assert 3 * MIB == stored
    assert b"".join(cut(3 * MIB)) == Interrupted.bodies[-1]
    assert 2 == len(Interrupted.bodies)


@pytest.mark.slow
def test_an_address_stops_working(azurite_bucket: Bucket) -> None:
    """After its time the server refuses; before, it gives the bytes to whoever has the address."""
    store = DirectFsspecBlobStore(azurite_bucket.url, options=azurite_bucket.options, schemes={"az"})
    store.write(KEY, [b"bytes"])
    short = store.direct_url(KEY, lives=timedelta(seconds=1), name="a.txt", media_type="text/plain")
    code = 200
    for _ in range(600):
        try:
            with urlopen(short, timeout=30):  # noqa: S310  # the server's of this test
                threading.Event().wait(0.1)
        except HTTPError as error:
            error.close()
            code = error.code
            break
    lasting = store.direct_url(KEY, lives=timedelta(seconds=60), name="a.txt", media_type="text/plain")
    with urlopen(lasting, timeout=30) as answer:  # noqa: S310  # the same
        body = answer.read()

    assert (403, b"bytes") == (code, body)


@POSIX
@pytest.mark.slow
def test_a_forked_process_makes_connections_of_its_own(moto_bucket: Bucket) -> None:
    """A process that has used a bucket can be forked, and the child and the parent go on."""
    program = """
import json, os, sys
from sharekit.backends.fsspec import FsspecBlobStore
store = FsspecBlobStore(sys.argv[1], options=json.loads(sys.argv[2]))
store.write("tenant/written-before-the-fork", [b"before"])
child = os.fork()
who = "parent" if child else "child"
store.write(f"tenant/written-by-the-{who}", [who.encode()])
assert store.size("tenant/written-before-the-fork") == 6
if child:
    assert os.waitpid(child, 0)[1] == 0
    print(sorted(blob.key for blob in store.blobs("tenant/")))
else:
    os._exit(0)
"""
    command = [sys.executable, "-W", "ignore", "-c", program, moto_bucket.url, json.dumps(moto_bucket.options)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=240)

    assert done.stderr == ""
    assert done.stdout.count("tenant/written-") == 3
