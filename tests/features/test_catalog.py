import itertools
from collections.abc import Callable

import pytest

from sharekit import Action, Audience, CatalogItem, Contact, NewChildren, ResourceRef, Staff, Visibility, errors
from tests.features.conftest import Agency, opens, wrong


def test_an_entry_keeps_what_is_not_named(agency: Agency) -> None:
    """Putting again changes the named fields alone, and an internal thing stays internal."""
    agency.put(agency.relaunch, visibility=Visibility.INTERNAL, owner=agency.maria)

    entry = agency.kit.catalog.put(agency.relaunch, title="New name", by=agency.maria)

    assert ("New name", "For you", Visibility.INTERNAL, "staff:maria") == (
        entry.title,
        entry.client_title,
        entry.visibility,
        entry.owner,
    )
    assert entry == agency.kit.catalog.get(agency.relaunch)


def test_putting_the_same_is_no_event(agency: Agency) -> None:
    """A host may put its things again and again."""
    agency.put(agency.relaunch)
    count = len(agency.kit.audit.entries())

    agency.put(agency.relaunch)

    assert count == len(agency.kit.audit.entries())


def test_who_enters_a_thing_owns_it(agency: Agency) -> None:
    """Unless another owner is named; the host's machinery owns nothing."""
    mine = agency.put(ResourceRef("project", "1"))
    bens = agency.put(ResourceRef("project", "2"), owner=agency.ben)
    nobodys = agency.put(ResourceRef("project", "3"), by=agency.root)

    assert ["staff:maria", "staff:ben", None] == [entry.owner for entry in (mine, bens, nobodys)]


def test_only_the_owner_changes_an_entry(agency: Agency) -> None:
    """Other staff may not edit, move, remove or take over; nothing is written."""
    before = agency.everything()

    for verb in (
        lambda: agency.put(agency.relaunch, by=agency.ben),
        lambda: agency.put(agency.relaunch, by=agency.ben, owner=agency.ben),
        lambda: agency.kit.catalog.move(agency.relaunch, None, by=agency.ben),
        lambda: agency.kit.catalog.remove(agency.relaunch, by=agency.ben),
    ):
        with pytest.raises(errors.NotAllowedError):
            verb()

    assert before == agency.everything()


def test_the_owner_of_a_container_has_what_is_in_it(agency: Agency) -> None:
    """Rights come down from above."""
    task = ResourceRef("project", "task")
    agency.put(task, container=agency.relaunch, owner=agency.ben)

    assert "Renamed" == agency.kit.catalog.put(task, title="Renamed", by=agency.maria).title


def test_removing_leaves_a_tombstone(agency: Agency) -> None:
    """The thing is gone, removing again is quiet, and putting it again is a new incarnation."""
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)

    with pytest.raises(errors.NotFoundError):
        agency.kit.catalog.get(agency.relaunch)
    again = agency.kit.catalog.put(agency.relaunch, title="Again", by=agency.ben)
    assert (2, None, "staff:ben", None) == (again.incarnation, again.client_title, again.owner, again.removed_at)
    assert 1 == len(agency.kit.audit.entries(action="resource-removed"))


def test_nothing_lies_in_itself(agency: Agency) -> None:
    """A cycle is refused, over any number of steps."""
    task, step = ResourceRef("project", "task"), ResourceRef("project", "step")
    agency.put(task, container=agency.relaunch)
    agency.put(step, container=task)

    for target in (agency.relaunch, task, step):
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.catalog.move(agency.relaunch, target, by=agency.maria)
        assert "container" == refused.value.field
    with pytest.raises(errors.NotFoundError):
        agency.put(ResourceRef("project", "own"), container=ResourceRef("project", "own"))


def test_sixteen_containers_deep_and_no_more(agency: Agency) -> None:
    """The seventeenth level is refused, by put and by moving a whole branch."""
    refs = [agency.relaunch, *(ResourceRef("project", f"level{n}") for n in range(1, 17))]
    for above, below in itertools.pairwise(refs):
        agency.put(below, container=above)
    branch, leaf = ResourceRef("project", "branch"), ResourceRef("project", "leaf")
    agency.put(branch)
    agency.put(leaf, container=branch)

    with pytest.raises(errors.InvalidInputError):
        agency.put(ResourceRef("project", "deeper"), container=refs[16])
    with pytest.raises(errors.InvalidInputError):
        agency.kit.catalog.move(branch, refs[15], by=agency.maria)

    assert refs[14] == agency.kit.catalog.move(branch, refs[14], by=agency.maria).container
    link = agency.kit.links.create(leaf, by=agency.maria, sections=set())
    assert opens(agency.kit, agency.kit.links.token(link))


