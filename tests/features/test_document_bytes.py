"""What is read is what was written, no scanner's doubt is overlooked, and every byte is decided about first."""

import threading
from collections.abc import Callable, Iterator

import attrs
import pytest

from sharekit import Access, Contact, Sharekit, errors, signals
from sharekit.features import _documents, _glancing, _guesses
from sharekit.ids import BlobKey, FileId, blob_key
from sharekit.ports import RecordStore, ScanResult, ScanVerdict
from sharekit.records import events
from sharekit.records.decisions import Decision
from sharekit.records.documents import Document
from sharekit.records.files import ScanState
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._documents import DAY, HeldBlobs, blobs_of, bytes_of, names, text
from tests.features.conftest import Agency, wrong

DATA = text(300_000)
VIRUS = b" a line that the scanner knows"


@attrs.define
class Doubting:
    """
    A scanner that says what it is told to.

    Attributes:
        says: What it answers; an exception is raised, a function is called.
        seen: How many bytes it was shown.
    """

    says: object = ScanVerdict.CLEAN
    seen: int = 0

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """Look at everything, and say it."""
        data = b"".join(chunks)
        self.seen += len(data)
        if VIRUS in data:
            return ScanResult(ScanVerdict.INFECTED, "Test-Signature")
        if isinstance(self.says, Exception):
            raise self.says
        if callable(self.says):
            self.says()
            return ScanResult(ScanVerdict.CLEAN)
        return ScanResult(self.says) if isinstance(self.says, ScanVerdict) else wrong(self.says)


@pytest.fixture
def blobs() -> HeldBlobs:
    """A store of bytes into which a test may reach."""
    return HeldBlobs()


@pytest.fixture
def scanner() -> Doubting:
    """A scanner that says clean until it is told otherwise."""
    return Doubting()


@pytest.fixture
def held(agency: Agency, blobs: HeldBlobs) -> Agency:
    """The agency, with its bytes in that store."""
    return attrs.evolve(agency, kit=_kit(agency, blobs))


@pytest.fixture
def scanned(agency: Agency, blobs: HeldBlobs, scanner: Doubting) -> Agency:
    """The same, with that scanner."""
    return attrs.evolve(agency, kit=_kit(agency, blobs, scanner))


def _kit(agency: Agency, blobs: HeldBlobs, scanner: Doubting | None = None) -> Sharekit:
    return kit(records=agency.records, clock=agency.clock, kinds=[project_kind()], blobs=blobs, scanner=scanner)


def _blob(agency: Agency) -> BlobKey:
    (key,) = blobs_of(agency)
    return BlobKey(key)


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit": _flipped,
    "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"x",
    "swapped": lambda data: text(len(data), "other"),
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_never_serves_silently(held: Agency, blobs: HeldBlobs, damage: str) -> None:
    """Bytes that are not those written are refused before the last of them, and staff hear of it (R-BLOB-3)."""
    plan = held.kit.documents.add(held.relaunch, "Plan.txt", DATA, by=held.maria)
    blobs.content[_blob(held)] = DAMAGES[damage](DATA)
    heard: list[events.DocumentDamaged] = []
    given: list[bytes] = []
    with signals.document_damaged.connected(heard.append), pytest.raises(errors.IntegrityError):
        given.extend(held.kit.documents.open(plan, by=held.maria))

    assert len(b"".join(given)) < len(DATA)
    assert [(event.ref, event.version) for event in heard] == [(plan.ref, 1)]
    with pytest.raises(errors.IntegrityError):
        b"".join(held.kit.documents.zip([plan], by=held.maria))


def test_lost_bytes_are_named_as_such_and_an_outage_is_not(held: Agency, blobs: HeldBlobs) -> None:
    """Absent bytes are damage; a store that cannot answer is an error of storage, and nothing changes (R-BLOB-6)."""
    plan = held.kit.documents.add(held.relaunch, "Plan.txt", DATA, by=held.maria)
    rows = held.everything()
    with blobs.broken("size", "read"), pytest.raises(errors.StorageError):
        held.kit.documents.open(plan, by=held.maria)
    unchanged = held.everything() == rows
    with blobs.broken("read"), pytest.raises(errors.StorageError):
        held.kit.documents.open(plan, by=held.maria).read()
    blobs.inner.delete(_blob(held))

    assert unchanged
    with pytest.raises(errors.IntegrityError):
        held.kit.documents.open(plan, by=held.maria)


def test_bytes_that_go_while_they_are_read_are_no_mix(held: Agency, blobs: HeldBlobs) -> None:
    """A reader whose bytes are deleted gets all of them or an error."""
    plan = held.kit.documents.add(held.relaunch, "Plan.txt", text(3_000_000), by=held.maria)
    reader = held.kit.documents.open(plan, by=held.maria)
    begun = next(reader)
    blobs.inner.delete(_blob(held))
    try:
        begun += reader.read()
    except errors.IntegrityError:
        begun = b""

    assert begun in {b"", text(3_000_000)}


