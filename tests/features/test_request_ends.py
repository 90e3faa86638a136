"""How upload pages end: at once, for good, and in the same way whatever the reason is (R-AUTH-4, R-LINK-5)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from sharekit import Contact, Staff, System, Visibility, errors, signals
from sharekit.records import events
from sharekit.records.requests import RequestState
from tests.features._requests import DAY, PDF, Desk, asked
from tests.features.conftest import Agency, wrong

ENDS: dict[str, Callable[[Agency, Desk], object]] = {
    "cancelled": lambda agency, desk: agency.kit.requests.cancel(desk.request, by=agency.maria),
    "closed": lambda agency, desk: agency.kit.requests.close(desk.request, by=agency.maria),
    "deactivated": lambda agency, desk: agency.kit.people.deactivate(desk.ana, by=agency.root),
    "withdrawn": lambda agency, desk: withdrawn(agency, desk.ana),
    "maker-lost-rights": lambda agency, _: agency.kit.catalog.put(
        agency.relaunch, title="x", owner=agency.ben, by=agency.root
    ),
    "maker-deactivated": lambda agency, _: deactivated(agency),
    "thing-removed": lambda agency, _: agency.kit.catalog.remove(agency.relaunch, by=agency.maria),
    "thing-internal": lambda agency, _: agency.kit.catalog.put(
        agency.relaunch, title="x", visibility=Visibility.INTERNAL, by=agency.maria
    ),
    "time-over": lambda agency, desk: agency.clock.set(desk.request.expires_at),
}
REVIVALS: dict[str, Callable[[Agency, Desk], object]] = {
    "withdrawn": lambda agency, desk: agency.kit.people.invite(desk.ana, by=agency.root),
    "thing-removed": lambda agency, _: agency.put(agency.relaunch),
    "thing-internal": lambda agency, _: agency.kit.catalog.put(
        agency.relaunch, title="x", visibility=Visibility.CLIENT, by=agency.maria
    ),
}


def withdrawn(agency: Agency, contact: Contact) -> None:
    """Let a contact in, and withdraw it."""
    agency.kit.people.invite(contact, by=agency.root)
    agency.kit.people.withdraw(contact, by=agency.root)


def deactivated(agency: Agency) -> None:
    """Deactivate Maria."""
    agency.kit.people.add_staff(agency.maria, name="Maria", by=agency.root)
    agency.kit.people.deactivate(agency.maria, by=agency.root)


def every_way(agency: Agency, desk: Desk, token: str, upload: str) -> dict[str, Callable[[], object]]:
    """Return everything that the holder of a token can do."""
    requests = agency.kit.requests
    return {
        "open": lambda: requests.open(token),
        "submit": lambda: requests.submit(token, "passport", "id.pdf", PDF),
        "begin": lambda: requests.begin_upload(token, "passport", "id.pdf", size=7),
        "append": lambda: requests.append(token, upload, 4, b"x"),
        "look": lambda: requests.upload(token, upload),
        "abort": lambda: requests.abort(token, upload),
        "finish": lambda: requests.finish(token),
    }


@pytest.mark.parametrize("end", list(ENDS))
def test_every_end_ends_everything(agency: Agency, end: str) -> None:
    """Whatever ended it: no page, no file, no part, no receipt, and one answer for all of them."""
    desk = asked(agency)
    token = desk.token
    upload = agency.kit.requests.begin_upload(token, "letters", "x.pdf", size=len(PDF))
    agency.kit.requests.append(token, upload.id, 0, PDF[:4])
    ENDS[end](agency, desk)
    before = agency.everything()
    for name, way in every_way(agency, desk, token, upload.id).items():
        with pytest.raises(errors.RequestUnavailableError) as gone:
            way()
        assert (end == "time-over") is gone.value.expired, name

    assert before == agency.everything()
    assert [] == agency.kit.requests.outstanding(desk.ana) if end != "deactivated" else True


@pytest.mark.parametrize("end", list(REVIVALS))
def test_nothing_revives_a_dead_page(agency: Agency, end: str) -> None:
    """Access that is given again, or a thing that is shown again, does not open what was dead."""
    desk = asked(agency)
    token = desk.token
    ENDS[end](agency, desk)
    REVIVALS[end](agency, desk)

    with pytest.raises(errors.RequestUnavailableError):
        agency.kit.requests.open(token)


def test_who_was_withdrawn_is_not_asked(agency: Agency) -> None:
    """The page would be dead from the start; after another invitation they can be asked."""
    ana = agency.person("Ana")
    withdrawn(agency, ana)
    with pytest.raises(errors.InvalidInputError) as refused:
        asked(agency, "Cy", to=[ana])
    assert "to" == refused.value.field

    agency.kit.people.invite(ana, by=agency.root)
    again = asked(agency, "Bo", to=[ana])
    assert ana == agency.kit.requests.open(agency.kit.requests.token(again.request, ana)).contact


def test_a_case_handed_over_keeps_its_requests(agency: Agency) -> None:
    """The new owner answers for them, and hears of what comes."""
    desk = asked(agency, notify=agency.maria)
    agency.kit.shares.handover(agency.maria, to=Staff("eva"), by=agency.root)
    sent = desk.send()

    assert "staff:eva" == desk.now.created_by
    assert [Staff("eva")] == agency.kit.requests.told(desk.request)
    assert RequestState.ACCEPTED is agency.kit.requests.accept(sent, by=Staff("eva")).state


def test_a_merger_takes_requests_along(agency: Agency) -> None:
    """What the one was asked is wanted of the other, by the same address; what was dead stays dead."""
    desk = asked(agency)
    token, bo = desk.token, agency.person("Bo")
    lost = asked(agency, "Cy")
    gone = lost.token
    withdrawn(agency, lost.ana)
    agency.kit.people.merge(desk.ana, into=bo, by=agency.root)
    agency.kit.people.merge(lost.ana, into=bo, by=agency.root)

    assert [desk.request.id] == [view.request for view in agency.kit.requests.outstanding(bo)]
    assert (bo, "Bo") == (agency.kit.requests.open(token).contact, agency.kit.requests.open(token).contact_name)
    with pytest.raises(errors.RequestUnavailableError):
        agency.kit.requests.open(gone)


def test_one_contact_is_let_go_and_the_other_is_not(agency: Agency) -> None:
    """A part is ended by itself; doing it twice says it once, and a whole request leaves what was accepted."""
    heard: list[events.RequestCancelled] = []
    desk = asked(agency, "Ana", "Bo")
    ana_part, bo_part = desk.request.recipients
    agency.kit.requests.accept(desk.send(), by=agency.maria)
    with signals.request_cancelled.connected(heard.append):
        agency.kit.requests.cancel(bo_part, by=agency.maria)
        agency.kit.requests.cancel(bo_part, by=agency.maria)
        after = agency.kit.requests.cancel(desk.request, by=agency.maria)

    assert [bo_part.contact.key] == [event.party for event in heard]
    assert [RequestState.ACCEPTED, RequestState.CANCELLED] == [part.state for part in after.recipients]
    assert desk.ana == agency.kit.requests.open(desk.token).contact
    with pytest.raises(errors.RequestStateError):
        agency.kit.requests.cancel(ana_part, by=agency.maria)
    assert RequestState.CLOSED is agency.kit.requests.close(ana_part, by=agency.maria).recipients[0].state
    with pytest.raises(errors.RequestStateError):
        agency.kit.requests.cancel(ana_part, by=agency.maria)


def test_the_maker_may_end_what_they_may_not_share_any_more(agency: Agency) -> None:
    """As with links: who made it can take it back."""
    desk = asked(agency)
    agency.kit.catalog.put(agency.relaunch, title="x", owner=agency.ben, by=agency.root)

    assert RequestState.CANCELLED is agency.kit.requests.cancel(desk.request, by=agency.maria).state


def test_a_file_on_its_way_when_the_request_ends_is_refused(agency: Agency) -> None:
    """The state is read again in the transaction that files it; nothing of it stays (R-REQ-1)."""
    desk = asked(agency)

    def ending() -> Iterator[bytes]:
        yield PDF[:100]
        agency.kit.requests.cancel(desk.request, by=System("x"))
        yield PDF[100:]

    token = desk.token
    with pytest.raises(errors.RequestUnavailableError):
        agency.kit.requests.submit(token, "passport", "id.pdf", ending())

    part = desk.now.recipients[0]
    assert (RequestState.CANCELLED, 0, 0, 0) == (part.state, part.received, part.files_held, part.bytes_held)
    assert [] == agency.kit.requests.submissions(desk.request)
    assert [] == agency.sees(desk.ana)


def test_a_token_can_be_shown_again(agency: Agency) -> None:
    """It is the same at every call, whoever asks for it; days later, too."""
    desk = asked(agency)
    first = desk.token
    agency.clock.advance(timedelta(days=3) + DAY)

    assert first == desk.token == agency.kit.requests.token(desk.request.id, Contact(desk.ana.id))


def test_everything_is_taken_back_at_once(agency: Agency) -> None:
    """About a thing, of a contact, by a member of staff; all or nothing, and accepted parts are closed (R-LINK-8)."""
    both, other = asked(agency, "Ana", "Bo"), agency.thing("other")
    bo = both.request.recipients[1].contact
    elsewhere = asked(agency, "Cy", about=other)
    agency.kit.requests.accept(both.send(), by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.requests.cancel_all(agency.relaunch, by=agency.ben)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.requests.cancel_all(wrong("project:42"), by=agency.maria)
    of_bo = agency.kit.requests.cancel_all(bo, by=agency.maria)
    of_case = agency.kit.requests.cancel_all(agency.relaunch, by=agency.maria)
    of_maria = agency.kit.requests.cancel_all(agency.maria, by=agency.root)

    assert [[both.request.id], [both.request.id], [elsewhere.request.id]] == [
        [each.id for each in ended] for ended in (of_bo, of_case, of_maria)
    ]
    assert [RequestState.CLOSED, RequestState.CANCELLED] == [part.state for part in both.now.recipients]
    assert [] == agency.kit.requests.cancel_all(agency.relaunch, by=agency.maria)
