"""What a scanner says of files that contacts sent: until it calls them clean nobody gets them (R-UP-7)."""

from collections.abc import Iterator

import attrs
import pytest

from sharekit import errors, signals
from sharekit.ports import ScanResult, ScanVerdict
from sharekit.records import events
from sharekit.records.files import ScanState
from sharekit.records.requests import RequestState
from sharekit.testing import kit
from tests.features._requests import PDF, Desk, asked
from tests.features.conftest import KEY, Agency


@attrs.define
class Lab:
    """A scanner that says what it is told to say."""

    says: ScanVerdict = ScanVerdict.UNDECIDED

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """Look at everything."""
        for _ in chunks:
            pass
        return ScanResult(self.says)


@pytest.fixture
def lab() -> Lab:
    """The scanner."""
    return Lab()


@pytest.fixture
def desk(agency: Agency, lab: Lab) -> Desk:
    """A request of an agency with a scanner."""
    scanning = kit(records=agency.records, clock=agency.clock, secret_keys=[KEY], scanner=lab)
    return asked(attrs.evolve(agency, kit=scanning))


def test_a_file_waits_and_is_called_clean(desk: Desk, lab: Lab) -> None:
    """Its sender reads that it is being checked; it counts, and nobody gets its bytes before."""
    requests, documents = desk.agency.kit.requests, desk.agency.kit.documents
    sent = desk.send()
    waiting = requests.open(desk.token).receipts[0].scan
    with pytest.raises(errors.QuarantinedError):
        documents.open(sent.document, by=desk.agency.maria)
    lab.says = ScanVerdict.CLEAN
    documents.scan_waiting()

    assert (ScanState.CHECKING, ScanState.CLEAN) == (waiting, requests.open(desk.token).receipts[0].scan)
    assert RequestState.SUBMITTED is desk.now.state
    assert PDF == documents.open(sent.document, by=desk.agency.maria).read()


def test_an_infected_file_does_not_count(desk: Desk, lab: Lab) -> None:
    """Found at once or later: the item is missing, the receipt says why, and the contact can send another."""
    lab.says = ScanVerdict.INFECTED
    desk.send()
    at_once = desk.agency.kit.requests.open(desk.token)
    lab.says = ScanVerdict.UNDECIDED
    desk.send()
    counted = desk.agency.kit.requests.open(desk.token)
    lab.says = ScanVerdict.INFECTED
    desk.agency.kit.documents.scan_waiting()
    later = desk.agency.kit.requests.open(desk.token)
    lab.says = ScanVerdict.CLEAN
    desk.send()

    assert [1, 0, 1] == [view.items[0].missing for view in (at_once, counted, later)]
    assert [ScanState.INFECTED] * 2 == [receipt.scan for receipt in later.receipts]
    assert 0 == desk.agency.kit.requests.open(desk.token).items[0].missing
    assert 1 == len(desk.agency.sees(desk.ana))


def test_the_request_goes_back_when_an_infected_file_was_needed(desk: Desk, lab: Lab) -> None:
    """Submitted or accepted, the contact is asked again, the receipt says why, and whoever asked hears of it."""
    requests, documents = desk.agency.kit.requests, desk.agency.kit.documents
    heard: list[events.SubmissionInfected] = []
    states: list[RequestState] = []
    for accepts in (False, True):
        lab.says = ScanVerdict.UNDECIDED
        sent = desk.send()
        if accepts:
            requests.accept(sent, by=desk.agency.maria)
        states.append(desk.now.state)
        lab.says = ScanVerdict.INFECTED
        with signals.submission_infected.connected(heard.append):
            documents.scan_waiting()
        states.append(desk.now.state)
        assert sent.id == heard[-1].submission
        assert ScanState.INFECTED is requests.open(desk.token).receipts[-1].scan
        assert [desk.request.id] == [view.request for view in requests.outstanding(desk.ana)]

    assert [RequestState.SUBMITTED, RequestState.PARTIAL, RequestState.ACCEPTED, RequestState.PARTIAL] == states
    assert [(True, "partial", frozenset({"staff:maria"}))] * 2 == [(e.missing, e.state, e.notify) for e in heard]
    assert ["passport"] * 2 == [e.item for e in heard]
    lab.says = ScanVerdict.CLEAN
    desk.send()
    assert RequestState.SUBMITTED is desk.now.state


def test_an_infected_file_that_was_not_needed_changes_no_state(desk: Desk, lab: Lab) -> None:
    """Where nothing is missing without it the request stays where it is; who asked hears of it all the same."""
    lab.says = ScanVerdict.UNDECIDED
    desk.send()
    lab.says = ScanVerdict.CLEAN
    desk.send()
    heard: list[events.SubmissionInfected] = []
    lab.says = ScanVerdict.INFECTED
    with signals.submission_infected.connected(heard.append):
        desk.agency.kit.documents.scan_waiting()
        desk.send("letters", "letter.pdf")

    assert [(False, "submitted", "passport"), (False, "submitted", "letters")] == [
        (event.missing, event.state, event.item) for event in heard
    ]
    assert RequestState.SUBMITTED is desk.now.state


def test_a_request_that_is_over_stays_over(desk: Desk, lab: Lab) -> None:
    """What was closed or cancelled is not opened by what a scanner finds later."""
    lab.says = ScanVerdict.UNDECIDED
    desk.send()
    desk.agency.kit.requests.close(desk.request, by=desk.agency.maria)
    lab.says = ScanVerdict.INFECTED
    desk.agency.kit.documents.scan_waiting()

    assert RequestState.CLOSED is desk.now.state
    assert [] == desk.agency.kit.requests.outstanding(desk.ana)
