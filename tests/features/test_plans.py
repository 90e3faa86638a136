"""Plans: what a change would reveal and hide, said beforehand, and nothing done."""

from collections.abc import Callable

import pytest

from sharekit import (
    OrganizationMode,
    ReadLink,
    ResourceRef,
    Sharekit,
    Visibility,
    errors,
    requested_by_me,
    signals,
)
from sharekit.records.plans import AccessDiff
from tests.features.conftest import Agency, opens


def said(diff: AccessDiff) -> list[tuple[str, str, str]]:
    """Return a difference in short."""
    return sorted((sign, each.contact.id, each.ref.id) for sign, each in diff.iter_all())


def test_a_plan_says_who_gains_and_loses_what_and_does_nothing(agency: Agency) -> None:
    """Of sharing, revoking, hiding, moving, leaving and configuring; nobody hears of it (u28)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", bo)
    agency.thing("task")
    other = agency.thing("other", container=None)
    grant = agency.share(agency.relaunch, ana, acme)
    both = [ana.id, bo.id]
    changes: list[tuple[Callable[[Sharekit], object], list[tuple[str, str, str]]]] = [
        (lambda kit: kit.shares.grant(other, to=acme, by=agency.maria), [("gain", bo.id, "other")]),
        (lambda kit: kit.shares.revoke(grant, by=agency.maria), [("loss", ana.id, "42"), ("loss", ana.id, "task")]),
        (lambda kit: kit.people.leave(bo, acme, by=agency.maria), [("loss", bo.id, "42"), ("loss", bo.id, "task")]),
        (
            lambda kit: kit.catalog.move(other, agency.relaunch, by=agency.maria),
            [("gain", id_, "other") for id_ in both],
        ),
        (
            lambda kit: kit.portal.configure(organizations=OrganizationMode.NOBODY, by=agency.root),
            [("loss", bo.id, "42"), ("loss", bo.id, "task")],
        ),
        (
            lambda kit: kit.portal.configure(scope=requested_by_me, by=agency.root),
            [("loss", id_, ref) for id_ in both for ref in ("42", "task")],
        ),
        (
            lambda kit: kit.catalog.remove(agency.relaunch, by=agency.maria),
            [("loss", id_, ref) for id_ in both for ref in ("42", "task")],
        ),
        (lambda kit: kit.access.visible(ana), []),
    ]
    before, heard = agency.everything(), list[object]()

    with signals.resource_shared.connected(heard.append), signals.share_revoked.connected(heard.append):
        for change, expected in changes:
            assert sorted(expected) == said(agency.kit.access.plan(change))

    assert ([], before) == (heard, agency.everything())


def test_a_plan_names_links_that_end_and_titles_that_show(agency: Agency) -> None:
    """So that staff see them before anything is done (u17, u23)."""
    link = agency.link()
    untitled = agency.thing("untitled", client_title=None, container=None)

    hidden = agency.kit.access.plan(
        lambda kit: kit.catalog.put(agency.relaunch, title="Relaunch", visibility=Visibility.INTERNAL, by=agency.maria)
    )
    shown = agency.kit.access.plan(
        lambda kit: kit.links.create(untitled, sections=set(), accept_internal_title=True, by=agency.maria)
    )

    assert ((link.id,), ()) == (hidden.ended_links, hidden.titles)
    assert (("Internal untitled",), 1, True) == (shown.titles, len(shown.opened_links), bool(shown))
    assert opens(agency.kit, agency.kit.links.token(link))


def test_a_plan_names_links_that_die_with_what_is_removed_or_moved(agency: Agency) -> None:
    """Also those of what lies in it; a link that is dead already, or goes on, is not named."""
    inner = agency.thing("inner")
    own, within = agency.link(), agency.kit.links.create(inner, by=agency.maria, sections=set())
    agency.kit.links.revoke(agency.link(), by=agency.maria)
    elsewhere = agency.thing("elsewhere", container=None)
    agency.kit.links.create(elsewhere, by=agency.maria, sections=set())

    removed = agency.kit.access.plan(lambda kit: kit.catalog.remove(agency.relaunch, by=agency.maria))
    moved = agency.kit.access.plan(lambda kit: kit.catalog.move(inner, elsewhere, by=agency.maria))

    assert {own.id, within.id} == set(removed.ended_links)
    assert () == moved.ended_links
    assert all(opens(agency.kit, agency.kit.links.token(link)) for link in (own, within))
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    assert not any(opens(agency.kit, agency.kit.links.token(link)) for link in (own, within))


def test_a_refused_change_is_refused_in_its_plan(agency: Agency) -> None:
    """The plan raises what the change would raise."""
    ana = agency.person("Ana")

    with pytest.raises(errors.NotAllowedError):
        agency.kit.access.plan(lambda kit: kit.shares.grant(agency.relaunch, to=ana, by=agency.ben))
    with pytest.raises(errors.NotFoundError):
        agency.kit.access.plan(lambda kit: kit.shares.grant(ResourceRef("project", "no"), to=ana, by=agency.maria))

    assert [] == agency.sees(ana)


def test_what_a_rehearsal_reads_is_never_believed(agency: Agency) -> None:
    """A link that is opened in a rehearsal, changed by it, opens afterwards as it really is."""
    link = agency.link(sections={"progress"})
    token = agency.kit.links.token(link)

    def change(kit: Sharekit) -> ReadLink:
        kit.links.update(link, add_sections={"hours"}, by=agency.maria)
        assert {"progress", "hours"} == set(kit.links.open(token).sections)
        return link

    agency.kit.access.plan(change)

    agency.kit.links.update(link, client_title="Once", by=agency.maria)
    assert {"progress"} == set(agency.kit.links.open(token).sections)


def test_a_plan_stays_in_its_tenant(agency: Agency) -> None:
    """A change of another tenant is refused, and written to neither."""
    before = agency.everything()

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.access.plan(lambda kit: kit.for_tenant("other").people.add_organization("Acme", by=agency.maria))

    assert ("change", before) == (refused.value.field, agency.everything())


def test_counts_are_exact_and_names_are_the_first_hundred(agency: Agency) -> None:
    """A plan for many says how many, and names every one on request."""
    people = [agency.person(f"Person{at}") for at in range(101)]

    diff = agency.kit.access.plan(lambda kit: kit.shares.grant(agency.relaunch, to=people, by=agency.maria))

    assert (101, 100, 101, 0) == (diff.gain_count, len(diff.gains), len(list(diff.iter_all())), diff.loss_count)


def test_somebody_whom_the_change_adds_is_named(agency: Agency) -> None:
    """A plan that adds a contact and shares with them says that they gain, and adds nobody."""

    def change(kit: Sharekit) -> None:
        new = kit.people.add_contact("Nia", "nia@acme.test", by=agency.maria)
        kit.shares.grant(agency.relaunch, to=new, by=agency.maria)

    diff = agency.kit.access.plan(change)

    assert [agency.relaunch] == [gain.ref for gain in diff.gains]
    assert agency.kit.people.search("nia") == []