def test_a_store_that_lies_about_what_it_kept_is_caught_before_the_record(held: Agency, blobs: HeldBlobs) -> None:
    """When a store holds another number of bytes than it was given, no document comes to be."""

    def short(key: BlobKey, chunks: object) -> int:
        return HeldBlobs.write(blobs, key, wrong(chunks)) - 1

    lying = attrs.evolve(held, kit=_kit(held, wrong(_Lying(blobs, short))))
    with pytest.raises(errors.IntegrityError):
        lying.kit.documents.add(held.relaunch, "Plan.txt", DATA, by=held.maria)

    assert names(held, held.maria) == []
    assert blobs_of(held) == set()


@attrs.frozen
class _Lying:
    blobs: HeldBlobs
    write: Callable[[BlobKey, object], int]

    def __getattr__(self, name: str) -> object:
        return getattr(self.blobs, name)


def test_a_failing_store_leaves_things_as_they_were(held: Agency, blobs: HeldBlobs) -> None:
    """An upload into a store that fails is an error of storage, and the next try succeeds."""
    with blobs.broken("write", "delete"), pytest.raises(errors.StorageError):
        held.kit.documents.add(held.relaunch, "Plan.txt", DATA, by=held.maria)
    left = held.kit.sweep()
    held.clock.advance(DAY)
    swept = held.kit.sweep(dry_run=False)
    held.kit.documents.add(held.relaunch, "Plan.txt", DATA, by=held.maria)

    assert (len(left.blobs), len(swept.blobs)) == (0, 1)
    assert names(held, held.maria) == ["Plan.txt"]


def _every_way_to_bytes(agency: Agency, document: Document, by: Contact) -> list[Callable[[], object]]:
    documents = agency.kit.documents
    return [
        lambda: documents.open(document, by=by).read(),
        lambda: documents.open(document, by=by, start=1, stop=2).read(),
        lambda: documents.look(document, by=by),
        lambda: b"".join(documents.zip([document], by=by)),
        lambda: documents.open(document, by=agency.maria).read(),
        lambda: documents.open(document, by=agency.root).read(),
        lambda: documents.copy(document, agency.relaunch, by=agency.maria),
        lambda: documents.get(document, by=agency.maria),
        lambda: documents.versions(document, by=agency.maria),
    ]


