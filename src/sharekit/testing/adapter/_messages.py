"""Laws D1 to D10: requests and responses come through as they are."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from sharekit.testing.adapter._drivers import Received, Sent
from sharekit.testing.adapter._frame import (
    FORM,
    PREFIX,
    SAME_SITE,
    Serve,
    Site,
    asked,
    assert_same,
    make_site,
    streamed,
)
from sharekit.web import Headers, WebResponse
from sharekit.web.headers import PAGE_HEADERS

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
ADDRESSES = ("/l/{token}", "/l/x", "/l/{token}/seen", "/v/x", "/static/portal.css", "/static/x", "/", "/x/y", "/l/x/")
HOSTILE = (
    "/l/x%2Fseen",
    "/l%2Fx",
    "/l/x%00",
    "/l/%2500",
    "//l/x",
    "/l//x",
    "/l/x//",
    "/l/../l/x",
    "/static/../portal.css",
    "/static/..%2Fportal.css",
    "/static/%2E%2E/portal.css",
    "/l/.",
    "/l/x%3Fv=1",
    "/l/x;v=1",
    "/l/" + "x" * 10_000,
    "/l/%C5%BC%C3%B3%C5%82w",
    "/l/%E2%80%AE",
    "/l/a%20b+c",
    "/l/%",
    "/l/%zz",
    "/L/x",
)
NOT_UTF8 = ("/l/%FF", "/l/%C3", "/static/%FFportal.css")
LIMIT = 64 * 1024
SENT = (
    Sent("GET", "/share/l/x?v=1&w=%2F%20+"),
    Sent("GET", "/share/l/a%2Fb%25c"),
    Sent("GET", "/share/l/x", client="2001:db8::7"),
    Sent("GET", "/share/l/x", (("X-Forwarded-For", "198.51.100.9"), ("X-Forwarded-Proto", "http"))),
    Sent("GET", "/share/l/x", (("Host", "portal.example:443"),)),
    Sent("GET", "/share/l/x", (("Accept-Language", "pl"), ("Accept-Language", "de"), ("X-Name", "caf\xe9"))),
    Sent("GET", "/share/l/x", (("Cookie", "a=1; b=2"),)),
    Sent("POST", "/share/l/x", (SAME_SITE, FORM), b"password=%C5%BC&x=1"),
)


class MessageLaws:
    """The laws."""

    def test_d1_a_request_arrives_as_it_was_sent(self, site: Site) -> None:
        """D1: method, path, query, headers, body, the client's address, the site's origin and the mount."""
        for sent in SENT:
            site.ask(sent)
            exchange = site.portal.exchanges[-1]
            arrived, expected = exchange.request, asked(sent, PREFIX)

            assert (expected.method, expected.path, expected.query) == (arrived.method, arrived.path, arrived.query)
            assert (expected.client_key, expected.origin) == (arrived.client_key, arrived.origin)
            assert PREFIX == (arrived.root if arrived.root is not None else PREFIX)
            assert _split(Headers(sent.fields)) == _split(arrived.headers)
            assert [sent.body] == (exchange.read or [b""])

    def test_d2_an_answer_leaves_as_it_was_made(self, site: Site) -> None:
        """D2: status, headers and body; nothing is added but what belongs to servers, nothing is dropped."""
        token = site.kit.links.token(site.link())
        for method, target in (("GET", f"/l/{token}"), ("GET", "/l/x"), ("OPTIONS", "/l/x"), ("DELETE", "/l/x")):
            sent = Sent(method, PREFIX + target)
            came = site.send(sent)
            direct = site.portal.handle(asked(sent, PREFIX))

            assert_same(direct, came)

    def test_d2_two_headers_of_one_name_stay_two(self, site: Site) -> None:
        """D2: neither is dropped, and they are not joined to one."""
        headers = (("Set-Cookie", "a=1; Path=/"), ("Content-Length", "2"), ("Set-Cookie", "b=2; Path=/"), *PAGE_HEADERS)
        site.portal.instead = WebResponse(status=200, headers=headers, body=b"ok")
        came = site.get(f"{PREFIX}/x")

        assert came.values("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]

    def test_d3_every_method_of_every_address_is_the_portals(self, site: Site) -> None:
        """D3: the portal alone says which methods an address knows, and what an unknown address looks like."""
        token = site.kit.links.token(site.link())
        for n, method in enumerate(METHODS):
            for address in ADDRESSES:
                target = PREFIX + address.format(token=token)
                sent = Sent(method, target, (SAME_SITE,), client=f"192.0.2.{n}")
                came = site.ask(sent)

                assert asked(sent, PREFIX).path == site.portal.exchanges[-1].request.path, sent
                if method != "POST":  # a POST changes something: it was compared with what the portal said to it
                    assert_same(site.portal.handle(asked(sent, PREFIX)), came)

    def test_d4_hostile_paths_are_decoded_once_and_answered_by_the_portal(self, site: Site) -> None:
        """D4: a quoted slash is a slash, dots and double slashes stay, nothing is normalised or redirected."""
        unknown = site.get(f"{PREFIX}/no/such/address")
        for n, path in enumerate(HOSTILE):
            sent = Sent("GET", PREFIX + path, client=f"192.0.2.{n}")
            came = site.ask(sent)

            assert asked(sent, PREFIX).path == site.portal.exchanges[-1].request.path, path
            assert came == unknown or (came.status == 405 and "seen" in path), path

    def test_d4_what_is_no_text_is_an_unknown_address(self, site: Site) -> None:
        """D4: bytes that are not UTF-8 are answered by the portal too."""
        unknown = site.get(f"{PREFIX}/no/such/address")
        for path in NOT_UTF8:
            assert site.get(PREFIX + path) == unknown, path

    def test_d5_head_is_get_without_the_body(self, site: Site) -> None:
        """D5: the same status and headers, the length included, and no body."""
        for address in ("/l/{token}", "/static/portal.css", "/v/x", "/x"):
            path = PREFIX + address.format(token=site.kit.links.token(site.link()))
            whole, head = site.get(path), site.get(path, method="HEAD")

            assert (whole.status, whole.headers) == (head.status, head.headers)
            assert str(len(whole.body)) == head.header("Content-Length")
            assert head.body == b""

    def test_d6_a_body_over_the_limit_is_not_read(self, site: Site) -> None:
        """D6: the portal refuses it by its length, and nothing is read."""
        for length in (LIMIT + 1, 3 * LIMIT):
            came = site.ask(Sent("POST", f"{PREFIX}/l/x", (SAME_SITE, FORM), b"x" * length))

            assert came.status == 413
            assert site.portal.exchanges[-1].read == []

    def test_d6_a_body_without_a_length_is_read_up_to_the_limit(self, site: Site) -> None:
        """D6: of a body in chunks no more is held than the portal asks for."""
        headers = (SAME_SITE, FORM, ("Transfer-Encoding", "chunked"))
        came = site.ask(Sent("POST", f"{PREFIX}/l/x", headers, b"p=" + b"x" * 2 * LIMIT))

        assert came.status == 413
        assert [len(piece) for piece in site.portal.exchanges[-1].read] == [LIMIT + 1]

    def test_d6_a_body_in_chunks_arrives(self, site: Site) -> None:
        """D6: a short one is read like any other."""
        path = site.path(site.link(max_uses=1))
        sent = Sent("POST", path, (SAME_SITE, FORM, ("Transfer-Encoding", "chunked")), b"password=correct+horse")

        assert site.ask(sent).status == 303
        assert site.portal.exchanges[-1].read == [sent.body]

    def test_d7_a_body_that_ends_early_brings_nothing_about(self, site: Site) -> None:
        """D7: half a form is no form: it is refused, if anybody is still there to hear it."""
        link = site.link(max_uses=1)
        sent = Sent("POST", site.path(link), (SAME_SITE, FORM, ("Content-Length", "40")), b"password=correct")
        try:
            status = site.send(sent).status
        except ConnectionAbortedError:
            status = 400

        assert status == 400
        assert site.kit.links.get(link).uses == 0

    def test_d8_a_long_answer_goes_out_in_pieces(self, site: Site) -> None:
        """D8: all of them in order, and what makes them is closed."""
        closed: list[bool] = []
        site.portal.instead = streamed(b"one ", b"", b"two ", b"three", closed=closed)
        came = site.send(Sent("GET", f"{PREFIX}/x"))

        assert (came.status, came.body) == (200, b"<one two three")
        assert came.values("Content-Type") == ["application/octet-stream"]
        assert closed == [True]

    def test_d8_an_answer_that_breaks_off_is_not_taken_for_whole(self, site: Site) -> None:
        """D8: when what makes the pieces fails, the connection breaks."""
        closed: list[bool] = []
        site.portal.instead = streamed(b"one", closed=closed, fail=True)
        with pytest.raises(ConnectionAbortedError):
            site.send(Sent("GET", f"{PREFIX}/x"))

        assert closed == [True]

    def test_d9_requests_side_by_side_do_not_mix(self, site: Site) -> None:
        """D9: each of several at once gets its own answer."""
        path = site.path(site.link())
        wanted = ["pl", "de", "nl", "es"] * 3

        def ask(language: str) -> Received:
            return site.send(Sent("GET", path, (("Accept-Language", language),)))

        with ThreadPoolExecutor(4) as pool:
            came = list(pool.map(ask, wanted))

        assert wanted == [answer.header("Content-Language") for answer in came]

    @pytest.mark.parametrize("prefix", ["", "/share", "/klanten/łącza"])
    def test_d10_pages_know_where_they_are_mounted(self, serve: Serve, prefix: str) -> None:
        """D10: at the root and below a path, and so do redirects."""
        site = make_site(serve, prefix)
        quoted = quote(prefix)
        path = site.path(site.link(max_uses=1))
        page, entered = site.get(path), site.post(path)

        assert f'href="{quoted}/static/portal.css'.encode() in page.body
        assert (entered.header("Location") or "").startswith(f"{quoted}/v/")
        site.kit.close()


def _split(headers: Mapping[str, str]) -> dict[str, list[str]]:
    """Tell the values apart that gateways join with a comma, with or without a space; an empty header is none."""
    return {name: [part.strip() for part in value.split(",")] for name, value in sorted(headers.items()) if value}
