"""What staff see of a link's page beforehand, for a page of the host's own."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from jinja2 import DictLoader
from markupsafe import Markup, escape

from sharekit import Contact, LinkState, ReadLink, ResourceKind, Section, Visibility, signals
from sharekit.codec.kinds import CONTACT
from sharekit.errors import NotFoundError
from sharekit.web import PortalPreview, PreviewSection
from tests.web.conftest import Site, make_site, text_of
from tests.web.test_escaping import NAUGHTY

ALL = {"progress", "hours", "notes"}
OWN_LOOK = {
    "sharekit/sections/project/progress.html": "<b>{{ content.done }} {{ view.title }} {{ view.kind_title }}"
    " {{ formats.number(0.5) }} {{ language.tag }} {{ view.expires_at }} {{ view.sections | join }}</b>"
}


def site_with(sections: Mapping[str, Section], templates: Mapping[str, str] | None = None) -> Site:
    """Return a site whose projects have these sections."""
    kind = ResourceKind("project", title="Project", sections=sections)
    return make_site(kinds=[kind], template_loaders=[DictLoader(templates or {})])


def parts(preview: PortalPreview) -> dict[str, PreviewSection]:
    """Return the sections by name."""
    return {section.name: section for section in preview.sections}


def contact(site: Site, locale: str) -> Contact:
    """Add somebody who speaks a language."""
    return Contact(site.kit.people.add_contact("Uta", "uta@acme.example", locale=locale, by=site.maria).id)


def test_staff_see_what_the_client_gets(site: Site) -> None:
    """Title and sections are the client's, the look of each to the letter."""
    link = site.link(sections=ALL)
    preview = site.portal.preview(link)
    page = text_of(site.browser().get(site.portal.link_path(link)))

    assert (preview.title, preview.language, preview.problem) == ("Relaunch", "en", None)
    assert [section.title for section in preview.sections] == ["Progress", "Hours", "Notes"]
    for section in preview.sections:
        assert section.visible
        assert section.available
        assert section.html.strip()
        assert section.html in page


def test_staff_see_the_hosts_own_look() -> None:
    """A host's template for a section is used, with all that it is given for the client."""
    site = make_site(template_loaders=[DictLoader(OWN_LOOK)])
    link = site.link(sections=["progress", "notes"], expires_at=site.clock.now() + timedelta(days=1))
    html = parts(site.portal.preview(link))["progress"].html

    assert html == "<b>60 Relaunch Project 0.5 en 2026-03-03 09:00:00+00:00 progressnotes</b>"
    assert html in text_of(site.browser().get(site.portal.link_path(link)))


def test_hidden_sections_are_named_and_not_loaded(site: Site) -> None:
    """Their places are marked and empty, in the order of the page."""
    preview = site.portal.preview(site.link(sections=["hours"]))

    assert ["hours"] == site.loads.calls
    assert [("progress", False), ("hours", True), ("notes", False)] == [
        (section.name, section.visible) for section in preview.sections
    ]
    assert PreviewSection(name="progress", title="Progress", visible=False) == preview.sections[0]
    assert "" == preview.sections[0].html


def test_a_preview_counts_nothing(site: Site) -> None:
    """Neither views nor uses, and nothing is written down or told as an opening of the link."""
    link = site.link(sections=ALL, max_uses=1, password="correct horse")
    written, fetched = list(site.audit()), list[object]()
    with signals.link_fetched.connected(fetched.append):
        site.portal.preview(link)

    assert site.kit.links.get(link) == link
    assert list(site.audit()) == written
    assert [] == fetched


