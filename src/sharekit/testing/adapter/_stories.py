"""Laws D11 to D17: whole stories end over the adapter as they end without it."""

import logging
from datetime import timedelta

import pytest

from sharekit.testing.adapter._drivers import Received, Sent
from sharekit.testing.adapter._frame import FORM, MARIA, PREFIX, RELAUNCH, SAME_SITE, Serve, Site, make_site
from sharekit.web import WebRequest

PASSWORD = "correct horse"  # noqa: S105  # of a test
OTHER_HOST = ("Host", "other.example")


class StoryLaws:
    """The laws."""

    def test_d11_a_link_shows_its_page_live(self, site: Site) -> None:
        """D11: the page of a link is there, and sets no cookie."""
        path = site.path(site.link())
        page = site.get(path)

        assert page.status == 200
        assert b"Relaunch" in page.body
        assert b"cheap" not in page.body
        assert page.header("Set-Cookie") is None
        assert f'"{path}/seen"'.encode() in page.body

    def test_d11_a_password_opens_a_visit(self, site: Site) -> None:
        """D11: landing page, wrong password, right password, cookie, redirect, page; and the use is counted once."""
        link = site.link(password=PASSWORD, max_uses=2)
        path = site.path(link)
        landing, wrong = site.get(path), site.post(path, password="wrong")  # noqa: S106  # of a test
        entered = site.post(path, password=PASSWORD)
        cookie = ("Cookie", (entered.header("Set-Cookie") or "").partition(";")[0])
        page = site.get(entered.header("Location") or "", cookie)

        assert (200, 403, 303, 200) == (landing.status, wrong.status, entered.status, page.status)
        assert [landing.values("Set-Cookie"), wrong.values("Set-Cookie")] == [[], []]
        assert entered.values("Set-Cookie")[0].startswith("__Host-sharekit-")
        assert b"Relaunch" in page.body
        assert site.get(entered.header("Location") or "").status == 403
        assert site.kit.links.get(link).uses == 1

    def test_d11_a_view_is_counted(self, site: Site) -> None:
        """D11: the report that a page sends arrives, and is answered with nothing at all."""
        link = site.link()
        seen = site.ask(Sent("POST", f"{site.path(link)}/seen", (SAME_SITE,)))

        assert (seen.status, seen.body) == (204, b"")
        assert seen.header("Content-Length") is None
        assert seen.header("Content-Type") is None
        assert site.kit.links.get(link).views == 1

    def test_d11_a_contact_comes_in_and_goes_out(self, site: Site) -> None:
        """D11: invitation, cookie, the mount itself, list, page of a thing, and the way out."""
        ana = site.kit.people.add_contact("Ana", "ana@acme.example", by=MARIA)
        site.kit.shares.grant(RELAUNCH, to=ana, by=MARIA)
        path = site.path(site.kit.people.invite(ana, by=MARIA))
        asked, entered = site.get(path), site.post(path)
        cookie = ("Cookie", (entered.header("Set-Cookie") or "").partition(";")[0])
        root = site.get(f"{PREFIX}/", cookie)
        home = site.get(root.header("Location") or "", cookie)
        item = site.get(f"{entered.header('Location')}project/{RELAUNCH.id}", cookie)
        out = site.ask(Sent("POST", f"{entered.header('Location')}sign-out", (SAME_SITE, FORM, cookie)))

        assert (200, 303, 303) == (asked.status, entered.status, root.status)
        assert (200, 200, 303) == (home.status, item.status, out.status)
        assert root.header("Location") == entered.header("Location") == f"{PREFIX}/p/"
        assert asked.values("Set-Cookie") == []
        assert cookie[1].startswith("__Host-sharekit-portal=")
        assert b"Relaunch" in home.body
        assert b"<h1>Relaunch</h1>" in item.body
        assert "Max-Age=0" in out.values("Set-Cookie")[0]
        assert site.get(entered.header("Location") or "").status == 403
        assert site.get(path).status == 404

    def test_d11_another_site_is_refused(self, site: Site) -> None:
        """D11: a form that a page of another site sends is told by its headers, and changes nothing."""
        link = site.link(max_uses=1)
        foreign = (("Origin", "https://evil.example"), FORM)
        own = (("Origin", "https://portal.example"), FORM)

        assert site.ask(Sent("POST", site.path(link), foreign, b"x=1")).status == 403
        assert site.kit.links.get(link).uses == 0
        assert site.ask(Sent("POST", site.path(link), own, b"x=1")).status == 303

    def test_d12_every_dead_link_is_one_answer(self, site: Site) -> None:
        """D12: a revoked link, garbage, an unknown address and the mount itself are one answer, for every method."""
        link = site.link()
        site.kit.links.revoke(link, by=MARIA)
        for method in ("GET", "HEAD", "POST"):
            answers = [
                site.ask(Sent(method, path, (SAME_SITE,)))
                for path in (site.path(link), f"{PREFIX}/l/garbage", f"{PREFIX}/l/%00%2e")
            ]

            assert answers[0].status == 404
            assert answers[0] == answers[1] == answers[2]
        assert site.get(site.path(link)) == site.get(f"{PREFIX}/no/such/address") == site.get(f"{PREFIX}/")

    def test_d12_an_expired_link_may_say_so(self, site: Site) -> None:
        """D12: 410 for a genuine link whose time is over."""
        path = site.path(site.link(expires_at=site.clock.now() + timedelta(hours=1)))
        site.clock.advance(timedelta(hours=1))

        assert site.get(path).status == 410

    def test_d13_pages_speak_the_readers_language(self, site: Site) -> None:
        """D13: what the browser asks for, in text that is not ASCII too."""
        path = site.path(site.link(max_uses=1))
        pages = {language: site.get(path, ("Accept-Language", language)) for language in ("en", "nl", "es", "pl", "de")}

        assert {language: page.header("Content-Language") for language, page in pages.items()} == {
            language: language for language in pages
        }
        assert len({page.body for page in pages.values()}) == 5
        assert not pages["pl"].body.isascii()

    def test_d14_files_are_served_with_their_caching(self, site: Site) -> None:
        """D14: whole, typed, with the portal's own caching, also for conditional and partial requests."""
        page = site.get(site.path(site.link())).body.decode()
        style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
        asked: tuple[tuple[tuple[str, str], ...], ...] = (
            (),
            (("If-None-Match", "*"),),
            (("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),),
            (("Range", "bytes=0-3"),),
            (("Accept-Encoding", "gzip"),),
        )
        lasting = [site.get(style, *headers) for headers in asked]
        fleeting = site.get(style.partition("?")[0])

        assert "immutable" in (lasting[0].header("Cache-Control") or "")
        assert fleeting.header("Cache-Control") == "public, no-cache"
        assert fleeting.body == lasting[0].body
        assert len({answer.header("Content-Type") for answer in lasting}) == 1

    def test_d15_the_site_tells_the_tenant(self, serve: Serve) -> None:
        """D15: a tenant resolver sees scheme and host as the visitor wrote them."""

        def by_host(request: WebRequest) -> str | None:
            return {"https://portal.example": "default", "https://other.example": "other"}.get(request.origin)

        site = make_site(serve, resolve_tenant=by_host)
        other = site.kit.for_tenant("other")
        other.catalog.put(RELAUNCH, title="x", client_title="Rebrand", by=MARIA)
        own, foreign = site.path(site.link()), site.path(site.link(kit=other))

        assert (200, 404) == (site.get(own).status, site.get(own, OTHER_HOST).status)
        assert (404, 200) == (site.get(foreign).status, site.get(foreign, OTHER_HOST).status)
        assert b"Rebrand" in site.get(foreign, OTHER_HOST).body
        site.kit.close()

    def test_d16_guesses_are_counted_by_the_clients_address(self, site: Site) -> None:
        """D16: who guesses too much is refused; another address is not, whatever headers the first one sent."""

        def guess(client: str) -> Received:
            return site.get(f"{PREFIX}/l/guess", ("X-Forwarded-For", "198.51.100.1"), client=client)

        guesses = [guess("192.0.2.66") for _ in range(21)]

        assert [answer.status for answer in guesses] == [404] * 20 + [429]
        assert guesses[-1].header("Retry-After") is not None
        assert guess("192.0.2.67").status == 404
        assert site.get(site.path(site.link()), client="192.0.2.66").status == 200

    def test_d17_what_fails_in_the_host_is_the_portals_page(self, serve: Serve) -> None:
        """D17: an exception of the host's own code becomes a page; its text reaches nobody."""

        def fail(_: WebRequest) -> str | None:
            raise LookupError("the host's own secret")

        site = make_site(serve, resolve_tenant=fail)
        page = site.get(site.path(site.link()))

        assert page.status == 500
        assert b"secret" not in page.body
        assert b"LookupError" not in page.body
        site.kit.close()

    def test_d17_secrets_are_not_logged(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        """D17: no refusal and no fault is logged with its path, which holds the secret of a link."""

        def fail(request: WebRequest) -> str | None:
            if "fail" in request.query:
                raise LookupError
            return "default"

        site = make_site(serve, resolve_tenant=fail)
        links = [site.link(password=PASSWORD), site.link()]
        site.kit.links.revoke(links[1], by=MARIA)
        caplog.set_level(logging.DEBUG)
        statuses = [
            site.post(site.path(links[0]), password="wrong").status,  # noqa: S106  # of a test
            site.get(site.path(links[1])).status,
            site.get(f"{site.path(links[0])}?fail").status,
            site.get(site.path(links[0]), method="DELETE").status,
            site.post(site.path(links[0]), password="x" * 70_000).status,
        ]

        assert statuses == [403, 404, 500, 405, 413]
        assert [site.kit.links.token(link) in caplog.text for link in links] == [False, False]
        site.kit.close()
