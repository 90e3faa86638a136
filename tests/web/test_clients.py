"""Contacts in the portal: they come in by an invitation, find what is shared with them, and go out."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from sharekit import Audience, Contact, Property, ResourceKind, ResourceRef, Section, Visibility
from tests.web.conftest import FORM, SAME_SITE, Browser, Site, make_site, text_of

PITCH = ResourceRef("project", "7")
SHOP = ResourceRef("project", "8")
COOKIE = "__Host-sharekit-portal"


def contact(site: Site, name: str = "Ana", locale: str | None = None) -> Contact:
    """Add somebody to the directory."""
    mail = f"{name.split(maxsplit=1)[0].lower()}@acme.example"
    return site.kit.people.add_contact(name, mail, locale=locale, by=site.maria)


def invited(site: Site, who: Contact) -> str:
    """Invite somebody and return the path that they are sent."""
    return site.portal.invitation_path(site.kit.people.invite(who, by=site.maria))


def inside(site: Site, who: Contact, language: str = "en") -> Browser:
    """Return the browser of somebody who came in."""
    browser = site.browser(language=language)

    assert browser.post(invited(site, who)).status == 303
    return browser


def share(site: Site, who: Contact, *titles: str) -> list[ResourceRef]:
    """Share one project for each title, put a minute apart in this order."""
    refs = [ResourceRef("project", f"p-{n}") for n, _ in enumerate(titles)]
    for ref, title in zip(refs, titles, strict=True):
        site.clock.advance(timedelta(minutes=1))
        site.kit.catalog.put(ref, title=f"internal {title}", client_title=title, by=site.maria)
        site.kit.shares.grant(ref, to=who, by=site.maria)
    return refs


def names(page: str) -> list[str]:
    """Return the titles of a list, in order."""
    return re.findall(r'<li>\s*<a href="[^"?]*/p/[^"?]+">([^<]+)</a>', page)


def test_a_contact_comes_in(site: Site, ana: Browser) -> None:
    """The page names them and asks for a click, which leads to the list and leaves no secret in an address."""
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    path = invited(site, who)
    page = ana.get(path)
    entered = ana.post(path)
    home = ana.follow(entered)

    assert page.status == 200
    assert "This invitation is for Ana." in text_of(page)
    assert entered.header("Location") == "/p/"
    assert names(text_of(home)) == ["Relaunch"]
    assert "cheap variant" not in text_of(home)
    assert path.rpartition("/")[2] not in text_of(home)


def test_the_session_is_in_a_guarded_cookie(site: Site, ana: Browser) -> None:
    """No script reads it, no other site sends it, and no plain connection carries it."""
    header = ana.post(invited(site, contact(site))).header("Set-Cookie") or ""
    name, *attributes = header.split("; ")

    assert name.startswith(f"{COOKIE}=")
    assert set(attributes) == {"Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"}


def test_without_https_the_cookie_has_another_name() -> None:
    """For development alone."""
    site = make_site(secure_cookies=False)
    header = site.browser().post(invited(site, contact(site))).header("Set-Cookie") or ""

    assert header.startswith("sharekit-portal=")
    assert "Secure" not in header


def test_looking_at_an_invitation_uses_nothing_up(site: Site, ana: Browser) -> None:
    """Scanners may fetch it as often as they like; it works afterwards, and nothing was written."""
    path = invited(site, contact(site))
    before = list(site.audit())
    for method in ("GET", "HEAD", "OPTIONS"):
        ana.send(method, path)

    assert {} == ana.cookies
    assert before == list(site.audit())
    assert ana.post(path).status == 303


def test_an_invitation_works_once(site: Site, ana: Browser) -> None:
    """Another browser gets in no more; the one that is in is led to the list."""
    path = invited(site, contact(site))
    ana.post(path)
    other = site.browser()

    assert other.get(path).status == 404
    assert other.post(path).status == 404
    assert ana.get(path).header("Location") == "/p/"
    assert ana.post(path).header("Location") == "/p/"


def test_an_invitation_that_is_over_says_so(site: Site, ana: Browser) -> None:
    """Its holder is told to ask for another, and nothing else."""
    path = invited(site, contact(site))
    site.clock.advance(timedelta(days=8))

    assert ana.get(path).status == ana.post(path).status == 410
    assert "This invitation has expired" in text_of(ana.get(path))


def _withdrawn(site: Site, who: Contact) -> str:
    path = invited(site, who)
    site.kit.people.withdraw(who, by=site.maria)
    return path


def _moved(site: Site, who: Contact) -> str:
    path = invited(site, who)
    site.kit.people.update(who, email="ana@other.example", by=site.maria)
    return path


def _left(site: Site, who: Contact) -> str:
    path = invited(site, who)
    site.kit.people.deactivate(who, by=site.maria)
    return path


def _used(site: Site, who: Contact) -> str:
    path = invited(site, who)
    site.browser().post(path)
    return path


def _cut(site: Site, who: Contact) -> str:
    return invited(site, who)[:-1]


def _of_another_tenant(site: Site, who: Contact) -> str:
    token = site.kit.people.invitation_token(site.kit.people.invite(who, by=site.maria))
    return f"/i/{token.replace('default', 'other')}"


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("death", [_withdrawn, _moved, _left, _used, _cut, _of_another_tenant])
def test_every_dead_invitation_is_an_unknown_address(
    site: Site, death: Callable[[Site, Contact], str], language: str
) -> None:
    """Page and form answer with the bytes and headers of an address that never was."""
    path = death(site, contact(site))
    browser = site.browser(language=language)
    unknown = browser.get("/no/such/address")

    assert unknown.status == 404
    assert unknown == browser.get(path) == browser.post(path)


def test_the_list_is_sorted(site: Site) -> None:
    """By name, by the last activity and by the date, from either end, each named in its link."""
    who = contact(site)
    refs = share(site, who, "Mango", "apple", "Zebra")
    site.clock.advance(timedelta(hours=1))
    site.kit.catalog.touch(refs[1], audience=Audience.CLIENT, by=site.maria)
    ana = inside(site, who)

    def asked(query: str) -> list[str]:
        return names(text_of(ana.send("GET", "/p/", query=query)))

    assert asked("") == ["apple", "Mango", "Zebra"]
    assert asked("dir=desc") == ["Zebra", "Mango", "apple"]
    assert asked("sort=activity")[0] == "apple"
    assert asked("sort=activity&dir=asc")[-1] == "apple"
    assert asked("sort=created") == ["Zebra", "apple", "Mango"]
    assert asked("sort=created&dir=asc") == ["Mango", "apple", "Zebra"]
    page = text_of(ana.send("GET", "/p/", query="sort=created"))
    assert re.search(r'<a href="/p/\?sort=created&amp;dir=asc" aria-current="true">Date added', page)
    assert re.search(r'<a href="/p/">Name</a>', page)


def test_the_list_is_searched(site: Site) -> None:
    """Case and accents make no difference, signs are no patterns, internal titles are not looked at."""
    who = contact(site)
    share(site, who, "Campaña", "Webshop", "100%")
    ana = inside(site, who)

    def asked(text: str) -> list[str]:
        return names(text_of(ana.send("GET", "/p/", query=f"q={text}")))

    assert asked("campana") == ["Campaña"]
    assert asked("%25") == ["100%"]
    assert asked("internal") == []
    assert asked("x" * 10_000) == []


def test_a_search_that_finds_nothing_says_so(site: Site) -> None:
    """What was looked for is repeated, escaped, with a way back to everything."""
    who = contact(site)
    share(site, who, "Webshop")
    page = text_of(inside(site, who).send("GET", "/p/", query="q=%3Cb%3E&sort=created"))

    assert "Nothing with “&lt;b&gt;” in its name is shared with you." in page
    assert '<a href="/p/?sort=created">Show everything</a>' in page
    assert 'value="&lt;b&gt;"' in page


def test_an_empty_list_is_friendly(site: Site) -> None:
    """It says what will happen, and shows no tools that have nothing to do."""
    page = text_of(inside(site, contact(site)).get("/p/"))

    assert "Nothing is shared with you yet" in page
    assert "Search" not in page
    assert "Sort by" not in page


def test_a_long_list_has_pages(site: Site) -> None:
    """Next and previous lead through the whole list and back, each thing once."""
    who = contact(site)
    titles = [f"Project {n:03}" for n in range(120)]
    share(site, who, *titles)
    ana = inside(site, who)
    seen, query = list[str](), ""
    pages = list[str]()
    while True:
        page = text_of(ana.send("GET", "/p/", query=query))
        pages.append(page)
        seen += names(page)
        following = re.search(r'rel="next" href="/p/\?([^"]+)"', page)
        if following is None:
            break
        query = following[1].replace("&amp;", "&")
    back = re.search(r'rel="prev" href="/p/\?([^"]+)"', pages[1])

    assert seen == titles
    assert len(pages) == 3
    assert 'rel="prev"' not in pages[0]
    assert back is not None
    assert names(text_of(ana.send("GET", "/p/", query=back[1].replace("&amp;", "&")))) == titles[:50]


@pytest.mark.parametrize("after", ["x", "ż" * 300, "%00"])
def test_a_place_that_is_none_leads_to_the_beginning(site: Site, after: str) -> None:
    """An altered place in a list, or one of another list, shows nothing and tells nothing."""
    ana = inside(site, contact(site))

    assert ana.send("GET", "/p/", query=f"sort=created&after={after}").header("Location") == "/p/?sort=created"


def test_the_place_of_another_reader_is_none(site: Site) -> None:
    """A cursor belongs to whom it was given."""
    who, other = contact(site), contact(site, "Ben")
    titles = [f"Project {n:03}" for n in range(51)]
    for ref in share(site, who, *titles):
        site.kit.shares.grant(ref, to=other, by=site.maria)
    page = text_of(inside(site, who).get("/p/"))
    place = re.search(r'rel="next" href="/p/\?([^"]+)"', page)

    assert place is not None
    assert inside(site, other).send("GET", "/p/", query=place[1]).header("Location") == "/p/"


@pytest.mark.parametrize("query", ["sort=x&dir=y", "=&&&;", "&".join(["a=1"] * 50), "%ff=%fe", "q=%20"])
def test_a_query_that_makes_no_sense_is_passed_over(site: Site, query: str) -> None:
    """The list comes as it usually does."""
    who = contact(site)
    share(site, who, "B", "A")

    assert names(text_of(inside(site, who).send("GET", "/p/", query=query))) == ["A", "B"]


def test_a_thing_has_a_page(site: Site) -> None:
    """Its title for clients and what clients see of it; hidden sections are absent and were not loaded."""
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    site.kit.portal.configure(by=site.root, properties={"project": ["progress"]})
    page = inside(site, who).get("/p/project/42")

    assert page.status == 200
    assert "<h1>Relaunch</h1>" in text_of(page)
    assert 'id="section-progress"' in text_of(page)
    assert "section-hours" not in text_of(page)
    assert ["progress"] == site.loads.calls
    assert "cheap variant" not in text_of(page)


def test_a_thing_shows_its_properties() -> None:
    """Those that clients may see, as the reader writes such values; one that fails costs itself alone."""

    def broken(ref: ResourceRef) -> object:
        raise RuntimeError(ref.id)

    properties = {
        "due": Property("Due", load=lambda _: date(2026, 12, 18), client=True, titles={"de": "Fällig"}),
        "buyer": Property("Buyer", load=lambda _: "<b>Maria</b>", client=True),
        "state": Property("State", load=broken, client=True),
        "lots": Property("Lots", load=lambda _: [{"Lot": "Chairs", "Pieces": 1200}], client=True),
        "budget": Property("Budget", load=lambda _: 42_000, client=False),
    }
    site = make_site(kinds=[ResourceKind("project", title="Project", properties=properties)])
    uta = contact(site, "Uta", "de")
    site.kit.shares.grant(site.relaunch, to=uta, by=site.maria)
    page = text_of(inside(site, uta).get("/p/project/42"))
    preview = site.portal.preview_as(uta, site.relaunch)
    panel = str(site.portal.staff_panels(site.maria).preview_as(uta, site.relaunch))

    for text in (page, panel):
        assert re.search(r"<dt>Fällig</dt>\s*<dd><time datetime=\"2026-12-18\">18\.12\.2026</time></dd>", text)
        assert "&lt;b&gt;Maria" in text
        assert "1.200" in text
        assert "42.000" not in text
    assert "Nothing is shared" not in page
    assert "Clients see only" not in panel
    assert [("due", True), ("buyer", True), ("state", False), ("lots", True)] == [
        (each.name, each.available) for each in preview.properties
    ]


def test_a_contact_asks_for_what_is_not_shared_with_them(site: Site) -> None:
    """By a button that stands wherever nothing is shown, and with an answer that says nothing of what is there."""
    who = contact(site)
    ana = inside(site, who)
    site.kit.catalog.put(PITCH, title="Pitch", client_title="Pitch", visibility=Visibility.INTERNAL, by=site.maria)
    paths = ["/p/project/42", "/p/project/7", "/p/project/no-such", "/p/nothing/1"]
    before = {text_of(ana.get(path)) for path in paths}
    asked = [ana.post(path) for path in paths]
    after = {text_of(ana.send("GET", path, query="asked=1")) for path in paths}
    malformed = ana.post("/p/Not a kind/1").status
    waiting = site.kit.access_requests.waiting()
    foreign = ana.send("POST", "/p/project/42", headers=FORM | {"Sec-Fetch-Site": "cross-site"}).status
    site.kit.access_requests.approve(waiting[0], by=site.maria)

    assert len(before) == len(after) == 1
    assert '<form class="entry" method="post"><button type="submit">Ask for access</button></form>' in before.pop()
    assert {(303, f"{path}?asked=1") for path in paths} == {(each.status, each.header("Location")) for each in asked}
    assert "You have asked for access." in (said := after.pop())
    assert "Ask for access" not in said
    assert (malformed, foreign) == (404, 403)
    assert [(who, site.relaunch)] == [(request.contact, request.ref) for request in waiting]
    assert ana.send("GET", "/p/project/42", query="asked=1").status == 200
    assert "Ask for access" not in text_of(ana.get("/c/nothing"))


def test_a_property_may_have_a_template_of_the_host(tmp_path: Path) -> None:
    """It is named by the kind and the property, and is given the value."""
    own = tmp_path / "sharekit" / "properties" / "project"
    own.mkdir(parents=True)
    (own / "score.html").write_text('<meter value="{{ value }}" max="10">{{ value }}</meter>', "utf-8")
    kind = ResourceKind(
        "project", title="Project", properties={"score": Property("Score", load=lambda _: 7, client=True)}
    )
    site = make_site(kinds=[kind], template_folders=[tmp_path])
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)

    assert '<meter value="7" max="10">7</meter>' in text_of(inside(site, who).get("/p/project/42"))


def test_a_thing_shows_what_lies_in_it() -> None:
    """Only what the contact may see, each with a link to its own page."""
    folder = ResourceKind("folder", title="Folder")
    document = ResourceKind("document", title="Document", sections={"text": Section("Text", load=lambda _: "x")})
    site = make_site(kinds=[folder, document, ResourceKind("project", title="Project")])
    box, letter, draft = ResourceRef("folder", "1"), ResourceRef("document", "a b+%"), ResourceRef("document", "2")
    site.kit.catalog.put(box, title="Box", client_title="Your folder", by=site.maria)
    site.kit.catalog.put(letter, title="Letter", client_title="Letter", container=box, by=site.maria)
    site.kit.catalog.put(draft, title="Draft", client_title="Draft", container=box, by=site.maria)
    site.kit.catalog.put(draft, title="Draft", visibility=Visibility.INTERNAL, container=box, by=site.maria)
    who = contact(site)
    site.kit.shares.grant(box, to=who, by=site.maria)
    ana = inside(site, who)
    page = text_of(ana.get("/p/folder/1"))

    assert names(page) == ["Letter"]
    assert 'href="/p/document/a%20b%2B%25"' in page
    assert "Draft" not in page
    assert "Nothing is shared here" not in page
    assert "<h1>Letter</h1>" in text_of(ana.get("/p/document/a b+%"))


def test_everything_that_is_not_theirs_is_one_answer(site: Site) -> None:
    """What was never shared, is gone, hidden, or never was: one page, byte by byte."""
    who = contact(site)
    ana = inside(site, who)
    for ref in (PITCH, SHOP):
        site.kit.catalog.put(ref, title="Secret pitch", client_title="Pitch", by=site.maria)
        site.kit.shares.grant(ref, to=who, by=site.maria)
    site.kit.catalog.put(PITCH, title="Secret pitch", visibility=Visibility.INTERNAL, by=site.maria)
    site.kit.catalog.remove(SHOP, by=site.maria)
    absent = ana.get("/p/project/no-such")

    assert absent.status == 404
    assert "This page is not there" in text_of(absent)
    for path in ("/p/project/42", "/p/project/7", "/p/project/8", "/p/nothing/42", "/p/Not a kind/1", "/p/project/ "):
        assert absent == ana.get(path), path
    assert [] == site.loads.calls


def test_whoever_is_not_in_gets_one_answer(site: Site, ana: Browser) -> None:
    """Without a session, after one, and with a made-up one, whatever the address: how to come in again."""
    site.kit.shares.grant(site.relaunch, to=contact(site), by=site.maria)
    outside = ana.get("/p/")
    forged = site.browser()
    forged.cookies[COOKIE] = "portal-session.default.x.1.0.0.y"
    ended = inside(site, contact(site, "Ben"))
    site.clock.advance(timedelta(hours=13))

    assert outside.status == 403
    assert "To come in again" in text_of(outside)
    for browser in (ana, forged, ended):
        for path in ("/p/", "/p/project/42", "/p/project/no-such", "/p/nothing/1"):
            assert outside == browser.get(path)


def test_the_mount_leads_to_the_list_who_came_in_and_nobody_else(site: Site) -> None:
    """Its own address is where people try their luck: a contact gets on, everybody else gets what is nowhere."""
    uta = inside(site, contact(site, "Uta"))
    nowhere, forged = site.browser().get("/no/such/address"), site.browser()
    forged.cookies[COOKIE] = "portal-session.default.x.1.0.0.y"
    led = uta.get("/")
    site.clock.advance(timedelta(hours=13))

    assert (303, "/p/") == (led.status, dict(led.headers)["Location"])
    assert 404 == nowhere.status
    for browser in (site.browser(), forged, uta):
        assert nowhere == browser.get("/")


@pytest.mark.parametrize("end", ["withdraw", "deactivate"])
def test_access_ends_with_the_next_call(site: Site, end: str) -> None:
    """Withdrawn or gone, nobody stays in, and no page of theirs is answered."""
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    ana = inside(site, who)
    before = ana.get("/p/project/42").status
    getattr(site.kit.people, end)(who, by=site.maria)

    assert (before, ana.get("/p/project/42").status, ana.get("/p/").status) == (200, 403, 403)


def test_a_revoked_grant_is_gone_with_the_next_call(site: Site) -> None:
    """From the list and from its page."""
    who = contact(site)
    (given,) = site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    ana = inside(site, who)
    before = names(text_of(ana.get("/p/")))
    site.kit.shares.revoke(given, by=site.maria)

    assert before == ["Relaunch"]
    assert names(text_of(ana.get("/p/"))) == []
    assert ana.get("/p/project/42").status == 404


def test_a_session_is_renewed_by_every_page(site: Site) -> None:
    """Whoever comes back within half a day stays in, up to the end of the whole session."""
    ana = inside(site, contact(site))
    for _ in range(3):
        site.clock.advance(timedelta(hours=11))
        assert ana.get("/p/").status == 200
    for _ in range(70):
        site.clock.advance(timedelta(hours=11))
        ana.get("/p/nothing/1")

    assert ana.get("/p/").status == 403


def test_a_contact_goes_out(site: Site) -> None:
    """The button ends the session in this browser."""
    ana = inside(site, contact(site))
    page = text_of(ana.get("/p/"))
    out = ana.post("/p/sign-out")

    assert 'method="post" action="/p/sign-out"' in page
    assert {} == ana.cookies
    assert ana.follow(out).status == 403


def test_nobody_is_signed_out_or_in_by_another_site(site: Site) -> None:
    """A form of a foreign page is refused, and without the cookie nothing is forgotten."""
    ana = inside(site, contact(site))
    foreign = FORM | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    other = invited(site, contact(site, "Eve"))

    assert ana.send("POST", "/p/sign-out", headers=foreign).status == 403
    assert ana.send("POST", other, headers=foreign).status == 403
    assert ana.get("/p/").status == 200
    assert site.browser().send("POST", "/p/sign-out", headers=SAME_SITE).header("Set-Cookie") is None


def test_another_invitation_replaces_the_session(site: Site) -> None:
    """Two people with one browser: whoever came in last is in."""
    ana = inside(site, contact(site))
    path = invited(site, contact(site, "Ben"))
    asked = ana.get(path)
    ana.post(path)

    assert "This invitation is for Ben." in text_of(asked)
    assert '<span class="who-name">Ben</span>' in text_of(ana.get("/p/"))


def test_guesses_are_counted(site: Site) -> None:
    """Made-up invitations and sessions have to wait in the end; who has a good one does not."""
    path = invited(site, contact(site))
    guesser = site.browser()
    for n in range(15):
        guesser.get(f"/i/{n}")
    for n in range(5):
        guesser.cookies[COOKIE] = f"{n}"
        guesser.get("/p/" if n else "/")
    refused = guesser.get("/i/x")
    guesser.cookies.clear()

    assert refused.status == 429
    assert guesser.post(path).status == 303
    assert guesser.get("/p/").status == 200


def test_the_contacts_language_wins(site: Site) -> None:
    """On every page, whatever the browser asks for, with dates written as they are there."""
    who = contact(site, "Uta", "de-AT")
    site.kit.catalog.put(SHOP, title="Cheap shop", client_title=None, by=site.maria)
    site.kit.shares.grant([site.relaunch, SHOP], to=who, by=site.maria)
    site.kit.portal.configure(by=site.root, properties={"project": ["progress"]})
    path = invited(site, who)
    browser = site.browser(language="pl")
    pages = [browser.get(path), browser.follow(browser.post(path))]
    pages += [browser.get("/p/project/42"), browser.get("/p/project/no-such")]

    for page in pages:
        assert page.header("Content-Language") == "de-AT"
        assert '<html lang="de-AT"' in text_of(page)
    assert "Für Sie freigegeben" in text_of(pages[1])
    assert names(text_of(pages[1])) == ["Relaunch", "Projekt"]
    assert '<span class="kind">Projekt</span>' in text_of(pages[1])
    assert "Fortschritt" in text_of(pages[2])


def test_names_are_escaped(site: Site) -> None:
    """Of people, of things, and of the site."""
    odd = "<img src=x onerror=alert(1)> \" '"
    who = site.kit.people.add_contact(odd, "x@acme.example", by=site.maria)
    share(site, who, odd)
    path = invited(site, who)
    browser = site.browser()
    pages = [browser.get(path), browser.follow(browser.post(path)), browser.get("/p/project/p-0")]

    for page in pages:
        assert "<img" not in text_of(page)
        assert "&lt;img src=x onerror=alert(1)&gt;" in text_of(page)


def test_pages_know_where_they_are_mounted() -> None:
    """Every address on them begins there."""
    site = make_site(base_path="/share")
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    path = invited(site, who)
    browser = site.browser()
    entered = browser.post(path.removeprefix("/share"))
    page = text_of(browser.get("/p/"))

    assert path.startswith("/share/i/")
    assert entered.header("Location") == "/share/p/"
    assert {address for address in re.findall(r'(?:href|action)="(/[^"]*)"', page) if "/share/" not in address} == set()


def test_tenants_are_apart(site: Site) -> None:
    """An invitation of another tenant leads into that tenant, and shows nothing of this one."""
    other = site.kit.for_tenant("other")
    ben = other.people.add_contact("Ben", "ben@other.example", by=site.maria)
    browser = site.browser()
    browser.post(site.portal.invitation_path(other.people.invite(ben, by=site.maria)))
    site.kit.shares.grant(site.relaunch, to=contact(site), by=site.maria)

    assert browser.get("/p/").status == 200
    assert browser.get("/p/project/42").status == 404


def test_a_host_that_tells_the_tenant_is_believed() -> None:
    """There the invitations and sessions of another tenant are unknown."""
    site = make_site(resolve_tenant=lambda request: request.headers.get("x-tenant"))
    path = invited(site, contact(site))
    browser = site.browser()
    here, there = {"X-Tenant": "default"}, {"X-Tenant": "other"}

    assert browser.send("GET", path, headers=there).status == 404
    assert browser.send("POST", path, headers=SAME_SITE | here).status == 303
    assert browser.send("GET", "/p/", headers=here).status == 200
    assert browser.send("GET", "/p/", headers=there).status == 403


def test_staff_see_it_as_the_contact_does(site: Site) -> None:
    """In the contact's language, with the sections that they see, and no others named."""
    who = contact(site, "Uta", "de")
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    site.kit.portal.configure(by=site.root, properties={"project": ["progress"]})
    preview = site.portal.preview_as(who, site.relaunch)

    assert ("Relaunch", "de", None) == (preview.title, preview.language, preview.problem)
    assert ["Fortschritt"] == [section.title for section in preview.sections]
    assert preview.sections[0].html
