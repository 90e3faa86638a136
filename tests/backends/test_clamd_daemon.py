"""A real clamd, with signatures of our own: what it finds, what it lets pass, and what it will not judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sharekit import ResourceRef, Staff, errors, signals
from sharekit.backends.clamd import ClamdScanner
from sharekit.ports import ScanVerdict
from sharekit.records import events
from sharekit.records.files import ScanState
from sharekit.testing import kit
from tests.servers import _clamd

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clamd() -> Iterator[tuple[int, Path]]:
    """The port and the socket of a clamd."""
    with _clamd.serving() as places:
        yield places


FILES = {
    "nothing in it": (b"an honest letter\n" * 50_000, None),
    "a marker": (b"a letter\n" * 40_000 + _clamd.MARKER + b"\nand more", "Own.Marker.UNOFFICIAL"),
    "a marker at the end": (b"x" * 70_000 + _clamd.MARKER, "Own.Marker.UNOFFICIAL"),
    "half a marker": (b"a letter " + _clamd.MARKER[:20], None),
    "a known file": (_clamd.KNOWN_FILE, "Own.Known.UNOFFICIAL"),
    "nearly a known file": (_clamd.KNOWN_FILE + b"!", None),
    "a letter": (b"x", None),
}


@pytest.mark.parametrize("by", ["port", "socket"])
@pytest.mark.parametrize("name", FILES)
def test_it_finds_what_it_knows_and_nothing_else(clamd: tuple[int, Path], name: str, by: str) -> None:
    """Over TCP and over its socket, with bytes that come in odd pieces."""
    data, threat = FILES[name]
    scanner = ClamdScanner("127.0.0.1", clamd[0]) if by == "port" else ClamdScanner(clamd[1])
    found = scanner.scan(data[at : at + 9973] for at in range(0, len(data), 9973))

    assert (ScanVerdict.CLEAN if threat is None else ScanVerdict.INFECTED, threat) == (found.verdict, found.threat)


def test_what_is_larger_than_it_takes_is_no_verdict(clamd: tuple[int, Path]) -> None:
    """It hangs up in the middle, which is an error and not clean."""
    with pytest.raises(errors.StorageError):
        ClamdScanner(clamd[1]).scan(iter([b"y" * 65536] * (4 * _clamd.MOST // 65536)))


def test_a_kit_keeps_from_everybody_what_it_finds(clamd: tuple[int, Path]) -> None:
    """What is clean can be read, what is infected cannot; what was too large waits."""
    project, maria = ResourceRef("project", "42"), Staff("maria")
    made = kit(scanner=ClamdScanner(clamd[1]))
    made.catalog.put(project, title="Relaunch", by=maria)
    heard: list[events.DocumentAdded] = []
    with signals.document_added.connected(heard.append):
        clean = made.documents.add(project, "Clean.txt", b"an honest letter", by=maria)
        infected = made.documents.add(project, "Bad.txt", b"a letter " + _clamd.MARKER, by=maria)
        large = made.documents.add(project, "Large.txt", b"z" * (4 * _clamd.MOST), by=maria)

    assert [ScanState.CLEAN, ScanState.INFECTED, ScanState.CHECKING] == [event.scan for event in heard]
    assert b"an honest letter" == made.documents.open(clean, by=maria).read()
    for kept in (infected, large):
        with pytest.raises(errors.QuarantinedError):
            made.documents.open(kept, by=maria)
    assert 0 == made.documents.scan_waiting()
