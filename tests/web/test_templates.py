"""A host's own templates, its colour, and what happens when they are wrong."""

from pathlib import Path

import pytest
from jinja2 import DictLoader

from sharekit import ResourceKind, Section
from sharekit.errors import ConfigurationError
from sharekit.web.theme import contrast, theme_css
from tests.web.conftest import PortalOptions, make_site, text_of


def folder(tmp_path: Path, **templates: str) -> Path:
    """Write templates below ``sharekit/`` and return the folder."""
    for name, text in templates.items():
        path = tmp_path / "sharekit" / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_a_host_replaces_a_page(tmp_path: Path) -> None:
    """A template of the same name comes before ours, and speaks through the same translations."""
    site = make_site(template_folders=[folder(tmp_path, unavailable='<p lang="x">{{ _("Password") }}</p>')])
    gone = site.browser(language="pl").get("/x")

    assert text_of(gone) == '<p lang="x">Hasło</p>'
    assert gone.status == 404


def test_a_host_extends_a_page(tmp_path: Path) -> None:
    """Ours stay reachable below ``default/``, so that a host changes only a block."""
    text = '{% extends "default/sharekit/page.html" %}{% block footer %}<footer>Own & tidy</footer>{% endblock %}'
    site = make_site(template_folders=[folder(tmp_path, page=text)], site_name="Studio")
    gone = text_of(site.browser().get("/x"))

    assert "<footer>Own & tidy</footer>" in gone
    assert "This link is not available" in gone


def test_a_host_replaces_a_section(tmp_path: Path) -> None:
    """A section's template gets content, section and view, escapes, and leaves the other sections alone."""
    text = "<b>{{ content.done }} {{ section.title }} {{ view.title }} {{ formats.number(1234) }}</b>"
    site = make_site(template_folders=[folder(tmp_path, sections__project__progress=text)])
    page = text_of(site.browser().get(site.path(sections={"progress", "notes"}, client_title="<Relaunch>")))

    assert "<b>60 Progress &lt;Relaunch&gt; 1,234</b>" in page
    assert "a remark on 42" in page


def test_a_host_changes_the_frame_of_the_client_portal(tmp_path: Path) -> None:
    """One template is the frame of every page that contacts see, and a block of it can be changed alone."""
    text = (
        '{% extends "default/sharekit/client.html" %}{% block footer %}<footer>{{ client_name }}</footer>{% endblock %}'
    )
    site = make_site(template_folders=[folder(tmp_path, client=text)])
    ana = site.kit.people.add_contact("Ana", "ana@acme.example", by=site.maria)
    browser = site.browser()
    browser.post(site.portal.invitation_path(site.kit.people.invite(ana, by=site.maria)))

    for path in ("/p/", "/p/project/42"):
        assert "<footer>Ana</footer>" in text_of(browser.get(path))
        assert "Sign out" in text_of(browser.get(path))


def test_a_host_gives_a_loader() -> None:
    """Templates may come from anywhere that Jinja2 can load from."""
    site = make_site(template_loaders=[DictLoader({"sharekit/unavailable.html": "gone"})])

    assert text_of(site.browser().get("/x")) == "gone"


def test_folders_come_before_loaders(tmp_path: Path) -> None:
    """The order is: folders, loaders, ours."""
    loaders = [DictLoader({"sharekit/unavailable.html": "by loader", "sharekit/visit-ended.html": "ended"})]
    site = make_site(template_folders=[folder(tmp_path, unavailable="by folder")], template_loaders=loaders)

    assert text_of(site.browser().get("/x")) == "by folder"
    assert text_of(site.browser().get("/v/x")) == "ended"