@pytest.mark.parametrize("height", [1, 5, 6, 7, 8, 12, 13, 15])
def test_a_branch_of_any_height_fits_exactly(agency: Agency, height: int) -> None:
    """What lies at the bottom of a branch comes to lie sixteen containers deep, and not one deeper."""
    above = [agency.relaunch, *(ResourceRef("project", f"above{n}") for n in range(17 - height))]
    branch = [ResourceRef("project", f"branch{n}") for n in range(height)]
    for refs in (above, branch):
        agency.put(refs[0])
        for container, ref in itertools.pairwise(refs):
            agency.put(ref, container=container)
    before = agency.everything()
    with pytest.raises(errors.InvalidInputError):
        agency.kit.catalog.move(branch[0], above[17 - height], by=agency.maria)
    refused = agency.everything()
    agency.kit.catalog.move(branch[0], above[16 - height], by=agency.maria)

    assert before == refused
    assert agency.kit.access.can(agency.maria, Action.VIEW, branch[-1])


@pytest.mark.parametrize(
    ("ref", "into", "by"),
    [
        ("42", "42", "maria"),
        ("42", "task", "maria"),
        ("42", "step", "maria"),
        ("never", "42", "maria"),
        ("gone", "42", "maria"),
        ("task", "never", "maria"),
        ("task", "gone", "maria"),
        ("task", "in-gone", "maria"),
        ("in-gone", "gone", "maria"),
        ("task", "other", "ben"),
        ("task", None, "ben"),
        ("task", None, "ana"),
    ],
)
def test_a_move_that_cannot_be_writes_nothing(agency: Agency, ref: str, into: str | None, by: str) -> None:
    """In circles, of or to what is not there or not any more, or by somebody who may not: an error, and no change."""
    things = {
        name: ResourceRef("project", name) for name in ("42", "task", "step", "other", "gone", "in-gone", "never")
    }
    for name, container in {"task": "42", "step": "task", "other": None, "gone": None, "in-gone": "gone"}.items():
        agency.put(things[name], container=None if container is None else things[container])
    agency.kit.catalog.remove(things["gone"], by=agency.maria)
    who = {"maria": agency.maria, "ben": agency.ben, "ana": agency.person("Ana")}
    before = agency.everything()

    with pytest.raises((errors.InvalidInputError, errors.NotFoundError, errors.NotAllowedError)):
        agency.kit.catalog.move(things[ref], None if into is None else things[into], by=who[by])
    assert before == agency.everything()


def test_put_does_not_move(agency: Agency) -> None:
    """Another container than before is refused; moving is a verb of its own."""
    agency.put(ResourceRef("project", "task"), container=agency.relaunch)
    agency.put(ResourceRef("project", "other"))

    with pytest.raises(errors.InvalidInputError):
        agency.put(ResourceRef("project", "task"), container=ResourceRef("project", "other"))


def test_a_container_must_be_there(agency: Agency) -> None:
    """Nothing is put into what was removed or never entered."""
    gone = ResourceRef("project", "gone")
    agency.put(gone)
    agency.kit.catalog.remove(gone, by=agency.maria)

    for container in (gone, ResourceRef("project", "never")):
        with pytest.raises(errors.NotFoundError):
            agency.put(ResourceRef("project", "task"), container=container)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 10_000}, "title"),
        ({"client_title": " "}, "client_title"),
        ({"owner": "maria"}, "owner"),
        ({"visibility": "public"}, "visibility"),
        ({"by": "maria"}, "by"),
    ],
)
def test_bad_arguments_are_named(agency: Agency, options: dict[str, object], field: str) -> None:
    """Each bad argument is named, and nothing is written."""
    before = agency.everything()

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.put(ResourceRef("project", "new"), **options)

    assert field == refused.value.field
    assert before == agency.everything()


