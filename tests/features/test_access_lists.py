"""The client's list: its orders, its search, and its places, which survive changes and belong to one reader."""

from datetime import timedelta
from typing import Any

import pytest

from sharekit import (
    Audience,
    Contact,
    Order,
    OrganizationMode,
    ResourceKind,
    ResourceRef,
    Staff,
    System,
    Visibility,
    errors,
    in_shared_projects,
)
from sharekit.codec.folding import fold
from sharekit.testing import kit
from tests.features.conftest import Agency, wrong

HOUR = timedelta(hours=1)
TITLES = ["Żółw", "zebra", "Ångström", "angel", "100% cotton", "100x cotton", "a_b", "aXb", "Łódź", "lodz 2"]


@pytest.fixture
def ana(agency: Agency) -> Contact:
    """A client with whom ten things are shared, by a company of hers."""
    person = agency.person("Ana")
    agency.share(agency.relaunch, agency.company("Acme", person))
    for at, title in enumerate(TITLES):
        agency.clock.advance(HOUR)
        agency.thing(str(at), client_title=title)
    agency.share(ResourceRef("project", "3"), person)  # by two ways, and still one thing
    return person


def titles(agency: Agency, reader: Contact, **options: Any) -> list[str]:  # noqa: ANN401  # of a list
    """Return the titles of a list."""
    return [item.title for item in agency.kit.access.visible(reader, **options).items]


def walk(agency: Agency, reader: Contact | Staff, limit: int, **options: Any) -> list[str]:  # noqa: ANN401
    """Walk a list to its end and back, and return the ids that were met, once it is sure both ways agree."""
    pages = [agency.kit.access.visible(reader, limit=limit, **options)]
    while (after := pages[-1].next) is not None:
        pages.append(agency.kit.access.visible(reader, limit=limit, after=after, **options))
    back = [pages[-1]]
    while (before := back[-1].previous) is not None:
        back.append(agency.kit.access.visible(reader, limit=limit, after=before, **options))
    there = [item.ref.id for page in pages for item in page.items]

    assert there == [item.ref.id for page in reversed(back) for item in page.items]
    return there


def test_by_name_without_regard_to_case_and_accents(agency: Agency, ana: Contact) -> None:
    """Names are sorted as people write them, in either direction (C3)."""
    expected = sorted(["Relaunch", *TITLES], key=fold)

    assert expected == titles(agency, ana)
    assert expected[::-1] == titles(agency, ana, descending=True)


def test_by_creation_and_by_activity(agency: Agency, ana: Contact) -> None:
    """What clients may know of moves a thing up; what is internal never does."""
    for id_, audience in (("5", Audience.CLIENT), ("7", Audience.INTERNAL)):
        agency.clock.advance(HOUR)
        agency.kit.catalog.touch(ResourceRef("project", id_), audience=audience, by=agency.maria)
    oldest_first = ["42", *(str(at) for at in range(10))]

    assert oldest_first == agency.sees(ana, order=Order.CREATED)
    assert oldest_first[::-1] == agency.sees(ana, order=Order.CREATED, descending=True)
    assert ["5", "9", "8", "7"] == agency.sees(ana, order=Order.ACTIVITY, descending=True)[:4]
    staffs = agency.kit.access.visible(agency.maria, order=Order.ACTIVITY, descending=True, limit=2)
    assert ["7", "5"] == [item.ref.id for item in staffs.items]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 11, 50])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_forwards_and_backwards(agency: Agency, ana: Contact, limit: int, descending: bool) -> None:
    """Every thing is met once, whatever the size of the page."""
    for order in Order:
        whole = agency.sees(ana, order=order, descending=descending)

        assert (11, whole) == (len(whole), walk(agency, ana, limit, order=order, descending=descending))


def test_staff_walk_what_they_may_view(agency: Agency, ana: Contact) -> None:
    """Staff see their own titles, internal things too, and no client's list."""
    del ana
    agency.thing("hidden", visibility=Visibility.INTERNAL)

    assert 12 == len(walk(agency, agency.ben, 5))
    assert ["Internal hidden"] == [item.title for item in agency.kit.access.visible(agency.ben, search="HIDD").items]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("zolw", ["Żółw"]),
        ("ÅNGS", ["Ångström"]),
        ("ang", ["angel", "Ångström"]),
        ("100%", ["100% cotton"]),
        ("%", ["100% cotton"]),
        ("_", ["a_b"]),
        ("a_b", ["a_b"]),
        ("lodz", ["Łódź", "lodz 2"]),
        ("*", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("Internal", []),
        ("cheap", []),
    ],
)
def test_search_finds_text_and_knows_no_signs(agency: Agency, ana: Contact, search: str, found: list[str]) -> None:
    """Case and accents make no difference, no sign is special, and internal titles are not searched (c4)."""
    assert found == titles(agency, ana, search=search)
    assert sorted(found) == sorted(titles(agency, ana, search=search, order=Order.CREATED, descending=True))


