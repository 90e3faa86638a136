"""Requests for access: clients ask, staff answer, and asking tells nothing."""

import attrs
import pytest

from sharekit import Access, Action, Contact, ResourceRef, Visibility, errors
from tests.features.conftest import Agency, wrong

UNKNOWN = ResourceRef("project", "unknown")


def test_staff_let_in_who_asked(agency: Agency) -> None:
    """The request waits, is approved once, and the client is in, and hears of the thing (p22)."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (request,) = agency.kit.access_requests.waiting(agency.relaunch)

    grant = agency.kit.access_requests.approve(request, by=agency.maria)

    assert (["42"], [], [grant]) == (
        agency.sees(ana),
        agency.kit.access_requests.waiting(),
        agency.kit.shares.of(agency.relaunch),
    )
    assert [ana.key] == [follow.party for follow in agency.kit.shares.followers(agency.relaunch)]
    with pytest.raises(errors.InvalidInputError):
        agency.kit.access_requests.approve(request, by=agency.maria)


def test_asking_tells_nothing(agency: Agency) -> None:
    """Of what is hidden, removed or unknown: the answer is the same, and nothing is kept (R-ENUM-1)."""
    ana = agency.person("Ana")
    hidden, gone = agency.thing("hidden", visibility=Visibility.INTERNAL), agency.thing("gone")
    agency.kit.catalog.remove(gone, by=agency.maria)
    before = agency.everything()

    for ref in (hidden, gone, UNKNOWN):
        agency.kit.access_requests.ask(ref, by=ana)

    assert before == agency.everything()


def test_nobody_asks_for_what_they_have(agency: Agency) -> None:
    """There is nothing to answer to that."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)

    agency.kit.access_requests.ask(agency.relaunch, by=ana)

    assert [] == agency.kit.access_requests.waiting()


def test_an_approval_takes_nothing(agency: Agency) -> None:
    """A grant that was made in the meantime and gives more stays as it is; one that gives less is raised."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (request,) = agency.kit.access_requests.waiting()
    more = agency.share(agency.relaunch, ana, access=Access.CONTRIBUTE)

    assert more == agency.kit.access_requests.approve(request, by=agency.maria)
    agency.kit.shares.revoke(more, by=agency.maria)
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (again,) = agency.kit.access_requests.waiting()
    agency.share(agency.relaunch, ana)
    agency.kit.access_requests.approve(again, access=Access.COMMENT, by=agency.maria)
    assert agency.kit.access.can(ana, Action.COMMENT, agency.relaunch)


def test_a_dismissed_client_may_ask_again(agency: Agency) -> None:
    """No is an answer to one question, not to the next."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    agency.kit.access_requests.dismiss(agency.kit.access_requests.waiting()[0], by=agency.maria)

    assert ([], []) == (agency.sees(ana), agency.kit.access_requests.waiting())
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    assert [ana] == [request.contact for request in agency.kit.access_requests.waiting()]


def test_only_who_may_share_answers(agency: Agency) -> None:
    """Other staff and clients are refused, and nothing is written."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (request,) = agency.kit.access_requests.waiting()
    before = agency.everything()

    for by in (agency.ben, ana):
        with pytest.raises(errors.NotAllowedError):
            agency.kit.access_requests.approve(request, by=by)
        with pytest.raises(errors.NotAllowedError):
            agency.kit.access_requests.dismiss(request, by=by)

    assert before == agency.everything()


def test_a_request_ends_with_its_thing(agency: Agency) -> None:
    """What was removed waits for nobody, also when its id is put again."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (request,) = agency.kit.access_requests.waiting()
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)

    assert [] == agency.kit.access_requests.waiting() == agency.kit.access_requests.waiting(UNKNOWN)
    agency.put(agency.relaunch)
    assert [] == agency.kit.access_requests.waiting()
    with pytest.raises(errors.NotFoundError):
        agency.kit.access_requests.approve(request, by=agency.maria)


def test_who_was_deactivated_is_not_let_in(agency: Agency) -> None:
    """Neither by asking nor by an approval."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (request,) = agency.kit.access_requests.waiting()
    agency.kit.people.deactivate(ana, by=agency.maria)

    with pytest.raises(errors.NotFoundError):
        agency.kit.access_requests.approve(request, by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        agency.kit.access_requests.ask(agency.relaunch, by=ana)


def test_a_request_of_another_tenant_is_unknown(agency: Agency) -> None:
    """So is one that nobody made."""
    ana = agency.person("Ana")
    agency.kit.access_requests.ask(agency.relaunch, by=ana)
    (request,) = agency.kit.access_requests.waiting()
    other = agency.kit.for_tenant("other")

    with pytest.raises(errors.NotFoundError):
        other.access_requests.approve(request, by=agency.root)
    with pytest.raises(errors.NotFoundError):
        agency.kit.access_requests.approve(attrs.evolve(request, contact=Contact("nobody")), by=agency.maria)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.access_requests.dismiss(wrong(request.id), by=agency.maria)


def test_asking_is_slowed_down(agency: Agency) -> None:
    """Twenty an hour, whatever was asked for."""
    ana = agency.person("Ana")
    for at in range(20):
        agency.kit.access_requests.ask(ResourceRef("project", f"guess{at}"), by=ana)

    with pytest.raises(errors.TooManyAttemptsError):
        agency.kit.access_requests.ask(agency.relaunch, by=ana)

    bo = agency.person("Bo")
    agency.kit.access_requests.ask(agency.relaunch, by=bo)
    assert [bo] == [request.contact for request in agency.kit.access_requests.waiting()]


def test_staff_do_not_ask(agency: Agency) -> None:
    """A request needs the contact who makes it."""
    with pytest.raises(errors.InvalidInputError):
        agency.kit.access_requests.ask(agency.relaunch, by=wrong(agency.maria))
