"""What a scanner says of files that contacts sent: until it calls them clean nobody gets them (R-UP-7)."""

from collections.abc import Iterator

import attrs
import pytest

from sharekit import errors
from sharekit.ports import ScanResult, ScanVerdict
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