def test_every_way_to_bytes_asks_the_one_decision(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the decision is no, no way to the bytes of a document, or to what is said of them, is open (R-AUTH-1)."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana, access=Access.CONTRIBUTE)
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", DATA, by=agency.maria)
    ways = _every_way_to_bytes(agency, plan, ana)
    for way in ways:
        way()
    asked: list[object] = []

    def deny(*about: object) -> Decision:
        asked.append(about)
        return Decision(allowed=False, reason="denied")

    monkeypatch.setattr(_documents, "decide", deny)
    monkeypatch.setattr(_glancing, "judge", deny)  # the policy by which a glance decides
    monkeypatch.setattr(_guesses.Sight, "answered", lambda *_: None)  # and which it asked about the same rows before

    for way in [*ways, lambda: agency.kit.documents.add(agency.relaunch, "x.txt", b"text", by=ana)]:
        asked.clear()
        with pytest.raises(errors.NotFoundError):
            way()
        assert asked


# --- quarantine ------------------------------------------------------------------------------


def test_what_is_clean_is_read_at_once(scanned: Agency, scanner: Doubting) -> None:
    """A scanner sees every byte before the document is there."""
    plan = scanned.kit.documents.add(scanned.relaunch, "Plan.txt", DATA, by=scanned.maria)

    assert scanner.seen == len(DATA)
    assert bytes_of(scanned, plan) == DATA
    assert scanned.kit.documents.look(plan, by=scanned.maria).scan is ScanState.CLEAN


NOT_CLEAN: list[object] = [RuntimeError("broken"), ScanVerdict.UNDECIDED, None, True, "clean"]


@pytest.mark.parametrize("says", NOT_CLEAN, ids=repr)
def test_whatever_is_not_clean_stays_in_quarantine(scanned: Agency, scanner: Doubting, says: object) -> None:
    """Until a scanner says clean, a document is listed as being checked, and nobody gets its bytes (R-UP-7)."""
    ana = scanned.person("Ana")
    scanned.share(scanned.relaunch, ana, access=Access.CONTRIBUTE)
    scanner.says = says
    plan = scanned.kit.documents.add(scanned.relaunch, "Plan.txt", DATA, by=ana)
    listed = [item.scan for item in scanned.kit.documents.visible(ana).items]
    ways = _every_way_to_bytes(scanned, plan, ana)
    for way in (ways[0], ways[1], *ways[3:7]):
        with pytest.raises(errors.QuarantinedError) as caught:
            way()
        assert caught.value.state == "checking"
    still = scanned.kit.documents.scan_waiting()
    scanner.says = ScanVerdict.CLEAN
    settled = scanned.kit.documents.scan_waiting()

    assert listed == [ScanState.CHECKING]
    assert (still, settled) == (0, 1)
    assert bytes_of(scanned, plan, ana) == DATA


def test_what_is_infected_loses_its_bytes_and_keeps_its_record(
    scanned: Agency, scanner: Doubting, blobs: HeldBlobs
) -> None:
    """The bytes of a virus are deleted at once; staff see that it came, clients see nothing."""
    ana = scanned.person("Ana")
    scanned.share(scanned.relaunch, ana, access=Access.CONTRIBUTE)
    virus = scanned.kit.documents.add(scanned.relaunch, "Virus.txt", text(90) + VIRUS, by=scanned.maria)
    scanner.says = ScanVerdict.UNDECIDED
    later = scanned.kit.documents.add(scanned.relaunch, "Later.txt", DATA, by=ana)
    seen_before = names(scanned, ana)
    scanner.says = ScanVerdict.INFECTED
    heard: list[events.DocumentScanned] = []
    with signals.document_scanned.connected(heard.append):
        scanned.kit.documents.scan_waiting()
    scanned.clock.advance(DAY)
    scanned.kit.sweep(dry_run=False)

    assert seen_before == ["Later.txt"]
    assert names(scanned, ana) == []
    assert names(scanned, scanned.maria) == ["Later.txt", "Virus.txt"]
    assert [event.scan for event in heard] == [ScanState.INFECTED]
    assert blobs_of(scanned) == set()
    for document in (virus, later):
        with pytest.raises(errors.QuarantinedError) as caught:
            scanned.kit.documents.open(document, by=scanned.maria)
        assert caught.value.state == "infected"
    assert scanned.kit.fsck().findings == ()


def test_a_doubtful_version_does_not_take_the_good_one_away(scanned: Agency, scanner: Doubting) -> None:
    """Readers keep the clean version until the new one is clean, and for ever when it is infected."""
    plan = scanned.kit.documents.add(scanned.relaunch, "Plan.txt", DATA, by=scanned.maria)
    scanner.says = ScanVerdict.UNDECIDED
    scanned.kit.documents.replace(plan, text(20), by=scanned.maria)
    while_checking = bytes_of(scanned, plan)
    scanner.says = ScanVerdict.CLEAN
    scanned.kit.documents.scan_waiting()
    when_clean = bytes_of(scanned, plan)
    scanned.kit.documents.replace(plan, VIRUS, by=scanned.maria)

    assert while_checking == DATA
    assert when_clean == bytes_of(scanned, plan) == text(20)
    assert [version.scan for version in scanned.kit.documents.versions(plan, by=scanned.maria)] == [
        ScanState.CLEAN,
        ScanState.CLEAN,
        ScanState.INFECTED,
    ]


def test_a_scanner_that_hangs_opens_nothing(records: RecordStore, blobs: HeldBlobs, scanner: Doubting) -> None:
    """While a scanner says nothing, there is no document that anybody could read; the rest of the kit works on."""
    asked, answer = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        answer.wait(60)

    scanner.says = hang
    clock = FrozenClock()
    made = kit(records=records, clock=clock, kinds=[project_kind()], blobs=blobs, scanner=scanner)
    agency = Agency(kit=made, records=records, clock=clock, loads=wrong(None))
    made.catalog.put(agency.relaunch, title="Relaunch", by=agency.maria)
    adding = threading.Thread(target=lambda: made.documents.add(agency.relaunch, "Plan.txt", DATA, by=agency.maria))
    adding.start()
    try:
        hanging = asked.wait(60)
        meanwhile = names(agency, agency.maria)
    finally:
        answer.set()
        adding.join(60)

    assert hanging
    assert meanwhile == []
    assert names(agency, agency.maria) == ["Plan.txt"]


def test_without_a_scanner_there_is_none_to_ask(agency: Agency) -> None:
    """A kit without a scanner says so when it is to ask one."""
    with pytest.raises(errors.ConfigurationError):
        agency.kit.documents.scan_waiting()


def test_a_key_is_random_and_tells_nothing(agency: Agency) -> None:
    """A blob's key has nothing of the name, the tenant or the bytes, and the one form that stores take (R-NAME-4)."""
    added = [agency.kit.documents.add(agency.relaunch, "Plan.txt", DATA, by=agency.maria) for _ in range(50)]
    keys = blobs_of(agency)

    assert len(keys) == len(added)
    assert all(len(key) == 26 + 1 + 28 for key in keys)
    assert "default" not in str(blob_key(agency.kit.tenant, FileId("x" * 28)))
