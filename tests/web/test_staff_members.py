"""The panel by which staff choose who of an organization sees what is shared with it."""

import re
from collections.abc import Mapping

import pytest

from sharekit import Contact, Organization, OrganizationMode, ResourceRef, Right, Staff, System, errors
from sharekit.records.people import MembershipInfo, OrganizationInfo
from sharekit.testing import kit
from sharekit.web import Portal
from tests.web.conftest import Site
from tests.web.test_staff_panels import Office, office, text_of

__all__ = ["office"]

Form = dict[str, list[str]]


def _form(html: str, **changes: list[str]) -> Form:
    """Return what the form sends as it stands, but for these changes."""
    sent: Form = {}
    for tag in re.findall(r"<input[^>]+>", html):
        named, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if named and value and ('type="checkbox"' not in tag or " checked" in tag):
            sent.setdefault(named[1], []).append(value[1])
    return {**sent, **changes}


def _sees(site: Site, contact: Contact) -> bool:
    return bool(site.kit.access.visible(contact).items)


def _acme(office: Office) -> tuple[Organization, Contact, Contact]:
    """Return a company with two people, with whom the relaunch is shared, each of them to be chosen."""
    acme = office.company("Acme")
    ana, bo = office.person("Ana", organization=acme), office.person("Bo", organization=acme)
    office.site.kit.portal.configure(organizations=OrganizationMode.PER_MEMBER, by=System("set-up"))
    office.site.kit.shares.grant(office.site.relaunch, to=acme, by=office.site.maria)
    return acme, ana, bo


def test_who_is_chosen_sees_what_is_shared_with_their_organization(office: Office) -> None:
    """After a look at what that reveals, which changes nothing; taken back in the same way."""
    acme, ana, bo = _acme(office)
    site, panels = office.site, office.panels
    empty = panels.members(acme)
    told = panels.members(acme, _form(empty.html, sees=[ana.id], do=["plan"]))
    planned = _sees(site, ana)
    saved = panels.members(acme, _form(told.html, do=["save"]))
    chosen, other = _sees(site, ana), _sees(site, bo)
    shown = panels.members(acme)
    lost = panels.members(acme, _form(shown.html, sees=[], do=["plan"]))
    again = panels.members(acme, _form(shown.html, do=["save"]))
    panels.members(acme, _form(shown.html, sees=[], do=["save"]))

    assert " checked" not in empty.html
    assert "will be seen by Ana." in text_of(told.html)
    assert f'value="{ana.id}" checked' in told.html
    assert (planned, chosen, other) == (False, True, False)
    assert (saved.done, again.done) == ("The choice is saved.", "Nothing was changed.")
    assert f'value="{ana.id}" checked' in shown.html
    assert f'value="{bo.id}" checked' not in shown.html
    assert "will not be seen any more by Ana." in text_of(lost.html)
    assert not _sees(site, ana)


def test_what_others_chose_meanwhile_stays(office: Office) -> None:
    """A form says something of those alone of whom it was changed."""
    acme, ana, bo = _acme(office)
    form = _form(office.panels.members(acme).html, sees=[ana.id], do=["save"])
    office.site.kit.people.choose(acme, seeing=[bo], by=office.site.maria)
    office.panels.members(acme, form)

    assert _sees(office.site, ana)
    assert _sees(office.site, bo)


def test_whoever_left_is_not_brought_back(office: Office) -> None:
    """Nothing is saved, the list is as it is now, and what was chosen of the others is still there."""
    acme, ana, bo = _acme(office)
    form = _form(office.panels.members(acme).html, sees=[ana.id, bo.id], do=["save"])
    office.site.kit.people.leave(ana, acme, by=office.site.maria)
    answer = office.panels.members(acme, form)

    assert (answer.status, answer.done) == (409, None)
    assert "Nothing was saved. Somebody does not belong to it any more." in text_of(answer.html)
    assert ana.id not in answer.html
    assert f'value="{bo.id}" checked' in answer.html
    assert not _sees(office.site, bo)
    assert not office.site.kit.people.organizations_of(ana)


@pytest.mark.parametrize(
    "form",
    [
        {"do": ["save"], "sees": ["x" * 20_000], "offered": ["x" * 20_000]},
        {"do": ["save"], "was": ["nobody"]},
        {"do": ["save"], "sees": ["a/b\x00"], "offered": ["a/b\x00"]},
        {"do": ["plan"], "sees": [""], "offered": [""]},
    ],
    ids=["endless", "unknown", "control", "empty"],
)
def test_a_form_that_was_never_shown_changes_nothing(office: Office, form: Mapping[str, list[str]]) -> None:
    """Whatever it names, it is nobody who belongs to the organization."""
    acme, ana, _ = _acme(office)
    answer = office.panels.members(acme, form)

    assert (answer.status, answer.done) == (409, None)
    assert not _sees(office.site, ana)


