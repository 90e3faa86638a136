"""Who else sees a thing, told to a client: where staff said so, and nobody whose presence is internal (u13)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import (
    Action,
    OrganizationMode,
    PortalScope,
    ResourceRef,
    System,
    Visibility,
    errors,
    signals,
)
from sharekit.features._other_onlookers import MOST_NAMED
from sharekit.records.explanations import OtherOnlookers
from sharekit.records.requests import RequestItem
from tests.features.conftest import Agency, wrong
from tests.features.test_access_worlds import REFS, ROOT, World, scopes, steps


def told(agency: Agency, *kinds: str) -> None:
    """Have clients be told of things of these kinds."""
    agency.kit.portal.configure(onlookers=kinds, by=agency.root)


def named(others: OtherOnlookers) -> list[str]:
    """Return the names that a client reads."""
    return [each.name for each in others.named]


@given(scope=scopes, story=st.lists(steps, max_size=20))
@settings(max_examples=100)
def test_a_name_is_read_exactly_where_a_decision_says_so(scope: PortalScope, story: list[tuple[Any, ...]]) -> None:
    """Whoever is named sees it; whoever sees it is named, or belongs to a named company; others are told nothing."""
    world = World(scope)
    world.kit.portal.configure(onlookers={kind.name for kind in world.kit.kinds.values()}, by=ROOT)
    for step in story:
        world.do(step)

    for ref in REFS:
        seeing = {who for who, each in enumerate(world.contacts) if world.kit.access.can(each, Action.VIEW, ref)}
        for reader, contact in enumerate(world.contacts):
            if reader not in seeing:
                with pytest.raises(errors.NotFoundError):
                    world.kit.access.who_else_can_see(ref, by=contact)
                continue
            others = world.kit.access.who_else_can_see(ref, by=contact)
            people = {each.name for each in others.named if not each.is_organization}
            companies = {each.name for each in others.named if each.is_organization}
            assert people <= {world.contacts[who].name for who in seeing - {reader}}
            for who in seeing - {reader}:
                theirs = {world.companies[at].name for at in world.companies_of(who)}
                assert world.contacts[who].name in people or theirs & companies
            listed = {each.party for each in world.kit.access.who_can_see(ref).parties}
            assert companies == {each.name for each in world.companies if each in listed}


def test_clients_are_told_where_staff_said_so(agency: Agency) -> None:
    """Nobody is named unless the kind was chosen; then people and companies by name, one's own marked (u13)."""
    ana, bo, cy = (agency.person(name) for name in ("Ana", "Bo", "Cy"))
    acme, brill = agency.company("acme", ana), agency.company("Brill", cy)
    task = agency.thing("task")
    agency.share(agency.relaunch, acme, brill)
    agency.share(task, ana, bo)
    before = agency.kit.access.who_else_can_see(task, by=ana)
    told(agency, "contract")
    elsewhere = agency.kit.access.who_else_can_see(task, by=ana)
    told(agency, "project")
    others = agency.kit.access.who_else_can_see(task, by=ana)

    assert before == elsewhere == OtherOnlookers(told=False)
    assert [("acme", True, True), ("Bo", False, False), ("Brill", True, False)] == [
        (each.name, each.is_organization, each.is_own) for each in others.named
    ]
    assert (True, False) == (others.told, others.more)
    assert ["acme", "Ana", "Bo", "Brill"] == named(agency.kit.access.who_else_can_see(task, by=cy))
    told(agency)
    assert before == agency.kit.access.who_else_can_see(task, by=ana)
    assert not agency.kit.for_tenant("other").portal.settings().onlookers


