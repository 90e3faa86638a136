"""The sweep ends what nobody else ends: documents in what was removed, and files that never arrived whole."""

from datetime import timedelta

import attrs
import pytest

from sharekit import Access, Contact, ResourceRef, errors, signals
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD
from sharekit.ports import Query
from sharekit.records import events
from sharekit.records.documents import Document
from tests.features._documents import DAY, blobs_of, bytes_of, text
from tests.features._requests import PDF, asked
from tests.features.conftest import Agency, wrong

MONTH = timedelta(days=30)


def _with_document(agency: Agency) -> tuple[ResourceRef, Document, Contact]:
    """Return a project in the relaunch, a document in it, and a contact who sees both."""
    phase, ana = agency.thing("7"), agency.person("Ana")
    document = agency.kit.documents.add(phase, "Plan.txt", text(100), by=agency.maria)
    agency.share(agency.relaunch, ana, access=Access.CONTRIBUTE)
    return phase, document, ana


def test_what_lies_in_something_removed_goes_after_a_month(agency: Agency) -> None:
    """It is dead at once; after a month it is removed, and its bytes go a day later, whatever lay between."""
    _, document, ana = _with_document(agency)
    stays = agency.kit.documents.add(None, "Stays.txt", text(50), by=agency.maria)
    agency.kit.documents.unshare(stays, by=agency.maria)
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    for reader in (agency.maria, ana):
        with pytest.raises(errors.NotFoundError):
            agency.kit.documents.open(document, by=reader)
    agency.clock.advance(MONTH - timedelta(seconds=1))
    early = agency.kit.sweep(dry_run=False)
    agency.clock.advance(timedelta(seconds=1))
    heard: list[events.DocumentRemoved] = []
    dry, kept = agency.kit.sweep(), blobs_of(agency)
    with signals.document_removed.connected(heard.append):
        due = agency.kit.sweep(dry_run=False)
    agency.clock.advance(DAY)
    late = agency.kit.sweep(dry_run=False)

    assert () == early.documents == late.documents
    assert (document.ref.key,) == dry.documents == due.documents
    assert [document.ref] == [event.ref for event in heard]
    assert (2, 0, 1) == (len(kept), len(due.blobs), len(late.blobs))
    assert text(50) == bytes_of(agency, stays)
    assert 1 == len(blobs_of(agency))
    assert () == agency.kit.fsck(read=True).findings


def test_another_thing_of_the_same_id_does_not_keep_it(agency: Agency) -> None:
    """What lay in the one that was removed is dead, and goes a month after the other one came."""
    phase, document, _ = _with_document(agency)
    agency.kit.catalog.remove(phase, by=agency.maria)
    agency.clock.advance(MONTH)
    agency.put(phase, container=agency.relaunch)
    anew = agency.kit.documents.add(phase, "New.txt", text(60), by=agency.maria)
    early = agency.kit.sweep(dry_run=False)
    agency.clock.advance(MONTH)
    late = agency.kit.sweep(dry_run=False)

    assert ((), (document.ref.key,)) == (early.documents, late.documents)
    assert text(60) == bytes_of(agency, anew)


def test_what_was_moved_out_in_time_stays(agency: Agency) -> None:
    """Whoever may manage it takes it out of what was removed, with its bytes; nobody else sees it by that."""
    phase, document, ana = _with_document(agency)
    agency.kit.catalog.remove(phase, by=agency.maria)
    agency.clock.advance(MONTH - DAY)
    agency.kit.catalog.move(document.ref, None, by=agency.maria)
    agency.clock.advance(MONTH)

    assert () == agency.kit.sweep(dry_run=False).documents
    assert text(100) == bytes_of(agency, document)
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.open(document, by=ana)


def test_what_was_left_in_a_folder_that_moved_out_has_its_month(agency: Agency) -> None:
    """A folder that is taken out of what was removed comes alone; what lies in it has a month from then on."""
    phase, document, _ = _with_document(agency)
    agency.clock.advance(MONTH)
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    agency.kit.catalog.move(phase, None, by=agency.maria)
    early = agency.kit.sweep(dry_run=False)
    agency.clock.advance(MONTH)
    late = agency.kit.sweep(dry_run=False)

    assert ((), (document.ref.key,)) == (early.documents, late.documents)


def test_the_month_may_be_another_time(agency: Agency) -> None:
    """A host says how long; nothing, or no time at all, is refused."""
    _, document, _ = _with_document(agency)
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    agency.clock.advance(DAY)

    assert (document.ref.key,) == agency.kit.sweep(removed_grace=timedelta(days=1)).documents
    for bad in (timedelta(0), timedelta(days=-1), wrong(30), wrong(None)):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.sweep(removed_grace=bad)


def test_internal_documents_stay(agency: Agency) -> None:
    """What is hidden, but lies in something that is there, is looked at and left."""
    documents = [agency.kit.documents.add(agency.relaunch, f"{n}.txt", text(9), by=agency.maria) for n in range(3)]
    for document in documents:
        agency.kit.documents.unshare(document, by=agency.maria)
    agency.clock.advance(MONTH * 12)

    assert () == agency.kit.sweep(dry_run=False).documents
    assert [text(9)] * 3 == [bytes_of(agency, document) for document in documents]


def test_one_run_gives_up_what_never_arrived_in_every_tenant(agency: Agency) -> None:
    """A tenant that has only a request with a file on its way is found, too; a dry run only counts."""
    other = agency.kit.for_tenant("other")
    theirs = attrs.evolve(agency, kit=other)
    theirs.put(agency.relaunch)
    for desk in (asked(agency), asked(theirs)):
        requests = desk.agency.kit.requests
        upload = requests.begin_upload(desk.token, "passport", "id.pdf", size=len(PDF))
        if desk.agency is theirs:
            requests.append(desk.token, upload.id, 0, PDF[:50])
    agency.clock.advance(timedelta(hours=12))
    dry, done, again = (agency.kit.sweep(dry_run=dry) for dry in (True, False, False))

    assert (2, 2, 0) == (dry.uploads, done.uploads, again.uploads)
    assert 2 == dry.tenants
    for tenant in (agency.kit.tenant, other.tenant):
        with agency.records.transaction(tenant) as tx:
            assert 0 == tx.count(Query(PENDING_UPLOAD.name))
    assert set() == blobs_of(theirs)


def test_a_tenant_without_any_document_is_looked_at(agency: Agency) -> None:
    """Bytes of an upload that a host rolled back belong to no record; its tenant is found by its things."""
    before = agency.kit.sweep().tenants
    agency.kit.for_tenant("empty").catalog.put(agency.relaunch, title="Relaunch", by=agency.maria)

    assert (1, 2) == (before, agency.kit.sweep().tenants)