def test_a_box_that_the_page_did_not_have_is_passed_over(office: Office) -> None:
    """Only of those whom the form showed is anything changed."""
    acme, ana, _ = _acme(office)
    answer = office.panels.members(acme, {"do": ["save"], "sees": [ana.id]})

    assert answer.done == "Nothing was changed."
    assert not _sees(office.site, ana)


def test_until_members_are_chosen_one_by_one_the_panel_says_that_it_does_not_count(office: Office) -> None:
    """The choice can be made before, and holds once the settings say so."""
    acme, ana, _ = _acme(office)
    before = text_of(office.panels.members(acme).html)
    office.site.kit.portal.configure(organizations=OrganizationMode.NOBODY, by=System("set-up"))
    told = text_of(office.panels.members(acme).html)
    office.panels.members(acme, {"do": ["save"], "sees": [ana.id], "offered": [ana.id]})
    prepared = _sees(office.site, ana)
    office.site.kit.portal.configure(organizations=OrganizationMode.PER_MEMBER, by=System("set-up"))

    assert "This list counts once they do." not in before
    assert "This list counts once they do." in told
    assert not prepared
    assert _sees(office.site, ana)


def test_a_large_organization_has_pages(office: Office) -> None:
    """Each page changes its own people; a place that is none begins anew."""
    acme = office.company("Acme")
    people = [office.person(f"P{number:02}", organization=acme) for number in range(60)]
    first = office.panels.members(acme)
    (after,) = re.findall(r'rel="next" href="\?after=([^"]+)"', first.html)
    second = office.panels.members(acme, after=after)
    office.panels.members(acme, _form(second.html, sees=[people[55].id], do=["save"]), after=after)

    assert ">P49<" in first.html
    assert ">P50<" not in first.html
    assert ">P50<" in second.html
    assert 'rel="first"' in second.html
    assert [member.contact.id for member in office.site.kit.people.members(acme, limit=60) if member.sees_shared] == [
        people[55].id
    ]
    for nowhere in ("x", "nobody", "\x00", ""):
        assert "P00" in office.panels.members(acme, after=nowhere).html


def test_an_empty_and_an_unknown_organization(office: Office) -> None:
    """The one says so, the other is for the host to answer."""
    acme = office.company("Acme")

    assert "Nobody belongs to Acme yet." in office.panels.members(acme).html
    with pytest.raises(errors.NotFoundError):
        office.panels.members(Organization("nobody"))


def test_whoever_was_deactivated_changes_nothing(office: Office) -> None:
    """The panel says so, and what they chose is not saved."""
    acme, ana, _ = _acme(office)
    office.site.kit.people.deactivate(Staff("ben"), by=System("set-up"))
    ben = office.site.portal.staff_panels(Staff("ben"))
    for do in ("plan", "save"):
        answer = ben.members(acme, {"do": [do], "sees": [ana.id], "offered": [ana.id]})

        assert answer.status == 403
        assert "You may not change this." in text_of(answer.html)
    assert not _sees(office.site, ana)


class OwnCompanies:
    """A host that knows by itself who belongs to what."""

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Let staff do everything."""
        return frozenset(Right)

    def organization(self, id: str) -> OrganizationInfo | None:
        """Look one up."""
        return OrganizationInfo(id=id, name="Acme")

    def organizations_of(self, contact: str) -> list[MembershipInfo]:
        """Belong to nothing."""
        return []

    def members_of(self, organization: str) -> list[str]:
        """Have nobody."""
        return []

    def search_organizations(self, text: str, limit: int) -> list[OrganizationInfo]:
        """Find nothing."""
        return []


def test_where_people_are_the_hosts_the_panel_says_so() -> None:
    """Nothing is offered that could not be saved."""
    panels = Portal(kit(directory=OwnCompanies())).staff_panels(Staff("maria"))
    shown = panels.members(Organization("acme"))
    sent = panels.members(Organization("acme"), {"do": ["save"], "sees": ["x"], "offered": ["x"]})

    assert "is kept elsewhere." in text_of(shown.html)
    assert "<form" not in shown.html
    assert (sent.status, sent.done) == (403, None)
