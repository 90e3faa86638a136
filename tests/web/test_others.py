"""Who else sees a thing, in the portal, in the preview of it, in the settings and before it is shared (u13)."""

import attrs
import pytest

from sharekit import Contact, ResourceRef, System, Visibility
from sharekit.web.locales import LANGUAGES
from tests.web.conftest import Site, text_of
from tests.web.test_clients import contact, inside
from tests.web.test_staff_panels import text_of as words_of

ITEM = "/p/project/42"


def told(site: Site, *kinds: str) -> None:
    """Have clients be told of things of these kinds."""
    site.kit.portal.configure(onlookers=kinds, by=System("set-up"))


def page(site: Site, who: Contact) -> str:
    """Return what somebody reads on the page of the relaunch."""
    return words_of(text_of(inside(site, who).get(ITEM)))


def test_a_page_names_who_else_sees_it(site: Site) -> None:
    """Nobody before the settings say so; then people and companies, one's own marked, and nobody's address."""
    who = contact(site, "Ana")
    acme = site.kit.people.add_organization("Acme <b>", by=site.maria)
    site.kit.people.join(who, acme, by=site.maria)
    site.kit.shares.grant(site.relaunch, to=[who, contact(site, "Bo"), acme], by=site.maria)
    site.kit.shares.grant(site.relaunch, to=contact(site, "Filed"), visibility=Visibility.INTERNAL, by=site.maria)
    before = page(site, who)
    told(site, "project")
    after = page(site, who)

    assert "Who else sees this" not in before
    assert "Who else sees this Acme &lt;b&gt; Your organization Bo The people who work on this" in after
    assert "Filed" not in after
    assert "bo@acme.example" not in after


def test_being_alone_is_said(site: Site) -> None:
    """Of the portal alone, since somebody may hold a read link: whether there is one makes no difference."""
    who = contact(site, "Ana")
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    told(site, "project")
    alone = page(site, who)
    site.link()

    assert "Besides you, nobody in this portal sees it." in alone
    assert alone == page(site, who)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_preview_says_the_same_in_the_language_of_the_contact(site: Site, locale: str) -> None:
    """Staff see what the contact reads, and nothing where contacts are not told."""
    who = contact(site, "Ana", locale)
    site.kit.shares.grant(site.relaunch, to=[who, contact(site, "Bo")], by=site.maria)
    untold = site.portal.preview_as(who, site.relaunch).others
    told(site, "project")
    shown = site.portal.preview_as(who, site.relaunch).others
    panel = site.portal.staff_panels(site.maria).preview_as(who, site.relaunch)

    assert untold is None
    assert shown is not None
    assert words_of(f"{shown.title} {shown.html}") in page(site, who)
    assert shown.html in panel


def test_the_settings_tell_what_clients_would_read_of_one_another(site: Site) -> None:
    """The box of a kind is planned, saved, and kept; a change in between is noticed."""
    panels = site.portal.staff_panels(System("root"))
    form = _form(panels.settings().html)
    planned = panels.settings({**form, "do": ["plan"], "onlookers": ["project", "nothing"]})
    done = panels.settings({**form, "do": ["save"], "onlookers": ["project"]})
    stale = panels.settings({**form, "do": ["save"]})
    back = panels.settings({**_form(panels.settings().html), "do": ["plan"], "onlookers": []})

    assert "Project: those who see one would read the names of all others who see it." in words_of(planned.html)
    assert done.done == "The settings are saved."
    assert site.kit.portal.settings().onlookers == {"project"}
    assert stale.status == 409
    assert "Project: nobody would read any more who else sees one." in words_of(back.html)
    assert 'name="onlookers" value="project" checked' in panels.settings().html


def _form(html: str) -> dict[str, list[str]]:
    """Return what a browser would send of the settings as they are shown."""
    fields: dict[str, list[str]] = {}
    name = ""
    for tag in html.split("<")[1:]:
        if tag.startswith("input ") and 'name="' in tag:
            value = tag.partition('value="')[2].partition('"')[0]
            if ("checkbox" not in tag and "radio" not in tag) or " checked" in tag:
                fields.setdefault(tag.partition('name="')[2].partition('"')[0], []).append(value)
        if tag.startswith("select "):
            name = tag.partition('name="')[2].partition('"')[0]
        if tag.startswith("option ") and " selected" in tag:
            fields[name] = [tag.partition('value="')[2].partition('"')[0]]
    return fields


def test_sharing_tells_that_names_are_read(site: Site) -> None:
    """Before it is done, where clients are told of such things; filing something tells nobody."""
    panels, who = site.portal.staff_panels(site.maria), contact(site, "Ana")
    said = "Those who see it read the names of all others who see it."
    form = {"do": ["plan"], "to": [who.key]}
    before = panels.share(site.relaunch, form).html
    told(site, "project")

    assert said not in words_of(before)
    assert said in words_of(panels.share(site.relaunch, form).html)
    assert said not in words_of(panels.share(site.relaunch, {**form, "visibility": ["internal"]}).html)


def test_a_crowd_is_told_of_in_words(site: Site) -> None:
    """Some names, and that there are others; where none is left of those looked at, that many see it."""
    who = contact(site, "Ana")
    crowd = [site.kit.people.add_contact(f"P{n}", f"p{n}@x.test", by=site.maria) for n in range(60)]
    site.kit.shares.grant(site.relaunch, to=[who, *crowd], by=site.maria)
    told(site, "project")
    some = page(site, who)
    for each in crowd:
        site.kit.people.deactivate(each, by=site.maria)

    assert "and others" in some
    assert "Many people see this." in page(site, who)
    assert attrs.evolve(site.kit.access.who_else_can_see(ResourceRef("project", "42"), by=who), more=False).named == ()
