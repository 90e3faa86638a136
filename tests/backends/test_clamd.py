"""A virus scanner over a socket: what a clamd answers, and what becomes of everything else."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sharekit import ResourceRef, Staff, errors
from sharekit.backends.clamd import ClamdScanner
from sharekit.ports import ScanVerdict
from sharekit.records.files import ScanState
from sharekit.testing import kit

DATA = b"some bytes of a file " * 50_000
Answer = Callable[[bytes], bytes]


def _talk(line: socket.socket, answer: Answer, got: list[bytes]) -> None:
    """Speak INSTREAM as clamd does: the command, pieces with their lengths, a length of nothing."""
    with contextlib.suppress(OSError), line, line.makefile("rb") as stream:
        command = stream.read(10)
        data = b""
        while size := struct.unpack("!L", stream.read(4))[0]:
            data += stream.read(size)
        got.append(command + data)
        line.sendall(answer(data))


@contextlib.contextmanager
def clamd(answer: Answer, got: list[bytes], path: Path | None = None) -> Iterator[int]:
    """Run a small clamd for one connection at a time, and give its port."""
    listener = socket.socket(socket.AF_INET if path is None else socket.AF_UNIX)
    listener.bind(("127.0.0.1", 0) if path is None else str(path))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            _talk(line, answer, got)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1] if path is None else 0
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _judged(data: bytes) -> bytes:
    return b"stream: Test-Signature FOUND\0" if b"virus" in data else b"stream: OK\0"


def test_a_file_travels_whole_and_is_judged() -> None:
    """Every byte arrives, in pieces, and the two answers that are verdicts are taken as such."""
    got: list[bytes] = []
    with clamd(_judged, got) as port:
        scanner = ClamdScanner("127.0.0.1", port)
        clean = scanner.scan(iter([DATA, b"", b"end"]))
        infected = scanner.scan(iter([b"a virus"]))

    assert got[0] == b"zINSTREAM\0" + DATA + b"end"
    assert (clean.verdict, clean.threat) == (ScanVerdict.CLEAN, None)
    assert (infected.verdict, infected.threat) == (ScanVerdict.INFECTED, "Test-Signature")


def test_it_may_listen_on_a_unix_socket(tmp_path: Path) -> None:
    """A path is the path of a socket."""
    got: list[bytes] = []
    with clamd(_judged, got, tmp_path / "clamd.sock"):
        verdicts = [
            ClamdScanner(place).scan(iter([DATA])).verdict
            for place in (tmp_path / "clamd.sock", str(tmp_path / "clamd.sock"))
        ]

    assert verdicts == [ScanVerdict.CLEAN, ScanVerdict.CLEAN]


NO_VERDICTS = [
    b"",
    b"stream: OK",
    b"\0",
    b"INSTREAM size limit exceeded. ERROR\0",
    b"stream: OK but not quite\0",
    b"STREAM: ok\0",
    b"stream:  OK\0",
    b"\xff\xfe\0",
    b"x" * 10_000,
]


@pytest.mark.parametrize("answer", NO_VERDICTS, ids=repr)
def test_anything_else_is_no_verdict(answer: bytes) -> None:
    """What is not one of the two answers is an error, and never clean."""
    with clamd(lambda _: answer, []) as port, pytest.raises(errors.StorageError):
        ClamdScanner("127.0.0.1", port).scan(iter([DATA]))


def test_a_scanner_that_is_not_there_or_says_nothing_is_an_error(tmp_path: Path) -> None:
    """A closed port, a missing socket and silence are errors of storage, each after its time."""
    silence = threading.Event()

    def silent(_: bytes) -> bytes:
        silence.wait(20)
        return b""

    with clamd(silent, []) as port:
        with pytest.raises(errors.StorageError):
            ClamdScanner("127.0.0.1", port, patience=0.2).scan(iter([DATA]))
        silence.set()
    with pytest.raises(errors.StorageError):
        ClamdScanner("127.0.0.1", port).scan(iter([DATA]))
    with pytest.raises(errors.StorageError):
        ClamdScanner(tmp_path / "none").scan(iter([DATA]))


def test_a_clamd_that_hangs_up_early_is_no_verdict() -> None:
    """A file that is larger than it takes makes it hang up in the middle; that is not clean."""

    def hangs_up(line: socket.socket) -> None:
        with line:
            line.recv(1000)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: hangs_up(listener.accept()[0]))
    thread.start()
    with listener, pytest.raises(errors.StorageError):
        ClamdScanner("127.0.0.1", listener.getsockname()[1]).scan(iter([DATA] * 50))
    thread.join(10)


def test_documents_wait_for_it() -> None:
    """A kit with a clamd keeps what is infected from everybody, and what it could not ask about in quarantine."""
    project, maria, got = ResourceRef("project", "42"), Staff("maria"), list[bytes]()
    with clamd(_judged, got) as port:
        made = kit(scanner=ClamdScanner("127.0.0.1", port))
        made.catalog.put(project, title="Relaunch", by=maria)
        clean = made.documents.add(project, "Clean.txt", DATA, by=maria)
        infected = made.documents.add(project, "Bad.txt", b"a virus", by=maria)
    waiting = made.documents.add(project, "Later.txt", DATA, by=maria)
    states = [made.documents.look(each, by=maria).scan for each in (clean, infected, waiting)]

    assert states == [ScanState.CLEAN, ScanState.INFECTED, ScanState.CHECKING]
    assert len(got) == 2


@pytest.mark.parametrize(("address", "patience"), [("", 1.0), ("127.0.0.1", 0.0), ("127.0.0.1", -1.0)])
def test_what_cannot_work_is_refused(address: str, patience: float) -> None:
    """A scanner without an address or without patience is refused when it is made."""
    with pytest.raises(errors.ConfigurationError):
        ClamdScanner(address, patience=patience)