def test_a_broken_section_template_costs_its_section(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The rest of the page is shown, and the operator is told."""
    site = make_site(template_folders=[folder(tmp_path, sections__project__progress="{{ content.done / 0 }}")])
    page = site.browser().get(site.path(sections={"progress", "notes"}))

    assert page.status == 200
    assert "This part cannot be shown right now." in text_of(page)
    assert "a remark on 42" in text_of(page)
    assert "section progress of a project could not be shown" in caplog.text


def test_a_broken_frame_is_a_plain_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """When even the page of a failure fails, a line of text is left, with all headers and without a secret."""
    site = make_site(template_folders=[folder(tmp_path, page="{% broken")])
    path = site.path()
    answer = site.browser().get(path)

    assert answer.status == 500
    assert text_of(answer) == "This page is not available.\n"
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.header("Cache-Control") == "private, no-store"
    assert "could not be rendered" in caplog.text
    assert path not in caplog.text


def test_templates_are_always_escaped(tmp_path: Path) -> None:
    """Whatever its suffix, a template escapes what it is given."""
    sections = {"s": Section("S", load=lambda _: "<i>")}
    loader = DictLoader({"sharekit/sections/project/s.html": "{% include 'part.txt' %}", "part.txt": "{{ content }}"})
    site = make_site(kinds=[ResourceKind("project", title="P", sections=sections)], template_loaders=[loader])

    assert "&lt;i&gt;" in text_of(site.browser().get(site.path(sections={"s"})))


@pytest.mark.parametrize("accent", ["#ffd400", "#ffffff", "#000000", "#1D5FA8", "#7f7f7f", "#00ff00"])
def test_an_accent_keeps_its_contrast(accent: str) -> None:
    """Whatever colour a host chooses, text in it and text on it can be read in both styles."""

    def shade(text: str) -> tuple[float, float, float]:
        return int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255

    light, dark = theme_css(accent).split("@media")
    for style, grounds in ((light, ("#ffffff", "#f4f6f8")), (dark, ("#11151a", "#191f26", "#20272f"))):
        colour, ink = (shade(part[part.index("#") :]) for part in style.split("--")[-2:])

        assert contrast(colour, ink) >= 4.5
        assert min(contrast(colour, shade(ground)) for ground in grounds) >= 4.5


def test_an_accent_comes_as_a_file() -> None:
    """No style stands in a page; the colour has a file of its own."""
    site = make_site(accent="#ffd400")
    page = text_of(site.browser().get("/x"))
    file = site.browser().get("/static/theme.css")

    assert "/static/theme.css?v=" in page
    assert file.status == 200
    assert "#ffd400" in text_of(file)
    assert make_site().browser().get("/static/theme.css").status == 404


WRONG: list[PortalOptions] = [
    {"accent": "red"},
    {"accent": "#fff"},
    {"accent": "#ffd400;}"},
    {"time_zone": "Mars/Olympus"},
    {"time_zone": "../etc/passwd"},
    {"time_zone": ""},
    {"base_path": "share"},
]


@pytest.mark.parametrize("options", WRONG, ids=repr)
def test_an_option_that_cannot_work_is_refused(options: PortalOptions) -> None:
    """With an error that names it."""
    with pytest.raises(ConfigurationError) as caught:
        make_site(**options)

    assert [caught.value.setting] == list(options)


def test_files_are_kept_by_their_version() -> None:
    """A page names the version of a file; that address may be kept for good, any other only for now."""
    site = make_site()
    ana = site.browser()
    page = text_of(ana.get("/x"))
    version = page.split("portal.css?v=")[1][:12]
    for_good = ana.send("GET", "/static/portal.css", query=f"v={version}")
    for_now = ana.send("GET", "/static/portal.css", query="v=older")

    assert for_good.body == for_now.body
    assert for_good.header("Cache-Control") == "public, max-age=31536000, immutable"
    assert for_now.header("Cache-Control") == "public, no-cache"


def test_a_base_path_stands_before_every_address() -> None:
    """Files, forms and redirects lead to where the portal is mounted."""
    site = make_site(base_path="/share/")
    link = site.link(max_uses=1)
    path = site.portal.link_path(link)
    ana = site.browser()
    entered = ana.post(path.removeprefix("/share"))

    assert path.startswith("/share/l/")
    assert (entered.header("Location") or "").startswith("/share/v/")
    assert 'href="/share/static/portal.css' in text_of(ana.get("/x"))