@pytest.mark.parametrize("search", ["", " ", "\u0301", None])
def test_a_search_for_nothing_finds_all(agency: Agency, ana: Contact, search: str | None) -> None:
    """What folds to nothing narrows nothing, also not to the things that have a title."""
    agency.thing("untitled", client_title=None)

    assert 12 == len(agency.sees(ana, search=search))


def test_a_thing_without_a_title_of_its_own_is_named_by_its_kind(agency: Agency, ana: Contact) -> None:
    """The internal title never takes its place, and the list goes on past it in every order."""
    agency.thing("untitled", client_title=None)

    assert "Project" in titles(agency, ana)
    for order in Order:
        assert 12 == len(walk(agency, ana, 1, order=order))


def test_things_without_a_title_come_after_those_that_have_one(agency: Agency, ana: Contact) -> None:
    """Among themselves they are ordered by what a client may know of them; the internal title moves none."""
    agency.thing("b-untitled", title="aaa", client_title=None)
    agency.thing("a-untitled", title="zzz", client_title=None)
    last = ["a-untitled", "b-untitled"]

    assert last == agency.sees(ana)[-2:]
    assert last[::-1] == agency.sees(ana, descending=True)[:2]
    assert last == [ref for ref in walk(agency, ana, 1) if ref in last]


def test_a_list_speaks_the_language_it_is_asked_in() -> None:
    """What a thing is called by its kind is translated, beside its title and in place of one."""
    project = ResourceKind("project", title="Project", titles={"nl": "Dossier"}, sections={})
    sharekit = kit(kinds=[project])
    maria = Staff("maria")
    ana = sharekit.people.add_contact("Ana", "ana@x.test", by=maria)
    refs = [ResourceRef("project", id_) for id_ in ("1", "2")]
    for ref, title in zip(refs, ("Webshop", None), strict=True):
        sharekit.catalog.put(ref, title="Internal", client_title=title, by=maria, owner=maria)
    sharekit.shares.grant(refs, to=ana, by=maria)

    for page in (sharekit.access.visible(ana, locale="nl-BE"), sharekit.access.what_can_see(ana, locale="nl-BE")):
        assert [("Dossier", "Webshop"), ("Dossier", "Dossier")] == [(i.kind_title, i.title) for i in page.items]


def test_places_survive_changes(agency: Agency, ana: Contact) -> None:
    """After a removal, a renaming and a newcomer, the next page goes on where the last one ended."""
    page = agency.kit.access.visible(ana, order=Order.CREATED, limit=4)
    last = page.items[-1].ref
    agency.kit.catalog.remove(last, by=agency.maria)
    agency.put(ResourceRef("project", "4"), title="x", client_title="zzz")
    agency.thing("newcomer")

    rest = agency.sees(ana, order=Order.CREATED, after=page.next)

    assert ("2", ["3", "4", "5", "6", "7", "8", "9", "newcomer"]) == (last.id, rest)


def test_a_place_gives_nothing_that_was_taken(agency: Agency, ana: Contact) -> None:
    """A place in a list is no right to it."""
    page = agency.kit.access.visible(ana, limit=4)
    for grant in (*agency.kit.shares.of(agency.relaunch), *agency.kit.shares.of(ResourceRef("project", "3"))):
        agency.kit.shares.revoke(grant, by=agency.maria)

    assert [] == agency.sees(ana, after=page.next)


def test_a_place_belongs_to_one_list_of_one_reader(agency: Agency, ana: Contact) -> None:
    """In another order, direction or search, of another reader or tenant, it is an error, not another page."""
    bo = agency.person("Bo")
    after = agency.kit.access.visible(ana, limit=2, search="o").next
    agency.share(agency.relaunch, bo)
    others: list[dict[str, Any]] = [
        {"search": "o", "order": Order.CREATED},
        {"search": "o", "descending": True},
        {"search": "O"},
        {},
        {"search": "o", "kind": "project"},
        {"search": "o", "container": agency.relaunch},
    ]

    assert after is not None
    for options in others:
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.access.visible(ana, after=after, **options)
        assert "after" == refused.value.field
    for reader in (bo, agency.maria):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.access.visible(reader, after=after, search="o")
    with pytest.raises(errors.InvalidInputError):
        agency.kit.for_tenant("other").access.visible(ana, after=after, search="o")


def test_an_altered_place_is_an_error(agency: Agency, ana: Contact) -> None:
    """No character of it can be changed, left out or added."""
    after = agency.kit.access.visible(ana, limit=2).next
    assert after is not None
    altered = [after[:at] + ("A" if after[at] != "A" else "B") + after[at + 1 :] for at in range(len(after))]

    for text in (*altered, after[:-1], after + "A", "", "x" * 10_000, "\ud800", "é", 5, b"x"):
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.access.visible(ana, after=wrong(text), limit=2)
        assert "after" == refused.value.field


