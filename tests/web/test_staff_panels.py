"""The panels for staff: what they tell, what they do, and what they refuse, in five languages."""

import re
from collections.abc import Mapping, Sequence

import attrs
import pytest

from sharekit import (
    Contact,
    Organization,
    OrganizationMode,
    ResourceKind,
    ResourceRef,
    Right,
    Section,
    Staff,
    System,
    Visibility,
    requested_by_me,
    shared_with_me,
)
from sharekit.errors import NotAllowedError, NotFoundError
from sharekit.ports import Eq, Predicate
from sharekit.records.people import ContactInfo
from sharekit.testing import kit
from sharekit.web import NewContact, PanelAnswer, Portal, StaffPanels, StaffUrls
from sharekit.web.locales import LANGUAGES
from tests.web.conftest import Site, make_site

SHOP = ResourceRef("project", "8")
Form = Mapping[str, Sequence[str]]


@attrs.frozen
class Office:
    """A site, and somebody at work there with the panels."""

    site: Site
    panels: StaffPanels

    def person(self, name: str, **options: object) -> Contact:
        """Add a contact."""
        profile = self.site.kit.people.add_contact(name, f"{name.lower()}@acme.example", by=self.site.maria)
        for field, value in options.items():
            assert field == "organization"
            assert isinstance(value, Organization)
            self.site.kit.people.join(profile, value, by=self.site.maria)
        return Contact(profile.id)

    def company(self, name: str) -> Organization:
        """Add an organization."""
        return Organization(self.site.kit.people.add_organization(name, by=self.site.maria).id)

    def asked(self, form: Form, *refs: ResourceRef) -> PanelAnswer:
        """Send a form about the relaunch, or about other things."""
        return self.panels.share(refs or self.site.relaunch, form)


@pytest.fixture
def office(site: Site) -> Office:
    """Maria at work, who owns the relaunch."""
    site.kit.portal.configure(by=System("set-up"), properties={"project": ["progress"]})
    return Office(site, site.portal.staff_panels(site.maria, hidden={"token": "<7>"}))


