"""Deciding, showing and explaining: what one reader gets of one thing, and what another cannot tell from nothing."""

from typing import Any

import pytest

from sharekit import (
    Access,
    Action,
    Children,
    Contact,
    LinkHolder,
    OrganizationMode,
    ResourceRef,
    Sharekit,
    Staff,
    Visibility,
    errors,
    in_shared_projects,
    requested_by_me,
    requested_by_my_organization,
    shared_with_me,
)
from sharekit.records.scopes import PortalScope, ScopeAll, ScopeAny, ScopeName, ScopeNot
from sharekit.testing import kit
from tests.features.conftest import Agency, wrong

UNKNOWN = ResourceRef("project", "unknown")


def why(agency: Agency, who: Any, ref: ResourceRef, action: Action = Action.VIEW) -> str:  # noqa: ANN401
    """Return the reason of a decision."""
    return agency.kit.access.decide(who, action, ref).reason


def test_nothing_is_seen_by_default(agency: Agency) -> None:
    """Being in the catalog, following, and having asked for a thing give no access (R-AUTH-2)."""
    ana = agency.person("Ana")
    agency.put(agency.relaunch, requester=ana)
    agency.kit.shares.follow(agency.relaunch, ana, by=agency.maria)

    assert ([], "out-of-scope") == (agency.sees(ana), why(agency, ana, agency.relaunch))


def test_every_refusal_says_why_to_staff(agency: Agency) -> None:
    """Each has its own reason, and none allows."""
    ana = agency.person("Ana")
    internal, gone = agency.thing("internal", visibility=Visibility.INTERNAL), agency.thing("gone")
    inside = agency.thing("inside", container=internal)
    agency.kit.catalog.remove(gone, by=agency.maria)

    assert ["absent", "removed", "internal", "inside-internal", "out-of-scope", "unknown-principal", "inactive"] == [
        why(agency, who, ref)
        for who, ref in (
            (ana, UNKNOWN),
            (ana, gone),
            (ana, internal),
            (ana, inside),
            (ana, agency.relaunch),
            (LinkHolder("x" * 22), agency.relaunch),
            (Contact("nobody"), agency.relaunch),
        )
    ]


def test_denied_and_absent_look_alike(agency: Agency) -> None:
    """A reader who may not view gets one and the same error (R-ENUM-1)."""
    ana = agency.person("Ana")
    internal = agency.thing("internal", visibility=Visibility.INTERNAL)
    expired = agency.thing("expired")
    agency.kit.shares.revoke(agency.share(expired, ana), by=agency.maria)
    told: set[tuple[type, str]] = set()

    for ref in (UNKNOWN, internal, expired, agency.relaunch):
        for show in (agency.kit.access.view, agency.kit.access.preview_as):
            with pytest.raises(errors.NotFoundError) as refused:
                show(ana, ref)
            told.add((type(refused.value), str(refused.value)))

    assert 1 == len(told)