def test_the_longest_names_and_searches_have_places(agency: Agency, ana: Contact) -> None:
    """A place fits into itself whatever it is made of."""
    long = "\U0001f600" * 200
    for at in range(3):
        agency.thing("\u4e00" * 179 + str(at), client_title=long)

    assert 3 == len(walk(agency, ana, 1, search=long, container=agency.relaunch, kind="project"))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"order": "name"}, "order"),
        ({"order": None}, "order"),
        ({"descending": "false"}, "descending"),
        ({"count": 1}, "count"),
        ({"search": "x" * 10_000}, "search"),
        ({"search": 5}, "search"),
        ({"search": "a\x00b"}, "search"),
        ({"search": "\ud800"}, "search"),
        ({"kind": "nothing"}, "kind"),
        ({"kind": "No Slug"}, "kind"),
        ({"container": "project:42"}, "container"),
    ],
)
def test_bad_arguments_are_named(agency: Agency, ana: Contact, options: dict[str, Any], field: str) -> None:
    """Each bad argument is an error that names it."""
    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.access.visible(ana, **options)

    assert field == refused.value.field


def test_counts_are_asked_for_and_capped(agency: Agency, ana: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    """A total costs a reading, so it comes on request; beyond the cap it says so."""
    from sharekit.features import _lists

    assert None is agency.kit.access.visible(ana).total
    whole = agency.kit.access.visible(ana, count=True, limit=3)
    assert (11, False) == (whole.total, whole.total_is_capped)
    monkeypatch.setattr(_lists, "_MAX_COUNT", 5)
    capped = agency.kit.access.visible(ana, count=True, limit=3)
    assert (5, True) == (capped.total, capped.total_is_capped)
    assert 0 == agency.kit.access.visible(agency.person("Cy"), count=True).total


def test_a_list_of_a_kind_and_of_a_container(agency: Agency, ana: Contact) -> None:
    """A list can be narrowed; a container of which the client does not know holds nothing for them (R-ENUM-1)."""
    secret = agency.thing("secret", container=None)
    inside = agency.thing("inside", container=secret)
    contract = agency.thing("contract", kind="contract", container=secret)
    for ref in (inside, contract):
        agency.share(ref, ana)

    assert ["contract"] == agency.sees(ana, kind="contract")
    assert 10 == len(agency.sees(ana, container=agency.relaunch))
    assert [] == agency.sees(ana, container=secret) == agency.sees(ana, container=ResourceRef("project", "unknown"))
    assert None is agency.kit.access.visible(ana, kind="contract").items[0].container
    agency.share(secret, ana)
    assert ["contract", "inside"] == agency.sees(ana, container=secret)


def test_a_shared_container_may_be_looked_into_where_only_its_things_are_shown(agency: Agency, ana: Contact) -> None:
    """The scope may show what lies in shared projects and not the projects."""
    agency.kit.portal.configure(scope=in_shared_projects, by=agency.root)

    assert 10 == len(agency.sees(ana, container=agency.relaunch))
    assert "42" not in agency.sees(ana)


def test_what_somebody_sees_comes_with_reasons_for_staff(agency: Agency, ana: Contact) -> None:
    """Staff read why; a client's own list tells no reason (p29)."""
    reasons = {item.ref.id: item.reasons for item in agency.kit.access.what_can_see(ana).items}

    assert (("shared-with-me",), ("in-shared-project",), ("shared-with-me", "in-shared-project")) == (
        reasons["42"],
        reasons["1"],
        reasons["3"],
    )
    assert {()} == {item.reasons for item in agency.kit.access.visible(ana).items}
    with pytest.raises(errors.InvalidInputError):
        agency.kit.access.what_can_see(wrong("ana"))


def test_what_an_organization_sees_is_what_its_grants_give(agency: Agency) -> None:
    """Nothing of what one member has besides, and nothing at all when its grants count for nobody."""
    acme = agency.kit.people.add_organization("Acme", by=agency.maria)
    ana = agency.kit.people.add_contact("Ana B", "ana.b@acme.test", organization=acme, by=agency.maria)
    agency.share(agency.relaunch, acme)
    agency.share(agency.thing("alone", container=None), ana)
    inside = agency.thing("inside", container=agency.relaunch)
    agency.thing("asked", container=None, requester=ana)
    whole = agency.kit.access.what_can_see(acme)
    first = agency.kit.access.what_can_see(acme, limit=1)
    second = agency.kit.access.what_can_see(acme, limit=1, after=first.next)
    of_maria = {item.ref for item in agency.kit.access.what_can_see(agency.maria).items}
    agency.kit.portal.configure(organizations=OrganizationMode.NOBODY, by=System("test"))

    assert {agency.relaunch: ("shared-with-me",), inside: ("in-shared-project",)} == {
        item.ref: item.reasons for item in whole.items
    }
    assert whole.items == first.items + second.items
    assert {item.ref for item in agency.kit.access.visible(agency.maria).items} == of_maria
    assert () == agency.kit.access.what_can_see(acme).items