def test_putting_a_removed_container_again_gives_nothing_of_what_lay_in_it(agency: Agency) -> None:
    """What lay in the old one stays dead, and the new one's owner has no rights on it."""
    child, eve = ResourceRef("project", "child"), Staff("eve")
    agency.put(child, container=agency.relaunch)
    link = agency.kit.links.create(child, by=agency.maria, sections=set())
    token = agency.kit.links.token(link)
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    agency.kit.catalog.put(agency.relaunch, title="Mine", by=eve)

    verbs: list[Callable[[], object]] = [
        lambda: agency.kit.links.create(child, by=eve, sections=set()),
        lambda: agency.put(child, by=eve, owner=eve),
        lambda: agency.kit.catalog.move(child, None, by=eve),
        lambda: agency.kit.catalog.remove(child, by=eve),
    ]
    for verb in verbs:
        with pytest.raises(errors.NotAllowedError):
            verb()

    assert not opens(agency.kit, token)


def test_moving_out_of_a_removed_container_revives_nothing(agency: Agency) -> None:
    """The thing itself lives on for its owner, what was shared of it does not."""
    child = ResourceRef("project", "child")
    agency.put(child, container=agency.relaunch)
    old = agency.kit.links.token(agency.kit.links.create(child, by=agency.maria, sections=set()))
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)

    agency.kit.catalog.move(child, None, by=agency.maria)

    new = agency.kit.links.token(agency.kit.links.create(child, by=agency.maria, sections=set()))
    assert (False, True) == (opens(agency.kit, old), opens(agency.kit, new))


def test_new_children_are_open_wait_or_are_hidden(agency: Agency) -> None:
    """The container says what becomes of what is put into it; staff open it one by one (p25)."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    refs: dict[NewChildren, ResourceRef] = {}
    for rule in NewChildren:
        agency.put(agency.relaunch, new_children=rule)
        refs[rule] = agency.thing(str(rule))

    assert ["42", "inherit"] == sorted(agency.sees(ana))
    agency.kit.catalog.unrestrict(refs[NewChildren.ASK], by=agency.maria)
    agency.put(refs[NewChildren.HIDDEN], visibility=Visibility.CLIENT)
    assert ["42", "ask", "hidden", "inherit"] == sorted(agency.sees(ana))


def test_restricting_keeps_what_comes_from_above_from_a_whole_branch(agency: Agency) -> None:
    """What is granted on the thing itself goes on, and so does what was granted inside (p24)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    task = agency.thing("task")
    step = agency.thing("step", container=task)
    agency.share(agency.relaunch, ana)
    agency.share(task, bo)

    agency.kit.catalog.restrict(task, by=agency.maria)
    agency.kit.catalog.restrict(task, by=agency.maria)

    assert (["42"], ["step", "task"]) == (agency.sees(ana), sorted(agency.sees(bo)))
    assert 1 == len(agency.kit.audit.entries(action="resource-restricted"))
    agency.share(step, ana)
    assert ["42", "step"] == sorted(agency.sees(ana))
    agency.kit.catalog.unrestrict(task, by=agency.maria)
    assert ["42", "step", "task"] == sorted(agency.sees(ana))


