"""Which method does what where (R-HTTP-5)."""

from collections.abc import Generator

import pytest

from sharekit.web import WebResponse
from sharekit.web.routes import ROUTES
from tests.web.conftest import SAME_SITE, Site

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get")


def filled(address: str, place: str) -> str:
    """Return an address with something in each of its places."""
    names = ("token", "handle", "name", "id", "item", "upload", "conversation", "message", "number")
    return address.format(kind="project", **dict.fromkeys(names, place))


KNOWN = {
    "/l/{token}": {"GET", "HEAD", "OPTIONS", "POST"},
    "/l/{token}/seen": {"OPTIONS", "POST"},
    "/v/{handle}": {"GET", "HEAD", "OPTIONS"},
    "/l/{token}/d/{id}": {"GET", "HEAD", "OPTIONS"},
    "/v/{handle}/d/{id}": {"GET", "HEAD", "OPTIONS"},
    "/static/{name}": {"GET", "HEAD", "OPTIONS"},
    "/i/{token}": {"GET", "HEAD", "OPTIONS", "POST"},
    "/": {"GET", "HEAD", "OPTIONS"},
    "/p/": {"GET", "HEAD", "OPTIONS"},
    "/p/{kind}/{id}": {"GET", "HEAD", "OPTIONS", "POST"},
    "/p/sign-out": {"OPTIONS", "POST"},
    "/u/{token}": {"GET", "HEAD", "OPTIONS"},
    "/u/{token}/items/{item}": {"OPTIONS", "POST"},
    "/u/{token}/finish": {"OPTIONS", "POST"},
    "/u/{token}/files": {"OPTIONS", "POST"},
    "/u/{token}/files/{upload}": {"DELETE", "HEAD", "OPTIONS", "PATCH"},
    "/p/documents": {"GET", "HEAD", "OPTIONS"},
    "/p/news": {"GET", "HEAD", "OPTIONS", "POST"},
    "/p/settings": {"GET", "HEAD", "OPTIONS", "POST"},
    "/p/mute": {"OPTIONS", "POST"},
    "/p/{kind}/{id}/decline": {"GET", "HEAD", "OPTIONS", "POST"},
    "/p/{kind}/{id}/c": {"GET", "HEAD", "OPTIONS", "POST"},
    "/c/": {"GET", "HEAD", "OPTIONS"},
    "/c/{conversation}": {"GET", "HEAD", "OPTIONS", "POST"},
    "/c/{conversation}/undo": {"OPTIONS", "POST"},
    "/c/{conversation}/{message}/{number}": {"GET", "HEAD", "OPTIONS"},
    "/n/{token}": {"GET", "HEAD", "OPTIONS", "POST"},
    "/n/{token}/again": {"OPTIONS", "POST"},
    "/y/{token}": {"GET", "HEAD", "OPTIONS", "POST"},
    "/mail": {"OPTIONS", "POST"},
    "/d/": {"GET", "HEAD", "OPTIONS"},
    "/d/{id}": {"GET", "HEAD", "OPTIONS"},
}


def test_the_table_names_every_route() -> None:
    """The table above holds the routes and their methods."""
    assert {route.path: set(route.methods) for route in ROUTES} == KNOWN


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("address", KNOWN)
def test_a_method_is_refused_by_the_form_of_the_address_alone(quick_site: Site, method: str, address: str) -> None:
    """405 with the methods that are known, the same for a living link and for garbage."""
    living = quick_site.kit.links.token(quick_site.link())
    ana = quick_site.browser()
    answers = [
        ana.send(
            method,
            filled(address, place),
            headers=SAME_SITE,
        )
        for place in (living, "garbage")
    ]

    if method in KNOWN[address]:
        assert 405 not in [answer.status for answer in answers]
    else:
        assert answers[0] == answers[1]
        assert answers[0].status == 405
        assert set((answers[0].header("Allow") or "").split(", ")) == KNOWN[address]


@pytest.mark.parametrize("address", ["/l/{token}", "/static/portal.css", "/v/x", "/p/", "/p/project/42", "/x"])
def test_head_is_get_without_the_body(quick_site: Site, address: str) -> None:
    """HEAD has the status and the very headers of GET, the length included."""
    path = address.format(token=quick_site.kit.links.token(quick_site.link()))
    ana = quick_site.browser()
    whole, head = ana.get(path), ana.send("HEAD", path)

    assert (whole.status, whole.headers) == (head.status, head.headers)
    assert whole.body
    assert head.body == b""


@pytest.mark.parametrize("address", KNOWN)
def test_options_tells_the_methods_and_nothing_more(quick_site: Site, address: str) -> None:
    """OPTIONS of a known address lists its methods and allows no other site anything."""
    answer = quick_site.browser().send("OPTIONS", filled(address, "x"))

    assert answer.status == 204
    assert set((answer.header("Allow") or "").split(", ")) == KNOWN[address]
    assert answer.body == b""


def test_options_of_an_unknown_address_is_unknown(quick_site: Site) -> None:
    """There is no other address, for OPTIONS neither."""
    assert quick_site.browser().send("OPTIONS", "/x").status == 404


def test_the_three_safe_methods_change_nothing(site: Site) -> None:
    """GET, HEAD and OPTIONS of every address leave every counter and the audit trail as they were."""
    link, counted = site.link(), site.link(max_uses=1)
    before, written = [site.kit.links.get(link), site.kit.links.get(counted)], list(site.audit())
    ana = site.browser()
    for method in ("GET", "HEAD", "OPTIONS"):
        for one in (link, counted):
            path = site.portal.link_path(one)
            for address in (path, f"{path}/seen", "/v/x", "/p/", "/p/project/42", "/p/sign-out", "/static/portal.js"):
                ana.send(method, address)

    assert [site.kit.links.get(link), site.kit.links.get(counted)] == before
    assert list(site.audit()) == written


def test_head_of_a_long_answer_makes_none_of_it(quick_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would make the pieces is closed, and never asked for one."""
    made: list[bytes] = []

    def pieces() -> Generator[bytes, None, None]:
        made.append(b"piece")
        yield b"piece"

    stream = pieces()
    long = WebResponse(status=200, headers=(), stream=stream)
    monkeypatch.setattr("sharekit.web.answers.Answers.asset", lambda *_, **__: long)
    head = quick_site.browser().send("HEAD", "/static/portal.css")

    assert (b"", None, []) == (head.body, head.stream, made)
    assert [] == list(stream)