def test_a_section_that_fails_leaves_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be loaded, laid out, or rendered by a template is marked, and the operator is told."""
    sections = {
        "broken": Section("Broken", load=lambda _: 1 / 0),
        "strange": Section("Strange", load=lambda _: object()),
        "odd": Section("Odd", load=lambda _: 0),
        "hidden": Section("Hidden", load=lambda _: 1 / 0),
        "fine": Section("Fine", load=lambda _: "all is well"),
    }
    site = site_with(sections, {"sharekit/sections/project/odd.html": "{{ 1 / content }}"})
    preview = parts(site.portal.preview(site.link(sections=set(sections) - {"hidden"})))

    assert {"hidden", "fine"} == {name for name, section in preview.items() if section.available}
    assert {"fine"} == {name for name, section in preview.items() if section.html}
    assert "all is well" in preview["fine"].html
    for text in ("broken of a project could not be loaded", "strange of a project could not be shown", "odd of a"):
        assert text in caplog.text


@pytest.mark.parametrize("naughty", NAUGHTY)
def test_contents_stay_text(naughty: str) -> None:
    """The html of a section is escaped, so that a host may put it into a page as it is; the titles are plain."""
    templates = {"sharekit/sections/project/own.html": "<p title='{{ content }}'>{{ content }} {{ view.title }}</p>"}
    sections = {
        "plain": Section(naughty, load=lambda _: {naughty: [{naughty: Markup(naughty)}]}),  # noqa: S704  # the host says that it is safe
        "own": Section(naughty, load=lambda _: naughty),
    }
    site = site_with(sections, templates)
    preview = site.portal.preview(site.link(sections=set(sections), client_title=naughty))
    shown, text = parts(preview), str(escape(naughty))

    assert (naughty, naughty) == (preview.title, shown["plain"].title)
    assert f"<p title='{text}'>{text} {text}</p>" == shown["own"].html
    # Twice as a label, once as a value, and in the name of the table.
    assert shown["plain"].html.count(text) == 4
    assert text == naughty or naughty not in shown["plain"].html


def test_a_link_for_somebody_speaks_their_language(site: Site) -> None:
    """Whatever staff ask for, titles, numbers and texts are the recipient's."""
    link = site.link(sections=ALL, recipient=contact(site, "de-CH"))
    preview = site.portal.preview(link, locale="pl")
    page = text_of(site.browser(language="pl").get(site.portal.link_path(link)))

    assert "de-CH" == preview.language
    assert ["Fortschritt", "Stunden", "Notes"] == [section.title for section in preview.sections]
    assert "Tabelle mit einer Zeile" in parts(preview)["hours"].html
    assert parts(preview)["hours"].html in page


def test_a_link_for_anybody_speaks_the_language_asked_for(site: Site) -> None:
    """Or else that of the portal; a language that the pages do not speak is as good as none."""
    link = site.link(sections=ALL)
    polish, unknown = site.portal.preview(link, locale="pl"), site.portal.preview(link, locale="fr")

    assert ("pl", "en") == (polish.language, unknown.language)
    assert "Tabela, 1 wiersz: Hours" in parts(polish)["hours"].html
    assert "nl" == make_preview("nl").language


def make_preview(default_locale: str) -> PortalPreview:
    """Return a preview of a portal with this language."""
    site = make_site(default_locale=default_locale)
    return site.portal.preview(site.link())


def test_the_sections_may_know_a_language_that_the_pages_do_not(site: Site) -> None:
    """Then the frame speaks the language asked for, as it does for the client."""
    asked: list[str | None] = []
    kinds = [
        ResourceKind(
            "project",
            title="Project",
            sections={"s": Section("S", load=lambda _, context: asked.append(context.locale), titles={"pt": "Esse"})},
        )
    ]
    odd = make_site(kinds=kinds)
    preview = odd.portal.preview(odd.link(sections=["s"], recipient=contact(odd, "pt-BR")), locale="es")

    assert ["pt-BR"] == asked
    assert ("es", "Esse") == (preview.language, preview.sections[0].title)


def test_a_dead_link_is_previewed_too(site: Site) -> None:
    """With the reason why it opens nothing."""
    revoked, expired, internal = site.link(), site.link(expires_at=site.clock.now() + timedelta(hours=1)), site.link()
    site.kit.links.revoke(revoked, by=site.maria)
    site.clock.advance(timedelta(hours=1))

    assert "revoked" == site.portal.preview(revoked).problem
    assert "expired" == site.portal.preview(expired).problem
    assert LinkState.ACTIVE is internal.state
    site.kit.catalog.put(site.relaunch, title="Relaunch", visibility=Visibility.INTERNAL, by=site.maria)
    assert "revoked" == site.portal.preview(internal).problem
    assert site.portal.preview(internal).sections[0].html


def test_a_recipient_who_is_gone_is_a_problem_and_no_fault(site: Site) -> None:
    """The preview is then in the language asked for."""
    uta = contact(site, "de")
    link = site.link(recipient=uta)
    with site.records.transaction(site.kit.tenant, write=True) as tx:
        row = tx.get(CONTACT.name, uta.id)

        assert row is not None
        tx.delete(CONTACT.name, uta.id, row.revision)
    preview = site.portal.preview(link, locale="nl")

    assert ("nl", "recipient-inactive") == (preview.language, preview.problem)


def test_a_link_is_previewed_in_its_own_tenant(site: Site) -> None:
    """Whatever tenant the portal's kit works in."""
    kit = site.kit.for_tenant("other")
    kit.catalog.put(site.relaunch, title="Rebrand", client_title="Rebrand", by=site.maria)
    link = kit.links.create(site.relaunch, sections={"progress"}, by=site.maria)

    assert "Rebrand" == site.portal.preview(link).title


def test_a_link_that_is_not_there_has_no_preview(site: Site) -> None:
    """A record that the store does not hold is an error, not an empty page."""
    strange: ReadLink = make_site().link()

    with pytest.raises(NotFoundError):
        site.portal.preview(strange)