def text_of(html: str) -> str:
    """Return what is read of a piece of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'").strip()


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_panel_speaks_every_language(site: Site, locale: str) -> None:
    """Empty, filled, wrong and done; what is typed is never taken for a place to be filled."""
    panels = site.portal.staff_panels(site.maria, locale=locale)
    root = site.portal.staff_panels(System("x"), locale=locale)
    acme = site.kit.people.add_organization("100% Acme %(name)s", by=site.maria)
    ana = site.kit.people.add_contact("Ana %s {0}", "ana@x.test", organization=acme, tags={"50%"}, by=site.maria)
    form = {"to": [ana.key, acme.key], "new-name": ["%d"], "new-email": ["d@x.test"], "new-locale": [locale]}
    told = [
        panels.share(site.relaunch).html,
        panels.share(site.relaunch, {"do": ["plan"], **form}).html,
        panels.share(site.relaunch, {"do": ["share"], **form, "last-day": ["x"], "new-email": ["%"]}).html,
        panels.share(site.relaunch, {"do": ["search"], "q": ["%(text)s"]}).html,
        panels.share(site.relaunch, {"do": ["share"], **form}).done or "",
        panels.who_can_see(site.relaunch),
        panels.what_can_see(ana),
        panels.preview_as(ana, site.relaunch),
        panels.settings().html,
        root.settings({"do": ["plan"]}).html,
        root.settings().html,
        panels.members(Organization(acme.id)).html,
        panels.members(Organization(acme.id), {"do": ["plan"], "offered": [ana.id], "sees": [ana.id]}).html,
    ]

    assert all(told)
    assert not [text for text in map(text_of, told) if re.search(r"%\((num|names|title|number|time)\)s", text)]
    assert "100% Acme %(name)s" in told[5]
    assert (
        len(
            {text_of(site.portal.staff_panels(site.maria, locale=each).share(site.relaunch).html) for each in LANGUAGES}
        )
        == 5
    )


def test_names_titles_and_tokens_are_escaped(office: Office) -> None:
    """Nothing that people write becomes markup, in any panel."""
    naughty = '<img src=x onerror="x">'
    site = office.site
    ana = site.kit.people.add_contact(naughty, "ana@x.test", tags={naughty}, by=site.maria)
    site.kit.catalog.put(SHOP, title=naughty, client_title=naughty, by=site.maria, owner=site.maria)
    form = {"to": [ana.key], "q": [naughty], "new-name": [naughty], "new-tags": [naughty], "last-day": [naughty]}
    plan, wrong = office.asked({**form, "do": ["plan"]}, SHOP), office.asked({"to": [ana.key], "do": ["plan"]}, SHOP)
    site.kit.shares.grant(SHOP, to=ana, by=site.maria)
    pieces = [plan.html, wrong.html, office.panels.who_can_see(SHOP), office.panels.what_can_see(ana)]
    pieces.append(office.panels.preview_as(ana, SHOP))

    assert not [piece for piece in pieces if "<img" in piece]
    assert 'name="token" value="&lt;7&gt;"' in plan.html


def test_several_things_are_shared_in_one_step(office: Office) -> None:
    """With each the others, after one look at all of them; what was shared on these terms stays as it is."""
    site = office.site
    site.kit.catalog.put(SHOP, title="Cheap shop", client_title="Webshop", by=site.maria, owner=site.maria)
    ana, bo = office.person("Ana"), office.person("Bo")
    site.kit.shares.grant(SHOP, to=ana, by=site.maria)
    form = {"to": [ana.key, bo.key]}
    told = text_of(office.asked({**form, "do": ["plan"]}, site.relaunch, SHOP).html)
    done = office.asked({**form, "do": ["share"]}, site.relaunch, SHOP)

    assert "“Relaunch” will be seen by Ana and Bo." in told
    assert "“Webshop” will be seen by Bo." in told
    assert done.done == "Shared with Ana and Bo."
    assert [1, 1] == [grant.generation for grant in site.kit.shares.of(SHOP)]
    assert 2 == len(site.kit.shares.of(site.relaunch))


def test_what_lies_in_a_thing_goes_along_by_choice(office: Office) -> None:
    """The choice is offered where something lies in it, and the look before tells the difference."""
    site, ana = office.site, office.person("Ana")
    without = office.panels.share(site.relaunch).html
    site.kit.catalog.put(SHOP, title="x", client_title="Webshop", container=site.relaunch, by=site.maria)
    form = {"to": [ana.key], "do": ["plan"]}
    whole, alone = (text_of(office.asked({**form, "children": [each]}).html) for each in ("future", "none"))

    assert "With it they get" not in without
    assert "With it they get" in office.panels.share(site.relaunch).html
    assert "“Webshop” will be seen by Ana." in whole
    assert "Webshop" not in alone


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (OrganizationMode.EVERYONE, "“Relaunch” will be seen by Ana and Bo."),
        (OrganizationMode.NOBODY, "Acme: nobody there sees it by this."),
        (OrganizationMode.PER_MEMBER, "Nobody comes to see anything"),
    ],
)
def test_what_an_organization_gains_is_told_by_its_people(office: Office, mode: OrganizationMode, said: str) -> None:
    """By the settings of the portal, as they are at that moment."""
    acme = office.company("Acme")
    office.person("Ana", organization=acme)
    office.person("Bo", organization=acme)
    office.site.kit.portal.configure(by=System("x"), organizations=mode)

    assert said in text_of(office.asked({"to": [acme.key], "do": ["plan"]}).html)


def test_who_gains_nothing_is_told_why(office: Office) -> None:
    """They see it already, the thing is internal, or the portal shows nothing that is shared."""
    site, ana, bo = office.site, office.person("Ana"), office.person("Bo")
    site.kit.shares.grant(site.relaunch, to=ana, by=site.maria)
    form = {"to": [ana.key, bo.key], "do": ["plan"]}
    already = text_of(office.asked(form).html)
    site.kit.portal.configure(by=System("x"), scope=requested_by_me)
    unseen = text_of(office.asked(form).html)
    site.kit.portal.configure(by=System("x"), scope=shared_with_me)
    site.kit.catalog.put(site.relaunch, title="Relaunch", visibility=Visibility.INTERNAL, by=site.maria)
    internal = text_of(office.asked(form).html)

    assert "Ana sees it already." in already
    assert "Bo will not see it. Nothing that the portal goes by lets them see it." in unseen
    assert "Bo will not see it. It is internal." in internal


def test_a_share_that_becomes_internal_is_told_as_a_loss(office: Office) -> None:
    """To file under somebody what they see now takes it from them."""
    ana = office.person("Ana")
    office.site.kit.shares.grant(office.site.relaunch, to=ana, by=office.site.maria)
    form = {"to": [ana.key], "visibility": ["internal"], "do": ["plan"]}

    assert "“Relaunch” will not be seen any more by Ana." in text_of(office.asked(form).html)


def test_of_very_many_the_first_are_named_and_all_are_counted(office: Office) -> None:
    """The sentence stays short, the number is exact."""
    acme = office.company("Acme")
    for number in range(11):
        office.person(f"P{number:02}", organization=acme)
    told = text_of(office.asked({"to": [acme.key], "do": ["plan"]}).html)

    assert "will be seen by P00, P01, P02, P03, P04, P05, and 5 more." in told


def test_a_search_finds_names_addresses_and_tags(office: Office) -> None:
    """Whoever is chosen is not found again; the people of a given organization are offered first."""
    site = office.site
    acme = office.company("Acme")
    ana = site.kit.people.add_contact("Ana", "a@acme.example", tags={"vip"}, organization=acme, by=site.maria)
    office.person("Bo")

    def found(form: Form, near: Organization | None = None) -> list[str]:
        answer = office.panels.share(site.relaunch, {**form, "part": ["found"]}, organization=near)
        assert answer.partial
        return re.findall(r'sk-name">([^<]+)<', answer.html)

    assert found({"q": ["VI"]}) == ["Ana"]
    assert found({"q": ["bo@"]}) == ["Bo"]
    assert found({"q": ["zzz"]}) == found({"q": ["\x00"]}) == found({"q": ["x" * 5000]}) == []
    assert found({"q": [""]}) == ["Acme", "Ana", "Bo"]
    assert found({"q": [""], "to": [ana.key]}) == ["Acme", "Bo"]
    assert found({"q": [""]}, acme) == ["Acme", "Ana"]


def test_a_host_adds_people_in_its_own_way(office: Office) -> None:
    """It is given what was typed, once, and only when something is really shared."""
    site, asked = office.site, list[NewContact]()

    def add(new: NewContact) -> Contact:
        asked.append(new)
        return Contact(site.kit.people.add_contact(new.name, new.email, by=site.maria).id)

    form = {"new-name": ["Zoe"], "new-email": ["zoe@x.test"], "new-locale": ["nl"], "new-tags": ["vip, press,"]}
    for wanted in ("plan", "share", "share"):
        answer = office.panels.share(site.relaunch, {**form, "do": [wanted]}, add_contact=add)

    assert asked == [NewContact(name="Zoe", email="zoe@x.test", locale="nl", tags=frozenset({"vip", "press"}))]
    assert answer.done == "It was shared with Zoe already."


def test_where_people_are_the_hosts_nobody_is_added(site: Site) -> None:
    """They are found and shared with all the same, and the panel says so at the name that was typed."""
    people = {"7": ContactInfo(id="7", name="Ana", email="ana@host.example")}

    class Host:
        def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
            return frozenset(Right)

        def contact(self, id_: str) -> ContactInfo | None:
            return people.get(id_)

        def search_contacts(self, text: str, limit: int) -> list[ContactInfo]:
            return [info for info in people.values() if text.lower() in f"{info.name} {info.email}".lower()][:limit]

    made = kit(directory=Host())
    made.catalog.put(site.relaunch, title="x", client_title="Relaunch", by=site.maria)
    panels = Portal(made).staff_panels(site.maria)
    new = {"new-name": ["Zoe"], "new-email": ["zoe@x.test"], "new-locale": ["en"]}

    for wanted in ("add", "plan", "share"):
        assert "Somebody new cannot be added here." in panels.share(site.relaunch, {**new, "do": [wanted]}).html
    assert "Ana" in panels.share(site.relaunch, {"q": ["an"], "part": ["found"]}).html
    assert "will be seen by Ana." in panels.share(site.relaunch, {"to": ["contact:7"], "do": ["plan"]}).html
    assert panels.share(site.relaunch, {"to": ["contact:7"], "do": ["share"]}).done == "Shared with Ana."


def test_who_sees_it_by_a_container_or_a_link_is_told_where_that_is(office: Office) -> None:
    """What was shared above is taken back there; the host's own pages are linked."""
    site, ana = office.site, office.person("Ana")
    urls = StaffUrls(
        thing=lambda ref: f"/things/{ref.id}",
        person=lambda party: f"/people/{party.id}",
        link=lambda link: f"/links/{link.id}",
    )
    panels = site.portal.staff_panels(site.maria, urls=urls)
    site.kit.catalog.put(SHOP, title="Shop", container=site.relaunch, by=site.maria)
    site.kit.shares.grant(site.relaunch, to=ana, by=site.maria)
    link = site.kit.links.create(SHOP, by=site.maria, sections={"progress"}, client_title="Shop")
    seen = panels.who_can_see(SHOP)

    assert f'href="/people/{ana.id}"' in seen
    assert 'href="/things/42">Relaunch (cheap variant)</a>' in seen
    assert "Whoever has a read link" in seen
    assert f'href="/links/{link.id}"' in seen
    assert "Take back" not in seen
    assert 'action="/things/42"' in panels.who_can_see(site.relaunch)