def test_a_client_reads_client_sections_and_titles_alone(agency: Agency) -> None:
    """Hidden sections are absent and never loaded; staff read all under their own title (B8)."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    agency.kit.portal.configure(properties={"project": {"progress"}}, by=agency.root)

    seen = agency.kit.access.view(ana, agency.relaunch)

    assert ("Relaunch", ["progress"], ["progress"]) == (seen.title, list(seen.sections), agency.loads.calls)
    assert seen == agency.kit.access.preview_as(ana, agency.relaunch)
    staffs = agency.kit.access.view(agency.ben, agency.relaunch)
    assert ("Relaunch (cheap variant)", {"progress", "hours", "notes"}) == (staffs.title, set(staffs.sections))


def test_a_reader_reads_in_their_own_language(agency: Agency) -> None:
    """What is known of the contact goes before what the page says."""
    ana = Contact(agency.kit.people.add_contact("Ana", "ana@x.test", locale="de", by=agency.maria).id)
    untitled = agency.thing("untitled", client_title=None, kind="project")
    agency.share(untitled, ana)

    assert "Projekt" == agency.kit.access.view(ana, untitled, locale="es").title
    assert "Proyecto" == agency.kit.access.view(agency.ben, untitled, locale="es").kind_title


def test_staff_are_judged_by_their_rights(agency: Agency) -> None:
    """Owners may everything, other staff view; who was deactivated nothing, from the next call on."""
    staff: list[Any] = [agency.maria, agency.ben, agency.root]
    may = [{each for each in Action if agency.kit.access.can(who, each, agency.relaunch)} for who in staff]
    agency.kit.people.deactivate(agency.ben, by=agency.root)

    assert (set(Action), {Action.VIEW, Action.COMMENT}, set(Action)) == tuple(may)
    assert not agency.kit.access.can(agency.ben, Action.VIEW, agency.relaunch)
    assert ("absent", "has-manage") == (
        why(agency, agency.maria, UNKNOWN),
        why(agency, agency.maria, agency.relaunch, Action.MANAGE),
    )


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"principal": "ana"}, "principal"),
        ({"principal": None}, "principal"),
        ({"action": "view"}, "action"),
        ({"action": True}, "action"),
        ({"ref": "project:42"}, "ref"),
        ({"ref": ResourceRef("nothing", "42")}, "kind"),
    ],
)
def test_bad_arguments_are_named(agency: Agency, arguments: dict[str, Any], field: str) -> None:
    """A question that makes no sense is an error, and never a yes."""
    asked: dict[str, Any] = {"principal": agency.maria, "action": Action.VIEW, "ref": agency.relaunch} | arguments

    for question in (agency.kit.access.decide, agency.kit.access.can, agency.kit.access.explain):
        with pytest.raises(errors.InvalidInputError) as refused:
            question(asked["principal"], asked["action"], asked["ref"])
        assert field == refused.value.field


def test_an_explanation_names_every_cause(agency: Agency) -> None:
    """The strongest relation first, each with its grant (p30)."""
    ana = agency.person("Ana")
    task = agency.thing("task")
    own = agency.share(task, ana, access=Access.COMMENT)
    above = agency.share(agency.relaunch, agency.company("Acme", ana))

    explained = agency.kit.access.explain(ana, Action.VIEW, task)

    assert explained
    assert [("shared-with-me", own, Access.COMMENT), ("in-shared-project", above, Access.VIEW)] == [
        (cause.reason, cause.grant, cause.access) for cause in explained.causes
    ]


def test_an_explanation_names_the_nearest_misses(agency: Agency) -> None:
    """Why not: each grant that nearly lets them in, and what keeps it from doing so."""
    from datetime import timedelta

    ana = agency.person("Ana")
    acme = agency.company("Acme", ana)
    refs = {name: agency.thing(name, container=None) for name in ("expired", "revoked", "declined", "filed")}
    agency.share(refs["expired"], ana, expires_at=agency.clock.now() + timedelta(hours=1))
    agency.clock.advance(timedelta(hours=2))
    agency.kit.shares.revoke(agency.share(refs["revoked"], ana), by=agency.maria)
    agency.kit.shares.decline(agency.share(refs["declined"], ana), by=ana)
    agency.share(refs["filed"], ana, visibility=Visibility.INTERNAL)
    closed, alone = agency.thing("closed"), agency.thing("alone", container=refs["expired"])
    agency.share(agency.relaunch, ana)
    agency.kit.catalog.restrict(closed, by=agency.maria)
    agency.share(refs["expired"], ana, children=Children.NONE)
    contract = agency.thing("contract", kind="contract", container=None)
    agency.share(contract, acme)

    def missed(ref: ResourceRef) -> list[str]:
        return [miss.reason for miss in agency.kit.access.explain(ana, Action.VIEW, ref).near_misses]

    assert ["grant-revoked"] == missed(refs["revoked"])
    assert ["grant-declined"] == missed(refs["declined"])
    assert ["grant-is-internal"] == missed(refs["filed"])
    assert (["restricted"], ["grant-on-container-only"], ["confidential"]) == (
        missed(closed),
        missed(alone),
        missed(contract),
    )
    brill = agency.company("Brill", ana)
    other = agency.thing("other", container=None)
    agency.share(other, brill)
    agency.kit.portal.configure(organizations=OrganizationMode.NOBODY, by=agency.root)
    assert ["organization-not-counted"] == missed(other)


def test_a_scope_decides_what_counts(agency: Agency) -> None:
    """Four relations combine, and asking for a thing lets nobody comment where the scope does not say so (b6-b9)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.company("Acme", ana, bo)
    mine, theirs = agency.thing("mine", requester=ana), agency.thing("theirs", requester=bo)
    shared = agency.thing("shared", container=None)
    agency.share(agency.relaunch, ana)
    agency.share(shared, ana)
    seen: dict[PortalScope, list[str]] = {
        shared_with_me: ["42", "shared"],
        in_shared_projects: ["mine", "theirs"],
        requested_by_me: ["mine"],
        requested_by_my_organization: ["mine", "theirs"],
        requested_by_me | shared_with_me: ["42", "mine", "shared"],
        requested_by_my_organization & ~requested_by_me: ["theirs"],
        ~requested_by_my_organization: ["42", "shared"],
    }

    for scope, expected in seen.items():
        agency.kit.portal.configure(scope=scope, by=agency.root)
        assert expected == sorted(agency.sees(ana)), str(scope)
    agency.kit.portal.configure(scope=requested_by_me, by=agency.root)
    assert agency.kit.access.can(ana, Action.COMMENT, mine)
    agency.kit.portal.configure(scope=in_shared_projects, by=agency.root)
    assert [True, False] == [agency.kit.access.can(ana, action, mine) for action in (Action.VIEW, Action.COMMENT)]
    assert "in-shared-project" == why(agency, ana, theirs)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ScopeAny(()),
        lambda: ScopeAll(()),
        lambda: ScopeNot(PortalScope()),
        lambda: ~PortalScope(),
        lambda: shared_with_me | PortalScope(),
        lambda: ScopeName("shared_with_everybody"),
        lambda: ScopeAny((shared_with_me, wrong("all"))),
        lambda: shared_with_me & wrong("all"),
    ],
    ids=iter("abcdefgh"),
)
def test_a_scope_that_nobody_can_judge_cannot_be_made(make: Any) -> None:  # noqa: ANN401  # bad values
    """What is empty or unknown could hold for everything, alone or under a ``~``."""
    with pytest.raises(errors.InvalidInputError) as refused:
        make()

    assert "scope" == refused.value.field


@pytest.mark.parametrize("scope", [PortalScope(), "shared_with_me", None])
def test_a_kit_needs_a_scope_that_means_something(scope: Any) -> None:  # noqa: ANN401  # bad values
    """A wrong scope is found when the kit is put together."""
    with pytest.raises(errors.ConfigurationError):
        kit(scope=scope)


def test_the_directory_of_the_host_is_asked_each_time(agency: Agency) -> None:
    """Rights of staff are the host's to give and to take, in lists and decisions."""
    from sharekit import Right

    rights = {"eve": frozenset({Right.VIEW})}

    class Rights:
        def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
            del ref
            return rights.get(staff.id, frozenset())

    theirs: Sharekit = kit(records=agency.records, directory=Rights(), clock=agency.clock)
    eve = Staff("eve")

    assert (["42"], True) == (
        [item.ref.id for item in theirs.access.visible(eve).items],
        theirs.access.can(eve, Action.VIEW, agency.relaunch),
    )
    rights.clear()
    assert ((), False) == (theirs.access.visible(eve).items, theirs.access.can(eve, Action.VIEW, agency.relaunch))