def test_moving_takes_visibility_along(agency: Agency) -> None:
    """A branch that moves is seen by who sees where it lies now, and hidden where that is internal."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    there, hidden = agency.thing("there", container=None), agency.thing("hidden", visibility=Visibility.INTERNAL)
    task = agency.thing("task")
    agency.thing("step", container=task)
    agency.share(agency.relaunch, ana)
    agency.share(there, bo)
    seen: list[tuple[list[str], list[str]]] = []

    for container in (there, hidden, None, agency.relaunch):
        agency.kit.catalog.move(task, container, by=agency.maria)
        seen.append((sorted(agency.sees(ana)), sorted(agency.sees(bo))))

    assert [
        (["42"], ["step", "task", "there"]),
        (["42"], ["there"]),
        (["42"], ["there"]),
        (["42", "step", "task"], ["there"]),
    ] == seen


def test_links_end_when_a_thing_or_what_it_lies_in_becomes_internal(agency: Agency) -> None:
    """Showing it again revives none of them (u23)."""
    task, hidden = agency.thing("task"), agency.thing("hidden", visibility=Visibility.INTERNAL)

    ways: list[Callable[[], object]] = [
        lambda: agency.put(task, visibility=Visibility.INTERNAL),
        lambda: agency.put(agency.relaunch, visibility=Visibility.INTERNAL),
        lambda: agency.kit.catalog.move(task, hidden, by=agency.maria),
    ]
    for hide in ways:
        link = agency.kit.links.create(task, by=agency.maria, sections=set())
        token = agency.kit.links.token(link)
        assert opens(agency.kit, token)
        hide()
        agency.kit.catalog.move(task, agency.relaunch, by=agency.maria)
        agency.put(agency.relaunch, visibility=Visibility.CLIENT)
        agency.put(task, visibility=Visibility.CLIENT)
        assert not opens(agency.kit, token)
        assert "staff:maria" == agency.kit.links.get(link.id).revoked_by


def test_a_requester_is_somebody_who_is_there(agency: Agency) -> None:
    """Unknown, deactivated and foreign contacts ask for nothing; who was deactivated later stays named (B2)."""
    ana, gone = agency.person("Ana"), agency.person("Gone")
    agency.put(agency.relaunch, requester=ana)
    agency.kit.people.deactivate(gone, by=agency.maria)
    before = agency.everything()

    for requester in (gone, Contact("nobody")):
        with pytest.raises(errors.NotFoundError):
            agency.put(agency.relaunch, requester=requester)
    with pytest.raises(errors.InvalidInputError):
        agency.put(agency.relaunch, requester="ana")
    assert before == agency.everything()
    agency.kit.people.deactivate(ana, by=agency.maria)
    assert ana == agency.put(agency.relaunch, requester=ana).requester
    assert ana == agency.put(agency.relaunch, title="Renamed").requester
    assert None is agency.put(agency.relaunch, requester=None).requester


def test_touching_needs_an_audience_and_a_thing(agency: Agency) -> None:
    """Who may know of it has no default, and nothing is written when it is refused."""
    before = agency.everything()

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.catalog.touch(agency.relaunch, audience=wrong("client"), by=agency.maria)
    assert "audience" == refused.value.field
    with pytest.raises(errors.NotFoundError):
        agency.kit.catalog.touch(ResourceRef("project", "no"), audience=Audience.CLIENT, by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.catalog.touch(agency.relaunch, audience=Audience.CLIENT, by=agency.person("Ana"))
    assert before == [row for row in agency.everything() if row in before]


def test_many_things_in_one_step(agency: Agency, deep: bool) -> None:  # a fixture
    """A container comes before what lies in it; each thing is as if it had been put by itself."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    count = 10_000 if deep else 300
    folder = CatalogItem(ResourceRef("project", "folder"), title="Folder", client_title="0", container=agency.relaunch)
    papers = [
        CatalogItem(
            ResourceRef("project", f"p{at}"), title=f"Internal {at}", client_title=f"{at:05}", container=folder.ref
        )
        for at in range(count - 1)
    ]

    entries = agency.kit.catalog.put_many([folder, *papers], by=agency.maria)

    assert (count, {"staff:maria"}) == (len(entries), {entry.owner for entry in entries})
    assert entries[-1] == agency.kit.catalog.get(papers[-1].ref)
    assert ["folder", *(f"p{at}" for at in range(199))] == agency.sees(ana, limit=200)
    before = len(agency.everything())
    agency.kit.catalog.put_many(papers, by=agency.maria)
    assert before == len(agency.everything())


def test_many_things_or_none(agency: Agency) -> None:
    """One that cannot be put, and none is; one thing twice, or too many, are refused."""
    fine = CatalogItem(ResourceRef("project", "fine"), title="Fine")
    before = agency.everything()

    lost = CatalogItem(ResourceRef("project", "x"), title="X", container=ResourceRef("project", "no"))
    with pytest.raises(errors.NotFoundError):
        agency.kit.catalog.put_many([fine, lost], by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.catalog.put_many([fine, CatalogItem(agency.relaunch, title="Mine")], by=agency.ben)
    for items in ([], [fine, fine], [fine, "project:42"], None, [fine] * 10_001):
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.catalog.put_many(wrong(items), by=agency.maria)
        assert "items" == refused.value.field

    assert before == agency.everything()
