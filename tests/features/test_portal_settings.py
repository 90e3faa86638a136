"""The settings of the portal: changed at run time, at once, for one tenant, by who may."""

from typing import Any

import pytest

from sharekit import (
    Contact,
    OrganizationMode,
    ResourceRef,
    Staff,
    errors,
    requested_by_me,
    shared_with_me,
    signals,
)
from sharekit.records.scopes import DEFAULT_SCOPE
from tests.features.conftest import Agency, wrong


def test_what_is_not_named_stays(agency: Agency) -> None:
    """Each setting is changed by itself; None gives the scope of the kit back (B7, B8)."""
    portal = agency.kit.portal
    portal.configure(scope=requested_by_me, by=agency.root)
    portal.configure(properties={"project": {"hours", "progress"}}, by=agency.root)
    portal.configure(organizations=OrganizationMode.BY_ROLE, roles={"boss"}, by=agency.root)
    portal.configure(properties={"contract": set()}, by=agency.root)

    kept = portal.settings()

    assert ("requested_by_me", OrganizationMode.BY_ROLE) == (kept.scope, kept.organizations)
    assert {"boss"} == set(kept.roles)
    assert {"project": ("hours", "progress"), "contract": ()} == dict(kept.shown)
    assert None is portal.configure(scope=None, by=agency.root).scope


def test_a_setting_holds_from_the_next_reading(agency: Agency) -> None:
    """No list, decision or page remembers the one before; other tenants have their own."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, agency.company("Acme", ana))
    seen: list[list[str]] = []
    changes: list[dict[str, Any]] = [
        {"scope": requested_by_me},
        {"scope": None},
        {"organizations": OrganizationMode.NOBODY},
        {"organizations": OrganizationMode.EVERYONE},
    ]

    for change in changes:
        agency.kit.portal.configure(by=agency.root, **change)
        seen.append(agency.sees(ana))

    assert [[], ["42"], [], ["42"]] == seen
    assert None is agency.kit.for_tenant("other").portal.settings().scope


def test_organizations_count_for_nobody_a_role_the_chosen_or_everyone(agency: Agency) -> None:
    """What is given to a company counts for those members that the settings say (u7)."""
    boss, chosen, plain = (agency.person(name) for name in ("Boss", "Chosen", "Plain"))
    acme = agency.company("Acme", plain)
    agency.kit.people.join(boss, acme, role="boss", by=agency.maria)
    agency.kit.people.join(chosen, acme, sees_shared=True, by=agency.maria)
    agency.share(agency.relaunch, acme)
    seen = {}

    for mode in OrganizationMode:
        agency.kit.portal.configure(organizations=mode, roles={"boss"}, by=agency.root)
        seen[mode] = [person for person in (boss, chosen, plain) if agency.sees(person)]

    assert {
        OrganizationMode.NOBODY: [],
        OrganizationMode.BY_ROLE: [boss],
        OrganizationMode.PER_MEMBER: [chosen],
        OrganizationMode.EVERYONE: [boss, chosen, plain],
    } == seen


def test_joining_again_keeps_the_choice(agency: Agency) -> None:
    """Whether a member was chosen changes only when it is said, and each change is said once."""
    ana = agency.person("Ana")
    acme = agency.company("Acme")
    join = agency.kit.people.join
    heard: list[bool] = []

    with signals.member_role_changed.connected(lambda event: heard.append(event.sees_shared)):
        made = [
            join(ana, acme, sees_shared=True, by=agency.maria),
            join(ana, acme, by=agency.maria),
            join(ana, acme, role="boss", by=agency.maria),
            join(ana, acme, sees_shared=False, by=agency.maria),
            join(ana, acme, sees_shared=False, by=agency.maria),
        ]

    assert [(None, True), (None, True), ("boss", True), ("boss", False), ("boss", False)] == [
        (each.role, each.sees_shared) for each in made
    ]
    assert [True, False] == heard
    with pytest.raises(errors.InvalidInputError):
        join(ana, acme, sees_shared=wrong("yes"), by=agency.maria)


def test_pages_can_ask_what_holds_and_who_may_change_it(agency: Agency) -> None:
    """The scope that holds, the kit's or the settings', and whether somebody is an administrator."""
    portal = agency.kit.portal
    before = portal.scope()
    portal.configure(scope=requested_by_me & ~shared_with_me, by=agency.root)
    agency.kit.people.add_staff(Staff("anke"), name="Anke", roles={"admin"}, by=agency.root)
    agency.kit.people.add_staff(Staff("gone"), name="Gone", roles={"admin"}, by=agency.root)
    agency.kit.people.deactivate(Staff("gone"), by=agency.root)

    assert (DEFAULT_SCOPE, requested_by_me & ~shared_with_me) == (before, portal.scope())
    assert [True, True] == [portal.may_configure(by) for by in (agency.root, Staff("anke"))]
    assert [False, False, False] == [portal.may_configure(by) for by in (agency.maria, Staff("gone"), Contact("ana"))]
    assert {} == dict(portal.predicates)


def test_only_admins_change_settings(agency: Agency) -> None:
    """Owners, other staff and clients do not, and nothing is written."""
    before = agency.everything()

    for by in (agency.maria, agency.ben):
        with pytest.raises(errors.NotAllowedError):
            agency.kit.portal.configure(scope=shared_with_me, by=by)

    assert before == agency.everything()
    agency.kit.people.add_staff(agency.ben, name="Ben", roles={"admin"}, by=agency.root)
    assert "shared_with_me" == agency.kit.portal.configure(scope=shared_with_me, by=agency.ben).scope


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"scope": "shared_with_me"}, "scope"),
        ({"organizations": "everyone"}, "organizations"),
        ({"organizations": None}, "organizations"),
        ({"roles": "boss"}, "roles"),
        ({"roles": [1]}, "roles"),
        ({"roles": {"Not A Slug"}}, "roles"),
        ({"properties": {"nothing": set()}}, "properties"),
        ({"properties": ["project"]}, "properties"),
        ({"properties": {"project": "progress"}}, "properties"),
        ({"properties": {5: set()}}, "properties"),
    ],
)
def test_bad_settings_are_named(agency: Agency, options: dict[str, Any], field: str) -> None:
    """Each is an error that names it, and nothing is written."""
    before = agency.everything()

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.portal.configure(by=agency.root, **options)

    assert field == refused.value.field
    assert before == agency.everything()


def test_an_unknown_section_is_refused(agency: Agency) -> None:
    """A misspelt name is not a section that is hidden without a word."""
    with pytest.raises(errors.UnknownSectionError):
        agency.kit.portal.configure(properties={"project": {"progres"}}, by=agency.root)


def test_the_same_settings_are_no_event(agency: Agency) -> None:
    """A change says what changed."""
    heard: list[object] = []

    with signals.portal_configured.connected(lambda event: heard.append(event.changed)):
        for _ in range(2):
            agency.kit.portal.configure(scope=shared_with_me, roles={"boss"}, by=agency.root)

    assert [{"scope", "roles"}] == heard


def test_a_thing_given_to_a_company_and_to_a_person_stays_with_the_person(agency: Agency) -> None:
    """That a company counts for nobody takes nothing that was given by name."""
    ana = agency.person("Ana")
    task = ResourceRef("project", "task")
    agency.put(task)
    agency.share(agency.relaunch, agency.company("Acme", ana))
    agency.share(task, ana)

    agency.kit.portal.configure(organizations=OrganizationMode.NOBODY, by=agency.root)

    assert ["task"] == agency.sees(ana)
