"""Links that must be redeemed: the form, the cookie, the visit."""

import re
from datetime import timedelta

import pytest

from tests.web.conftest import Browser, LinkOptions, Site, make_site, text_of

IN = {"password": "correct horse"}
GUARDS: list[LinkOptions] = [
    {"password": "correct horse", "client_title": "Secret venture"},
    {"max_uses": 3, "client_title": "Secret venture"},
]


def test_a_password_opens_the_page(site: Site, ana: Browser) -> None:
    """The form leads to the page, whose address holds no secret."""
    link = site.link(password="correct horse")
    path = site.portal.link_path(link)
    landing = ana.get(path)
    entered = ana.post(path, **IN)
    page = ana.follow(entered)

    assert landing.status == 200
    assert 'type="password"' in text_of(landing)
    assert re.fullmatch(r"/v/[0-9a-f]{20}", entered.header("Location") or "")
    assert page.status == 200
    assert "<h1>Relaunch</h1>" in text_of(page)
    assert site.kit.links.token(link) not in text_of(page)


@pytest.mark.parametrize("guard", GUARDS, ids=["password", "counted"])
def test_the_landing_page_knows_nothing(site: Site, ana: Browser, guard: LinkOptions) -> None:
    """Before redeeming nothing is loaded, and neither title nor kind nor section is told."""
    landing = ana.get(site.path(**guard))

    assert [] == site.loads.calls
    for word in ("Secret venture", "Relaunch", "Project", "Progress"):
        assert word not in text_of(landing)


def test_a_link_with_uses_asks_for_a_click(site: Site, ana: Browser) -> None:
    """Without a password there is a button alone, and a word about the limited number."""
    landing = text_of(ana.get(site.path(max_uses=2)))

    assert 'type="password"' not in landing
    assert '<button type="submit">Open</button>' in landing
    assert "limited number of times" in landing


def test_a_wrong_password_is_told_and_not_echoed(site: Site, ana: Browser) -> None:
    """The same form comes back with 403, a message, and without what was typed."""
    link = site.link(password="correct horse", max_uses=2)
    answer = ana.post(site.portal.link_path(link), password="wr0ng<horse>")

    assert answer.status == 403
    assert "That password is not right." in text_of(answer)
    assert 'aria-invalid="true" aria-describedby="wrong"' in text_of(answer)
    assert "wr0ng" not in text_of(answer)
    assert {} == ana.cookies
    assert site.kit.links.get(link).uses == 0


def test_a_missing_password_is_a_wrong_one(site: Site, ana: Browser) -> None:
    """An empty form brings the form back."""
    assert ana.post(site.path(password="correct horse")).status == 403


def test_too_many_wrong_passwords_have_to_wait(site: Site, ana: Browser) -> None:
    """After ten wrong passwords the right one has to wait too, with the time told in words and in a header."""
    path = site.path(password="correct horse")
    for _ in range(10):
        ana.post(path, password="wrong")
    refused = ana.post(path, **IN)
    site.clock.advance(timedelta(hours=1))

    assert refused.status == 429
    assert refused.header("Retry-After") == "3600"
    assert "please wait 1 hour before you try again" in text_of(refused)
    assert ana.post(path, **IN).status == 303


def test_uses_are_counted_by_the_form_alone(site: Site) -> None:
    """Each browser that redeems uses up one, and the one after the last is told nothing."""
    link = site.link(max_uses=2)
    path = site.portal.link_path(link)
    statuses = [site.browser(f"192.0.2.{n}").post(path).status for n in range(3)]

    assert [303, 303, 404] == statuses
    assert site.kit.links.get(link).uses == 2


def test_the_last_visit_goes_on(site: Site, ana: Browser) -> None:
    """A browser that redeemed the last use stays in, also by the link itself."""
    path = site.path(max_uses=1)
    ana.follow(ana.post(path))

    assert ana.get(path).status == 200
    assert site.browser("192.0.2.9").get(path).status == 404


def test_a_second_click_uses_up_nothing(site: Site, ana: Browser) -> None:
    """A browser that is in is let in again without being counted."""
    link = site.link(max_uses=5)
    path = site.portal.link_path(link)
    first, second = ana.post(path), ana.post(path)

    assert first.header("Location") == second.header("Location")
    assert site.kit.links.get(link).uses == 1


def test_a_link_that_needs_no_redeeming_needs_no_form(site: Site, ana: Browser) -> None:
    """A form that is sent to an ordinary link leads back to its page."""
    path = site.path()
    answer = ana.post(path, password="whatever")

    assert answer.status == 303
    assert answer.header("Location") == path
    assert {} == ana.cookies