def test_whoever_may_only_look_is_told_so(site: Site) -> None:
    """Nothing is offered to them, and nothing is done; the host may say why in its own words."""
    ana = site.kit.people.add_contact("Ana", "ana@x.test", by=site.maria)
    (grant,) = site.kit.shares.grant(site.relaunch, to=ana, by=site.maria)
    ben = site.portal.staff_panels(Staff("ben"))
    shared = ben.share(site.relaunch, {"do": ["share"], "to": [ana.key]})
    revoked = ben.share(site.relaunch, {"do": ["revoke"], "grant": [grant.id]})
    told = site.portal.staff_panels(site.maria).share(site.relaunch, obstacle="It is closed.")

    assert (shared.status, revoked.status) == (403, 403)
    assert "You may look at this, but not share it." in text_of(shared.html)
    assert "You may look at this, but not share it." in text_of(revoked.seen)
    assert "<form" not in ben.share(site.relaunch).html + ben.who_can_see(site.relaunch)
    assert "It is closed." in text_of(told.html)
    assert "Take back" not in told.seen
    assert site.kit.shares.get(grant).revoked_at is None


def test_whoever_may_not_even_look_is_shown_no_panel(site: Site) -> None:
    """Who sees a thing, and how it looks to them, is told to those who may view it themselves."""
    ana = site.kit.people.add_contact("Ana", "ana@x.test", by=site.maria)
    site.kit.shares.grant(site.relaunch, to=ana, by=site.maria)
    site.kit.people.deactivate(Staff("ben"), by=System("set-up"))
    ben = site.portal.staff_panels(Staff("ben"))
    for ask in (
        lambda: ben.share(site.relaunch),
        lambda: ben.who_can_see(site.relaunch),
        lambda: ben.what_can_see(ana),
        lambda: ben.preview_as(ana, site.relaunch),
    ):
        with pytest.raises(NotAllowedError):
            ask()


