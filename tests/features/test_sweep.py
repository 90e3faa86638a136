"""The sweep deletes what nothing names, and nothing else; a comparison finds what a restore left apart."""

from datetime import datetime, timedelta

import attrs
import pytest

from sharekit import errors, signals
from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_documents import BLOB_INTENT, DOCUMENT_ROW, REPEATED, STORED_FILE
from sharekit.features._intake import receive, settle, staff_gate
from sharekit.ids import BlobKey, FileId, blob_key, random_id
from sharekit.ports import Query, StoredBlob
from sharekit.records import events
from sharekit.records.documents import Document
from sharekit.records.upkeep import FsckProblem
from sharekit.testing import kit, project_kind
from tests.features._documents import DAY, HeldBlobs, blobs_of, bytes_of, names, text
from tests.features.conftest import Agency, wrong


@pytest.fixture
def blobs() -> HeldBlobs:
    """A store of bytes into which a test may reach."""
    return HeldBlobs()


@pytest.fixture
def held(agency: Agency, blobs: HeldBlobs) -> Agency:
    """The agency, with its bytes in that store."""
    made = kit(records=agency.records, clock=agency.clock, kinds=[project_kind()], blobs=wrong(_Aged(blobs, agency)))
    return attrs.evolve(agency, kit=made)


@attrs.define
class _Aged:
    """A store whose blobs are as old as the test's clock says."""

    blobs_: HeldBlobs
    agency: Agency
    born: dict[str, datetime] = attrs.field(factory=dict[str, datetime])

    def write(self, key: BlobKey, chunks: object) -> int:
        self.born[key] = self.agency.clock.now()
        return self.blobs_.write(key, wrong(chunks))

    def blobs(self, prefix: str) -> list[StoredBlob]:
        listed = list(self.blobs_.blobs(prefix))
        return [attrs.evolve(blob, written_at=self.born.get(blob.key, blob.written_at)) for blob in listed]

    def __getattr__(self, name: str) -> object:
        return getattr(self.blobs_, name)


def _orphan(agency: Agency, size: int = 10) -> BlobKey:
    key = blob_key(agency.kit.tenant, FileId(random_id()))
    agency.kit._wiring.blob_store().write(key, [text(size)])
    return key


def _rows(agency: Agency, kind: str) -> int:
    with agency.records.transaction(agency.kit.tenant) as tx:
        return tx.count(Query(kind))


def test_what_nothing_names_goes_when_it_is_old(held: Agency) -> None:
    """An old orphan is gone after one run, a young one is left, and what is named stays (R-BLOB-2)."""
    plan = held.kit.documents.add(held.relaunch, "Plan.txt", text(100), by=held.maria)
    old = _orphan(held)
    held.clock.advance(DAY)
    young = _orphan(held)
    dry = held.kit.sweep()
    still = blobs_of(held)
    report = held.kit.sweep(dry_run=False)
    again = held.kit.sweep(dry_run=False)

    assert dry.blobs == report.blobs == (old,)
    assert (dry.dry_run, dry.young, dry.freed, dry.listed) == (True, 1, 10, 3)
    assert old in still
    assert young in blobs_of(held)
    assert len(blobs_of(held)) == 2
    assert again.blobs == ()
    assert bytes_of(held, plan) == text(100)


def test_an_outage_deletes_nothing(held: Agency, blobs: HeldBlobs) -> None:
    """Whatever fails before the end of the listing and of the questions, or answers with nothing, no blob goes."""
    plan = held.kit.documents.add(held.relaunch, "Plan.txt", text(100), by=held.maria)
    orphan = _orphan(held)
    held.clock.advance(DAY)
    with blobs.broken("blobs"), pytest.raises(errors.StorageError):
        held.kit.sweep(dry_run=False)
    blobs.empty = True
    nothing = held.kit.sweep(dry_run=False)
    blobs.empty = False
    kept = blobs_of(held)
    with blobs.broken("delete"), pytest.raises(errors.StorageError):
        held.kit.sweep(dry_run=False)
    taken_up = held.kit.sweep(dry_run=False)

    assert nothing.blobs == ()
    assert orphan in kept
    assert taken_up.blobs == (orphan,)
    assert bytes_of(held, plan) == text(100)
    assert _rows(held, BLOB_INTENT.name) == 0


