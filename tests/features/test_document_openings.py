"""What of reading documents is noted: each whole reading, and each visit to the parts of one."""

from datetime import timedelta

import pytest

from sharekit import Contact, ResourceRef, errors, signals
from sharekit.records import events
from sharekit.records.documents import Document
from tests.features._documents import text
from tests.features.conftest import Agency

MANY = 20


@pytest.fixture
def plan(agency: Agency) -> Document:
    """A document that Ana may see."""
    return agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10_000), by=agency.maria)


def _ranges(agency: Agency, plan: Document, by: Contact) -> None:
    """Read a document as a viewer of PDFs does."""
    for start in range(0, 10_000, 10_000 // MANY):
        agency.kit.documents.open(plan, by=by, start=start, stop=start + 10_000 // MANY).read()


def test_many_parts_are_one_opening(agency: Agency, plan: Document) -> None:
    """Twenty ranges within ten minutes are one line of the audit trail; later ones are another."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    heard: list[events.DocumentOpened] = []
    with signals.document_opened.connected(heard.append):
        _ranges(agency, plan, ana)
        agency.clock.advance(timedelta(minutes=10))
        _ranges(agency, plan, ana)
    noted = [entry for entry in agency.kit.audit.entries(ref=plan.ref) if entry.action == "document-opened"]

    assert [True, True] == [event.part for event in heard]
    assert 2 == len(noted)


def test_every_reader_version_and_whole_reading_is_noted(agency: Agency, plan: Document) -> None:
    """Parts that somebody else reads, or of another version, or in another tenant, and whole readings stand apart."""
    ana, eva = agency.person("Ana"), agency.person("Eva")
    agency.share(agency.relaunch, ana, eva)
    other = agency.kit.for_tenant("other")
    other.catalog.put(ResourceRef("project", "42"), title="Theirs", by=agency.maria)
    theirs = other.documents.add(ResourceRef("project", "42"), "Plan.txt", text(10_000), by=agency.maria)
    heard: list[events.DocumentOpened] = []
    with signals.document_opened.connected(heard.append):
        for reader in (ana, eva):
            _ranges(agency, plan, reader)
        for _ in range(2):
            agency.kit.documents.open(plan, by=ana).read()
        agency.kit.documents.replace(plan, text(10_000, "other"), by=agency.maria)
        _ranges(agency, plan, ana)
        other.documents.open(theirs, by=agency.maria, start=1).read()

    assert [(True, ana), (True, eva), (False, ana), (False, ana), (True, ana), (True, agency.maria)] == [
        (event.part, event.by) for event in heard
    ]


def test_a_part_is_decided_about_each_time(agency: Agency, plan: Document) -> None:
    """That an opening is not noted again lets nobody in: whose grant ended reads no further part."""
    ana = agency.person("Ana")
    grant = agency.share(agency.relaunch, ana)
    _ranges(agency, plan, ana)
    agency.kit.shares.revoke(grant, by=agency.maria)

    with pytest.raises(errors.NotFoundError):
        _ranges(agency, plan, ana)


def test_what_was_only_rehearsed_was_not_noted(agency: Agency, plan: Document) -> None:
    """An opening whose note came to nothing is noted by the next one."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    agency.kit.access.plan(lambda kit: kit.documents.open(plan, by=ana, start=1).close())
    heard: list[events.DocumentOpened] = []
    with signals.document_opened.connected(heard.append):
        _ranges(agency, plan, ana)

    assert 1 == len(heard)