def test_what_is_not_there_is_no_panel(office: Office) -> None:
    """For the host to answer as it does elsewhere."""
    nobody = Contact("nobody")
    for ask in (
        lambda: office.panels.share(ResourceRef("project", "0")),
        lambda: office.panels.what_can_see(nobody),
        lambda: office.panels.preview_as(nobody, office.site.relaunch),
        lambda: office.panels.preview_as(office.person("Ana"), office.site.relaunch),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_a_long_list_of_what_somebody_sees_has_pages(office: Office) -> None:
    """The links of a page lead on and back; a place that is none begins anew."""
    site, ana = office.site, office.person("Ana")
    for number in range(60):
        ref = ResourceRef("project", f"p{number:02}")
        site.kit.catalog.put(ref, title=f"T{number:02}", client_title=f"C{number:02}", by=site.maria)
        site.kit.shares.grant(ref, to=ana, by=site.maria)
    first = office.panels.what_can_see(ana)
    (after,) = re.findall(r'rel="next" href="\?after=([^"]+)"', first)
    second = office.panels.what_can_see(ana, after=after)

    assert "They read “C00”." in text_of(first)
    assert "C50" not in text_of(first)
    assert "C50" in text_of(second)
    assert 'rel="prev"' in second
    assert office.panels.what_can_see(ana, after="x") == first


def test_what_an_organization_sees_has_a_panel_too(office: Office) -> None:
    """It names no one person, so there is no preview; one that is unknown is not found."""
    site = office.site
    acme = site.kit.people.add_organization("Acme", by=site.maria)
    urls = StaffUrls(thing=lambda ref: f"/who/{ref.id}", preview=lambda contact, ref: f"/sees/{contact.id}/{ref.id}")
    panels = site.portal.staff_panels(site.maria, urls=urls)
    before = panels.what_can_see(acme)
    site.kit.shares.grant(site.relaunch, to=acme, by=site.maria)
    after = panels.what_can_see(acme)

    assert "Acme sees nothing yet." in before
    assert "They read “Relaunch”." in text_of(after)
    assert ("Who can see this" in after, "Preview as client" in after) == (True, False)
    with pytest.raises(NotFoundError):
        panels.what_can_see(Organization("nobody"))


def test_who_asks_for_access_is_answered(office: Office) -> None:
    """Those who ask stand below those who see it; they are let in or refused, once, by those who may share."""
    site, kit = office.site, office.site.kit
    ana, bo = office.person("Ana"), office.person("Bo")
    for each in (ana, bo):
        kit.access_requests.ask(site.relaunch, by=each)
    shown = office.panels.share(site.relaunch).seen
    let_in = office.panels.share(site.relaunch, {"do": ["approve"], "contact": [ana.id]})
    refused = office.panels.share(site.relaunch, {"do": ["dismiss"], "contact": [bo.id]})
    again = office.panels.share(site.relaunch, {"do": ["approve"], "contact": [bo.id]})
    kit.access_requests.ask(site.relaunch, by=bo)
    closed = office.panels.share(
        site.relaunch, {"do": ["approve"], "contact": [bo.id]}, obstacle="The project is closed."
    )

    assert "Asking for access" in shown
    assert {"Let Ana read it", "Refuse Ana", "Let Bo read it", "Refuse Bo"} == set(
        re.findall(r'aria-label="((?:Let|Refuse) [^"]+)"', shown)
    )
    assert ("Ana sees it now.", "Bo is not let in.") == (let_in.done, refused.done)
    assert [[site.relaunch], []] == [[item.ref for item in kit.access.visible(each).items] for each in (ana, bo)]
    assert (again.status, "This request is not there any more." in again.seen) == (404, True)
    assert (closed.status, "The project is closed." in closed.seen) == (403, True)
    assert "Let Bo read it" not in closed.seen


def test_panels_work_in_the_tenant_that_they_are_asked_for(office: Office) -> None:
    """What is known in one is not found in another."""
    office.person("Ana")
    elsewhere = office.site.portal.staff_panels(office.site.maria, tenant="other")
    with pytest.raises(NotFoundError):
        elsewhere.share(office.site.relaunch)

    assert "Only administrators" in elsewhere.settings().html


class TestSettings:
    """What the portal shows is changed by a form that holds all of it."""

    @pytest.fixture
    def root(self, office: Office) -> StaffPanels:
        """An administrator."""
        return office.site.portal.staff_panels(System("root"))

    def sent(self, panels: StaffPanels, **changes: str | list[str]) -> dict[str, list[str]]:
        """Return the form as it stands, with some of its fields changed."""
        html, fields = panels.settings().html, dict[str, list[str]]()
        for tag in re.findall(r"<input[^>]+>", html):
            named, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            assert named is not None
            if "checked" in tag or "hidden" in tag or named[1] == "roles":
                fields.setdefault(named[1], []).append(value[1] if value else "")
        for name, options in re.findall(r'<select[^>]+name="([^"]+)">(.*?)</select>', html, re.DOTALL):
            fields[name] = re.findall(r'value="([^"]+)" selected', options)
        return fields | {
            name.replace("__", "-"): [value] if isinstance(value, str) else value for name, value in changes.items()
        }

    def test_a_form_as_it_stands_changes_nothing(self, office: Office, root: StaffPanels) -> None:
        """Neither the settings nor the record of them."""
        before = office.site.kit.portal.settings()
        answer = root.settings(self.sent(root, do="save"))

        assert answer.done == "Nothing was changed."
        assert before == office.site.kit.portal.settings()

    def test_a_scope_is_put_together_from_options(self, office: Office, root: StaffPanels) -> None:
        """All of what one option asks, or all of what another does; not only what is simple comes back as it was."""
        changed = {"ways": "2", "way__0__in_shared_projects": "no", "way__1__in_shared_projects": "any"}
        sent = self.sent(root, do="save", **changed, way__1__requested_by_me="yes")
        office.panels.settings()
        answer = root.settings(sent)

        assert answer.done == "The settings are saved."
        assert str(office.site.kit.portal.scope()) == "(shared_with_me & ~in_shared_projects) | requested_by_me"
        assert root.settings(self.sent(root, do="save")).done == "Nothing was changed."

    def test_what_a_change_would_reveal_is_told_and_not_kept(self, office: Office, root: StaffPanels) -> None:
        """With the titles that clients read, and those of staff beside them."""
        ana = office.person("Ana")
        office.site.kit.shares.grant(office.site.relaunch, to=ana, by=office.site.maria)
        sent = self.sent(root, do="plan", ways="1", way__0__shared_with_me="no")
        told = text_of(root.settings(sent).html)

        assert "“Relaunch” will not be seen any more by Ana. You call it “Relaunch (cheap variant)”." in told
        assert office.site.kit.portal.settings().scope is None

    def test_roles_are_for_the_mode_that_names_them(self, office: Office, root: StaffPanels) -> None:
        """They are read from one line."""
        root.settings(self.sent(root, do="save", organizations="by-role", roles="boss, deputy,,"))
        settings = office.site.kit.portal.settings()

        assert (settings.organizations, settings.roles) == (OrganizationMode.BY_ROLE, frozenset({"boss", "deputy"}))

    def test_conditions_of_the_host_are_among_the_options(self, site: Site) -> None:
        """In the host's words; one that it does not have any more stays until it is taken out."""
        embargo = Predicate("embargo", decide=lambda facts: facts.entry.ref.id == "8", reasons={"nl": "Onder embargo."})
        showcase = Predicate("showcase", condition=lambda _: Eq("id", "project:42"), reasons={"en": "For everybody."})
        made = kit(predicates=[embargo, showcase])
        made.catalog.put(site.relaunch, title="x", client_title="Relaunch", by=site.maria)
        ana = Contact(made.people.add_contact("Ana", "ana@x.test", by=site.maria).id)
        root = Portal(made).staff_panels(System("root"))
        sent = self.sent(root, do="plan", **{"way-1-host:showcase": "yes", "way-1-in_shared_projects": "any"})
        sent["way-0-host:embargo"] = ["no"]
        told = text_of(root.settings(sent).html)
        saved = root.settings(sent | {"do": ["save"]})
        seen = text_of(root.what_can_see(ana))
        fewer = Portal(kit(records=made._wiring.records)).staff_panels(System("root"))
        kept = fewer.settings(self.sent(fewer, do="save", organizations="nobody"))
        refused = fewer.settings(self.sent(fewer, do="save", **{"way-0-requested_by_me": "yes"}))

        assert "“Relaunch” will be seen by Ana." in told
        assert "For everybody Does not matter" in told
        assert "Onder embargo" in Portal(made).staff_panels(System("root"), locale="nl").settings().html
        assert saved.done == "The settings are saved."
        assert str(made.portal.scope()) == "(shared_with_me & ~host:embargo) | host:showcase"
        assert "For everybody." in seen
        assert kept.done == "The settings are saved."
        assert refused.status == 422
        assert "showcase" in text_of(refused.html)
        assert str(made.portal.scope()) == "(shared_with_me & ~host:embargo) | host:showcase"

    def test_what_was_declared_since_is_marked_and_hidden(self) -> None:
        """Until somebody saves a form that shows it; one from before it came is asked to look once more."""

        def load(ref: ResourceRef) -> str:
            return ref.id

        def declared(*names: str) -> ResourceKind:
            return ResourceKind(
                "project",
                title="Project",
                sections={name: Section(name.title(), load=load, client=True) for name in names},
            )

        old = make_site(kinds=[declared("progress")])
        old.kit.portal.configure(by=System("x"), properties={"project": ["progress"]})
        before = self.sent(old.portal.staff_panels(System("root")), do="save")
        new = make_site(kinds=[declared("progress", "budget")], records=old.kit._wiring.records)
        root = new.portal.staff_panels(System("root"))
        marked = text_of(root.settings().html)
        stale = root.settings(before)
        saved = root.settings(self.sent(root, do="save"))

        assert "Budget Section · Hidden, and nobody has decided yet New" in marked
        assert stale.status == 409
        assert "What can be shown has changed in the meantime." in text_of(stale.html)
        assert saved.done == "The settings are saved."
        assert "nobody has decided yet" not in root.settings().html
        assert new.kit.portal.unclassified() == {}
        assert new.kit.portal.settings().shown["project"] == ("progress",)