def test_a_blob_without_an_age_is_left(held: Agency, blobs: HeldBlobs) -> None:
    """Where a store does not know how old a blob is, only an intent makes it go."""
    orphan = blob_key(held.kit.tenant, FileId(random_id()))
    blobs.write(orphan, [b"x"])
    ageless = attrs.evolve(held, kit=kit(records=held.records, clock=held.clock, blobs=wrong(_Ageless(blobs))))
    held.clock.advance(timedelta(days=1000))
    report = ageless.kit.sweep(dry_run=False)

    assert (report.blobs, report.young) == ((), 1)


@attrs.frozen
class _Ageless:
    inner: HeldBlobs

    def blobs(self, prefix: str) -> list[StoredBlob]:
        return [attrs.evolve(blob, written_at=None) for blob in self.inner.blobs(prefix)]

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def test_an_upload_that_the_sweep_gave_up_comes_to_nothing(held: Agency) -> None:
    """An upload that takes longer than the grace time finds its bytes given up, and leaves no document without them."""
    wiring = held.kit._wiring
    gate = staff_gate(wiring, "Slow.txt")
    received = receive(wiring, text(100), by=held.maria, gate=gate)
    held.clock.advance(DAY)
    held.kit.sweep(dry_run=False)
    with pytest.raises(errors.InvalidInputError):
        settle(wiring, [received], lambda _unit, keep: keep(received))

    assert blobs_of(held) == set()
    assert _rows(held, STORED_FILE.name) == _rows(held, BLOB_INTENT.name) == 0


def test_an_upload_under_way_is_left_alone(held: Agency) -> None:
    """What is being uploaded while a sweep runs comes through, however little time is left."""
    wiring = held.kit._wiring
    received = receive(wiring, text(100), by=held.maria, gate=staff_gate(wiring, "Slow.txt"))
    held.clock.advance(timedelta(hours=23, minutes=59))
    report = held.kit.sweep(dry_run=False)
    file = settle(wiring, [received], lambda _unit, keep: keep(received))
    held.clock.advance(DAY)

    assert report.blobs == ()
    assert held.kit.sweep(dry_run=False).blobs == ()
    assert blobs_of(held) == {file.blob}


def test_every_tenant_is_swept_and_no_other_is_touched(held: Agency) -> None:
    """One run takes the orphans of every tenant, each by its own records."""
    other = held.kit.for_tenant("other")
    other.catalog.put(held.relaunch, title="Relaunch", by=held.maria)
    theirs = other.documents.add(held.relaunch, "Plan.txt", text(10), by=held.maria)
    gone = other.documents.add(held.relaunch, "Gone.txt", text(10), by=held.maria)
    other.documents.remove(gone, by=held.maria)
    mine = _orphan(held)
    held.clock.advance(DAY)
    report = held.kit.sweep(dry_run=False)

    assert report.tenants == 2
    assert len(report.blobs) == 2
    assert mine in report.blobs
    assert other.documents.open(theirs, by=held.maria).read() == text(10)


def test_keys_that_are_over_are_forgotten(held: Agency) -> None:
    """An idempotency key is remembered for a day, and its row goes with the next sweep."""
    held.kit.documents.add(held.relaunch, "a.txt", text(5), by=held.maria, idempotency_key="k")
    early = held.kit.sweep(dry_run=False)
    held.clock.advance(DAY)
    late = held.kit.sweep(dry_run=False)

    assert (early.forgotten, late.forgotten) == (0, 1)
    assert _rows(held, REPEATED.name) == 0


def test_a_grace_of_nothing_is_refused(held: Agency) -> None:
    """A sweep that would touch what is being uploaded is refused."""
    for bad in (timedelta(0), timedelta(hours=-1), wrong(24), wrong(None)):
        with pytest.raises(errors.InvalidInputError):
            held.kit.sweep(grace=bad)
    for bad in ("no", 0, None):
        with pytest.raises(errors.InvalidInputError):
            held.kit.sweep(dry_run=wrong(bad))


