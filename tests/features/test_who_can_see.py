"""Who can see a thing: everybody who can is explained by a listed entry (R-LINK-8)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import (
    Action,
    Contact,
    OrganizationMode,
    PortalScope,
    Visibility,
    requested_by_my_organization,
    shared_with_me,
)
from sharekit.records.requests import DocumentRequest
from tests.features._mail import PROJECT, office
from tests.features._requests import asked
from tests.features.conftest import Agency
from tests.features.test_access_worlds import REFS, World, scopes, steps


def parties(agency: Agency) -> list[str]:
    """Return who can see the project."""
    return sorted(each.party.key for each in agency.kit.access.who_can_see(agency.relaunch).parties)


@given(scope=scopes, story=st.lists(steps, max_size=20))
@settings(max_examples=100)
def test_everybody_who_sees_is_explained(scope: PortalScope, story: list[tuple[Any, ...]]) -> None:
    """Whoever sees a thing is listed, or belongs to a listed company that counts for them; contacts listed see it."""
    world = World(scope)
    for step in story:
        world.do(step)

    for ref in REFS:
        listed = {each.party.key for each in world.kit.access.who_can_see(ref).parties}
        for who, contact in enumerate(world.contacts):
            through = {contact.key} | {world.companies[at].key for at in world.companies_of(who)}
            if world.kit.access.can(contact, Action.VIEW, ref):
                assert listed & through
            else:
                assert contact.key not in listed


def test_each_is_listed_with_what_they_were_let_into(agency: Agency) -> None:
    """The person by name, the company, the container that it came from, and the link (p28, B6)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", bo)
    task = agency.thing("task")
    own, above = agency.share(task, ana), agency.share(agency.relaunch, acme)
    link = agency.kit.links.create(task, by=agency.maria, sections=set())
    dead = agency.kit.links.create(task, by=agency.maria, sections=set())
    agency.kit.links.revoke(dead, by=agency.maria)

    onlookers = agency.kit.access.who_can_see(task)

    assert [(ana, task, own), (acme, agency.relaunch, above)] == [
        (each.party, each.ref, each.causes[0].grant) for each in onlookers.parties
    ]
    assert [link.id] == [each.id for each in onlookers.links]


def test_who_cannot_see_is_not_listed(agency: Agency) -> None:
    """Not the deactivated, nor those whose company counts for nobody, nor anybody while it is internal."""
    ana = agency.person("Ana")
    acme, brill = agency.company("Acme"), agency.company("Brill")
    agency.share(agency.relaunch, ana, acme, brill)
    agency.kit.people.deactivate(brill, by=agency.maria)

    assert sorted([ana.key, acme.key]) == parties(agency)
    agency.kit.portal.configure(organizations=OrganizationMode.NOBODY, by=agency.root)
    assert [ana.key] == parties(agency)
    agency.kit.people.deactivate(ana, by=agency.maria)
    assert [] == parties(agency)
    agency.kit.portal.configure(organizations=OrganizationMode.EVERYONE, by=agency.root)
    agency.put(agency.relaunch, visibility=Visibility.INTERNAL)
    assert [] == parties(agency)


def test_two_companies_together_are_told_by_the_person(agency: Agency) -> None:
    """Where the scope asks for two relations, somebody who has one by each of two companies is listed themselves."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.company("Acme", ana, bo)
    brill = agency.company("Brill", ana)
    agency.put(agency.relaunch, requester=bo)
    agency.share(agency.relaunch, brill)
    agency.kit.portal.configure(scope=shared_with_me & requested_by_my_organization, by=agency.root)

    assert (["42"], [ana.key]) == (agency.sees(ana), parties(agency))


def test_an_upload_page_is_listed_for_as_long_as_it_is_there(agency: Agency) -> None:
    """With those for whom it is; who has nothing to send any more holds nothing (R-LINK-8)."""
    desk = asked(agency, "Ana", "Bo")
    before = agency.kit.access.who_can_see(agency.relaunch)
    agency.kit.requests.cancel(desk.request.recipients[0], by=agency.maria)
    after = agency.kit.access.who_can_see(agency.relaunch)
    agency.kit.requests.cancel(desk.request, by=agency.maria)

    assert [["Ana", "Bo"]] == [_asked(agency, request) for request in before.requests]
    assert [["Bo"]] == [_asked(agency, request) for request in after.requests]
    assert () == agency.kit.access.who_can_see(agency.relaunch).requests
    assert before.parties == ()


def _asked(agency: Agency, request: DocumentRequest) -> list[str]:
    return [agency.kit.people.get(each.contact).name for each in request.recipients]


def test_who_can_answer_by_mail_is_listed_until_the_address_is_taken_back() -> None:
    """A client with an address to which they answer; the addresses of staff are not for people outside (R-LINK-8)."""
    here = office(about=True)
    here.address()
    here.address(here.maria)
    listed = here.kit.access.who_can_see(PROJECT).correspondents
    here.kit.conversations.revoke_reply_addresses(Contact(here.ana.id), by=here.maria)

    assert [(Contact(here.ana.id), here.talk.id)] == [(each.party, each.conversation) for each in listed]
    assert listed[0].until > here.clock.now()
    assert () == here.kit.access.who_can_see(PROJECT).correspondents


def test_nobody_sees_what_is_not_there(agency: Agency) -> None:
    """An unknown or removed thing has no onlookers."""
    agency.share(agency.relaunch, agency.person("Ana"))
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)

    assert [] == parties(agency)


def test_everything_of_one_person_can_be_taken_back(agency: Agency) -> None:
    """After each listed grant was revoked nobody is left."""
    people: list[Contact] = [agency.person(name) for name in ("Ana", "Bo")]
    agency.share(agency.relaunch, *people, agency.company("Acme", *people))

    for onlooker in agency.kit.access.who_can_see(agency.relaunch).parties:
        for cause in onlooker.causes:
            assert cause.grant is not None
            agency.kit.shares.revoke(cause.grant, by=agency.maria)

    assert [] == parties(agency)
    assert [[], []] == [agency.sees(person) for person in people]
