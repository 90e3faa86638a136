"""Sharing: who is given what, what ends it, and who may not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from sharekit import (
    Access,
    Action,
    Children,
    Contact,
    Organization,
    ResourceRef,
    Sharekit,
    Staff,
    System,
    Visibility,
    errors,
    signals,
)
from sharekit.ids import GrantId
from tests.features.conftest import Agency, opens, wrong

HOUR = timedelta(hours=1)
UNKNOWN = ResourceRef("project", "unknown")


def test_several_things_for_several_people_in_one_step(agency: Agency) -> None:
    """Each recipient gets each thing, an organisation counts as one, and each grant is said once (A1, B1)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", bo)
    other = agency.thing("other", container=None)
    heard: list[str] = []

    with signals.resource_shared.connected(lambda event: heard.append(event.party)):
        grants = agency.kit.shares.grant([agency.relaunch, other], to=[ana, acme], by=agency.maria)

    assert [(agency.relaunch, ana.key), (agency.relaunch, acme.key), (other, ana.key), (other, acme.key)] == [
        (grant.ref, grant.grantee) for grant in grants
    ]
    assert [ana.key, acme.key] * 2 == heard
    assert ["other", "42"] == agency.sees(ana) == agency.sees(bo)


def test_all_or_nothing(agency: Agency) -> None:
    """One recipient or one thing that cannot be, and nothing is shared."""
    ana = agency.person("Ana")
    before = agency.everything()

    wrong: list[tuple[list[ResourceRef], list[Contact | Organization]]] = [
        ([agency.relaunch, UNKNOWN], [ana]),
        ([agency.relaunch], [ana, Contact("nobody")]),
        ([agency.relaunch], [ana, Organization("nobody")]),
    ]
    for refs, to in wrong:
        with pytest.raises(errors.NotFoundError):
            agency.kit.shares.grant(refs, to=to, by=agency.maria)

    assert before == agency.everything()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"refs": []}, "refs"),
        ({"refs": "project:42"}, "refs"),
        ({"refs": [["unhashable"]]}, "refs"),
        ({"refs": None}, "refs"),
        ({"refs": ResourceRef("nothing", "42")}, "kind"),
        ({"to": []}, "to"),
        ({"to": "ana"}, "to"),
        ({"to": [{"id": "ana"}]}, "to"),
        ({"to": None}, "to"),
        ({"to": Staff("ben")}, "to"),
        ({"by": "maria"}, "by"),
        ({"access": "view"}, "access"),
        ({"access": None}, "access"),
        ({"visibility": "client"}, "visibility"),
        ({"children": True}, "children"),
        ({"follow": "false"}, "follow"),
        ({"follow": 0}, "follow"),
        ({"expires_at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC)}, "expires_at"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
        ({"expires_at": datetime(2030, 1, 1)}, "expires_at"),  # noqa: DTZ001  # the point
        ({"expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_bad_arguments_are_named(agency: Agency, options: dict[str, Any], field: str) -> None:
    """Each bad argument is an error that names it, and nothing is written."""
    ana = agency.person("Ana")
    before = agency.everything()
    chosen: dict[str, Any] = {"refs": agency.relaunch, "to": ana, "by": agency.maria} | options

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.shares.grant(chosen.pop("refs"), **chosen)

    assert field == refused.value.field
    assert before == agency.everything()


def test_granting_again_renews_and_never_doubles(agency: Agency) -> None:
    """There is one grant for a thing and a recipient; its terms are those that were said last."""
    ana = agency.person("Ana")
    first = agency.share(agency.relaunch, ana, access=Access.CONTRIBUTE)

    again = agency.share(agency.relaunch, ana, expires_at=agency.clock.now() + HOUR)

    assert (first.id, 2, Access.VIEW) == (again.id, again.generation, again.access)
    assert [again] == agency.kit.shares.of(agency.relaunch)
    assert not agency.kit.access.can(ana, Action.CONTRIBUTE, agency.relaunch)


def test_levels_hold_the_ones_before(agency: Agency) -> None:
    """Who may contribute may comment and view; clients never edit, share or manage."""
    for access, allowed in (
        (Access.VIEW, {Action.VIEW}),
        (Access.COMMENT, {Action.VIEW, Action.COMMENT}),
        (Access.CONTRIBUTE, {Action.VIEW, Action.COMMENT, Action.CONTRIBUTE}),
    ):
        person = agency.person(f"Person{access}")
        agency.share(agency.relaunch, person, access=access)

        assert allowed == {action for action in Action if agency.kit.access.can(person, action, agency.relaunch)}


def test_a_grant_ends_at_its_instant(agency: Agency) -> None:
    """The end is exclusive, in lists and decisions alike."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana, expires_at=agency.clock.now() + HOUR)
    agency.clock.advance(HOUR - timedelta(microseconds=1))

    assert ["42"] == agency.sees(ana)
    agency.clock.advance(timedelta(microseconds=1))
    assert ([], False) == (agency.sees(ana), agency.kit.access.can(ana, Action.VIEW, agency.relaunch))


def test_what_is_filed_internally_lets_nobody_in(agency: Agency) -> None:
    """An internal grant is for staff: its grantee sees nothing and cannot find out about it (A3)."""
    ana = agency.person("Ana")
    filed = agency.share(agency.relaunch, ana, visibility=Visibility.INTERNAL)

    assert [filed] == agency.kit.shares.of(agency.relaunch)
    assert ([], []) == (agency.sees(ana), agency.kit.shares.followers(agency.relaunch))
    with pytest.raises(errors.NotFoundError) as denied:
        agency.kit.shares.decline(filed.id, by=ana)
    with pytest.raises(errors.NotFoundError) as absent:
        agency.kit.shares.decline(GrantId("0" * 64), by=ana)
    assert str(absent.value) == str(denied.value)


def test_internal_beats_every_grant(agency: Agency) -> None:
    """Whatever was shared of a thing, and of what it lies in, is hidden while either is internal (a4)."""
    ana = agency.person("Ana")
    task = agency.thing("task")
    agency.share(agency.relaunch, ana)
    agency.share(task, ana, access=Access.CONTRIBUTE)

    agency.put(agency.relaunch, visibility=Visibility.INTERNAL)

    assert [] == agency.sees(ana)
    agency.put(agency.relaunch, visibility=Visibility.CLIENT)
    assert ["42", "task"] == sorted(agency.sees(ana))


def test_revoking_ends_what_lies_inside_too(agency: Agency) -> None:
    """After revoke returns, the thing and all that was reached through it are gone; again changes nothing."""
    ana = agency.person("Ana")
    agency.thing("task")
    grant = agency.share(agency.relaunch, ana)

    revision = agency.kit.shares.revoke(grant, by=agency.maria)
    again = agency.kit.shares.revoke(grant.id, by=agency.maria)

    assert ([], revision) == (agency.sees(ana), again)
    assert not agency.kit.access.decide(ana, Action.VIEW, agency.relaunch, at_least=revision)
    assert 1 == len(agency.kit.audit.entries(action="share-revoked"))
    assert ([], "staff:maria") == (agency.kit.shares.of(agency.relaunch), agency.kit.shares.get(grant).revoked_by)


def test_a_store_that_is_behind_says_so(agency: Agency) -> None:
    """A revision that is not there yet is an error, and never an old yes."""
    ana = agency.person("Ana")
    revision = agency.kit.shares.revoke(agency.share(agency.relaunch, ana), by=agency.maria)

    ahead = attrs.evolve(revision, number=revision.number + 1)
    with pytest.raises(errors.ReplicaBehindError):
        agency.kit.access.decide(ana, Action.VIEW, agency.relaunch, at_least=ahead)
    for bad in (attrs.evolve(revision, kind="nothing"), revision.id, 3):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.access.decide(ana, Action.VIEW, agency.relaunch, at_least=wrong(bad))


def test_children_now_later_and_none(agency: Agency) -> None:
    """The grant says whether what lies in a thing comes with it, and from when on (p25)."""
    none, now, future = agency.person("None"), agency.person("Now"), agency.person("Future")
    agency.thing("early")
    for person, children in ((none, Children.NONE), (now, Children.NOW), (future, Children.FUTURE)):
        agency.share(agency.relaunch, person, children=children)

    agency.thing("late")

    assert [["42"], ["42", "early"], ["42", "early", "late"]] == [
        sorted(agency.sees(person)) for person in (none, now, future)
    ]


def test_children_now_leave_with_the_grant(agency: Agency) -> None:
    """What came with a grant goes with it, whatever terms it was renewed on meanwhile."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    task = agency.thing("task")
    grants = [agency.share(agency.relaunch, person, children=Children.NOW) for person in (ana, bo)]

    agency.share(agency.relaunch, bo, children=Children.NONE)

    assert ["42"] == agency.sees(bo)
    for grant in grants:
        agency.kit.shares.revoke(grant, by=agency.maria)
    assert ([], [], []) == (agency.sees(ana), agency.sees(bo), agency.kit.shares.of(task))


def test_renewing_narrows_what_came_along(agency: Agency) -> None:
    """A child is given on the terms of the last word about its container, not of the first."""
    ana = agency.person("Ana")
    task = agency.thing("task")
    agency.share(agency.relaunch, ana, children=Children.NOW, access=Access.CONTRIBUTE)

    agency.share(agency.relaunch, ana, children=Children.NOW)

    assert [True, False] == [agency.kit.access.can(ana, action, task) for action in (Action.VIEW, Action.CONTRIBUTE)]


def test_what_was_shared_by_itself_stays(agency: Agency) -> None:
    """A child's own grant does not come to depend on one for its container."""
    ana = agency.person("Ana")
    task = agency.thing("task")
    agency.share(task, ana, access=Access.COMMENT)
    whole = agency.share(agency.relaunch, ana, children=Children.NOW)

    agency.kit.shares.revoke(whole, by=agency.maria)

    assert ["task"] == agency.sees(ana)
    assert agency.kit.access.can(ana, Action.COMMENT, task)


def test_children_now_pass_over_what_is_restricted_waits_or_is_internal(agency: Agency) -> None:
    """What staff keep apart is not given away by a word about its container."""
    ana = agency.person("Ana")
    closed, hidden = agency.thing("closed"), agency.thing("hidden", visibility=Visibility.INTERNAL)
    agency.thing("below", container=closed)
    agency.kit.catalog.restrict(closed, by=agency.maria)

    agency.share(agency.relaunch, ana, children=Children.NOW)

    agency.put(hidden, visibility=Visibility.CLIENT)
    assert ["42"] == agency.sees(ana)


def test_only_who_may_share_shares(agency: Agency) -> None:
    """Other staff, clients and link holders are refused, and nothing is written (R-AUTH-5)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    grant = agency.share(agency.relaunch, ana, access=Access.CONTRIBUTE)
    before = agency.everything()

    verbs: list[Callable[[Any], object]] = [
        lambda by: agency.share(agency.relaunch, bo, by=by),
        lambda by: agency.kit.shares.revoke(grant, by=by),
        lambda by: agency.kit.shares.handover(agency.maria, to=agency.ben, by=by),
    ]
    for by in (agency.ben, ana):
        for verb in verbs:
            with pytest.raises(errors.NotAllowedError):
                verb(by)

    assert before == agency.everything()


def test_the_owner_of_the_whole_can_revoke_a_reshare(agency: Agency) -> None:
    """Who owns a container takes back what somebody else shared of a thing in it (u16)."""
    ana = agency.person("Ana")
    task = agency.thing("task", owner=agency.ben)
    grant = agency.share(task, ana, by=agency.ben)

    agency.kit.shares.revoke(grant, by=agency.maria)

    assert [] == agency.sees(ana)


def test_the_recipient_declines(agency: Agency) -> None:
    """What one did not want is gone, with what came along; staff may grant it again (p27)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.thing("task")
    grant = agency.share(agency.relaunch, ana, children=Children.NOW)

    with pytest.raises(errors.NotFoundError):
        agency.kit.shares.decline(grant, by=bo)
    agency.kit.shares.decline(grant, by=ana)
    agency.kit.shares.decline(grant, by=ana)

    assert ([], []) == (agency.sees(ana), agency.kit.shares.of(agency.relaunch))
    agency.share(agency.relaunch, ana)
    assert ["42", "task"] == sorted(agency.sees(ana))


def test_an_unfollowing_client_learns_nothing(agency: Agency) -> None:
    """Whether a thing is hidden, unknown or not followed: the answer is the same (R-ENUM-1)."""
    ana = agency.person("Ana")
    agency.put(agency.relaunch, visibility=Visibility.INTERNAL)
    before = agency.everything()

    for ref in (agency.relaunch, UNKNOWN):
        agency.kit.shares.unfollow(ref, ana, by=ana)

    assert before == agency.everything()


def test_following_is_not_access_and_access_is_not_following(agency: Agency) -> None:
    """The two are told apart, although granting begins both (u10)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    agency.share(agency.relaunch, ana, follow=False)
    agency.kit.shares.follow(agency.relaunch, bo, by=agency.ben)
    agency.kit.shares.follow(agency.relaunch, bo, by=agency.ben)

    assert (["42"], []) == (agency.sees(ana), agency.sees(bo))
    assert [bo.key] == [follow.party for follow in agency.kit.shares.followers(agency.relaunch)]
    agency.kit.shares.unfollow(agency.relaunch, bo, by=bo)
    assert [] == agency.kit.shares.followers(agency.relaunch)


@pytest.mark.parametrize("party", ["ana", None, System("x")])
def test_only_parties_follow(agency: Agency, party: Any) -> None:  # noqa: ANN401  # bad values
    """Anything but a contact, an organisation or staff is an error that says so."""
    for verb in (agency.kit.shares.follow, agency.kit.shares.unfollow):
        with pytest.raises(errors.InvalidInputError) as refused:
            verb(agency.relaunch, party, by=agency.maria)

        assert "party" == refused.value.field


def test_nothing_is_shared_of_what_was_removed(agency: Agency) -> None:
    """A removed thing, and what lies in one, take no grants; old grants never come back (C4, u25)."""
    ana = agency.person("Ana")
    task = agency.thing("task")
    old = agency.share(agency.relaunch, ana)
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)

    for ref in (agency.relaunch, task):
        with pytest.raises(errors.NotFoundError):
            agency.share(ref, ana)
    agency.put(agency.relaunch)
    assert [] == agency.sees(ana)
    agency.kit.shares.revoke(old, by=agency.maria)
    agency.share(agency.relaunch, ana)
    assert ["42"] == agency.sees(ana)


def test_leaving_the_company_ends_what_came_through_it(agency: Agency) -> None:
    """At the next call, by every face; who joins later gets it, and one row was written for all (u22)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", ana)
    agency.share(agency.relaunch, acme)
    agency.kit.people.leave(ana, acme, by=agency.maria)
    agency.kit.people.join(bo, acme, by=agency.maria)

    assert ([], ["42"]) == (agency.sees(ana), agency.sees(bo))
    assert not agency.kit.access.can(ana, Action.VIEW, agency.relaunch)
    with pytest.raises(errors.NotFoundError):
        agency.kit.access.view(ana, agency.relaunch)
    assert 1 == len(agency.kit.shares.of(agency.relaunch))


@pytest.mark.parametrize("party", ["contact", "organization"])
def test_who_is_deactivated_sees_nothing_and_gets_nothing(agency: Agency, party: str) -> None:
    """That holds for somebody alone and for a whole company."""
    ana = agency.person("Ana")
    acme = agency.company("Acme", ana)
    stopped: Contact | Organization = ana if party == "contact" else acme
    agency.share(agency.relaunch, acme)
    agency.kit.people.deactivate(stopped, by=agency.maria)

    assert [] == agency.sees(ana)
    with pytest.raises(errors.NotFoundError):
        agency.share(agency.relaunch, stopped)


def test_confidential_things_are_never_reached_through_a_company(agency: Agency) -> None:
    """Such a thing has to be given to a person, by itself or with its container (u8)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", ana, bo)
    contract = agency.thing("contract", kind="contract")
    agency.share(agency.relaunch, acme)
    agency.share(contract, acme)
    agency.share(agency.relaunch, bo)

    assert (["42"], ["42", "contract"]) == (agency.sees(ana), sorted(agency.sees(bo)))
    assert [False, True] == [agency.kit.access.can(who, Action.VIEW, contract) for who in (ana, bo)]


def test_handing_over_keeps_links_and_grants(agency: Agency) -> None:
    """Who takes over has all rights; links of the one before go on, also to what lies inside (u15, p34)."""
    ana = agency.person("Ana")
    task = agency.thing("task", owner=None, by=agency.root)
    agency.share(agency.relaunch, ana)
    tokens = [
        agency.kit.links.token(agency.kit.links.create(ref, by=agency.maria, sections=set()))
        for ref in (agency.relaunch, task)
    ]

    (moved,) = agency.kit.shares.handover(agency.maria, to=agency.ben, by=agency.maria)
    agency.kit.people.deactivate(agency.maria, by=agency.root)

    assert "staff:ben" == moved.owner
    assert [True, True] == [opens(agency.kit, token) for token in tokens]
    assert ["42", "task"] == sorted(agency.sees(ana))
    agency.kit.shares.revoke(agency.kit.shares.of(agency.relaunch)[0], by=agency.ben)


def test_nothing_is_handed_to_nobody(agency: Agency) -> None:
    """Somebody deactivated, oneself, or no staff at all cannot take over."""
    agency.kit.people.deactivate(agency.ben, by=agency.root)

    for to in (agency.ben, agency.maria, "ben", agency.person("Ana")):
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.shares.handover(agency.maria, to=wrong(to), by=agency.maria)

        assert "to" == refused.value.field


def test_merging_two_contacts_keeps_what_they_were_given(agency: Agency) -> None:
    """Who stays has what either had, on the better terms, with requests and follows; the other has nothing."""
    ana, anna = agency.person("Ana"), agency.person("Anna")
    task, asked = agency.thing("task"), agency.thing("asked", container=None)
    agency.put(task, requester=anna)
    agency.share(agency.relaunch, anna, access=Access.CONTRIBUTE, children=Children.NOW)
    agency.share(agency.relaunch, ana)
    agency.kit.access_requests.ask(asked, by=anna)

    agency.kit.people.merge(anna, into=ana, by=agency.maria)

    assert (["42", "task"], []) == (sorted(agency.sees(ana)), agency.sees(anna))
    assert agency.kit.access.can(ana, Action.CONTRIBUTE, task)
    assert [ana] == [request.contact for request in agency.kit.access_requests.waiting()]
    assert [ana.key] == [follow.party for follow in agency.kit.shares.followers(agency.relaunch)]
    assert ana == agency.kit.catalog.get(task).requester
    agency.kit.shares.revoke(agency.kit.shares.of(agency.relaunch)[0], by=agency.maria)
    assert [] == agency.sees(ana)


def test_tenants_are_apart(agency: Agency) -> None:
    """Things, people and grants of one tenant are unknown in another (R-TEN-1, R-AUTH-3)."""
    ana = agency.person("Ana")
    grant = agency.share(agency.relaunch, ana)
    other: Sharekit = agency.kit.for_tenant("other")
    other.catalog.put(agency.relaunch, title="Theirs", client_title="Theirs", by=agency.maria)
    before = agency.everything()

    unknown: list[Callable[[], object]] = [
        lambda: other.shares.revoke(grant, by=agency.root),
        lambda: other.shares.revoke(grant.id, by=agency.root),
        lambda: other.shares.get(grant),
        lambda: other.shares.decline(grant, by=ana),
        lambda: other.shares.grant(agency.relaunch, to=ana, by=agency.root),
        lambda: other.shares.follow(agency.relaunch, ana, by=agency.root),
        lambda: other.access.view(ana, agency.relaunch),
    ]
    for verb in unknown:
        with pytest.raises(errors.NotFoundError):
            verb()

    assert ([], (), before) == (
        other.shares.of(agency.relaunch),
        other.access.visible(ana).items,
        agency.everything(),
    )


@pytest.mark.parametrize("grant", ["", "x" * 500, "a/b", "\ud800", "42"])
def test_an_unknown_grant_is_not_found(agency: Agency, grant: Any) -> None:  # noqa: ANN401  # bad values
    """Whatever text stands for a grant, there is none."""
    for verb in (
        lambda: agency.kit.shares.get(grant),
        lambda: agency.kit.shares.revoke(grant, by=agency.maria),
        lambda: agency.kit.shares.decline(grant, by=agency.person("Ana")),
    ):
        with pytest.raises(errors.NotFoundError):
            verb()


def test_no_grant_at_all_is_an_error_that_says_so(agency: Agency) -> None:
    """Other values than a grant or its id are the caller's mistake."""
    for bad in (None, 3, agency.relaunch):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.shares.get(wrong(bad))
