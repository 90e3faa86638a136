"""Requests, responses and addresses as plain values."""

from sharekit.web import Headers, WebRequest, WebResponse
from sharekit.web.routes import LINK, find_route


def test_header_names_have_no_case() -> None:
    """A field is found however its name is spelt, and repeated fields are joined."""
    headers = Headers([("X-One", "1"), ("x-one", "2"), ("Cookie", "a=1"), ("COOKIE", "b=2")])

    assert headers["X-ONE"] == "1, 2"
    assert headers.get("cookie") == "a=1; b=2"
    assert "x-ONE" in headers
    assert "x-two" not in headers
    assert list(headers) == ["x-one", "cookie"]
    assert len(headers) == 2
    assert repr(headers) == "Headers(['cookie', 'x-one'])"


def test_cookies_are_read_leniently() -> None:
    """Broken ones are passed over, and the first of two counts."""
    request = WebRequest(method="GET", path="/", headers=Headers([("Cookie", 'a=1;b="x;; c = 3;a=2; =; d')]))

    assert request.cookies["a"] == "1"
    assert request.cookies["b"] == '"x'
    assert request.cookies["d"] == ""


def test_a_request_has_defaults() -> None:
    """An adapter without a body says nothing about one."""
    assert WebRequest(method="GET", path="/").read(10) == b""


def test_a_response_is_asked_for_a_header() -> None:
    """By its name in any case; None when it has no such header."""
    response = WebResponse(status=204, headers=(("Allow", "GET"),))

    assert response.header("allow") == "GET"
    assert response.header("x") is None


def test_addresses_are_found_and_filled() -> None:
    """An address that is filled is found again with what was put in."""
    found = find_route(LINK.fill(token="a.b-c_d"))

    assert found is not None
    assert (found[0], dict(found[1])) == (LINK, {"token": "a.b-c_d"})
    assert find_route("/l/a\n") is not None
    assert find_route("/l/a/") is None
