"""Every response of every address, whatever it says, has the security headers (requirements, section 5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sharekit.errors import StorageError
from sharekit.web import WebResponse
from tests.web.conftest import FORM, SAME_SITE, Browser, Site

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept-Language, Cookie, Authorization"}


def _wrong(site: Site, ana: Browser) -> WebResponse:
    return ana.post(site.path(password="correct horse"), password="wrong")


def _visit(site: Site, ana: Browser) -> WebResponse:
    return ana.follow(ana.post(site.path(max_uses=1)))


def _limited(site: Site, ana: Browser) -> WebResponse:
    for n in range(21):
        ana.get(f"/l/{n}")
    return ana.get("/l/22")


def _expired(site: Site, ana: Browser) -> WebResponse:
    path = site.path(expires_at=site.clock.now() + timedelta(hours=1))
    site.clock.advance(timedelta(hours=2))
    return ana.get(path)


def _invitation(site: Site) -> str:
    ana = site.kit.people.find("ana@acme.example")
    ana = ana or site.kit.people.add_contact("Ana", "ana@acme.example", by=site.maria)
    site.kit.shares.grant(site.relaunch, to=ana, by=site.maria)
    return site.portal.invitation_path(site.kit.people.invite(ana, by=site.maria))


def _inside(site: Site, ana: Browser) -> Browser:
    ana.post(_invitation(site))
    return ana


def _late(site: Site, ana: Browser) -> WebResponse:
    path = _invitation(site)
    site.clock.advance(timedelta(days=8))
    return ana.get(path)


OUTCOMES: dict[str, tuple[int, Callable[[Site, Browser], WebResponse]]] = {
    "page": (200, lambda site, ana: ana.get(site.path())),
    "head": (200, lambda site, ana: ana.send("HEAD", site.path())),
    "landing": (200, lambda site, ana: ana.get(site.path(max_uses=1))),
    "redeemed": (303, lambda site, ana: ana.post(site.path(max_uses=1))),
    "not-to-be-redeemed": (303, lambda site, ana: ana.post(site.path())),
    "visit": (200, _visit),
    "visit-ended": (403, lambda site, ana: ana.get("/v/x")),
    "wrong-password": (403, _wrong),
    "seen": (204, lambda site, ana: ana.send("POST", f"{site.path()}/seen", headers=SAME_SITE)),
    "options": (204, lambda site, ana: ana.send("OPTIONS", "/l/x")),
    "cross-site": (403, lambda site, ana: ana.send("POST", "/l/x", headers={"Sec-Fetch-Site": "cross-site"})),
    "unavailable": (404, lambda site, ana: ana.get("/l/x")),
    "unknown": (404, lambda site, ana: ana.get("/x")),
    "unknown-file": (404, lambda site, ana: ana.get("/static/x")),
    "wrong-method": (405, lambda site, ana: ana.send("DELETE", "/l/x")),
    "expired": (410, _expired),
    "too-large": (413, lambda site, ana: ana.send("POST", "/l/x", headers=SAME_SITE | {"Content-Length": "65537"})),
    "wrong-type": (415, lambda site, ana: ana.send("POST", "/l/x", headers=SAME_SITE, body=b"{}")),
    "malformed": (400, lambda site, ana: ana.send("POST", "/l/x", headers=SAME_SITE | FORM, body=b"\xff=&" * 9)),
    "limited": (429, _limited),
    "invitation": (200, lambda site, ana: ana.get(_invitation(site))),
    "invitation-expired": (410, _late),
    "entered": (303, lambda site, ana: ana.post(_invitation(site))),
    "home": (200, lambda site, ana: _inside(site, ana).get("/p/")),
    "item": (200, lambda site, ana: _inside(site, ana).get("/p/project/42")),
    "absent": (404, lambda site, ana: _inside(site, ana).get("/p/project/43")),
    "no-place": (303, lambda site, ana: _inside(site, ana).send("GET", "/p/", query="after=x")),
    "signed-out": (303, lambda site, ana: _inside(site, ana).post("/p/sign-out")),
    "session-ended": (403, lambda site, ana: ana.get("/p/")),
}
CARRIED = {"redeemed", "visit", "entered", "home", "item", "absent", "no-place", "signed-out"}
FILES = {"portal.css": "text/css; charset=utf-8", "portal.js": "text/javascript; charset=utf-8"}


def _check(response: WebResponse, expected: dict[str, str]) -> None:
    names = [name for name, _ in response.headers]

    assert len(names) == len(set(names))
    assert expected == {name: response.header(name) for name in expected}
    assert not [name for name in names if name.startswith("Access-Control")]
    policy = dict(part.strip().split(" ", 1) for part in (response.header("Content-Security-Policy") or "").split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert "camera=()" in (response.header("Permissions-Policy") or "")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_the_headers(quick_site: Site, outcome: str) -> None:
    """Pages, refusals, redirects and failures are private, unframed, unsniffed, unindexed and uncached."""
    status, happen = OUTCOMES[outcome]
    response = happen(quick_site, quick_site.browser())

    assert status == response.status
    _check(response, EVERYWHERE | PRIVATE)


@pytest.mark.parametrize(("error", "status"), [(StorageError("reading"), 503), (ZeroDivisionError(), 500)], ids=repr)
def test_every_failure_has_the_headers(
    quick_site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """So has what nobody wanted: a store in trouble, a bug."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(quick_site.kit.links, "open", fail)
    response = quick_site.browser().get(quick_site.path())

    assert status == response.status
    assert ("5" if status == 503 else None) == response.header("Retry-After")
    _check(response, EVERYWHERE | PRIVATE)


@pytest.mark.parametrize("name", FILES)
def test_files_have_the_headers(quick_site: Site, name: str) -> None:
    """Our own files have them too, and may be kept."""
    response = quick_site.browser().get(f"/static/{name}")

    _check(response, EVERYWHERE | {"Content-Type": FILES[name]})
    assert "Vary" not in dict(response.headers)


@pytest.mark.parametrize("outcome", [name for name in OUTCOMES if name not in CARRIED])
def test_only_visits_and_sessions_set_cookies(quick_site: Site, outcome: str) -> None:
    """No other response sets one."""
    response = OUTCOMES[outcome][1](quick_site, quick_site.browser())

    assert response.header("Set-Cookie") is None


@pytest.mark.parametrize("outcome", ["page", "landing", "unavailable", "visit-ended", "wrong-password"])
def test_lengths_are_exact(quick_site: Site, outcome: str) -> None:
    """A page says how long it is, in bytes."""
    response = OUTCOMES[outcome][1](quick_site, quick_site.browser(language="pl"))

    assert str(len(response.body)) == response.header("Content-Length")