@pytest.mark.parametrize(
    ("secure", "pattern"),
    [
        (True, r"__Host-sharekit-[0-9a-f]{20}=[\w.-]+; Max-Age=1800; Path=/; HttpOnly; SameSite=Lax; Secure"),
        (False, r"sharekit-[0-9a-f]{20}=[\w.-]+; Max-Age=1800; Path=/; HttpOnly; SameSite=Lax"),
    ],
)
def test_the_cookie_is_kept_close(secure: bool, pattern: str) -> None:
    """The ticket is out of reach of scripts and other sites, and bound to this host where there is HTTPS."""
    site = make_site(secure_cookies=secure)
    entered = site.browser().post(site.path(max_uses=1))

    assert re.fullmatch(pattern, entered.header("Set-Cookie") or "", re.ASCII)


def test_several_links_are_open_in_one_browser(site: Site, ana: Browser) -> None:
    """Each visit has a cookie and an address of its own."""
    first = ana.post(site.path(max_uses=1, client_title="One"))
    second = ana.post(site.path(max_uses=1, client_title="Two"))

    assert "<h1>One</h1>" in text_of(ana.follow(first))
    assert "<h1>Two</h1>" in text_of(ana.follow(second))
    assert len(ana.cookies) == 2


def test_a_visit_lives_while_it_is_used(site: Site, ana: Browser) -> None:
    """Every page renews the ticket; half an hour of silence ends the visit with a friendly page."""
    entered = ana.post(site.path(max_uses=1))
    for _ in range(4):
        site.clock.advance(timedelta(minutes=29))
        assert ana.follow(entered).status == 200
    site.clock.advance(timedelta(minutes=30))
    ended = ana.follow(entered)

    assert ended.status == 403
    assert "Your visit has ended" in text_of(ended)


def test_a_changed_password_ends_the_visit(site: Site, ana: Browser) -> None:
    """Whoever came in by the old password is sent back to the form."""
    link = site.link(password="correct horse")
    path = site.portal.link_path(link)
    entered = ana.post(path, **IN)
    site.kit.links.update(link, password="battery staple", by=site.maria)

    assert ana.follow(entered).status == 403
    assert 'type="password"' in text_of(ana.get(path))
    assert ana.post(path, password="battery staple").status == 303


def test_a_revoked_link_ends_the_visit(site: Site, ana: Browser) -> None:
    """The next load of a running visit shows nothing (R-LINK-6)."""
    link = site.link(max_uses=5)
    entered = ana.post(site.portal.link_path(link))
    site.kit.links.revoke(link, by=site.maria)

    assert ana.follow(entered).status == 404


def test_an_expired_link_ends_the_visit(site: Site, ana: Browser) -> None:
    """A visit does not outlive the link's time, and may be told why."""
    link = site.link(max_uses=5, expires_at=site.clock.now() + timedelta(minutes=20))
    entered = ana.post(site.portal.link_path(link))
    site.clock.advance(timedelta(minutes=20))

    assert ana.follow(entered).status == 410


def test_without_a_ticket_every_visit_has_ended(site: Site, ana: Browser) -> None:
    """A handle tells nothing: that of a running visit and a made-up one get the same answer."""
    entered = ana.post(site.path(max_uses=5))
    stranger = site.browser("192.0.2.2")

    assert stranger.follow(entered) == stranger.get("/v/made-up")


@pytest.mark.parametrize("handle", ["x", "0123456789ABCDEF0123", "0" * 21, "a; Domain=example", "a\r\nX-Evil: 1", "ż"])
def test_only_a_handle_names_a_cookie(site: Site, ana: Browser, handle: str) -> None:
    """No other text of an address comes back in a header, whatever the browser sends along."""
    ana.post(site.path(max_uses=5))
    ((_, ticket),) = ana.cookies.items()
    other = site.browser("192.0.2.2")
    other.cookies[f"__Host-sharekit-{handle}"] = ticket
    answer = other.get(f"/v/{handle}")

    assert answer == other.get("/v/made-up")
    assert answer.header("Set-Cookie") is None


def test_a_ticket_opens_nothing_as_a_token(site: Site, ana: Browser) -> None:
    """A ticket in the place of a token is unknown, and a token in the place of a ticket is too."""
    link = site.link(max_uses=5)
    ana.post(site.portal.link_path(link))
    ((name, ticket),) = ana.cookies.items()
    other = site.browser("192.0.2.2")
    other.cookies[name] = site.kit.links.token(link)

    assert site.browser("192.0.2.3").get(f"/l/{ticket}").status == 404
    assert other.get(f"/v/{name.removeprefix('__Host-sharekit-')}").status == 404
