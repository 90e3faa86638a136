import itertools
from collections.abc import Callable

import pytest

from sharekit import ResourceRef, Staff, Visibility, errors
from tests.features.conftest import Agency, opens


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