def test_whose_presence_is_internal_is_not_named(agency: Agency) -> None:
    """Not under whom it is filed, who follows, who holds a link, who was asked, or who lost what they had."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    told(agency, "project")
    agency.share(agency.relaunch, ana, bo)
    agency.share(agency.relaunch, agency.person("Filed"), visibility=Visibility.INTERNAL)
    agency.kit.shares.follow(agency.relaunch, agency.person("Follower"), by=agency.maria)
    agency.kit.shares.follow(agency.relaunch, agency.maria, by=agency.maria)
    agency.link(recipient=agency.person("Linked"))
    agency.kit.requests.create(
        to=[agency.person("Asked")],
        items=[RequestItem("ID card")],
        subject="s",
        body="b",
        about=agency.relaunch,
        by=agency.maria,
    )
    left = agency.company("Left", bo)
    agency.share(agency.relaunch, left)
    agency.kit.people.deactivate(left, by=agency.maria)
    gone, declined, ended = (agency.person(name) for name in ("Gone", "Declined", "Ended"))
    agency.share(agency.relaunch, gone, ended)
    agency.kit.people.deactivate(gone, by=agency.maria)
    agency.kit.shares.decline(agency.share(agency.relaunch, declined), by=declined)
    agency.kit.shares.revoke(agency.share(agency.relaunch, ended), by=agency.maria)

    assert ["Bo"] == named(agency.kit.access.who_else_can_see(agency.relaunch, by=ana))


def test_a_company_is_named_for_whom_it_counts(agency: Agency) -> None:
    """Where a company counts for nobody it is not named, nor of a thing that is never reached through one (u7, u8)."""
    ana, acme = agency.person("Ana"), agency.company("Acme", agency.person("Bo"))
    secret = agency.thing("secret", kind="contract")
    told(agency, "project", "contract")
    for ref in (agency.relaunch, secret):
        agency.share(ref, ana, acme)
    seen = [named(agency.kit.access.who_else_can_see(ref, by=ana)) for ref in (agency.relaunch, secret)]
    agency.kit.portal.configure(organizations=OrganizationMode.NOBODY, by=agency.root)

    assert [["Acme"], []] == seen
    assert [] == named(agency.kit.access.who_else_can_see(agency.relaunch, by=ana))


def test_a_crowd_is_not_named(agency: Agency) -> None:
    """Of very many some are named, and it is said that there are more; each named one does see it."""
    ana = agency.person("Ana")
    told(agency, "project")
    crowd = [agency.person(f"P{number}") for number in range(MOST_NAMED)]
    agency.share(agency.relaunch, ana, *crowd)
    others = agency.kit.access.who_else_can_see(agency.relaunch, by=ana)

    assert others.more
    assert MOST_NAMED - 1 <= len(others.named) <= MOST_NAMED
    assert set(named(others)) <= {f"P{number}" for number in range(MOST_NAMED)}


def test_who_may_not_look_is_told_nothing(agency: Agency) -> None:
    """Denied, absent and internal are one error; staff ask `who_can_see`, and an undeclared kind is refused."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    told(agency, "project")
    agency.share(agency.relaunch, ana)
    hidden = agency.thing("hidden", visibility=Visibility.INTERNAL)
    ask = agency.kit.access.who_else_can_see
    refused: list[str] = []
    for ref, by in (
        (agency.relaunch, bo),
        (agency.relaunch, wrong(agency.kit.people.add_contact("N", "n@x.test", by=agency.maria))),
        (hidden, ana),
        (ResourceRef("project", "none"), ana),
    ):
        with pytest.raises(errors.NotFoundError) as error:
            ask(ref, by=by)
        refused.append(error.value.code)

    assert {"not-found"} == set(refused)
    for by in (agency.maria, agency.root, "ana", None):
        with pytest.raises(errors.InvalidInputError) as wrong_by:
            ask(agency.relaunch, by=wrong(by))
        assert wrong_by.value.field == "by"
    with pytest.raises(errors.InvalidInputError):
        ask(ResourceRef("nothing", "1"), by=ana)


def test_the_setting_is_an_administrators(agency: Agency) -> None:
    """It names kinds that are there, is told as a change, and nobody else makes it."""
    heard: list[frozenset[str]] = []
    configure = agency.kit.portal.configure
    with signals.portal_configured.connected(lambda event: heard.append(event.changed)):
        configure(onlookers={"project"}, by=agency.root)
        configure(onlookers=["project"], by=System("setup"))

    assert [frozenset({"onlookers"})] == heard
    for given_, field in (({"nothing"}, "onlookers"), ("project", "onlookers"), ([7], "onlookers")):
        with pytest.raises(errors.InvalidInputError) as error:
            configure(onlookers=wrong(given_), by=agency.root)
        assert error.value.field == field
    with pytest.raises(errors.NotAllowedError):
        configure(onlookers=(), by=agency.maria)
    assert frozenset({"project"}) == agency.kit.portal.settings().onlookers