def _three(held: Agency) -> list[Document]:
    return [held.kit.documents.add(held.relaunch, f"{n}.txt", text(100, f"n{n}"), by=held.maria) for n in range(3)]


def test_records_and_bytes_that_agree_are_fine(held: Agency) -> None:
    """After ordinary work nothing is found, not even by reading every byte."""
    for document in _three(held)[:2]:
        held.kit.documents.replace(document, text(50), by=held.maria)
    held.kit.documents.remove(_three(held)[0], by=held.maria)
    report = held.kit.fsck(read=True)

    assert (report.findings, report.fine, report.read) == ((), True, True)
    assert report.files == 3 + 2 + 2


def test_what_a_restore_left_apart_is_found(held: Agency, blobs: HeldBlobs) -> None:
    """Lost, cut and changed bytes are found, each by its name, and bytes that nothing names are told apart."""
    lost, cut, changed = _three(held)
    keys = {text(100, f"n{n}"): key for n in range(3) for key in blobs_of(held) if _is(blobs, key, n)}
    orphan = _orphan(held)
    blobs.inner.delete(BlobKey(keys[text(100, "n0")]))
    blobs.content[BlobKey(keys[text(100, "n1")])] = text(99)
    blobs.content[BlobKey(keys[text(100, "n2")])] = text(100, "xx")
    sizes = {finding.problem for finding in held.kit.fsck().findings}
    report = held.kit.fsck(read=True)

    assert sizes == {FsckProblem.MISSING, FsckProblem.SIZE, FsckProblem.UNNAMED}
    assert {finding.problem for finding in report.findings} == sizes | {FsckProblem.DIGEST}
    assert not report.fine
    assert [finding.id for finding in report.findings if finding.problem is FsckProblem.UNNAMED] == [orphan]
    assert not any(finding.repaired for finding in report.findings)
    assert len({lost.id, cut.id, changed.id}) == 3


def _is(blobs: HeldBlobs, key: str, number: int) -> bool:
    return b"".join(blobs.read(BlobKey(key))) == text(100, f"n{number}")


def test_repairing_says_what_is_lost_and_deletes_nothing(held: Agency, blobs: HeldBlobs) -> None:
    """A repair notes that bytes are lost; the document stays, refuses at once, and takes a new version."""
    plan = held.kit.documents.add(held.relaunch, "Plan.txt", text(100), by=held.maria)
    blobs.inner.delete(BlobKey(next(iter(blobs_of(held)))))
    heard: list[events.DocumentDamaged] = []
    with signals.document_damaged.connected(heard.append):
        report = held.kit.fsck(repair=True)
    with blobs.broken("size"), pytest.raises(errors.IntegrityError):
        held.kit.documents.open(plan, by=held.maria)
    again = held.kit.fsck()
    held.kit.documents.replace(plan, text(30), by=held.maria)

    assert [(finding.problem, finding.repaired) for finding in report.findings] == [(FsckProblem.MISSING, True)]
    assert [event.ref for event in heard] == [plan.ref]
    assert again.findings == ()
    assert names(held, held.maria) == ["Plan.txt"]
    assert bytes_of(held, plan) == text(30)


def test_records_that_do_not_fit_are_found(held: Agency) -> None:
    """A version without its file, a document without its entry and a row that cannot be read are named."""
    no_file, no_entry, damaged = _three(held)
    version = held.kit.documents.versions(no_file, by=held.maria)[0]
    bad = held.kit.documents.versions(damaged, by=held.maria)[0]
    with held.records.transaction(held.kit.tenant, write=True) as tx:
        for kind, id_ in ((STORED_FILE, version.file), (CATALOG_ENTRY, no_entry.ref.key)):
            row = tx.get(kind.name, id_)
            assert row is not None
            tx.delete(kind.name, id_, row.revision)
        row = tx.get(STORED_FILE.name, bad.file)
        assert row is not None
        tx.put(attrs.evolve(row, body="{}"))
    found = {finding.problem for finding in held.kit.fsck().findings}

    assert {FsckProblem.NO_FILE, FsckProblem.NO_ENTRY, FsckProblem.DAMAGED} <= found
    assert DOCUMENT_ROW.name == "document"
